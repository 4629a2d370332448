"""The grammar admits right programs, and what it admits parses; wrong programs are not to be written under it."""

from __future__ import annotations

import enum
import random
import re
from collections.abc import Callable, Iterator
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, NamedTuple, overload

import pytest
import xgrammar
from hypothesis import given, settings
from hypothesis import strategies as st

from looksmith.agent.setup.settings import Settings
from looksmith.programs.check.check import Checked, check
from looksmith.programs.examples.bank import SEVERAL, inputs_of, load_bank
from looksmith.programs.grammar.grammar import grammar
from looksmith.programs.language.language import INPUTS
from looksmith.programs.language.program import Program
from looksmith.tools.core.example import Example, load_examples
from looksmith.tools.core.registry import Registry
from looksmith.tools.core.tool import tool
from looksmith.tools.core.values import Box, Image

DOMAINS = Path(__file__).parents[2] / "domains"


class Side(enum.Enum):
    """An enumeration as a parameter."""

    LEFT = "left"
    RIGHT = "right"


@tool
def LOC(image: Image, name: str) -> Box:
    """The best box."""
    raise NotImplementedError


@tool
def DETECT(image: Image, name: str) -> list[Box]:
    """All boxes."""
    raise NotImplementedError


@tool
def EXISTS(image: Image, name: str) -> bool:
    """Is there one?"""
    raise NotImplementedError


@overload
def COUNT(items: list[Box]) -> int: ...
@overload
def COUNT(image: Image, name: str) -> int: ...
@tool
def COUNT(*args: Any, **kwargs: Any) -> int:
    """How many."""
    raise NotImplementedError


@tool
def CROP(image: Image, box: Box, *, margin: float = 0.0) -> Image:
    """The part inside the box."""
    raise NotImplementedError


@tool
def COLOR(image: Image, where: Box | None = None) -> str:
    """The main color."""
    raise NotImplementedError


@tool
def CLASSIFY(image: Image, labels: list[str]) -> str:
    """The best label."""
    raise NotImplementedError


@tool
def PICK(items: list[Box], number: int, side: Side, *, strict: bool = False) -> Box:
    """One of them, from a side."""
    raise NotImplementedError


@tool
def MOOD(image: Image, *, time: Literal["day", "night"] | None = None) -> Literal["calm", "busy"] | None:
    """What it feels like."""
    raise NotImplementedError


@tool
def MOODS(image: Image, kinds: list[Literal["calm", "busy"]]) -> list[Literal["calm", "busy"]]:
    """Those that can be felt."""
    raise NotImplementedError


@tool
def FACTS(image: Image) -> dict[str, float]:
    """Whatever is known."""
    raise NotImplementedError


@tool
def nearby(box: Box, *, a: int, b: int = 1, c: int = 1, d: int = 1, e: int = 1, f: int = 1) -> list[Box]:
    """A tool with a small name and many keywords."""
    raise NotImplementedError


TOOLS = (LOC, DETECT, EXISTS, COUNT, CROP, COLOR, CLASSIFY, PICK, MOOD, MOODS, FACTS, nearby)


def registry_of(*tools: Callable[..., Any]) -> Registry:
    registry = Registry()
    registry.add(*tools)
    return registry


REGISTRY = registry_of(*TOOLS)


class Recognizer:
    """xgrammar itself: does a grammar admit a text?"""

    def __init__(self, text: str) -> None:
        compiler = xgrammar.GrammarCompiler(xgrammar.TokenizerInfo([]), max_threads=1)
        self._compiled = compiler.compile_grammar(text)

    def admits(self, source: str) -> bool:
        """Is the whole text a program of the grammar?"""
        matcher = xgrammar.GrammarMatcher(self._compiled, terminate_without_stop_token=True)
        return matcher.accept_string(source) and matcher.is_terminated()


@pytest.fixture(scope="module")
def written() -> Recognizer:
    return Recognizer(grammar(REGISTRY))


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


@pytest.fixture(scope="module")
def declared(shared_home: Path) -> Registry:
    """The built-in tools, and those that have no backend yet."""
    return Settings(shared_home, device="cpu").registry(declared=True)


@pytest.fixture(scope="module", params=["image", "images"])
def bank(request: pytest.FixtureRequest, declared: Registry) -> tuple[Recognizer, list[Example]]:
    """The examples about one image or several, and the grammar for them."""
    inputs = SEVERAL if request.param == "images" else INPUTS
    examples = [example for example in load_bank() if inputs_of(example) is inputs]
    return Recognizer(grammar(declared, inputs)), examples


def test_the_example_bank_is_admitted(bank: tuple[Recognizer, list[Example]]) -> None:
    recognizer, examples = bank
    assert len(examples) > 5
    assert [e.program for e in examples if not recognizer.admits(e.program.strip())] == []


