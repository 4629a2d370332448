"""Events: a line of JSON each, a flat list that is a tree, and a format that old runs can count on."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from rich.console import Console

from looksmith.agent.pages.page import render_page
from looksmith.agent.pages.terminal import print_run
from looksmith.agent.reading.view import view
from looksmith.agent.traces.runs import Runs
from looksmith.agent.traces.trace import (
    Attempt,
    Ballot,
    Check,
    Draft,
    End,
    Event,
    EventNode,
    Execution,
    Failure,
    Result,
    Step,
    Vote,
    flat,
    parse_event,
    to_json,
    tree,
)
from looksmith.programs.language.diagnostics import Diagnostic

GOLDEN = Path(__file__).parents[1] / "golden"
BOX = {"type": "box", "left": 1.0, "top": 2.0, "right": 3.0, "bottom": 4.0, "label": "cup", "score": 0.5}

EVENTS: list[Event] = [
    Attempt(id=0, number=1, model="m", messages=[{"role": "user", "content": "Question: why?"}], reply="answer = 1"),
    Check(
        id=1,
        parent=0,
        source="answer = NO()",
        diagnostics=(Diagnostic(kind="type_error", code="unknown-tool", line=1, column=9, message="no"),),
    ),
    Execution(id=2, at=1.25, source='answer = FIND(image, "cup")'),
    Step(
        id=3,
        parent=2,
        line=1,
        column=9,
        tool="FIND",
        backend="toy",
        arguments={"name": "cup"},
        result=BOX,
        scores={"cup": 0.5},
        rejected=[BOX],
        error=Failure(kind="NoDetection", message="none"),
    ),
    Attempt(
        id=5,
        number=2,
        model="m",
        messages=[],
        samples=[Draft(text="answer = 1", logprob=-0.5), Draft(text="answ", truncated=True)],
        temperature=0.6,
        grammar=True,
    ),
    Result(id=6, parent=2, outcome="tool_error", message="no", line=1),
    Vote(
        id=7, ballots=(Ballot(answer=BOX, votes=1.5, executions=(2,), score=-3.25),), execution=2, unrun=1, tie="score"
    ),
    End(id=4, outcome="ok", answer={"type": "tuple", "items": [BOX]}, variables={"x": 1}, layers=("seccomp",)),
]


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.kind)
def test_every_kind_of_event_comes_back_from_its_line(event: Event) -> None:
    line = event.model_dump_json()
    assert "\n" not in line
    assert parse_event(line) == event


@pytest.mark.parametrize(
    "line",
    [
        '{"id": 0, "kind": "thought", "text": "hm"}',
        '{"id": 0, "source": "answer = 1"}',
        '{"id": 0, "kind": "execution", "source": "answer = 1", "colour": "red"}',
        '{"id": 0, "kind": "end", "outcome": "fine"}',
        '{"id": 0, "kind": "exec',
        "[]",
        "",
    ],
)
def test_what_is_no_event_is_refused(line: str) -> None:
    with pytest.raises(ValidationError):
        parse_event(line)


@settings(deadline=None)
@given(st.text(st.characters(), max_size=50))
def test_any_text_survives_the_disk(text: str) -> None:
    """Halves of surrogate pairs, which no file can hold, become U+FFFD; all else stays."""
    event = End(outcome="ok", answer=[text, {text: text}], printed=text, message=text)
    line = event.model_dump_json().encode()
    assert b"\n" not in line
    assert parse_event(line) == event
    assert event.printed == "".join("\ufffd" if "\ud800" <= c <= "\udfff" else c for c in text)


def test_numbers_without_json_become_strings() -> None:
    step = Step(line=1, column=0, tool="T", backend="b", arguments={"x": float("nan")}, seconds=float("inf"))
    assert to_json(step)["seconds"] == "Infinity"
    assert to_json(step)["arguments"] == {"x": "NaN"}


@st.composite
def forests(draw: st.DrawFn) -> list[Event]:
    """Events of which each is part of an earlier one, or of none."""
    count = draw(st.integers(0, 30))
    parents = [draw(st.none() | st.integers(0, i - 1)) if i else None for i in range(count)]
    return [Execution(id=i, parent=parent, source=str(i)) for i, parent in enumerate(parents)]


def edges(nodes: tuple[EventNode, ...], parent: int | None = None) -> set[tuple[int | None, int]]:
    found = {(parent, node.event.id) for node in nodes}
    return found.union(*(edges(node.children, node.event.id) for node in nodes))


@settings(deadline=None)
@given(forests(), st.randoms())
def test_the_list_and_the_tree_say_the_same(events: list[Event], chance: Random) -> None:
    shuffled = events.copy()
    chance.shuffle(shuffled)
    forest = tree(shuffled)
    assert flat(forest) == events
    assert edges(forest) == {(event.parent, event.id) for event in events}


def test_no_event_is_lost_when_its_parent_is() -> None:
    events: list[Event] = [Execution(id=5, parent=2, source="a"), Execution(id=6, parent=6, source="b")]
    forest = tree(events)
    assert [node.event.id for node in forest] == [5, 6]
    assert flat(forest) == events


def test_a_run_of_schema_version_1_can_be_read_for_ever() -> None:
    """The golden run was written by the first release: if this fails, the format needs a new version, not a new run."""
    run = Runs(GOLDEN.parent).load(str(GOLDEN))
    assert run.record.schema_version == 1
    assert run.record.question == "Show me the cup."
    assert run.record.outcome == "ok"
    assert run.record.answer["type"] == "image"
    kinds = [event.kind for event in run.events]
    assert kinds == ["attempt", "check", "attempt", "check", "execution", *["step"] * 6, "end"]
    for event, line in zip(run.events, (GOLDEN / "events.jsonl").read_text().splitlines(), strict=True):
        assert json.loads(line).items() <= to_json(event).items()
    assert [len(node.children) for node in tree(run.events)] == [1, 1, 6, 0]


def test_a_run_of_schema_version_1_can_be_seen() -> None:
    run = view(Runs(GOLDEN.parent).load(str(GOLDEN)))
    screen = StringIO()
    print_run(Console(file=screen, force_terminal=False, width=120), run)
    shown = screen.getvalue()
    for told in ("Show me the cup.", "FIND → cup 0.90 (10, 8, 40, 30)", "mask of 660 pixels", "point (25, 19)"):
        assert told in shown
    assert "attempt 1 was refused: line 1: There is no tool CUP. Did you mean CUT?" in shown
    page = render_page(run)
    for told in ("Show me the cup.", "mask of 660 pixels", "There is no tool CUP.", "image 30 x 22 at (10, 8)"):
        assert told in page
