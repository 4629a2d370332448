"""Matches words of scene graphs and programs: spelling, number, endings and simple synonyms.

Kinds of things, such as that a dog is an animal, come from the scene graph.
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
"""Words that are ignored in attributes."""
_SHADES = frozenset(["dark", "light", "pale", "bright", "deep", "very", "part", "mostly", "slightly", "vivid", "neon"])
"""Stems of words that modify the strength of a color or state."""
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
    """The common stem of the forms of a word: sit, sits, sitting and seated; open and opened."""
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
    """A key that is the same for spellings of one name, singular or plural, such as "T-shirts" and "t shirt"."""
    found = [word for word in words(name) if word not in ("a", "an", "the", "some", "any", "all", "of")]
    return tuple(singular(word) for word in found)


def same_name(asked: str, known: str) -> bool:
    """Are they the same name, except for spelling and number?"""
    a, b = name_key(asked), name_key(known)
    return bool(a) and (a == b or "".join(a) == "".join(b) or tuple(map(_spelt, a)) == tuple(map(_spelt, b)))


def ends_in(asked: str, known: str) -> bool:
    """Does the known name end in the asked one, and so name a kind of it: a folding chair is a chair?"""
    a, b = name_key(asked), name_key(known)
    return 0 < len(a) < len(b) and b[len(b) - len(a) :] == a


@lru_cache(8192)
def stems(text: str) -> tuple[str, ...]:
    """The stems of the words that are not ignored."""
    found = words(text)
    kept = [word for word in found if word not in _EMPTY] or found
    return tuple(stem(singular(_SAME.get(word, word))) for word in kept)


def says(known: Iterable[str], asked: str) -> bool:
    """Do these phrases say what is asked?

    A single word matches itself, itself with a shade, and a phrase that begins with it as a verb: "red" matches "dark
    red" and "flying" matches "flying a kite", but "short" does not match "short hair". Several words match one phrase
    that has them all, or a phrase each.
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
    """The index of the first phrase that says what is asked; the number of phrases if none does."""
    return next((place for place, phrase in enumerate(known) if says([phrase], asked)), len(known))


@lru_cache(4096)
def _spelt(word: str) -> str:
    """The word in American spelling."""
    return (
        _SAME.get(word, word).replace("colour", "color").replace("aluminium", "aluminum").replace("licence", "license")
    )
