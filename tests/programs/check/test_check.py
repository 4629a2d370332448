"""Right programs pass and mean what they mean in Python; wrong ones are refused with the place and what to write."""

from __future__ import annotations

import ast
import enum
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from time import process_time
from typing import Any, Literal, overload

import PIL.Image
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from looksmith.programs.check.check import Checked, check
from looksmith.programs.language import diagnostics
from looksmith.programs.language.diagnostics import Diagnostic, render
from looksmith.programs.language.language import MAX_SOURCE_BYTES
from looksmith.programs.language.outline import needs_compiler
from looksmith.programs.language.program import Program
from looksmith.programs.language.tree import Nodes
from looksmith.sandbox.run import Request, Sandbox
from looksmith.tools.core.registry import Registry
from looksmith.tools.core.tool import tool
from looksmith.tools.core.values import Box, Image

IMAGE = Image.of(PIL.Image.new("RGB", (200, 100)))
BOXES = {
    "dog": [Box(10, 10, 30, 40, "dog", 0.9), Box(50, 20, 90, 80, "dog", 0.8), Box(100, 5, 120, 25, "dog", 0.7)],
    "cat": [Box(60, 60, 80, 90, "cat", 0.6)],
    "bird": [],
}


class Side(enum.Enum):
    """An enumeration as a parameter."""

    LEFT = "left"
    RIGHT = "right"


@tool
def LOC(image: Image, name: str) -> Box:
    """The best box."""
    return BOXES[name][0]


@tool
def DETECT(image: Image, name: str) -> list[Box]:
    """All boxes."""
    return list(BOXES.get(name, []))


@tool
def EXISTS(image: Image, name: str) -> bool:
    """Is there one?"""
    return bool(BOXES.get(name))


@overload
def COUNT(items: list[Box]) -> int: ...
@overload
def COUNT(image: Image, name: str) -> int: ...
@tool
def COUNT(*args: Any, **kwargs: Any) -> int:
    """How many."""
    first, *rest = (*args, *kwargs.values())
    return len(BOXES.get(rest[0], [])) if rest else len(first)


@tool
def CROP(image: Image, box: Box, *, margin: float = 0.0) -> Image:
    """The part inside the box."""
    return image.crop(box)


@tool
def COLOR(image: Image, where: Box | None = None) -> str:
    """The main color."""
    return "red" if where is None or where.left < 55 else "blue"


@tool
def CLASSIFY(image: Image, labels: list[str]) -> str:
    """The best label."""
    return labels[-1]


@tool
def LEFT_OF(a: Box, b: Box) -> bool:
    """Is a to the left of b?"""
    return a.center_x < b.center_x


@tool
def AREA(item: Box) -> float:
    """Square pixels."""
    return item.area


@tool
def PICK(boxes: list[Box], rank: int = 0, side: Side = Side.LEFT, order: Literal["up", "down"] = "up") -> Box:
    """One of them."""
    side = Side(side)
    ranked = sorted(boxes, key=lambda b: b.left, reverse=(side is Side.RIGHT) != (order == "down"))
    return ranked[rank]


@tool
def SHADE(image: Image, where: Box | None = None) -> Literal["red", "blue"]:
    """The shade."""
    return "red" if where is None or where.left < 55 else "blue"


@tool
def FIND(image: Image, name: str) -> Box | None:
    """The best box, if there is one."""
    return next(iter(BOXES.get(name, [])), None)


@tool
def ITEMS(
    image: Image,
    *,
    color: Literal["red", "blue"] | None = None,
    shape: Literal["circle", "square"] | None = None,
) -> list[Box]:
    """All items of a color and a shape."""
    return BOXES["cat"] if color == "blue" or shape == "square" else BOXES["dog"]


TOOLS = (LOC, DETECT, EXISTS, COUNT, CROP, COLOR, CLASSIFY, LEFT_OF, AREA, PICK, SHADE, FIND, ITEMS)


@pytest.fixture(scope="module")
def registry() -> Registry:
    made = Registry()
    made.add(*TOOLS)
    return made


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as made:
        yield made


