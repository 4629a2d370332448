"""The forms of questions, and the first of several expected answers."""

from __future__ import annotations

from typing import Any

from ...programs.question.expected_answer import expected_answer

_FIRST = (*("is", "are", "was", "were", "do", "does", "did", "has", "have", "can", "could"), "there", "any")


def form_of(question: str) -> str:
    """What a question asks for: yes or no, with its first word, a number, one of its alternatives, and so on."""
    kind, first = expected_answer(question).kind, question.split()[0].lower()
    if kind != "yes/no":
        return kind
    return f"yes/no: {first} ..." if first in _FIRST else "yes/no: a statement"


def first_answer(expected: Any) -> Any:
    """Of several expected answers the first."""
    match expected:
        case [first, *_]:
            return first
        case {"answer": answer}:
            return answer
        case _:
            return expected
