"""Outcomes of programs. A failure is never an answer."""

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
    """The outcome of a program.

    answer: the value of `answer`, if the outcome is `ok`.
    message: the error, in one sentence; line: its line in the program (1-based), 0 if unknown.
    variables: the program's variables at its end, as far as available.
    layers: the active kernel isolation layers.
    """

    kind: OutcomeKind
    answer: Any = None
    message: str = ""
    line: int = 0
    variables: Mapping[str, Any] = field(default_factory=dict[str, Any])
    printed: str = ""
    layers: tuple[str, ...] = ()
