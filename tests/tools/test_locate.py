"""Finding things by name: over a detector that is written down, so that every score is known."""

from collections.abc import Sequence
from typing import Any

import pytest
from PIL import Image as Pillow

from looksmith.tools import coco
from looksmith.tools.errors import NoDetection, ToolError, UnknownName
from looksmith.tools.executor import Executor
from looksmith.tools.locate import THRESHOLD, Locator
from looksmith.tools.models.wordnet import WordNet
from looksmith.tools.registry import Registry
from looksmith.tools.tool import Tool
from looksmith.tools.values import Box, Image
from looksmith.tools.vocabulary import Match, Vocabulary

BIG = Box(0, 0, 50, 50, "cup", 0.9)
SMALL = Box(60, 60, 70, 70, "cup", 0.5)
POOR = Box(70, 0, 90, 20, "cup", 0.3)
DOG = Box(10, 10, 40, 40, "dog", 0.8)
FAINT = Box(10, 10, 40, 40, "horse", 0.25)


class _Written:
    """A detector that finds what it was told, and counts its passes."""

    backend = "written"
    names = coco.CLASSES

    def __init__(self, vocabulary: Vocabulary, *boxes: Box) -> None:
        self.vocabulary = vocabulary
        self.boxes = boxes
        self.thresholds: dict[str, float] = {}
        self.loads = 0
        self.looked: list[Image] = []

    def load(self) -> None:
        self.loads += 1

    def find(self, name: str) -> Match:
        return self.vocabulary.find(name)

    def look(self, images: Sequence[Image]) -> None:
        self.looked += images

    def detect(self, image: Image) -> list[Box]:
        return [box for box in self.boxes if box.intersection(image.frame)]


@pytest.fixture
def image() -> Image:
    return Image.of(Pillow.new("RGB", (100, 100)))


@pytest.fixture(scope="module")
def vocabulary(wordnet: WordNet) -> Vocabulary:
    return coco.vocabulary(wordnet)


@pytest.fixture
def locator(vocabulary: Vocabulary) -> Locator:
    return Locator(_Written(vocabulary, BIG, DOG, SMALL, POOR, FAINT))


@pytest.fixture
def executor(locator: Locator) -> Executor:
    registry = Registry()
    registry.add(locator)
    return Executor(registry)


def test_loc_is_the_best_and_keeps_the_rest(locator: Locator, image: Image):
    found = locator.LOC(image, "mugs")
    assert found.value == BIG
    assert found.rejected == (SMALL, POOR)
    assert found.scores == {"cup 1": 0.9, "cup 2": 0.5, "cup 3": 0.3}


def test_detect_is_best_first_and_keeps_what_was_too_poor(locator: Locator, image: Image):
    found = locator.DETECT(image, "cup")
    assert found.value == [BIG, SMALL]
    assert found.rejected == (POOR,)
    assert locator.DETECT(image, "zebra").value == []


def test_exists(locator: Locator, image: Image):
    assert locator.EXISTS(image, "dog").value is True
    assert locator.EXISTS(image, "zebra").value is False
    faint = locator.EXISTS(image, "horse")
    assert faint.value is False
    assert faint.rejected == (FAINT,)


def test_count_of_boxes_and_of_a_name(locator: Locator, image: Image):
    assert locator.COUNT([BIG, DOG]) == 2
    assert locator.COUNT(items=[]) == 0
    assert locator.COUNT(image, "cups").value == 2
    assert locator.COUNT(image=image, name="zebra").value == 0


def test_a_score_at_the_threshold_is_found(vocabulary: Vocabulary, image: Image):
    edge = Box(0, 0, 5, 5, "cup", THRESHOLD)
    assert Locator(_Written(vocabulary, edge)).DETECT(image, "cup").value == [edge]
    assert Locator(_Written(vocabulary, edge), threshold=0.41).DETECT(image, "cup").value == []


def test_a_detector_may_have_a_threshold_of_its_own_for_a_name(image: Image):
    detector = _Written(SMALL, FAINT)
    detector.thresholds = {"cup": 0.6, "horse": 0.2}
    locator = Locator(detector)
    assert locator.DETECT(image, "horse").value == [FAINT]
    assert locator.DETECT(image, "cup").rejected == (SMALL,)
    with pytest.raises(NoDetection, match=r"0\.60 is needed"):
        locator.LOC(image, "mug")


def test_nothing_found_tells_the_best_candidate(locator: Locator, image: Image):
    with pytest.raises(NoDetection, match=r"No horse was found in the image.*horse 0\.25.*0\.40 is needed"):
        locator.LOC(image, "horse")


def test_nothing_found_in_a_crop_tells_the_crop(locator: Locator, image: Image):
    part = image.crop(Box(50, 50, 60, 60))
    with pytest.raises(NoDetection, match=r"No dog was found in the crop \(50, 50, 60, 60\)"):
        locator.LOC(part, "dog")


