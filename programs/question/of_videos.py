"""What a question about a video says about its own answer: as for images, and also times and durations."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any

from ..language.language import ALBUM, VIDEO
from .expected_answer import Expected, asked_sentence, expected_answer, expected_as
from .of_albums import expected_of_album

_WHEN = re.compile(
    r"\bwhen\b(?! the (?:video|clip) (?:starts|ends|begins|stops))"
    r"|\b(?:at )?(?:what|which) (?:time|moment|second|point)\b"
    r"|\bhow (?:many seconds|long) (?:in|into|after the (?:start|beginning)|before the end)\b"
    r"|\bhow (?:soon|early|late)\b|\b(?:after|until) how (?:many seconds|long)\b"
)
_HOW_LONG = re.compile(
    r"\bhow long\b|\bhow (?:many|much) (?:seconds?|minutes?|time)\b|\b(?:what|which) (?:is the )?(?:duration|length)\b"
    r"|\bfor how (?:long|many seconds)\b|\bduration\b"
)
_OTHERWISE = re.compile(r"^(?:is|are|was|were|do|does|did|has|have|can|could|will|would|what|which|who|how many)\b")
_ASKS_TIME = re.compile(r"^(?:at |until |from |since |by )?(?:when|(?:what|which) (?:time|moment|second|point))\b")


@lru_cache(maxsize=4096)
def expected_of_video(question: str) -> Expected:
    """The expected answer of a question about a video."""
    said = expected_answer(question)
    text = asked_sentence(question)
    if said.kind == "choice":
        return said
    if _ASKS_TIME.search(text) or (_WHEN.search(text) and not _OTHERWISE.search(text)):
        return Expected("time")
    if _HOW_LONG.search(text) and not re.search(r"\bhow (?:often|many times)\b", text):
        return Expected("time" if _WHEN.search(text) else "duration")
    return said


def expecting(inputs: Iterable[str]) -> Callable[[str], Expected]:
    """The function that derives the expected answer of a question about these inputs."""
    names = set(inputs)
    return expected_of_video if VIDEO in names else expected_of_album if ALBUM in names else expected_answer


def expected_given(question: str, inputs: Iterable[str], answer_type: Any = None) -> Expected:
    """The same, with the type that the caller may ask for. Raises InputError for an unsupported type."""
    return expecting(inputs)(question) if answer_type is None else expected_as(question, answer_type)
