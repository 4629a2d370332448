"""Clauses that say what somebody does to the thing that is spoken of."""

from __future__ import annotations

import pytest

from looksmith.tools.phrases.conditions import read_conditions, read_phrase, show


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("that the nurse is holding", "held by nurse"),
        ("the nurse holds", "held by nurse"),
        ("that the old man in the blue coat carries", "carried by man (old; wearing coat (blue))"),
        ("which the cat is sleeping on", "under cat"),
        ("that the child sits in", "containing child"),
        ("the dog is looking at", "faced by dog"),
        ("that is on the shelf", "on shelf"),
        ("next to the man riding", "next to man (riding)"),
    ],
)
def test_a_condition_is_said_of_the_object(text: str, shown: str) -> None:
    assert show(read_conditions(text)) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("the bag the nurse is holding", "bag (held by nurse)"),
        ("bench that the cat lies on", "bench (under cat)"),
        ("two ponies the girls ride", "2 pony (ridden by girl)"),
        ("a man in the boat is eating", "man (in boat; eating)"),
        ("the man the dog looks at", "man (faced by dog)"),
        ("man riding a horse", "man (riding horse)"),
        ("the dog is wearing a hat", "dog (wearing hat)"),
    ],
)
def test_a_noun_with_such_a_clause(text: str, shown: str) -> None:
    assert show(read_phrase(text)) == shown
