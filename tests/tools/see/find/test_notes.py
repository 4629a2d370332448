"""CAPTION without a model that writes: what the pocket's models see at a glance."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from looksmith.tools.core.tool import Scored, Tool
from looksmith.tools.core.values import Box, Image
from looksmith.tools.models.detect.nanodet import NanoDet
from looksmith.tools.models.encode.efficientnet import EfficientNet
from looksmith.tools.profiles.pocket import pocket_finder
from looksmith.tools.see.color.color import ColorNamer
from looksmith.tools.see.find.notes import NoteTaker, place
from looksmith.tools.see.finders.sights import Eyes
from looksmith.tools.weights.store import Weights

FRAME = Box(0, 0, 300, 200)


class _Reading:
    """Reads in every image what the test says."""

    def __init__(self, text: str) -> None:
        self.text = text

    def load(self) -> None:
        """Nothing to load."""

    def READ(self, image: Image) -> Scored[str]:
        return Scored(self.text)


@pytest.fixture(scope="module")
def network(weights: Weights) -> EfficientNet:
    return EfficientNet(weights, "cpu")


@pytest.fixture(scope="module")
def eyes(weights: Weights) -> Eyes:
    return pocket_finder(NanoDet(weights, "cpu"), None).eyes


@pytest.fixture(scope="module")
def taker(network: EfficientNet, eyes: Eyes) -> NoteTaker:
    made = NoteTaker(eyes, network, ColorNamer(), _Reading("OPEN\ndaily"))
    made.load()
    return made


def test_things_are_told_with_their_number_and_place(taker: NoteTaker, photo: Callable[[str], Image]):
    said = taker.CAPTION(photo("coffee"))
    assert "1 cup (" in said and "middle" in said and "dining table" in said
    assert "1 cat (" in taker.CAPTION(photo("chelsea"))


def test_what_the_whole_picture_may_show_is_told(taker: NoteTaker, photo: Callable[[str], Image]):
    assert "It may show: " in taker.CAPTION(photo("chelsea"))
    assert "cat" in taker.CAPTION(photo("chelsea")).partition("It may show: ")[2]


def test_its_text_is_told_in_one_line_and_not_without_end(
    network: EfficientNet, eyes: Eyes, taker: NoteTaker, photo: Callable[[str], Image]
):
    assert taker.CAPTION(photo("coffee")).endswith('Text: "OPEN / daily".')
    lengthy = NoteTaker(eyes, network, ColorNamer(), _Reading("word " * 200))
    assert len(lengthy.CAPTION(photo("coffee"))) < 500
    for reader in (None, _Reading("")):
        assert "Text" not in NoteTaker(eyes, network, ColorNamer(), reader).CAPTION(photo("coffee"))


def test_of_people_no_color_is_told_and_of_nothing_without_a_model_for_it(
    network: EfficientNet, eyes: Eyes, taker: NoteTaker, photo: Callable[[str], Image]
):
    assert "1 person (left)" in taker.CAPTION(photo("camera"))
    assert "1 cup (middle)" in NoteTaker(eyes, network, None, None).CAPTION(photo("coffee"))


def test_images_together_are_told_as_alone(taker: NoteTaker, photo: Callable[[str], Image]):
    images: Sequence[Image] = (photo("coffee"), photo("chelsea"))
    assert taker.CAPTION(list(images)) == [taker.CAPTION(image) for image in images]


def test_where_nothing_is_seen_that_is_told(network: EfficientNet, photo: Callable[[str], Image]):
    assert "Things seen: none for sure." in NoteTaker(Eyes(()), network, None, None).CAPTION(photo("moon"))


@pytest.mark.parametrize(("left", "where"), [(0, "left"), (140, "middle"), (280, "right")])
def test_places(left: int, where: str):
    assert place(Box(left, 0, left + 20, 20), FRAME) == where


def test_the_declaration(taker: NoteTaker):
    tool = Tool.of(taker.CAPTION)
    assert tool.backend == "notes" and len(tool.prompt_lines) == 2
