"""The phrases that detectors with an open vocabulary are asked for."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ...core.errors import ToolError
from ..color.color import COLORS

# Words that name nothing by themselves; that a word is an adjective cannot be told without a dictionary.
_FUNCTION_WORDS = (
    "a an the some any this that these those all each every both no not and or of in on at by to with without from "
    "near beside behind under over above below between is are was it its he she they his her their "
    "big small large little tall short old young new dark bright wooden"
)
_NO_NOUNS = frozenset((*_FUNCTION_WORDS.split(), *COLORS)) - {"orange"}
_MAX_WORDS = 20


def read_phrases(names: Sequence[str]) -> list[str]:
    """The phrases in lower case, with single spaces and without punctuation: full stops and question marks would cut
    a phrase in two for Grounding DINO.

    Raises ToolError for no phrase at all, one that is empty, too long, given twice, or names no thing ("the red").
    """
    if not names:
        raise ToolError("There is nothing to look for: the list of names is empty.", hint="Give one name or more.")
    phrases = [_read(name) for name in names]
    for position, phrase in enumerate(phrases):
        if phrase in phrases[:position]:
            raise ToolError(f"The name {phrase!r} was given twice.", hint="Give each name once.")
    return phrases


def _read(name: str) -> str:
    words = re.sub(r"[^\w'&/+-]+", " ", name.casefold()).split()
    if not any(re.search(r"\w", word) for word in words):
        raise ToolError("The name of the thing to look for is empty.", hint='Give a noun, such as "cup".')
    if len(words) > _MAX_WORDS:
        raise ToolError(
            f"{name[:60]!r}... has {len(words)} words, which is no name of a thing.",
            hint='Give a short noun phrase, such as "red cup"; relations are found with boxes.',
        )
    if all(word in _NO_NOUNS for word in words):
        raise ToolError(f"{name!r} names no thing.", hint='Say what it is a property of, such as "red cup".')
    return " ".join(words)
