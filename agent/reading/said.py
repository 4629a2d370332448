"""Answers as text for people, with their confidence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from ...tools.core.times import clock
from ..traces.encode import describe

if TYPE_CHECKING:
    from ..traces.run_record import RunRecord

SURE = 0.6
"""Answers with a lower confidence are prefixed with "probably"."""


def answer_text(answer: Any, expected: str = "") -> str:
    """An answer's JSON as text: `yes` for true, a string without quotes, `0:03.5` for a time in a video.

    expected: the kind of answer that was asked for, in words.
    """
    if isinstance(answer, bool):
        return "yes" if answer else "no"
    if isinstance(answer, str):
        return answer
    return _time_text(answer, expected) or describe(answer, 1000)


def _time_text(answer: Any, expected: str) -> str:
    """An answer to "when" or "how long"; "" for other questions."""
    if not expected:
        return ""
    from ...programs.question.expected_answer import Expected

    if expected == Expected("duration").told and isinstance(answer, float):
        return f"{answer:.1f} seconds"
    if expected != Expected("time").told:
        return ""
    if isinstance(answer, float):
        return clock(answer)
    if not answer or not isinstance(answer, list | dict):
        return ""
    several = cast("list[Any]", answer if isinstance(answer, list) else [answer])
    return ", ".join(describe({**one, "label": ""} if _is_segment(one) else one) for one in several)


def _is_segment(answer: Any) -> bool:
    return isinstance(answer, dict) and cast("dict[str, Any]", answer).get("type") == "segment"


def sure_text(text: str, confidence: float | None) -> str:
    """An answer with its confidence: "probably two"."""
    return text if confidence is None or confidence >= SURE else f"probably {text}"


def record_text(record: RunRecord) -> str:
    """The answer of a run, with its confidence."""
    return sure_text(answer_text(record.answer, record.expected), record.confidence)


def sureness(confidence: float | None) -> str:
    """The confidence of a result, such as "72 % sure"; "" if unknown."""
    return "" if confidence is None else f"{100 * confidence:.0f} % sure"
