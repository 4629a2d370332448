"""Checks whether a program says what the question says: words and numbers that only one of the two has, and pointless
comparisons.

Small models copy constraints from the examples that the question does not have ("blue squares" for "squares"), and drop
some that it has. Neither breaks a rule of the language, so the checker cannot detect it. These findings are hints, not
errors, because a question may use other words. They reduce a program's votes.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from difflib import SequenceMatcher
from functools import lru_cache

from ...tools.core.example import Example
from ...tools.core.registry import Registry
from ..language.diagnostics import Diagnostic
from ..language.program import parse
from ..language.types import literal_values, members
from .self_comparison import same_on_both_sides

_NUMBERS = {
    word: number
    for number, word in enumerate(
        ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]
    )
}
_WRITTEN_OUT = 2
"""Numbers up to this one are often said in other words: "both", "second", "a pair of"."""

_SPELLING = 0.8
"""Similarity (0 to 1) from which a word counts as another one misspelt."""

_USES, _RULE = 3, 0.9
"""Examples that must speak for a habit, and the share of them that must keep it."""


class Faithfulness:
    """Compares programs with their questions, over the values that a registry's tools are given by name.

    The worked examples tell what is usual: a value that they use only where the question has the word ("blue") may not
    come from nowhere; a word that makes them use the value may not be lost. "bottom" may be called the floor, and the
    "top" of a tower is no value at all. Of free texts ("on the stage") every word has to come from the question, but
    for those that some example brings along ("thing", "material").
    """

    def __init__(self, registry: Registry, examples: Iterable[Example]) -> None:
        types = [parameter.type for tool in registry for form in tool.signatures for parameter in form.parameters]
        values = {v for t in types for m in members(t) for v in literal_values(m) if isinstance(v, str)}
        pairs = [(_strings(example.program), example.question) for example in examples]
        named = {v: [_names(question, v) for used, question in pairs if v in used] for v in values}
        used = {v: [v in used for used, question in pairs if _has(question, v)] for v in values}
        self._values = values
        self._own = {word for program, question in pairs for word in _foreign(program, question)}
        self._named = {v for v in values if _is_habit(named[v])}
        self._used = {v for v in values if _is_habit(used[v])}

    def __call__(self, source: str, question: str) -> tuple[Diagnostic, ...]:
        """What the program has and the question does not, and vice versa."""
        said, numbers = _strings(source) & self._values, _numbers_in_program(source)
        asked = _numbers_in_question(question)
        added = [repr(v) for v in sorted(said & self._named) if not _names(question, v)]
        lost = [repr(v) for v in sorted(self._used - said) if _has(question, v)]
        added += [repr(word) for word in _foreign(_strings(source) - self._values, question) if word not in self._own]
        added += [str(n) for n in sorted(numbers - asked) if n > _WRITTEN_OUT]
        lost += [str(n) for n in sorted(asked - numbers) if n > 1]
        return (
            *(_finding("same", f"This compares a thing with itself: {text:.80}", line) for line, text in _same(source)),
            *(_finding("added", f"The question does not say {what}.") for what in added),
            *(_finding("lost", f"The question says {what}, the program does not.") for what in lost),
        )


def _finding(code: str, message: str, line: int = 1) -> Diagnostic:
    hint = "Put into the program what the question says, and only that."
    return Diagnostic(kind="type_error", code=code, line=line, column=0, message=message, hint=hint)


def _same(source: str) -> list[tuple[int, str]]:
    try:
        return list(same_on_both_sides(parse(source)))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []


def _foreign(texts: Iterable[str], question: str) -> list[str]:
    """The words of a program's texts that its question does not have in any form, in order."""
    said = {word[:_STEM] for word in _words(question)}
    words = sorted({word for text in texts for word in _words(text) if len(word) >= _STEM})
    return [word for word in words if word[:_STEM] not in said]


_STEM = 4
"""Letters by which two forms of one word are known; shorter words are no content, or irregular."""


def _is_habit(cases: list[bool]) -> bool:
    return len(cases) >= _USES and sum(cases) >= _RULE * len(cases)


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


def _has(question: str, value: str) -> bool:
    words = _words(question)
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
