"""Shared by all commands: options, exit statuses, and error reporting."""

from __future__ import annotations

import json
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from ...tools.core.errors import LooksmithError, PrerequisiteError, WeightsError
from ..llm.llm import LLMError
from ..setup.home import find_home
from ..traces.encode import printable

EXIT: dict[str, int] = {
    "ok": 0,
    "input_error": 2,
    "llm_error": 3,
    "prerequisite": 4,
    "parse_error": 10,
    "policy_error": 11,
    "type_error": 12,
    "tool_error": 13,
    "no_detection": 14,
    "budget": 15,
    "timeout": 16,
    "crashed": 17,
}
"""Exit status of each outcome."""

INTERRUPTED = 130
"""Exit status after Ctrl-C."""

json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON object, as the last line.")
home_option = click.option(
    "--home",
    type=click.Path(path_type=Path),
    default=find_home,
    show_default="LOOKSMITH_HOME, the nearest .looksmith folder, or your data folder",
    help="Where weights, environments and runs are kept.",
)


def print_json(value: Any) -> None:
    """Print one line of JSON on standard output; JSON escapes neutralize terminal control characters."""
    line = json.dumps(value, ensure_ascii=False)
    click.echo("".join(c if c.isprintable() else json.dumps(c)[1:-1] for c in line))


def say(text: str, *, err: bool = False, **style: Any) -> None:
    """Print untrusted text, which may come from a model, a tool or an image."""
    click.secho(printable(text), err=err, **style)


def note(text: str) -> None:
    """Print a line about progress on standard error."""
    say(text, dim=True, err=True)


def exit_status(error: LooksmithError) -> int:
    """The exit status for an error that ended a command."""
    if isinstance(error, LLMError):
        return EXIT["llm_error"]
    return EXIT["prerequisite" if isinstance(error, PrerequisiteError | WeightsError) else "input_error"]


@contextmanager
def told(as_json: bool) -> Generator[None]:
    """Print a LooksmithError or an OSError as one sentence and exit with its status."""
    try:
        yield
    except LooksmithError as error:
        if as_json:
            print_json({"error": str(error)})
        say(f"Error: {error}", fg="red", err=True)
        sys.exit(exit_status(error))
    except OSError as error:
        if isinstance(error, BrokenPipeError | InterruptedError):
            raise
        problem = f"{error.filename or 'The disk'}: {error.strerror or error}."
        if as_json:
            print_json({"error": problem})
        say(f"Error: {problem}", fg="red", err=True)
        sys.exit(EXIT["prerequisite"])
