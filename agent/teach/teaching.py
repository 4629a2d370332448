"""What `looksmith teach RUN` and the viewer's button share: which program is taught, and beside which examples."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress

from ...programs.examples.bank import load_bank, load_wordings, own_examples
from ...programs.examples.duplicates import Bank
from ...programs.examples.taught import Taught, TaughtExample
from ...tools.core.errors import InputError
from ...tools.core.example import Example
from ...tools.core.registry import Registry
from ..debug.replay import Replayer
from ..reading.view import view
from ..traces.runs import StoredRun
from ..traces.verdicts import Verdict, read_verdicts
from .lesson import Teacher, require_alone


def teacher_with(replayer: Replayer, offered: Registry, taught: Taught, more: Iterable[Example] = ()) -> Teacher:
    """A teacher that knows all examples of a home folder. offered: the tools of the language model; more: examples of a
    plug-in.
    """
    bank = Bank((*load_bank(), *load_wordings(), *own_examples(offered), *more, *taught.examples.values()))
    return Teacher(replayer, offered, bank)


def corrected_program(run: StoredRun) -> str | None:
    """The right program according to the last verdict; None if it has none. Raises InputError."""
    verdict = read_verdicts(run.folder).latest
    return verdict.program if verdict else None


def can_teach(verdict: Verdict | None) -> bool:
    """Whether a verdict says which program of a run is right."""
    return verdict is not None and (verdict.program is not None or verdict.right is True)


def may_be_taught(run: StoredRun, verdict: Verdict | None) -> bool:
    """The same, and the question can be understood without others."""
    with suppress(InputError):
        require_alone(run.record)
        return can_teach(verdict)
    return False


def right_program(run: StoredRun) -> str:
    """The program of the last verdict, or else the run's own if the verdict says that its answer is right. Raises
    InputError.
    """
    verdict = read_verdicts(run.folder).latest
    if verdict is None or not can_teach(verdict):
        raise InputError(
            f"No verdict says which program of the run {run.name} is right.",
            hint="Say that its answer is right, or correct the program.",
        )
    return view(run).source if verdict.program is None else verdict.program


def taught_by(run: StoredRun, taught: Taught) -> Mapping[str, TaughtExample]:
    """The names of the examples that were taught with a run."""
    return {name: one for name, one in taught.examples.items() if one.run == run.name}
