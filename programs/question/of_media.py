"""What a question about a video or an album says about its own answer: as for images, and also times, durations and
photos.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any

from ..language.language import ALBUM, VIDEO
from .expected_answer import Expected, asked_sentence, expected_answer, expected_as

_PHOTOS = r"(?:photo|photograph|picture|image|pic|shot|snapshot|one|file)s?"
_THESE = r"(?:the|these|those|my|our)"
_IN = r"(?:in |on |of |from )?"
_AUXILIARY = r"(?:is|are|was|were|do|does|did|can|could|has|have|will|would)"
_COUNTED = re.compile(rf"^{_IN}how many\b|^count\b|^(?:what is |give |tell me )?the (?:total )?(?:number|count) of\b")
_WHICH = re.compile(
    rf"^{_IN}(?:which|what)(?: of (?:all|{_THESE})(?: [\w-]+)?)?(?: [\w-]+){{0,3}}? {_PHOTOS}\b"
    rf"|^{_IN}which (?:of (?:them|{_THESE})|(?:show|have|has|contain|include|feature|depict)s?)\b"
    rf"|^(?:of|among|from|out of|in) (?:all )?{_THESE}\b[^,]*, ?(?:which|what|find|show|pick|choose)\b"
    rf"|^where {_AUXILIARY}\b"
)
_FIND = re.compile(
    r"^(?:find|show|list|give|get|pick|select|choose|search|fetch|name|display|look for|more like|similar)\b"
    rf"|^(?!{_AUXILIARY}\b)"
    rf"(?:i (?:want|need|am looking for) )?(?:(?:the|all|every|any|only|me) )*(?:[\w-]+ ){{0,2}}?{_PHOTOS}"
    r" (?:with|without|of|showing|that|in which|where|like|containing)\b"
    r"(?!.*\b(?:show|contain|have|has)s? (?:an?|the|no)\b)"
)
_OR_MORE = re.compile(r",? or (?:more|fewer|less)\b", re.IGNORECASE)
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


@lru_cache(maxsize=4096)
def expected_of_album(question: str) -> Expected:
    """The expected answer of a question about an album."""
    said = expected_answer(_OR_MORE.sub("", question))
    text = asked_sentence(question)
    if said.kind in ("choice", "color") or _COUNTED.search(text):
        return said
    asks = question.strip().endswith("?")
    if _WHICH.match(text) or (_FIND.match(text) and not (asks and said.kind == "yes/no" and text.startswith("all"))):
        return Expected("photos")
    return said


def expecting(inputs: Iterable[str]) -> Callable[[str], Expected]:
    """The function that derives the expected answer of a question about these inputs."""
    names = set(inputs)
    return expected_of_video if VIDEO in names else expected_of_album if ALBUM in names else expected_answer


def expected_given(question: str, inputs: Iterable[str], answer_type: Any = None) -> Expected:
    """The same, with the type that the caller may ask for. Raises InputError for an unsupported type."""
    return expecting(inputs)(question) if answer_type is None else expected_as(question, answer_type)
