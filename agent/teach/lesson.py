"""A lesson: a question with a program that was checked, and that gave the right answer on the run's own pictures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from ...programs.check.check import Checked, check
from ...programs.examples.bank import inputs_of, usable
from ...programs.examples.duplicates import Bank
from ...programs.examples.taught import TaughtExample
from ...programs.language.diagnostics import render
from ...programs.language.program import Program
from ...programs.question.expected_answer import expected_answer
from ...tools.core.errors import InputError
from ...tools.core.example import Example
from ...tools.core.registry import Registry
from ..debug.replay import Edits, Replayer
from ..reading.view import source_lines
from ..traces.run_record import RunRecord
from ..traces.runs import StoredRun
from ..traces.verdicts import author
from .right_answer import RightAnswer


@dataclass(frozen=True)
class RunCorrection:
    """What a person corrects in a run. program: the right one; results: of steps that a tool got wrong, by number."""

    program: str
    truth: RightAnswer
    results: Mapping[int, Any] = field(default_factory=dict[int, Any])


@dataclass(frozen=True)
class Teacher:
    """Makes lessons.

    replayer: runs the programs; registry: the tools that the language model is offered; bank: the examples it has.
    """

    replayer: Replayer
    registry: Registry
    bank: Bank

    def lesson(self, run: StoredRun, correction: RunCorrection) -> tuple[TaughtExample, StoredRun]:
        """The example that a correction gives, and the run that proves it.

        Raises InputError if the question cannot stand alone, the checker refuses the program, the bank has such an
        example already, or the program does not give the right answer.
        """
        example = self.example(run, correction.program, correction.truth)
        edits = Edits(correction.results, correction.program)
        replayed = self.replayer.replay(run, edits)
        answer = replayed.answer
        if answer.ok and correction.truth.holds(answer.value, run.record.question):
            return example, replayed.run
        said = f"answers {answer.text}" if answer.ok else f"ends with {answer.outcome}: {answer.message}"
        hint = (
            f"See looksmith show {replayed.run.name}. If a tool is wrong, give its right result with --set STEP=VALUE."
        )
        raise InputError(f"The program {said}, and {correction.truth.text} is right.", hint=hint)

    def example(self, run: StoredRun, program: str, truth: RightAnswer) -> TaughtExample:
        """The example, checked and new, but not run. Raises InputError as `lesson`."""
        require_alone(run.record)
        example = TaughtExample(
            question=run.record.question.strip(),
            program=program,
            answer=truth.text,
            run=run.name,
            author=author(),
            at=datetime.now(UTC),
        )
        self.require_valid(example, len(run.record.pictures))
        self.require_new(example)
        return example

    def require_valid(self, example: Example, pictures: int) -> None:
        """Raise InputError if the checker refuses the program."""
        program, inputs = Program(example.program, example.question), inputs_of(example)
        if ("images" in inputs) != (pictures > 1):
            raise InputError(f"The question is about {pictures} images; the program reads {' and '.join(inputs)}.")
        found = check(program, self.registry, inputs, expected_answer(example.question))
        if not isinstance(found, Checked):
            raise InputError(f"The program is wrong:\n{render(found, example.program)}")

    def require_new(self, example: Example) -> None:
        """Raise InputError if the bank has such an example already, which the language model may be shown."""
        for known in self._known(example):
            hint = "Remove it with `looksmith examples rm` first, if it is one of yours."
            shown = "\n".join(f"    {line}" for line in known.program.strip().splitlines())
            raise InputError(f"There is such an example already, {known.question!r}:\n{shown}\n", hint=hint)

    def is_new(self, example: Example) -> bool:
        """Whether the bank has no such example yet."""
        return not self._known(example)

    def _known(self, example: Example) -> tuple[Example, ...]:
        return usable(self.bank.duplicates_of(example), self.registry)


def require_alone(record: RunRecord) -> None:
    """Raise InputError for a question that only makes sense after others, or with further inputs."""
    if record.after:
        raise InputError(
            f"The run {record.id} follows up another question, and an example cannot refer to another question."
        )
    if record.inputs:
        names = ", ".join(record.inputs)
        raise InputError(f"The run {record.id} has further inputs ({names}), and an example has none.")
    if not record.question.strip():
        raise InputError(f"The run {record.id} has no question: its program was written by hand.")


def with_lines(source: str, changes: Sequence[tuple[int, str]]) -> str:
    """A program with other lines: each a number, from 1, and the new text; "" removes the line.

    The number after the last line adds one. Raises InputError for any other.
    """
    lines = source_lines(source)
    kept: dict[int, str] = dict(enumerate(lines, start=1))
    for number, text in changes:
        if not 1 <= number <= len(kept) + 1:
            raise InputError(f"The program has no line {number}: it has {len(lines)}.")
        kept[number] = text
    return "\n".join(text for text in kept.values() if text.strip())
