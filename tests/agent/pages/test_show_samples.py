"""A run with several samples, as people see it: the program that was taken, and the others in short."""

from __future__ import annotations

from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image as Pillow
from rich.console import Console

from looksmith.agent.ask.loop import Bench
from looksmith.agent.ask.writing import Writing
from looksmith.agent.inputs.subject import Subject
from looksmith.agent.llm.llm import Sample, Scripted
from looksmith.agent.pages.page import render_page
from looksmith.agent.pages.terminal import print_run
from looksmith.agent.reading.view import RunView, view
from looksmith.agent.traces.runs import Runs
from looksmith.sandbox.run import Limits, Sandbox
from looksmith.tools.core.registry import Registry
from looksmith.tools.core.tool import tool
from looksmith.tools.core.values import Image
from looksmith.tools.engine.executor import Executor

HOSTILE = "<script>alert(1)</script>\x1b[2J"


@tool
def COUNT(image: Image, name: str) -> int:
    """How many there are."""
    return len(name)


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    registry = Registry()
    registry.add(COUNT)
    return Bench(registry, Executor(registry), Sandbox(Limits(seconds=20)), Runs(tmp_path / "runs"), [])


def asked(bench: Bench, *replies: Any, **options: Any) -> RunView:
    subject = Subject.of(Image.of(Pillow.new("RGB", (64, 48), "red")), "red.png")
    with bench.sandbox:
        answer = bench.ask(subject, "How many?", Scripted(replies), Writing(**options))
    return view(bench.runs.load(answer.run.name))


def shown(run: RunView) -> str:
    screen = StringIO()
    print_run(Console(file=screen, force_terminal=False, width=140), run)
    return screen.getvalue()


SAMPLES = [
    'answer = COUNT(image, "a")',
    *['many = COUNT(image, "abc")\nanswer = many'] * 2,
    'answer = COUNT(image, "abcd") - 1',
    "answer = NOPE()",
    Sample("answer = CO", truncated=True),
    HOSTILE,
]


def test_the_program_that_was_taken_stands_first_and_the_others_are_told_in_short(bench: Bench) -> None:
    run = asked(bench, SAMPLES, samples=7)
    assert [line.code for line in run.lines] == ['many = COUNT(image, "abc")', "answer = many"]
    assert [step.result for step in run.steps] == [3]
    text = shown(run)
    assert "COUNT → 3" in text
    assert "vote: 3 3, 1 1" in text
    assert "attempt 1, 1 of 7 samples answered 1" in text
    assert "attempt 1, 1 of 7 samples was refused: line 1: There is no tool NOPE." in text
    assert "truncated at the token limit" in text
    assert "2 of 7 samples" not in text
    assert "\x1b" not in text


def test_the_page_folds_the_other_programs(bench: Bench) -> None:
    page = render_page(asked(bench, SAMPLES, samples=7))
    for told in ("7 samples, 6 different", "2 of 7 samples taken", "vote: 3 3, 1 1", "was taken", "answered 1"):
        assert told in page
    assert page.count("many = COUNT(image, &#34;abc&#34;)") == 2
    assert page.index("many = COUNT") < page.index("How the program was written") < page.index("&#34;abcd&#34;")
    assert "<script>" not in page


def test_an_early_stop_and_a_tie_are_told(bench: Bench) -> None:
    assert "vote: 1 2 · 1 skipped because they could not change it" in shown(
        asked(bench, ["answer = 1", "answer = 1", "answer = 2"], samples=3)
    )
    assert "vote: 1 1, 2 1 · tie broken by order" in shown(asked(bench, ["answer = 1", "answer = 2"], samples=2))


def test_a_program_that_was_mended_is_told_with_what_it_did(bench: Bench) -> None:
    run = asked(bench, 'n = COUNT(image, "ab")\nanswer = [n][n]', 'answer = COUNT(image, "abc")')
    assert [line.code for line in run.lines] == ['answer = COUNT(image, "abc")']
    assert [step.result for step in run.steps] == [3]
    text, page = shown(run), render_page(run)
    assert "attempt 1 failed: crashed: Line 2 raised IndexError" in text
    assert "attempt 2" not in text
    assert "failed: crashed" in page
    assert "line 1: COUNT(&#39;ab&#39;) → 2" in page


def test_a_failure_that_ends_the_run_is_told_once(bench: Bench) -> None:
    text = shown(asked(bench, "answer = [1][int('2')]", repairs=0))
    assert text.count("IndexError") == 1
    assert "attempt" not in text


def test_a_program_that_came_again_is_told(bench: Bench) -> None:
    text = shown(asked(bench, "answer = [1][int('2')]", "answer = [1][int('2')]"))
    assert "attempt 2 repeated a program that had failed" in text


def test_results_that_were_shared_are_marked(bench: Bench) -> None:
    run = asked(bench, 'a = COUNT(image, "abc")\nanswer = a + COUNT(image, "abc")')
    assert [step.cached for step in run.steps] == [False, True]
    assert ", cached" in render_page(run)
