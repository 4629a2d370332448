"""Replays: bit for bit the same without changes, and with a change only what follows from it is new."""

from __future__ import annotations

import ast
import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from PIL import Image as Pillow

from looksmith.agent.ask.loop import Bench
from looksmith.agent.cli.main import main
from looksmith.agent.debug.replay import Edits, Replayer, Script
from looksmith.agent.inputs.subject import Subject
from looksmith.agent.traces.decode import decode
from looksmith.agent.traces.runs import Runs, StoredRun
from looksmith.programs.examples.bank import inputs_of, load_bank
from looksmith.programs.language.program import Program
from looksmith.sandbox.run import Sandbox
from looksmith.tools.core.errors import InputError, NoDetection
from looksmith.tools.core.example import Example
from looksmith.tools.core.registry import Registry
from looksmith.tools.core.stand_in import stand_ins
from looksmith.tools.core.tool import Scored, tool
from looksmith.tools.core.values import Box, Image, Mask, Point
from looksmith.tools.engine.executor import Executor
from photos import photo_path

PHOTO = Image.of(Pillow.effect_noise((64, 48), 80))
INPUT_NAMES = ("image", "images")
GOLDEN = Path(__file__).parents[1] / "golden"
PROGRAM = """
cups = FIND(image, "cup")
sure = [c for c in cups if c.score > 0.5]
words = [NAME(CROP(image, c)) for c in sure]
answer = ", ".join(words) if words else LOOK(image)
"""


class Eyes:
    """Tools that count how often they are asked."""

    backend = "eyes"

    def __init__(self) -> None:
        self.asked: list[str] = []

    @tool
    def FIND(self, image: Image, name: str) -> list[Box]:
        """Boxes of the named thing."""
        self.asked.append("FIND")
        boxes = [Box(1.5, 2.25, 20.123456789, 30, name, 0.87654321), Box(30, 5, 60, 40, name, 0.6)]
        return Scored(boxes, rejected=(Box(3, 3, 9, 9, name, 0.3),))  # pyright: ignore[reportReturnType]

    @tool
    def NAME(self, image: Image) -> str:
        """What it is."""
        self.asked.append("NAME")
        return f"thing {image.width}"

    @tool
    def LOOK(self, image: Image) -> str:
        """Fails."""
        self.asked.append("LOOK")
        raise NoDetection("Nothing is there.")


@pytest.fixture
def eyes() -> Eyes:
    return Eyes()


@pytest.fixture
def registry(eyes: Eyes, pocket: Registry) -> Registry:
    made = Registry()
    made.add(eyes.FIND, eyes.NAME, eyes.LOOK, pocket.get("CROP").function)
    return made


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as made:
        yield made


@pytest.fixture
def runs(tmp_path: Path) -> Runs:
    return Runs(tmp_path / "runs")


def ran(registry: Registry, sandbox: Sandbox, runs: Runs, program: str = PROGRAM, dry: bool = False) -> StoredRun:
    bench = Bench(registry, Executor(registry), sandbox, runs, (), dry)
    return runs.load(str(bench.run(Subject.of(PHOTO, "noise.png"), Program(program, "What?")).run))


@pytest.fixture
def run(registry: Registry, sandbox: Sandbox, runs: Runs, eyes: Eyes) -> StoredRun:
    made = ran(registry, sandbox, runs)
    eyes.asked.clear()
    return made


# -- nothing changed


def test_without_changes_nothing_is_asked_and_all_is_the_same(
    run: StoredRun, registry: Registry, sandbox: Sandbox, runs: Runs, eyes: Eyes
) -> None:
    replayed = Replayer(registry, sandbox, runs, Executor(registry)).replay(run)
    assert replayed.comparison.differences == ()
    assert eyes.asked == []
    assert {step.source for step in replayed.run.events if step.kind == "step"} == {"trace"}
    assert (replayed.run.record.parent, replayed.run.record.changes) == (run.record.id, [])
    again = Replayer(registry, sandbox, runs).replay(replayed.run)
    assert again.comparison.differences == ()


def shape(program: str) -> str:
    """A program without what its question chose: strings, numbers, and the names of variables."""
    tree = ast.parse(program)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant):
            node.value = type(node.value).__name__
        elif isinstance(node, ast.Name) and not node.id.isupper() and node.id not in INPUT_NAMES:
            node.id = "x"
    return ast.dump(tree)


def one_of_each_shape() -> list[Example]:
    """What a replay repeats depends on what is called and how, not on the names in it."""
    return list({shape(one.program): one for one in load_bank()}.values())


def test_there_are_many_shapes_of_programs() -> None:
    called = {name for one in load_bank() for name in re.findall(r"[A-Z_]{3,}(?=\()", one.program)}
    shapes = one_of_each_shape()
    assert len(shapes) > 200
    assert {name for one in shapes for name in re.findall(r"[A-Z_]{3,}(?=\()", one.program)} == called


