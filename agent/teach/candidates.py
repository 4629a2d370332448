"""Programs of a run that give the answer that a person says is right; which of them is right, the person decides."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ...tools.core.errors import InputError
from ..debug.corrections import program_edits
from ..debug.replay import Replayer, Script
from ..reading.view import view
from ..traces.decode import StoredImages, decode
from ..traces.runs import StoredRun
from .right_answer import RightAnswer


@dataclass(frozen=True)
class RightProgram:
    """A program that gives the right answer, perhaps by chance. told: where it comes from."""

    program: str
    told: str


def candidates(run: StoredRun, truth: RightAnswer, replayer: Replayer) -> Iterator[RightProgram]:
    """The run's own program, then others that were written for it, then its own with one small edit; each once."""
    seen: set[str] = set()
    for candidate in (*_of_run(run, truth), *_edited(run, truth, replayer)):
        if candidate.program not in seen:
            seen.add(candidate.program)
            yield candidate


def _of_run(run: StoredRun, truth: RightAnswer) -> Iterator[RightProgram]:
    shown, question, pictures = view(run), run.record.question, StoredImages(run)
    end = shown.end
    if shown.execution and end and end.outcome == "ok" and truth.holds(decode(end.answer, pictures), question):
        yield RightProgram(shown.source, "the run's own program")
    for _, proposals in shown.attempts:
        for one in proposals:
            result = one.result
            if result and result.outcome == "ok" and truth.holds(decode(result.answer, pictures), question):
                yield RightProgram(one.check.source, "another program that was written for the question")


def _edited(run: StoredRun, truth: RightAnswer, replayer: Replayer) -> Iterator[RightProgram]:
    if view(run).execution is None:
        return
    script = Script.of(run)
    for edit in program_edits(script.program.source):
        try:
            outcome = replayer.outcome(script, edit.edits)
        except InputError:  # the checker refuses it
            continue
        if outcome.kind == "ok" and truth.holds(outcome.answer, run.record.question):
            yield RightProgram(edit.edits.program or "", edit.told)
