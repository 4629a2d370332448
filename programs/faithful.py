"""Does a program say what the question says? Words and numbers that only one of the two has.

Small models copy constraints from the examples that the question never had ("blue squares" for "squares"), and drop
some that it did. Neither breaks a rule of the language, so the checker cannot see it. These findings are hints, not
errors: a question may say a thing in other words. They lower a program's weight where several are to choose from.
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterable
from difflib import SequenceMatcher
from functools import lru_cache

from ..tools.example import Example
from ..tools.registry import Registry
from .program import parse
from .types import literal_values, members

_NUMBERS = {
    word: number
    for number, word in enumerate(
        ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]
    )
}
_SPELLING = 0.8
"""Similarity (0 to 1) from which a word counts as another one misspelt."""


class Faithfulness:
    """Compares programs with their questions, over the values that a registry's tools are given by name.

    examples: worked examples tell which values a question always names when its program uses them: "blue" it names,
    "bottom" it may call the floor.
    """

    def __init__(self, registry: Registry, examples: Iterable[Example]) -> None:
        types = [t for tool in registry for form in tool.signatures for t in (*(p.type for p in form.parameters),)]
        self._values = {v for t in types for m in members(t) for v in literal_values(m) if isinstance(v, str)}
        used, named = Counter[str](), Counter[str]()
        for example in examples:
            for value in _strings(example.program) & self._values:
                used[value] += 1
                named[value] += _names(example.question, value)
        self._always_named = {value for value in self._values if used[value] == named[value]}

    def findings(self, source: str, question: str) -> tuple[str, ...]:
        """What the program has and the question has not, and the other way round, a sentence each."""
        said, meant = _strings(source) & self._values, _numbers_in_program(source)
        asked = _numbers_in_question(question)
        words = set(_words(question))
        return (
            *(f"The question does not say {v!r}." for v in sorted(said & self._always_named) if not _names(question, v)),
            *(f"The program does not have {v!r}." for v in sorted(self._always_named - said) if _has(words, v)),
            *(f"The question does not say {n}." for n in sorted(meant - asked) if n > 1),
            *(f"The program does not have {n}." for n in sorted(asked - meant) if n > 1),
        )


def _words(text: str) -> list[str]:
    return re.findall(r"[a-z]+|\d+", text.lower())


@lru_cache(maxsize=4096)
def _names(question: str, value: str) -> bool:
    """Does the question have the word, in the plural, run together with another, or misspelt?"""
    value = value.lower()
    plain = question.lower()
    if value in plain:
        return True
    return any(SequenceMatcher(None, word, value).ratio() >= _SPELLING for word in _words(question) if len(word) > 3)


def _has(words: set[str], value: str) -> bool:
    return value.lower() in words or value.lower() + "s" in words


def _strings(source: str) -> set[str]:
    return {node.value for node in _constants(source) if isinstance(node.value, str)}


def _numbers_in_program(source: str) -> set[int]:
    return {node.value for node in _constants(source) if type(node.value) is int}


def _constants(source: str) -> list[ast.Constant]:
    try:
        return [node for node in ast.walk(parse(source)) if isinstance(node, ast.Constant)]
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []


def _numbers_in_question(question: str) -> set[int]:
    words = _words(question)
    return {_NUMBERS[w] if w in _NUMBERS else int(w) for w in words if w in _NUMBERS or (w.isdigit() and len(w) < 6)}
