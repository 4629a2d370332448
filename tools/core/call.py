"""The record of a served tool call, with its cost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from .errors import LooksmithError
from .times import Moment
from .values import Box, Point


@dataclass(frozen=True)
class Call:
    """A served call.

    arguments: by parameter name, as the tool got them.
    seconds: the tool's own time, for a batch an equal share; load_seconds: the time to load its model, 0 except at
        first use.
    error: the failure, if any; then `value` is None.
    cached: whether it is the result of an earlier call. source: the origin of the result, see trace.Step.
    batch: number of calls served together.
    assumptions, confidence, moments: as in `tool.Scored`.
    """

    tool: str
    backend: str
    arguments: Mapping[str, Any]
    value: Any = None
    scores: Mapping[str, float] | None = None
    rejected: tuple[Box, ...] = ()
    found: tuple[Box | Point, ...] = ()
    seconds: float = 0.0
    load_seconds: float = 0.0
    error: LooksmithError | None = None
    cached: bool = False
    source: Literal["tool", "trace", "change"] = "tool"
    batch: int = 1
    assumptions: tuple[str, ...] = ()
    confidence: float | None = None
    moments: tuple[Moment, ...] = ()
