"""The command `looksmith`, and its subcommands `ask`, `run`, `check` and `tools`."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any, TypeVar

import click

from ...tools.core.errors import LooksmithError
from ..console.command import EXIT, exit_status, home_option, json_option, note, print_json, say, told
from ..console.options import (
    ahead_options,
    cache_options,
    llm_from,
    llm_options,
    sandbox_options,
    server_options,
    settings_of,
    start_server,
    tool_options,
    verbose_option,
    writing_from,
    writing_options,
)
from ..session.threads import limit_threads
from ..setup.settings import Settings
from .ask_each import ask_about_each, each_options
from .bench import bench_command
from .blame import blame_command
from .chat import chat_command
from .compare import compare_command
from .describe import describe
from .detector import detector_command
from .eval import evaluate
from .export import export_command
from .failures import failures_command
from .machine import doctor, models, profiles, serve
from .mcp import mcp_command
from .replay import replay_command
from .runs import runs, show
from .view import view_command

if TYPE_CHECKING:
    from ..console.progress import Telling

F = TypeVar("F", bound=Callable[..., Any])


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(package_name="looksmith")
def main() -> None:
    """Ask questions about images: a local LLM writes a program, vision tools run it, and every step is recorded.

    \b
    Exit status: 0 answered, 2 bad input, 3 no reply from the LLM, 4 something is missing on this machine,
    10 parse_error, 11 policy_error, 12 type_error, 13 tool_error, 14 no_detection, 15 budget, 16 timeout, 17 crashed.
    """  # noqa: D301
    limit_threads()


@main.command()
@click.argument("images", nargs=-1, metavar="IMAGE...")
@click.argument("question")
@click.option(
    "--images",
    "patterns",
    multiple=True,
    metavar="PATTERN",
    help="Ask about each of these images: a folder, or a pattern such as 'photos/*.jpg'.",
)
@each_options
@llm_options
@writing_options
@tool_options
@server_options
@cache_options
@sandbox_options
@ahead_options
@verbose_option
@home_option
@json_option
def ask(
    images: tuple[str, ...], question: str, patterns: tuple[str, ...], as_json: bool, home: Path, **options: Any
) -> None:
    """Answer QUESTION about one IMAGE or several.

    IMAGE is a file, a page of a PDF (report.pdf#2), an http or https address, a data URL, or - for standard input.

    With --images, about each of many: the program is written once, and a line is printed for each image. When it is
    stopped, the same command goes on.
    """
    if patterns and images:
        raise click.UsageError("Pass either IMAGE arguments or --images, not both.")
    if patterns:
        sys.exit(ask_about_each(patterns, question, as_json, settings_of(home, options), options))
    if not images:
        raise click.UsageError("Missing argument 'IMAGE...'.")

    def answer() -> Any:
        from ..console.progress import doing
        from ..inputs.subject import Subject, load_images

        writing = writing_from(options)
        subject = Subject.named(load_images(images))
        with doing(verbose=options["verbose"]) as tell:
            settings = _told(settings_of(home, options), tell)
            start_server(options, settings)  # before the tools: where it also sees, they depend on what it can do
            bench = settings.bench()
            _tell_missing(bench)
            llm = llm_from(options, settings)
            with bench.sandbox:
                return bench.ask(subject, question, llm, writing)

    _report(answer, as_json)


def _tell_missing(bench: Any) -> None:
    for name, reason in bench.registry.missing.items():
        if "models pull" in reason:
            note(f"{name} is unavailable: {reason}")


def program_options(command: F) -> F:
    """Add the argument and the options of commands that take a program file."""
    command = click.option(
        "--input", "inputs", multiple=True, metavar="NAME=VALUE", help="An additional program input, as JSON or text."
    )(command)
    command = click.option(
        "--dialect", default="", metavar="NAME", help="The system PROGRAM was written for: visprog or vipergpt."
    )(command)
    return click.argument("program", type=click.Path(path_type=Path))(command)


@main.command()
@program_options
@click.argument("images", nargs=-1, metavar="[IMAGE...]")
@click.option("--dry-run", is_flag=True, help="Let stand-ins answer in place of the tools: no model, no IMAGE needed.")
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
    `video` and its first frame as `image`.
    """

    def answer() -> Any:
        from ..console.progress import doing
        from ..doors.by_hand import subject_of
        from ..inputs.subject import load_inputs
        from ..session.session import Looksmith

        written, values, dry = *_written(program, options), options["dry_run"]
        subject = subject_of(written, *load_inputs(images, values), dry=dry)
        with doing(verbose=options["verbose"]) as tell:
            settings = _told(settings_of(home, options), tell)
            with Looksmith(settings=settings) as session:
                return session.run_written(written, subject, dry=dry)

    if options["dry_run"]:
        note("Dry run: stand-ins answered instead of the tools.")
    _report(answer, as_json)


@main.command()
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


@main.command()
@click.argument("name", default="")
@tool_options
@server_options
@home_option
@json_option
def tools(name: str, as_json: bool, home: Path, **options: Any) -> None:
    """List the tools, or show the one called NAME."""
    with told(as_json):
        # What is not offered can be looked up all the same: programs by hand may name it.
        registry = settings_of(home, options).registry(declared=bool(name))
        chosen = [registry.get(name)] if name else list(registry)
    if as_json:
        rows = [{"name": t.name, "backend": t.backend, "schema": t.schema, "signature": t.stub} for t in chosen]
        print_json({"tools": rows, "missing": registry.missing})
        return
    for tool in chosen:
        click.echo("\n".join(tool.prompt_lines))
        if name:
            click.echo(f"\nbackend: {tool.backend}")
            if tool.options.acts:
                click.echo("acts: a person is asked before each call")
            click.echo("".join(f"{parameter}: {text}\n" for parameter, text in tool.details.items()), nl=False)
            click.echo(tool.doc)
    for missing, reason in registry.missing.items():
        click.secho(f"{missing} is unavailable: {reason}", fg="yellow", err=True)


def _told(settings: Settings, tell: Telling) -> Settings:
    """The same for somebody who sits at the terminal: is told what is done, and asked before anything acts."""
    from ..console.consent import terminal_consent

    return replace(settings, doing=tell, consent=terminal_consent(tell.quiet))


def _written(program: Path, options: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
    """A program written by hand and its additional inputs. Raises InputError."""
    from ...programs.language.program import Program
    from ..doors.by_hand import Written
    from ..inputs.subject import read_values

    written = Written.of(Program.from_file(program), options["dialect"])
    return written, read_values(options["inputs"], written.expected)


def _report(answer: Callable[[], Any], as_json: bool) -> None:
    """Print the answer, or what prevented it, and exit with its status."""
    from ..reading.said import sureness

    start = perf_counter()
    try:
        found = answer()
    except LooksmithError as error:
        status = exit_status(error)
        kind = "llm_error" if status == EXIT["llm_error"] else "input_error"
        if as_json:
            seconds = round(perf_counter() - start, 3)
            print_json({"answer": None, "outcome": kind, "run": None, "seconds": seconds, "message": str(error)})
        say(f"Error: {error}", fg="red", err=True)
        sys.exit(status)
    if as_json:
        _print_answer(found)
    elif found.ok:
        say(found.text)
    if not found.ok:
        say(f"{found.outcome}: {found.message}", fg="red", err=True)
    doubts = (f"fragile: {found.fragile}",) if found.fragile else ()
    for line in (*(f"assumed: {one}" for one in found.assumptions), *doubts, *found.notices):
        say(line, fg="yellow", err=True)
    about = (f"asks for: {found.expected}" if found.expected else "", sureness(found.confidence))
    if any(about):
        note(" · ".join(filter(None, about)))
    timing = found.timing
    spent = f"{timing.total:.1f} s: LLM {timing.llm:.1f}, models {timing.tools:.1f}, loading {timing.load:.1f}"
    note(f"{spent} · looksmith show {found.run.name}")
    sys.exit(EXIT[found.outcome])


def _print_answer(found: Any) -> None:
    record = json.loads((found.run / "run.json").read_text(encoding="utf-8"))
    print_json(
        {
            "answer": record["answer"],
            "text": found.text,
            "expected": found.expected,
            "confidence": found.confidence,
            "assumptions": list(found.assumptions),
            "fragile": found.fragile,
            "outcome": found.outcome,
            "run": str(found.run),
            "seconds": round(found.timing.total, 3),
            "message": found.message,
        }
    )


for command in (
    evaluate,
    describe,
    models,
    profiles,
    serve,
    doctor,
    runs,
    show,
    view_command,
    replay_command,
    blame_command,
    bench_command,
    export_command,
    mcp_command,
    chat_command,
    compare_command,
    detector_command,
    failures_command,
):
    main.add_command(command)

if __name__ == "__main__":
    main()
