"""Reads which part of a text a phrase means: "last word of the first line", "two red letters at the top"."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from types import MappingProxyType

from ...phrases.function_words import NUMBERS, ORDINALS
from ...words.english import is_color

_RANKS: Mapping[str, int] = MappingProxyType({**ORDINALS, "final": -1, "penultimate": -2, "antepenultimate": -3})
_BIG = frozenset(("big", "bigger", "biggest", "large", "largest", "huge"))
_SMALL = frozenset(("small", "smaller", "smallest", "tiny", "little"))
_SIDES: Mapping[str, str] = {
    **{side: side for side in ("top", "bottom", "left", "right")},
    **{"upper": "top", "lower": "bottom", "topmost": "top", "bottommost": "bottom"},
}
_UNITS: Mapping[str, str] = {
    **{unit: unit for unit in ("word", "words", "letter", "letters", "time", "date", "price", "year", "email")},
    **{"initials": "letters", "times": "time", "dates": "date", "prices": "price", "years": "year"},
    **dict.fromkeys(("number", "numbers", "digit", "digits", "figure", "numeral"), "number"),
    **dict.fromkeys(("line", "lines"), "line"),
    **{"surname": "surname", "forename": "forename"},
    **dict.fromkeys(("name", "brand", "make", "company", "maker", "title", "logo", "headline", "lettering"), "name"),
    "names": "names",
    **{"website": "website", "url": "website", "address": "address"},
    **dict.fromkeys(("plate", "registration"), "plate"),
}
_WORDINGS: Mapping[str, str] = {
    r"\b(?:number|licen[cs]e) plate\b": "plate",
    r"\bof the (?:two|three|four|[234]) (word|line|number|name)s\b": r"\1",
    r"\b(?:second|next)[ -](?:to[ -](?:the[ -])?)?last\b|\blast but one\b": "penultimate",
    r"\bthird[ -](?:to[ -](?:the[ -])?)?last\b": "antepenultimate",
    r"\be-?mail(?: address)?\b": "email",
    r"\b(?:web|website|internet|site) address\b": "website",
    r"\b(?:first|given|christian) name\b": "first forename",
    r"\b(?:last|family) name\b": "last surname",
}
"""Expressions of several words, each as one that is in the tables."""
_ANCHOR = re.compile(
    r"\b(after|follow(?:s|ing)|under(?:neath)?|below|beneath|next to|beside|right of|before|above|over|left of)\s+"
    r"(?:the )?(?:(?:word|name|line|text)\s+)?(.+)$",
    re.IGNORECASE,
)
_WHERE: Mapping[str, str] = {
    **dict.fromkeys(("under", "underneath", "below", "beneath"), "below"),
    **dict.fromkeys(("above", "over"), "above"),
    **dict.fromkeys(("before", "left of"), "before"),
}
_MOST_WORDS = 12
_FROM_END = re.compile(r"from (?:the )?(?:bottom|end|right|back|last)\b")


@dataclass(frozen=True)
class Meant:
    """What a phrase says of the text that it means. Fields are empty where it says nothing.

    unit: a value of _UNITS; many: how many of it; rank: which of them, as an index; every: is it all of them?
    sides: of "top" "bottom" "left" "right"; size: "big" or "small".
    anchor: the text that it stands "after", "before", "below" or "above" (where).
    within: the line or word that it is a part of: "the second line".
    """

    unit: str = ""
    many: int | None = None
    rank: int | None = None
    every: bool = False
    sides: tuple[str, ...] = ()
    size: str = ""
    color: str = ""
    anchor: str = ""
    where: str = ""
    within: Meant | None = None


def read_meant(what: str) -> Meant:
    """What "last word", "two red letters at the top" or "name under 'ibis'" asks for. Never raises."""
    for wording, same in _WORDINGS.items():
        what = re.sub(wording, same, what, flags=re.IGNORECASE)
    relation = _ANCHOR.search(what)
    words = re.findall(r"[^\W_]+", (what[: relation.start()] if relation else what).casefold())
    at = next((n for n, word in enumerate(words) if word in _UNITS), None)
    bare = bool(words) and all(word in _SIDES or word == "one" for word in words)
    before = words[:at] if at is not None or bare else []
    after = words[at + 1 :] if at is not None else words
    if at is not None and words[at + 1 : at + 2] and words[at + 1] in _UNITS:  # "brand name", "company logo"
        after = after[1:]
    color = next((word for word in before if is_color(word)), "")
    inked = (word for one, word in pairwise(after) if one == "in" and is_color(word))
    return Meant(
        unit=_UNITS[words[at]] if at is not None and "and" not in after[:1] else "",
        many=next((number for word in before if (number := _number(word))), None),
        rank=_rank(before, after),
        every=not {"all", "every", "each", "both"}.isdisjoint(before),
        sides=tuple(dict.fromkeys(_SIDES[word] for word in (*before, *_places(after)) if word in _SIDES)),
        size="big" if _BIG & set(before) else "small" if _SMALL & set(before) else "",
        color=color or next(inked, ""),
        anchor=re.sub(r"^[\W_]+|[\W_]+$", "", relation[2]) if relation else "",
        where=_WHERE.get(relation[1].casefold(), "after") if relation else "",
        within=_within(after) if at is not None else None,
    )


def _number(word: str) -> int | None:
    return int(word) if word.isdecimal() and len(word) < 3 else NUMBERS.get(word)


def _rank(before: Sequence[str], after: Sequence[str]) -> int | None:
    rank = next((_RANKS[word] for word in before if word in _RANKS), None)
    if rank is not None and rank >= 0 and _FROM_END.match(" ".join(after)):
        return -1 - rank
    return rank


def _within(after: Sequence[str]) -> Meant | None:
    """The line or word of "(first word) of the second line"; None for others, and where it is not said which."""
    if not after or after[0] not in ("of", "in", "on", "from") or len(after) > _MOST_WORDS:
        return None
    one = read_meant(" ".join(after[1:]))
    told = one.rank is not None or one.sides or one.size or one.color
    return one if one.unit in ("line", "word") and told else None


def _places(words: Sequence[str]) -> list[str]:
    """The sides in "at the top", "in the top right corner" behind the noun, and not in "on the left shoe"."""
    said = re.match(
        r"(?:at|in|on) the((?: (?:top|bottom|upper|lower|left|right))+)(?: corner| side)?(?: of|$)", " ".join(words)
    )
    return said[1].split() if said else []
