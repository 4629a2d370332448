"""The program first, and the vision-language model if it failed or is unsure."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Mapping
from dataclasses import dataclass

from ..datasets.records import Record
from ..evaluate.evaluation import Row, unasked
from ..reading.said import SURE


def doubted(row: Row) -> str:
    """Why the program's answer is not used; "" if it is. Below `SURE` the answer itself says "probably"."""
    if row.outcome != "ok":
        return f"the program ended as {row.outcome}"
    if row.confidence is not None and row.confidence < SURE:
        return f"the program is {row.confidence:.0%} sure"
    return ""


def why(row: Row) -> str:
    """The choice as text, as in the trace of the vision-language model's run."""
    found = doubted(row)
    return f"asked directly, and taken: {found}" if found else "asked directly; the program's answer is kept"


@dataclass(frozen=True)
class Both:
    """An engine that chooses between two stored answers. programs, direct: their rows, by id."""

    programs: Mapping[str, Row]
    direct: Mapping[str, Row]
    writes: bool = False

    def rows(self, records: Iterable[Record]) -> Generator[Row]:
        """See `Engine.rows`. A row's message says whose answer it is, and its run is that of this answer."""
        for record in records:
            program, direct = self.programs.get(record.id), self.direct.get(record.id)
            if program is None or direct is None:
                yield unasked(record).model_copy(update={"message": "It was not asked."})
                continue
            found = doubted(program)
            taken = direct if found and direct.outcome == "ok" else program
            whose = f"the vision-language model's: {found}" if taken is direct else "the program's"
            yield taken.model_copy(update={"message": whose, "run": ""})
