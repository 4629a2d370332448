"""Which runs are exported: some by name, or all of an evaluation."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from ...tools.core.errors import InputError
from ..evaluate.evaluation import Row, read_rows
from ..evaluate.folder import EvalFolder, read_record
from ..reading.view import RunView, view
from ..traces.damage import reading
from ..traces.runs import Runs, StoredRun
from ..traces.stored import load_run

T = TypeVar("T")
Tell = Callable[[str], None]
"""Is told in a sentence what was left out."""


@dataclass(frozen=True)
class Evaluated:
    """An evaluation that ended, was stopped, or goes on."""

    folder: EvalFolder
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Picked:
    """The folders of runs, which are read one by one. evaluation: the only thing that was named, if it is one."""

    folders: tuple[Path, ...]
    evaluation: Evaluated | None = None

    def __len__(self) -> int:
        return len(self.folders)

    def runs(self, tell: Tell) -> Iterator[StoredRun]:
        """The runs. One that cannot be read is told and left out. Raises InputError when there is no other."""
        yield from self._each(lambda run: run, tell)

    def each(self, make: Callable[[RunView], T], tell: Tell) -> Iterator[tuple[RunView, T]]:
        """Every run with what `make` makes of it. One of which nothing can be made is told and left out.

        Raises InputError when there is no other.
        """

        def made(run: StoredRun) -> tuple[RunView, T]:
            shown = view(run)
            return shown, make(shown)

        yield from self._each(made, tell)

    def _each(self, make: Callable[[StoredRun], T], tell: Tell) -> Iterator[T]:
        kept = False
        for folder in self.folders:
            try:
                with reading(folder):
                    made = make(load_run(folder))
            except InputError as error:
                if len(self) == 1:
                    raise
                tell(f"Left out: {error}")
                continue
            kept = True
            yield made
        if self.folders and not kept:
            raise InputError(f"None of the {len(self)} runs can be read.")


def pick(home: Path, names: Iterable[str]) -> Picked:
    """What people call a run, as for `looksmith show`, or an evaluation by its folder or its name.

    Raises InputError when there is no such thing.
    """
    found: list[Path] = []
    evaluations: list[Evaluated] = []
    for name in names:
        folder = next((f for f in (Path(name), home / "evals" / name) if (f / "eval.json").is_file()), None)
        if folder is None:
            found.append(Runs(home / "runs").find(name))
            continue
        one = Evaluated(EvalFolder(folder, read_record(folder)), tuple(read_rows(folder / "results.jsonl")))
        found += [folder / "runs" / Path(row.run).name for row in one.rows if row.run]
        evaluations.append(one)
    folders = tuple({folder.resolve(): folder for folder in found}.values())
    alone = len(evaluations) == 1 and len(found) == sum(bool(row.run) for row in evaluations[0].rows)
    return Picked(folders, evaluations[0] if alone else None)
