"""The unit for systemd and the files for containers: they parse, and what they start exists."""

from __future__ import annotations

import re
import shlex
from configparser import ConfigParser
from typing import Any

import click
import pytest
import yaml
from pages import DOCS, ROOT

from looksmith.agent.cli.main import main

DOCKERFILE = (DOCS / "Dockerfile").read_text(encoding="utf-8")
COMPOSE: Any = yaml.safe_load((DOCS / "compose.yaml").read_text(encoding="utf-8"))


def unit() -> ConfigParser:
    parser = ConfigParser(interpolation=None)
    parser.optionxform = str  # pyright: ignore[reportAttributeAccessIssue]  (names of systemd have capitals)
    parser.read_string((DOCS / "looksmith.service").read_text(encoding="utf-8"))
    return parser


def instructions() -> list[tuple[str, str]]:
    """Name and rest of each instruction, lines that go on joined."""
    joined = re.sub(r"\\\n\s*", " ", re.sub(r"^#.*\n", "", DOCKERFILE, flags=re.MULTILINE))
    return [(line.partition(" ")[0], line.partition(" ")[2]) for line in joined.splitlines() if line.strip()]


def started() -> list[str]:
    """The commands that the files run."""
    given = dict(instructions())
    health = yaml.safe_load(given["HEALTHCHECK"].partition("CMD ")[2])
    shell = yaml.safe_load(given["CMD"])[-1].replace("exec ", "")
    return [unit()["Service"]["ExecStart"], shlex.join(health), *shell.split(" && ")]


@pytest.mark.parametrize("line", started())
def test_what_is_started_is_a_command_with_these_options(line: str) -> None:
    name, *words = shlex.split(line)
    assert name.rpartition("/")[2] == "looksmith"
    command: click.Command = main
    while isinstance(command, click.Group):
        command = command.commands[words.pop(0)]
    command.make_context("looksmith", words)  # raises for an option that there is not


def test_the_unit_gives_a_service_the_time_that_it_takes_to_end() -> None:
    from looksmith.agent.service.running import ENDING

    service = unit()["Service"]
    assert float(service["TimeoutStopSec"]) >= ENDING
    assert service["KillMode"] == "mixed"  # the worker processes end with the questions that they run
    for one in COMPOSE["services"].values():
        assert float(one["stop_grace_period"].removesuffix("s")) >= ENDING


def test_the_containers_are_built_from_what_is_here() -> None:
    known = {"FROM", "ARG", "RUN", "WORKDIR", "COPY", "USER", "ENV", "VOLUME", "EXPOSE"}
    assert {name for name, _ in instructions()} <= known | {"STOPSIGNAL", "HEALTHCHECK", "CMD"}
    assert instructions()[0][0] == "FROM"
    extras = re.findall(r"EXTRAS[=:] ?([\w,]+)", DOCKERFILE + (DOCS / "compose.yaml").read_text(encoding="utf-8"))
    declared = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert len(extras) > 1
    assert [name for one in extras for name in one.split(",") if f"\n{name} = [" not in declared] == []
    assert set(COMPOSE["services"]) == {"cpu", "gpu"}
    for one in COMPOSE["services"].values():
        assert (DOCS / one["build"]["context"] / one["build"]["dockerfile"]).resolve() == DOCS / "Dockerfile"
        assert one["ports"][0].startswith("127.0.0.1:")
        assert "LOOKSMITH_TOKEN" in one["environment"]


def test_the_unit_can_be_installed() -> None:
    assert unit()["Install"]["WantedBy"] == "default.target"
