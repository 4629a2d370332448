"""What can change an answer: the steps that are least sure, not what looksmith was installed with."""

from __future__ import annotations

from pathlib import Path

from looksmith.agent.pages.page import render_page
from looksmith.agent.reading.doubts import doubts
from looksmith.agent.reading.view import view
from looksmith.agent.traces.runs import Recorder
from looksmith.agent.traces.trace import End, Execution
from stored import CUP, add_step, one_step, store


def three_steps(to: Recorder) -> End:
    """Of which the first is sure, the second is not, and the third nearly said something else."""
    execution = to.add(Execution(source="a = 1\nb = 2\nanswer = 3")).id
    add_step(to, CUP, "LOC", 1, parent=execution, confidence=0.97)
    add_step(to, "red", "COLOR", 2, parent=execution, confidence=0.41, assumptions=("took 'mug' for 'cup'",))
    add_step(to, "cat", "CLASSIFY", 3, parent=execution, confidence=0.95, scores={"dog": 0.4, "cat": 0.5, "bus": 0.01})
    return End(outcome="ok", answer=1, execution=execution)


def test_the_least_sure_step_comes_first_and_a_sure_one_is_not_named(tmp_path: Path) -> None:
    found = doubts(view(store(tmp_path, three_steps)))
    assert [(one.number, one.why) for one in found] == [
        (2, "41 % sure; took 'mug' for 'cup'"),
        (3, "close behind: dog 0.40"),
    ]


def test_the_page_names_doubts_and_keeps_versions_for_those_who_ask(tmp_path: Path) -> None:
    page = render_page(view(store(tmp_path, three_steps)))
    start, end = page.index("What can change this answer"), page.index("Made with")
    assert "41 % sure" in page[start:end] and "dog 0.40" in page[start:end]
    assert "RestrictedPython" not in page[start:end] and "RestrictedPython" in page[end:]


def test_an_answer_without_doubts_says_so(tmp_path: Path) -> None:
    assert "No step reports any doubt." in render_page(view(store(tmp_path, one_step())))
