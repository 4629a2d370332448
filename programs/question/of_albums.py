"""What a question about an album says about its own answer: as for images, and which photos it asks for."""

from __future__ import annotations

import re
from functools import lru_cache

from .expected_answer import Expected, asked_sentence, expected_answer

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
