"""Things named by what is written on them: "the word SALE", "EXIT sign", "the door that says PRIVATE"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from ...core.values import Box
from ..boxes.around import around

_UNITS = r"words?|text|writing|letter(?:s|ing)?|numbers?|digits?|inscription"
_QUOTE = "[\"'\u201c\u201d\u2018\u2019]"
_SAID = rf"(?:{_QUOTE}(?P<quoted>[^\"]+?){_QUOTE}|(?P<plain>(?:[A-Z\d][\w.'-]*)(?: [A-Z\d&][\w.'-]*)*))"
"""A text in quotation marks, or in capital letters or digits."""
_BEARERS = "sign|label|poster|banner|button|board|logo"
_NAMED = re.compile(rf"(?P<noun>(?:[a-z]+ )?(?:{_UNITS}|{_BEARERS}|name|title)) {_SAID}")
"""As in "word SALE" and "red sign EXIT"."""
_CAPITALS = re.compile(rf"(?P<plain>[A-Z][A-Z\d&.'-]+(?: [A-Z\d&.'-]+)*) (?P<noun>(?:[a-z]+ )?(?:{_BEARERS}))")
"""As in "EXIT sign"."""
_WHICH = re.compile(
    r"(?:(?:that|which) )?(?:says?|reads?|saying|reading|labell?ed|marked"
    rf"|(?:with|bearing|showing|has|having) (?:the )?(?:{_UNITS}|name)) {_SAID}"
)
_ALIKE = 0.8
"""How alike a line that was read and the text must be: a letter may be misread."""


@dataclass(frozen=True)
class Written:
    """A thing by its text. noun: the thing, "red sign"; text: what is written on it."""

    noun: str
    text: str

    @property
    def is_text(self) -> bool:
        """Whether the text itself is meant, and nothing that bears it."""
        return bool(re.fullmatch(rf"(?:[a-z]+ )?(?:{_UNITS})", self.noun))


def read_written(name: str, which: str) -> Written | None:
    """What a noun and a condition say of a text; None where they say nothing of one.

    Without quotation marks a text is known by its capital letters or digits: "word SALE", "number 12".
    """
    name, which = (re.sub(r"^(?:the|an?) ", "", text.strip()) for text in (name, which))
    if which:
        found = _WHICH.fullmatch(which) or (re.fullmatch(_SAID, which) if re.fullmatch(_UNITS, name) else None)
        noun = name
    else:
        found = _NAMED.fullmatch(name) or _CAPITALS.fullmatch(name)
        noun = found["noun"] if found else ""
    if not found:
        return None
    said = found.groupdict()
    return Written(noun, said.get("quoted") or said["plain"])


def written_noun(noun: str) -> Written | None:
    """Of "word sale", in the lower case of a condition, the word and the text."""
    found = re.fullmatch(rf"({_UNITS}) (.+)", noun)
    return Written(found[1], found[2]) if found else None


def lines_with(lines: Sequence[Box], text: str) -> tuple[Box, ...]:
    """The lines in which the text is read, as words of their own; of a text on several lines the box around them."""
    whole = tuple(line for line in lines if _says(line.label, text))
    if whole:
        return whole
    parts = [line for line in lines if _says(text, line.label)]
    covers = sum(len(_plain(line.label)) for line in parts) >= _ALIKE * len(_plain(text))
    return (around(parts),) if parts and covers else ()


def bearing(things: Sequence[Box], lines: Sequence[Box]) -> tuple[Box, ...]:
    """The things that have the middle of a line in them."""
    return tuple(thing for thing in things if any(_holds(thing, line) for line in lines))


def _says(longer: str, text: str) -> bool:
    words, wanted = _plain(longer).split(), _plain(text).split()
    runs = (words[start : start + len(wanted)] for start in range(len(words) - len(wanted) + 1))
    said = " ".join(wanted)
    exact = said.isdigit() or len(said) < 4
    return bool(said) and any(
        " ".join(run) == said or (not exact and SequenceMatcher(None, " ".join(run), said).ratio() >= _ALIKE)
        for run in runs
    )


def _plain(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.lower()))


def _holds(thing: Box, line: Box) -> bool:
    return thing.left <= line.center_x <= thing.right and thing.top <= line.center_y <= thing.bottom
