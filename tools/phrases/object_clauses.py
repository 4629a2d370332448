"""Clauses in which the thing that is spoken of is the object: "(the bag) that the woman is holding"."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from ..words.english import is_alive, is_verb, singular, word_set
from .function_words import NEGATIONS, PERSONS
from .noun_reader import FINITE_ALWAYS

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
        **dict.fromkeys(("looking at", "looks at", "look at"), "faced by"),
    }
)
"""What somebody does to a thing, and what the thing then is."""
_PLACED: Mapping[str, str] = MappingProxyType(
    {
        **{"on": "under", "on top of": "under", "in": "containing", "inside": "containing", "under": "above"},
        **{"behind": "in front of", "in front of": "behind", "against": "against", "at": "next to", "by": "next to"},
        **dict.fromkeys(("next to", "beside", "near"), "next to"),
    }
)
"""Where somebody is to a thing, and where the thing then is."""
_POSES = (
    "sitting|standing|lying|sleeping|resting|leaning|kneeling|hanging|perched|parked"
    "|sits?|stands?|lies?|sleeps?|rests?|leans?|kneels?|hangs?"
)
_PLACES = "|".join(sorted(_PLACED, key=len, reverse=True))
_ACT = re.compile(
    r" (?P<helper>(?:(?:(?P<is>is|are|was|were)|do|does)(?:n't| not| never)? |never )?)"
    rf"(?:(?P<does>{'|'.join(_DONE)})|(?:(?P<pose>{_POSES}) )?(?P<place>{_PLACES}))$"
)
"""What somebody does or where, at the end of a text: "is holding", "sits on", "does not wear", "is in"."""
_WHERE_WHICH = re.compile(rf"\b({_PLACES}) which (.+)$")
_SUBJECTS = frozenset(("he", "she", "they"))
_OPENERS = word_set("the a an his her their its this")
_RELATIVES = word_set("that which whom")
_WITHIN = word_set("in on at by with of from near under behind and")
"""Words inside of "the old man in the blue coat" and "the boy and the girl"."""
_APART = NEGATIONS | FINITE_ALWAYS | word_set("is are was were do does who whose where when as than like or but")
"""Words that somebody's name has not, and that are no noun before a clause."""
_NO_NOUNS = _APART | _OPENERS | _SUBJECTS | _WITHIN | word_set("to for next beside above over into between around")
_ALSO_ALONE = word_set("eating eats eat driving drives drive")
"""What is also done without an object: "the dog is eating"."""


def turned(text: str, *, after_noun: bool = False, name: str = "") -> str:
    """The same said of the object: "that the woman is holding" is "held by the woman". Other texts stay as they are.

    after_noun: the text starts with the noun that it is said of: "bag the woman is holding". name: that noun, where it
    is not in the text; what it does itself is no such clause: of a dog "the dog is eating".
    """
    said = _WHERE_WHICH.sub(r"which \2 \1", text.casefold().replace("\u2019", "'"))
    act = _ACT.search(said)
    if act is None or not _is_finite(act):
        return text
    words = said[: act.start()].split()
    start = _clause_start(words)
    if start is None or (start == 0 and (after_noun or _is_of_itself(act, words, name))):
        return text
    before, who = words[:start], words[start:]
    if before and before[-1] in _RELATIVES:
        before = before[:-1]
    denied = ["not"] if re.search(r"n't|not|never", act["helper"]) else []
    return " ".join([*before, *denied, _relation(act), *(PERSONS.get(word, word) for word in who)])


def _is_finite(act: re.Match[str]) -> bool:
    """Is it a verb of its own: "the man is riding", not "the man riding", who is spoken of himself?"""
    verb = (act["does"] or act["pose"] or "").split(" ")[0]
    return bool(act["is"]) if verb.endswith(("ing", "ed")) or not verb else True


def _clause_start(words: Sequence[str]) -> int | None:
    """Where the name of somebody that ends the words begins, if it begins a clause: at the start, behind "that", or
    behind another noun. None if not.
    """
    last = len(words) - 1
    for at in range(last, -1, -1):
        word, before = words[at], words[at - 1] if at else ""
        if word in _APART | _RELATIVES or "n't" in word or word.endswith((",", ";", ":")):
            return None
        if word in _SUBJECTS if at == last else word in _OPENERS:
            if not before or before in _RELATIVES or _is_noun(before):
                return at
            if before not in _WITHIN:
                return None
    return None


def _is_noun(word: str) -> bool:
    return word not in _NO_NOUNS and not is_verb(word) and word[-1].isalnum()


def _is_of_itself(act: re.Match[str], words: Sequence[str], name: str) -> bool:
    """Does a whole text say of the thing of that name what it does, or how it is ("the tv is on")?"""
    if act["place"] in ("on", "in") and not act["pose"]:
        return True
    itself = name.rsplit(" ", 1)[-1] in map(singular, words)
    return itself or (is_alive(name) and (words[0] in _SUBJECTS or act["does"] in _ALSO_ALONE))


def _relation(act: re.Match[str]) -> str:
    """What the object is to somebody who does this."""
    if (act["pose"] or "").startswith("hang") and act["place"] == "on":
        return "touching"  # a wall is not under what hangs on it
    return _DONE[act["does"]] if act["does"] else _PLACED[act["place"]]
