"""Answers as text for people, with their confidence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..traces.encode import describe

if TYPE_CHECKING:
    from ..traces.run_record import RunRecord

SURE = 0.6
"""Answers with a lower confidence are prefixed with "probably"."""


def answer_text(answer: Any) -> str:
    """An answer's JSON as text: `yes` for true, a string without quotes."""
    if isinstance(answer, bool):
        return "yes" if answer else "no"
    return answer if isinstance(answer, str) else describe(answer, 1000)


def sure_text(text: str, confidence: float | None) -> str:
    """An answer with its confidence: "probably two"."""
    return text if confidence is None or confidence >= SURE else f"probably {text}"


def record_text(record: RunRecord) -> str:
    """The answer of a run, with its confidence."""
    return sure_text(answer_text(record.answer), record.confidence)


def sureness(confidence: float | None) -> str:
    """The confidence of a result, such as "72 % sure"; "" if unknown."""
    return "" if confidence is None else f"{100 * confidence:.0f} % sure"
