"""Whatever the grammar admits parses and is in the language."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from functools import cached_property
from typing import Any, NamedTuple

from admitting import REGISTRY, Recognizer
from hypothesis import given, settings
from hypothesis import strategies as st

from looksmith.programs.check.check import Checked, check
from looksmith.programs.grammar.grammar import grammar
from looksmith.programs.language.program import Program


class Part(NamedTuple):
    """A parsed piece of a rule: text, class, rule, sequence, choice or repetition."""

    kind: str
    value: Any
    least: int = 1
    most: int = 1


class Deriver:
    """Writes random texts of a grammar."""

    _TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|\[(?:[^\]\\]|\\.)*\]|\{\d+,\d+\}|\w+|[|()?*]')
    _CLASS = re.compile(r"(\\x..|\\u....|\\.|.)(?:-(\\x..|\\u....|\\.|.))?")

    def __init__(self, text: str) -> None:
        lines = (line.split(" ::= ", 1) for line in text.strip().split("\n"))
        self.rules = {name: self._choice(iter([*self._TOKEN.findall(body), ")"])) for name, body in lines}

    def _choice(self, tokens: Iterator[str]) -> Part:
        options: list[list[Part]] = [[]]
        for token in tokens:
            if token == ")":
                return Part("choice", [Part("sequence", option) for option in options])
            if token == "|":
                options.append([])
            elif token in "?*" or token[0] == "{":
                least, most = map(int, token[1:-1].split(",")) if token[0] == "{" else (0, 1 if token == "?" else 9)
                options[-1][-1] = Part("repeated", options[-1][-1], least, most)
            else:
                options[-1].append(self._atom(token, tokens))
        raise AssertionError("unreachable")

    def _atom(self, token: str, tokens: Iterator[str]) -> Part:
        if token == "(":
            return self._choice(tokens)
        if token[0] == '"':
            return Part("text", token[1:-1].encode().decode("unicode_escape") if "\\" in token else token[1:-1])
        return Part("class", self._chars(token[1:-1])) if token[0] == "[" else Part("rule", token)

    def _chars(self, body: str) -> list[str]:
        ranges = [(_char(a), _char(b or a)) for a, b in self._CLASS.findall(body.removeprefix("^"))]
        named = {chr(c) for a, b in ranges for c in range(ord(a), ord(b) + 1)}
        others = {*map(chr, range(32, 127)), "é", "ß", "中", "\u2028"}
        return sorted(others - named) if body.startswith("^") else sorted(named)

    @cached_property
    def sizes(self) -> dict[str, float]:
        """The shortest text of each rule."""
        sizes = dict.fromkeys(self.rules, float("inf"))
        while True:
            found = {name: self._size(part, sizes) for name, part in self.rules.items()}
            if found == sizes:
                return sizes
            sizes = found

    def _size(self, part: Part, sizes: dict[str, float]) -> float:
        match part.kind:
            case "text":
                return len(part.value)
            case "class":
                return 1
            case "rule":
                return sizes[part.value]
            case "repeated":
                return part.least * self._size(part.value, sizes) if part.least else 0
            case "sequence":
                return sum(self._size(p, sizes) for p in part.value)
            case _:
                return min(self._size(p, sizes) for p in part.value)

    def derive(self, chance: random.Random, budget: int) -> str:
        """A text; after `budget` choices, the shortest way to its end."""
        todo, done = [Part("rule", "root")], list[str]()
        while todo:
            part = todo.pop()
            budget -= 1
            match part.kind:
                case "text":
                    done.append(part.value)
                case "class":
                    done.append(chance.choice(part.value))
                case "rule":
                    todo.append(self.rules[part.value])
                case "repeated":
                    most = min(part.most, part.least + 3) if budget > 0 else part.least
                    todo += [part.value] * chance.randint(part.least, most)
                case "sequence":
                    todo += reversed(part.value)
                case _:
                    short = min(part.value, key=lambda p: self._size(p, self.sizes))
                    todo.append(chance.choice(part.value) if budget > 0 else short)
        return "".join(done)


def _char(text: str) -> str:
    if text[:2] in ("\\x", "\\u"):
        return chr(int(text[2:], 16))
    return text[-1]


DERIVER = Deriver(grammar(REGISTRY))


@settings(max_examples=300, deadline=None)
@given(st.integers(0, 2**32), st.integers(20, 3_000))
def test_whatever_the_grammar_admits_parses_and_is_in_the_language(seed: int, budget: int) -> None:
    source = DERIVER.derive(random.Random(seed), budget)
    found = check(Program(source), REGISTRY)
    if not isinstance(found, Checked):
        assert {d.kind for d in found} == {"type_error"}, (source, found)
        assert "no-answer" not in {d.code for d in found}, source


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32), st.integers(20, 3_000))
def test_xgrammar_reads_the_grammar_as_it_was_derived_from(written: Recognizer, seed: int, budget: int) -> None:
    source = DERIVER.derive(random.Random(seed), budget)
    assert written.admits(source), source
