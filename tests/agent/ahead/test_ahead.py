"""A program means the same with and without calls that are made ahead of it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image as Pillow
from running_ahead import SUBJECT, Batching, Immediate, Tools, steps_of

from looksmith.agent.ask.execute import Runner
from looksmith.agent.cli.main import main
from looksmith.agent.traces.runs import Runs
from looksmith.agent.traces.trace import End
from looksmith.programs.check.check import Checked
from looksmith.programs.language.program import Program
from looksmith.sandbox.run import Sandbox
from looksmith.tools.core.registry import Registry
from looksmith.tools.engine.executor import Executor

TOOLS = ("ITEMS", "BEST", "PART", "KIND", "NEXT")


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Runs:
    return Runs(tmp_path_factory.mktemp("runs"))


def told(source: str, sandbox: Sandbox, runs: Runs, make: type[Executor], ahead: bool) -> tuple[Any, ...]:
    """All that a person can see of the program's run, but for times, and what the tools were asked."""
    tools, registry = Tools(), Registry()
    registry.add(tools)
    recorder = runs.start("", SUBJECT, list(TOOLS))
    runner = Runner(make(registry), sandbox, recorder, SUBJECT.inputs(), registry if ahead else None)
    ran = [runner.run(Checked(Program(source), TOOLS), None) for _ in range(2)]
    times = {"seconds", "load_seconds", "waited", "at", "ahead", "sent", "ready"}
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
        "for b in <boxes>:\n    p = PART(image, b)\n    w = KIND(p, ['a'])\n    if w == 'a':\n        n += len(xs)",
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


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(programs())
def test_programs_mean_the_same(sandbox: Sandbox, runs: Runs, source: str) -> None:
    alone = told(source, sandbox, runs, Executor, ahead=False)
    assert told(source, sandbox, runs, Executor, ahead=True) == alone
    assert told(source, sandbox, runs, Batching, ahead=True) == alone
    assert told(source, sandbox, runs, Immediate, ahead=True) == alone


ENDS = {
    "budget": "answer = [KIND(image, [f'{i}']) for i, x in enumerate(ITEMS(image, 'sand'))]",
    "tool_error": "n = 0\nfor x in ITEMS(image, 'cup'):\n    n += len(KIND(PART(image, x), ['a']))\nanswer = n",
    "no_detection": "a = ITEMS(image, 'dog')\nb = BEST(image, 'nothing')\nanswer = [KIND(image, ['a']) for x in a]",
    "type_error": "a = ITEMS(image, 'cup')\nanswer = [KIND(image, x) for x in a]",
    "crashed": "a = ITEMS(image, 'cup')\nb = a[5]\nanswer = [KIND(PART(image, x), ['a']) for x in a]",
}


@pytest.mark.parametrize("kind", ENDS)
def test_what_is_no_answer_is_the_same_too(kind: str, sandbox: Sandbox, runs: Runs) -> None:
    alone = told(ENDS[kind], sandbox, runs, Executor, ahead=False)
    assert [end[0] for end in alone[1]] == [kind] * 2
    assert told(ENDS[kind], sandbox, runs, Executor, ahead=True) == alone
    assert told(ENDS[kind], sandbox, runs, Batching, ahead=True) == alone
    assert told(ENDS[kind], sandbox, runs, Immediate, ahead=True) == alone


@pytest.mark.parametrize(("option", "early"), [("--ahead", True), ("--no-ahead", False)])
def test_the_command_line_can_do_without(option: str, early: bool, home: Path, tmp_path: Path) -> None:
    (tmp_path / "my_tools.py").write_text(
        "from looksmith import Image, tool\n\n@tool\ndef LEFT(image: Image, at: int) -> int:\n"
        '    """A number."""\n    return image.left + at\n'
    )
    (tmp_path / "p.py").write_text("a = LEFT(image, 1)\nanswer = LEFT(image, a) + LEFT(image, 3)")
    Pillow.new("RGB", (8, 6)).save(tmp_path / "p.png")
    command = ["run", tmp_path / "p.py", tmp_path / "p.png", "--tools", tmp_path / "my_tools.py", "--home", home]
    done = CliRunner().invoke(main, [*map(str, command), option], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    steps = steps_of(Runs(home / "runs").load("last"))
    assert any(ahead for _, ahead in steps) == early
    assert [name for name, _ in steps] == ["LEFT"] * 3
