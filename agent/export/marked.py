"""The pictures of a run's steps with what lies in each, as the page of the run has them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from ...tools.core.errors import InputError
from ...tools.core.packages import require
from ...tools.core.values import Mask
from ..pages.page import Card, Part, page_values
from ..reading.view import RunView


def require_supervision() -> None:
    """Raises PrerequisiteError when supervision is not installed."""
    require("export", "supervision")


def cards(run: RunView) -> Sequence[Card]:
    """A card for each step. Raises InputError when a picture of the run is missing."""
    return cast("Sequence[Card]", page_values(run, link=lambda name: name)["cards"])


def card(run: RunView, number: int) -> Card:
    """The card of a step by its number, from 1. Raises InputError when the run has no such step."""
    found = cards(run)
    if not 1 <= number <= len(found):
        has = f"{len(found)} step{'s' * (len(found) != 1)}" if found else "no steps"
        raise InputError(f"The run {run.run.name} has no step {number}: it has {has}.")
    return found[number - 1]


def mask_of(part: Part) -> Mask:
    """A mask from its JSON."""
    return Mask(part["width"], part["height"], tuple(part["counts"]))
