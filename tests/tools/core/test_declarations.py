"""Declarations that are not complete say what to do."""

from __future__ import annotations

import enum
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal

import pytest

from looksmith.tools.core.errors import ToolDeclarationError
from looksmith.tools.core.tool import Tool

if TYPE_CHECKING:
    from decimal import Decimal


class Side(enum.Enum):
    """A side."""

    LEFT = "left"


def _no_type(thing) -> int:
    """A thing."""
    return 0


def _no_result(thing: int):
    """A thing."""


def _no_doc(thing: int) -> int:
    return thing


def _many(*things: int) -> int:
    """A thing."""
    return 0


def _any_name(**things: int) -> int:
    """A thing."""
    return 0


def _positional(thing: int, /) -> int:
    """A thing."""
    return thing


def _unknown(thing: bytes) -> int:
    """A thing."""
    return 0


def _unknown_inside(thing: list[dict[str, complex]]) -> int:
    """A thing."""
    return 0


def _bare(thing: list) -> int:
    """A thing."""
    return 0


def _not_imported(thing: Decimal) -> int:
    """A thing."""
    return 0


def _member(thing: Literal[Side.LEFT]) -> int:
    """A thing."""
    return 0


@pytest.mark.parametrize(
    "function",
    [
        *(_no_type, _no_result, _no_doc, _many, _any_name, _positional),
        *(_unknown, _unknown_inside, _bare, _not_imported, _member),
    ],
)
def test_incomplete_declaration_says_what_to_do(function: Callable[..., Any]) -> None:
    with pytest.raises(ToolDeclarationError) as refused:
        Tool.of(function)
    assert function.__name__ in refused.value.message
    assert refused.value.hint
