"""Runs as a data frame, and how they are found from Python."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import looksmith
from looksmith.agent.evaluate.evaluation import Row
from looksmith.agent.traces.runs import Recorder
from looksmith.agent.traces.trace import Attempt, End, Execution, Failure
from looksmith.runs import frame, load
from looksmith.tools.core.errors import InputError, PrerequisiteError
from stored import CUP, OTHER, PHOTO, add_step, interrupt, no_step, one_step, store


def failing(to: Recorder) -> End:
    """A program whose second step fails, after an attempt."""
    to.add(Attempt(number=1, model="coder", messages=[], prompt_tokens=70, completion_tokens=9, seconds=0.5))
    execution = to.add(Execution(source="a = LOC(image)\nanswer = READ(image)")).id
    add_step(to, CUP, parent=execution, seconds=0.25, load_seconds=0.125, rejected=[CUP, CUP])
    error = Failure(kind="NoDetection", message="No text.")
    add_step(to, None, "READ", 2, parent=execution, error=error)
    return End(outcome="no_detection", message="No text.", line=2, execution=execution)


def test_a_row_says_what_the_run_says(tmp_path: Path) -> None:
    run = store(tmp_path, failing, "What is written?", (PHOTO, OTHER))
    (row,) = frame(tmp_path).to_dict("records")
    assert row["id"] == run.name
    assert row["started"] == pd.Timestamp(run.record.started)
    assert (row["question"], row["image"], row["images"]) == ("What is written?", "photo 0.png", 2)
    assert (row["outcome"], row["message"], row["model"]) == ("no_detection", "No text.", "coder")
    assert (row["attempts"], row["prompt_tokens"], row["completion_tokens"]) == (1, 70, 9)
    assert (row["steps"], row["tools"]) == (2, "LOC, READ")
    assert (row["llm_seconds"], row["tool_seconds"], row["load_seconds"]) == (0.5, 0.25, 0.125)
    assert row["seconds"] == run.record.timing.total
    assert pd.isna(row["score"])


def test_plain_answers_stay_what_they_are(tmp_path: Path) -> None:
    for answer in (
        True,
        3,
        "red",
        {"type": "box", "left": 1, "top": 2, "right": 3, "bottom": 4, "label": "", "score": 1},
    ):
        store(tmp_path, lambda to, answer=answer: End(outcome="ok", answer=answer))
    assert frame(tmp_path)["answer"].tolist() == [True, 3, "red", "(1, 2, 3, 4)"]


def test_steps_are_rows_with_the_numbers_that_pages_have(tmp_path: Path) -> None:
    run = store(tmp_path, failing)
    store(tmp_path, no_step)
    steps = frame(tmp_path, steps=True)
    assert steps[["run", "step", "line", "tool"]].values.tolist() == [[run.name, 1, 1, "LOC"], [run.name, 2, 2, "READ"]]
    first, second = steps.to_dict("records")
    assert first["arguments"] == "image=image 200 x 150, name='cup'"
    assert (first["result"], first["rejected"]) == ("cup 0.90 (20, 30, 90, 120)", 2)
    assert (second["result"], second["error"], second["message"]) == (None, "NoDetection", "No text.")


def test_runs_of_an_evaluation_have_their_score(tmp_path: Path) -> None:
    folder = tmp_path / "evals" / "cups-dev"
    run = store(folder, one_step())
    (folder / "eval.json").write_text("{}")
    row = Row(id="1", question="?", expected=2, scorer="exact", answer=1, outcome="ok", score=0.0, run=run.name)
    (folder / "results.jsonl").write_text(row.model_dump_json() + "\n")
    store(tmp_path, one_step())
    found = frame(tmp_path).set_index("evaluation")
    assert (found.loc["cups-dev", "score"], found.loc["cups-dev", "expected"]) == (0.0, 2)
    assert pd.isna(found.loc["", "score"])
    means: Any = frame(tmp_path).groupby("evaluation")["score"].mean()
    assert means["cups-dev"] == 0


def test_a_run_that_is_damaged_says_so_and_one_that_was_killed_is_no_such(tmp_path: Path) -> None:
    one, other = store(tmp_path, one_step()), store(tmp_path, one_step())
    (one.folder / "events.jsonl").write_text("{}\n")
    (other.folder / "run.json").write_text("{")
    killed = interrupt(store(tmp_path, one_step()))
    outcomes = [[one.name, "unreadable"], [other.name, "unreadable"], [killed.name, "interrupted"]]
    assert frame(tmp_path)[["id", "outcome"]].values.tolist() == outcomes
    assert "is damaged" in frame(tmp_path)["message"][0]
    assert set(frame(tmp_path, steps=True)["run"]) == {killed.name}


def test_without_runs_the_columns_are_there(tmp_path: Path) -> None:
    store(tmp_path / "some", one_step())
    for steps in (False, True):
        empty = frame(tmp_path / "none", steps=steps)
        assert empty.empty
        assert list(empty.columns) == list(frame(tmp_path / "some", steps=steps).columns)


def test_the_home_folder_is_that_of_the_commands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = store(tmp_path, one_step())
    monkeypatch.setenv("LOOKSMITH_HOME", str(tmp_path))
    assert frame()["id"].tolist() == [run.name]
    assert load().name == load(run.name[:12]).name == run.name
    shutil.rmtree(run.folder)
    with pytest.raises(InputError, match="no run"):
        load()


def test_it_is_reached_from_the_package_and_loads_pandas_when_it_is_called() -> None:
    code = "import sys, looksmith; looksmith.runs.frame; print('pandas' in sys.modules, 'numpy' in sys.modules)"
    assert subprocess.check_output([sys.executable, "-c", code], text=True).split() == ["False", "False"]
    assert "runs" in looksmith.__all__


def test_without_pandas_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(PrerequisiteError, match=r"pip install 'looksmith\[export\]'"):
        frame(tmp_path)
