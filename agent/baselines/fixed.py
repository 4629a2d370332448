"""Baselines that look at the image: a fixed program for every question, run and recorded like any other."""

from __future__ import annotations

import json
from collections.abc import Callable, Generator, Iterable, Mapping
from dataclasses import dataclass

from ...programs.language.program import Program
from ...programs.question.expected_answer import expected_answer
from ...tools.core.errors import InputError
from ...tools.core.tool import tool
from ..ask.loop import Bench
from ..datasets.records import Record
from ..doubt.guess import guess_grammar, guess_messages, read_guess
from ..evaluate.evaluation import Row, row_told, unasked
from ..evaluate.side_by_side import grouped, side_by_side
from ..inputs.open_images import OpenImages
from ..inputs.subject import Subject
from ..llm.llm import LLM, Sampling
from ..traces.run_record import Lineage

_KINDS = {"yes/no": "yes/no", "number": "number"}


def vlm_program(record: Record) -> str:
    """Asks the served vision-language model the question itself."""
    kind = _KINDS.get(expected_answer(record.question).kind)
    wanted = f', answer="{kind}"' if kind else ""
    return f"answer = VQA(image, {json.dumps(record.question)}{wanted})"


def caption_program(record: Record) -> str:
    """Asks the language model, given what the profile's models see in the image."""
    return f"notes = CAPTION(image)\nanswer = GUESS(notes, {json.dumps(record.question)})"


class Guesser:
    """GUESS: the language model answers from notes alone, as when no program can answer (agent/doubt/guess.py)."""

    backend = "llm"

    def __init__(self, llm: LLM) -> None:
        self._llm = llm

    @tool
    def GUESS(self, notes: str, question: str) -> str:
        """The likeliest answer to a question about an image of which there are notes.

        notes: what was seen. Where a question wants yes or no, or names alternatives, it gives one of these.
        """
        expected = expected_answer(question)
        closed = expected.kind in ("yes/no", "choice")
        sampling = Sampling(grammar=guess_grammar(expected)) if closed else Sampling()
        said = read_guess(self._llm.complete(guess_messages(question, notes), sampling).text, expected)
        if isinstance(said, bool):
            return "yes" if said else "no"
        return said or ""


@dataclass(frozen=True)
class Fixed:
    """An engine with one program for each question. bench: with the runs' folder.

    before: the program's answers, by id: each run refers to the run for the same question, with the reason why it may
        replace its answer.
    """

    bench: Bench
    program: Callable[[Record], str]
    concurrency: int
    before: Mapping[str, Row]
    why: Callable[[Row], str]
    writes: bool = False

    def rows(self, records: Iterable[Record]) -> Generator[Row]:
        """See `Engine.rows`."""
        images = OpenImages()
        groups = grouped(records, lambda record: record.shown, self.concurrency)
        with self.bench.sandbox:
            yield from side_by_side(groups, lambda record: self._row(images, record), self.concurrency, lambda: None)

    def _row(self, images: OpenImages, record: Record) -> Row:
        row = unasked(record)
        if record.more:
            return row.model_copy(update={"message": "This baseline takes one image."})
        try:
            subject = Subject.of(images.get(record.given), record.image.name)
        except InputError as error:
            return row.model_copy(update={"message": str(error)})
        program = Program(self.program(record), record.question, origin="file")
        answer = self.bench.run(subject, program, lineage=self._lineage(record))
        return row.model_copy(update=row_told(self.bench, record, answer))

    def _lineage(self, record: Record) -> Lineage:
        """The program's run, and whether its answer is kept."""
        before = self.before.get(record.id)
        return Lineage(before.run, (self.why(before),)) if before and before.run else Lineage()
