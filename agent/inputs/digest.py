"""One hash of several parts."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256


def digest(parts: Iterable[bytes]) -> str:
    """SHA-256 of parts, with unambiguous boundaries."""
    whole = sha256()
    for part in parts:
        whole.update(sha256(part).digest())
    return whole.hexdigest()
