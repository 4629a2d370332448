"""What is said of people and how it is judged, by the real networks on photos."""

import pytest

from looksmith.tools.core.errors import UnknownName
from looksmith.tools.core.values import Box
from looksmith.tools.models.people.expression import FacialExpressions
from looksmith.tools.models.people.movenet import MoveNet
from looksmith.tools.models.people.mtcnn import Mtcnn
from looksmith.tools.see.people.manner import Manner
from looksmith.tools.see.people.manner_words import manner_of
from looksmith.tools.weights.store import Weights

PERSON = Box(5, 8, 375, 512, "person")


@pytest.fixture(scope="module")
def manner(weights: Weights) -> Manner:
    return Manner(MoveNet(weights, "cpu"), Mtcnn(weights, "cpu"), FacialExpressions(weights, "cpu"))


@pytest.mark.parametrize(
    ("said", "so"),
    [
        ("smiling", True),
        ("looking happy", True),
        ("sad", False),
        ("facing the camera", True),
        ("seen from behind", False),
        ("with crossed arms", False),
        ("with raised arms", False),
    ],
)
def test_a_portrait(manner: Manner, photo, said, so):
    told = manner.VERIFY(photo("astronaut"), PERSON, said)
    assert told.value is so and told.confidence is not None and 0.5 <= told.confidence < 1


def test_a_choice_between_manners(manner: Manner, photo):
    image = photo("astronaut")
    assert manner.choose(image, PERSON, ["sad", "happy"]).value == "happy"
    assert manner.choose(image, None, ["smiling", "angry"]).value == "smiling", "of all faces"
    assert manner.choose(image, PERSON, ["from behind", "from the front"]).value == "from the front"
    assert manner.choose(image, PERSON, ["crossed", "hanging down"]).value == "hanging down"
    assert manner.choose(image, PERSON, ["up", "down"]) is None
    assert manner.choose(image, PERSON, ["happy", "sitting"]) is None
    assert manner.choose(image, PERSON, ["happy", "smiling"]) is None, "the same"
    assert manner.choose(image, PERSON, ["red", "blue"]) is None


def test_what_cannot_be_seen_is_said(manner: Manner, photo):
    legs = Box(5, 300, 375, 512, "person")
    with pytest.raises(UnknownName, match="smiling"):
        manner.VERIFY(photo("astronaut"), legs, "smiling")
    with pytest.raises(UnknownName, match="facing left"):
        manner.VERIFY(photo("coffee"), Box(100, 50, 400, 300, "cup"), "facing left")
    with pytest.raises(UnknownName, match="rich"):
        manner.VERIFY(photo("astronaut"), PERSON, "rich")


def test_hands_that_are_outside_are_not_counted(manner: Manner, photo):
    hands = manner.hands(photo("astronaut"), PERSON)
    assert len(hands) <= 2 and all(hand.label == "hand" for hand in hands)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("smiling", ("mood", "happy")),
        ("with a smile", ("mood", "happy")),
        ("looking at the camera", ("facing", "camera")),
        ("with their back to us", ("facing", "away")),
        ("from behind", ("facing", "away")),
        ("looking to the left", ("facing", "left")),
        ("with folded arms", ("arms", "crossed")),
        ("with her hands up", ("arms", "raised")),
        ("sitting", ("posture", "seated")),
        ("looking at the dog", None),
        ("behind the car", None),
        ("happy and tall", None),
        ("in red", None),
    ],
)
def test_words_for_manners(text, meant):
    assert manner_of(text) == meant
