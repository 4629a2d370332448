"""Where on a person things are worn."""

import pytest

from looksmith.tools.body import place_on, worn_on
from looksmith.tools.meanings import Meanings
from looksmith.tools.models.wordnet import WordNet
from looksmith.tools.values import Box

PERSON = Box(100, 50, 200, 350, "person", 0.7)


@pytest.fixture(scope="module")
def meanings(weights):
    return Meanings(WordNet(weights))


@pytest.mark.parametrize(
    ("word", "part"),
    [
        *[("hat", "head"), ("baseball cap", "head"), ("helmets", "head"), ("sunglasses", "eyes"), ("scarf", "neck")],
        *[("jacket", "torso"), ("t-shirt", "torso"), ("suit", "body"), ("jeans", "legs"), ("skirt", "legs")],
        *[("shoes", "feet"), ("boot", "feet"), ("backpack", "back")],
        *[("gloves", None), ("cup", None), ("car", None), ("flurb", None)],
    ],
)
def test_things_are_worn_on_parts(meanings, word, part):
    assert worn_on(word, meanings) == part


def test_parts_lie_one_above_the_other_within_the_person():
    for person in (PERSON, Box(0, 0, 100, 150)):
        head, torso, legs, feet = (place_on(person, part) for part in ("head", "torso", "legs", "feet"))
        assert head.center_y < torso.center_y < legs.center_y < feet.center_y
        for place in (head, torso, legs, feet):
            assert person.left <= place.left < place.right <= person.right
            assert person.top <= place.top < place.bottom <= person.bottom
            assert place.score == person.score
