"""The commonest answer to questions of the same form about other images: the accuracy without looking."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Generator, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ...programs.question.expected_answer import expected_answer
from ..datasets.forms import first_answer, form_of
from ..datasets.records import Record
from ..datasets.scorers import as_text
from ..evaluate.evaluation import Row, unasked


@dataclass(frozen=True)
class Blind:
    """An engine that knows all questions of the data set with their answers, and looks at no image.

    If a question offers choices, it gives the first; otherwise the commonest answer of its form, leaving out all
    questions about the same image. If no other image has such a question, it says yes.
    """

    records: Sequence[Record]
    writes: bool = False

    def rows(self, records: Iterable[Record]) -> Generator[Row]:
        """See `Engine.rows`."""
        for record in records:
            said = self.guess(record)
            score = record.scoring(said, record.answer) if record.scoring else 0.0
            yield unasked(record).model_copy(update={"outcome": "ok", "answer": said, "score": score})

    def guess(self, record: Record) -> Any:
        """The answer to a question."""
        match record.answer:
            case {"choices": [first, *_]}:
                return first
            case _:
                pass
        form = form_of(record.question)
        others = self._by_form[form] - self._by_image[form, record.shown]
        if others:
            return min(others.items(), key=lambda item: (-item[1], item[0]))[0]
        choices = expected_answer(record.question).choices
        return choices[0] if choices else "yes"

    @cached_property
    def _by_form(self) -> dict[str, Counter[str]]:
        found = defaultdict[str, Counter[str]](Counter)
        for (form, _), answers in self._by_image.items():
            found[form] += answers
        return found

    @cached_property
    def _by_image(self) -> dict[tuple[str, str], Counter[str]]:
        """How often each answer is right, by form and image."""
        found = defaultdict[tuple[str, str], Counter[str]](Counter)
        for record in self.records:
            text = as_text(first_answer(record.answer))
            if text is not None:
                found[form_of(record.question), record.shown][text.lower()] += 1
        return found