@pytest.mark.parametrize("example", one_of_each_shape(), ids=lambda e: e.question)
def test_every_stored_run_is_repeated_bit_for_bit(
    example: Example, sandbox: Sandbox, runs: Runs, dry: tuple[Registry, Executor]
) -> None:
    tools, executor = dry
    bench = Bench(tools, executor, sandbox, runs, (), True)
    count = 2 if "images" in inputs_of(example) else 1
    stored = runs.load(str(bench.run(Subject.blank(count), Program(example.program, example.question)).run))
    assert stored.record.outcome == "ok"
    replayed = Replayer(tools, sandbox, runs).replay(stored)
    assert replayed.comparison.differences == ()
    assert (replayed.run.record.answer, replayed.answer.outcome) == (stored.record.answer, "ok")


@pytest.fixture(scope="module")
def dry(shared_home: Path) -> tuple[Registry, Executor]:
    from looksmith.agent.setup.settings import Settings

    made = stand_ins(Settings(shared_home, device="cpu").registry(declared=True))
    return made, Executor(made)


def test_a_failed_run_fails_in_the_same_way(registry: Registry, sandbox: Sandbox, runs: Runs, eyes: Eyes) -> None:
    failed = ran(registry, sandbox, runs, "a = 1\nanswer = LOOK(image)")
    assert failed.record.outcome == "no_detection"
    eyes.asked.clear()
    replayed = Replayer(registry, sandbox, runs).replay(failed)
    assert (replayed.answer.outcome, replayed.comparison.differences, eyes.asked) == ("no_detection", (), [])


class Gone:
    """The tools of the golden run, which nobody has any more."""

    @tool
    def FIND(self, image: Image, name: str) -> Box:
        """A box."""
        raise AssertionError

    @tool
    def OUTLINE(self, image: Image, box: Box) -> Mask:
        """A mask."""
        raise AssertionError

    @tool
    def MIDDLE(self, box: Box) -> Point:
        """A point."""
        raise AssertionError

    @tool
    def CUT(self, image: Image, box: Box) -> Image:
        """A crop."""
        raise AssertionError


def test_a_run_of_the_first_schema_is_repeated(runs: Runs, sandbox: Sandbox) -> None:
    gone, registry = Gone(), Registry()
    registry.add(gone.FIND, gone.OUTLINE, gone.MIDDLE, gone.CUT)
    runs.root.mkdir(parents=True)
    shutil.copytree(GOLDEN, runs.root / "golden")
    golden = runs.load("golden")
    assert golden.record.schema_version == 1
    replayed = Replayer(registry, sandbox, runs).replay(golden)
    assert (replayed.comparison.first, replayed.run.record.answer) == (None, golden.record.answer)


# -- something changed


def test_a_changed_step_is_taken_and_only_what_is_new_is_asked(
    run: StoredRun, registry: Registry, sandbox: Sandbox, runs: Runs, eyes: Eyes
) -> None:
    known = Script.of(run)
    boxes = decode(known.step(1).result, known.pictures)
    changed = [boxes[0], Box(30, 5, 50, 40, "cup", 0.9)]
    replayed = Replayer(registry, sandbox, runs, Executor(registry)).replay(run, Edits({1: changed}))
    assert replayed.answer.value == "thing 20, thing 20"
    assert eyes.asked == ["NAME"], "the first crop is the same, so its name is known"
    assert replayed.run.record.changes == ["step 1 = [cup 0.88 (2, 2, 20, 30), cup 0.90 (30, 5, 50, 40)]"]
    assert replayed.comparison.first == 0
    assert [step.source for step in replayed.comparison.right.steps] == ["change", "trace", "trace", "tool", "tool"]


def test_where_nobody_may_be_asked_a_new_call_is_refused(
    run: StoredRun, registry: Registry, sandbox: Sandbox, runs: Runs, eyes: Eyes
) -> None:
    replayed = Replayer(registry, sandbox, runs).replay(run, Edits({1: []}))
    assert replayed.answer.outcome == "tool_error"
    assert "no such call of LOOK" in replayed.answer.message
    assert eyes.asked == []


def test_from_a_step_on_everything_is_asked_anew(
    run: StoredRun, registry: Registry, sandbox: Sandbox, runs: Runs, eyes: Eyes
) -> None:
    replayed = Replayer(registry, sandbox, runs, Executor(registry)).replay(run, Edits(start=4))
    assert replayed.comparison.differences == ()
    assert eyes.asked == ["NAME"]


def test_an_error_can_be_set_and_be_undone(registry: Registry, sandbox: Sandbox, runs: Runs) -> None:
    failed = ran(registry, sandbox, runs, "answer = LOOK(image)")
    replayer = Replayer(registry, sandbox, runs)
    mended = replayer.replay(failed, Edits({1: "a cup"}))
    assert mended.answer.value == "a cup"
    lost = replayer.replay(mended.run, Edits({1: NoDetection("Nothing was found.")}))
    assert (lost.answer.outcome, lost.answer.message) == ("no_detection", "Nothing was found.")


