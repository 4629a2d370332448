"""VisProg's programs, read into ours: what they mean, and what is said of those that cannot be read."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image as Pillow

from looksmith.programs.check.check import Checked, check
from looksmith.programs.dialects.front import dialect_tools, translate
from looksmith.programs.dialects.visprog.tools import NUMBER, SAME, TEXT, TRUTH
from looksmith.programs.language.program import Program
from looksmith.sandbox.outcome import Outcome
from looksmith.sandbox.run import Request, Sandbox
from looksmith.tools.core.errors import ToolError
from looksmith.tools.core.registry import Registry
from looksmith.tools.core.stand_in import blank_image, stand_ins
from looksmith.tools.core.tool import is_tool, tool
from looksmith.tools.core.values import Box, Image, Mask
from looksmith.tools.engine.executor import Executor
from looksmith.tools.media import crop
from looksmith.tools.profiles.unserved import register_declared

PROGRAMS = tomllib.loads((Path(__file__).parent / "visprog.toml").read_text(encoding="utf-8"))["program"]
WIDTH, HEIGHT = 100, 80
INPUTS = {"image": {"image": Image}, "images": {"images": list[Image]}}


class World:
    """Tools that say what a test tells them to. The first box is (10, 20, 25, 40), each next one 20 to the right."""

    def __init__(self, known: Mapping[str, Any] | None = None) -> None:
        self.known = known or {}

    def _of(self, table: str, name: str, default: Any) -> Any:
        return self.known.get(table, {}).get(name, default)

    @tool
    def DETECT(self, image: Image, name: str) -> list[Box]:
        """Boxes of the name."""
        return [_box(i, name) for i in range(self._of("found", name, 0))]

    @tool
    def FACES(self, image: Image) -> list[Box]:
        """Faces."""
        return [_box(i, "face") for i in range(self.known.get("faces", 0))]

    @tool
    def SEGMENT_ALL(self, image: Image) -> list[Mask]:
        """A mask for each label, half as high as a box."""
        masks: list[Mask] = []
        for i, label in enumerate(self.known.get("labels", [])):
            array = np.zeros((HEIGHT, WIDTH), bool)
            array[20:30, 10 + 20 * i : 25 + 20 * i] = True
            masks.append(Mask.from_array(array, label))
        return masks

    @tool
    def VQA(self, image: Image, question: str) -> str:
        """The answer, or the place of the image."""
        if question.startswith("Where"):
            frame = image.frame
            return f"{frame.left:.0f} {frame.top:.0f} {frame.right:.0f} {frame.bottom:.0f}"
        return self.known["said"][question]

    @tool
    def CLASSIFY(self, image: Image, labels: list[str]) -> str:
        """The kind of the thing that the image shows, by its place."""
        kind = self.known["kinds"][round((image.frame.center_x - 17.5) / 20)]
        assert kind in labels
        return kind

    @tool
    def MATCH(self, images: list[Image], text: str) -> int:
        """The best."""
        return self.known["best"][text]

    @tool
    def LIST(self, question: str, max: int) -> list[str]:
        """What is listed."""
        return self.known["listed"][question][:max]

    @tool
    def REPLACE(self, image: Image, mask: Mask, prompt: str) -> Image:
        """Blue paint."""
        pixels = image.array().copy()
        pixels[mask.array()] = (0, 0, 255)
        return Image.of(Pillow.fromarray(pixels))


def _box(i: int, label: str) -> Box:
    return Box(10 + 20 * i, 20, 25 + 20 * i, 40, label, 0.9)


def registry(known: Mapping[str, Any] | None = None) -> Registry:
    made = Registry()
    made.add(World(known), *(f for f in vars(crop).values() if is_tool(f)), *dialect_tools("visprog"))
    register_declared(made, usable=True)
    return made


def picture(seed: int = 0) -> Image:
    pixels = np.random.default_rng(seed).integers(0, 255, (HEIGHT, WIDTH, 3), np.uint8)
    return Image.of(Pillow.fromarray(pixels))


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as made:
        yield made


def read(source: str) -> Program:
    program = translate("visprog", source)
    assert isinstance(program, Program), program
    return program


def run(sandbox: Sandbox, program: Program, tools: Registry, several: bool = False) -> Outcome:
    checked = check(program, tools, INPUTS["images" if several else "image"])
    assert isinstance(checked, Checked), (program.source, checked)
    executor = Executor(tools)

    def call(request: Request) -> Any:
        done = executor.call(request.tool, request.args, request.kwargs)
        if done.error is not None:
            raise done.error
        return done.value

    inputs = {"images": [picture(0), picture(1)]} if several else {"image": picture()}
    return sandbox.run(checked, inputs, call)


def evaluated(sandbox: Sandbox, expression: str, **said: str) -> Outcome:
    """What an expression over answers of VQA gives."""
    lines = [f"{name}=VQA(image=IMAGE,question='{name}')" for name in said]
    source = "\n".join([*lines, f'R0=EVAL(expr="{expression}")', "FINAL_RESULT=RESULT(var=R0)"])
    return run(sandbox, read(source), registry({"said": said}))


@pytest.fixture(params=PROGRAMS, ids=lambda row: row["name"])
def row(request: pytest.FixtureRequest) -> dict[str, Any]:
    return request.param


def test_a_program_answers_what_it_means(row: dict[str, Any], sandbox: Sandbox):
    outcome = run(sandbox, read(row["source"]), registry(row), row.get("inputs") == "images")
    assert outcome.kind == row.get("outcome", "ok"), outcome.message
    assert row.get("message", "") in outcome.message
    if "answer" in row:
        assert type(outcome.answer) is type(row["answer"])
        assert outcome.answer == row["answer"]
    if "edited" in row:
        inside, outside = (outcome.answer.array()[y, x].tolist() for x, y in ((17, 25), (90, 70)))
        same = [inside == picture().array()[25, 17].tolist(), outside == picture().array()[70, 90].tolist()]
        assert outcome.answer != picture()
        assert row["edited"] == "both" or same == [row["edited"] == "inside", row["edited"] == "outside"]


def test_a_program_runs_dry(row: dict[str, Any], sandbox: Sandbox):
    outcome = run(sandbox, read(row["source"]), stand_ins(registry()), row.get("inputs") == "images")
    assert outcome.kind == "ok", outcome.message


def test_a_dry_run_evaluates_with_the_values_that_it_shows(sandbox: Sandbox):
    source = """
    BOX0=LOC(image=IMAGE,object='duck')
    ANSWER0=COUNT(box=BOX0)
    ANSWER1=VQA(image=IMAGE,question='How many ducks?')
    ANSWER2=EVAL(expr="'{ANSWER0} and {ANSWER1}' if not {ANSWER1} == 7 and {ANSWER1} < 4 else 'wrong'")
    FINAL_RESULT=RESULT(var=ANSWER2)
    """
    outcome = run(sandbox, read(source), stand_ins(registry()))
    assert outcome.answer == f"{outcome.variables['ANSWER0']} and {outcome.variables['ANSWER1']}"


def test_every_line_knows_the_line_that_it_came_from(row: dict[str, Any]):
    program = read(row["source"])
    written = row["source"].replace("\r\n", "\n").split("\n")
    assert len(program.lines) == len(program.source.split("\n"))
    assert list(program.lines) == sorted(program.lines)
    for number in set(program.lines):
        assert "=" in written[number - 1] and "(" in written[number - 1]
    assert program.original == row["source"]
    assert program.dialect == "visprog"
    assert program.question == row.get("question", "")


def test_there_are_programs_of_every_module():
    text = "\n".join(row["source"] for row in PROGRAMS)
    assert all(f"={module}(" in text.replace(" ", "") for module in MODULES)
    assert len(PROGRAMS) >= 45


MODULES = (
    *("LOC", "VQA", "COUNT", "CROP", "CROP_RIGHTOF", "CROP_LEFTOF"),
    *("CROP_ABOVE", "CROP_BELOW", "CROP_FRONTOF", "CROP_INFRONT", "CROP_INFRONTOF", "CROP_BEHIND"),
    *("CROP_AHEAD", "EVAL", "RESULT", "SEG", "SELECT", "CLASSIFY"),
    *("COLORPOP", "BGBLUR", "REPLACE", "EMOJI", "TAG", "FACEDET"),
    "LIST",
)


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
    ("OBJ0=SEG(IMAGE)\nO=CLASSIFY(IMAGE,OBJ0,categories='a','b', 'c')", "syntax", 2, 33, "Several texts"),
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


def test_the_checker_types_what_was_translated():
    program = read("B=LOC(IMAGE,'cat')\nA=COUNT(B)\nR=EVAL(expr='{A} > 1 and {A} < 9')\nFINAL_RESULT=RESULT(R)")
    wrong = Program(program.source.replace("len(", "TRUTH("))
    assert isinstance(check(program, registry()), Checked)
    assert isinstance(check(wrong, registry()), tuple)


# --- The published system's defects, by their numbers in the study of it.


@pytest.mark.parametrize(
    ("expression", "said", "answer"),
    [
        ("'good' if {A}=='yes' else 'bad'", {"A": "yes"}, "good"),
        ("{A} + {B}", {"A": "two", "B": "3"}, 5),
        ("{A} == 'the dog's'", {"A": "the dog's"}, True),
    ],
)
def test_defect_1_answers_are_compared_and_added_by_meaning(
    expression: str, said: dict[str, str], answer: Any, sandbox: Sandbox
):
    assert evaluated(sandbox, expression, **said).answer == answer


@pytest.mark.parametrize("text", ["'+__import__('os').system('id')+'", '" or True or "', "{A}", "\\", "\0", "\n1"])
def test_defect_2_what_a_model_says_is_never_code(text: str, sandbox: Sandbox):
    for expression in ("'{A}'", "'{A}' + ''", "{A} == '{A}'", "'x' if {A} == 'stop' else {A}"):
        source = f'A=VQA(image=IMAGE,question="q")\nR0=EVAL(expr="{expression}")\nFINAL_RESULT=RESULT(var=R0)'
        assert run(sandbox, read(source), registry({"said": {"q": text}})).answer in (text, True)


@pytest.mark.parametrize(
    ("expression", "said", "answer"),
    [
        ("{A} xor {B} == 'no'", {"A": "yes", "B": "no"}, False),
        ("{A} xor {B}", {"A": "no", "B": "no"}, False),
        ("{A} xor {B} xor {C}", {"A": "yes", "B": "yes", "C": "yes"}, True),
        ("{A} or {B} xor {C}", {"A": "yes", "B": "yes", "C": "yes"}, True),
        ("{A} xor {B} and {C}", {"A": "yes", "B": "yes", "C": "no"}, True),
        ("'a xor b' == {A}", {"A": "a xor b"}, True),
        ("{Axor0} == 'saxor'", {"Axor0": "saxor"}, True),
    ],
)
def test_defect_3_xor_is_an_operator(expression: str, said: dict[str, str], answer: bool, sandbox: Sandbox):
    assert evaluated(sandbox, expression, **said).answer is answer


def test_defect_4_arguments_are_read_whole_or_refused():
    source = "OBJ0=LOC(image=IMAGE,object='Disney's castle, or Bob's')\nLIST0=LIST(query='q',max=-1)\n"
    source += "OBJ1=CLASSIFY(image=IMAGE,object=OBJ0,categories=['a','b'])\n\nFINAL_RESULT=RESULT(var=OBJ1)\n"
    program = read(source)
    for part in ("\"Disney's castle, or Bob's\"", "LIST('q', -1)", "['a', 'b']"):
        assert part in program.source
    unknown = translate("visprog", source.replace("max=-1", "max=-1,thresh=0.2"))
    assert isinstance(unknown, tuple) and unknown[0].code == "unknown-keyword"


@pytest.mark.parametrize("module", [m for m in MODULES if m.startswith("CROP")])
def test_defect_5_nothing_found_is_never_a_picture(module: str, sandbox: Sandbox):
    source = f"BOX0=LOC(image=IMAGE,object='gnome')\nIMAGE0={module}(image=IMAGE,box=BOX0)\nF=RESULT(var=IMAGE0)"
    outcome = run(sandbox, read(source), registry())
    assert (outcome.kind, outcome.line) == ("no_detection", 2)
    assert "gnome" in outcome.message


def test_defect_6_a_program_knows_nothing_of_an_earlier_one(sandbox: Sandbox):
    first = "ANSWER0=VQA(image=IMAGE,question='q')\nFINAL_RESULT=RESULT(var=ANSWER0)"
    assert run(sandbox, read(first), registry({"said": {"q": "old"}})).answer == "old"
    second = translate("visprog", "FINAL_RESULT=RESULT(var=ANSWER0)")
    assert isinstance(second, tuple) and second[0].code == "undefined"


def test_defect_7_classes_come_in_order_and_things_stay_as_they_were(sandbox: Sandbox):
    source = "OBJ0=LOC(image=IMAGE,object='bird')\nOBJ1=CLASSIFY(image=IMAGE,object=OBJ0,categories='wren,owl,jay')\n"
    world = {"found": {"bird": 3}, "kinds": ["owl", "jay", "owl"], "best": {"owl": 1}}
    outcome = run(sandbox, read(source + "FINAL_RESULT=RESULT(var=OBJ1)"), registry(world))
    assert [(box.label, box.left) for box in outcome.answer] == [("owl", 50), ("jay", 30)]
    assert [box.label for box in outcome.variables["OBJ0"]] == ["bird"] * 3


@pytest.mark.parametrize(
    ("source", "code", "line"),
    [
        ("B=SEG(IMAGE)\nF=RESULT(var=B)\nQuestion: next?\nProgram:\nB=SEG(IMAGE)\nF=RESULT(var=B)", "after-result", 5),
        ("B=SEG(IMAGE)\nQuestion: next?\nProgram:\nB=SEG(IMAGE)\nF=RESULT(var=B)", "several-programs", 2),
        ("A0=VQA(IMAGE,'q')\nF=RESULT(var=A)", "undefined", 2),
        ("B=LOC(IMAGE,'x')\nA=COUNT(B)\nC=EVAL(expr=\"'a' if {A} > 0 and else 'b'\")\nF=RESULT(C)", "syntax", 3),
        ("O=SEG(IMAGE)\nP=COLORPOP(image=IMAGE,object=OBJ1)\nF=RESULT(var=P)", "undefined", 2),
    ],
)
def test_defect_8_broken_programs_are_refused_where_they_break(source: str, code: str, line: int):
    found = translate("visprog", source)
    assert isinstance(found, tuple)
    assert (found[0].code, found[0].line) == (code, line)


# --- Values


@pytest.mark.parametrize("yes", ["yes", "Yes", " YES. ", "true", "yes, two of them", "1", "two", 1, 0.5, True])
def test_what_means_yes(yes: Any):
    assert TRUTH(yes) is True
    no = {"yes": "no", "true": "false", "1": "0", "two": "none"}.get(str(yes).strip(" .").lower(), "No.")
    assert TRUTH(no) is False


@pytest.mark.parametrize("text", ["", "maybe", "no one", "yesterday", "١٢ apples", "n/a"])
def test_what_means_neither(text: str):
    with pytest.raises(ToolError, match="neither"):
        TRUTH(text)


@pytest.mark.parametrize(
    ("text", "number"),
    [("3", 3), ("-3", -3), ("2.50", 2.5), ("1,200", 1200), ("Twenty", 20), ("none", 0), ("yes", 1), (".5", 0.5)],
)
def test_numbers_in_texts(text: str, number: float):
    assert NUMBER(text) == number
    assert type(NUMBER(text)) is type(number)


@pytest.mark.parametrize("text", ["", "3 dogs", "1,2", "about 5", "inf", "nan", "1e9", "9" * 40, "--1"])
def test_texts_that_are_no_numbers(text: str):
    with pytest.raises(ToolError, match="not a number"):
        NUMBER(text)


def test_what_is_the_same():
    for a, b in [("red", "Red."), ("yes", True), (False, "No"), ("two", 2), ("3", "three"), (True, 1), (None, None)]:
        assert SAME(a, b) and SAME(b, a)
    for a, b in [
        ("red", "blue"),
        (True, "1"),
        ("yes", False),
        ("two", 3),
        ("red", True),
        ("red", 1),
        ("", None),
        ("no", "0"),
    ]:
        assert not SAME(a, b) and not SAME(b, a)


scalars = st.booleans() | st.integers(-(10**9), 10**9) | st.floats(-1e6, 1e6).map(lambda x: round(x, 3)) | st.text()


@given(scalars, scalars)
def test_same_is_symmetric_and_a_value_is_the_same_as_itself_and_as_its_text(a: Any, b: Any):
    assert SAME(a, b) == SAME(b, a)
    assert SAME(a, a)
    assert SAME(a, TEXT(a))


# --- Whatever is thrown at it

pieces = st.sampled_from(
    [*MODULES, *"=(),'\"[]{}\\;#\n\0 ‘’“”", "IMAGE", "A0", "expr", "-1", "not ", " xor ", "if", "**"]
)
lines = st.sampled_from([line for row in PROGRAMS for line in row["source"].split("\n")])


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
