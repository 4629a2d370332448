"""What a question is about, taken out of it: what is left is its structure, and that is what its program follows."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator

from ...tools.core.example import Example
from ...tools.see.color.color import COLORS
from ..language.program import parse

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
        *("middle", "corner", "half", "side", "front", "back", "foreground", "background", "camera", "anything"),
        *("something", "anyone", "someone", "nobody", "closest", "nearest", "farthest", "kind", "breed", "word"),
    }
)
_NAME = re.compile(r"[a-z]+(?: [a-z]+){0,2}")
_NOUN_OF_CONDITION = re.compile(
    r"\b(?:the|an?|of|his|her|their|wearing|holding|carrying|riding|with) (?:[a-z]+ )?([a-z]+)$"
)
_PLURALS = {
    **{"person": "people", "man": "men", "woman": "women", "child": "children", "foot": "feet", "tooth": "teeth"},
    **{"fisherman": "fishermen", "mouse": "mice", "goose": "geese", "fish": "fish", "deer": "deer", "sheep": "sheep"},
    **{"knife": "knives", "leaf": "leaves", "shelf": "shelves", "scarf": "scarves", "wife": "wives"},
}
_IRREGULAR = {plural for one, plural in _PLURALS.items() if plural != one}
_COMPOUNDS = ("wine glass", "cell phone", "potted plant", "fire hydrant", "stop sign", "teddy bear", "dining table")
"""Names of two words that are common, and in no example."""
_FINDERS = frozenset({"LOC", "DETECT", "EXISTS", "COUNT"})
"""Their first text is a name, the second a condition."""
_ASKING_IN_WORDS = frozenset({"VERIFY", "PARTNER", "NAME", "THINGS"})
"""Their texts are conditions and kinds."""


class Masker:
    """Replaces names, colours and numbers by one name, one colour and one number.

    The names are those that the examples' programs give to tools: a domain's words need no list of their own. Of the
    words that no example has, those that stand where names stand ("a goat") are taken for names too.
    """

    def __init__(self, examples: Iterable[Example]) -> None:
        taught = tuple(examples)
        words: dict[str, str] = {}
        for name in sorted({*_COMPOUNDS, *(name for example in taught for name in _names(example))}):
            for noun in (name, name.split()[-1]):
                if noun.split()[0] in COLORS:
                    continue
                words[noun] = _THINGS if re.search(r"[^s]s$", noun) or noun in _IRREGULAR else _THING
                words.setdefault(_plural(noun), _THINGS)
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


def _names(example: Example) -> Iterator[str]:
    """The names among the strings that the program gives to tools: neither its answers nor states and places."""
    asked = example.question.lower()
    for call in ast.walk(parse(example.program)):
        if not isinstance(call, ast.Call):
            continue
        tool = call.func.id if isinstance(call.func, ast.Name) else ""
        given = [text for argument in _arguments(call) for text in _texts(argument)]
        if tool in _FINDERS:
            names, conditions = given[:1], given[1:]
        elif tool in _ASKING_IN_WORDS:
            names, conditions = [], given
        else:
            names, conditions = given, []
        if tool == "CLASSIFY":  # things are labels, and states: "a goat or a deer", "open or closed"
            names = [name for name in names if re.search(rf"\ban? {re.escape(name)}", asked)]
        nouns = [found[1] for text in conditions if (found := _NOUN_OF_CONDITION.search(text))]
        yield from (name for name in (*names, *nouns) if _NAME.fullmatch(name) and name not in _NEVER_NAMES)


def _arguments(call: ast.Call) -> list[ast.expr]:
    return [*call.args, *(keyword.value for keyword in call.keywords)]


def _texts(argument: ast.expr) -> list[str]:
    """The text of a constant, or those of a list of constants."""
    parts = argument.elts if isinstance(argument, ast.List) else [argument]
    return [part.value.lower() for part in parts if isinstance(part, ast.Constant) and isinstance(part.value, str)]


def _plural(noun: str) -> str:
    if noun in _PLURALS:
        return _PLURALS[noun]
    if re.search(r"[^aeiou]y$", noun):
        return noun[:-1] + "ies"
    return noun + ("es" if re.search(r"(?:s|x|ch|sh)$", noun) else "s")
