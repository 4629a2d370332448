"""`looksmith bench`: where the time of stored runs went, and the trace that other programs' viewers open."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from itertools import pairwise
from math import ceil
from pathlib import Path
from threading import Barrier
from time import sleep
from typing import Any

import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st
from perfetto import opened
from pytest import approx

from looksmith.agent.ask.loop import Bench
from looksmith.agent.ask.writing import Writing
from looksmith.agent.cli.main import main
from looksmith.agent.evaluate.folder import EvalRecord, Plan
from looksmith.agent.inputs.subject import Subject
from looksmith.agent.llm.llm import GREEDY, Reply, Sample, Sampling
from looksmith.agent.timing.critical_path import by_stage, critical_path
from looksmith.agent.timing.quantiles import Busy, Spread
from looksmith.agent.timing.spent import measure
from looksmith.agent.timing.timeline import EventTimes, Timed, read_timed
from looksmith.agent.traces.runs import Runs
from looksmith.agent.traces.trace import Attempt, Check, End, Execution, Step
from looksmith.programs.prompt import Message
from looksmith.sandbox.run import Sandbox
from looksmith.tools.core.registry import Registry
from looksmith.tools.core.tool import tool
from looksmith.tools.core.values import Box, Image
from looksmith.tools.engine.executor import Executor
from stored import PHOTO, add_step, interrupt, one_step, store

BOXES = 8
THINKING, LOOKING = 0.03, 0.02
WRITING = Writing(samples=1, nearest=0, grammar=False)
LOOP = 'parts = DETECT(image, "cup")\nanswer = sum([KIND(image, b) == "red" for b in parts])'
GOLDEN = Path(__file__).parents[1] / "golden"


class Models:
    """A detector and a classifier that take their time."""

    backend = "eyes"

    @tool
    def DETECT(self, image: Image, name: str) -> list[Box]:
        """All boxes of that name."""
        return [Box(i * 10, 0, i * 10 + 9, 40, name) for i in range(BOXES)]

    @tool(batch=32, many="kinds")
    def KIND(self, image: Image, box: Box) -> str:
        """What kind of thing is in the box."""
        return self.kinds([{"image": image, "box": box}])[0]

    def kinds(self, calls: Sequence[Mapping[str, Any]]) -> list[str]:
        """KIND for each call."""
        sleep(LOOKING)
        return ["red" if call["box"].left % 20 else "blue" for call in calls]


class Coder:
    """A language model that thinks before it says the program."""

    model = "coder"

    def complete(self, messages: Sequence[Message], sampling: Sampling = GREEDY) -> Reply:
        """The program."""
        sleep(THINKING)
        return Reply((Sample(LOOP),), self.model, 1000, 40, THINKING)


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    registry = Registry()
    registry.add(Models())
    with Sandbox() as sandbox:
        yield Bench(registry, Executor(registry), sandbox, Runs(tmp_path / "runs"), (), ahead=True)


def ask(bench: Bench, question: str = "How many cups are red?") -> Path:
    answer = bench.ask(Subject.of(PHOTO, "cups.png"), question, Coder(), WRITING)
    assert (answer.outcome, answer.value) == ("ok", BOXES // 2)
    return answer.run


def kinds_of(run: Timed) -> list[EventTimes]:
    """The steps that called KIND."""
    return [moment for moment in run.moments if moment.tool == "KIND"]


def looked(home: Path, *arguments: str | Path) -> Result:
    result = CliRunner().invoke(main, ["bench", "--home", str(home), *map(str, arguments)])
    assert result.exit_code == 0, result.output
    return result


def test_a_run_is_the_time_that_its_stages_took(bench: Bench, tmp_path: Path) -> None:
    ask(bench)
    run = read_timed(ask(bench))
    told = json.loads(looked(tmp_path, "--json").stdout)
    stages = {one["stage"]: one for one in told["stages"]}
    assert sum(one["seconds"] for one in told["stages"]) == approx(run.told) == approx(told["seconds"])
    assert stages["llm"]["seconds"] >= THINKING
    kind, steps = next(one for one in told["tools"] if one["tool"] == "KIND"), kinds_of(run)
    assert (kind["calls"], kind["cached"], kind["ahead"]) == (BOXES, 0, sum(step.ahead for step in steps))
    assert kind["batches"] == {str(size): n for size, n in Counter(step.batch for step in steps).items()}
    assert kind["mean_batch"] == approx(BOXES / sum(1 / step.batch for step in steps))
    assert kind["seconds"] == approx(sum(step.seconds for step in steps))
    assert (told["requests"], told["prompt_tokens"], told["completion_tokens"]) == (1, 1000, 40)
    models = {one["model"]: one for one in told["models"]}
    assert models["coder"]["busy"] >= THINKING
    assert models["eyes"]["busy"] >= LOOKING


def test_the_table_says_the_same(bench: Bench, tmp_path: Path) -> None:
    ask(bench)
    text = looked(tmp_path).stdout
    assert "1 run: " in text
    assert "KIND" in text
    for stage in ("llm", "check", "program", "loading", "tools", "waiting", "own"):
        assert stage in text


def test_perfetto_opens_the_trace(bench: Bench, tmp_path: Path) -> None:
    run = read_timed(ask(bench))
    path = tmp_path / "trace.json"
    assert "Wrote" in looked(tmp_path, "--trace", path).stderr
    lane = (
        "select slice.*, thread.name as lane from slice "
        "join thread_track on track_id = thread_track.id join thread using (utid)"
    )
    with opened(path) as trace:
        assert trace.problems == []
        critical = trace.rows(f"select name, ts, dur from ({lane}) where lane = 'critical path' order by ts")
        assert sum(row["dur"] for row in critical) == approx(run.total * 1e9, abs=1000)
        assert [row["ts"] for row in critical[1:]] == [row["ts"] + row["dur"] for row in critical[:-1]]
        ahead = Counter(f"KIND x {step.batch}" if step.batch > 1 else "KIND" for step in kinds_of(run) if step.ahead)
        batches = trace.rows(f"select name from ({lane}) where lane = 'KIND ahead'")
        assert {row["name"] for row in batches} == set(ahead)
        # Perfetto turns an arrow from the batch to a wait that began before it.
        arrows = trace.rows(
            "select a.name as one, b.name as other from flow "
            "join slice as a on slice_out = a.id join slice as b on slice_in = b.id"
        )
        ends = Counter(frozenset(row.values()) for row in arrows)
        assert all(ends[frozenset({name, "KIND"})] == count for name, count in ahead.items())
        lines = trace.rows("select distinct int_value from args where key = 'args.line' order by 1")
        assert [row["int_value"] for row in lines] == [1, 2]
        trace.page.locator("span", has_text="How many").first.click()
        trace.page.get_by_text("critical path").first.wait_for()


def evaluation(folder: Path) -> Path:
    """An evaluation's folder, its runs still to come."""
    (folder / "runs").mkdir(parents=True)
    plan = Plan(dataset="cups", split="dev", n=2, oracle=False, model="coder", data="", tools="", code="")
    record = EvalRecord(started=datetime.now().astimezone(), command="", commit="", versions={}, plan=plan)
    (folder / "eval.json").write_text(record.model_dump_json())
    return folder


