"""Blame: each way in which an answer can be wrong is told for what it is."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from PIL import Image as Pillow

from looksmith.agent.ask.loop import Bench
from looksmith.agent.cli.main import main
from looksmith.agent.datasets.agree import agree
from looksmith.agent.debug.blame import Blame, JudgedRun, blame
from looksmith.agent.debug.corrections import program_edits
from looksmith.agent.debug.replay import Edits, Recorded, Replayer, Script
from looksmith.agent.evaluate.blame_report import Judged, blame_all
from looksmith.agent.inputs.subject import Subject
from looksmith.agent.traces.runs import Runs, StoredRun
from looksmith.programs.language.program import Program
from looksmith.sandbox.run import Sandbox
from looksmith.tools.core.errors import NoDetection, ToolError
from looksmith.tools.core.registry import Registry
from looksmith.tools.core.tool import Scored, tool
from looksmith.tools.core.values import Box, Image, Mask, Point
from looksmith.tools.engine.executor import Executor

PHOTO = Image.of(Pillow.effect_noise((64, 48), 80))
LEFT, RIGHT = Box(2, 2, 20, 40, "cup", 0.9), Box(30, 5, 60, 40, "cup", 0.6)


class World:
    """Tools that tell what is there, or what somebody sees in it."""

    def __init__(self, backend: str, cups: list[Box], color: str, rejected: tuple[Box, ...] = ()) -> None:
        self.backend = backend
        self._cups = cups
        self._color = color
        self._rejected = rejected

    @tool
    def FIND(self, image: Image, name: str) -> list[Box]:
        """Boxes of the named thing."""
        return Scored(self._cups, rejected=self._rejected)  # pyright: ignore[reportReturnType]

    @tool
    def NAME(self, image: Image, box: Box, names: list[str]) -> str:
        """Its color."""
        return Scored(self._color, {self._color: 0.5, "blue": 0.4, "red": 0.1})  # pyright: ignore[reportReturnType]

    @tool
    def ANY(self, image: Image, name: str) -> bool:
        """Is there one?"""
        return bool(self._cups)


def registry_of(world: World) -> Registry:
    registry = Registry()
    registry.add(world.FIND, world.NAME, world.ANY)
    return registry


TRUE = registry_of(World("oracle", [LEFT, RIGHT], "red"))
COLORS = 'names = ["red", "blue"]\ncups = FIND(image, "cup")\nanswer = [NAME(image, c, names) for c in cups]'


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as made:
        yield made


class Room:
    """Where runs are made and blamed."""

    def __init__(self, runs: Runs, sandbox: Sandbox) -> None:
        self.runs, self.sandbox = runs, sandbox

    def run(self, registry: Registry, program: str) -> StoredRun:
        """A program that ran with these tools."""
        bench = Bench(registry, Executor(registry), self.sandbox, self.runs, ())
        return self.runs.load(str(bench.run(Subject.of(PHOTO, "noise.png"), Program(program)).run))

    def case(self, registry: Registry, program: str, expected: Any) -> JudgedRun:
        """Such a run, with what was expected."""
        script = Script.of(self.run(registry, program))
        return JudgedRun(script, Replayer(registry, self.sandbox, self.runs, Executor(registry)), judge(expected))

    def blame(self, registry: Registry, program: str, expected: Any, *, truth: bool = True) -> Blame:
        """Such a run, blamed."""
        return blame(self.case(registry, program, expected), Executor(TRUE) if truth else None, expected)


def judge(expected: Any) -> Any:
    return lambda outcome: outcome.kind == "ok" and outcome.answer == expected


@pytest.fixture
def room(tmp_path: Path, sandbox: Sandbox) -> Room:
    return Room(Runs(tmp_path / "runs"), sandbox)


# -- with the truth


def test_a_right_answer_is_nobodys_fault(room: Room) -> None:
    assert room.blame(TRUE, COLORS, ["red", "red"]).stage == "none"


def test_the_step_that_is_wrong_by_itself_is_named_not_what_follows_from_it(room: Room) -> None:
    blind = registry_of(World("eyes", [LEFT], "red"))
    found = room.blame(blind, COLORS, ["red", "red"])
    assert (found.stage, found.step, found.line, found.certain) == ("tool", 1, 2, True)
    assert "FIND('cup') → [cup 0.90 (2, 2, 20, 40)], but [cup 0.90 (2, 2, 20, 40), cup 0.60" in found.why
    assert [one.step for one in found.flips] == [1]


def test_a_program_that_is_wrong_with_every_tool_right_is_to_blame(room: Room) -> None:
    found = room.blame(TRUE, 'answer = len(FIND(image, "cup")) > 2', True)
    assert (found.stage, found.step) == ("program", None)


def test_several_wrong_steps_are_told_with_what_it_takes(room: Room) -> None:
    colorblind = registry_of(World("eyes", [LEFT, RIGHT], "blue"))
    found = room.blame(colorblind, COLORS, ["red", "red"])
    assert (found.stage, found.step, [one.step for one in found.wrong]) == ("tool", 2, [2, 3])
    assert found.flips == ()
    assert "Steps 2, 3 must be corrected together." in found.why


def test_a_detail_that_turns_the_answer_is_found_where_no_step_is_plainly_wrong(room: Room) -> None:
    near = registry_of(World("eyes", [Box(2, 2, 21, 40, "cup", 0.9), RIGHT], "red"))
    found = room.blame(near, 'answer = FIND(image, "cup")[0].width == 18', True)
    assert (found.stage, found.step, found.wrong) == ("tool", 1, ())


def test_what_a_person_knows_is_a_truth(room: Room) -> None:
    blind = registry_of(World("eyes", [LEFT], "red"))
    case = room.case(blind, COLORS, ["red", "red"])
    truth = Recorded(blind, case.script, Edits({1: [LEFT, RIGHT]}), case.replayer.live)
    found = blame(case, truth)
    assert (found.stage, found.step) == ("tool", 1)


def test_a_program_that_failed_is_to_blame_where_no_change_of_a_step_helps(room: Room) -> None:
    found = room.blame(TRUE, 'answer = [1][len(FIND(image, "cup"))]', 1)
    assert (found.stage, found.line) == ("program", 1)


# -- from the expected answer alone


def test_a_runner_up_is_the_first_guess(room: Room) -> None:
    colorblind = registry_of(World("eyes", [LEFT], "green"))
    found = room.blame(colorblind, COLORS, ["blue"], truth=False)
    assert (found.stage, found.step, found.certain) == ("tool", 2, False)
    assert found.why.startswith("step 2: NAME → 'blue' instead of 'green': the most likely")


def test_a_box_that_was_nearly_found_is_a_guess(room: Room) -> None:
    blind = registry_of(World("eyes", [LEFT], "red", rejected=(RIGHT,)))
    found = room.blame(blind, 'answer = len(FIND(image, "cup"))', 2, truth=False)
    assert (found.stage, found.step) == ("tool", 1)
    assert found.flips[0].edits.results[1] == [LEFT, RIGHT]
    told = [flip.told for flip in found.flips]
    assert len(set(told)) == len(told), "each says what differs"
    assert told[0].startswith("step 1: FIND also takes cup "), told


def test_an_edit_of_the_program_is_a_guess(room: Room) -> None:
    found = room.blame(TRUE, 'n = len(FIND(image, "cup"))\nanswer = n < 2 and ANY(image, "cup")', True, truth=False)
    assert found.flips and any(one.step == 0 and one.line == 2 for one in found.flips)


def test_where_no_guess_helps_it_is_said(room: Room) -> None:
    found = room.blame(TRUE, 'answer = ANY(image, "cup")', "a dog", truth=False)
    assert (found.stage, found.flips) == ("unknown", ())
    assert "single changes tried" in found.why


def test_edits_keep_the_lines_around_them() -> None:
    source = "if a > 1:  # why\n    b = 2\nelif a == 0:\n    b = 3\nelse:\n    b = min(a, 4)\nanswer = b and not a"
    edits = {one.told: one.edits.program or "" for one in program_edits(source)}
    assert edits["line 1: if a < 1: instead of if a > 1:"].startswith("if a < 1:\n    b = 2\nelif a == 0:\n")
    assert "\nelif a != 0:\n    b = 3\nelse:" in edits["line 3: if a != 0: instead of if a == 0:"]
    assert edits["line 6: b = max(a, 4) instead of b = min(a, 4)"].endswith("    b = max(a, 4)\nanswer = b and not a")
    assert edits["line 7: answer = b or not a instead of answer = b and (not a)"].startswith("if a > 1:  # why\n")
    for text in edits.values():
        compile(text, "edit", "exec")


NESTED = """m, n = 2, 1
if not m:
    for i in range(3):
        if not i and i < 2:
            n = 1
        m = 2
    answer = not n
