"""What a question is about, taken out of it: what is left is its structure, and that is what its program follows."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator

from ...tools.color import COLORS
from ...tools.example import Example
from ..program import parse

_THING, _THINGS, _COLOR, _NUMBER = "thing", "things", "red", "two"
_NUMBERS = ("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_BEFORE_NAMES = frozenset(
    {
        *("a", "an", "the", "no", "any", "some", "many", "all", "each", "every", "both"),
        *("more", "fewer", "than", "of", "and", "or", _COLOR, _NUMBER),
    }
)
_NEVER_NAMES = frozenset(
    {
        *_BEFORE_NAMES,
        *("is", "are", "has", "have", "does", "do", "not", "in", "on", "at", "to", "from", "with", "by", "there"),
        *("it", "them", "its", "their", "this", "that", "these", "those", "which", "what", "how", "where", "who"),
        *("one", "ones", "other", "others", "only", "same", "most", "least", "exactly", "left", "right", "top"),
        *("bottom", "first", "second", "last", "number", "color", "colour", "image", "images", "picture", "photo"),
    }
)
_NAME = re.compile(r"[a-z]+(?: [a-z]+){0,2}")
_PLURALS = {"person": "people", "mouse": "mice", "knife": "knives", "sheep": "sheep"}


class Masker:
    """Replaces names, colours and numbers by one name, one colour and one number.

    The names are those that the examples' programs give to tools: a domain's words need no list of their own. Of the
    words that no example has, those that stand where names stand ("a goat") are taken for names too.
    """

    def __init__(self, examples: Iterable[Example]) -> None:
        taught = tuple(examples)
        words: dict[str, str] = {}
        for name in sorted({name for example in taught for name in _names(example.program)}):
            for noun in (name, name.split()[-1]):
                words[_plural(noun)] = _THINGS
                words[noun] = _THING
        words |= dict.fromkeys((*COLORS, "grey"), _COLOR) | dict.fromkeys(_NUMBERS, _NUMBER)
        longest_first = sorted(words, key=lambda word: (-len(word), word))
        self._words = words
        self._pattern = re.compile(rf"\b(?:{'|'.join(map(re.escape, longest_first))}|\d+)\b")
        seen = (word for example in taught for word in re.findall(r"[a-z]+", self._known_masked(example.question)))
        self._kept = {_THING, _THINGS, *_NEVER_NAMES, *seen}

    def __call__(self, question: str) -> str:
        """The question in lower case, masked."""
        before = ""

        def guess(found: re.Match[str]) -> str:
            nonlocal before
            word, previous = found[0], before
            before = word
            if previous not in _BEFORE_NAMES or word in self._kept:
                return word
            return _THINGS if re.search(r"[^s]s$", word) else _THING

        return re.sub(r"[a-z]+", guess, self._known_masked(question))

    def _known_masked(self, question: str) -> str:
        return self._pattern.sub(lambda found: self._words.get(found[0], _NUMBER), question.lower())


def _names(source: str) -> Iterator[str]:
    """The names among a program's strings: neither its answers nor whole sentences."""
    tree = parse(source)
    answers = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Assign)}
    parts = (part for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values)
    skipped = answers | {id(part) for part in parts}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in skipped:
            name = node.value.lower()
            if _NAME.fullmatch(name):
                yield name


def _plural(noun: str) -> str:
    if noun in _PLURALS:
        return _PLURALS[noun]
    if re.search(r"[^aeiou]y$", noun):
        return noun[:-1] + "ies"
    return noun + ("es" if re.search(r"(?:s|x|ch|sh)$", noun) else "s")
