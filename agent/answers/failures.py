"""The errors that `Answer.unwrap` raises: one class for each group of outcomes without an answer."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from ...tools.core.errors import LooksmithError
from ..traces.trace import AnswerKind


class Unanswered(LooksmithError):
    """A question has no answer.

    outcome: how it ended; run: the folder with every step, None if it was not asked.
    """

    def __init__(self, message: str, outcome: AnswerKind, run: Path | None) -> None:
        super().__init__(message)
        self.outcome = outcome
        self.run = run


class ProgramError(Unanswered):
    """No program passed the checks, or the program itself failed: `parse_error`, `policy_error`, `type_error` or
    `crashed`.
    """


class ToolFailed(Unanswered):
    """A tool failed: `tool_error`."""


class NothingFound(Unanswered):
    """A required object was not found: `no_detection`."""


class OverBudget(Unanswered):
    """The program exceeded its budget of calls, memory or loop steps: `budget`."""


class TimedOut(Unanswered):
    """The time limit was exceeded: `timeout`."""


class NoReply(Unanswered):
    """The language model did not reply: `llm_error`."""


class NotAsked(Unanswered):
    """The image or the question could not be used: `input_error`."""


_CLASSES: Mapping[AnswerKind, type[Unanswered]] = {
    "tool_error": ToolFailed,
    "no_detection": NothingFound,
    "budget": OverBudget,
    "timeout": TimedOut,
    "llm_error": NoReply,
    "input_error": NotAsked,
}


def unanswered(message: str, outcome: AnswerKind, run: Path | None) -> Unanswered:
    """The error for an outcome other than `ok`."""
    return _CLASSES.get(outcome, ProgramError)(message or outcome, outcome, run)