def test_another_program_takes_what_it_also_asks_from_the_trace(
    run: StoredRun, registry: Registry, sandbox: Sandbox, runs: Runs, eyes: Eyes
) -> None:
    replayed = Replayer(registry, sandbox, runs).replay(run, Edits(program='answer = len(FIND(image, "cup"))'))
    assert (replayed.answer.value, eyes.asked) == (2, [])
    assert replayed.comparison.differences[0] == "the program"
    assert any(" before, 2 now" in told for told in replayed.comparison.differences)


def test_a_change_that_is_never_reached_is_told(
    run: StoredRun, registry: Registry, sandbox: Sandbox, runs: Runs
) -> None:
    replayed = Replayer(registry, sandbox, runs, Executor(registry)).replay(run, Edits({1: [], 3: "a cup"}))
    assert replayed.notices == ("Step 3 did not occur again: its change had no effect.",)


def test_what_was_remembered_from_a_step_is_changed_with_it(registry: Registry, sandbox: Sandbox, runs: Runs) -> None:
    twice = ran(registry, sandbox, runs, 'answer = len(FIND(image, "cup")) + len(FIND(image, "cup"))')
    assert twice.record.answer == 4
    assert Replayer(registry, sandbox, runs).replay(twice, Edits({1: []})).answer.value == 0


@pytest.mark.parametrize(
    ("edits", "told"),
    [
        (Edits({9: 1}), "has no step 9: it has 5"),
        (Edits({0: 1}), "has no step 0"),
        (Edits({1: "cups"}), r"Invalid result for step 1: FIND promised list\[Box\]"),
        (Edits(start=9), "has no step 9"),
        (Edits(program="answer = FIND(image)"), "The changed program is invalid"),
        (Edits(program="import os"), "The changed program is invalid"),
    ],
)
def test_an_edit_that_does_not_fit_is_refused_and_nothing_is_written(
    run: StoredRun, registry: Registry, sandbox: Sandbox, runs: Runs, edits: Edits, told: str
) -> None:
    before = sorted(runs.root.iterdir())
    with pytest.raises(InputError, match=told):
        Replayer(registry, sandbox, runs).replay(run, edits)
    assert sorted(runs.root.iterdir()) == before


def test_tools_that_are_gone_and_pictures_that_were_changed_are_told(
    run: StoredRun, registry: Registry, sandbox: Sandbox, runs: Runs
) -> None:
    with pytest.raises(InputError, match=r"called FIND, NAME, which is not available. Pass the file"):
        Replayer(_without(registry), sandbox, runs).replay(run)
    path = run.image_path(run.record.image)
    Pillow.new("RGB", (64, 48)).save(path)
    with pytest.raises(InputError, match="has changed since the run"):
        Replayer(registry, sandbox, runs).replay(run)
    path.unlink()
    with pytest.raises(InputError, match="Cannot read the image"):
        Replayer(registry, sandbox, runs).replay(run)


def _without(registry: Registry) -> Registry:
    made = Registry()
    made.add(registry.get("CROP").function)
    return made


def test_other_versions_are_told_where_models_may_be_asked(
    run: StoredRun, registry: Registry, sandbox: Sandbox, runs: Runs
) -> None:
    path = run.folder / "run.json"
    record = json.loads(path.read_text())
    record["versions"]["torch"] = "1.0"
    path.write_text(json.dumps(record))
    old = runs.load(run.folder.name)
    (notice,) = Replayer(registry, sandbox, runs, Executor(registry)).replay(old).notices
    assert "torch 1.0 then, " in notice
    assert Replayer(registry, sandbox, runs).replay(old).notices == ()


# -- from the command line


def test_replay_on_the_command_line(home: Path, tmp_path: Path) -> None:
    program = tmp_path / "p.py"
    program.write_text('cups = DETECT(image, "cup")\nanswer = len(cups)\n')
    runner = CliRunner()
    asked = runner.invoke(main, ["run", str(program), str(photo_path("coffee")), "--home", str(home), "--json"])
    first = json.loads(asked.stdout.splitlines()[-1])["run"]
    same = runner.invoke(main, ["replay", first, "--home", str(home), "--backend", "recorded"])
    assert (same.exit_code, same.stdout.strip()) == (0, "1")
    assert "Results are identical." in same.stderr
    other = runner.invoke(main, ["replay", first, "--home", str(home), "--set", "1=[]", "--json"])
    told = json.loads(other.stdout.splitlines()[-1])
    assert (told["answer"], told["same"], Path(told["run"]).parent) == (0, False, home / "runs")
    refused = runner.invoke(main, ["replay", first, "--home", str(home), "--set", "1=many"])
    assert (refused.exit_code, "DETECT promised list[Box]" in refused.stderr) == (2, True)
    shown = runner.invoke(main, ["show", told["run"], "--home", str(home)])
    assert "step 1 = []" in shown.stdout