else:
    answer = [x for x in range(n) if not x]
"""


def test_edits_of_nested_blocks_change_the_line_that_they_name_and_no_other() -> None:
    edits = list(program_edits(NESTED))
    assert len(edits) > 10
    for one in edits:
        assert one.edits.program is not None
        lines = [
            number
            for number, (old, new) in enumerate(
                zip(NESTED.splitlines(), one.edits.program.splitlines(), strict=True), start=1
            )
            if old != new
        ]
        assert lines == [one.line]
        before = one.told.partition(" instead of ")[2]
        assert before.replace("(", "").replace(")", "") in NESTED.replace("(", "").replace(")", "")
    assert "line 4: if not not i and i < 2: instead of if not i and i < 2:" in {one.told for one in edits}


def test_what_is_said_of_a_program_with_every_tool_right_is_tried_with_every_tool_right(room: Room) -> None:
    blind = registry_of(World("eyes", [LEFT], "red"))
    found = room.blame(blind, 'answer = len(FIND(image, "cup")) > 2', True)
    assert found.stage == "program"
    assert "It would be correct with line 1: answer = len(FIND(image, 'cup')) < 2 instead" not in found.why
    assert "It would be correct with line 1: answer = len(FIND(image, 'cup')) >= 2 instead" in found.why


class Counting(World):
    """Counts what it is given."""

    @tool
    def TALLY(self, boxes: list[Box]) -> int:
        """How many."""
        return len(boxes)


def test_several_near_misses_are_a_guess_and_what_came_first_is_to_blame(room: Room) -> None:
    poor = (replace(LEFT, score=0.1), replace(RIGHT, score=0.05))
    eyes = Counting("eyes", [], "red", rejected=poor)
    registry = Registry()
    registry.add(eyes.FIND, eyes.TALLY)
    found = room.blame(registry, 'answer = TALLY(FIND(image, "cup"))', 2, truth=False)
    assert (found.stage, found.step) == ("tool", 1)
    assert found.flips[0].edits.results[1] == list(poor)
    assert any(one.step == 2 for one in found.flips)


# -- what agrees


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (True, True, True),
        (True, 1, False),
        (2, 3, False),
        (2.0, 2.05, True),
        (2.0, 2.5, False),
        ("The Red Car.", "red car", True),
        ("red", "blue", False),
        (LEFT, Box(2, 2, 22, 40, "Cup"), True),
        (LEFT, Box(2, 2, 22, 40, "mug"), False),
        (LEFT, RIGHT, False),
        ([LEFT, RIGHT], [RIGHT, LEFT], True),
        ([LEFT, LEFT], [LEFT, RIGHT], False),
        ([LEFT], [LEFT, RIGHT], False),
        (Point(3, 4), Point(5, 8), True),
        (Point(3, 4), Point(50, 8), False),
        (Mask(4, 3, (4, 8)), Mask(4, 3, (3, 9)), True),
        (Mask(4, 3, (4, 8)), Mask(4, 3, (0, 4, 8)), False),
        (PHOTO.crop(LEFT), PHOTO.crop(Box(2, 2, 22, 40)), True),
        (PHOTO.crop(LEFT), PHOTO.crop(RIGHT), False),
        (NoDetection("a"), NoDetection("b"), True),
        (NoDetection("a"), ToolError("a"), False),
        (NoDetection("a"), LEFT, False),
        (None, None, True),
        (None, "red", False),
    ],
)
def test_results_agree_when_they_mean_the_same(one: Any, other: Any, same: bool) -> None:
    assert agree(one, other) is same
    assert agree(other, one) is same


# -- a whole data set


def test_the_error_table_counts_what_was_spoilt(room: Room) -> None:
    colorblind = registry_of(World("eyes", [LEFT, RIGHT], "blue"))
    programs = [("answer = len(FIND(image, 'cup'))", 2), (COLORS, ["red", "red"]), ("answer = ANY(image, 'x')", False)]
    judged = [
        Judged(str(number), room.run(colorblind, program), judge(expected), expected)
        for number, (program, expected) in enumerate(programs)
    ]
    replayer = Replayer(colorblind, room.sandbox, room.runs, Executor(colorblind))
    report = blame_all(judged, replayer, Executor(TRUE))
    assert (report.n, report.accuracy, report.stages) == (3, 1 / 3, {"tool": 1, "program": 1})
    rates = {one.tool: (one.calls, one.wrong, one.if_perfect) for one in report.tools}
    assert rates == {"NAME": (2, 2, 2 / 3), "FIND": (2, 0, None), "ANY": (1, 0, None)}
    assert report.if_tools_perfect == 2 / 3
    # One program of three is wrong; a run with two calls of a tool that always errs has no chance.
    assert report.predicted == pytest.approx((1 + 0 + 1) / 3 * (2 / 3))
    assert [(one.id, one.stage, one.step) for one in report.wrong] == [("1", "tool", 2), ("2", "program", None)]


# -- from the command line


def test_blame_on_the_command_line(home: Path, tmp_path: Path) -> None:
    picture, program = tmp_path / "noise.png", tmp_path / "p.py"
    PHOTO.pixels.save(picture)
    program.write_text('answer = len(DETECT(image, "cup"))\n')
    runner, at = CliRunner(), ["--home", str(home)]
    run = json.loads(runner.invoke(main, ["run", str(program), str(picture), *at, "--json"]).stdout.splitlines()[-1])
    assert run["answer"] == 0
    unsaid = runner.invoke(main, ["blame", run["run"], *at])
    assert (unsaid.exit_code, "Pass --expected ANSWER." in unsaid.stderr) == (2, True)
    box = '1=[{"left": 1, "top": 2, "right": 30, "bottom": 40, "label": "cup"}]'
    known = runner.invoke(main, ["blame", run["run"], "--expected", "1", "--set", box, *at, "--json"])
    told = json.loads(known.stdout.splitlines()[-1])
    assert (told["stage"], told["step"], told["certain"]) == ("tool", 1, True)
    guessed = runner.invoke(main, ["blame", run["run"], "--expected", "0", *at])
    assert guessed.stdout.strip() == "none: The answer is correct."
