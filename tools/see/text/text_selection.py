"""Selects a part of the text that was read: "the last word", "the number", "the name under 'ibis'"."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from ...core.values import Box
from .text_meant import Meant

_WORD, _LETTER = r"\S*\w\S*", r"[^\W\d_]"
_NAME = rf"{_LETTER}+(?:['.-]{_LETTER}*)*"
_MONTHS = (
    "jan(?:uary?)?|feb(?:ruary?)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|o[ck]t(?:ober)?"
    "|nov(?:ember)?|de[cz](?:ember)?|januar|februar|märz|mai|juni|juli|dezember|janvier|février|mars|avril|juin"
    "|juillet|août|septembre|octobre|novembre|décembre|enero|febrero|marzo|abril|mayo|junio|julio|agosto"
    "|septiembre|octubre|noviembre|diciembre"
)
_STREETS = "street|st|road|rd|avenue|ave|lane|ln|drive|dr|way|square|sq|boulevard|blvd|court|ct|place|pl|row"
_PATTERNS: Mapping[str, tuple[str, ...]] = {
    "website": (r"(?<![\w@.-])(?:https?://)?[\w-]+(?:\.[\w-]+)*\.[A-Za-z]{2,}(?![\w.-]*@)(?:/\S*)?",),
    "email": (r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+",),
    "address": (rf"(?i)\b\d+[a-z]?,? (?:[\w'-]+ ){{1,3}}?(?:{_STREETS})\b\.?",),
    "time": (
        r"\b\d{1,2}:\d\d\b(?:\s?[ap]m\b)?|\b\d{1,2}(?:\.\d\d)?\s?[ap]m\b",
        r"\b(?:[01]?\d|2[0-4])\.[0-5]\d\b",
    ),
    "date": (
        r"\b\d{1,4}[./-]\d{1,2}[./-]\d{1,4}\b"
        rf"|(?i:\b\d{{1,2}}(?:st|nd|rd|th)?\.? (?:de )?(?:{_MONTHS})\b\.?(?:,? \d{{4}})?"
        rf"|\b(?:{_MONTHS})\.? \d{{1,2}}(?:st|nd|rd|th)?\b(?:,? \d{{4}})?)",
    ),
    "price": (r"[$€£]\s?\d+(?:[.,]\d+)?|\b\d+(?:[.,]\d\d)?\s?[$€£]|\b\d+[.,]\d\d\b",),
    "year": (r"\b(?:1\d|20)\d\d\b",),
    "number": (r"\b\d+(?:[.,:]\d+)*\b",),
    "plate": (r"(?=.*\d)(?=.*[A-Z])[A-Z\d](?:[A-Z\d\xb7 .-]*[A-Z\d])?$",),
}
"""What is looked for, the surest form first."""
_INSTEAD = {"address": "website"}
_PARTS = {"word": _WORD, "words": _WORD, "letter": _LETTER, "letters": _LETTER}
"""Units that are parts of a line."""
_AS_TALL = 0.7
"""Minimum height of lines that belong together, relative to the tallest."""


def pick(lines: Sequence[Box], meant: Meant, is_colored: Callable[[Box, str], bool]) -> list[Box]:
    """Those of the lines, or parts of them, that are meant; all where the phrase fits none.

    lines: in reading order, each with its text as label. is_colored: is a line's writing of that colour?
    """
    kept = _around(lines, meant) or list(lines)
    if meant.within:
        kept = pick(kept, meant.within, is_colored)
    if meant.color:
        kept = [line for line in kept if is_colored(line, meant.color)] or kept
    if meant.unit in _PARTS and meant.rank is not None:  # "last word at the top": of the line that is there
        kept = _placed(kept, meant)
        if meant.many and meant.rank in (0, -1):
            return _run(kept, _PARTS[meant.unit], meant.many, from_end=meant.rank < 0)
        return _ranked(_of_unit(kept, meant), meant)
    return _ranked(_placed(_of_unit(kept, meant), meant), meant)


def _placed(lines: list[Box], meant: Meant) -> list[Box]:
    """The one that is on that side, and the one of that size."""
    if meant.sides and len(lines) > 1:
        lines = [min(lines, key=lambda line: sum(_EDGES[side](line) for side in meant.sides))]
    if meant.size and len(lines) > 1:
        lines = [sorted(lines, key=_size)[-1 if meant.size == "big" else 0]]
    return lines


def _ranked(found: list[Box], meant: Meant) -> list[Box]:
    """The first, the last two."""
    if meant.rank is None or not found:
        return found
    if meant.many and meant.rank in (0, -1):
        return found[: meant.many] if meant.rank == 0 else found[-meant.many :]
    return [found[min(max(meant.rank, -len(found)), len(found) - 1)]]


def _of_unit(lines: list[Box], meant: Meant) -> list[Box]:
    """The words, numbers or lines that are spoken of."""
    unit, told = meant.unit, meant.rank is not None or meant.every
    if unit in _PATTERNS:
        forms = (*_PATTERNS[unit], *_PATTERNS.get(_INSTEAD.get(unit, ""), ()))
        found = next((some for form in forms if (some := _matching(lines, form))), lines)
        return found if told or meant.many or unit != "number" else _tallest(found)[:1]
    if unit in ("forename", "surname"):
        return _name_part(lines, meant)
    if unit in _PARTS and meant.many:
        return _so_many(lines, unit, meant.many)
    if unit in ("word", "letter") and told:
        return _matching(lines, _PARTS[unit]) or lines
    if unit == "word" and not (meant.sides or meant.size or meant.anchor):
        return _tallest(lines)[:1]
    if unit == "name" and not (told or meant.sides or meant.anchor):
        tallest = _tallest(lines)
        return [line for line in lines if _size(line) >= _AS_TALL * _size(tallest[0])] if tallest else []
    return lines


def _name_part(lines: list[Box], meant: Meant) -> list[Box]:
    """The first or the last word of the largest name; where there are none of several words, all lines."""
    if meant.anchor:
        return _matching(lines, _WORD)[-1 if meant.where in ("before", "above") else 0 :][:1]
    full = [line for line in lines if re.fullmatch(rf"{_NAME}(?: {_NAME}){{1,3}}", line.label)]
    words = _matching(_tallest(full)[:1], _WORD)
    return (words[:1] if meant.unit == "forename" else words[-1:]) or lines


def _run(lines: list[Box], part: str, many: int, *, from_end: bool) -> list[Box]:
    """The first or the last of all words or letters, line by line."""
    found: list[Box] = []
    for line in reversed(lines) if from_end else lines:
        spans = [one.span() for one in re.finditer(part, line.label)]
        taken = spans[-many:] if from_end else spans[:many]
        if many <= 0 or not taken:
            continue
        found.append(replace(line, label=line.label[taken[0][0] : taken[-1][1]]))
        many -= len(taken)
    return (found[::-1] if from_end else found) or lines


def _so_many(lines: list[Box], unit: str, many: int) -> list[Box]:
    """As many words as are asked for, or a word of as many letters; all where there is none."""
    words = _matching(lines, r"[^\W\d_]+(?:['-][^\W\d_]+)*")
    if unit in ("letter", "letters"):
        return [word for word in words if len(word.label) == many][:1] or lines
    row = next((line for line in lines if len(line.label.split()) == many), None)
    longer = [word for word in words if len(word.label) > 2 and len(set(word.label)) > 1]
    return [row] if row is not None else longer if len(longer) == many else lines


def _around(lines: Sequence[Box], meant: Meant) -> list[Box]:
    """What stands behind the anchor, or before it: the rest of its line, or the line that is next. Below it, and above,
    is another line.
    """
    found = ((n, _anchored(line.label, meant.anchor)) for n, line in enumerate(lines) if meant.anchor)
    at, match = next(((n, match) for n, match in found if match), (0, None))
    if match is None:
        return []
    line, backwards = lines[at], meant.where in ("before", "above")
    if meant.where in ("after", "before"):
        rest = (line.label[: match.start()] if backwards else line.label[match.end() :]).strip(" ,:;-|/'\"")
        if rest:
            return [replace(line, label=rest)]
    if backwards:
        higher = [one for one in lines[:at] if one.center_y < line.top or meant.where == "before"]
        return _nearest(higher[::-1], line) or list(lines[max(at - 1, 0) : at])
    lower = [one for one in lines[at + 1 :] if one.center_y > line.bottom or meant.where == "after"]
    return _nearest(lower, line) or list(lines[at + 1 : at + 2])


def _anchored(label: str, anchor: str) -> re.Match[str] | None:
    """Where a text has the anchor as words of its own: "tea" is not in "steak"."""
    edges = ["\\d" if end.isdigit() else _LETTER for end in (anchor[0], anchor[-1])]
    return re.search(rf"(?<!{edges[0]}){re.escape(anchor)}(?!{edges[1]})", label, re.IGNORECASE)


def _nearest(lines: Sequence[Box], line: Box) -> list[Box]:
    """The first that is in the same column as the line, else the first."""
    column = [one for one in lines if one.left < line.right and line.left < one.right]
    return [*column[:1]] or [*lines[:1]]


def _matching(lines: Sequence[Box], pattern: str) -> list[Box]:
    return [replace(line, label=found[0]) for line in lines for found in re.finditer(pattern, line.label)]


def _tallest(lines: Sequence[Box]) -> list[Box]:
    return sorted(lines, key=_size, reverse=True)


def _size(line: Box) -> float:
    """About how tall the letters are: a box may be taller than its line."""
    return min(line.height, 2 * line.width / max(1, len(line.label)))


_EDGES: Mapping[str, Callable[[Box], float]] = {
    "top": lambda line: line.center_y,
    "bottom": lambda line: -line.center_y,
    "left": lambda line: line.center_x,
    "right": lambda line: -line.center_x,
}
