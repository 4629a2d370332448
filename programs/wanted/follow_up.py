"""Questions that are only complete with the one before: "and the dog?", "the one on the left?", "no, the other one"."""

from __future__ import annotations

import re

from ..question.expected_answer import Expected, expected_answer

_LEAD = re.compile(
    r"^(?:(?:no|nope|yes|and|or|but|then|so|ok|okay|well|sorry|actually|i mean|i meant|please|now|also)\b[ ,.!]*)+"
)
_INSTEAD = re.compile(r"^(?:what|how) about\b|^(?:same|the same) (?:for|with|of)\b")
_WHOLE = re.compile(
    r"\b(?:is|isn't|are|aren't|was|were|do|does|doesn't|don't|did|has|have|can|could|will|would|should|am"
    r"|what|what's|which|who|whose|whom|where|when|why|how|there's|that's|it's|they're)\b"
    r"|^(?:count|read|name|find|locate|show|point|describe|list|give|tell|say|crop|mark|look)\b"
)


def is_fragment(question: str) -> bool:
    """Does it only say what differs from the question before?"""
    text = _LEAD.sub("", question.strip().lower())
    return bool(_INSTEAD.match(text)) or _WHOLE.search(text) is None


def expected_after(question: str, before: Expected) -> Expected:
    """The expected answer of a follow-up question. before: that of the question that it follows."""
    return before if is_fragment(question) else expected_answer(question)
