"""Detects two descriptions that were found in the same place, so that they were not told apart.

A program that compares "the red chair" with "the blue chair" says nothing if both are one box. On the development
photos, 2 of 13 such answers were right; with perfect vision, none of the 500 questions was answered like this.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations

from ...programs.language.program import parse
from ...sandbox.outcome import Outcome
from ...tools.core.call import Call
from ...tools.core.values import Box
from ...tools.media.geometry import OVERLAP
from .fragile import Made

_SAME = 0.95
"""IoU above which two boxes are the same place."""
_IDENTITY = ("OVERLAP", "INSIDE", "TOUCHING")
"""Tools by which a program may ask whether two boxes are the same thing."""


def told_apart(outcome: Outcome, made: Sequence[Made], source: str) -> Outcome:
    """The outcome, or a `tool_error` if two different descriptions were found in the same place.

    made: the program's calls with their results. source: the program; if it asks whether two things are the same, they
        may be found in the same place.
    """
    found = [one.call for one in made if isinstance(one.call.value, Box) and _words(one.call)]
    if outcome.kind != "ok" or len(found) < 2 or _asks_identity(source):
        return outcome
    for one, other in combinations(found, 2):
        if _different(one, other) and OVERLAP(one.value, other.value) > _SAME:
            message = f'"{_description(one)}" and "{_description(other)}" were found in the same place.'
            return replace(
                outcome, kind="tool_error", answer=None, message=f"{message} No model here tells them apart."
            )
    return outcome


def _different(one: Call, other: Call) -> bool:
    """Do they describe different things in the same image? A flower and an open flower may be the same thing."""
    images = [[value for value in call.arguments.values() if not isinstance(value, str)] for call in (one, other)]
    return images[0] == images[1] and not (_words(one) <= _words(other) or _words(other) <= _words(one))


def _description(call: Call) -> str:
    """What was looked for, as text: the arguments that are strings."""
    return " ".join(value for value in call.arguments.values() if isinstance(value, str) and value)


def _words(call: Call) -> set[str]:
    return set(_description(call).lower().split())


def _asks_identity(source: str) -> bool:
    """Does the program ask whether two boxes are one?"""
    for node in ast.walk(parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _IDENTITY:
            return True
        if isinstance(node, ast.Compare) and all(isinstance(one, ast.Name) for one in (node.left, *node.comparators)):
            return True
    return False
