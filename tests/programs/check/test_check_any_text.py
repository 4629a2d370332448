"""The checker takes any text, and says what is wrong with it: it never raises, and takes no time to speak of."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from looksmith.agent.doors.by_hand import HandWritten
from looksmith.programs.check.check import Checked, check
from looksmith.programs.language.diagnostics import render
from looksmith.programs.language.language import MAX_SOURCE_BYTES
from looksmith.programs.language.program import Program
from looksmith.tools.core.registry import Registry
from looksmith.tools.core.tool import tool
from looksmith.tools.core.values import Box, Image


@tool
def LOC(image: Image, name: str) -> Box:
    """The best box."""
    return Box(1, 2, 3, 4)


@tool
def DETECT(image: Image, name: str, *, most: int = 3) -> list[Box]:
    """All boxes."""
    return []


@pytest.fixture(scope="module")
def registry() -> Registry:
    made = Registry()
    made.add(LOC, DETECT)
    return made


def judged(source: str, registry: Registry) -> str:
    """What the checker says, as it is stored and shown."""
    found = check(Program(source), registry)
    if isinstance(found, Checked):
        return ""
    assert found
    assert all(diagnostic.model_dump_json() for diagnostic in found)
    return render(found, source)


HUGE = {"hex": "0x" + "f" * 3600, "bin": "0b" + "1" * 14_500, "oct": "0o" + "7" * 5000, "split": "0x" + "f_f" * 2000}
ODD = {
    **HUGE,
    "digits": "9" * 4300,
    "more digits": "9" * 4400,
    "infinite": "1e999",
    "minus": f"-{'9' * 4300}",
    "power": "9 ** 9 ** 9",
    "sum": f"({'9' * 4300} + 1)",
    "surrogate": r'"\ud800"',
    "surrogate in an f-string": r'f"\ud800{image.width}"',
    "nul": r'"\0"',
    "bytes": "b'x'",
    "complex": "1e999j",
    "ellipsis": "...",
    "wide": "['x'" + ", 'x'" * 3000 + "]",
    "deep": "[" * 60 + "]" * 60,
    "none": "None",
    "range": f"range({'0x' + 'f' * 3000})",
}
PLACES = [
    *("answer = {}", "for i in {}:\n    answer = i", "answer = 'a' + {}", "x = [1]\nx[{}] += 1\nanswer = 1"),
    *(
        "x = {{1: 2}}\nif x[{}]:\n    answer = 1",
        "answer = ({}).foo",
        "answer = ({})(1)",
        "answer = sum(x for x in {})",
    ),
    *(
        "answer = LOC(image, {})",
        "answer = DETECT(image, 'a', most={})",
        "answer = LOC({}, name={})",
        "answer = {}[{}]",
    ),
    *("answer = {{{}: {}}}[{}]", "answer = [{}][{}:{}]", "answer = {} in [{}]", "answer = {} == LOC(image, 'a')"),
    *("answer = {} < DETECT(image, 'a')", "answer = -{}", "answer = not {}", "answer = {} / 0", "answer = {} % {}"),
    *("answer = f'{{{}}}'", "answer = f'{{1:{{{}}}}}'", "a, b = {}\nanswer = a", "answer = max({}, key=lambda x: {})"),
    *("x = 1\nx += {}\nanswer = x", "if {}:\n    answer = 1\nelse:\n    answer = {}", "answer = {} if {} else {}"),
    *("def f(a={}):\n    return a\nanswer = f({})", "answer = (lambda a: a[{}])({})", "answer = len({})", "{} = 1"),
    *("answer = {} is {}", "answer = range({})", "answer = [x for x in range({}) if x > {}]", "answer = dict({})"),
    *("for i in range({}):\n    for j in range({}):\n        answer = i", "answer = 1\nfor x in {}:\n    break"),
    *(
        "answer = {}.get({}, {})",
        "answer = ({}, {})[{}]",
        "answer = round({}, {})",
        "answer = int({})",
        "answer = str({})",
    ),
    *(
        "answer = image.foo({})",
        "x = image\nx.y = {}\nanswer = 1",
        "answer = '{{}}'.format({})",
        "import {}",
        "return {}",
    ),
    *("answer = LOC(*{})", "answer = LOC(**{})", "answer = print({})", "answer = {}\nanswer({})", "answer = [*{}]"),
    *("answer = LOC(image, 'a').label == {}", "while {}:\n    answer = {}", "answer = ''.join({})", "del {}"),
]


@pytest.mark.parametrize("name", ODD)
def test_an_odd_value_breaks_the_check_nowhere(name: str, registry: Registry) -> None:
    for place in PLACES:
        judged(place.format(*[ODD[name]] * 3), registry)


@pytest.mark.parametrize("name", HUGE)
def test_a_number_that_python_cannot_write_out_is_told_with_its_place(name: str, registry: Registry) -> None:
    found = check(Program(f"a = 1\nanswer = a + {HUGE[name]}"), registry)
    assert isinstance(found, tuple)
    assert [(one.kind, one.code, one.line, one.column) for one in found] == [("parse_error", "syntax", 2, 13)]
    assert "a whole number of more than 14,000 bits" in found[0].message


def test_a_long_text_that_looks_like_a_number_is_none(registry: Registry) -> None:
    assert judged(f"answer = '{HUGE['hex']}'", registry) == ""


DEEP = {
    "minus": "answer = " + "-" * 20_000 + "1",
    "brackets": "answer = " + "[" * 10_000 + "]" * 10_000,
    "open": "answer = " + "(" * 15_000,
    "attributes": "answer = image" + ".a" * 10_000,
    "calls": "answer = image" + "()" * 10_000,
    "sums": "answer = 1" + " + 1" * 7_000,
    "ands": "answer = True" + " and True" * 3_000,
    "functions": "\n".join(" " * n + f"def f{n}():" for n in range(95)) + "\n" + " " * 96 + "answer = 1",
    "lambdas": "answer = " + "lambda: " * 3_000 + "1",
    "conditions": "answer = " + "1 if 1 else " * 2_500 + "1",
    "f-strings": "answer = " + "f'{" * 500 + "1" + "}'" * 500,
    "ifs": "\n".join(" " * n + "if 1:" for n in range(99)) + "\n" + " " * 100 + "answer = 1",
    "too long": "answer = 1\n" * MAX_SOURCE_BYTES,
    "surrogates": "\ud800" * 1000,
    "nul": "answer = 1\0",
    "many functions": "".join(f"def f{n}(): return {n}\n" for n in range(1500)) + "answer = 1",
}


@pytest.mark.parametrize("name", DEEP)
def test_a_deep_or_broken_text_breaks_no_check(name: str, registry: Registry) -> None:
    judged(DEEP[name], registry)


WORDS = re.findall(r"\w+|\n *|[^\w\s]", Path(__file__).read_text(encoding="utf-8"))[:600]
WORDS += [
    "\n    ",
    "\n",
    " ",
    "answer",
    "=",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    ":",
    ",",
    "image",
    "LOC",
    "for",
    "in",
    "if",
    "else",
    "lambda",
    "\ud800",
    "\0",
]


@settings(max_examples=300, deadline=None)
@given(st.text() | st.lists(st.sampled_from([*WORDS, *ODD.values()]), max_size=30).map(" ".join))
@example("answer = \u2028 '")
@example("\ufeffanswer = 1")
@example("# coding: no-such\nanswer = 1")
def test_any_text_is_judged(registry: Registry, source: str) -> None:
    judged(source, registry)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from([*PLACES, *DEEP]), min_size=1, max_size=4), st.sampled_from(sorted(ODD)))
def test_any_program_is_judged(registry: Registry, parts: list[str], name: str) -> None:
    lines = [DEEP[part] if part in DEEP else part.format(*[ODD[name]] * 3) for part in parts]
    judged("\n".join(lines), registry)


def test_a_long_program_by_hand_is_not_looked_into() -> None:
    source = "".join(f"def f{n}(): return {n}\n" for n in range(100_000))
    assert HandWritten.of(Program(source)).asked == set()
