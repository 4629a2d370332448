"""Does an answer only repeat its question? "Which sport is named on the train?" is not answered by "train"."""

from __future__ import annotations

import re
from typing import Any

from ...tools.words.english import singular
from .expected_answer import Expected, asked_sentence

_COMPARES = re.compile(r"\b(?:more|most|less|least|fewer|\w+er|\w+est)\b")
"""Words of a question that offers its answers, as in "Of the man and the woman, who is taller?"."""
_OPEN = re.compile(r"\b(?:what|which|who|whose|where)\b")


def echoes(answer: Any, question: str, expected: Expected) -> bool:
    """Is it a text whose words all stand in a question that offers no answers to choose from?

    Texts that are read may: "What does the stop sign say?" is answered by "stop".
    """
    asked = asked_sentence(question)
    if not isinstance(answer, str) or expected.kind not in ("name", "color", "any"):
        return False
    if not _OPEN.search(asked) or " or " in asked or _offers(asked):
        return False
    said = _words(answer)
    return bool(said) and said <= _words(asked)


def _offers(asked: str) -> bool:
    """Does it compare things that it names?"""
    return " and " in asked and bool(_COMPARES.search(asked))


def _words(text: str) -> frozenset[str]:
    return frozenset(singular(word) for word in re.findall(r"[^\W_]+", text.lower()))
