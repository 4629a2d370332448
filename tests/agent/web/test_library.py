"""The index of runs: found by what they say, kept up to date, and never in the way."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from PIL import Image as Pillow

from looksmith.agent.inputs.subject import Subject
from looksmith.agent.traces.runs import Recorder, Runs
from looksmith.agent.traces.trace import Attempt, Check, End, Execution, Step
from looksmith.agent.web.listing.library import PAGE, ListedRun, Query, RunLibrary
from looksmith.tools.core.errors import InputError
from looksmith.tools.core.values import Image

PHOTO = Image.of(Pillow.new("RGB", (64, 48), "red"))


def begin(root: Path, question: str, tool: str = "FIND") -> Recorder:
    recorder = Runs(root).start(question, Subject.of(PHOTO, "red.png"), [tool])
    parent = recorder.add(Check(source=f"answer = {tool}(image)")).id
    execution = recorder.add(Execution(parent=parent, source=f"answer = {tool}(image)")).id
    recorder.add(
        Step(parent=execution, line=1, column=9, tool=tool, backend="eyes", arguments={}, result=7, seconds=0.5)
    )
    return recorder


def made(root: Path, question: str, answer: object = 7, tool: str = "FIND", model: str = "qwen") -> str:
    recorder = begin(root, question, tool)
    recorder.finish(End(outcome="ok", execution=1, answer=answer), model)
    return recorder.folder.name


@pytest.fixture
def library(tmp_path: Path) -> RunLibrary:
    return RunLibrary(tmp_path)


def found(library: RunLibrary, **wanted: object) -> list[str]:
    library.refresh()
    return [entry.question for entry in library.search(Query(**wanted)).entries]  # pyright: ignore[reportArgumentType]


def test_runs_are_found_by_what_they_say(library: RunLibrary) -> None:
    root = library.home / "runs"
    made(root, "How many cups?")
    made(root, "What colour is the car?", "dark blue", "COLOR")
    failed = begin(root, "Is there a dög?")
    failed.finish(End(outcome="no_detection", message="No dög was found."), "other")
    assert found(library) == ["Is there a dög?", "What colour is the car?", "How many cups?"]
    assert found(library, text="cup") == ["How many cups?"]
    assert found(library, text="dark blue") == ["What colour is the car?"]
    assert found(library, text="color image") == ["What colour is the car?"]
    assert found(library, text='"); drop table run; --') == []
    assert found(library, text="dög found") == ["Is there a dög?"]
    assert found(library, tool="COLOR") == ["What colour is the car?"]
    assert found(library, outcome="no_detection") == ["Is there a dög?"]
    assert found(library, model="qwen", outcome="ok", tool="FIND") == ["How many cups?"]
    choices = {
        "outcome": ["no_detection", "ok"],
        "model": ["other", "qwen"],
        "tool": ["COLOR", "FIND"],
        "collection": [],
    }
    assert library.choices() == choices


def test_a_run_that_is_still_written_is_read_again_when_it_has_ended(library: RunLibrary) -> None:
    recorder = begin(library.home / "runs", "How many?")
    library.refresh()
    (before,) = library.search(Query()).entries
    assert (before.outcome, before.tools) == ("interrupted", {"FIND": 0.5})
    recorder.finish(End(outcome="ok", execution=1, answer=3), "qwen")
    library.refresh()
    (after,) = library.search(Query()).entries
    assert (after.outcome, after.answer) == ("ok", "3")
    shutil.rmtree(recorder.folder)
    assert found(library) == []


def test_evaluations_bring_scores(library: RunLibrary) -> None:
    folder = library.home / "evals" / "nlvr-1"
    right, wrong = made(folder / "runs", "A?"), made(folder / "runs", "B?")
    rows = [{"run": right, "score": 1.0, "expected": 7}, {"run": wrong, "score": 0.0, "expected": True}]
    (folder / "results.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    made(library.home / "runs", "C?")
    assert found(library, score="right") == ["A?"]
    assert found(library, score="wrong") == ["B?"]
    assert found(library, score="unknown") == ["C?"]
    assert found(library, collection="nlvr-1") == ["B?", "A?"]
    assert [entry.expected for entry in library.entries("nlvr-1")] == ["7", "true"]
    assert library.load(wrong).record.question == "B?"


def test_pages_and_children(library: RunLibrary) -> None:
    root = library.home / "runs"
    names = [made(root, f"Question {number}") for number in range(PAGE + 3)]
    library.refresh()
    first, second = (library.search(Query(page=page)) for page in (0, 1))
    assert (len(first.entries), len(second.entries), first.total) == (PAGE, 3, PAGE + 3)
    assert [entry.id for entry in (*first.entries, *second.entries)] == names[::-1]
    record = json.loads((root / names[0] / "run.json").read_text())
    (root / names[0] / "run.json").write_text(json.dumps({**record, "parent": names[1]}))
    (library.home / "runs.sqlite").unlink()
    library.refresh()
    assert library.children(names[1]) == [names[0]]


def test_a_folder_that_cannot_be_read_is_named_and_told_when_asked_for(library: RunLibrary) -> None:
    broken = made(library.home / "runs", "A?")
    made(library.home / "runs", "B?")
    (library.home / "runs" / broken / "run.json").write_text('{"schema_version": 99, "id": "x"}')
    assert found(library) == ["B?", ""]
    assert found(library, outcome="unreadable", text="schema version") == [""]
    with pytest.raises(InputError, match="schema version 99"):
        library.load(broken)
    with pytest.raises(InputError, match="There is no run"):
        library.load("nothing")


def test_a_damaged_index_is_made_anew_and_two_viewers_share_one(library: RunLibrary) -> None:
    made(library.home / "runs", "A?")
    assert found(library) == ["A?"]
    for end in ("", "-wal", "-shm"):
        (library.home / f"runs.sqlite{end}").write_bytes(b"this is no database" * 100)
    assert found(library) == ["A?"]
    other = RunLibrary(library.home)
    made(library.home / "runs", "B?")
    assert found(other) == found(library) == ["B?", "A?"]


def test_the_tokens_of_an_attempt_are_no_tool(library: RunLibrary) -> None:
    recorder = Runs(library.home / "runs").start("Why?", Subject.of(PHOTO, "red.png"), [])
    recorder.add(Attempt(number=1, model="qwen", messages=[], error="gone", seconds=1.0))
    recorder.finish(End(outcome="llm_error", message="gone"), "")
    library.refresh()
    (entry,) = library.search(Query()).entries
    assert (entry.tools, entry.program, entry.answer) == ({}, "", "gone")
    assert isinstance(entry, ListedRun)
