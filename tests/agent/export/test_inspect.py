"""Evaluations in inspect_ai's log, read back with the real package, and as data frames."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from evaluations import evaluation, row
from inspect_ai.log import read_eval_log

from looksmith import frames
from looksmith.agent.cli.main import main
from looksmith.agent.traces.runs import Recorder
from looksmith.agent.traces.trace import Attempt, Check, End, Execution, Failure
from looksmith.programs.language.diagnostics import Diagnostic
from looksmith.programs.prompt import Message
from looksmith.tools.core.errors import InputError
from stored import CUP, add_step


def refused_once(to: Recorder) -> End:
    """A refused program, its repair, and two steps, of which the second fails."""
    talk = [Message(role="system", content="Write a program."), Message(role="user", content="Question: ...")]
    first = to.add(Attempt(number=1, model="coder", messages=talk, reply="answer = cup", prompt_tokens=70)).id
    problem = Diagnostic(kind="type_error", code="undefined", line=1, column=9, message="no cup")
    to.add(Check(source="answer = cup", diagnostics=(problem,), parent=first))
    second = to.add(Attempt(number=2, model="coder", messages=talk, reply="...", completion_tokens=9, seconds=0.5)).id
    to.add(Check(source='cup = LOC(image, "cup")\nanswer = READ(image)', parent=second))
    execution = to.add(Execution(source='cup = LOC(image, "cup")\nanswer = READ(image)')).id
    add_step(to, CUP, parent=execution)
    add_step(to, None, "READ", 2, parent=execution, error=Failure(kind="NoDetection", message="No text."))
    return End(outcome="no_detection", message="No text.", line=2, execution=execution)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    rows = [
        row("a1", 0, outcome="no_detection", answer=None, message="No text.", kind="text", facets={"semantic": "rel"}),
        row("b1", 1, expected=["yes", "sure"], confidence=0.8, facets={"semantic": "obj"}),
    ]
    return evaluation(tmp_path / "mine", rows, {"a1": refused_once})


@pytest.mark.parametrize("name", ["log.eval", "log.json"])
def test_inspect_reads_scores_and_events(folder: Path, tmp_path: Path, home: Path, name: str) -> None:
    path = tmp_path / name
    done = CliRunner().invoke(main, ["export", str(folder), "--to", "inspect", "-o", str(path), "--home", str(home)])
    assert done.exit_code == 0, done.output
    log = read_eval_log(str(path), resolve_attachments=True)
    assert (log.status, log.eval.task, log.eval.model) == ("success", "jsonl mine", "looksmith/played")
    assert log.results is not None
    assert log.results.scores[0].metrics["accuracy"].value == 0.5
    samples: Any = log.samples
    first, second = samples
    assert [one.scores["looksmith"].value for one in (first, second)] == [0, 1]
    assert (second.target, second.output.completion) == (["yes", "sure"], "yes")
    assert first.output.completion == "no_detection: No text."
    assert first.metadata["semantic"] == "rel"
    assert [event.event for event in first.events] == ["model", "info", "model", "tool", "tool"]
    tool = first.events[-1]
    assert (tool.function, tool.error.message) == ("READ", "NoDetection: No text.")
    assert first.input[0].content[1].image.startswith("data:image/jpeg;base64,")


def test_what_is_no_evaluation_is_refused(folder: Path, tmp_path: Path, home: Path) -> None:
    run = next((folder / "runs").iterdir())
    options = ["--to", "inspect", "--home", str(home)]
    done = CliRunner().invoke(main, ["export", str(run), *options])
    assert (done.exit_code, "writes one evaluation" in done.stderr) == (2, True)
    named = CliRunner().invoke(main, ["export", str(folder), *options, "-o", str(tmp_path / "log.txt")])
    assert (named.exit_code, "neither .eval nor .json" in named.stderr) == (2, True)


def test_frames_of_questions_steps_and_attempts(folder: Path, home: Path) -> None:
    questions: Any = frames.questions(folder, home=home)
    assert questions[["id", "kind", "semantic", "form", "score"]].to_dict("records") == [
        {"id": "a1", "kind": "text", "semantic": "rel", "form": "yes/no: is ...", "score": 0},
        {"id": "b1", "kind": "", "semantic": "obj", "form": "yes/no: is ...", "score": 1},
    ]
    assert "facets" not in questions.columns
    steps = frames.steps(folder, home=home)
    assert list(zip(steps["tool"], steps["error"], strict=True)) == [("LOC", ""), ("READ", "NoDetection")]
    attempts: Any = frames.attempts(folder, home=home)
    assert attempts[["id", "number", "programs", "refused", "diagnostics"]].to_dict("records") == [
        {"id": "a1", "number": 1, "programs": 1, "refused": 1, "diagnostics": "undefined"},
        {"id": "a1", "number": 2, "programs": 1, "refused": 0, "diagnostics": ""},
    ]
    assert len(frames.questions(folder, folder, home=home)) == 4
    with pytest.raises(InputError, match="There is no run"):
        frames.questions(folder / "runs", home=home)
