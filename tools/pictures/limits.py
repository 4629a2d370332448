"""Limits for downloading a picture."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class DownloadLimits:
    """seconds: from the request to the last byte, redirects included; megabytes: of the file; redirects: followed."""

    seconds: float = 30.0
    megabytes: float = 100.0
    redirects: int = 3


DOWNLOAD = DownloadLimits()
