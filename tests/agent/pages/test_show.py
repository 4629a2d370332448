"""Runs in the terminal: what a reader sees, and what a hostile text cannot do. And the commands that show them."""

from __future__ import annotations

import json
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image as Pillow
from rich.console import Console

from looksmith.agent.cli.runs import runs as runs_command
from looksmith.agent.cli.runs import show as show_command
from looksmith.agent.inputs.subject import Subject
from looksmith.agent.pages.terminal import print_run, print_runs
from looksmith.agent.reading.view import view
from looksmith.agent.traces.run_record import RunRecord
from looksmith.agent.traces.runs import Recorder, Runs
from looksmith.agent.traces.trace import Attempt, Check, End, Execution, Failure, Step
from looksmith.programs.language.diagnostics import Diagnostic
from looksmith.tools.core.values import Image

PHOTO = Image.of(Pillow.new("RGB", (64, 48), "red"))
GOLDEN = Path(__file__).parents[1] / "golden"
HOSTILE = "\x1b[2J\x1b]0;owned\x07\x9b31m\u202eevil\r[bold red]x[/] :smile:"

Write = Callable[[Recorder], End]


def step(line: int, tool: str, result: object, **more: object) -> Step:
    return Step(line=line, column=0, tool=tool, backend="toy", **{"arguments": {}, "result": result, **more})


def made(folder: Path, write: Write, question: str = "How many?", name: str = "red.png") -> Runs:
    """A folder of runs with one in it: `write` adds the events and gives the last."""
    stored = Runs(folder / "runs")
    recorder = stored.start(question, Subject.of(PHOTO, name), [])
    recorder.finish(write(recorder), "model")
    return stored


def shown(runs: Runs) -> str:
    screen = StringIO()
    print_run(Console(file=screen, force_terminal=False, width=120), view(runs.load("last")))
    return screen.getvalue()


def test_each_line_stands_beside_what_it_did(tmp_path: Path) -> None:
    def write(to: Recorder) -> End:
        to.add(Execution(source='cup = FIND(image, "cup")\nn = 3\nm = n\nanswer = m * 2'))
        box = {"type": "box", "left": 1, "top": 2, "right": 30, "bottom": 40, "label": "cup", "score": 0.9}
        to.add(step(1, "FIND", box, seconds=0.042))
        return End(outcome="ok", answer=6, variables={"cup": box, "n": 3, "m": 3}, printed="hello\nworld\n")

    lines = shown(made(tmp_path, write)).splitlines()
    first = next(line for line in lines if "cup = FIND" in line)
    assert first.split()[0] == "1"
    assert "FIND → cup 0.90 (1, 2, 30, 40)" in first
    assert first.endswith("42")
    assert not any("cup = cup" in line for line in lines)
    assert next(line for line in lines if line.startswith("2")).split() == ["2", "n", "=", "3", "n", "=", "3"]
    assert next(line for line in lines if line.startswith("4")).rstrip().endswith("answer = 6")
    assert {"How many?", "printed: hello", "world", "6"} <= set(lines)


def test_of_a_loop_the_first_calls_are_told_and_the_others_counted(tmp_path: Path) -> None:
    def write(to: Recorder) -> End:
        to.add(Execution(source='for name in names:\n    ok = EXISTS(image, name)\nanswer = "done"'))
        for number in range(30):
            to.add(step(2, "EXISTS", number % 2 == 0, arguments={"name": f"thing {number}"}, seconds=0.01))
        return End(outcome="ok", answer="done", variables={"ok": False})

    text = shown(made(tmp_path, write))
    assert "EXISTS('thing 0') → True" in text
    assert "EXISTS('thing 3') → False" in text
    assert "thing 4" not in text
    assert "… and 26 more calls" in text
    assert " 300\n" in text


def test_one_call_more_is_one_call(tmp_path: Path) -> None:
    def write(to: Recorder) -> End:
        to.add(Execution(source="answer = [LEFT_OF(a, b) for a in things]"))
        for _ in range(5):
            to.add(step(1, "LEFT_OF", True))
        return End(outcome="ok", answer=[True] * 5)

    assert "… and 1 more call\n" in "\n".join(line.rstrip() for line in shown(made(tmp_path, write)).splitlines())


def test_a_failed_call_says_why(tmp_path: Path) -> None:
    def write(to: Recorder) -> End:
        to.add(Execution(source='answer = FIND(image, "ghost")'))
        to.add(step(1, "FIND", None, error=Failure(kind="NoDetection", message="No ghost was found.")))
        return End(outcome="no_detection", message="No ghost was found.", line=1)

    text = shown(made(tmp_path, write))
    assert "FIND → NoDetection: No ghost was found." in text
    assert "no_detection: No ghost was found." in text
    assert "answer = None" not in text


