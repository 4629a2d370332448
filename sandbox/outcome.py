"""How a program ended. A failure is never an answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

OutcomeKind = Literal[
    "ok",
    "parse_error",
    "policy_error",
    "type_error",
    "tool_error",
    "no_detection",
    "budget",
    "timeout",
    "crashed",
]


@dataclass(frozen=True)
class Outcome:
    """The end of a program.

    answer: the value of `answer`; only an outcome `ok` has one.
    message: what happened, in one sentence; line: where in the program (1-based), 0 when that is not known.
    variables: the program's names at its end, as far as they could be had.
    layers: the kernel layers that held the worker.
    """

    kind: OutcomeKind
    answer: Any = None
    message: str = ""
    line: int = 0
    variables: Mapping[str, Any] = field(default_factory=dict[str, Any])
    printed: str = ""
    layers: tuple[str, ...] = ()
