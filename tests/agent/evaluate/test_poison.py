"""One question that nothing can survive: it is that question's outcome, and the others are answered."""

from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from PIL import Image as Pillow
from played import Server

from looksmith.agent.ask.loop import Bench
from looksmith.agent.ask.vote import Voter, break_tie, parties
from looksmith.agent.ask.writing import Writing
from looksmith.agent.cli.main import main
from looksmith.agent.datasets.records import record_of
from looksmith.agent.evaluate.begun import Begun
from looksmith.agent.evaluate.evaluation import answered
from looksmith.agent.inputs.open_images import OpenImages
from looksmith.agent.inputs.subject import Subject
from looksmith.agent.llm.llm import Sample, Scripted
from looksmith.agent.llm.remember import Remembering
from looksmith.agent.traces.crash import REPORT, told
from looksmith.agent.traces.runs import Runs
from looksmith.agent.traces.trace import Check
from looksmith.programs.check.check import Checked
from looksmith.programs.language.program import Program
from looksmith.sandbox.run import Sandbox
from looksmith.tools.core.registry import Registry
from looksmith.tools.core.tool import tool
from looksmith.tools.core.values import Image
from looksmith.tools.engine.executor import Executor
from stored import PHOTO


class Nasty(Exception):
    """An error without a text."""

    def __str__(self) -> str:
        raise RuntimeError("no text")


@tool
def SIZE(image: Image) -> int:
    """The width."""
    return image.width


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    registry = Registry()
    registry.add(SIZE)
    with Sandbox() as sandbox:
        yield Bench(registry, Executor(registry), sandbox, Runs(tmp_path / "runs"), ())


SUBJECT = Subject.of(PHOTO, "photo.png")


@pytest.mark.parametrize("error", [KeyError("x"), Nasty(), ValueError("\ud800" * 9), RecursionError(), MemoryError()])
@pytest.mark.parametrize("where", ["check", "unfaithful", "plan"])
def test_what_nobody_expected_is_the_outcome_of_that_question(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, where: str, error: Exception
) -> None:
    def fail(*_: Any, **__: Any) -> Any:
        raise error

    place = {"check": "looksmith.agent.ask.write.check", "plan": "looksmith.agent.ask.execute.plan"}.get(where)
    asked = Bench(**{**vars(bench), "ahead": True, "unfaithful": fail if where == "unfaithful" else bench.unfaithful})
    with monkeypatch.context() as broken:
        if place:
            broken.setattr(place, fail)
        answer = asked.ask(SUBJECT, "How wide?", Scripted(["answer = SIZE(image)"]), Writing(samples=1))
    assert answer.outcome == "crashed"
    assert type(error).__name__ in answer.message
    run = bench.runs.load(answer.run.name)
    assert run.record.outcome == "crashed"
    assert type(error).__name__ in (answer.run / REPORT).read_text()
    assert bench.ask(SUBJECT, "How wide?", Scripted(["answer = SIZE(image)"]), Writing(samples=1)).value == 200