def test_refused_attempts_are_told(tmp_path: Path) -> None:
    def write(to: Recorder) -> End:
        first = to.add(Attempt(number=1, model="m", messages=[], reply="answer = NO()"))
        problem = Diagnostic(kind="type_error", code="unknown-tool", line=1, column=9, message="There is no tool NO.")
        to.add(Check(parent=first.id, source="answer = NO()", diagnostics=(problem,)))
        second = to.add(Attempt(number=2, model="m", messages=[], reply="answer = 1"))
        to.add(Check(parent=second.id, source="answer = 1"))
        to.add(Attempt(number=3, model="", messages=[], error="Nobody answers."))
        return End(outcome="llm_error", message="Nobody answers.")

    text = shown(made(tmp_path, write))
    assert "attempt 1 was refused: line 1: There is no tool NO." in text
    assert "attempt 2" not in text
    assert "attempt 3 was refused: Nobody answers." in text


def hostile(text: str) -> Write:
    def write(to: Recorder) -> End:
        attempt = to.add(Attempt(number=1, model=text, messages=[], reply=text))
        problem = Diagnostic(kind="type_error", code="x", line=1, column=0, message=text.replace("\ud800", ""))
        to.add(Check(parent=attempt.id, source=text, diagnostics=(problem,)))
        to.add(Execution(source=f"answer = READ(image)  # {text}"))
        box = {"type": "box", "left": 1, "top": 2, "right": 30, "bottom": 40, "label": text or "x", "score": 0.9}
        to.add(step(1, "READ", text, arguments={"name": text}))
        to.add(step(1, "FIND", [box, {"type": "dict", "items": [[text, text]]}], scores={text: 1.0}))
        to.add(step(1, "FIND", None, error=Failure(kind="ToolError", message=text)))
        return End(outcome="ok", answer=text, variables={"x": text}, printed=text)

    return write


def clean(text: str) -> bool:
    return all(character.isprintable() or character == "\n" for character in text)


@pytest.mark.parametrize("outcome", ["ok", "crashed"])
def test_nothing_that_a_model_or_an_image_said_steers_the_terminal(tmp_path: Path, outcome: str) -> None:
    def write(to: Recorder) -> End:
        end = hostile(HOSTILE)(to)
        return end if outcome == "ok" else End(outcome="crashed", message=HOSTILE, line=1, printed=HOSTILE)

    stored = made(tmp_path, write, HOSTILE, HOSTILE)
    text = shown(stored)
    screen = StringIO()
    print_runs(Console(file=screen, force_terminal=False, width=300), stored.list())
    assert clean(text)
    assert clean(screen.getvalue())
    assert "[bold red]x[/] :smile:" in text
    assert "[bold red]x[/] :smile:" in screen.getvalue()


