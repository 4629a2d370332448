"""A program means the same with and without calls that are made ahead of it; only the time differs."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Event, Lock
from time import sleep
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image as Pillow

from looksmith.agent.execute import Runner
from looksmith.agent.runs import Runs
from looksmith.agent.subject import Subject
from looksmith.agent.trace import End
from looksmith.programs.check import Checked
from looksmith.programs.program import Program
from looksmith.sandbox.run import Limits, Sandbox
from looksmith.tools.cache import ResultCache
from looksmith.tools.errors import NoDetection, ToolError
from looksmith.tools.executor import Call, Executor
from looksmith.tools.registry import Registry
from looksmith.tools.tool import tool
from looksmith.tools.values import Box, Image

PHOTO = Image.of(Pillow.linear_gradient("L").resize((200, 100)))
SUBJECT = Subject.of(PHOTO, "photo.png")
COUNTS = {"cup": 5, "dog": 3, "bird": 1, "crowd": 20, "nothing": 0}


class Tools:
    """Tools that take a little time, know what they were asked, and fail for some of what they are asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, Any]] = []
        self._lock = Lock()

    def _ask(self, name: str, about: Any) -> None:
        with self._lock:
            self.asked.append((name, about))

    @tool
    def ITEMS(self, image: Image, name: str) -> list[Box]:
        """All boxes of that name in the image."""
        self._ask("ITEMS", name)
        if name not in COUNTS:
            raise ToolError(f"There is no {name}.")
        sleep(0.001)
        return [Box(i * 9, 10, i * 9 + 5, 30, name, 1 / (i + 1)) for i in range(COUNTS[name])]

    @tool
    def BEST(self, image: Image, name: str) -> Box:
        """The best box of that name."""
        self._ask("BEST", name)
        if not COUNTS.get(name):
            raise NoDetection(f"No {name} was found.")
        return Box(40, 20, 80, 60, name)

    @tool
    def PART(self, image: Image, box: Box) -> Image:
        """The part of the image in the box."""
        return image.crop(box)

    @tool
    def KIND(self, image: Image, names: list[str]) -> str:
        """Which of the names fits."""
        self._ask("KIND", image.left)
        sleep(0.001)
        if image.left == 36:
            raise ToolError("This one cannot be seen.")
        return names[image.left // 9 % len(names)]

    @tool(deterministic=False)
    def NEXT(self) -> int:
        """How often it was asked before."""
        self._ask("NEXT", None)
        return sum(name == "NEXT" for name, _ in self.asked) - 1


class Batching(Executor):
    """Takes calls without waiting for them. most: how many were under way at once."""

    def __init__(self, registry: Registry) -> None:
        super().__init__(registry)
        self._pool = ThreadPoolExecutor(32)
        self._open = Event()
        self._lock = Lock()
        self._now = 0
        self.most = 0

    def submit(
        self, name: str, args: tuple[Any, ...], kwargs: Mapping[str, Any], cache: ResultCache[Call] | None = None
    ) -> Future[Call]:
        """As `call`, later."""
        with self._lock:
            self._now += 1
            self.most = max(self.most, self._now)
        future = self._pool.submit(self.call, name, args, kwargs, cache)
        future.add_done_callback(self._count)
        return future

    def _count(self, _: Future[Call]) -> None:
        with self._lock:
            self._now -= 1


TOOLS = ("ITEMS", "BEST", "PART", "KIND", "NEXT")
MakeExecutor = Callable[[Registry], Executor]


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(Limits(seconds=60, tool_calls=40)) as made:
        yield made


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Runs:
    return Runs(tmp_path_factory.mktemp("runs"))


def told(source: str, sandbox: Sandbox, runs: Runs, make: MakeExecutor, ahead: bool) -> tuple[Any, ...]:
    """All that a person can see of the program's run, but for times, and what the tools were asked."""
    tools, registry = Tools(), Registry()
    registry.add(tools)
    recorder = runs.start("", SUBJECT, list(TOOLS))
    runner = Runner(make(registry), sandbox, recorder, SUBJECT.inputs(), registry if ahead else None)
    ran = [runner.run(Checked(Program(source), TOOLS), None) for _ in range(2)]
    times = {"seconds", "load_seconds", "waited", "at", "ahead"}
    steps = [[step.model_dump(exclude=times) for step in one.steps] for one in ran]
    ends = [(o.kind, o.answer, o.message, o.line, o.variables, o.printed) for o in (one.outcome for one in ran)]
    recorder.finish(End(outcome="ok"), "")
    return steps, ends, [about for name, about in tools.asked if name == "NEXT"]


HOLE = re.compile("<([a-z]+)>")
NAMES = st.sampled_from(["'cup'", "'dog'", "'bird'", "'crowd'", "'nothing'", "'cup'", "'dog'", "'unicorn'"])
GRAMMAR: dict[str, list[str]] = {
    "boxes": [
        *(
            "ITEMS(image, <name>)",
            "ITEMS(image, <name>)",
            "xs",
            "ys",
            "<boxes>[:2]",
            "sorted(<boxes>, key=lambda x: x.left)",
        ),
        *("[x for x in <boxes> if x.score > 0.3]", "[x for x in <boxes> if KIND(PART(image, x), ['a', 'b']) == 'a']"),
    ],
    "box": ["BEST(image, <name>)", "<boxes>[0]", "b", "b", "max(<boxes>, key=lambda x: x.score)"],
    "image": ["image", "PART(image, <box>)", "PART(image, <box>)"],
    "text": ["KIND(<image>, ['red', 'blue'])", "KIND(<image>, ['red', 'blue', f'{b.label}'])", "'red'"],
    "test": [
        *("<text> == 'red'", "len(<boxes>) > 1", "NEXT() > 2", "<test> and <test>", "<test> or <test>", "not <test>"),
        *("any(KIND(PART(image, x), ['red', 'blue']) == 'red' for x in <boxes>)", "b.left < 20"),
        "all(KIND(PART(image, x), ['red', 'blue']) != 'green' for x in <boxes>)",
    ],
    "value": [
        *("<text>", "len(<boxes>)", "<test>", "NEXT()", "<box>.left", "(<text> if <test> else <text>)"),
        "[KIND(PART(image, x), ['red', 'blue']) for x in <boxes>]",
        "sum(1 for x in <boxes> if KIND(PART(image, x), ['red', 'blue']) == 'red')",
        "{i: KIND(PART(image, x), ['red', 'blue']) for i, x in enumerate(<boxes>)}",
        "[x.left < y.left for x in <boxes> for y in <boxes>[:3]]",
        *("seen(<box>)", "1 / len(<boxes>)"),
    ],
    "line": [
        *("xs = <boxes>", "ys = <boxes>", "b = <box>", "out.append(<value>)", "out.append(<value>)", "print(<value>)"),
        *("xs.append(b)", "n += <value>", "w = <text>", "out += [w]"),
    ],
    "block": [
        *("<line>", "<line>", "<line>", "if <test>:\n    <line>\nelse:\n    <line>"),
        *(
            "for b in <boxes>:\n    <line>\n    <line>",
            "for b in <boxes>:\n    if <test>:\n        continue\n    <line>",
        ),
        *("for i, b in enumerate(<boxes>):\n    if <test>:\n        break\n    <line>",),
        "for b in <boxes>:\n    p = PART(image, b)\n    w = KIND(p, ['red', 'blue'])\n    if w == 'red':\n        n += 1",
    ],
}
START = (
    "def seen(box):\n    return KIND(PART(image, box), ['x', 'y'])\nout, n, w = [], 0, ''\nxs = ITEMS(image, 'cup')\n"
)
START += "ys = ITEMS(image, 'dog')\nb = xs[1]\n"


def grown(draw: st.DrawFn, kind: str, depth: int) -> str:
    """A piece of a program of that kind."""
    if kind == "name":
        return draw(NAMES)
    forms = (
        GRAMMAR[kind]
        if depth > 0
        else [form for form in GRAMMAR[kind] if HOLE.sub("", form) == form.replace("<name>", "")]
    )
    return HOLE.sub(lambda hole: grown(draw, hole[1], depth - 1), draw(st.sampled_from(forms)))


@st.composite
def programs(draw: st.DrawFn) -> str:
    """Loops, comprehensions, tests and functions around calls of tools."""
    blocks = [grown(draw, "block", 5) for _ in range(draw(st.integers(1, 5)))]
    return START + "\n".join(blocks) + "\nanswer = (out, n)"


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(programs())
def test_programs_mean_the_same(sandbox: Sandbox, runs: Runs, source: str) -> None:
    alone = told(source, sandbox, runs, Executor, ahead=False)
    assert told(source, sandbox, runs, Executor, ahead=True) == alone
    assert told(source, sandbox, runs, Batching, ahead=True) == alone
