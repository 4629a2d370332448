"""Clauses in which the thing that is spoken of is the object: "(the bag) that the woman is holding"."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

_DONE: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys(("holding", "holds", "hold"), "held by"),
        **dict.fromkeys(("wearing", "wears", "wear"), "worn by"),
        **dict.fromkeys(("carrying", "carries", "carry"), "carried by"),
        **dict.fromkeys(("riding", "rides", "ride"), "ridden by"),
        **dict.fromkeys(("driving", "drives", "drive"), "driven by"),
        **dict.fromkeys(("pulling", "pulls", "pull"), "pulled by"),
        **dict.fromkeys(("pushing", "pushes", "push"), "pushed by"),
        **dict.fromkeys(("eating", "eats", "eat"), "eaten by"),
        **dict.fromkeys(("using", "uses", "use"), "used by"),
        **dict.fromkeys(("covering", "covers"), "covered by"),
        **dict.fromkeys(("watching", "watches", "facing", "faces"), "faced by"),
    }
)
"""What somebody does to a thing, and what the thing then is."""
_PLACED: Mapping[str, str] = MappingProxyType(
    {
        **{"on": "under", "on top of": "under", "in": "containing", "inside": "containing", "under": "above"},
        **{"behind": "in front of", "in front of": "behind", "against": "against", "at": "next to", "by": "next to"},
        **{
            "next to": "next to",
            "beside": "next to",
            "near": "next to",
            "looking at": "faced by",
            "looks at": "faced by",
        },
    }
)
"""Where somebody is to a thing, and where the thing then is."""
_STAYING = (
    r"(?:(?:is|are|was|were) (?:sitting|standing|lying|sleeping|resting|leaning|kneeling|hanging|perched|parked)"
    r"|sits?|stands?|lies?|sleeps?|rests?|leans?|kneels?|hangs?|is|are)"
)
_WHO = r"(?P<who>(?:the|an?|his|her|their|this) (?:[\w'-]+ ){1,7}?)"
_ACTS = (
    rf"(?:(?:(?:is|are|was|were) )?(?P<does>{'|'.join(_DONE)})"
    rf"|(?:{_STAYING} |(?:is |are )?(?=look))(?P<place>{'|'.join(sorted(_PLACED, key=len, reverse=True))}))$"
)
_CONDITION = re.compile(rf"(?:^|\b(?:that|which|whom) ){_WHO}{_ACTS}")
_PHRASE = re.compile(
    r"(?:\b(?:that|which|whom) |(?<=^)(?P<noun>(?:the |an? )?(?:(?!\w+ing\b|with\b|and\b|or\b|"
    rf"(?:in|on|at|by|of|to|near|under|behind|above|from|next|beside|like)\b)[\w'-]+ ){{1,3}})){_WHO}{_ACTS}"
)
_FINITE = re.compile(r"\b(?:is|are|was|were) \w+ing\b|\b\w+s(?: [\w ]+)?$")
"""A verb of its own: "the man is riding", not "the man riding", who is spoken of himself."""


def turned(text: str, *, after_noun: bool = False) -> str:
    """The same said of the object: "that the woman is holding" is "held by the woman". Other texts stay as they are.

    after_noun: the text starts with the noun that it is said of: "bag the woman is holding".
    """
    found = (_PHRASE if after_noun else _CONDITION).search(text)
    if found is None or not _FINITE.search(found[0]):
        return text
    relation = _DONE[found["does"]] if found["does"] else _PLACED[found["place"]]
    noun = (found["noun"] or "") if after_noun else ""
    return f"{text[: found.start()]}{noun}{relation} {found['who'].strip()}"
