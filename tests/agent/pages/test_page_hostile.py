"""Nothing in a run can make its page do anything."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reading_pages import CUP, HOSTILE, PHOTO, Write, one_step, page, require_harmless, step

from looksmith.agent.inputs.subject import Subject
from looksmith.agent.pages.page import render_page
from looksmith.agent.reading.view import view
from looksmith.agent.traces.runs import Recorder, Runs
from looksmith.agent.traces.trace import Attempt, Check, End, Execution, Failure
from looksmith.programs.language.diagnostics import Diagnostic
from looksmith.tools.core.values import Box, Point


def said_everywhere(text: str) -> Write:
    """A run in which every text that comes from a model, an image or a person is this one."""

    def write(to: Recorder) -> End:
        attempt = to.add(Attempt(number=1, model=text, messages=[{"role": "user", "content": text}], reply=text))
        problem = Diagnostic(kind="type_error", code="x", line=1, column=0, message=text, hint=text)
        to.add(Check(parent=attempt.id, source=text, diagnostics=(problem,)))
        to.add(Attempt(number=2, model=text, messages=[], error=text))
        to.add(Execution(source=f"x = READ(image)  # {text}"))
        box = Box(1, 2, 30, 40, text, 0.5)
        result = [text, box, Point(3, 4, text), {text: text}]
        arguments = {"image": PHOTO, "name": text, text: box}
        step(to, 1, text, result, arguments=arguments, scores={text: 0.5}, rejected=[box])
        step(to, 1, "READ", None, error=Failure(kind=text, message=text))
        variables = {"x": text}
        return End(outcome="ok", answer=text, variables=variables, printed=text, layers=(text,))

    return write


def test_hostile_text_is_only_text(tmp_path: Path) -> None:
    found = page(tmp_path, said_everywhere(HOSTILE), HOSTILE, HOSTILE)
    require_harmless(found)
    plain = page(tmp_path, said_everywhere("It is plain."), "It is plain.", "It is plain.")
    assert [tag for tag, _ in found.elements] == [tag for tag, _ in plain.elements]
    assert found.text.count("{{ 7 * 7 }}") > 10
    assert found.text.count("<script>alert(1)</script>") > 10
    assert "49}" not in found.text


@settings(deadline=None, max_examples=50)
@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40))
def test_no_text_changes_the_page_around_it(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    found = page(tmp_path_factory.mktemp("any"), said_everywhere(text), text, text)
    require_harmless(found)
    assert found.all("article")


def test_a_page_comes_out_the_same_twice(tmp_path: Path) -> None:
    stored = Runs(tmp_path / "runs")
    recorder = stored.start("How many?", Subject.of(PHOTO, "red.png"), [])
    recorder.finish(one_step(CUP)(recorder), "")
    run = view(stored.load("last"))
    assert render_page(run) == render_page(run)
