"""The errors that `Answer.unwrap` raises: one class for each way in which a question ends without an answer."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from ...tools.core.errors import LooksmithError
from ..traces.trace import AnswerKind


class Unanswered(LooksmithError):
    """A question has no answer.

    outcome: how it ended; run: the folder that holds every step, None where it was never asked.
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
    """A tool could not do its work: `tool_error`."""


class NothingFound(Unanswered):
    """What the question is about was not found: `no_detection`."""


class OverBudget(Unanswered):
    """The program used more calls, memory or loop steps than it may: `budget`."""


class TimedOut(Unanswered):
    """The time was over: `timeout`."""


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
