"""A thing that fills the picture is found where the detector finds none, and an animal only once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from PIL import Image as Pillow

from looksmith.tools.core.errors import NoDetection
from looksmith.tools.core.values import Box, Image
from looksmith.tools.see.color.color import ColorNamer
from looksmith.tools.see.find.find import Finder
from looksmith.tools.see.finders.close_up import CloseUps
from looksmith.tools.see.finders.sights import Eyes, Sight
from looksmith.tools.weights.store import Weights
from looksmith.tools.words import coco_classes
from looksmith.tools.words.kinds import said
from looksmith.tools.words.wordnet import WordNet

PICTURE = Image.of(Pillow.new("RGB", (200, 100), "red"))
ANIMALS = ("dog", "bear", "squirrel", "cow")


class Seen:
    """An eye that knows every noun and sees these things."""

    def __init__(self, *things: Box, nouns: Sequence[str] = ()) -> None:
        self._things = things
        self._nouns = nouns

    def load(self) -> None:
        """There is nothing to load."""

    def look(self, images: Sequence[Image]) -> None:
        """There is nothing to look with."""

    def knows(self, noun: str) -> bool:
        """Only some, where it was told which."""
        return not self._nouns or noun in self._nouns

    def find(self, image: Image, noun: str, *, told_apart: bool) -> Sight:
        """Those with that label."""
        return Sight(tuple(thing for thing in self._things if thing.label == noun))

    def resembling(self, image: Image, noun: str) -> Sight:
        """Nothing resembles anything."""
        return Sight(())

    def everything(self, image: Image) -> Sequence[Box]:
        """All of them."""
        return self._things

    def is_kind(self, name: str, kind: str) -> bool:
        """Animals alone have a kind."""
        return kind == "animal" and name in ANIMALS


class Names:
    """Names every picture with the same shares."""

    def __init__(self, shares: Mapping[str, float]) -> None:
        self._shares = shares

    def load(self) -> None:
        """There is nothing to load."""

    def shares(self, image: Image, kind: str = "thing") -> Mapping[str, float]:
        """Those that it was given."""
        return self._shares


def finder(home: Path, shares: Mapping[str, float], *things: Box, maps: Seen | None = None) -> Finder:
    vocabulary = coco_classes.vocabulary(WordNet(Weights(home / "weights")))
    close_ups = CloseUps(Names(shares), vocabulary, said, maps or Seen(nouns=("nothing",)))
    return Finder(Eyes([Seen(*things)], close_ups), ColorNamer(), "played")


def test_what_outweighs_all_other_names_fills_the_picture(shared_home: Path) -> None:
    found = finder(shared_home, {"apple": 0.5, "vase": 0.1})
    assert found.EXISTS(PICTURE, "apple").value is True
    counted = found.COUNT(PICTURE, "apple")
    assert (getattr(counted, "value", None), getattr(counted, "assumptions", None)) == (
        1,
        ("took the picture for a close-up of 'apple'",),
    )
    assert found.LOC(PICTURE, "apple").value == Box(0, 0, 200, 100, "apple", 0.5)
    assert [thing.label for thing in found.THINGS(PICTURE).value] == ["apple"]


@pytest.mark.parametrize("shares", [{"apple": 0.3, "vase": 0.1}, {"vase": 0.6, "apple": 0.2}, {}])
def test_a_name_among_others_does_not(shared_home: Path, shares: Mapping[str, float]) -> None:
    found = finder(shared_home, shares)
    assert found.EXISTS(PICTURE, "apple").value is False
    with pytest.raises(NoDetection):
        found.LOC(PICTURE, "apple")


def test_a_close_up_of_a_dog_is_not_told_to_be_one_of_a_poodle(shared_home: Path) -> None:
    found = finder(shared_home, {"dog": 0.6})
    assert found.EXISTS(PICTURE, "poodle").value is False
    assert getattr(found.COUNT(PICTURE, "poodle"), "value", None) == 0
    assert found.EXISTS(PICTURE, "animal").value is True
    assert found.LOC(PICTURE, "poodle").assumptions == ("took the picture for a close-up of 'dog'",)


def test_its_region_is_that_of_the_class_maps(shared_home: Path) -> None:
    region = Box(20, 30, 80, 90, "dog", 0.4)
    found = finder(shared_home, {"dog": 0.6}, maps=Seen(region))
    assert found.LOC(PICTURE, "dog").value == Box(20, 30, 80, 90, "dog", 0.6)


def test_what_the_detector_finds_is_believed_before(shared_home: Path) -> None:
    seen = Box(0, 0, 50, 50, "apple", 0.9)
    found = finder(shared_home, {"apple": 0.9}, seen)
    assert found.DETECT(PICTURE, "apple").value == [seen]


def test_an_animal_does_not_sit_on_itself(shared_home: Path) -> None:
    squirrel, bear = Box(40, 10, 100, 60, "squirrel", 0.8), Box(45, 15, 105, 70, "bear", 0.5)
    with pytest.raises(NoDetection):
        finder(shared_home, {}, bear).PARTNER(PICTURE, squirrel, "sitting on")
    cow = Box(30, 50, 150, 100, "cow", 0.9)
    assert finder(shared_home, {}, bear, cow).PARTNER(PICTURE, squirrel, "sitting on").value == cow
