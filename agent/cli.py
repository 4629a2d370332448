"""The command `looksmith`: ask, run and check programs, list tools. The rest is in cli_machine and cli_runs."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from typing import Any, TypeVar

import click

from ..tools.errors import LooksmithError
from .cli_machine import doctor, models, serve
from .cli_runs import runs, show
from .console import EXIT, exit_status, home_option, json_option, note, print_json, told
from .settings import Settings

F = TypeVar("F", bound=Callable[..., Any])


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(package_name="looksmith")
def main() -> None:
    r"""Ask a question about an image: a local LLM writes a program, vision tools run it, every step can be seen.

    \b
    Exit status: 0 answered, 2 bad input, 3 no reply from the LLM, 4 something is missing on this machine,
    10 parse_error, 11 policy_error, 12 type_error, 13 tool_error, 14 no_detection, 15 budget, 16 timeout, 17 crashed.
    """
    # Threads that wait by spinning make small models many times slower beside a busy LLM server; torch reads this once.
    os.environ.setdefault("OMP_NUM_THREADS", "1")


def tool_options(command: F) -> F:
    """The options of every command that needs the tools."""
    command = click.option(
        "--tools", "tool_files", multiple=True, type=click.Path(path_type=Path), help="A Python file with more tools."
    )(command)
    return click.option("--device", default="auto", show_default=True, help="For vision models: auto, cpu, cuda:0 ...")(
        command
    )


@main.command()
@click.argument("image", type=click.Path(path_type=Path))
@click.argument("question")
@click.option("--base-url", envvar="LOOKSMITH_BASE_URL", default="", help="Another OpenAI-compatible server.")
@click.option("--model", envvar="LOOKSMITH_MODEL", default="", help="Its model; needed when it serves several.")
@click.option("--serve", "start", is_flag=True, help="Start the local server when none runs.")
@click.option("--repairs", default=3, show_default=True, type=click.IntRange(0, 3), help="Chances to mend a program.")
@click.option("--timeout", default=120.0, show_default=True, help="Seconds to wait for the LLM.")
@click.option("--max-tokens", default=512, show_default=True, help="Longest program that the LLM may write.")
@tool_options
@home_option
@json_option
def ask(image: Path, question: str, as_json: bool, home: Path, **options: Any) -> None:
    """Answer QUESTION about the picture IMAGE."""

    def answer() -> Any:
        from ..tools.images import load_image
        from .ask import Subject
        from .connect import connect

        settings = _settings(home, options)
        subject = Subject(load_image(image), image.name)
        bench = settings.bench()
        if options["start"] and not options["base_url"]:
            _start_server(settings)
        llm = connect(
            home, options["base_url"], options["model"], timeout=options["timeout"], max_tokens=options["max_tokens"]
        )
        with bench.sandbox:
            return bench.ask(subject, question, llm, options["repairs"])

    _report(answer, as_json)


@main.command()
@click.argument("program", type=click.Path(path_type=Path))
@click.argument("image", type=click.Path(path_type=Path))
@tool_options
@home_option
@json_option
def run(program: Path, image: Path, as_json: bool, home: Path, **options: Any) -> None:
    """Run the program in the file PROGRAM on IMAGE, without a language model."""

    def answer() -> Any:
        from ..programs.program import Program
        from ..tools.images import load_image
        from .ask import Subject

        written = Program.from_file(program)
        subject = Subject(load_image(image), image.name)
        bench = _settings(home, options).bench()
        with bench.sandbox:
            return bench.run(subject, written)

    _report(answer, as_json)


@main.command()
@click.argument("program", type=click.Path(path_type=Path))
@tool_options
@home_option
@json_option
def check(program: Path, as_json: bool, home: Path, **options: Any) -> None:
    """Check the program in the file PROGRAM without running it."""
    from ..programs.check import Checked
    from ..programs.check import check as check_program
    from ..programs.diagnostics import render
    from ..programs.program import Program

    with told(as_json):
        written = Program.from_file(program)
        checked = check_program(written, _settings(home, options).registry())
    if isinstance(checked, Checked):
        print_json({"ok": True, "diagnostics": []}) if as_json else click.echo("The program is right.")
        return
    if as_json:
        print_json({"ok": False, "diagnostics": [d.model_dump() for d in checked]})
    else:
        click.echo(render(checked, written.source))
    sys.exit(EXIT[checked[0].kind])


@main.command()
@click.argument("name", default="")
@tool_options
@home_option
@json_option
def tools(name: str, as_json: bool, home: Path, **options: Any) -> None:
    """List the tools, or show the one called NAME."""
    with told(as_json):
        registry = _settings(home, options).registry()
        chosen = [registry.get(name)] if name else list(registry)
    if as_json:
        rows = [{"name": t.name, "backend": t.backend, "schema": t.schema, "signature": t.stub} for t in chosen]
        print_json({"tools": rows, "missing": registry.missing})
        return
    for tool in chosen:
        click.echo("\n".join(tool.prompt_lines))
        if name:
            click.echo(f"\nbackend: {tool.backend}")
            click.echo("".join(f"{parameter}: {text}\n" for parameter, text in tool.details.items()), nl=False)
            click.echo(tool.doc)
    for missing, reason in registry.missing.items():
        click.secho(f"{missing} is not offered: {reason}", fg="yellow", err=True)


def _settings(home: Path, options: dict[str, Any]) -> Settings:
    return Settings(home, device=options["device"], tool_files=options["tool_files"])


def _start_server(settings: Settings) -> None:
    from .serve import ServerManager

    kind = settings.device.partition(":")[0]  # which GPU is for the vision models to choose
    ServerManager(settings.home, settings.weights).start(device=kind, report=note)


def _report(answer: Callable[[], Any], as_json: bool) -> None:
    """Print an answer, or what prevented one, and leave with its exit status."""
    start = perf_counter()
    try:
        found = answer()
    except LooksmithError as error:
        status = exit_status(error)
        kind = "llm_error" if status == EXIT["llm_error"] else "input_error"
        if as_json:
            seconds = round(perf_counter() - start, 3)
            print_json({"answer": None, "outcome": kind, "run": None, "seconds": seconds, "message": str(error)})
        click.secho(f"Error: {error}", fg="red", err=True)
        sys.exit(status)
    if as_json:
        _print_answer(found)
    elif found.ok:
        click.echo(found.text)
    if not found.ok:
        click.secho(f"{found.outcome}: {found.message}", fg="red", err=True)
    timing = found.timing
    spent = f"{timing.total:.1f} s: LLM {timing.llm:.1f}, models {timing.tools:.1f}, loading {timing.load:.1f}"
    note(f"{spent} · looksmith show {found.run.name}")
    sys.exit(EXIT[found.outcome])


def _print_answer(found: Any) -> None:
    record = json.loads((found.run / "run.json").read_text(encoding="utf-8"))
    print_json(
        {
            "answer": record["answer"],
            "outcome": found.outcome,
            "run": str(found.run),
            "seconds": round(found.timing.total, 3),
            "message": found.message,
        }
    )


for command in (models, serve, doctor, runs, show):
    main.add_command(command)

if __name__ == "__main__":
    main()
