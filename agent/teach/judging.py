"""A verdict in the making, while a person looks at a run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ..debug.parse_change import read_value
from ..reading.view import view
from ..traces.decode import StoredImages, decode
from ..traces.encode import encode
from ..traces.verdicts import Verdict, author, write_verdict
from .lesson import with_lines
from .queue import QueuedRun
from .right_answer import RightAnswer


@dataclass(frozen=True)
class Judging:
    """A run and a person's verdict on it so far."""

    item: QueuedRun
    draft: Verdict

    @classmethod
    def of(cls, item: QueuedRun) -> Judging:
        """Start with what an earlier verdict says about the program, and its note."""
        new = Verdict(run=item.run.name, author=author())
        if item.verdict is None:
            return cls(item, new)
        kept = ("answer", "label_is_wrong", "boxes", "program", "note")
        return cls(item, new.model_copy(update={name: getattr(item.verdict, name) for name in kept}))

    def noted(self, note: str) -> Judging:
        """With a note."""
        return self._with(note=note)

    def corrected(self, lines: Sequence[tuple[int, str]]) -> Judging:
        """With other lines of the program. Raises InputError."""
        return self._with(program=with_lines(self.program, lines))

    def right(self) -> Judging:
        """The run's answer is right."""
        return self._with(right=True, answer=None, label_is_wrong=False)

    def wrong(self, answer: str) -> Judging:
        """The run's answer is wrong. answer: the right one as text; "" if it is not known. Raises InputError."""
        return self._with(right=False, answer=self._read(answer), label_is_wrong=False)

    def mislabelled(self, answer: str) -> Judging:
        """The data set's answer is wrong, or the question has none. answer: as in `wrong`. Raises InputError."""
        value = self._read(answer)
        right = None if value is None else self._holds(value)
        return self._with(right=right, answer=value, label_is_wrong=True)

    @property
    def program(self) -> str:
        """The program, corrected as far as it was; "" if the run has none."""
        return self.draft.program or view(self.item.run).source

    def write(self) -> None:
        """Store the verdict beside the run. Raises PrerequisiteError."""
        write_verdict(self.item.run.folder, self.draft)

    def _with(self, **changes: Any) -> Judging:
        return Judging(self.item, self.draft.model_copy(update=changes))

    def _read(self, text: str) -> Any:
        if not text.strip():
            return None
        value = read_value(text.strip(), StoredImages(self.item.run))
        encoded = encode(value, lambda image: image.source)
        RightAnswer.told(encoded)
        return encoded

    def _holds(self, value: Any) -> bool:
        record = self.item.run.record
        answer = decode(record.answer, StoredImages(self.item.run))
        return record.outcome == "ok" and RightAnswer.told(value).holds(answer, record.question)
