"""What all commands share: options, exit statuses, and how errors are told."""

from __future__ import annotations

import json
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from ..tools.errors import LooksmithError, PrerequisiteError, WeightsError
from .llm import LLMError
from .settings import find_home

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

json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON object, as the last line.")
home_option = click.option(
    "--home",
    type=click.Path(path_type=Path),
    default=find_home,
    show_default="LOOKSMITH_HOME, the nearest .looksmith folder, or your data folder",
    help="Where weights, environments and runs are kept.",
)


def print_json(value: Any) -> None:
    """One line of JSON on standard output."""
    click.echo(json.dumps(value, ensure_ascii=False))


def note(text: str) -> None:
    """A line about progress, on standard error."""
    click.secho(text, dim=True, err=True)


def exit_status(error: LooksmithError) -> int:
    """The exit status for an error that ended a command."""
    if isinstance(error, LLMError):
        return EXIT["llm_error"]
    return EXIT["prerequisite" if isinstance(error, PrerequisiteError | WeightsError) else "input_error"]


@contextmanager
def told(as_json: bool) -> Generator[None]:
    """Tell a LooksmithError in one sentence and leave with its status."""
    try:
        yield
    except LooksmithError as error:
        if as_json:
            print_json({"error": str(error)})
        click.secho(f"Error: {error}", fg="red", err=True)
        sys.exit(exit_status(error))
