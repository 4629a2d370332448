"""The meaning of texts in VisProg programs: yes and no, numbers, comma-separated names, labels."""

from __future__ import annotations

import re
from collections.abc import Sequence

_TRUTHS = {"yes": True, "true": True, "no": False, "false": False}
_SMALL = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
    *("eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty"),
)
_FIGURES = re.compile(r"[-+]?(?:[0-9]{1,3}(?:,[0-9]{3}){1,4}|[0-9]{1,15})(?:\.[0-9]{1,15})?|[-+]?\.[0-9]{1,15}")


def plain(text: str) -> str:
    """The text in lower case, with normalized spaces and without a final full stop."""
    return " ".join(text.casefold().split()).rstrip(".!")


def truth(text: str) -> bool | None:
    """Whether the text is yes or no, alone or before a comma, as in `Yes, there is.`; None for neither."""
    return _TRUTHS.get(plain(text).partition(",")[0])


def figures(text: str) -> int | float | None:
    """The number in digits, or in words up to twenty; None if the text is not a number."""
    said = plain(text)
    if said == "none":
        return 0
    if said in _SMALL:
        return _SMALL.index(said)
    if not _FIGURES.fullmatch(said):
        return None
    return float(said.replace(",", "")) if "." in said else int(said.replace(",", ""))


def number(text: str) -> int | float | None:
    """The number that a text means, with 1 for yes and 0 for no; None if it means none."""
    answer = truth(text)
    return figures(text) if answer is None else int(answer)


def split(text: str) -> list[str]:
    """The non-empty parts of a text between its commas."""
    return [part.strip() for part in text.split(",") if part.strip()]


def choices(names: Sequence[str]) -> list[str]:
    """The distinct names in order, with "other" added to a single one; [] if there are none."""
    found: dict[str, str] = {}
    for name in names:
        found.setdefault(plain(name), " ".join(name.split()))
    found.pop("", None)
    alone = len(found) == 1 and "other" not in found
    return [*found.values(), *(["other"] if alone else [])]


def label(text: str) -> str:
    """A COCO label in plain words: "wall-other-merged" is "wall"."""
    ended = text.casefold().strip().removesuffix("-merged").removesuffix("-other")
    return " ".join(re.findall(r"\w+", ended))


def belongs(thing: str, category: str) -> bool:
    """Are the labels equal, or is one a whole word of the other?"""
    one, other = label(thing), label(category)
    return bool(one and other) and (f" {one} " in f" {other} " or f" {other} " in f" {one} ")
