"""What an answer tells: value, program, steps, boxes, its picture; and the errors that stand for a missing one."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from engines import Said, red
from PIL import Image as Pillow

import looksmith as public
from looksmith import Box, InputError, Looksmith

CUP = Box(10, 10, 40, 30, "cup", 0.9)


def test_an_answer_has_its_program_steps_and_boxes(looksmith: Looksmith, llm: Said) -> None:
    llm.say = lambda _: 'cup = FIND(image, "cup")\nanswer = cup.width > 5'
    answer = looksmith.ask(red(), "Is the cup wide?")
    assert (answer.outcome, answer.unwrap(), answer.text) == ("ok", True, "yes")
    assert answer.program == 'cup = FIND(image, "cup")\nanswer = cup.width > 5'
    (step,) = answer.steps
    assert (step.number, step.line, step.tool, step.result, step.error) == (1, 1, "FIND", CUP, "")
    assert step.arguments["name"] == "cup"
    assert step.picture is not None
    assert (step.picture.width, step.picture.height) == (64, 48)
    assert step.boxes == answer.boxes == (CUP,)
    assert answer.run.parent == looksmith.settings.runs.root


def test_the_boxes_of_the_answer_itself_come_before_those_of_its_steps(looksmith: Looksmith) -> None:
    answer = looksmith.run('FIND(image, "cup")\nanswer = FIND_ALL(image, "dog")[1:]', red())
    assert [box.label for box in answer.boxes] == ["dog", "dog"]
    assert [step.tool for step in answer.steps] == ["FIND", "FIND_ALL"]


def test_the_annotated_picture_shows_the_boxes(looksmith: Looksmith, tmp_path: Path) -> None:
    answer = looksmith.run('answer = FIND(image, "cup")', red())
    with Pillow.open(answer.save(tmp_path / "new" / "annotated.png")) as drawn:
        scale = drawn.width // 64
        colors = drawn.convert("RGB").getcolors(1 << 24) or []
        assert drawn.size == (64 * scale, 48 * scale)
    assert {color for _, color in colors} - {(200, 0, 0)}
    with pytest.raises(InputError, match=r"annotated\.txt"):
        answer.save(tmp_path / "annotated.txt")


def test_an_answer_that_is_a_picture_is_saved_as_that_picture(looksmith: Looksmith, tmp_path: Path) -> None:
    answer = looksmith.run('cup = FIND(image, "cup")\nanswer = image', red())
    assert answer.boxes
    with Pillow.open(answer.save(tmp_path / "itself.png")) as saved:
        assert (saved.size, saved.getcolors()) == ((64, 48), [(64 * 48, (200, 0, 0))])


def test_supervision_gets_boxes_labels_and_scores(looksmith: Looksmith) -> None:
    found = looksmith.run('answer = FIND_ALL(image, "dog")', red()).to_supervision()
    assert found.xyxy.tolist() == [[10.0 * i, 10.0, 10.0 * i + 8, 30.0] for i in range(3)]
    assert list(found.data["class_name"]) == ["dog"] * 3
    assert found.confidence is not None
    assert found.confidence.tolist() == [0.5] * 3
    assert len(looksmith.run("answer = 1", red()).to_supervision()) == 0


@pytest.mark.parametrize(
    ("program", "error"),
    [
        ('answer = FIND(image, "ghost")', public.NothingFound),
        ("answer = NOPE(image)", public.ProgramError),
        ("answer = [1][int('2')]", public.ProgramError),
        ("for i in range(600):\n    x = SHADE(image)\nanswer = 1", public.OverBudget),
    ],
)
def test_a_missing_answer_is_an_error_of_its_own_kind(looksmith: Looksmith, program: str, error: type) -> None:
    answer = looksmith.run(program, red())
    assert (answer.ok, answer.value) == (False, None)
    with pytest.raises(error) as told:
        answer.unwrap()
    assert isinstance(told.value, public.Unanswered)
    assert (told.value.outcome, told.value.run) == (answer.outcome, answer.run)
    assert str(told.value) == answer.message.strip()


def test_a_run_that_is_gone_is_told(looksmith: Looksmith) -> None:
    answer = looksmith.run("answer = SHADE(image)", red())
    shutil.rmtree(answer.run)
    assert answer.unwrap() == 200
    with pytest.raises(InputError, match="not complete"):
        _ = answer.steps