def rows(name: str) -> list[dict[str, Any]]:
    """The programs of a file beside this one."""
    return tomllib.loads(Path(__file__).with_name(name).read_text(encoding="utf-8"))["program"]


RIGHT = {row["name"]: row["source"] for row in rows("right.toml")} | {
    "as deep as may be": "answer = 0\n" + "".join(" " * i + "if 1:\n" for i in range(90)) + " " * 90 + "answer = 1",
    "a long sum": "answer = " + " + ".join(map(str, range(90))),
    "many elifs": "n = 40\nif n < 0:\n    answer = -1\n"
    + "".join(f"elif n == {i}:\n    answer = {i}\n" for i in range(45))
    + "else:\n    answer = 99",
    "odd characters": "answer = '\xff\u2028é' + 'x'\x0c",
}


@pytest.mark.parametrize("name", RIGHT)
def test_right_programs_pass_and_answer_as_in_python(name: str, registry: Registry, sandbox: Sandbox) -> None:
    source = RIGHT[name]
    checked = check(Program(source), registry)
    assert isinstance(checked, Checked), render(checked, source)
    plain: dict[str, Any] = {"image": IMAGE, **{t.__name__: t for t in TOOLS}}
    exec(compile(source, "plain", "exec"), plain)

    def serve(request: Request) -> Any:
        served = registry.get(request.tool)
        return served.function(**served.bind(request.args, request.kwargs))

    outcome = sandbox.run(checked, {"image": IMAGE}, serve)
    assert (outcome.kind, outcome.message) == ("ok", "")
    assert outcome.answer == plain["answer"]
    assert type(outcome.answer) is type(plain["answer"])


KINDS = {"syntax": "parse_error", "not-allowed": "policy_error", "underscore": "policy_error"}


@pytest.mark.parametrize("row", rows("wrong.toml"), ids=lambda row: f"{row['code']}: {row['wrong']}")
def test_wrong_programs_are_refused_with_the_place_and_a_way_out(row: dict[str, Any], registry: Registry) -> None:
    wrong, code = row["wrong"], row["code"]
    found = check(Program(wrong), registry)
    assert not isinstance(found, Checked)
    first = next((d for d in found if d.code == code), None)
    assert first is not None, render(found, wrong)
    place = (KINDS.get(code, "type_error"), row["line"], row["column"])
    assert (first.kind, first.line, first.column) == place, first
    assert row["said"] in first.render()
    assert wrong.splitlines()[row["line"] - 1].strip() in render(found, wrong)
    passed = check(Program(row["right"]), registry)
    assert isinstance(passed, Checked), render(passed, row["right"])


def test_the_table_of_codes_is_whole() -> None:
    told = re.findall(r"^    ([a-z-]+) {2,}\S", diagnostics.__doc__ or "", flags=re.MULTILINE)
    assert len(told) == len(set(told))
    assert set(told) == {row["code"] for row in rows("wrong.toml")} | {
        "no-code",
        "unfit-answer",
    }  # of a reply, and of a question: test_fitting.py


def test_a_program_about_several_images(registry: Registry) -> None:
    several = {"images": list[Image]}
    right = 'answer = [COUNT(i, "dog") for i in images] == [1, 2] and images[0].width > 3'
    assert isinstance(check(Program(right), registry, several), Checked)
    for wrong, said in (
        ('answer = COUNT(image, "dog")', "write images[0]"),
        ('answer = COUNT(images, "dog")', "COUNT(image: Image"),
        ("answer = images.width", "one of its items"),
    ):
        found = check(Program(wrong), registry, several)
        assert not isinstance(found, Checked)
        assert said in found[0].render()


class Size(enum.Enum):
    """An enumeration of numbers."""

    SMALL = 1
    LARGE = 2