def test_a_wider_word_finds_all_of_its_kinds_with_their_own_names(locator: Locator, image: Image):
    found = locator.DETECT(image, "animals")
    assert found.value == [DOG]
    assert found.rejected == (), "the faint horse is the dog again"
    assert found.assumptions == ()
    assert locator.COUNT(image, "object").value == 3
    assert locator.EXISTS(image, "fruit").value is False


def test_a_narrower_word_is_taken_for_the_nearest_name_and_says_so(locator: Locator, image: Image):
    puppy = locator.LOC(image, "the puppy")
    assert (puppy.value, puppy.assumptions) == (DOG, ("took 'puppy' for 'dog'",))
    found = locator.DETECT(image, "coffee cups")
    assert (found.value, found.assumptions) == ([BIG, SMALL], ("took 'coffee cup' for 'cup'",))
    assert locator.DETECT(image, "boy").value == []


@pytest.mark.parametrize("ask", ["EXISTS", "COUNT"])
def test_where_the_difference_is_asked_for_it_is_not_assumed(locator: Locator, image: Image, ask: str):
    with pytest.raises(UnknownName, match='does not know "puppy"') as caught:
        getattr(locator, ask)(image, "puppy")
    assert caught.value.hint == 'The nearest that it knows is "dog": it does not tell "puppy" from any other dog.'
    none = getattr(locator, ask)(image, "boys")
    assert not none.value, "where there are no people there are no boys"
    assert none.assumptions == ()


@pytest.mark.parametrize("ask", ["LOC", "DETECT", "EXISTS", "COUNT"])
def test_an_unknown_name_is_not_an_unfound_one(executor: Executor, image: Image, ask: str):
    assert isinstance(executor.call(ask, (image, "lamp"), {}).error, UnknownName)
    empty = executor.call(ask, (image, " "), {}).error
    assert isinstance(empty, ToolError) and not isinstance(empty, UnknownName)


@pytest.mark.parametrize(
    ("args", "kwargs", "value"),
    [
        (([BIG, SMALL, DOG],), {}, 3),
        ((), {"items": [BIG]}, 1),
    ],
)
def test_count_of_a_list_through_the_executor(executor: Executor, args: tuple, kwargs: dict, value: int):
    assert executor.call("COUNT", args, kwargs).value == value


def test_count_of_a_name_through_the_executor(executor: Executor, image: Image):
    by_place, by_name = executor.call("COUNT", (image, "cup"), {}), executor.call("COUNT", (image,), {"name": "cup"})
    assert by_place.value == by_name.value == 2
    assert by_place.rejected == (POOR,)
    assert executor.call("COUNT", (image,), {}).error is not None
    assert executor.call("COUNT", ([BIG], "cup"), {}).error is not None


def test_calls_in_a_batch_are_told_what_they_are_told_alone_after_one_look_at_all_images(
    vocabulary: Vocabulary, image: Image
):
    detector, part = _Written(vocabulary, BIG, DOG, POOR), image.crop(Box(60, 0, 100, 100))
    locator = Locator(detector)
    calls: list[tuple[str, dict[str, Any]]] = [
        ("LOC", {"image": image, "name": "cup"}),
        ("COUNT", {"image": image, "name": "dog"}),
        ("LOC", {"image": part, "name": "cup"}),
        ("EXISTS", {"image": image, "name": "gizmo"}),
        ("COUNT", {"items": [BIG, DOG]}),
    ]
    found = locator.look_many([call for _, call in calls], [name for name, _ in calls])
    assert [found[0].value, found[1].value, found[4]] == [BIG, 1, 2]
    assert [type(error) for error in (found[2], found[3])] == [NoDetection, UnknownName]
    assert detector.looked == [image, part]


def test_the_declarations(locator: Locator):
    tools = [Tool.of(getattr(locator, name)) for name in ("LOC", "DETECT", "EXISTS", "COUNT")]
    assert [tool.prompt_lines[0].split("  # ")[0] for tool in tools] == [
        "LOC(image: Image, name: str) -> Box",
        "DETECT(image: Image, name: str) -> list[Box]",
        "EXISTS(image: Image, name: str) -> bool",
        "COUNT(items: list[Box]) -> int",
    ]
    assert tools[3].prompt_lines[1] == "COUNT(image: Image, name: str) -> int"
    assert all(len(tool.summary.split()) <= 12 and tool.backend == "written" for tool in tools)


def test_the_tools_load_their_detector_once(vocabulary: Vocabulary, image: Image):
    detector = _Written(vocabulary, BIG)
    registry = Registry()
    registry.add(Locator(detector))
    executor = Executor(registry)
    assert detector.loads == 0
    for name in ("LOC", "EXISTS", "COUNT", "DETECT"):
        executor.call(name, (image, "cup"), {})
    assert detector.loads == 1
