"""Reads words for how people look and hold themselves: "smiling", "looking happy", "seen from behind"."""

from __future__ import annotations

from typing import Literal

from ...phrases.condition_values import show
from ...phrases.conditions import read_conditions
from ...words.english import word_set
from .posture import posture_of

Manners = Literal["mood", "facing", "arms", "posture"]
"""The kinds of manner; each has values that exclude each other."""

_MOODS = {
    **dict.fromkeys(word_set("smiling happy laughing cheerful grinning glad joyful pleased smile"), "happy"),
    **dict.fromkeys(word_set("sad unhappy crying upset frowning miserable"), "sad"),
    **dict.fromkeys(word_set("angry mad furious annoyed"), "angry"),
    **dict.fromkeys(word_set("surprised astonished shocked amazed"), "surprised"),
    **dict.fromkeys(word_set("scared afraid frightened fearful terrified"), "scared"),
    **dict.fromkeys(word_set("serious neutral calm expressionless"), "neutral"),
}
_ARMS = {
    **dict.fromkeys(word_set("crossed folded crossing folding"), "crossed"),
    **dict.fromkeys(word_set("raised up raising lifted lifting overhead air"), "raised"),
    **dict.fromkeys(word_set("hanging down lowered hanging"), "down"),
}
_LIMBS = word_set("arm arms hand hands")
_EMPTY = word_set("looking look with a is be being seem seeming has having in the")


def manner_of(text: str) -> tuple[Manners, str] | None:
    """The manner that a condition or label means, and its value; None for anything else, and for more than one."""
    said = " ".join(show(condition) for condition in read_conditions(text, "person"))
    words = [word.strip("()") for word in said.casefold().split() if word not in _EMPTY]
    if len(words) == 2 and words[0] == "facing" and words[1] in ("camera", "away", "left", "right"):
        return "facing", words[1]
    if len(words) == 1 and words[0] in _MOODS:
        return "mood", _MOODS[words[0]]
    doing = [word for word in words if word not in _LIMBS]
    if len(doing) == 1 < len(words) and doing[0] in _ARMS:
        return "arms", _ARMS[doing[0]]
    held = posture_of(text)
    return ("posture", held) if held else None


def arms_of(label: str) -> tuple[Manners, str] | None:
    """What a label that does not name the arms says of them: "crossed", "hanging down"; "up" may be the eyes."""
    words = label.casefold().split()
    said = _ARMS.get(words[0]) if words and words[0] not in ("up", "down", "air") else None
    return ("arms", said) if said else None
