"""The question and program pairs of `examples.toml`."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.resources import files

from ...tools.example import Example, read_examples
from ...tools.registry import Registry
from ..check import Checked, check
from ..program import Program


def load_bank() -> tuple[Example, ...]:
    """All examples, in the order in which the prompt shows them."""
    text = (files("looksmith.programs.examples") / "examples.toml").read_text(encoding="utf-8")
    return read_examples(text, "examples.toml")


def usable(bank: Iterable[Example], registry: Registry) -> tuple[Example, ...]:
    """The examples that check against a registry: one that calls a tool which is not offered would mislead."""
    return tuple(e for e in bank if isinstance(check(Program(e.program, e.question), registry), Checked))
