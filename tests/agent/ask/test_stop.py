"""Nobody waits for what does not come: neither a program whose time is over, nor a person who stops a question."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest
from PIL import Image as Pillow

from looksmith.agent.ask.loop import Answer, Bench
from looksmith.agent.ask.stop import Stop, StoppableLLM, Stopped, stoppable
from looksmith.agent.ask.writing import Writing
from looksmith.agent.datasets.records import Record
from looksmith.agent.evaluate.evaluation import Threads
from looksmith.agent.inputs.subject import Subject
from looksmith.agent.llm.llm import GREEDY, LLMError, Reply, Sampling, Scripted
from looksmith.agent.traces.runs import Runs
from looksmith.agent.traces.trace import End, Step
from looksmith.programs.check.check import Checked
from looksmith.programs.language.program import Program
from looksmith.programs.prompt import Message
from looksmith.sandbox.limits import Limits
from looksmith.sandbox.run import Sandbox
from looksmith.tools.core.errors import WornOut
from looksmith.tools.core.registry import Registry
from looksmith.tools.core.tool import tool
from looksmith.tools.core.values import Image
from looksmith.tools.engine.executor import Executor

SUBJECT = Subject.of(Image.of(Pillow.new("RGB", (8, 8), "red")), "red.png")
BACK = 60.0
"""Seconds after which it did not come back at all."""


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as one:
        yield one


class Still:
    """A tool that stands still."""

    backend = "model"

    def __init__(self) -> None:
        self.gate, self.reached = Event(), Event()

    @tool
    def STAND(self, image: Image) -> int:
        """Stands still."""
        self.reached.set()
        self.gate.wait(BACK)
        return 1


def bench(tools: Any, home: Path, sandbox: Sandbox, *, ahead: bool = False) -> Bench:
    registry = Registry()
    registry.add(tools)
    return Bench(registry, Executor(registry), sandbox, Runs(home), (), ahead=ahead)


def scripted() -> Scripted:
    return Scripted(["```python\nanswer = STAND(image)\n```"])


@pytest.mark.parametrize("ahead", [False, True])
def test_the_programs_own_limit_counts_the_time_of_tools(tmp_path: Path, ahead: bool) -> None:
    with Sandbox(Limits(seconds=0.5)) as sandbox:
        answer = bench(tools := Still(), tmp_path, sandbox, ahead=ahead).ask(SUBJECT, "How many?", scripted())
    tools.gate.set()
    assert answer.outcome == "timeout"
    assert "STAND" in answer.message
    (step,) = (event for event in Runs(tmp_path).load(str(answer.run)).events if isinstance(event, Step))
    assert step.error is not None and step.error.kind == "ToolTimeout"


def test_a_call_past_its_limit_is_the_outcome_timeout_and_is_not_asked_of_the_model_again(
    tmp_path: Path, sandbox: Sandbox
) -> None:
    tools = Still()
    one = bench(tools, tmp_path, sandbox)
    registry = one.registry.mapped(lambda each: replace(each, options=replace(each.options, timeout=0.2)))
    answer = replace(one, registry=registry, executor=Executor(registry)).ask(SUBJECT, "How many?", scripted())
    tools.gate.set()
    assert (answer.outcome, answer.value) == ("timeout", None)
    assert answer.message.startswith("STAND did not answer within 0.2 s")


@pytest.mark.parametrize("ahead", [False, True])
def test_a_question_stops_while_a_tool_stands_still(tmp_path: Path, sandbox: Sandbox, ahead: bool) -> None:
    stop, tools, ended = Stop(), Still(), list[Answer]()
    one = bench(tools, tmp_path, sandbox, ahead=ahead)
    one = replace(one, executor=stoppable(one.executor, stop))
    llm = StoppableLLM(scripted(), stop)
    asking = Thread(target=lambda: ended.append(one.ask(SUBJECT, "How many?", llm)), daemon=True)
    asking.start()
    assert tools.reached.wait(BACK)
    stop.set()
    asking.join(BACK)
    assert not tools.gate.is_set() and ended
    run = Runs(tmp_path).load(str(ended[0].run))
    assert isinstance(run.events[-1], End)
    assert ended[0].outcome != "ok"
    tools.gate.set()


COMPUTES = "n = 0\nfor i in range(10**6):\n    for j in range(10**6):\n        n = n + 1\nanswer = n\n```"


def test_a_question_stops_while_its_program_computes(tmp_path: Path) -> None:
    stop, ended = Stop(), list[Answer]()
    endless = Limits(seconds=2 * BACK, compute_seconds=2 * BACK, loop_steps=10**12)
    with Sandbox(endless) as sandbox:
        one = replace(bench(tools := Still(), tmp_path, sandbox), sandbox=sandbox.until(stop))
        llm = StoppableLLM(Scripted([f"```python\nx = STAND(image)\n{COMPUTES}"]), stop)
        asking = Thread(target=lambda: ended.append(one.ask(SUBJECT, "How many?", llm)), daemon=True)
        tools.gate.set()
        asking.start()
        assert tools.reached.wait(BACK)
        stop.set()
        asking.join(BACK)
        assert ended, "it went on"
        assert (ended[0].outcome, ended[0].message) == ("timeout", "The question was cancelled.")
        # Others go on: the same workers, without the stop.
        assert sandbox.run(Checked(Program("answer = 1"), ()), {}, lambda _: None).answer == 1
        assert sandbox.until(stop).run(Checked(Program("answer = 1"), ()), {}, lambda _: None).answer is None


class Silent:
    """A language model that does not reply."""

    model = "silent"

    def __init__(self) -> None:
        self.reached, self.gate = Event(), Event()

    def complete(self, messages: Sequence[Message], sampling: Sampling = GREEDY) -> Reply:
        """Never."""
        self.reached.set()
        self.gate.wait(BACK)
        raise LLMError("gone")

    def score(self, prompt: str, text: str) -> float:
        """Never."""
        raise AssertionError


def test_a_question_stops_while_the_language_model_replies(tmp_path: Path, sandbox: Sandbox) -> None:
    stop, llm, ended = Stop(), Silent(), list[Answer]()
    one = bench(Still(), tmp_path, sandbox)
    asking = Thread(
        target=lambda: ended.append(one.ask(SUBJECT, "How many?", StoppableLLM(llm, stop), Writing())), daemon=True
    )
    asking.start()
    assert llm.reached.wait(BACK)
    stop.set()
    asking.join(BACK)
    assert not llm.gate.is_set() and ended
    assert (ended[0].outcome, ended[0].message) == ("llm_error", "The question was cancelled.")
    llm.gate.set()


def test_what_is_stopped_already_is_not_begun() -> None:
    stop, never = Stop(), Future[int]()
    stop.set()
    with pytest.raises(Stopped):
        stop.wait(never)
    with pytest.raises(LLMError):
        StoppableLLM(Silent(), stop).complete(())


def test_what_comes_in_time_is_what_it_gives() -> None:
    stop, good, bad = Stop(), Future[int](), Future[int]()
    good.set_result(7)
    bad.set_exception(ValueError("odd"))
    assert stop.wait(good) == 7
    with pytest.raises(ValueError, match="odd"):
        stop.wait(bad)
    with pytest.raises(TimeoutError):
        stop.wait(Future[int](), until=0.0)


def test_a_process_whose_tools_hang_takes_no_question(tmp_path: Path, sandbox: Sandbox) -> None:
    one = bench(Still(), tmp_path, sandbox)

    class Worn:
        worn = WornOut("16 tool calls hang.")

    with pytest.raises(WornOut):
        replace(one, executor=stoppable(Worn(), Stop())).ask(SUBJECT, "How many?", scripted())  # type: ignore[arg-type]
    assert not list(tmp_path.iterdir())


def test_an_evaluation_goes_on_past_a_question_whose_tool_hangs(tmp_path: Path) -> None:
    never = Event()

    @tool(timeout=0.5)
    def STAND(image: Image) -> int:
        """Hangs on red."""
        if image.array()[0, 0, 0] == 255:
            never.wait(BACK)
        return 1

    for color in ("red", "blue"):
        Pillow.new("RGB", (8, 8), color).save(tmp_path / f"{color}.png")
    pictures = [tmp_path / ("red.png" if number == 3 else "blue.png") for number in range(20)]
    records = [Record(str(number), path, "How many?") for number, path in enumerate(pictures)]
    with Sandbox() as sandbox:
        asking = bench(STAND, tmp_path / "runs", sandbox, ahead=True)
        llm = Scripted(["```python\nanswer = STAND(image)\n```"] * 20)
        kept = (tmp_path / "replies.jsonl", tmp_path / "begun.jsonl")
        rows = list(Threads(asking, llm, Writing(), *kept, 4).rows(records))
    never.set()
    assert {row.id: row.outcome for row in rows if row.outcome != "ok"} == {"3": "timeout"}
    assert len(rows) == 20


HANGS = '''
import sys, time
from looksmith import Image, tool

@tool
def STAND(image: Image) -> int:
    """Stands still."""
    print("standing", file=sys.stderr, flush=True)
    time.sleep(1e6)
    return 1
'''


def test_ctrl_c_ends_a_run_whose_tool_hangs(tmp_path: Path) -> None:
    (tmp_path / "tools.py").write_text(HANGS)
    (tmp_path / "program.py").write_text("answer = STAND(image)\n")
    Pillow.new("RGB", (8, 8)).save(tmp_path / "red.png")
    files = ["program.py", "red.png", "--tools", "tools.py", "--home", "home"]
    command = [sys.executable, "-m", "looksmith.agent.cli.main", "run", *files]
    running = subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.PIPE, text=True, env={**os.environ})
    assert running.stderr is not None
    try:
        assert any("standing" in line for line in running.stderr)
        running.send_signal(signal.SIGINT)
        assert running.wait(BACK) != 0
    finally:
        running.kill()
        running.wait()
