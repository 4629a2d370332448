"""Selects the runs to export: by name, or all runs of an evaluation."""

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
"""A callback for messages about skipped runs."""


@dataclass(frozen=True)
class Evaluated:
    """An evaluation: finished, interrupted, or in progress."""

    folder: EvalFolder
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Picked:
    """Folders of runs, loaded one by one. evaluation: set if exactly one evaluation was selected."""

    folders: tuple[Path, ...]
    evaluation: Evaluated | None = None

    def __len__(self) -> int:
        return len(self.folders)

    def runs(self, tell: Tell) -> Iterator[StoredRun]:
        """Load the runs. Unreadable ones are reported and skipped. Raises InputError if none is readable."""
        yield from self._each(lambda run: run, tell)

    def each(self, make: Callable[[RunView], T], tell: Tell) -> Iterator[tuple[RunView, T]]:
        """Each run with the result of `make`. Runs for which it fails are reported and skipped.

        Raises InputError if none is left.
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
                tell(f"Skipped: {error}")
                continue
            kept = True
            yield made
        if self.folders and not kept:
            raise InputError(f"None of the {len(self)} runs can be read.")


def pick_evaluation(home: Path, name: str) -> Evaluated:
    """Find an evaluation with finished questions, by folder or name. Raises InputError if there is none."""
    folder = _evaluation_folder(home, name)
    if folder is None:
        where = f"in {name}" if Path(name).is_dir() else f"{name!r:.100} in {home / 'evals'}"
        raise InputError(f"There is no evaluation {where}.", hint="`looksmith eval` makes one.")
    found = _evaluated(folder)
    if not found.rows:
        raise InputError(f"The evaluation {name} has no finished questions.", hint="`looksmith eval --resume` goes on.")
    return found


def pick(home: Path, names: Iterable[str]) -> Picked:
    """Find a run, named as for `looksmith show`, or an evaluation by folder or name.

    Raises InputError if there is none.
    """
    found: list[Path] = []
    evaluations: list[Evaluated] = []
    for name in names:
        folder = _evaluation_folder(home, name)
        if folder is None:
            found.append(Runs(home / "runs").find(name))
            continue
        one = _evaluated(folder)
        found += [folder / "runs" / Path(row.run).name for row in one.rows if row.run]
        evaluations.append(one)
    folders = tuple({folder.resolve(): folder for folder in found}.values())
    alone = len(evaluations) == 1 and len(found) == sum(bool(row.run) for row in evaluations[0].rows)
    return Picked(folders, evaluations[0] if alone else None)


def _evaluation_folder(home: Path, name: str) -> Path | None:
    return next((f for f in (Path(name), home / "evals" / name) if (f / "eval.json").is_file()), None)


def _evaluated(folder: Path) -> Evaluated:
    return Evaluated(EvalFolder(folder, read_record(folder)), tuple(read_rows(folder / "results.jsonl")))