def test_a_picture_that_cannot_be_written_crashes_its_question_and_ends_its_run(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise SystemError("the encoder is out of order")

    monkeypatch.setattr("PIL.Image.Image.save", fail)
    answer = bench.ask(SUBJECT, "How wide?", Scripted(["answer = SIZE(image)"]), Writing(samples=1))
    assert (answer.outcome, bench.runs.load(answer.run.name).record.outcome) == ("crashed", "crashed")


@pytest.mark.parametrize("error", [SystemExit(5), KeyboardInterrupt(), GeneratorExit(), Nasty()])
def test_a_question_of_an_evaluation_survives_anything_that_a_tool_raises(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise error

    monkeypatch.setattr(Bench, "ask", fail)
    Pillow.new("RGB", (8, 8)).save(tmp_path / "a.png")
    record = record_of("line 1", "a\ud800", tmp_path / "a.png", "How \ud83d?", 1)
    llm, found = Remembering(Scripted([]), tmp_path / "replies"), list[Any]()
    thread = threading.Thread(
        target=lambda: found.append(answered(bench, record, llm, OpenImages(), Writing(samples=1)))
    )
    thread.start()
    thread.join(60)
    assert (found[0].outcome, found[0].score, found[0].id) == ("crashed", 0, record.id)


def test_an_error_is_told_in_a_line_with_its_place() -> None:
    try:
        raise ValueError("a\n\ud800" + "x" * 10_000)
    except ValueError as error:
        line = told(error)
    assert line.startswith("ValueError at test_poison.py:")
    assert "\n" not in line
    assert len(line) < 700
    line.encode()
    assert told(Nasty()) == "Nasty: no message"


# --- Poison ------------------------------------------------------------------------------------------------------


def test_who_was_under_way_at_a_death_is_suspected_and_asked_alone(tmp_path: Path) -> None:
    path = tmp_path / "begun.jsonl"
    first = Begun(path)
    with first.asking("done"):
        pass
    under_way = [first.asking(name) for name in ("poison", "innocent")]
    for one in under_way:
        one.__enter__()  # the process dies here

    second = Begun(path)
    assert not any(second.poisoned(name) for name in ("done", "poison", "innocent"))
    beside, alone = second.asking("new"), threading.Event()
    beside.__enter__()

    def ask() -> None:
        with second.asking("innocent"):
            alone.set()

    asking = threading.Thread(target=ask, daemon=True)
    asking.start()
    assert not alone.wait(0.2)
    beside.__exit__(None, None, None)
    assert alone.wait(20)
    asking.join(20)
    second.asking("poison").__enter__()  # and here

    third = Begun(path)
    assert third.poisoned("poison")
    assert not third.poisoned("innocent")


def test_a_session_that_ends_in_order_suspects_nobody(tmp_path: Path) -> None:
    path = tmp_path / "begun.jsonl"
    for _ in range(3):
        begun = Begun(path)
        begun.asking("slow").__enter__()
        begun.close()
    assert not Begun(path).poisoned("slow")


TOOLS = """
import os, time
from looksmith import Image, tool

@tool
def EXIT(image: Image) -> int:
    \"\"\"Exits.\"\"\"
    time.sleep(1)
    os._exit(3)
"""


@pytest.fixture
def server() -> Iterator[Server]:
    def say(asked: str) -> str:
        last = asked.rpartition("Question: ")[2]
        if "long number" in last:
            return "for i in 0x" + "f" * 4000 + ":\n    answer = i"
        return "answer = EXIT(image)" if "poison" in last else "answer = image.width"

    made = Server(say)
    yield made
    made.stop()


def write_questions(folder: Path, questions: list[str]) -> Path:
    folder.mkdir(exist_ok=True)
    Pillow.new("RGB", (8, 8)).save(folder / "a.png")
    rows = [{"image": "a.png", "question": one, "answer": 8} for one in questions]
    (folder / "q.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    (folder / "tools.py").write_text(TOOLS)
    return folder


def command(folder: Path, server: Server, *more: str) -> list[str]:
    words = ["eval", "jsonl", "--data", folder / "q.jsonl", "--tools", folder / "tools.py", "--only-tools"]
    words += ["--base-url", server.url, "--out", folder / "out", "--home", folder / "home", "--json", folder / "n.json"]
    return [*map(str, words), "--samples", "1", "--nearest", "0", "--no-grammar", "--concurrency", "3", *more]


def test_a_question_that_ends_the_process_is_skipped_after_two_deaths(tmp_path: Path, server: Server) -> None:
    asked = ["How wide is it?", "How wide is the \ud83d poison?", "How wide is a long number?", "How wide is all?"]
    folder = write_questions(tmp_path / "data", asked)
    run = [sys.executable, "-m", "looksmith.agent.cli.main", *command(folder, server)]
    statuses = [subprocess.run(run, capture_output=True, timeout=300).returncode for _ in range(3)]
    assert statuses == [3, 3, 0]
    rows = {
        row["question"]: row for row in map(json.loads, (folder / "out" / "results.jsonl").read_text().splitlines())
    }
    assert len(rows) == 4
    assert [rows[name]["outcome"] for name in (asked[0], asked[3])] == ["ok", "ok"]
    assert rows["How wide is the \ufffd poison?"]["outcome"] == "crashed"
    assert "crashed twice" in rows["How wide is the \ufffd poison?"]["message"]
    assert rows[asked[2]]["outcome"] in ("crashed", "parse_error", "type_error")
    assert json.loads((folder / "n.json").read_text())["complete"]


def evaluate(folder: Path, server: Server, *more: str) -> Result:
    return CliRunner().invoke(main, command(folder, server, *more), catch_exceptions=False)


def test_a_full_disk_at_the_end_is_told_with_the_numbers(
    tmp_path: Path, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write_questions(tmp_path / "data", ["How wide is it?"])
    write = Path.write_text

    def full(path: Path, *args: Any, **kwargs: Any) -> int:
        if path.name in ("report.json", "n.json"):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))
        return write(path, *args, **kwargs)

    monkeypatch.setattr(Path, "write_text", full)
    done = evaluate(folder, server)
    assert done.exit_code == 4
    assert "No space left on device" in done.output
    assert "accuracy" in done.output
    monkeypatch.undo()
    assert evaluate(folder, server, "--resume").exit_code == 0


def test_whatever_the_disk_refuses_is_told_in_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS), "/there")

    monkeypatch.setattr(Runs, "load", refuse)
    done = CliRunner().invoke(main, ["show", "--home", str(tmp_path)], catch_exceptions=False)
    assert (done.exit_code, "/there: Read-only file system." in done.output) == (4, True)


