"""The images of a run's steps with their annotations, as on the run's page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from ...tools.core.errors import InputError
from ..pages.page import page_values
from ..pages.run_pictures import Card
from ..reading.view import RunView


def cards(run: RunView) -> Sequence[Card]:
    """The cards of all steps. Raises InputError if an image of the run is missing."""
    return cast("Sequence[Card]", page_values(run, link=lambda name: name)["cards"])


def card(run: RunView, number: int) -> Card:
    """The card of a step by its number, from 1. Raises InputError if the run has no such step."""
    found = cards(run)
    if not 1 <= number <= len(found):
        has = f"{len(found)} step{'s' * (len(found) != 1)}" if found else "no steps"
        raise InputError(f"The run {run.run.name} has no step {number}: it has {has}.")
    return found[number - 1]
