"""The command `looksmith chat`: questions about a picture, one after the other."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ...tools.core.errors import InputError, LooksmithError
from ..console.command import exit_status, home_option, note, say, told
from ..console.options import (
    ahead_options,
    cache_options,
    llm_from,
    llm_options,
    sandbox_options,
    settings_of,
    tool_options,
    verbose_option,
    writing_from,
    writing_options,
)

if TYPE_CHECKING:
    from ..ask.writing import Writing
    from ..session.chat import Chat

_HELP = ("?", "help")
_END = ("", "exit", "quit")


@click.command("chat")
@click.argument("images", nargs=-1, metavar="[IMAGE...]")
@click.option("--after", default="", metavar="RUN", help="Continue this run instead: its id, or last.")
@click.option("--program", "programs", is_flag=True, help="Show the program of each answer.")
@llm_options
@writing_options
@tool_options
@cache_options
@sandbox_options
@ahead_options
@verbose_option
@home_option
def chat_command(images: tuple[str, ...], after: str, programs: bool, home: Path, **options: Any) -> None:
    """Ask one question after the other about the picture IMAGE, or about several.

    Each question may follow up the one before: "and what color is it?", "the one on the left?", "no, the other one".
    Programs may use what earlier ones found. An empty line ends it.
    """
    from ..console.progress import doing
    from ..session.session import Looksmith

    with told(as_json=False):
        if bool(images) == bool(after):
            raise InputError("Name an image, or the run to continue.", hint="looksmith chat photo.jpg")
        writing = writing_from(options)
        with doing(verbose=options["verbose"]) as tell:
            settings = replace(settings_of(home, options), doing=tell)
            with Looksmith(settings=settings, llm=llm_from(options, settings)) as session:
                _talk(session.chat(images) if images else session.resume(after), writing, programs=programs)


def _talk(chat: Chat, writing: Writing, *, programs: bool) -> None:
    """Answer questions until there are no more."""
    for turn in chat.turns:
        note(f"> {turn.question}\n{turn.answer}")
    while (question := _asked()) not in _END:
        if question in _HELP:
            note(f"So far: {', '.join(chat.results) or 'no results'}. An empty line ends it.")
            continue
        try:
            answer = chat.ask(question, writing=writing)
        except LooksmithError as error:
            say(f"Error: {error}", fg="red", err=True)
            if exit_status(error) != exit_status(InputError("")):
                sys.exit(exit_status(error))
            continue
        if programs and answer.program:
            note(answer.program)
        if answer.ok:
            say(answer.text)
        else:
            say(f"{answer.outcome}: {answer.message}", fg="red", err=True)
        for line in (*(f"assumed: {one}" for one in answer.assumptions), *answer.notices):
            say(line, fg="yellow", err=True)


def _asked() -> str:
    """The next line; empty at the end of the input."""
    if sys.stdin.isatty():
        try:
            return click.prompt(">", prompt_suffix=" ", default="", show_default=False).strip()
        except click.Abort:
            return ""
    line = sys.stdin.readline()
    while line and not line.strip():
        line = sys.stdin.readline()  # a file may have empty lines
    return line.strip()