@settings(deadline=None, max_examples=50)
@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=60))
def test_no_text_steers_the_terminal(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    assert clean(shown(made(tmp_path_factory.mktemp("any"), hostile(text), text, text)))


def test_a_list_of_runs_has_a_line_for_each(tmp_path: Path) -> None:
    stored = made(tmp_path, lambda to: End(outcome="ok", answer=True), "Is it\nred?")
    made(tmp_path, lambda to: End(outcome="timeout", message="stopped after 2 s"), "How long? " * 50)
    stored.start("Never ended?", Subject.of(PHOTO, "red.png"), [])
    screen = StringIO()
    print_runs(Console(file=screen, force_terminal=False, width=120), stored.list())
    _, third, second, first = screen.getvalue().splitlines()
    assert "Is it\\nred?" in first
    assert "yes" in first
    assert "timeout: stopped after 2 s" in second
    assert "interrupted" in third


# -- the commands


@pytest.fixture
def home(tmp_path: Path) -> Path:
    made(tmp_path, lambda to: End(outcome="ok", answer=3), "First?")
    made(tmp_path, lambda to: End(outcome="ok", answer=4), "Second?")
    return tmp_path


def call(home: Path, *words: str | Path | int) -> Result:
    command = {"runs": runs_command, "show": show_command}[str(words[0])]
    return CliRunner().invoke(command, [*map(str, words[1:]), "--home", str(home)], env={"COLUMNS": "120"})


def last_json(result: Result) -> Any:
    return json.loads(result.stdout.splitlines()[-1])


def test_runs_lists_the_newest_first(home: Path) -> None:
    result = call(home, "runs")
    assert result.exit_code == 0
    assert result.stdout.index("Second?") < result.stdout.index("First?")
    assert "First?" not in call(home, "runs", "--limit", 1).stdout


def test_runs_as_json_are_their_records(home: Path) -> None:
    found = last_json(call(home, "runs", "--json"))
    assert [RunRecord.model_validate(record).answer for record in found] == [4, 3]


def test_runs_of_an_empty_home_are_none(tmp_path: Path) -> None:
    assert call(tmp_path, "runs").exit_code == 0
    assert last_json(call(tmp_path, "runs", "--json")) == []


def test_show_tells_the_last_run_or_the_one_that_is_named(home: Path) -> None:
    assert "Second?" in call(home, "show").stdout
    first = list(Runs(home / "runs").list())[1].id
    assert "First?" in call(home, "show", first).stdout
    assert "Show me the cup." in call(home, "show", GOLDEN).stdout


def test_show_as_json_is_the_record_and_every_event(home: Path) -> None:
    found = last_json(call(home, "show", GOLDEN, "--json"))
    assert found["run"]["question"] == "Show me the cup."
    assert [event["id"] for event in found["events"]] == list(range(12))
    assert found["html"] is None


def test_show_writes_a_page_where_it_is_told_to(home: Path) -> None:
    path = home / "page.html"
    result = call(home, "show", GOLDEN, "--html", "-o", path)
    assert result.exit_code == 0
    assert result.stdout == ""
    assert str(path) in result.stderr
    assert "Show me the cup." in path.read_text(encoding="utf-8")
    assert last_json(call(home, "show", GOLDEN, "-o", path, "--json"))["html"] == str(path)


def test_a_page_without_a_name_is_called_as_its_run(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(home)
    call(home, "show", "--html")
    assert "Second?" in (home / f"{next(Runs(home / 'runs').list()).id}.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["nothing"], "There is no run 'nothing'"),
        (["last", "--html", "-o", "missing/folder/page.html"], "cannot be written"),
        (["last", "-o", "."], "cannot be written"),
    ],
)
def test_show_tells_what_is_wrong(home: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], told: str) -> None:
    monkeypatch.chdir(home)
    result = call(home, "show", *words)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert told in result.stderr
    assert told in last_json(call(home, "show", *words, "--json"))["error"]


def test_a_page_needs_its_pictures(home: Path) -> None:
    stored = Runs(home / "runs").load("last")
    stored.image_path(stored.record.image).unlink()
    result = call(home, "show", "--html", "-o", home / "page.html")
    assert result.exit_code == 2
    assert "cannot be read" in result.stderr
    assert not (home / "page.html").exists()


def doubtful(to: Recorder) -> End:
    """A guess after a program that failed; a step that took one thing for another."""
    messages = [{"role": "user", "content": "Question: Is there a boy?"}]
    to.add(Attempt(number=1, model="m", messages=messages, reply='answer = FIND(image, "boy")'))
    ran = to.add(Execution(source='answer = FIND(image, "boy")'))
    told = {"assumptions": ("took 'boy' for 'person'",), "confidence": 0.55}
    to.add(step(1, "FIND", True, parent=ran.id, **told))
    to.add(Attempt(number=0, model="m", messages=messages, reply="yes"))
    return End(outcome="ok", answer=True, execution=ran.id, **told)


def test_how_sure_it_is_and_what_was_assumed_are_told(tmp_path: Path) -> None:
    runs = made(tmp_path, doubtful, question="Is there a boy?")
    lines = [line.strip() for line in shown(runs).splitlines()]
    assert "asks for: yes or no" in lines
    assert "assumed: took 'boy' for 'person'" in lines
    assert "probably yes" in lines
    assert "55 % sure" in lines
    assert "guess from notes: yes" in lines
    assert any("(55 % sure; took 'boy' for 'person')" in line for line in lines)
    screen = StringIO()
    print_runs(Console(file=screen, width=120), [runs.load("last").record])
    assert "probably yes" in screen.getvalue()


def test_where_nobody_measured_it_nothing_is_said_of_it(tmp_path: Path) -> None:
    def write(to: Recorder) -> End:
        to.add(Execution(source="answer = 1"))
        return End(outcome="ok", answer=1)

    text = shown(made(tmp_path, write, question="Where is it?"))
    assert not any(word in text for word in ("sure", "probably", "assumed", "asks for"))
