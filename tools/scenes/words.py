"""Matches words of scene graphs and programs: spelling, number, endings and simple synonyms.

Nothing here knows kinds of things: that a dog is an animal, the scene graph says.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

from ..words.english import singular

_EMPTY = frozenset(
    [
        "a",
        "an",
        "the",
        "some",
        "any",
        "this",
        "that",
        "these",
        "those",
        "of",
        "with",
        "is",
        "are",
        "was",
        "be",
        "being",
        "been",
        "it",
        "its",
        "his",
        "her",
        "their",
        "there",
        "very",
        "s",
        "and",
        "or",
        "which",
        "who",
        "to",
        "in",
        "at",
    ]
)
"""Words that make no difference in an attribute."""
_SHADES = frozenset(["dark", "light", "pale", "bright", "deep", "very", "part", "mostly", "slightly", "vivid", "neon"])
"""Stems of words that make a color or a state weaker or stronger."""
_SAME = {
    word: first
    for first, *others in (
        group.split()
        for group in (
            "gray grey silver-gray",
            "large big huge",
            "small little tiny",
            "wood wooden",
            "metal metallic",
            "lie lay lying laying",
            "sit seat seated sat sitting",
            "stand stood standing",
            "hold held carry carried grip grasp clutch",
            "ride ridden rode",
            "wear worn wore",
            "eat ate eaten",
            "fly flew flown",
            "drive drove driven",
            "photo picture image photograph",
            "shut closed close",
            "photograph photography",
            "donut doughnut",
            "tv television",
            "bike bicycle",
            "motorbike motorcycle",
            "hang hung",
            "blond blonde",
            "tire tyre",
            "outdoor outdoors outside",
            "indoor indoors inside",
            "rug carpet",
            "smile smiling",
            "look looking face facing gaze",
            "child kid",
            "children kids",
            "full filled",
            "wheel wheels",
            "stripe striped stripes",
            "spot spotted",
            "pattern patterned",
            "cloud cloudy",
            "snow snowy",
            "sun sunny",
            "mud muddy",
            "rain rainy raining",
            "check checkered checked chequered plaid tartan",
            "blurry blurred unsharp",
            "hair haired",
            "sleeve sleeved sleeves",
            "eye eyed",
            "leg legged",
            "colored coloured color colour",
        )
    )
    for word in others
}
_ENDINGS = ("ing", "ed", "en", "es", "s", "e")


@lru_cache(4096)
def words(text: str) -> tuple[str, ...]:
    """The words of a text in lower case: "T-shirt" is two, apostrophes are dropped."""
    return tuple(re.findall(r"[^\W_]+", re.sub(r"['\u2019]s?\b", "", text.casefold())))


@lru_cache(4096)
def stem(word: str) -> str:
    """What the forms of a word have in common: sit, sits, sitting and seated; open and opened."""
    word = _SAME.get(word, word)
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            word = word.removesuffix(ending)
            break
    if len(word) > 3 and word[-1] == word[-2] and word[-1] not in "aeiouls":
        word = word[:-1]
    return _SAME.get(word, word).removesuffix("e") if len(word) > 3 else _SAME.get(word, word)


@lru_cache(8192)
def name_key(name: str) -> tuple[str, ...]:
    """The same for spellings and numbers of one name: "Tooth brushes" and "toothbrush" are not, "T-shirts" and
    "t shirt" are.
    """
    found = [word for word in words(name) if word not in ("a", "an", "the", "some", "any", "all", "of")]
    return tuple(singular(word) for word in found)


def same_name(asked: str, known: str) -> bool:
    """Are they one name, but for spelling and number?"""
    a, b = name_key(asked), name_key(known)
    return bool(a) and (a == b or "".join(a) == "".join(b) or tuple(map(_spelt, a)) == tuple(map(_spelt, b)))


def ends_in(asked: str, known: str) -> bool:
    """Is what is known a kind of what was asked, by its last words: a folding chair is a chair?"""
    a, b = name_key(asked), name_key(known)
    return 0 < len(a) < len(b) and b[len(b) - len(a) :] == a


@lru_cache(8192)
def stems(text: str) -> tuple[str, ...]:
    """The stems of the words that make a difference."""
    found = words(text)
    kept = [word for word in found if word not in _EMPTY] or found
    return tuple(stem(singular(_SAME.get(word, word))) for word in kept)


def says(known: Iterable[str], asked: str) -> bool:
    """Do these phrases say what is asked?

    A word is said by itself, before its shade or by what is done ("dark red" and "flying a kite" say red and flying,
    "short hair" does not say short); several words by one phrase that has them all, or each by a phrase of its own.
    """
    asked = asked.casefold().replace("out of focus", "blurry")
    wanted, phrases = stems(asked), [phrase for phrase in known if not _denies(phrase) or _denies(asked)]
    if not wanted:
        return False
    if len(wanted) == 1:
        return any(_means(phrase, wanted[0]) for phrase in phrases)
    together = any(set(wanted) <= set(stems(phrase)) for phrase in phrases)
    return together or all(any(_means(phrase, word) for phrase in phrases) for word in wanted)


def _denies(phrase: str) -> bool:
    return bool({"not", "no", "without"} & set(words(phrase)))


def _means(phrase: str, word: str) -> bool:
    found = stems(phrase)
    rest = set(found) - {word}
    if word not in found:
        return False
    if word == stem("blond") and "hair" in rest:  # a blonde woman has blonde hair
        return True
    return not rest - _SHADES or (found[0] == word and words(phrase)[0].endswith("ing"))


def first_said(known: Sequence[str], asked: str) -> int:
    """The place of the first phrase that says what is asked; as many as there are when none does."""
    return next((place for place, phrase in enumerate(known) if says([phrase], asked)), len(known))


@lru_cache(4096)
def _spelt(word: str) -> str:
    """British and American spellings alike."""
    return (
        _SAME.get(word, word).replace("colour", "color").replace("aluminium", "aluminum").replace("licence", "license")
    )
