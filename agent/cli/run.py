"""The commands `looksmith run` and `looksmith check`: programs that were written by hand."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from ..console.command import EXIT, home_option, json_option, note, print_json, say, told
from ..console.options import (
    ahead_options,
    cache_options,
    sandbox_options,
    server_options,
    settings_of,
    tool_options,
    verbose_option,
)
from ..console.printed_answer import PrintedAnswer, report, said

F = TypeVar("F", bound=Callable[..., Any])


def program_options(command: F) -> F:
    """Add the argument and the options of commands that take a program file."""
    command = click.option(
        "--input", "inputs", multiple=True, metavar="NAME=VALUE", help="An additional program input, as JSON or text."
    )(command)
    command = click.option(
        "--dialect", default="", metavar="NAME", help="The system PROGRAM was written for: visprog or vipergpt."
    )(command)
    return click.argument("program", type=click.Path(path_type=Path))(command)


@click.command()
@program_options
@click.argument("images", nargs=-1, metavar="[IMAGE...]")
@click.option("--dry-run", is_flag=True, help="Use stand-ins in place of the tools: needs no model and no IMAGE.")
@tool_options
@server_options
@cache_options
@sandbox_options
@ahead_options
@verbose_option
@home_option
@json_option
def run(program: Path, images: tuple[str, ...], as_json: bool, home: Path, **options: Any) -> None:
    """Run the program in the file PROGRAM on IMAGE, without a language model.

    The program's input is `image` for one IMAGE, and the list `images` for several. For one video, the inputs are
    `video` and its first frame as `image`. For a folder, they are `album` and, as `image`, the
    picture beside it or a sheet of its first photos.
    """

    def answer() -> PrintedAnswer:
        from ..console.consent import at_terminal
        from ..console.progress import doing
        from ..doors.by_hand import subject_of
        from ..inputs.subject import load_inputs
        from ..session.session import Looksmith

        written, values, dry = *_written(program, options), options["dry_run"]
        subject = subject_of(written, *load_inputs(images, values), dry=dry)
        with doing(verbose=options["verbose"]) as tell:
            settings = at_terminal(settings_of(home, options), tell)
            with Looksmith(settings=settings) as session:
                return said(session.run_written(written, subject, dry=dry))

    if options["dry_run"]:
        note("Dry run: stand-ins answered instead of the tools.")
    report(answer, as_json)


@click.command()
@program_options
@tool_options
@server_options
@home_option
@json_option
def check(program: Path, as_json: bool, home: Path, **options: Any) -> None:
    """Check the program in the file PROGRAM without running it."""
    from ...programs.language.diagnostics import render
    from ..doors.by_hand import check_by_hand

    with told(as_json):
        written, values = _written(program, options)
        problems = check_by_hand(settings_of(home, options), written, values)
    if as_json:
        print_json({"ok": not problems, "diagnostics": [d.model_dump() for d in problems]})
    else:
        say(render(problems, written.program.written) if problems else "The program is valid.")
    if problems:
        sys.exit(EXIT[problems[0].kind])


def _written(program: Path, options: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
    """A program written by hand and its additional inputs. Raises InputError."""
    from ...programs.language.program import Program
    from ..doors.by_hand import HandWritten
    from ..inputs.subject import read_values

    written = HandWritten.of(Program.from_file(program), options["dialect"])
    return written, read_values(options["inputs"], written.expected)