@tool
def LEVEL(
    image: Image, level: Literal[1, 2, 3] = 1, size: Size = Size.SMALL, deep: Literal[True] | None = None
) -> Literal[1, 2]:
    """A level of the image."""
    return 1


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("answer = LEVEL(image, 4)", "no level 4. It is one of 1, 2, 3."),
        ("answer = LEVEL(image, level=-1)", "no level -1"),
        ("answer = LEVEL(image, size=3)", "no size 3. It is one of 1, 2."),
        ("answer = LEVEL(image, size=True)", "no size True"),
        ("answer = LEVEL(image, deep=False)", "no deep False"),
        ("answer = LEVEL(image, level='2')", "no level '2'"),
        ("answer = LEVEL(image) == 3", "never 3. It is one of 1, 2."),
        ("answer = LEVEL(image) in [1, 4]", "never 4"),
        ("n = LEVEL(image)\nanswer = n.left if n == 2 else 0", "int has no attribute 'left'"),
        ("answer = LEVEL(image, 3, 2, True) + LEVEL(image, level=True)", ""),
        ("n = LEVEL(image)\nanswer = -n if n == 1 else n / 2 if n == 2.0 else 0", ""),
        ("n = 3\nanswer = LEVEL(image, n, deep=None) == True", ""),
    ],
)
def test_numbers_of_which_a_tool_takes_only_some(source: str, said: str) -> None:
    made = Registry()
    made.add(LEVEL)
    found = check(Program(source), made)
    told = "" if isinstance(found, Checked) else render(found, source)
    assert said in told and bool(said) == bool(told)


def test_hints_name_only_tools_that_are_there(registry: Registry) -> None:
    few = Registry()
    few.add(DETECT)
    sources = [row["wrong"] for row in rows("wrong.toml")]
    told = [d for source in sources for d in _told(source, few)]
    hints = " ".join(d.hint for d in told if d.code != "undefined")
    assert not re.search(r"\b(COUNT|EXISTS|LOC|COLOR)\b(?!\()", hints)
    assert "EXISTS" in _told("try:\n    answer = 1\nexcept: pass", registry)[0].hint


def _told(source: str, registry: Registry) -> tuple[Diagnostic, ...]:
    found = check(Program(source), registry)
    return () if isinstance(found, Checked) else found


def test_a_wrong_item_of_an_empty_dict_is_reported_in_a_loop(registry: Registry) -> None:
    found = _told("d = {}\nfor n in ['a', 'b']:\n    d[n] = n + c\nanswer = d", registry)
    assert [d.code for d in found] == ["undefined"]


def test_all_findings_come_in_the_order_of_the_lines(registry: Registry) -> None:
    found = check(Program('a = LOCATE(image, "dog")\nb = CROP(image, 3)\nanswer = c'), registry)
    assert not isinstance(found, Checked)
    assert [(d.line, d.code) for d in found] == [(1, "unknown-tool"), (2, "argument-type"), (3, "undefined")]


def test_a_checked_program_names_the_tools_that_it_uses(registry: Registry) -> None:
    checked = check(Program('answer = COUNT(DETECT(image, "dog"))\nfind = LOC'), registry)
    assert isinstance(checked, Checked)
    assert sorted(checked.tools) == ["COUNT", "DETECT", "LOC"]


DEEP = {
    "minus": "answer = " + "-" * 30_000 + "1",
    "not": "answer = " + "not " * 7_000 + "1",
    "brackets": "answer = " + "(" * 250 + "1" + ")" * 250,
    "lists": "answer = " + "[" * 150 + "]" * 150,
    "sum": "answer = " + "1+" * 10_000 + "1",
    "power": "answer = " + "2**" * 10_000 + "1",
    "attributes": "answer = image" + ".a" * 10_000,
    "calls": "answer = image" + "()" * 10_000,
    "methods": "answer = 'a'" + ".strip()" * 3_000,
    "indexes": "answer = image" + "[0]" * 10_000,
    "lambda": "answer = " + "lambda:" * 4_000 + "1",
    "if else": "answer = " + "1 if 1 else " * 2_500 + "1",
    "elif": "answer = 1\nif 1:\n    pass\n" + "elif 1:\n    pass\n" * 1_500,
    "indents": "answer = 1\n" + "".join(" " * i + "if 1:\n" for i in range(99)) + " " * 99 + "pass",
    "long": "answer = 1\n" * 10_000,
    "null": "answer = 1\x00",
    "surrogate": "answer = '\ud800'",
}