def test_questions_of_an_evaluation_overlap(bench: Bench, tmp_path: Path) -> None:
    """Four programs at a time: the model is as busy as it was, the time in which any was asked is counted once."""
    folder, together = evaluation(tmp_path / "evals" / "cups"), Barrier(4)
    many = Bench(bench.registry, bench.executor, bench.sandbox, Runs(folder / "runs"), ())

    def start(number: int) -> Path:
        together.wait()
        return ask(many, f"How many cups are red in {number}?")

    with ThreadPoolExecutor(4) as pool:
        runs = list(pool.map(start, range(4)))
    (folder / "runs" / "damaged").mkdir()
    result = looked(tmp_path, "cups", "--json", "--trace", tmp_path / "trace.json", "--limit", "3")
    told, timed = json.loads(result.stdout), [read_timed(run) for run in runs]
    assert "Skipped: The run" in result.stderr
    first, last = min(run.started for run in timed), max(run.started + run.total for run in timed)
    assert told["runs"] == 4
    assert told["wall"] == approx(last - first, abs=1e-4)
    assert told["seconds"] == approx(sum(run.total for run in timed))
    assert told["at_once"] == approx(told["seconds"] / told["wall"], rel=1e-3)
    assert told["at_once"] > 2
    assert next(one for one in told["stages"] if one["stage"] == "waiting")["seconds"] > 0
    kind = next(one for one in told["tools"] if one["tool"] == "KIND")
    steps = [step for run in timed for step in kinds_of(run)]
    assert kind["calls"] == 4 * BOXES == sum(kind["batches"].values())
    assert kind["waited"] == approx(sum(step.waited for step in steps))
    with opened(tmp_path / "trace.json") as trace:
        assert trace.problems == []
        assert len(trace.rows("select pid from process where pid > 1000")) == 3
        assert max(row["value"] for row in trace.rows("select max(value) as value from counter")) >= 2


def test_an_evaluation_without_runs_is_said_to_have_none(tmp_path: Path) -> None:
    folder = evaluation(tmp_path / "evals" / "cups")
    result = CliRunner().invoke(main, ["bench", "--home", str(tmp_path), str(folder)])
    assert (result.exit_code, result.stdout) == (2, "")
    assert "has no readable run" in result.stderr


def test_a_run_that_never_ended_is_told_as_far_as_it_went(tmp_path: Path) -> None:
    interrupt(store(tmp_path, one_step(seconds=0.5, load_seconds=0.25)))
    told = json.loads(looked(tmp_path, "--json").stdout)
    assert (told["runs"], told["unfinished"]) == (1, 1)
    assert told["seconds"] > 0