@pytest.mark.parametrize(("name", "fewest"), [("nlvr", 100), ("easy_vqa", 10)])
def test_the_examples_of_a_plug_in_are_admitted(name: str, fewest: int, shared_home: Path) -> None:
    domain = Settings(shared_home, device="cpu", tool_files=(DOMAINS / f"{name}.py",), installed=False).registry()
    recognizer = Recognizer(grammar(domain))
    examples = load_examples(DOMAINS / f"{name}.toml")
    assert len(examples) > fewest
    assert [e.program for e in examples if not recognizer.admits(e.program.strip())] == []


RIGHT = """
answer = nearby(box, a=1, c=2, f=3)
answer = CROP(image=image, box=LOC(image, "dog")).width
answer = CROP(image, LOC(image, "dog"), margin=0.5).width
answer = PICK(boxes, len(names) // 2, "left", strict=n > 3).label
answer = MOOD(image) == "calm" or MOOD(image) in ["calm", "busy"]
answer = MOOD(image, time=hour) is None
answer = "calm" in MOODS(image, ["calm"])
answer = MOODS(image, [first])[0] == "calm"
answer = set(MOODS(image, ["calm"])) == {"calm", "busy"}
answer = FACTS(image)["dog"] > 3
answer = COUNT([p for p in DETECT(CROP(image, LOC(image, "pond")), "duck")])
answer = a.left + a.width / 2 > (b.left + b.right) / 2
answer = not COUNT(image, "dog") > 2 and (found or n in [1, 2])
answer = [(a, b) for a in boxes for b in others if a != b]
answer = len(set(COLOR(image, b) for b in DETECT(image, "dog"))) == 1
answer = "dog" if 1 < len(names) <= 3 else f"{n} dogs, {b.left:.1f} and {len(names)}"
answer = sorted(boxes, key=lambda b: (-b.area, b.left))[0].label
answer = {"red": 1, "blue": n}
answer = sum(b.area for b in boxes) / len(boxes) - max(areas)
answer = ", ".join([COLOR(image, b) for b in boxes]) + text.lower()
answer = EXISTS(image, "a cat") == EXISTS(image, "b") and not DETECT(image, "dog")
total = 0|for b in boxes:|    if b.left > 3:|        total += 1|    else:|        continue|answer = total
answer = "no"|for b in boxes:|    if b.left > 3:|        answer = "yes"|        break
answer = []|for b in boxes:|    answer.append(b.left)
counts = {}|for b in boxes:|    counts[b.label] = counts.get(b.label, 0) + 1|answer = counts["dog"] == 2
if a and b:|    answer = 1|elif c:|    answer = 2|else:|    answer = 3
if a:|    if b:|        answer = 1|    else:|        answer = 2|else:|    n = 3|    answer = n
best, area = None, 0|for color, side in [("red", "left"), ("blue", "right")]:|    area += 1|answer = area
def is_red(box):|    return COLOR(image, box) == "red"||answer = any(is_red(b) for b in DETECT(image, "car"))
def near(a, b):|    if a.left > b.left:|        return a|    else:|        return b|||answer = near(x, y).left
def color(image, box):|    for b in boxes:|        if b:|            return 1|    return 2|answer = color(image, b)
"""
WRONG = """
answer = FIND(image, "dog")
answer = count(image, "dog")
answer = LOC(image, label="dog")
answer = LOC("dog")
answer = LOC(image)
answer = LOC(image, "dog", "cat")
answer = LOC(image, 3)
answer = LOC("image", "dog")
answer = LOC(LOC(image, "dog"), "dog")
answer = COUNT(image)
answer = COUNT(["dog"])
answer = COUNT(LOC(image, "dog"))
answer = CROP(image, "dog")
answer = CROP(image, ("dog"))
answer = CROP(image, 3)
answer = CROP(image, image)
answer = CROP(image, DETECT(image, "dog"))
answer = CROP(image, box, 1)
answer = CROP(image, box, margin="1")
answer = CROP(image, box, margin=1, margin=2)
answer = CLASSIFY(image, [1, 2])
answer = CLASSIFY(image, "dog")
answer = PICK(boxes, 1, "edge")
answer = PICK(boxes, 1.5, "left")
answer = PICK(boxes, len(names) / 2, "left")
answer = PICK(boxes, 1, "left", strict="yes")
answer = PICK(boxes, 1, MOOD(image))
answer = MOOD(image, time="noon")
answer = MOOD(image) == "happy"
answer = MOOD(image, time="no".join(["on"]))
answer = MOOD(image, time="no" + "on")
answer = MOOD(image, time=f"{hour}")
answer = LOC(image, "red".join(["dog"]))
answer = MOODS(image, ["happy"])
answer = MOODS(image, ["calm"]) == ["happy"]
answer = "happy" in MOODS(image, ["calm"])
answer = set(MOODS(image, ["calm"])) == {"happy"}
answer = COUNT(image, "dog") == "two"
answer = COLOR(image) > "red"
answer = LOC(image, "dog") == "dog"
answer = DETECT(image, "dog") > 2
answer = EXISTS(image, "dog") == "yes"
answer = len(LOC(image, "dog"))
answer = [b for b in LOC(image, "dog")]
answer = b.size
answer = COLOR(image).left
answer = DETECT(image, "dog").left
answer = b.format()
answer = "n: " + COUNT(image, "dog")
n = 1
answer = 1|n = 2
answer += 1
if n:|    answer = 1
for b in boxes:|    answer = 1
while n:|    answer = 1
import os|answer = 1
answer = 'dog'
answer=1
answer = 1|
answer = near(1)
def f(a, a):|    return 1|answer = 1
def f(a):|    n = 1|answer = 1
return 1
break|answer = 1
image = 3|answer = 1
len = 3|answer = 1
class = 3|answer = 1
_n = 3|answer = 1
answer = n.__class__
print(1)|answer = 1
answer = "a b c d e f g h i j k l m"
answer = nearby(box, b=1)
"""