@pytest.mark.parametrize("name", DEEP)
def test_sources_that_break_parsers_are_parse_errors(name: str, registry: Registry) -> None:
    found = check(Program(DEEP[name]), registry)
    assert not isinstance(found, Checked)
    assert [d.kind for d in found] == ["parse_error"]
    assert len(found[0].message) < 300


def test_the_size_limit_counts_bytes(registry: Registry) -> None:
    assert isinstance(check(Program("answer = 1 #" + "x" * (MAX_SOURCE_BYTES - 12)), registry), Checked)
    assert not isinstance(check(Program("answer = 1 #" + "é" * (MAX_SOURCE_BYTES // 2)), registry), Checked)


def helpers(count: int, before: str = "", after: str = "") -> str:
    """Functions that call one another in a chain."""
    chain = (f"def f{i}(x):\n    return {before}f{i - 1}(x){after}\n" for i in range(1, count))
    return "def f0(x):\n    return x\n" + "".join(chain)


@pytest.mark.parametrize(
    "source",
    [
        "a = 1\n" + "a = (a, a)\n" * 300 + "answer = 1",
        "a = [1]\n" + "a = [a, [a], (a, a, a)]\n" * 300 + "answer = 1",
        "x = 'a'" + ".strip()" * 45 + "\nanswer = x",
        "".join("    " * i + f"for i{i} in range(2):\n" for i in range(20)) + "    " * 20 + "pass\nanswer = 1",
        "answer = [" + ", ".join(f"{i!r}" if i % 2 else f"'{i}'" for i in range(3_000)) + "]",
        "a = []\n" + "".join(f"b{i} = a\nfor x in b{i}:\n  y = []\n  y.append(x)\n" for i in range(600)) + "answer = 1",
        helpers(300) + "answer = f299(1)",
    ],
    ids=["doubling tuples", "doubling lists", "methods", "loops", "long list", "names of one list", "helpers"],
)
def test_nothing_takes_exponential_time(source: str, registry: Registry) -> None:
    start = process_time()
    assert isinstance(check(Program(source), registry), Checked)
    assert process_time() - start < 5


def test_helpers_that_are_too_far_inside_to_be_followed_are_still_looked_into(registry: Registry) -> None:
    found = check(Program(helpers(30).replace("return x\n", "return x + y\n") + "answer = f29(1)"), registry)
    assert not isinstance(found, Checked)
    assert [(d.code, d.line) for d in found] == [("undefined", 2)]


def test_deep_helpers_inside_of_one_another_are_refused(registry: Registry) -> None:
    source = helpers(15, "-(" * 40, ")" * 40) + "answer = f14(1)"
    found = check(Program(source), registry)
    assert not isinstance(found, Checked)
    assert [d.kind for d in found] == ["parse_error"]
    assert "too deep" in found[0].message


FRAGMENTS = st.sampled_from(
    [
        "answer",
        "=",
        "image",
        "(",
        ")",
        "[",
        "]",
        "\n",
        "    ",
        "for",
        "in",
        "if",
        "x",
        ":",
        "LOC",
        ",",
        "'dog'",
        "def f",
        "1",
        ".left",
        "+",
        "not ",
        "*",
        "**",
        "lambda",
        "return",
        "break",
        "{",
        "}",
        "f'{x}'",
        "_",
        "...",
        "0x",
        "\\",
        "#",
        "\t",
    ]
)


@settings(max_examples=300)
@given(text=st.text(max_size=200) | st.lists(FRAGMENTS, max_size=30).map(" ".join) | st.lists(FRAGMENTS).map("".join))
def test_check_takes_any_text(text: str, registry: Registry) -> None:
    found = check(Program(text), registry)
    assert isinstance(found, Checked) or (found and all(isinstance(d, Diagnostic) for d in found))


@settings(max_examples=300)
@given(text=st.lists(st.lists(FRAGMENTS, max_size=12).map(" ".join), max_size=4).map("\n".join))
def test_what_the_compiler_is_not_asked_about_it_takes(text: str) -> None:
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError):
        return
    if not needs_compiler(tree, Nodes(ast.walk(tree))):
        compile(tree, "program", "exec")


@pytest.mark.parametrize(
    "source",
    [
        "return 1",
        "if 1:\n    return 1",
        "break",
        "for x in y:\n    pass\nelse:\n    continue",
        "for x in y:\n    def f():\n        break",
        "def f(a, a):\n    pass",
        "def f(a, *, b, **a):\n    pass",
        "f = lambda a, a: a",
        "f(a=1, a=2)",
        "x = *y",
        "*a, *b = c",
        "\n".join(" " * i + "for x in y:" for i in range(25)) + " pass",
        "async def f(): pass",
    ],
)
def test_the_compiler_is_asked_about_what_only_it_refuses(source: str) -> None:
    tree = ast.parse(source)
    assert needs_compiler(tree, Nodes(ast.walk(tree)))


NAMES = st.sampled_from(["image", "answer", "x", "y", "LOC", "COUNT", "DETECT", "len", "max", "zip", "f"])
NUMBERS = st.sampled_from(["1", "2.5", "True", "None", "'dog'", "'left'", "[]", "{}", "()"])


def _bigger(e: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    operator = st.sampled_from(["+", "-", "*", "/", "%", "**", "&", "==", "<", "in", "is not", "and", "or"])
    several = st.lists(e, max_size=3).map(", ".join)
    attribute = st.sampled_from(["left", "append", "items", "width", "nothing"])
    return st.one_of(
        st.tuples(e, operator, e).map(lambda p: f"({p[0]} {p[1]} {p[2]})"),
        st.tuples(NAMES, several).map(lambda p: f"{p[0]}({p[1]})"),
        st.tuples(e, attribute).map(lambda p: f"({p[0]}).{p[1]}"),
        st.tuples(e, e).map(lambda p: f"({p[0]})[{p[1]}]"),
        several.map(lambda s: f"[{s}]"),
        st.tuples(e, e).map(lambda p: f"{{{p[0]}: {p[1]}}}"),
        st.tuples(e, NAMES, e).map(lambda p: f"[{p[0]} for {p[1]} in {p[2]}]"),
        st.tuples(e, e, e).map(lambda p: f"({p[0]} if {p[1]} else {p[2]})"),
        st.tuples(NAMES, e).map(lambda p: f"(lambda {p[0]}: {p[1]})"),
        e.map(lambda s: f"(not {s})"),
        e.map(lambda s: f"max(*{s})"),
    )


EXPRESSIONS = st.recursive(NAMES | NUMBERS, _bigger, max_leaves=8)
TARGETS = st.sampled_from(["x", "answer", "x, y", "[x, *y]", "x[0]", "x.left", "COUNT", "f"])
SIMPLE = st.one_of(
    st.tuples(TARGETS, EXPRESSIONS).map(lambda p: f"{p[0]} = {p[1]}"),
    st.tuples(NAMES, EXPRESSIONS).map(lambda p: f"{p[0]} += {p[1]}"),
    EXPRESSIONS,
)


def _block(statements: list[str]) -> str:
    return "\n".join(f"    {line}" for s in statements for line in s.splitlines())


def _nested(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    body = st.lists(inner, min_size=1, max_size=3).map(_block)
    return st.one_of(
        st.tuples(EXPRESSIONS, body, body).map(lambda p: f"if {p[0]}:\n{p[1]}\nelse:\n{p[2]}"),
        st.tuples(TARGETS, EXPRESSIONS, body).map(
            lambda p: f"for {p[0]} in {p[1]}:\n{p[2]}\n    break\nelse:\n    pass"
        ),
        st.tuples(NAMES, body).map(lambda p: f"def {p[0]}(x, y=1, *z):\n{p[1]}\n    return x"),
    )


@settings(max_examples=400, suppress_health_check=[HealthCheck.too_slow])
@given(statements=st.lists(st.recursive(SIMPLE, _nested, max_leaves=6), min_size=1, max_size=6))
def test_check_takes_any_program(statements: list[str], registry: Registry) -> None:
    source = "\n".join(statements)
    ast.parse(source)
    found = check(Program(source), registry)
    assert isinstance(found, Checked) or found
    if not isinstance(found, Checked):
        assert all(d.message and d.line >= 1 and d.column >= 0 for d in found)
        assert render(found, source)
