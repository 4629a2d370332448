"""The question and program pairs of `examples.toml`."""

from __future__ import annotations

import tomllib
from importlib.resources import files

from pydantic import BaseModel, ConfigDict

from ...tools.registry import Registry
from ..check import Checked, check
from ..program import Program


class Example(BaseModel):
    """A question and a program that answers it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    question: str
    program: str


def load_bank() -> tuple[Example, ...]:
    """All examples, in the order in which the prompt shows them."""
    text = (files("looksmith.programs.examples") / "examples.toml").read_text(encoding="utf-8")
    return tuple(Example.model_validate(row) for row in tomllib.loads(text)["example"])


def usable(bank: tuple[Example, ...], registry: Registry) -> tuple[Example, ...]:
    """The examples that check against a registry: one that calls a tool which is not offered would mislead."""
    return tuple(e for e in bank if isinstance(check(Program(e.program, e.question), registry), Checked))
