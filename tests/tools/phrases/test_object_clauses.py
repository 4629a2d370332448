"""Clauses that say what somebody does to the thing that is spoken of."""

from __future__ import annotations

import pytest

from looksmith.tools.phrases.conditions import read_conditions, read_phrase, read_relation, show


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
        ("that the nurse is not holding", "not held by nurse"),
        ("that the nurse and the boy are holding", "held by nurse; held by boy"),
        ("the one that the nurse is holding", "one; held by nurse"),
        ("the heater is on", "heater"),
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
        ("mug that the nurse is not holding", "mug (not held by nurse)"),
        ("mug the nurse isn't holding", "mug (not held by nurse)"),
        ("scarf the boy never wears", "scarf (not worn by boy)"),
        ("all the toys that the boy is holding", "toy (held by boy)"),
        ("the same shape as the cap the boy is wearing", "shape (same; cap; worn by boy)"),
        ("lantern she is carrying", "lantern (carried by woman)"),
        ("badge on the cap the boy is wearing", "badge (on cap; worn by boy)"),
        ("stool on which the boy is standing", "stool (under boy)"),
        ("crate behind which the dog sleeps", "crate (in front of dog)"),
        ("nail the coat hangs on", "nail (touching coat)"),
        ("woman who holds the cat is watching", "woman (holding cat; watching)"),
    ],
)
def test_a_noun_with_such_a_clause(text: str, shown: str) -> None:
    assert show(read_phrase(text)) == shown


def test_what_the_thing_does_itself_is_not_done_to_it() -> None:
    assert show(read_conditions("the dog is eating", "dog")) == "dog; eating"
    assert show(read_conditions("she is driving", "woman")) == "driving"
    assert show(read_conditions("the dog is eating", "bone")) == "eaten by dog"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("in the hands of", "held by"),
        ("held in the hand by", "held by"),
        ("in her right hand", "holding"),
        ("carrying on his shoulder", "carrying"),
    ],
)
def test_who_has_what_is_told_apart(text: str, name: str) -> None:
    assert read_relation(text) == name
