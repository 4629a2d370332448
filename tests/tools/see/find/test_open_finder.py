"""Finding things by any noun over a phrase detector that is written down, and a verifier and an asker that are told."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from PIL import Image as Pillow

from looksmith.tools.core.errors import NoDetection, ToolError, UnknownName
from looksmith.tools.core.values import Box, Image
from looksmith.tools.see.color.color import ColorNamer
from looksmith.tools.see.find.open_finder import OpenFinder
from looksmith.tools.see.finders.phrase_eye import MORE, PhraseEye
from looksmith.tools.words.wordnet import WordNet

PICTURE = Image.of(Pillow.new("RGB", (100, 100), "red"))
MAN = Box(10, 10, 40, 90, "man", 0.8)
UMBRELLA = Box(30, 10, 55, 40, "umbrella", 0.6)
APPLE = Box(60, 60, 70, 70, "apple", 0.7)
FAR = Box(90, 90, 99, 99, "umbrella", 0.9)


class _Written:
    """Finds the boxes whose label is the phrase's last words; reads so many phrases at once."""

    backend = "written"
    threshold = 0.5
    independent = False

    def __init__(self, *boxes: Box, most: int = 1000) -> None:
        self.boxes = boxes
        self.most = most
        self.asked: list[list[str]] = []

    def load(self) -> None: ...

    def find(self, images: Sequence[Image], phrases: Sequence[str]) -> list[list[list[Box]]]:
        if len(phrases) > self.most:
            raise ToolError("too much text")
        self.asked.append(list(phrases))
        return [[[box for box in self.boxes if phrase.endswith(box.label)] for phrase in phrases] for _ in images]


class _Told:
    """A verifier of statements and an answerer of questions."""

    def __init__(self, said: Any) -> None:
        self.said = said
        self.asked: list[str] = []

    def load(self) -> None: ...

    def VERIFY(self, image: Image, box: Box, statement: str) -> bool:
        self.asked.append(statement)
        if self.said is None:
            raise ToolError("cannot say")
        return self.said

    def VQA(self, image: Image, question: str) -> str:
        self.asked.append(question)
        return self.said


def finder(wordnet: WordNet, *boxes: Box, most: int = 1000, **more: Any) -> tuple[OpenFinder, _Written]:
    detector = _Written(*boxes, most=most)
    return OpenFinder(PhraseEye(detector, wordnet), ColorNamer(), **more), detector


def test_the_attributes_go_into_the_phrase_and_are_judged_afterwards(wordnet: WordNet) -> None:
    tools, detector = finder(wordnet, APPLE)
    assert tools.COUNT(PICTURE, "red apple").value == 1
    assert tools.COUNT(PICTURE, "apple", "green").value == 0
    assert tools.EXISTS(PICTURE, "green apple").value is False
    assert detector.asked[0] == ["red apple"]
    assert tools.LOC(PICTURE, "apple").value.label == "apple"


def test_one_name_in_one_image_is_one_look(wordnet: WordNet) -> None:
    tools, detector = finder(wordnet, MAN)
    assert tools.LOC(PICTURE, "man").value == tools.DETECT(PICTURE, "a man").value[0]
    calls: list[dict[str, Any]] = [{"image": PICTURE, "name": "man"}, {"image": PICTURE, "name": "dog"}]
    man, dog = tools.look_many(calls, ["EXISTS", "COUNT"])
    assert (man.value, dog.value) == (True, 0)
    assert detector.asked == [["man"], ["a man"], ["dog"]] or detector.asked == [["man"], ["dog"]]


def test_several_names_are_one_pass(wordnet: WordNet) -> None:
    tools, detector = finder(wordnet, MAN, APPLE)
    assert [box.label for box in tools.DETECT(PICTURE, ["man", "red apple"]).value] == ["man", "apple"]
    assert detector.asked == [["man", "red apple"]]


def test_everything_is_looked_for_in_as_few_passes_as_the_detector_allows(wordnet: WordNet) -> None:
    tools, detector = finder(wordnet, MAN, UMBRELLA, APPLE, most=100)
    assert {box.label for box in tools.THINGS(PICTURE).value} == {"umbrella", "apple"}
    assert len(detector.asked) == 2 and sum(map(len, detector.asked)) == 80 + len(MORE)
    assert not set(MORE) & {"apple", "umbrella"} and len(set(MORE)) == len(MORE)


def test_things_of_a_kind_have_their_own_names(wordnet: WordNet) -> None:
    tools, _ = finder(wordnet, MAN, APPLE, Box(60, 60, 70, 70, "fruit", 0.9), Box(0, 0, 9, 9, "fruit", 0.6))
    assert [box.label for box in tools.THINGS(PICTURE, "fruit").value] == ["apple", "fruit"]
    assert tools.EXISTS(PICTURE, "vehicle").value is False


def test_what_boxes_cannot_say_is_asked_of_the_verifier(wordnet: WordNet) -> None:
    for said, found in ((True, 1), (False, 0), (None, 1)):
        verifier = _Told(said)
        tools, _ = finder(wordnet, MAN, verifier=verifier)
        sight = tools.DETECT(PICTURE, "man", "sitting")
        assert (len(sight.value), verifier.asked) == (found, ["sitting"])
        assert bool(sight.assumptions) is (said is None)
        assert sight.confidence is None or said is None
    assert finder(wordnet, MAN, verifier=_Told(True))[0].VERIFY(PICTURE, MAN, "smiling").value is True
    with pytest.raises(ToolError, match="smiling"):
        finder(wordnet, MAN)[0].VERIFY(PICTURE, MAN, "smiling")


def test_the_asker_names_the_partner_and_the_detector_finds_it(wordnet: WordNet) -> None:
    asker = _Told("the man is holding a red umbrella.")
    tools, detector = finder(wordnet, MAN, FAR, UMBRELLA, asker=asker)
    found = tools.PARTNER(PICTURE, MAN, "holding").value
    assert (found.left, found.label) == (UMBRELLA.left, "umbrella")
    assert asker.asked == ["What is the man holding?"] and detector.asked == [["red umbrella"]]
    tools.PARTNER(PICTURE, MAN, "behind")
    assert asker.asked[-1] == "What is behind the man?"


def test_a_partner_without_a_box_has_its_name(wordnet: WordNet) -> None:
    found = finder(wordnet, MAN, asker=_Told("kite"))[0].PARTNER(PICTURE, MAN, "holding")
    assert found.value.label == "kite" and found.assumptions
    with pytest.raises(NoDetection, match="nothing"):
        finder(wordnet, MAN, asker=_Told("nothing"))[0].PARTNER(PICTURE, MAN, "holding")


def test_without_an_asker_boxes_say_who_the_partner_is(wordnet: WordNet) -> None:
    found = finder(wordnet, MAN, UMBRELLA)[0].PARTNER(PICTURE, MAN, "holding")
    assert found.value.label == "umbrella" and found.confidence is None


def test_places_that_say_here_are_no_conditions(wordnet: WordNet) -> None:
    assert finder(wordnet, MAN)[0].COUNT(PICTURE, "man", "in the room").assumptions == ()


@pytest.mark.parametrize("name", ["", "?!", "the red"])
def test_what_names_nothing_is_refused(wordnet: WordNet, name: str) -> None:
    with pytest.raises(ToolError) as told:
        finder(wordnet, MAN)[0].LOC(PICTURE, name)
    assert not isinstance(told.value, UnknownName)
