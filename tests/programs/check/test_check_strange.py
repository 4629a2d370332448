"""Deep, huge and generated programs: the checker takes them all, in little time."""

from __future__ import annotations

import ast
from time import process_time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from looksmith.programs.check.check import Checked, check
from looksmith.programs.language.diagnostics import Diagnostic, render
from looksmith.programs.language.language import MAX_SOURCE_BYTES
from looksmith.programs.language.outline import needs_compiler
from looksmith.programs.language.program import Program
from looksmith.programs.language.tree import Nodes
from looksmith.tools.core.registry import Registry

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
