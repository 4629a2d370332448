"""The writer's options on the command line."""

from __future__ import annotations

from typing import Any

import click
import pytest
from click.testing import CliRunner

from looksmith.agent.ask.writing import Writing
from looksmith.agent.console.options import llm_options, writing_from, writing_options


def read(*arguments: str) -> tuple[Writing | None, str]:
    """The options that a command line stands for, and what was said about it."""
    found: list[Writing] = []

    @click.command()
    @writing_options
    def command(**options: Any) -> None:
        found.append(writing_from(options))

    done = CliRunner().invoke(command, arguments)
    return (found or [None])[0], done.output + str(done.exception or "")


@pytest.mark.parametrize("said", [("--timeout", "-3"), ("--timeout", "0"), ("--max-tokens", "-5")])
def test_limits_that_no_reply_can_keep_are_refused(said: tuple[str, str]) -> None:
    command = click.command()(llm_options(lambda **_: None))
    done = CliRunner().invoke(command, said)
    assert (done.exit_code, f"Invalid value for '{said[0]}'" in done.output) == (2, True)


def test_what_is_not_said_is_as_from_python() -> None:
    assert read()[0] == Writing()


def test_every_option_can_be_said() -> None:
    said = ["--repairs", "1", "--samples", "8", "--temperature", "0.9", "--no-grammar", "--nearest", "2"]
    wanted = Writing(repairs=1, samples=8, temperature=0.9, grammar=False, nearest=2)
    assert read(*said)[0] == wanted


@pytest.mark.parametrize(
    "said",
    [
        ["--samples", "0"],
        ["--samples", "many"],
        ["--temperature", "3"],
        ["--nearest", "-1"],
        ["--samples", "4", "--temperature", "0"],
    ],
)
def test_what_makes_no_sense_is_refused_by_name(said: list[str]) -> None:
    writing, told = read(*said)
    assert writing is None
    assert said[-2].removeprefix("--") in told
