"""Run folders: what is left after a kill, what is damaged, how a run is found, and which pictures are stored."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
from io import StringIO
from pathlib import Path
from threading import Barrier, Thread

import pytest
from PIL import Image as Pillow
from rich.console import Console

from looksmith.agent.inputs.subject import Subject
from looksmith.agent.pages.terminal import print_run, print_runs
from looksmith.agent.reading.view import view
from looksmith.agent.traces.damage import Unreadable
from looksmith.agent.traces.run_record import RunRecord
from looksmith.agent.traces.runs import Recorder, Runs
from looksmith.agent.traces.trace import Check, End, Execution, Step
from looksmith.tools.core.errors import InputError, PrerequisiteError
from looksmith.tools.core.values import Box, Image

PHOTO = Image.of(Pillow.new("RGB", (64, 48), "red"))


@pytest.fixture
def runs(tmp_path: Path) -> Runs:
    return Runs(tmp_path / "runs")


def begin(runs: Runs, question: str = "Why?") -> Recorder:
    return runs.start(question, Subject.of(PHOTO, "red.png"), ["FIND"])


def finished(runs: Runs, question: str = "Why?") -> Path:
    recorder = begin(runs, question)
    recorder.add(Execution(source="answer = 7"))
    recorder.finish(End(outcome="ok", answer=7), "model")
    return recorder.folder


def renamed(runs: Runs, name: str) -> Path:
    return finished(runs).rename(runs.root / name)


# -- what is written


def test_a_finished_run_says_what_was_asked_and_how_it_ended(runs: Runs) -> None:
    run = runs.load(str(finished(runs)))
    record = run.record
    assert (record.question, record.image_name, record.image_size) == ("Why?", "red.png", (64, 48))
    assert (record.outcome, record.answer, record.model, record.tools) == ("ok", 7, "model", ["FIND"])
    assert record.started.tzinfo is not None
    assert {"python", "looksmith"} <= record.versions.keys()
    assert [(event.id, event.kind) for event in run.events] == [(0, "execution"), (1, "end")]
    assert 0 < run.events[0].at <= run.events[1].at <= record.timing.total


def test_an_event_is_on_disk_before_the_next_thing_happens(runs: Runs) -> None:
    recorder = begin(runs)
    recorder.add(Execution(source="answer = 7"))
    lines = (recorder.folder / "events.jsonl").read_text().splitlines()
    assert [json.loads(line)["kind"] for line in lines] == ["execution"]


def test_each_picture_is_stored_once_and_crops_are_not(runs: Runs) -> None:
    recorder = begin(runs)
    drawn = Image.of(Pillow.new("RGB", (64, 48), "green"))
    assert recorder.keep(PHOTO) == PHOTO.source
    assert recorder.keep(PHOTO.crop(Box(0, 0, 9, 9))) == PHOTO.source
    assert recorder.keep(drawn) == recorder.keep(drawn) == drawn.source
    assert recorder.keep(drawn.crop(Box(0, 0, 9, 9))) == drawn.source
    recorder.finish(End(outcome="ok"), "")
    stored = sorted((recorder.folder / "images").iterdir())
    assert stored == sorted(recorder.folder / "images" / f"{source}.webp" for source in (PHOTO.source, drawn.source))
    with Pillow.open(runs.load("last").image_path(drawn.source)) as picture:
        assert picture.tobytes() == drawn.pixels.tobytes()


def test_a_part_whose_original_was_never_stored_is_stored_itself(runs: Runs) -> None:
    recorder = begin(runs)
    part = Image.of(Pillow.linear_gradient("L")).crop(Box(0, 100, 10, 120))
    name = recorder.keep(part)
    recorder.finish(End(outcome="ok"), "")
    with Pillow.open(runs.load("last").image_path(name)) as picture:
        assert picture.size == (10, 20)
        assert picture.tobytes() == part.pixels.tobytes()


def test_runs_at_once_do_not_meet(runs: Runs) -> None:
    barrier = Barrier(8)

    def one(number: int) -> None:
        barrier.wait()
        finished(runs, f"question {number}")

    threads = [Thread(target=one, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = list(runs.list())
    assert {record.question for record in found} == {f"question {number}" for number in range(8)}
    assert all(len(runs.load(record.id).events) == 2 for record in found)


def test_runs_at_once_about_one_picture_store_it_once(runs: Runs) -> None:
    noise = Image.of(Pillow.effect_noise((1500, 1500), 90).convert("RGB"))  # takes a while to write
    recorders = [runs.start("Why?", Subject.of(noise, "noise.png"), []) for _ in range(8)]
    for recorder in recorders:
        recorder.finish(End(outcome="ok"), "")
    files = [runs.load(recorder.folder.name).image_path(noise.source) for recorder in recorders]
    assert len({file.stat().st_ino for file in files}) == 1
    shutil.rmtree(recorders[0].folder)
    with Pillow.open(files[-1]) as picture:
        assert picture.tobytes() == noise.pixels.tobytes()


def test_a_run_whose_picture_another_run_could_not_write_writes_it(runs: Runs) -> None:
    noise = Image.of(Pillow.effect_noise((1500, 1500), 90).convert("RGB"))
    gone, here = (runs.start("Why?", Subject.of(noise, "noise.png"), []) for _ in range(2))
    gone.folder.rename(runs.root.parent / "elsewhere")
    with pytest.raises(PrerequisiteError, match="cannot be written"):
        gone.finish(End(outcome="ok"), "")
    here.finish(End(outcome="ok"), "")
    with Pillow.open(runs.load(here.folder.name).image_path(noise.source)) as picture:
        assert picture.tobytes() == noise.pixels.tobytes()


def test_a_file_in_the_place_of_the_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "runs").write_text("not a folder")
    with pytest.raises(PrerequisiteError, match="cannot be written"):
        begin(Runs(tmp_path / "runs"))


# -- a run that was killed

_DIES = """
import os, signal, sys
from pathlib import Path
from PIL import Image as Pillow
from looksmith.agent.ask.loop import Bench
from looksmith.agent.traces.runs import Runs
from looksmith.agent.inputs.subject import Subject
from looksmith.programs.language.program import Program
from looksmith.sandbox.run import Sandbox
from looksmith.tools.engine.executor import Executor
from looksmith.tools.core.registry import Registry
from looksmith.tools.core.tool import tool
from looksmith.tools.core.values import Image

