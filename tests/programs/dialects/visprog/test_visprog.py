"""VisProg's programs, read into ours: what they mean, and the published system's defects."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from PIL import Image as Pillow
from visprog_programs import HEIGHT, MODULES, PROGRAMS, WIDTH, read, registry

from looksmith.programs.check.check import Checked, check
from looksmith.programs.dialects.front import translate
from looksmith.programs.language.program import Program
from looksmith.sandbox.outcome import Outcome
from looksmith.sandbox.run import Request, Sandbox
from looksmith.tools.core.registry import Registry
from looksmith.tools.core.stand_in import stand_ins
from looksmith.tools.core.values import Image
from looksmith.tools.engine.executor import Executor

INPUTS = {"image": {"image": Image}, "images": {"images": list[Image]}}


def picture(seed: int = 0) -> Image:
    pixels = np.random.default_rng(seed).integers(0, 255, (HEIGHT, WIDTH, 3), np.uint8)
    return Image.of(Pillow.fromarray(pixels))


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


def test_the_checker_types_what_was_translated():
    program = read("B=LOC(IMAGE,'cat')\nA=COUNT(B)\nR=EVAL(expr='{A} > 1 and {A} < 9')\nFINAL_RESULT=RESULT(R)")
    wrong = Program(program.source.replace("len(", "TRUTH("))
    assert isinstance(check(program, registry()), Checked)
    assert isinstance(check(wrong, registry()), tuple)


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