def test_runs_of_the_first_release_are_read() -> None:
    run = read_timed(GOLDEN)
    assert sum(interval.seconds for interval in critical_path(run)) == approx(run.total)


def test_what_was_known_is_no_call(tmp_path: Path) -> None:
    def write(to: Any) -> End:
        execution = to.add(Execution(source="...")).id
        add_step(to, 1, parent=execution, seconds=0.2)
        add_step(to, 1, parent=execution, cached=True, seconds=0.001)
        return End(outcome="ok", execution=execution)

    report = measure([read_timed(store(tmp_path, write).folder)])
    assert [(one.calls, one.cached, one.seconds) for one in report.tools] == [(1, 1, 0.2)]


SECONDS = st.floats(0, 2) | st.sampled_from([0.0, float("nan"), float("inf"), -1.0])
STEP = st.builds(
    Step,
    **{"line": st.just(1), "column": st.just(0), "tool": st.just("T"), "backend": st.just("b")},
    **{"arguments": st.just({}), "cached": st.booleans(), "ahead": st.booleans(), "batch": st.integers(1, 40)},
    **dict.fromkeys(("at", "seconds", "load_seconds", "waited", "sent", "ready"), SECONDS),
)
OTHER = st.one_of(
    st.builds(Attempt, number=st.just(1), model=st.just("m"), messages=st.just([]), at=SECONDS, seconds=SECONDS),
    st.builds(Check, source=st.just(""), at=SECONDS, seconds=SECONDS),
    st.builds(Execution, source=st.just(""), at=SECONDS),
    st.builds(End, outcome=st.just("ok"), at=SECONDS),
)
EVENTS = st.lists(STEP | OTHER, max_size=12)


def timed(events: Sequence[Any], total: float) -> Timed:
    moments = tuple(EventTimes.model_validate_json(event.model_dump_json()) for event in events)
    return Timed("id", "", 0.0, "ok", total, moments)


def test_a_wait_is_for_others_then_for_the_model_then_for_the_batch() -> None:
    told = {"line": 1, "column": 0, "tool": "T", "backend": "b", "arguments": {}}
    step = Step(**told, at=1.0, waited=0.5, seconds=0.05, batch=4, load_seconds=0.1)
    events = [Execution(source="", at=0.1), step, End(outcome="ok", at=1.2)]
    path = [(one.stage, round(one.start, 9), round(one.end, 9)) for one in critical_path(timed(events, 1.3))]
    assert path == [
        ("own", 0, 0.1),
        ("program", 0.1, 0.5),
        ("waiting", 0.5, 0.7),
        ("loading", 0.7, 0.8),
        ("tools", 0.8, 1.0),
        ("program", 1.0, 1.2),
        ("own", 1.2, 1.3),
    ]


@given(EVENTS, SECONDS)
def test_the_critical_path_is_the_run_without_gap_or_overlap(events: list[Any], total: float) -> None:
    run = timed(events, total)
    path = critical_path(run)
    edges = [0.0, *(interval.end for interval in path)]
    assert [interval.start for interval in path] == edges[:-1]
    assert edges[-1] == run.total
    assert all(interval.start < interval.end for interval in path)
    assert sum(by_stage(path).values()) == approx(run.total)


@given(EVENTS, SECONDS, SECONDS, SECONDS)
def test_what_lay_ready_may_take_any_time(events: list[Any], total: float, seconds: float, before: float) -> None:
    """A step off the path: its result was there before the program asked, so its own time changes nothing."""
    ready = [isinstance(event, Step) and event.ahead and event.ready > 0 for event in events]
    other = {"seconds": seconds, "load_seconds": before, "sent": before}
    changed = [one.model_copy(update=other) if is_ready else one for one, is_ready in zip(events, ready, strict=True)]
    before_it, after_it = (critical_path(timed(one, total)) for one in (events, changed))
    assert [(one.start, one.end, one.stage) for one in before_it] == [
        (one.start, one.end, one.stage) for one in after_it
    ]


@given(st.lists(st.tuples(st.floats(0, 10), st.floats(0, 5)), max_size=20))
def test_busy_is_the_union_of_what_was_under_way(spans: list[tuple[float, float]]) -> None:
    busy = Busy()
    for start, length in sorted(spans):
        busy.advance(start)
        busy.add(start, start + length)
    busy.advance()
    edges = sorted({edge for start, length in spans for edge in (start, start + length)})
    covered = [b - a for a, b in pairwise(edges) if any(s <= a and b <= s + n for s, n in spans)]
    assert busy.busy == approx(sum(covered))
    assert busy.spent == approx(sum((start + length) - start for start, length in spans))


@given(st.lists(st.floats(0, 1e5), min_size=1, max_size=50), st.floats(0.01, 1))
def test_quantiles_are_right_to_half_a_percent(numbers: list[float], share: float) -> None:
    spread = Spread()
    for number in numbers:
        spread.add(number)
    exact = sorted(numbers)[max(ceil(share * len(numbers)), 1) - 1]
    assert spread.quantile(share) == approx(exact, rel=0.0051)
