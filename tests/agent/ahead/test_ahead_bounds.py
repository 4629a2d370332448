"""What the host works out of a hostile program ahead of it: little, whatever the program says."""

from __future__ import annotations

import tracemalloc
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image as Pillow

from looksmith.agent.ahead.follow import Follower
from looksmith.agent.ahead.operations import (
    MAX_CHARACTERS,
    MAX_DEPTH,
    MAX_VALUES,
    MAX_WORK,
    Meter,
    Unplanned,
    WorkExhausted,
)
from looksmith.programs.call_plan.expressions import OPERATORS
from looksmith.programs.call_plan.planner import plan
from looksmith.programs.check.check import Checked
from looksmith.programs.language.program import Program
from looksmith.tools.core.registry import Registry
from looksmith.tools.core.tool import tool
from looksmith.tools.core.values import Box, Image
from looksmith.tools.engine.executor import Call

IMAGE = Image.of(Pillow.new("RGB", (8, 8)))
MAX_MEGABYTES = 64


@tool
def GIVE(value: str) -> list[str]:
    """A list of texts."""
    return [value]


@tool
def TAKE(values: list[str]) -> bool:
    """Is it there?"""
    return bool(values)


@pytest.fixture(scope="module")
def registry() -> Registry:
    made = Registry()
    made.add(GIVE, TAKE)
    return made


