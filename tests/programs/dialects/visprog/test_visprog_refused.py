"""VisProg's programs that cannot be read: where they are wrong and what to do, whatever the text."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from visprog_programs import MODULES, lines, read, registry

from looksmith.programs.check.check import Checked, check
from looksmith.programs.dialects.front import translate
from looksmith.sandbox.run import Sandbox
from looksmith.tools.core.stand_in import blank_image, stand_ins
from looksmith.tools.engine.executor import Executor

WRONG = [
    ("BOX0=LOCATE(image=IMAGE,object='cat')", "unknown-module", 1, 5, "LOC"),
    ("BOX0=crop(image=IMAGE,box=IMAGE)", "unknown-module", 1, 5, "Did you mean CROP?"),
    ("ANSWER0=COUNT(box=BOX0)", "undefined", 1, 18, ""),
    ("BOX0=LOC(image=IMAG,object='cat')", "undefined", 1, 15, "Did you mean IMAGE?"),
    ("BOX0=LOC(image=IMAGE,object='cat',thresh=0.2)", "unknown-keyword", 1, 34, "LOC(image, object)"),
    ('BOX0=LOC(image=IMAGE,object="cat" , "dog")', "syntax", 1, 28, "a list"),
    ("A0=VQA(image=image,question='q')", "undefined", 1, 13, "Did you mean IMAGE?"),
    ("A0=VQA(image=LEFT,question='q')\nA1=VQA(image=IMAGE,question='q')", "undefined", 2, 13, "LEFT and RIGHT"),
    ("A0=VQA(image=IMAGE,question='Is the {X} red?')", "undefined", 1, 28, "X is not defined"),
    ("A0=VQA(image=IMAGE,question='Is the {IMAGE} red?')", "argument-type", 1, 28, "An image"),
    ("BOX0=LOC(image=IMAGE,object=cat)", "undefined", 1, 28, "quotes"),
    ("BOX0=LOC(image=IMAGE)", "argument-count", 1, 5, "object"),
    ("BOX0=LOC(image=IMAGE,object='cat',image=IMAGE)", "argument-count", 1, 34, "twice"),
    ("BOX0=LOC(IMAGE,'cat','dog')", "argument-count", 1, 21, ""),
    ("BOX0=LOC(image=IMAGE,'cat')", "argument-count", 1, 21, ""),
    ("\n\n  BOX0 LOC(image=IMAGE,object='cat')", "not-a-call", 3, 2, "VAR=MODULE"),
    ("BOX0=COUNT(box=LOC(image=IMAGE,object='cat'))", "nested-call", 1, 15, "line of its own"),
    ("BOX0=LOC(image=IMAGE,object='cat'))", "not-a-call", 1, 34, "What follows"),
    ("BOX0=LOC(image=IMAGE,object='cat'", "unclosed", 1, 28, "one line"),
    ("BOX0=LOC(image=IMAGE,object='cat)", "unclosed", 1, 28, "quote"),
    ("BOX0=LOC(image=IMAGE,object=)", "syntax", 1, 28, "value"),
    ("BOX0=LOC(image=IMAGE,object='')", "argument-type", 1, 28, ""),
    ("BOX0=LOC(image=IMAGE,object=3)", "argument-type", 1, 28, "a text"),
    ("BOX0=LOC(image='IMAGE',object='cat')", "argument-type", 1, 15, "without quotes"),
    ("ANSWER0=COUNT(box=IMAGE)", "argument-type", 1, 18, "IMAGE is an image"),
    ("LIST0=LIST(query='q',max='three')", "argument-type", 1, 25, "a number"),
    ("OBJ0=SEG(image=IMAGE)\nOBJ1=CLASSIFY(image=IMAGE,object=OBJ0,categories=[])", "argument-type", 2, 49, ""),
    ("OBJ0=SEG(image=IMAGE)\nOBJ1=CLASSIFY(image=IMAGE,object=OBJ0,categories=['a',2])", "argument-type", 2, 54, ""),
    ("OBJ0=SEG(IMAGE)\nO=CLASSIFY(IMAGE,OBJ0,categories='a','b', 'c')", "syntax", 2, 33, "several texts"),
    ("A0=EVAL(expr='1 +')", "syntax", 1, 17, "too early"),
    ("A0=EVAL(expr='1 = 1')", "syntax", 1, 16, "=="),
    ("A0=EVAL(expr='{X} > 1')", "undefined", 1, 14, "X is not defined"),
    ("A0=EVAL(expr='{IMAGE} > 1')", "argument-type", 1, 14, ""),
    ("B=LOC(IMAGE,'cat')\nA0=EVAL(expr='{B} > 1')", "argument-type", 2, 14, "COUNT"),
    ("A0=EVAL(expr='open(1)')", "syntax", 1, 14, "len"),
    ("A0=EVAL(expr='2 ** 9')", "syntax", 1, 16, "product"),
    ("A0=EVAL(expr='red == 2')", "syntax", 1, 14, "'red' for a text"),
    ("A0=EVAL(expr='1 < 2 + 1 == 'a'')", "syntax", 1, 18, "chain"),
    ("A0=EVAL(expr='1 - 'red'')", "argument-type", 1, 18, "'red' is not a number"),
    ("FINAL_RESULT=RESULT(var='yes')", "argument-type", 1, 24, "variable"),
    ("B=SEG(image=IMAGE)\nFINAL_RESULT=RESULT(var=B)\nC=SEG(image=IMAGE)", "after-result", 3, 0, "one program"),
    ("B=SEG(image=IMAGE)\nC=COUNT(box=B)", "no-answer", 2, 0, "RESULT(var=C)"),
    ("", "no-code", 1, 0, "LOC"),
    ("just some words", "no-code", 1, 0, ""),
]


@pytest.mark.parametrize(("source", "code", "line", "column", "told"), WRONG, ids=lambda v: str(v)[:60])
def test_what_is_wrong_is_told_where_it_is(source: str, code: str, line: int, column: int, told: str):
    found = translate("visprog", source)
    assert isinstance(found, tuple)
    assert (found[0].code, found[0].line, found[0].column) == (code, line, column), found[0]
    assert told in found[0].render()


def test_all_that_is_wrong_is_told_at_once_and_once():
    source = "A=LOK(image=IMAGE,object='x')\nB=COUNT(box=A)\nC=EVAL(expr='{B} >')\nFINAL_RESULT=RESULT(var=D)"
    found = translate("visprog", source)
    assert isinstance(found, tuple)
    assert [(d.line, d.code) for d in found] == [(1, "unknown-module"), (3, "syntax"), (4, "undefined")]


@pytest.mark.parametrize(
    "line",
    [
        "ANSWER0: VQA(image=IMAGE,question='Is it night?')",
        "ANSWER0==VQA(image=IMAGE,question='Is it night?')",
        "ANSWER0=VQA(image=IMAGE question='Is it night?')",
        "ANSWER0=VQA(image=IMAGE,question='Is it night?)",
        "ANSWER0=VQA(image=IMAGE,question='Is it night?'",
        "1. ANSWER0=VQA(image=IMAGE,question='Is it night?')",
    ],
)
def test_a_line_that_cannot_be_read_is_told_once_and_not_again_where_its_variable_is_used(line: str):
    end = "ANSWER1=EVAL(expr='not {ANSWER0}')\nFINAL_RESULT=RESULT(var=ANSWER1)"
    found = translate("visprog", f"BOX0=LOC(image=IMAGE,object='cat')\n{line}\n{end}")
    assert isinstance(found, tuple)
    assert [d.line for d in found] == [2]
    assert found[0].kind == "parse_error"


def test_a_variable_of_the_wrong_kind_is_not_said_to_stand_in_quotes():
    found = translate("visprog", "L=LIST(query='kings')\nI=TAG(image=IMAGE,object=L)\nF=RESULT(var=I)")
    assert isinstance(found, tuple)
    assert found[0].render().endswith("L is a list of texts.")


def test_of_two_programs_the_second_is_told_once():
    one = "B=SEG(IMAGE)\nF=RESULT(var=B)\n"
    found = translate("visprog", f"{one}\n{one}")
    assert isinstance(found, tuple)
    assert [(d.line, d.code) for d in found] == [(4, "after-result")]


pieces = st.sampled_from(
    [*MODULES, *"=(),'\"[]{}\\;#\n\0 ‘’“”", "IMAGE", "A0", "expr", "-1", "not ", " xor ", "if", "**"]
)


@settings(max_examples=400, deadline=None)
@given(st.text() | st.lists(pieces).map("".join) | st.lists(lines).map("\n".join))
def test_any_text_is_a_program_or_diagnostics(text: str):
    found = translate("visprog", text)
    if isinstance(found, tuple):
        assert found and all(1 <= d.line <= text.count("\n") + text.count("\r") + 1 and d.column >= 0 for d in found)
    else:
        assert isinstance(check(found, registry()), Checked | tuple)


@settings(max_examples=300, deadline=None)
@given(st.lists(pieces | st.sampled_from(["{A0}", "{A0} == ", "'x'", " and ", "1", " + ", " < ", " in "])).map("".join))
def test_any_expression_is_python_that_the_checker_takes_or_a_diagnostic(expression: str):
    source = f'A0=VQA(IMAGE,"q")\nR0=EVAL(expr="{expression}")\nFINAL_RESULT=RESULT(var=R0)'
    found = translate("visprog", source)
    assert isinstance(found, tuple) or isinstance(check(found, registry()), Checked), found


@pytest.mark.parametrize(
    "expression",
    [
        "(" * 3000 + "1" + ")" * 3000,
        "not " * 3000 + "1",
        "-" * 3000 + "1",
        "1" + "+1" * 3000,
        "1" + "+1" * 150,
        "{A0}" + " xor {A0}" * 150,
        "[" * 500,
        "'" * 3000,
        "1 < " * 200 + "1",
        "9" * 5000,
        "1 if 1 else " * 300 + "1",
        "(1<" * 15 + "1" + "<1)<1" * 15,
        "\u202e{A0}\u202c",
        "{A0} == '\ud800'",
    ],
    ids=lambda text: ascii(text[:20]),
)
def test_huge_and_deep_expressions_are_refused_or_fit_the_checker(expression: str):
    source = f'A0=VQA(IMAGE,"q")\nR0=EVAL(expr="{expression}")\nFINAL_RESULT=RESULT(var=R0)'
    found = translate("visprog", source)
    assert isinstance(found, tuple) or isinstance(check(found, registry()), Checked)


def test_huge_programs_are_refused():
    for source in ("x" * 10**6, "A0=SEG(IMAGE)\n" * 2000, "(" * 32_000, "A0=SEG(" + "," * 30_000, "\n" * 10**6):
        found = translate("visprog", source)
        assert isinstance(found, tuple)


def test_a_dry_run_needs_no_picture(sandbox: Sandbox):
    program = read("B=LOC(IMAGE,'cat')\nI0=CROP(IMAGE,B)\nFINAL_RESULT=RESULT(var=I0)")
    tools = stand_ins(registry())
    checked = check(program, tools)
    assert isinstance(checked, Checked)
    executor = Executor(tools)
    outcome = sandbox.run(checked, {"image": blank_image()}, lambda r: executor.call(r.tool, r.args, r.kwargs).value)
    assert outcome.kind == "ok"
