"""`looksmith review`: a person judges wrong and doubtful runs, one by one."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ...tools.core.errors import LooksmithError, PrerequisiteError
from ..console.command import home_option, note, say, told
from .teach import evaluation_folder

if TYPE_CHECKING:
    from ..teach.judging import Judging
    from ..teach.queue import QueuedRun

LIMIT = 200
"""Default number of the home's latest runs to look through."""

_HELP = """\
r  the answer is right
w  the answer is wrong, and this is right: ...
l  the label (the expected answer) is wrong, or the question has no answer
p  correct a line of the program; looksmith teach RUN then makes it an example
n  write a note
s  skip
q  quit
?  this help"""


@click.command("review")
@click.argument("evaluation", default="", metavar="[EVAL]")
@click.option("--all", "everything", is_flag=True, help="Also show answers that are right and not doubtful.")
@click.option("--again", is_flag=True, help="Also show those that have a verdict already.")
@click.option(
    "--limit",
    default=LIMIT,
    show_default=True,
    type=click.IntRange(min=1),
    help="Without EVAL: the number of latest runs to look through.",
)
@click.option(
    "--export",
    "output",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Write the judged questions to this file instead.",
)
@home_option
def review_command(evaluation: str, everything: bool, again: bool, limit: int, output: Path | None, home: Path) -> None:
    """Go through the wrong and doubtful runs of EVAL, or of the home folder, and say what is right.

    Verdicts are stored beside the runs, in verdicts.jsonl, with author and time; the last one counts.
    --export FILE.jsonl writes the judged questions with their right answers in the form that `looksmith eval` reads,
    and copies the images.

    \b
    Keys: r right, w wrong, l label is wrong, p correct a program line, n note, s skip, q quit, ? help
    """  # noqa: D301
    with told(as_json=False):
        items = _items(evaluation, limit, home)
        if output is not None:
            _export(output, items)
            return
        chosen = [i for i in items if (everything or i.why) and (again or i.verdict is None)]
        if chosen:
            _require_terminal()
        done = _review(chosen)
    left = len(chosen) - done
    note(f"{done} judged, {left} left." if chosen else "There is nothing to judge.")


def _items(evaluation: str, limit: int, home: Path) -> Iterator[QueuedRun]:
    from ..teach.queue import of_evaluation, of_home
    from ..traces.runs import Runs

    if evaluation:
        return of_evaluation(evaluation_folder(evaluation, home))
    return of_home(Runs(home / "runs"), limit)


def _export(output: Path, items: Iterator[QueuedRun]) -> None:
    from ..teach.judged import write_judged

    count, left_out = write_judged(output, items)
    for line in left_out:
        note(line)
    note(f"Wrote {count} question{'s' * (count != 1)} to {output}")


def _require_terminal() -> None:
    """Fail before anything is shown. Raises PrerequisiteError."""
    if sys.stdin is not sys.__stdin__ or sys.stdin.isatty():  # a caller's own input has the keys
        return
    try:
        Path("/dev/tty").open("rb").close()  # which click reads keys from
    except OSError:
        hint = "Run it in one, or write what is judged already with --export FILE."
        raise PrerequisiteError("The review needs a terminal to read keys from.", hint=hint) from None


def _review(items: list[QueuedRun]) -> int:
    """Ask about each; returns how many were judged."""
    from ..teach.judging import Judging

    done = 0
    for number, item in enumerate(items, start=1):
        _show(item, f"{number} of {len(items)}")
        try:
            judged = _ask(Judging.of(item))
        except _Quit:
            break
        if judged is not None:
            judged.write()
            done += 1
    return done


def _show(item: QueuedRun, place: str) -> None:
    from rich.console import Console

    from ..pages.terminal import print_run
    from ..reading.said import answer_text
    from ..reading.view import view

    say(f"\n── {place} · {item.why or 'nothing doubtful'}", bold=True)
    print_run(Console(), view(item.run))
    note(f"image: {item.run.image_path(item.run.record.image)}")
    if item.row is not None and item.row.scorer is not None:
        say(f"expected: {answer_text(item.row.expected)}")
    if item.verdict is not None:
        say(f"judged by {item.verdict.author}: {item.verdict.model_dump_json(exclude_defaults=True)}")


class _Quit(Exception):
    """The person quits."""


def _ask(judging: Judging) -> Judging | None:
    """The verdict; None for a run that is skipped. Raises _Quit."""
    acts: Mapping[str, Callable[[Judging], Judging]] = {"p": _with_line, "n": _with_note}
    ends: Mapping[str, Callable[[Judging], Judging]] = {"r": _right, "w": _wrong, "l": _mislabelled}
    while True:
        say("[r]ight [w]rong [l]abel [p]rogram [n]ote [s]kip [q]uit ?", dim=True)
        try:
            key = click.getchar().lower()
            if key in ("q", "", "\x04"):
                raise _Quit
            if key == "s":
                return None
            if key in acts:
                judging = acts[key](judging)
            elif key in ends:
                return ends[key](judging)
            else:
                say(_HELP)
        except (EOFError, KeyboardInterrupt, click.Abort):
            raise _Quit from None
        except LooksmithError as error:
            say(str(error), fg="red")


def _right(judging: Judging) -> Judging:
    return judging.right()


def _wrong(judging: Judging) -> Judging:
    return judging.wrong(_text("What is right? (empty: not known)"))


def _mislabelled(judging: Judging) -> Judging:
    return judging.mislabelled(_text("What is right? (empty: there is no answer)"))


def _with_note(judging: Judging) -> Judging:
    return judging.noted(_text("Note"))


def _with_line(judging: Judging) -> Judging:
    number = click.prompt("Line", type=int)
    corrected = judging.corrected([(number, _text("Text (empty: remove it)"))])
    say("\n".join(f"{n:3}  {line}" for n, line in enumerate(corrected.program.splitlines(), start=1)))
    return corrected


def _text(asked: str) -> str:
    return click.prompt(asked, default="", show_default=False)