def followed(source: str, registry: Registry, result: Any = ("a", "b")) -> list[tuple[Any, ...]]:
    """The arguments of the calls that are made ahead of a program; each call gives the result at once."""
    asked: list[tuple[Any, ...]] = []
    waiting: list[Any] = []

    def issue(key: Any, tool: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        asked.append((*args, *kwargs.values()))
        waiting.append((key, Call(tool, "here", {}, list(result), None, 0.0)))

    checked = Checked(Program(source), ("GIVE", "TAKE"))
    follower = Follower(plan(checked, registry, ["image"]), {"image": IMAGE}, issue)
    follower.start()
    while waiting:
        key, done = waiting.pop()
        if not follower.knows(key):
            follower.learn(key, done)
    return asked


def size(value: Any) -> tuple[int, int, int]:
    """Values, characters and depth, written without the code that is tested."""
    if isinstance(value, str):
        return 1, len(value), 0
    if not isinstance(value, list | tuple):
        return 1, 0, 0
    parts = [size(part) for part in value]
    depth = 1 + max((part[2] for part in parts), default=0)
    return 1 + sum(part[0] for part in parts), sum(part[1] for part in parts), depth


def is_small(value: Any) -> bool:
    values, characters, depth = size(value)
    return values <= MAX_VALUES and characters <= MAX_CHARACTERS and depth <= MAX_DEPTH


GROWING = {
    "nested": "{v}{n} = [[a, a, a, a, a] for a in {v}{m}]",
    "pair": "{v}{n} = ({v}{m}, {v}{m})",
    "text": '{v}{n} = [f"' + "{{a}}" * 30 + '" for a in {v}{m}]',
    "flat": "{v}{n} = [a for a in [{v}{m}, {v}{m}, {v}{m}]]",
    "zip": "{v}{n} = list(zip({v}{m}, {v}{m}, {v}{m}))",
    "range": "{v}{n} = [len({v}{m}) for a in range(10 ** 1)]",
    "sort": "{v}{n} = sorted({v}{m}, key=lambda a: {v}{m})",
}
TESTS = [
    "A{n} == B{n}",
    "A{n} in [B{n}]",
    "A{n} < B{n}",
    "len(A{n}) > 5",
    "max(A{n}) == max(B{n})",
    "1.5 in range(999999999)",
]
TESTS += ["A{n}[0] is B{n}", "all(A{n})", "TAKE(A{n})", "f'{{A{n}}}' == ''", "A{n} != GIVE('x')"]


@st.composite
def hostile(draw: st.DrawFn) -> str:
    """Two values that grow with each line, and something that is done with both."""
    lines = ["A0 = ['" + "x" * draw(st.integers(1, 2000)) + "']", "B0 = GIVE('y')"]
    last = draw(st.integers(1, 28))
    kinds = draw(st.lists(st.sampled_from(sorted(GROWING)), min_size=last, max_size=last))
    for n, kind in enumerate(kinds, 1):
        lines += [GROWING[kind].format(v=v, n=n, m=n - 1) for v in "AB"]
    for test in draw(st.lists(st.sampled_from(TESTS), min_size=1, max_size=4)):
        lines += [f"if {test.format(n=last)}:", "    c = GIVE('c')"]
        lines += [f"    for a in A{last}:", f"        for b in B{last}:", "            TAKE(a)"]
    return "\n".join([*lines, "answer = GIVE('z')"])


@contextmanager
def within(megabytes: float) -> Generator[None]:
    """What is done needs no more memory than that."""
    tracemalloc.start()
    try:
        yield
        assert tracemalloc.get_traced_memory()[1] / 1e6 < megabytes
    finally:
        tracemalloc.stop()


@settings(max_examples=60, deadline=None, suppress_health_check=[*HealthCheck.__members__.values()])
@given(hostile())
def test_no_program_makes_the_host_work_or_grow(registry: Registry, source: str) -> None:
    with within(MAX_MEGABYTES):
        asked = followed(source, registry)
    assert all(is_small(args[0]) for args in asked if args)
    assert len(asked) <= MAX_WORK


DEEP = "".join(
    f"{v}0 = [1]\n" + "".join(f"{v}{k} = [[a, a, a, a, a] for a in {v}{k - 1}]\n" for k in range(1, 29)) for v in "AB"
)
LARGE = f'A0 = ["{"x" * 2000}"]\n' + "".join(
    f'A{k} = [f"{"{a}" * 30}" for a in A{k - 1}]\n' for k in range(1, 6)
)  # 48 GB
LOOPS = "".join(f"{' ' * depth}for a{depth} in range(1000):\n" for depth in range(6))
COLLIDING = ", ".join(str(k * (2**61 - 1)) for k in range(90))
HOSTILE = {
    "compares shared lists": DEEP + "if A28 == B28:\n    b = GIVE('x')\nanswer = GIVE('y')",
    "a key of shared lists": DEEP + "b = TAKE(A28)\nanswer = GIVE('y')",
    "a member of shared lists": DEEP + "if A28 in [B28]:\n    b = GIVE('x')\nanswer = GIVE('y')",
    "sorts shared lists": DEEP + "b = sorted([A28, B28])\nc = TAKE(b)\nanswer = GIVE('y')",
    "a long text": LARGE + "if len(A5[0]) > 5:\n    b = GIVE('x')\nanswer = GIVE('y')",
    "a member of a long range": "if 1.5 in range(10 ** 9):\n    b = GIVE('x')\nanswer = GIVE('y')",
    "a member of a written range": "if 1.5 in range(1000000000):\n    b = GIVE('x')\nanswer = GIVE('y')",
    "loops without arguments": LOOPS + "      b = GIVE('x')\nanswer = GIVE('y')",
    "many calls in a loop": "for a in range(2000):\n" + "    b = GIVE('x')\n" * 1000 + "answer = GIVE('y')",
    "a huge number": f"b = GIVE(f'{{0x{'f' * 9000}}}')\nanswer = GIVE('y')",
    "a long list": "a = list(range(1000000000))\nb = GIVE(f'{a[0]}')\nanswer = GIVE('y')",
    "colliding keys": "\n".join(
        f"b = TAKE([{', '.join(str(k * (2**61 - 1)) for k in range(90))}, {n}])" for n in range(9)
    ),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_each_known_way_to_make_the_host_work_ends(kind: str, registry: Registry) -> None:
    with within(MAX_MEGABYTES):
        asked = followed(HOSTILE[kind], registry)
    assert all(is_small(args[0]) for args in asked if args)


BOX = Box(1, 2, 3, 4, "a")
SINGLE = st.one_of(
    st.integers(-3, 12), st.floats(-2, 2), st.booleans(), st.none(), st.text("ab", max_size=3), st.just(BOX)
)
VALUES = st.recursive(SINGLE, lambda inner: st.lists(inner, max_size=4) | st.tuples(inner, inner), max_leaves=12)
PLAIN: dict[str, Any] = {
    **{"==": "a == b", "!=": "a != b", "<": "a < b", "<=": "a <= b", ">": "a > b", ">=": "a >= b", "in": "a in b"},
    **{"not in": "a not in b", "is": "a is b", "is not": "a is not b", "not": "not a", "negative": "-a", "[]": "a[b]"},
    **{"[:]": "a[b:c]", "[,]": "[a, b]", "(,)": "(a, b)", "text": 'f"{a}{b}"', "all": "all(a)", "any": "any(a)"},
    **{"enumerate": "list(enumerate(a))", "len": "len(a)", "list": "list(a)", "range": "range(a, b)"},
    **{"reversed": "list(reversed(a))", "tuple": "tuple(a)", "zip": "list(zip(a, b))"},
    **{"max": "max(a, key=lambda x: b[a.index(x)])", "min": "", "sorted": "sorted(a)"},
}
ONE = frozenset({"not", "negative", "all", "any", "enumerate", "len", "list", "reversed", "tuple"})


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(sorted(OPERATORS - {"max", "min"})), VALUES, VALUES, VALUES)
def test_what_is_worked_out_is_what_python_says(name: str, a: Any, b: Any, c: Any) -> None:
    values = [a] if name in ONE else [a, b, c] if name == "[:]" else [a, a, False] if name == "sorted" else [a, b]
    try:
        ours = Meter().apply(name, values)
    except (Unplanned, WorkExhausted, TypeError, ValueError, IndexError, KeyError, OverflowError):
        return
    assert repr(ours) == repr(eval(PLAIN[name], {"a": a, "b": b, "c": c}))
    assert is_small(ours)


def test_all_that_a_plan_may_apply_is_known() -> None:
    assert set(PLAIN) == OPERATORS