@tool
def WIDTH(image: Image) -> int:
    "Width."
    return image.width

@tool
def DIE(image: Image) -> int:
    "The power goes out."
    os.kill(os.getpid(), signal.SIGKILL)
    return 0

registry = Registry()
registry.add(WIDTH, DIE)
bench = Bench(registry, Executor(registry), Sandbox(), Runs(Path(sys.argv[1])), [])
subject = Subject.of(Image.of(Pillow.new("RGB", (64, 48), "red")), "red.png")
with bench.sandbox:
    bench.run(subject, Program("w = WIDTH(image)\\nanswer = DIE(image)", origin="file"))
"""


def test_a_run_that_is_killed_keeps_what_it_had(runs: Runs, tmp_path: Path) -> None:
    script = tmp_path / "dies.py"
    script.write_text(_DIES)
    done = subprocess.run([sys.executable, script, runs.root], capture_output=True, text=True, timeout=120)
    assert done.returncode == -signal.SIGKILL, done.stderr
    run = runs.load("last")
    assert [type(event) for event in run.events] == [Check, Execution, Step]
    assert isinstance(run.events[2], Step)
    assert run.events[2].result == 64
    assert run.record.outcome is None
    screen = StringIO()
    console = Console(file=screen, force_terminal=False, width=120)
    print_run(console, view(run))
    print_runs(console, runs.list())
    assert "\ninterrupted\n" in screen.getvalue()
    assert screen.getvalue().count("interrupted") == 2
    assert "w = WIDTH(image)" in screen.getvalue()


@pytest.mark.parametrize("cut", [1, 10, 40])
def test_a_last_line_that_was_cut_off_is_left_out(runs: Runs, cut: int) -> None:
    recorder = begin(runs)
    recorder.add(Check(source="answer = 7"))
    recorder.add(Execution(source="answer = 7"))
    log = recorder.folder / "events.jsonl"
    log.write_bytes(log.read_bytes()[:-cut])
    assert [event.kind for event in runs.load("last").events] == ["check"]


# -- a run that is damaged


def test_a_finished_run_may_not_lose_its_end(runs: Runs) -> None:
    log = finished(runs) / "events.jsonl"
    log.write_bytes(log.read_bytes()[:-10])
    with pytest.raises(InputError, match="damaged"):
        runs.load("last")


def test_a_damaged_line_is_named(runs: Runs) -> None:
    log = finished(runs) / "events.jsonl"
    log.write_bytes(b"\xff\xfe\n" + log.read_bytes())
    with pytest.raises(InputError, match=r"events\.jsonl, line 1"):
        runs.load("last")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "cannot be read"),
        ('{"schema_version": 1, "id": ', "cannot be read"),
        ("[]", "cannot be read"),
        ('{"schema_version": 1}', "id: Field required"),
        ('{"schema_version": 99, "id": "x"}', "schema version 99"),
        ("\x00\x01", "cannot be read"),
    ],
)
def test_a_record_that_cannot_be_read_is_told_and_listed_with_why(runs: Runs, text: str, told: str) -> None:
    broken = finished(runs)
    whole = finished(runs)
    (broken / "run.json").write_text(text)
    with pytest.raises(InputError, match=told) as caught:
        runs.load(broken.name)
    assert "This version of looksmith reads schema versions 1 to 2." in str(caught.value)
    listed, unreadable = runs.list()
    assert isinstance(listed, RunRecord)
    assert listed.id == whole.name
    assert isinstance(unreadable, Unreadable)
    assert (unreadable.name, told in unreadable.why) == (broken.name, True)


@pytest.mark.parametrize("name", ["run.json", "events.jsonl"])
def test_a_missing_file_is_named(runs: Runs, name: str) -> None:
    folder = finished(runs)
    (folder / name).unlink()
    with pytest.raises(InputError, match=f"not complete: {name}"):
        runs.load(folder.name)


# -- how a run is found


def test_a_run_is_found_by_id_start_folder_or_as_the_last(runs: Runs) -> None:
    first, second = renamed(runs, "20260101-000000-aaaaaa"), renamed(runs, "20260102-000000-bbbbbb")
    for name in (first.name, "20260101", str(first)):
        assert runs.load(name).folder == first
    assert runs.load("last").folder == second


def test_a_run_can_be_read_wherever_its_folder_was_copied(runs: Runs, tmp_path: Path) -> None:
    copy = shutil.copytree(finished(runs), tmp_path / "elsewhere")
    assert Runs(tmp_path / "nothing").load(str(copy)).record.answer == 7


@pytest.mark.parametrize(
    ("name", "told"),
    [("2026", "2 runs start with"), ("1999", "There is no run"), ("", "There is no run"), ("../", "There is no run")],
)
def test_a_name_that_is_not_one_run_is_told(runs: Runs, name: str, told: str) -> None:
    renamed(runs, "20260101-000000-aaaaaa")
    renamed(runs, "20260102-000000-bbbbbb")
    with pytest.raises(InputError, match=told) as caught:
        runs.load(name)
    assert "`looksmith runs` lists them" in str(caught.value)


def test_without_runs_there_is_no_last_one(runs: Runs) -> None:
    assert list(runs.list()) == []
    with pytest.raises(InputError, match="There is no run 'last'"):
        runs.load("last")


def test_the_newest_runs_are_listed_first(runs: Runs) -> None:
    made = [finished(runs, str(number)).name for number in range(4)]
    assert [record.id for record in runs.list(limit=3)] == made[:0:-1]


def test_a_stored_picture_is_never_sought_outside_its_run(runs: Runs) -> None:
    run = runs.load(str(finished(runs)))
    assert run.image_path("../../../etc/passwd").parent == run.folder / "images"
