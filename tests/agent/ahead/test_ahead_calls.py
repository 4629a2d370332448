"""Which calls are made ahead of a program, how many, and until when."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from threading import Event
from threading import enumerate as enumerate_threads
from typing import Any

import pytest
from PIL import Image as Pillow
from running_ahead import COUNTS, SUBJECT, Batching, Immediate, Tools, steps_of

from looksmith.agent.ahead.runner import IN_VAIN, MAX_CALLS, THREADS
from looksmith.agent.ask.loop import Bench
from looksmith.agent.traces.runs import Runs, StoredRun
from looksmith.agent.traces.trace import End, Step
from looksmith.programs.call_plan.planner import DOUBTFUL
from looksmith.programs.language.program import Program
from looksmith.sandbox.run import Limits, Sandbox
from looksmith.tools.core.registry import Registry
from looksmith.tools.core.tool import tool
from looksmith.tools.core.values import Box, Image
from looksmith.tools.engine.executor import Call, Executor
from looksmith.tools.runtime.cache import ResultCache


def run(source: str, sandbox: Sandbox, home: Path, make: type[Executor] = Immediate) -> tuple[StoredRun, list[Any]]:
    """The stored run of a program, and what the tools were asked."""
    tools, registry = Tools(), Registry()
    registry.add(tools)
    answer = Bench(registry, make(registry), sandbox, Runs(home), (), ahead=True).run(SUBJECT, Program(source))
    return Runs(home).load(answer.run.name), tools.asked


def wasted_in(stored: StoredRun) -> int:
    end = stored.events[-1]
    assert isinstance(end, End)
    return end.wasted


LOOPS = [
    "answer = [SLOW(image, b) for b in xs]",
    "answer = []\nfor b in xs:\n    answer.append(SLOW(image, b))",
    "answer = []\nfor i, b in enumerate(sorted(xs, key=lambda x: -x.left)):\n    answer.append((i, SLOW(image, b)))",
    "answer = {x.label: SLOW(image, x) for x in xs if x.score > 0}",
    "answer = [x for x in xs if SLOW(image, x) > 20]",
    "answer = max(xs, key=lambda x: SLOW(image, x))",
]


@pytest.mark.parametrize("loop", LOOPS)
def test_all_calls_of_a_loop_are_under_way_before_the_first_has_come_back(
    loop: str, sandbox: Sandbox, tmp_path: Path
) -> None:
    held: list[Batching] = []

    @tool
    def SLOW(image: Image, box: Box) -> float:
        """Where the box is; not before all others have been asked for."""
        assert held[0].full.wait(20)
        return box.left

    registry = Registry()
    registry.add(Tools(), SLOW)
    held.append(Batching(registry, enough=COUNTS["cup"]))
    bench = Bench(registry, held[0], sandbox, Runs(tmp_path), (), ahead=True)
    answer = bench.run(SUBJECT, Program("xs = ITEMS(image, 'cup')\n" + loop))
    assert answer.outcome == "ok", answer.message
    slow = [ahead for name, ahead in steps_of(Runs(tmp_path).load("last")) if name == "SLOW"]
    assert slow == [True] * COUNTS["cup"]


class Model:
    """A tool with a model behind it. asked: where what it was asked lies."""

    backend = "simulated"

    def __init__(self) -> None:
        self.asked: list[int] = []

    @tool
    def LOOK(self, image: Image) -> int:
        """Where the image lies."""
        self.asked.append(image.left)
        return image.left


class Telling(Immediate):
    """Tells in which order calls come; they land when the next burst has been sent."""

    def __init__(self, registry: Registry) -> None:
        super().__init__(registry)
        self._pool = ThreadPoolExecutor(1)
        self.came: list[str] = []

    def submit(
        self,
        name: str,
        args: tuple[Any, ...],
        kwargs: Mapping[str, Any],
        cache: ResultCache[Call] | None = None,
        program: Hashable = None,
    ) -> Future[Call]:
        """As `call`, later."""
        self.came.append(name)
        return self._pool.submit(self.call, name, args, kwargs, cache)


def test_a_model_is_asked_in_one_burst_after_what_takes_no_time(sandbox: Sandbox, tmp_path: Path) -> None:
    registry = Registry()
    registry.add(Tools(), Model())
    executor = Telling(registry)
    source = "answer = [LOOK(PART(image, x)) for x in ITEMS(image, 'cup')]"
    answer = Bench(registry, executor, sandbox, Runs(tmp_path), (), ahead=True).run(SUBJECT, Program(source))
    assert answer.value == [0, 9, 18, 27, 36]
    assert executor.came == ["ITEMS", *["PART"] * 5, *["LOOK"] * 5]


NESTED = [
    "answer = [KIND(PART(image, x), ['red', 'blue']) for x in xs]",
    "n = 0\nfor x in xs:\n    part = PART(image, x)\n    n += KIND(part, ['red', 'blue']) == 'red'\nanswer = n",
    "parts = [PART(image, x) for x in xs if x.right > 0]\nanswer = [KIND(p, [x.label]) for p, x in zip(parts, xs)]",
    "best = min(xs, key=lambda x: x.left)\nanswer = [KIND(PART(image, best), [f'{x.score}']) for x in xs]",
    "answer = sum(1 for x in xs if KIND(PART(image, x), ['a', 'b']) == 'a' and KIND(PART(image, x), [x.label]) != 'a')",
    "answer = [KIND(PART(image, y), [x.label]) for x in xs[:2] for y in ITEMS(image, x.label)]",
]


@pytest.mark.parametrize("loop", NESTED)
def test_what_a_call_needs_is_made_ahead_too(loop: str, sandbox: Sandbox, tmp_path: Path) -> None:
    stored, _ = run("xs = ITEMS(image, 'dog')\n" + loop, sandbox, tmp_path)
    assert stored.record.outcome == "ok"
    steps = [event for event in stored.events if isinstance(event, Step)]
    assert len(steps) > COUNTS["dog"]
    assert all(step.ahead or step.cached for step in steps)
    assert wasted_in(stored) == 0


def test_what_no_program_asked_for_is_counted(sandbox: Sandbox, tmp_path: Path) -> None:
    source = "cups = ITEMS(image, 'cup')\nn = 1 / (len(cups) - 5)\nanswer = ITEMS(image, 'dog')"
    stored, asked = run(source, sandbox, tmp_path)
    assert stored.record.outcome == "crashed"
    assert steps_of(stored) == [("ITEMS", True)]
    assert asked == [("ITEMS", "cup"), ("ITEMS", "dog")]
    assert wasted_in(stored) == 1


@pytest.mark.parametrize(
    "source",
    [
        "xs = ITEMS(image, 'cup')\nys = []\nif len(xs) > 9:\n    ys = ITEMS(image, 'dog')\nanswer = ys",
        "xs = ITEMS(image, 'cup')\nanswer = len(xs) > 9 and len(ITEMS(image, 'dog')) > 1",
        "xs = ITEMS(image, 'cup')\nanswer = len(xs) if xs else len(ITEMS(image, 'dog'))",
        "xs = ITEMS(image, 'cup')\nanswer = [ITEMS(image, 'dog') for x in xs if x.left < 0]",
        "xs = ITEMS(image, 'cup')\nn = 0\nfor x in xs:\n    if x.left >= 0:\n        continue\n"
        "    n += len(ITEMS(image, 'dog'))\nanswer = n",
    ],
)
def test_a_call_behind_a_test_is_made_ahead_only_where_the_test_is_known_to_hold(
    source: str, sandbox: Sandbox, tmp_path: Path
) -> None:
    stored, asked = run(source + "\nanswer = (answer, BEST(image, 'cup'))", sandbox, tmp_path)
    assert stored.record.outcome == "ok"
    assert sorted(asked) == [("BEST", "cup"), ("ITEMS", "cup")]
    assert wasted_in(stored) == 0


def test_a_tool_of_chance_is_never_asked_ahead(sandbox: Sandbox, tmp_path: Path) -> None:
    source = "a = ITEMS(image, 'cup')\nb = ITEMS(image, 'dog')\nc = NEXT()\nanswer = [NEXT() for x in a]"
    stored, _ = run(source, sandbox, tmp_path)
    assert steps_of(stored) == [("ITEMS", True), ("ITEMS", True), *[("NEXT", False)] * 6]
    assert stored.record.answer == [1, 2, 3, 4, 5]


def test_a_loop_that_may_end_early_is_run_ahead_for_a_few_rounds(tmp_path: Path) -> None:
    source = "xs = ITEMS(image, 'crowd')\nanswer = any(len(KIND(image, [x.label])) > 0 for x in xs)"
    source += "\nfor x in xs:\n    if KIND(PART(image, x), ['a', 'b']) == 'b':\n        break"
    with Sandbox() as roomy:
        stored, asked = run(source, roomy, tmp_path)
    assert [name for name, _ in steps_of(stored)] == ["ITEMS", "KIND", "PART", "KIND", "PART", "KIND"]
    assert wasted_in(stored) == 2 * (DOUBTFUL - 2)
    assert len(asked) == 2 + DOUBTFUL


MANY = "xs = ITEMS(image, 'sand')\nanswer = [KIND(image, [f'{i}', x.label]) for i, x in enumerate(xs)]"


def test_the_budget_holds_for_calls_that_are_made_ahead_too(sandbox: Sandbox, tmp_path: Path) -> None:
    stored, asked = run(MANY, sandbox, tmp_path)
    assert (stored.record.outcome, len(steps_of(stored))) == ("budget", 40)
    assert len(asked) == 40
    assert wasted_in(stored) == 0


@pytest.mark.parametrize("make", [Executor, Batching, Immediate])
def test_the_budget_of_each_tool_holds_for_calls_that_are_made_ahead_too(make: type[Executor], tmp_path: Path) -> None:
    with Sandbox(Limits(calls_per_tool=5)) as few:
        stored, asked = run("cups = [ITEMS(image, 'cup') for i in range(9)]\n" + MANY, few, tmp_path, make)
    assert stored.record.outcome == "budget"
    assert max(Counter(name for name, _ in asked).values()) <= 5


def test_no_more_calls_are_made_ahead_than_stated(tmp_path: Path) -> None:
    with Sandbox(Limits(tool_calls=2000, calls_per_tool=2000)) as many:
        source = MANY.replace("answer = ", "n = 1 / (len(xs) - 300)\nanswer = ")
        stored, asked = run(source, many, tmp_path)
    assert (stored.record.outcome, len(steps_of(stored))) == ("crashed", 1)
    assert len(asked) == MAX_CALLS
    assert wasted_in(stored) == MAX_CALLS - 1


@pytest.mark.parametrize("make", [Executor, Batching, Immediate])
def test_of_the_budget_a_quarter_may_be_made_in_vain(make: type[Executor], tmp_path: Path) -> None:
    """Nobody is charged for it: a program that stops early has the outcome that it has without."""
    source = MANY.replace("answer = ", "n = 1 / (len(xs) - 300)\nanswer = ")
    with Sandbox(Limits(tool_calls=80, calls_per_tool=40)) as few:
        stored, asked = run(source, few, tmp_path, make)
    assert stored.record.outcome == "crashed"
    assert wasted_in(stored) <= 80 // IN_VAIN
    assert max(Counter(name for name, _ in asked).values()) <= 40 // IN_VAIN


def test_the_bytes_of_images_that_nobody_asked_for_yet_have_a_limit(tmp_path: Path) -> None:
    made = list[int]()

    @tool
    def COPY(image: Image, number: int) -> Image:
        """Another picture of 40 kB."""
        made.append(number)
        return Image.of(Pillow.new("RGB", (100, 100), (number, 0, 0)))

    registry = Registry()
    registry.add(COPY)
    source = "n = 1 / (image.width - 200)\nanswer = len([COPY(image, i) for i in range(100)])"
    with Sandbox(Limits(pixel_megabytes=0.4)) as few:
        bench = Bench(registry, Immediate(registry), few, Runs(tmp_path), (), ahead=True)
        assert bench.run(SUBJECT, Program(source)).outcome == "crashed"
        assert len(made) <= 4
        made.clear()
        answer = bench.run(SUBJECT, Program(source.partition("\n")[2]))
    assert (answer.outcome, "0.4 MB of images" in answer.message) == ("budget", True)
    assert len(made) <= 15


def test_with_the_end_of_the_program_it_stops(sandbox: Sandbox, tmp_path: Path) -> None:
    ended, asked = Event(), list[float]()

    @tool
    def SLOW(image: Image, box: Box) -> float:
        """Where the box is; not before the program has ended."""
        asked.append(box.left)
        assert ended.wait(20)
        return box.left

    registry = Registry()
    registry.add(Tools(), SLOW)
    bench = Bench(registry, Executor(registry), sandbox, Runs(tmp_path), (), ahead=True)
    source = "xs = ITEMS(image, 'crowd')\nn = 1 / (len(xs) - 20)\nanswer = [SLOW(image, x) for x in xs]"
    assert bench.run(SUBJECT, Program(source)).outcome == "crashed"
    ended.set()
    for thread in enumerate_threads():
        if thread.name.startswith("ahead"):
            thread.join(20)
    assert len(asked) <= THREADS
