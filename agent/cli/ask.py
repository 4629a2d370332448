"""The command `looksmith ask`."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from contextlib import closing, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ...tools.core.errors import InputError
from ..console.command import home_option, json_option, note, told
from ..console.options import (
    ahead_options,
    cache_options,
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
from ..console.printed_answer import PrintedAnswer, report, said
from ..console.progress import doing
from ..service.client import Gone, ServiceQuestion, begin
from .ask_each import ask_about_each, each_options, require_no_each_options

if TYPE_CHECKING:
    from ..console.progress import ProgressReporter


@click.command()
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
    """Answer QUESTION about one IMAGE or several, about one video, or about all photos of a folder.

    IMAGE is a file, a page of a PDF (report.pdf#2), an http or https address, a data URL, or - for standard input. A
    video is an MP4, MOV, WebM or Matroska file. If IMAGE is a folder, the question is about all photos in it; in "like
    this one", "this one" is a picture that is passed beside the folder.

    With --images, the question is asked about each image: the program is written once, and a line is printed for each.
    If it is interrupted, rerun the command to resume.
    """
    if patterns and images:
        raise click.UsageError("Pass either IMAGE arguments or --images, not both.")
    if patterns:
        sys.exit(ask_about_each(patterns, question, as_json, settings_of(home, options), options))
    if not images:
        raise click.UsageError("Missing argument 'IMAGE...'.")
    with told(as_json):
        require_no_each_options()
        _require_quoted(images)
    asked = begin(home, images, question, options)

    def answer() -> PrintedAnswer:
        with doing(verbose=options["verbose"]) as tell:
            if isinstance(asked, ServiceQuestion):
                with suppress(Gone):
                    return asked.said(tell, note)
                note("The service stopped during the question. Asking again without it.")
            elif asked and options["verbose"]:
                note(f"Not using the service: {asked}.")
            return _own(images, question, home, options, tell)

    report(answer, as_json)


def _require_quoted(images: Sequence[str]) -> None:
    """Refuse the words of a question that the shell took apart. Raises InputError."""
    words = [one for one in images if one.isalpha() and not Path(one).exists()]
    if words:
        what = f"There is no file {words[0]}." if len(words) == 1 else f"These are no files: {', '.join(words):.100}."
        raise InputError(what, hint='Put the question last, in quotation marks: "How many cups are there?"')


def _own(
    images: tuple[str, ...], question: str, home: Path, options: Mapping[str, Any], tell: ProgressReporter
) -> PrintedAnswer:
    """The answer of this process, with an engine of its own."""
    from ..console.consent import at_terminal
    from ..inputs.subject import load_subject
    from ..session.engine import Engine, Hearing, missing_models

    writing = writing_from(options)
    subject = load_subject(images)
    settings = at_terminal(settings_of(home, options), tell)
    # Before the tools: where the server also sees, they depend on what it can do.
    start_server(settings, wanted=options["start"])
    with closing(Engine(settings)) as engine:
        for line in missing_models(engine.registry.missing):
            note(line)
        llm = engine.connection.client(options["timeout"], options["max_tokens"])
        return said(engine.ask(subject, question, Hearing(doing=tell), writing=writing, llm=llm))
