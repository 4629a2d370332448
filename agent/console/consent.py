"""How a person at a terminal is asked before a tool acts."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from threading import Lock
from typing import TYPE_CHECKING

import click

from ...tools.remote.consent import Act, Consent, nobody
from ..traces.encode import printable

if TYPE_CHECKING:
    from ..setup.settings import Settings
    from .progress import ProgressReporter

MAX_SHOWN = 2_000
"""Maximum characters of a call; a longer one is refused, since nobody would read it."""


def at_terminal(settings: Settings, tell: ProgressReporter) -> Settings:
    """The same settings for a person at the terminal, who sees progress and is asked before a tool acts."""
    return replace(settings, doing=tell, consent=terminal_consent(tell.quiet))


def terminal_consent(quiet: Callable[[], AbstractContextManager[object]]) -> Consent:
    """Asks on the terminal, and refuses if there is none. quiet: suppresses other output meanwhile."""
    return _Terminal(quiet) if sys.stdin.isatty() and sys.stderr.isatty() else nobody


class _Terminal:
    """Asks one question at a time, and remembers which tools may always act in this process."""

    def __init__(self, quiet: Callable[[], AbstractContextManager[object]]) -> None:
        self._quiet = quiet
        self._always: set[str] = set()
        self._turn = Lock()

    def __call__(self, act: Act) -> bool:
        """Does the person say yes? An end of the input is a no."""
        text = printable(act.text).replace("\n", " ")
        with self._turn, self._quiet():
            if act.tool in self._always:
                return True
            if len(text) > MAX_SHOWN:
                click.secho(f"{act.tool} is refused: its call has {len(text):,} characters.", fg="red", err=True)
                return False
            click.secho(f"The program wants to act ({printable(act.backend)}):", fg="yellow", err=True)
            click.echo(f"  {text}", err=True)
            try:
                reply = click.prompt("Allow it? [y]es, [n]o, [a]lways this tool", default="n", err=True)
            except click.Abort:
                return False
            if reply.strip().lower() in ("a", "always"):
                self._always.add(act.tool)
            return reply.strip().lower() in ("y", "yes", "a", "always")