# --- Votes -------------------------------------------------------------------------------------------------------


def test_two_draws_may_tie_without_log_probabilities(bench: Bench) -> None:
    from looksmith.programs.question.faithful import Faithfulness

    asked = Bench(**{**vars(bench), "unfaithful": Faithfulness(bench.registry, ())})
    script = Scripted(["answer = SIZE(image) * 3", ["answer = SIZE(image) * 7"]])
    answer = asked.ask(SUBJECT, "How wide is it?", script, Writing(samples=2))
    assert answer.outcome == "ok"
    assert script.wanted[0].logprobs


def test_the_greedy_program_is_not_beaten_for_want_of_a_log_probability(bench: Bench) -> None:
    from looksmith.programs.question.faithful import Faithfulness

    asked = Bench(**{**vars(bench), "unfaithful": Faithfulness(bench.registry, ())})
    draws = [[Sample("answer = SIZE(image) * 3")], [Sample("answer = SIZE(image) * 7", -0.1)]]
    answer = asked.ask(SUBJECT, "How wide is it?", Scripted(draws), Writing(samples=2))
    assert answer.value == 600


def test_candidates_of_the_same_sample_number_never_fail_to_be_told_apart() -> None:
    from looksmith.agent.ask.execute import Ran
    from looksmith.agent.ask.write import Candidate
    from looksmith.sandbox.outcome import Outcome

    voters = [
        Voter(Candidate(checked, check=n), Ran(n, Outcome("ok", n), n, (), checked), 1.0)
        for n, checked in ((n, Checked(Program(f"answer = {n}"), ())) for n in (3, 1, 2))
    ]
    won, tie = break_tie(parties(voters))
    assert (won.first, tie) == (1, "order")


def test_a_check_with_thousands_of_findings_tells_the_first(bench: Bench) -> None:
    source = "answer = [" + ",".join(f"a{i}" for i in range(4000)) + "]"
    answer = bench.run(SUBJECT, Program(source))
    assert answer.outcome != "ok"
    assert sum(file.stat().st_size for file in answer.run.rglob("*") if file.is_file()) < 500_000
    assert len(answer.message) < 20_000
    assert "more findings" in answer.message
    (check,) = (event for event in bench.runs.load(answer.run.name).events if isinstance(event, Check))
    assert len(check.diagnostics) == 20


def test_a_session_that_is_killed_is_found_by_the_next(tmp_path: Path) -> None:
    code = (
        "import sys, time; from pathlib import Path; from looksmith.agent.evaluate.begun import Begun\n"
        "with Begun(Path(sys.argv[1])).asking('x'):\n    print('under way', flush=True); time.sleep(60)"
    )
    path = tmp_path / "begun.jsonl"
    for _ in range(2):
        started = subprocess.Popen([sys.executable, "-c", code, str(path)], stdout=subprocess.PIPE)
        assert started.stdout is not None
        assert started.stdout.readline() == b"under way\n"
        started.send_signal(signal.SIGKILL)
        started.wait(60)
    assert Begun(path).poisoned("x")
