"""`looksmith teach`: turns corrected programs into examples, which later questions are shown."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ...tools.core.errors import InputError
from ..console.command import home_option, json_option, note, print_json, say, told
from ..console.options import sandbox_options, settings_of, tool_options
from .replay import backend_option, data_set, replayer_for, truth_options, workshop_of

if TYPE_CHECKING:
    from ...programs.examples.taught import TaughtExample
    from ..setup.settings import Settings
    from ..teach.lesson import Teacher
    from ..teach.right_answer import RightAnswer
    from ..traces.runs import StoredRun


@click.command("teach")
@click.argument("run", default="last")
@click.option("--program", type=click.Path(path_type=Path), help="The right program, in a file.")
@click.option(
    "--line",
    "lines",
    multiple=True,
    type=(int, str),
    metavar="N TEXT",
    help='What line N of the run\'s program should be; "" removes it.',
)
@click.option("--answer", metavar="VALUE", help="The right answer. Not needed if a verdict or a data set gives it.")
@click.option(
    "--set", "changes", multiple=True, metavar="STEP=VALUE", help="The result that a step should have returned."
)
@click.option("--from", "evaluation", metavar="EVAL", help="Propose programs of this evaluation instead of a run's.")
@click.option("--yes", is_flag=True, help="Accept what is proposed without asking.")
@click.option(
    "--plugin",
    type=click.Path(path_type=Path),
    help="Add the example to this file of a plug-in instead of the home folder.",
)
@backend_option
@truth_options
@tool_options
@sandbox_options
@home_option
@json_option
def teach_command(run: str, home: Path, as_json: bool, **options: Any) -> None:
    """Make the corrected program of RUN an example for later questions.

    The program is checked and run on the run's own pictures, where it must give the right answer. Results that it
    needs are taken from the trace, and others from the models. A program that was corrected in `looksmith review` need
    not be given again. If only the answer is known, programs that lead to it are proposed one by one: the run's own,
    others that were written for it, and small edits.

    With --from, the programs of an evaluation that were right, and whose shape no example has, are proposed one by
    one. --yes accepts those whose shape was never wrong there. `looksmith examples` lists what was taught.
    """
    with told(as_json):
        settings = settings_of(home, options, data_set(options))
        if options["evaluation"]:
            added = _teach_from(options["evaluation"], settings, options)
        else:
            added = [_teach(settings.runs.load(run), settings, options)]
    if as_json:
        print_json({"added": [str(path) for path in added]})


def _teach(run: StoredRun, settings: Settings, options: dict[str, Any]) -> Path:
    from ..debug.parse_change import read_changes
    from ..teach.lesson import RunCorrection
    from ..traces.decode import StoredImages

    truth = _truth(run, options["answer"])
    results = read_changes(options["changes"], StoredImages(run))
    with _teacher(settings, run, options) as teacher:
        given = _given(run, options)
        for program in _proposed(run, truth, teacher) if given is None else [given]:
            if program is not None:
                example, proof = teacher.lesson(run, RunCorrection(program, truth, results))
                note(f"looksmith show {proof.name}")
                return _add(example, settings, options["plugin"])
    raise InputError("No program was accepted.", hint="Give the right one with --program FILE or --line N TEXT.")


def _truth(run: StoredRun, answer: str | None) -> RightAnswer:
    from ..debug.parse_change import read_value
    from ..teach.right_answer import RightAnswer, require_truth
    from ..traces.decode import StoredImages

    return require_truth(run) if answer is None else RightAnswer.told(read_value(answer, StoredImages(run)))


def _given(run: StoredRun, options: dict[str, Any]) -> str | None:
    """The program that was given whole or by line, or in a verdict; None if there is none. Raises InputError."""
    from ...programs.language.program import Program
    from ..reading.view import view
    from ..teach.lesson import with_lines
    from ..teach.teaching import corrected_program

    if options["program"] and options["lines"]:
        raise InputError("Give the program either with --program or with --line.")
    if options["program"]:
        return Program.from_file(options["program"]).source
    if options["lines"]:
        return with_lines(view(run).source, options["lines"])
    return corrected_program(run)


def _proposed(run: StoredRun, truth: RightAnswer, teacher: Teacher) -> Iterator[str | None]:
    """Programs that give the right answer; None in place of those that the person refuses."""
    from ..teach.candidates import candidates

    for one in candidates(run, truth, teacher.replayer):
        say(f"\n{run.record.question}\n{truth.text}, by {one.told}:\n{_indented(one.program)}")
        yield one.program if _accepted("Is this program right?") else None


@contextmanager
def _teacher(settings: Settings, run: StoredRun, options: dict[str, Any]) -> Generator[Teacher]:
    from ...tools.core.example import load_examples
    from ..teach.teaching import teacher_with

    plugin, taught = options["plugin"], settings.taught.load()
    if taught.told:
        note(taught.told)
    with closing(workshop_of(settings)) as workshop:
        more = load_examples(plugin) if plugin and plugin.exists() else ()
        yield teacher_with(replayer_for(workshop, run, options), settings.offered(), taught, more)


def _teach_from(name: str, settings: Settings, options: dict[str, Any]) -> list[Path]:
    from dataclasses import replace

    from ..teach.proposals import proposals, read_solved

    folder = evaluation_folder(name, settings.home)
    solved = list(read_solved(folder))
    if not solved:
        raise InputError(f"{folder} has no answered questions that can be judged.")
    added: list[Path] = []
    with _teacher(settings, solved[0].run, options) as teacher:
        found = list(proposals(solved, teacher))
        for number, one in enumerate(found, start=1):
            if not teacher.is_new(one.example):  # one that was just accepted is like it
                continue
            say(f"\n{number} of {len(found)}: {one.example.question}\n{_indented(one.example.program)}")
            say(f"Answer: {one.example.answer}. This shape was right {one.right} and wrong {one.wrong} times.")
            if one.is_safe if options["yes"] else _accepted("Add it as an example?"):
                added.append(_add(one.example, settings, options["plugin"]))
                teacher = replace(teacher, bank=teacher.bank.with_more([one.example]))
    note(f"{len(added)} of {len(found)} proposals were accepted.")
    return added


def evaluation_folder(name: str, home: Path) -> Path:
    """The folder of an evaluation, by name or path. Raises InputError."""
    for folder in (Path(name), home / "evals" / name):
        if (folder / "eval.json").is_file():
            return folder
    raise InputError(f"There is no evaluation {name!r:.100}.", hint=f"They are in {home / 'evals'}.")


def _add(example: TaughtExample, settings: Settings, plugin: Path | None) -> Path:
    from ...programs.examples.taught import append_to

    if plugin is None:
        path = settings.taught.add(example)
        note(f"Added the example {path.stem}")
        return path
    append_to(plugin, example)
    note(f"Added the example to {plugin}")
    return plugin


def _accepted(question: str) -> bool:
    try:
        return click.confirm(question, default=False, err=True)
    except click.Abort:
        raise InputError("There was no answer.", hint="Pass --yes, or the program with --program FILE.") from None


def _indented(program: str) -> str:
    return "\n".join(f"    {line}" for line in program.strip().splitlines())