def program(line: str) -> str:
    """The program, with a list set before it: from there on any name may have been set to anything."""
    known = "" if line.startswith("def ") else "known = []\n"
    return known + line.replace("|", "\n")


@pytest.mark.parametrize("line", RIGHT.strip().split("\n"))
def test_right_programs_are_admitted(line: str, written: Recognizer) -> None:
    assert written.admits(program(line))


@pytest.mark.parametrize("line", WRONG.strip().split("\n"))
def test_wrong_programs_are_not_admitted(line: str, written: Recognizer) -> None:
    assert not written.admits(program(line))


def test_a_tool_is_admitted_from_the_moment_it_is_registered() -> None:
    @tool
    def shade(
        image: Image, *, tint: Literal["sepia", 'say "hi"', "größer", "a\u2028b"] | None = None
    ) -> Literal["pale", "deep"]:
        """A tool from outside."""
        raise NotImplementedError

    registry = registry_of(LOC)
    sources = [
        f'answer = shade(image, tint={value}) == "pale"'
        for value in ('"sepia"', r'"say \"hi\""', '"größer"', '"a\u2028b"')
    ]
    before = Recognizer(grammar(registry))
    registry.add(shade)
    after = Recognizer(grammar(registry))
    assert not any(map(before.admits, sources))
    assert all(map(after.admits, sources))
    assert not after.admits('answer = shade(image, tint="green")')
    assert not after.admits('answer = shade(image) == "dark"')
    assert before.admits("shade = 1\nanswer = shade") and not after.admits("shade = 1\nanswer = shade")


def test_tools_that_give_one_of_a_few_numbers_are_called_where_numbers_are() -> None:
    @tool
    def LEVEL(image: Image, level: Literal[1, 2] = 1) -> Literal[1, 2]:
        """A level."""
        raise NotImplementedError

    @tool
    def SURE(image: Image) -> Literal[True]:
        """Always."""
        raise NotImplementedError

    recognizer = Recognizer(grammar(registry_of(LEVEL, SURE)))
    for source in (
        "LEVEL(image) == 2",
        "LEVEL(image, 2) + 1 > 3",
        "SURE(image) and not n",
        "LEVEL(image, LEVEL(image))",
    ):
        assert recognizer.admits(f"n = 1\nanswer = {source}"), source
    for source in ("LEVEL(image, 3)", "LEVEL(image, SURE(image))", 'LEVEL(image) == "2"'):
        assert not recognizer.admits(f"answer = {source}"), source


def test_keywords_come_in_any_order_but_never_twice(written: Recognizer) -> None:
    @tool
    def ITEMS(where: Image, *, a: int = 1, b: Literal["x", "y"] | None = None, c: list[str] | None = None) -> list[Box]:
        """Items."""
        raise NotImplementedError

    recognizer = Recognizer(grammar(registry_of(ITEMS)))
    assert recognizer.admits('answer = len(ITEMS(image, b="x", a=2))')
    assert recognizer.admits('answer = len(ITEMS(where=image, c=["z"], b=None))')
    assert not recognizer.admits("answer = len(ITEMS(image, a=1, b=None, a=2))")
    assert not recognizer.admits('answer = len(ITEMS(image, b="z"))')


def test_the_inputs_are_what_a_program_is_given() -> None:
    several = Recognizer(grammar(registry_of(LOC, EXISTS), {"images": list[Image], "question": str}))
    assert several.admits('answer = sum(EXISTS(picture, "dog") for picture in images)')
    assert several.admits("answer = LOC(images[0], question).left")
    assert not several.admits('answer = EXISTS(images, "dog")')
    assert not several.admits("answer = LOC(question, question).left")


def test_a_program_can_be_written_without_any_tool() -> None:
    empty = Recognizer(grammar(Registry()))
    assert empty.admits("answer = image.width")
    assert not empty.admits('answer = LOC(image, "dog")')


@pytest.mark.parametrize(
    "name", ["forest", "classy", "notes", "inside", "answers", "of", "lenses", "größe", "n_2", "x"]
)
def test_names_that_begin_like_other_words_are_free(name: str, written: Recognizer) -> None:
    assert written.admits(f"{name} = 1\nanswer = {name} + {name}")
