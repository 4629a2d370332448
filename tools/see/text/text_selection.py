"""Selects a part of the text that was read: "the last word", "the number", "the name under 'ibis'"."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from ...core.values import Box
from ...words.english import is_color

_ORDINALS: Mapping[str, int] = {"first": 0, "second": 1, "third": 2, "fourth": 3, "fifth": 4, "last": -1, "final": -1}
_NUMBERS: Mapping[str, int] = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8}
_BIG = frozenset(("big", "bigger", "biggest", "large", "largest", "huge"))
_SMALL = frozenset(("small", "smaller", "smallest", "tiny", "little"))
_SIDES: Mapping[str, str] = {
    **{side: side for side in ("top", "bottom", "left", "right")},
    **{"upper": "top", "lower": "bottom", "topmost": "top", "bottommost": "bottom"},
}
_UNITS: Mapping[str, str] = {
    "word": "word",
    "words": "words",
    **dict.fromkeys(("letter", "letters", "initials"), "letters"),
    **dict.fromkeys(("number", "numbers", "digit", "digits", "figure", "numeral"), "number"),
    **dict.fromkeys(("line", "lines"), "line"),
    **dict.fromkeys(("surname", "forename"), "surname"),
    **dict.fromkeys(("name", "brand", "make", "company", "maker", "title", "logo", "headline", "lettering"), "name"),
    **dict.fromkeys(("website", "url", "address"), "website"),
    **{unit: unit for unit in ("time", "date", "price", "year")},
    **dict.fromkeys(("plate", "registration"), "plate"),
}
_PATTERNS: Mapping[str, str] = {
    "website": r"(?:https?://)?[\w-]+(?:\.[\w-]+)*\.[A-Za-z]{2,}(?:/\S*)?",
    "time": r"\b\d{1,2}[:.]\d\d\b(?:\s?[ap]m)?",
    "date": r"\b\d{1,4}[./-]\d{1,2}[./-]\d{1,4}\b|\b\d{1,2}\.? [A-Za-z]{3,9}\.?(?: \d{4})?\b",
    "price": r"[$€£]\s?\d+(?:[.,]\d+)?|\b\d+(?:[.,]\d\d)?\s?[$€£]|\b\d+[.,]\d\d\b",
    "year": r"\b(?:1\d|20)\d\d\b",
    "number": r"\b\d+(?:[.,:]\d+)*\b",
    "plate": r"(?=.*\d)(?=.*[A-Z])[A-Z\d](?:[A-Z\d\xb7 .-]*[A-Z\d])?$",
}
_ANCHOR = re.compile(
    r"\b(after|follow(?:s|ing)|under(?:neath)?|below|beneath|next to|beside|right of|before|above|over|left of)\s+"
    r"(?:the )?(?:(?:word|name|line|text)\s+)?(.+)$",
    re.IGNORECASE,
)
_BACKWARDS = ("before", "above", "over", "left of")
_AS_TALL = 0.7
"""Minimum height of lines that belong together, relative to the tallest."""


@dataclass(frozen=True)
class Meant:
    """What a phrase says of the text that it means. Fields are empty where it says nothing.

    unit: a value of _UNITS; many: how many of it; rank: which of them, as an index.
    sides: of "top" "bottom" "left" "right"; size: "big" or "small".
    anchor: the text that it stands after (backwards: before).
    """

    unit: str = ""
    many: int | None = None
    rank: int | None = None
    sides: tuple[str, ...] = ()
    size: str = ""
    color: str = ""
    anchor: str = ""
    backwards: bool = False


def read_meant(what: str) -> Meant:
    """What "last word", "two red letters at the top" or "name under 'ibis'" asks for. Never raises."""
    what = re.sub(r"\b(?:number|licen[cs]e) plate\b", "plate", what)
    what = re.sub(r"\bof the (?:two|three|four) (word|line|number|name)s\b", r"\1", what)
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
        many=next((_NUMBERS[word] for word in before if word in _NUMBERS), None),
        rank=next((_ORDINALS[word] for word in before if word in _ORDINALS), None),
        sides=tuple(dict.fromkeys(_SIDES[word] for word in (*before, *_places(after)) if word in _SIDES)),
        size="big" if _BIG & set(before) else "small" if _SMALL & set(before) else "",
        color=color or next(inked, ""),
        anchor=re.sub(r"^[\W_]+|[\W_]+$", "", relation[2]) if relation else "",
        backwards=relation is not None and relation[1].casefold() in _BACKWARDS,
    )


def pick(lines: Sequence[Box], meant: Meant, is_colored: Callable[[Box, str], bool]) -> list[Box]:
    """Those of the lines, or parts of them, that are meant; all where the phrase fits none.

    lines: in reading order, each with its text as label. is_colored: is a line's writing of that colour?
    """
    kept = _around(lines, meant) or list(lines)
    if meant.color:
        kept = [line for line in kept if is_colored(line, meant.color)] or kept
    kept = _of_unit(kept, meant)
    if meant.sides and len(kept) > 1:
        kept = [min(kept, key=lambda line: sum(_EDGES[side](line) for side in meant.sides))]
    if meant.size and len(kept) > 1:
        kept = [sorted(kept, key=_size)[-1 if meant.size == "big" else 0]]
    if meant.rank is not None and kept and not (meant.unit == "words" and meant.many):
        kept = [kept[min(max(meant.rank, -len(kept)), len(kept) - 1)]]
    return kept


def _of_unit(lines: list[Box], meant: Meant) -> list[Box]:
    """The words, numbers or lines that are spoken of."""
    unit, told = meant.unit, meant.rank is not None
    if unit in _PATTERNS:
        found = _matching(lines, _PATTERNS[unit]) or lines
        return found if told or meant.many or unit != "number" else _tallest(found)[:1]
    if unit == "words" and meant.many and meant.rank in (0, -1):
        return _run(lines, meant.many, from_end=meant.rank < 0)
    if unit in ("words", "letters") and meant.many:
        return _so_many(lines, unit, meant.many)
    if unit == "word" and told:
        return _matching(lines, r"\S+")
    if unit == "surname" and meant.anchor:
        return _matching(lines, r"\S+")[-1 if meant.backwards else 0 :][:1]
    if unit == "word" and not (meant.sides or meant.size or meant.anchor):
        return _tallest(lines)[:1]
    if unit == "name" and not (told or meant.sides or meant.anchor):
        tallest = _tallest(lines)
        return [line for line in lines if _size(line) >= _AS_TALL * _size(tallest[0])] if tallest else []
    return lines


def _run(lines: list[Box], many: int, *, from_end: bool) -> list[Box]:
    """The first or the last of all words, line by line."""
    found: list[Box] = []
    for line in reversed(lines) if from_end else lines:
        spans = [word.span() for word in re.finditer(r"\S+", line.label)]
        taken = spans[-many:] if from_end else spans[:many]
        if many <= 0 or not taken:
            continue
        found.append(replace(line, label=line.label[taken[0][0] : taken[-1][1]]))
        many -= len(taken)
    return found[::-1] if from_end else found


def _so_many(lines: list[Box], unit: str, many: int) -> list[Box]:
    """As many words as are asked for, or a word of as many letters; all where there is none."""
    words = _matching(lines, r"[^\W\d_]+(?:['-][^\W\d_]+)*")
    if unit == "letters":
        return [word for word in words if len(word.label) == many][:1] or lines
    row = next((line for line in lines if len(line.label.split()) == many), None)
    longer = [word for word in words if len(word.label) > 2 and len(set(word.label)) > 1]
    return [row] if row is not None else longer if len(longer) == many else lines


def _around(lines: Sequence[Box], meant: Meant) -> list[Box]:
    """What stands behind the anchor, or before it: the rest of its line, or the line that is next."""
    anchor = meant.anchor.casefold()
    at = next((n for n, line in enumerate(lines) if anchor and anchor in line.label.casefold()), None)
    if at is None:
        return []
    label = lines[at].label
    start = label.casefold().index(anchor)
    rest = (label[:start] if meant.backwards else label[start + len(anchor) :]).strip(" ,:;-|/'\"")
    if rest:
        return [replace(lines[at], label=rest)]
    return [lines[at - 1]] if meant.backwards and at else [*lines[at + 1 : at + 2]] if not meant.backwards else []


def _matching(lines: Sequence[Box], pattern: str) -> list[Box]:
    return [replace(line, label=found[0]) for line in lines for found in re.finditer(pattern, line.label)]


def _tallest(lines: Sequence[Box]) -> list[Box]:
    return sorted(lines, key=_size, reverse=True)


def _size(line: Box) -> float:
    """About how tall the letters are: a box may be taller than its line."""
    return min(line.height, 2 * line.width / max(1, len(line.label)))


def _places(words: Sequence[str]) -> list[str]:
    """The sides in "at the top", "in the top right corner" behind the noun, and not in "on the left shoe"."""
    said = re.match(
        r"(?:at|in|on) the((?: (?:top|bottom|upper|lower|left|right))+)(?: corner| side)?(?: of|$)", " ".join(words)
    )
    return said[1].split() if said else []


_EDGES: Mapping[str, Callable[[Box], float]] = {
    "top": lambda line: line.center_y,
    "bottom": lambda line: -line.center_y,
    "left": lambda line: line.center_x,
    "right": lambda line: -line.center_x,
}
