"""Ordinary programs mean in the sandbox what they mean in Python: same calls, printed text, answer or error."""

from __future__ import annotations

import enum
import random
import types
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin

import PIL.Image
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from looksmith.agent.setup.settings import Settings
from looksmith.programs.check.check import Checked, check
from looksmith.programs.examples.bank import inputs_of, load_bank
from looksmith.programs.language.program import Program
from looksmith.sandbox.run import Limits, Request, Sandbox
from looksmith.tools.core.errors import ArgumentError
from looksmith.tools.core.example import Example
from looksmith.tools.core.registry import Registry
from looksmith.tools.core.tool import Tool
from looksmith.tools.core.values import Box, Image, Mask, Point, Video

DOMAINS = Path(__file__).parents[1] / "domains"
PICTURES = [Image.of(PIL.Image.new("RGB", (60 + 20 * n, 40), n)) for n in range(3)]
WORDS = ("red", "dog", "7", "STOP", "left side", "", "two words")
SEEDS = range(6)
"""Worlds to try an example in: the first two, and others until it answers."""


class World:
    """Tools that give values of their types, other ones for each seed and each call, the same for both sides."""

    def __init__(self, registry: Registry, seed: int) -> None:
        self._registry, self._seed = registry, seed
        self.calls: list[tuple[str, tuple[Any, ...], dict[str, Any]]] = []

    def call(self, name: str, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
        """The value of a call."""
        chance = random.Random(f"{self._seed} {len(self.calls)} {name}")
        self.calls.append((name, args, dict(kwargs)))
        return made(returned(self._registry.get(name), args, kwargs), chance, args)

    def serve(self, request: Request) -> Any:
        """The sandbox's side of a call."""
        return self.call(request.tool, request.args, request.kwargs)


def returned(tool: Tool, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
    for signature in tool.signatures:
        try:
            signature.bind(args, kwargs)
        except ArgumentError:
            continue
        return signature.returns
    return tool.signatures[-1].returns


def made(annotation: Any, chance: random.Random, args: tuple[Any, ...]) -> Any:
    """A value of the type."""
    origin, inner = get_origin(annotation), get_args(annotation)
    if origin is Literal:
        return chance.choice(inner)
    if origin in (Union, types.UnionType):
        return made(chance.choice(inner), chance, args)
    if origin is list:
        return [made(inner[0], chance, args) for _ in range(chance.choice([0, 1, 1, 2, 3, 5]))]
    if origin is tuple:
        return tuple(made(part, chance, args) for part in inner if part is not Ellipsis)
    if origin is dict:
        return {made(inner[0], chance, args): made(inner[1], chance, args) for _ in range(3)}
    if isinstance(annotation, type) and issubclass(annotation, enum.Enum):
        return chance.choice(list(annotation)).value
    return SIMPLE[annotation](chance, args)


def box_of(chance: random.Random, _args: Any) -> Box:
    left, top = chance.randrange(40), chance.randrange(30)
    return Box(
        left, top, left + chance.randint(1, 20), top + chance.randint(1, 10), chance.choice(WORDS), chance.random()
    )


def image_of(chance: random.Random, args: tuple[Any, ...]) -> Image:
    given_images = [value for value in args if isinstance(value, Image)]
    image = given_images[0] if given_images else PICTURES[0]
    frame = image.frame
    return image.crop(Box(frame.left, frame.top, frame.left + frame.width / chance.choice([1, 2]), frame.bottom))


SIMPLE: dict[Any, Any] = {
    bool: lambda chance, _args: chance.random() < 0.5,
    int: lambda chance, _args: chance.randrange(5),
    float: lambda chance, _args: chance.choice([0.0, 0.25, 0.5, chance.random() * 100]),
    str: lambda chance, _args: chance.choice(WORDS),
    type(None): lambda _chance, _args: None,
    None: lambda _chance, _args: None,
    Box: box_of,
    Image: image_of,
    Mask: lambda chance, _args: Mask(3, 2, (1, 2, 3), chance.choice(WORDS), 0.5),
    Video: lambda chance, _args: Video(Path("x.mp4"), chance.choice(WORDS), 60, 40, 25.0, (0, 1, 2)),
    Point: lambda chance, _args: Point(chance.randrange(60), chance.randrange(40), chance.choice(WORDS), 0.5),
    Any: lambda chance, _args: chance.randrange(5),
}


def in_python(program: str, inputs: Mapping[str, Any], tools: tuple[str, ...], world: World) -> tuple[Any, str, str]:
    """Answer, name of the error, printed text."""
    printed: list[str] = []

    def note(*values: Any, sep: str = " ", end: str = "\n") -> None:
        printed.append(sep.join(map(str, values)) + end)

    def tool(name: str) -> Any:
        return lambda *args, **kwargs: world.call(name, args, kwargs)

    names: dict[str, Any] = {"print": note, **inputs, **{name: tool(name) for name in tools}}
    try:
        exec(compile(program, "program", "exec"), names)
    except Exception as error:
        return None, type(error).__name__, "".join(printed)
    return names["answer"], "", "".join(printed)


def assert_same(checked: Checked, inputs: Mapping[str, Any], registry: Registry, seed: int, sandbox: Sandbox) -> bool:
    """Did it answer?"""
    plain, jailed = World(registry, seed), World(registry, seed)
    answer, error, printed = in_python(checked.program.source, inputs, checked.tools, plain)
    outcome = sandbox.run(checked, inputs, jailed.serve)
    assert jailed.calls == plain.calls
    assert outcome.printed == printed
    if error:
        assert outcome.kind == "crashed"
        assert f" {error}: " in outcome.message
        return False
    assert outcome.kind == "ok", outcome
    assert typed(outcome.answer) == typed(answer)
    return True


def typed(value: Any) -> Any:
    """The value with the types of all its parts, since 1 == 1.0 == True."""
    if isinstance(value, list | tuple):
        return type(value), [typed(part) for part in value]
    if isinstance(value, dict):
        return type(value), [(typed(key), typed(part)) for key, part in value.items()]
    if isinstance(value, set):
        return type(value), sorted(map(repr, value))
    return type(value), value


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(Limits(seconds=60)) as made_now:
        yield made_now


def registry_of(home: Path, domain: str) -> Registry:
    files = (DOMAINS / f"{domain}.py",) if domain else ()
    return Settings(home, device="cpu", tool_files=files, installed=not domain).registry(declared=not domain)


def examples_of(domain: str, registry: Registry) -> tuple[Example, ...]:
    return tuple(registry.examples) if domain else load_bank()


@pytest.mark.parametrize("domain", ["", "nlvr", "easy_vqa"])
def test_examples_mean_the_same(domain: str, shared_home: Path, sandbox: Sandbox) -> None:
    registry = registry_of(shared_home, domain)
    answered = set[str]()
    examples = examples_of(domain, registry)
    for example in examples:
        wanted = inputs_of(example)
        inputs = {"images": PICTURES} if "images" in wanted else {"image": PICTURES[1]}
        checked = check(Program(example.program, example.question), registry, wanted)
        assert isinstance(checked, Checked)
        for seed in SEEDS:
            if assert_same(checked, inputs, registry, seed, sandbox):
                answered.add(example.question)
            if seed > 0 and example.question in answered:
                break
    assert len(examples) >= {"": 200, "nlvr": 300, "easy_vqa": 18}[domain]
    assert len(answered) > 0.97 * len(examples)


NUMBERS = st.one_of(st.integers(-50, 50), st.floats(-50, 50, width=32), st.booleans()).map(repr)
TEXTS = st.text(st.sampled_from("abcä {}%'\\"), max_size=6).map(repr)


def numbers(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    operators = st.sampled_from(["+", "-", "*", "/", "//", "%", "**", "<", "<=", "==", "!=", "and", "or"])
    return st.one_of(
        st.tuples(inner, operators, inner).map(lambda p: f"({p[0]} {p[1]} {p[2]})"),
        st.tuples(inner, inner, inner).map(lambda p: f"({p[0]} < {p[1]} <= {p[2]})"),
        st.tuples(inner, inner, inner).map(lambda p: f"({p[0]} if {p[1]} else {p[2]})"),
        inner.map(lambda x: f"abs({x})"),
        inner.map(lambda x: f"(-{x})"),
        st.tuples(inner, inner).map(lambda p: f"max([{p[0]}, {p[1]}], key=lambda v: -v)"),
        st.tuples(inner, inner).map(lambda p: f"sum(a * b for a, b in zip([{p[0]}, 2], [{p[1]}, 3]))"),
        st.tuples(inner, inner).map(lambda p: f"(lambda a, b=2: a - b)({p[0]}, b={p[1]})"),
        st.tuples(inner, inner).map(lambda p: f"sorted([{p[0]}, {p[1]}, 0])[1]"),
        inner.map(lambda x: f"len([v for v in range(9) if v > {x}])"),
        inner.map(lambda x: f"round({x}, 1)"),
    )


def texts(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.tuples(inner, inner).map(lambda p: f"({p[0]} + {p[1]})"),
        st.tuples(inner, st.integers(-2, 3)).map(lambda p: f"({p[0]} * {p[1]})"),
        inner.map(lambda x: f"{x}.upper()"),
        st.tuples(inner, inner, inner).map(lambda p: f"{p[0]}.replace({p[1]}, {p[2]})"),
        st.tuples(inner, inner).map(lambda p: f"{p[0]}.join(sorted({{'x', {p[1]}}}))"),
        st.tuples(inner, st.integers(-3, 3), st.integers(-3, 3)).map(lambda p: f"{p[0]}[{p[1]}:{p[2]}]"),
        st.tuples(inner, st.integers(0, 9)).map(lambda p: f"f'{{{p[0]!r}:>{p[1]}}}|{{{p[1]}.5:.2f}}'"),
        st.tuples(inner, inner).map(lambda p: f"('%s-%5d' % ({p[0]}, len({p[1]})))"),
    )


EXPRESSIONS = st.one_of(
    st.recursive(NUMBERS, numbers, max_leaves=6), st.recursive(TEXTS, texts, max_leaves=4), NUMBERS, TEXTS
)
STATEMENTS = [
    "x = {0}\ny = x\nanswer = [x, y]",
    "x = [{0}, {1}]\ny = x\ny += [{2}]\nanswer = (x, y, x is y)",
    "x = {0}\nx += {1}\nanswer = x",
    "x = {0}\nx *= {1}\nanswer = x",
    "x = {0}\nx -= {1}\nx %= {2}\nanswer = x",
    "x = {0}\nx **= 2\nx //= {1}\nanswer = x",
    "a, (b, *c) = {0}, [{1}, {2}, {0}]\nanswer = {{'a': a, 'b': b, 'c': c}}",
    "answer = {{}}\nfor i, v in enumerate([{0}, {1}, {2}]):\n    if v == {1}:\n        continue\n    answer[i] = v",
    "def f(a, b={0}, *rest, **more):\n    if a:\n        return [b, rest, more]\nanswer = [f({1}), f(1, {2}, 3, k=1)]",
    "def f(n):\n    return 1 if n < 2 else n * f(n - 1)\nanswer = [f(5), {0}, {1}, {2}]",
    "print({0}, {1}, sep='-')\nfor v in [{2}, {1}]:\n    print(v, end='')\nanswer = None",
    "answer = {{k: [v for v in r if v != k] for k, r in [({0}, [1, {1}]), ({2}, [{0}])]}}",
    "answer = [a for a in [{0}, {1}] for b in [a, {2}] if a == b]",
    "x = {{1, 2}}\nx |= {{{0}}}\nx &= {{{0}, {1}, 1}}\nanswer = x",
    "x = [3, 1, 2]\nx.sort(reverse=True)\nx[1:] = [{0}]\nx.insert(0, {1})\nanswer = x[::-1]",
    "n = 0\nfor i in range(5):\n    for j in range(i):\n        if j > 2:\n            break\nanswer = [i, j]",
]
PROGRAMS = st.tuples(st.sampled_from(STATEMENTS), EXPRESSIONS, EXPRESSIONS, EXPRESSIONS).map(
    lambda p: p[0].format(*p[1:])
)


def is_python(program: str) -> bool:
    """An f-string cannot hold all that was put into it."""
    try:
        compile(program, "program", "exec")
    except SyntaxError:
        return False
    return True


@settings(max_examples=300, deadline=None)
@given(PROGRAMS.filter(is_python))
@pytest.mark.filterwarnings("ignore::hypothesis.errors.HypothesisWarning", "ignore::SyntaxWarning")
def test_ordinary_programs_mean_the_same(sandbox: Sandbox, program: str) -> None:
    assert_same(Checked(Program(program), ()), {}, Registry(), 0, sandbox)
