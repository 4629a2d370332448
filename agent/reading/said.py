"""An answer as people are told it, with how sure it is."""

from __future__ import annotations

from typing import Any

from ..traces.encode import describe
from ..traces.run_record import RunRecord

SURE = 0.6
"""Answers that are right less often than this are said to be probable."""


def answer_text(answer: Any) -> str:
    """An answer's JSON as people say it: `yes` for true, a string without quotes."""
    if isinstance(answer, bool):
        return "yes" if answer else "no"
    return answer if isinstance(answer, str) else describe(answer, 1000)


def sure_text(text: str, confidence: float | None) -> str:
    """An answer with how sure it is: "probably two"."""
    return text if confidence is None or confidence >= SURE else f"probably {text}"


def record_text(record: RunRecord) -> str:
    """The answer of a run, with how sure it is."""
    return sure_text(answer_text(record.answer), record.confidence)


def sureness(confidence: float | None) -> str:
    """How sure a result is: "72 % sure"; "" where nobody measured it."""
    return "" if confidence is None else f"{100 * confidence:.0f} % sure"
