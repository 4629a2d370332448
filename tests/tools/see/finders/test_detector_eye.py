"""Finding things by name over a detector that is written down, so that every score is known."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from PIL import Image as Pillow

from looksmith.tools.core.errors import NoDetection, ToolError, UnknownName
from looksmith.tools.core.registry import Registry
from looksmith.tools.core.tool import Tool
from looksmith.tools.core.values import Box, Image
from looksmith.tools.engine.executor import Executor
from looksmith.tools.models.detect.detector import THRESHOLD
from looksmith.tools.see.color.color import ColorNamer
from looksmith.tools.see.find.find import Finder
from looksmith.tools.see.finders.detector_eye import DetectorEye
from looksmith.tools.see.finders.sights import Eyes
from looksmith.tools.see.people.people import Guess
from looksmith.tools.words import coco_classes
from looksmith.tools.words.vocabulary import Vocabulary
from looksmith.tools.words.wordnet import WordNet

BIG = Box(0, 0, 50, 50, "cup", 0.9)
SMALL = Box(60, 60, 70, 70, "cup", 0.5)
POOR = Box(70, 0, 90, 20, "cup", 0.3)
DOG = Box(10, 10, 40, 40, "dog", 0.8)
FAINT = Box(10, 10, 40, 40, "horse", 0.25)
PRECISION = 0.7


class _Written:
    """A detector that finds what it was told, and counts its passes."""

    backend = "written"
    names = coco_classes.CLASSES

    def __init__(self, vocabulary: Vocabulary, *boxes: Box) -> None:
        self.vocabulary = vocabulary
        self.boxes = boxes
        self.thresholds: dict[str, float] = {}
        self.loads = 0
        self.looked: list[Image] = []

    def load(self) -> None:
        self.loads += 1

    def look(self, images: Sequence[Image]) -> None:
        self.looked += images

    def detect(self, image: Image) -> list[Box]:
        return [box for box in self.boxes if box.intersection(image.frame)]


class _Told:
    """People who look as the test says, in the order of their boxes."""

    def __init__(self, *kinds: Any) -> None:
        self.kinds = kinds

    def load(self) -> None:
        """Nothing to load."""

    def guess(self, image: Image, persons: Sequence[Box]) -> list[Guess]:
        return [Guess(kind, 0.9) for kind in self.kinds[: len(persons)]]


def finder(detector: _Written, people: _Told | None = None) -> Finder:
    return Finder(Eyes([DetectorEye(detector, PRECISION, people)]), ColorNamer(), detector.backend)


def row(*scores: float) -> tuple[Box, ...]:
    """People beside each other."""
    return tuple(Box(30 * i, 0, 30 * i + 20, 90, "person", score) for i, score in enumerate(scores))


@pytest.fixture
def image() -> Image:
    return Image.of(Pillow.new("RGB", (100, 100)))


@pytest.fixture(scope="module")
def vocabulary(wordnet: WordNet) -> Vocabulary:
    return coco_classes.vocabulary(wordnet)


@pytest.fixture
def tools(vocabulary: Vocabulary) -> Finder:
    return finder(_Written(vocabulary, BIG, DOG, SMALL, POOR, FAINT))


@pytest.fixture
def executor(tools: Finder) -> Executor:
    registry = Registry()
    registry.add(tools)
    return Executor(registry)


def test_loc_is_the_best_and_keeps_the_rest(tools: Finder, image: Image):
    found = tools.LOC(image, "mugs")
    assert found.value == BIG
    assert found.rejected == (SMALL, POOR)
    assert found.scores == {"cup 1": 0.9, "cup 2": 0.5, "cup 3": 0.3}
    assert found.confidence == PRECISION


def test_detect_is_best_first_and_keeps_what_was_too_poor(tools: Finder, image: Image):
    found = tools.DETECT(image, "cup")
    assert found.value == [BIG, SMALL]
    assert found.rejected == (POOR,)
    assert tools.DETECT(image, "zebra").value == []


def test_exists(tools: Finder, image: Image):
    assert tools.EXISTS(image, "dog").value is True
    assert tools.EXISTS(image, "zebra").value is False
    faint = tools.EXISTS(image, "horse")
    assert faint.value is False
    assert faint.rejected == (FAINT,)


def test_count_of_boxes_and_of_a_name(tools: Finder, image: Image):
    assert tools.COUNT([BIG, DOG]) == 2
    assert tools.COUNT(items=[]) == 0
    assert tools.COUNT(image, "cups").value == 2
    assert tools.COUNT(image=image, name="zebra").value == 0


def test_a_score_at_the_threshold_is_found(vocabulary: Vocabulary, image: Image):
    edge, below = Box(0, 0, 5, 5, "cup", THRESHOLD), Box(9, 9, 15, 15, "cup", THRESHOLD - 0.01)
    found = finder(_Written(vocabulary, edge, below)).DETECT(image, "cup")
    assert (found.value, found.rejected) == ([edge], (below,))


def test_a_detector_may_have_a_threshold_of_its_own_for_a_name(vocabulary: Vocabulary, image: Image):
    detector = _Written(vocabulary, SMALL, FAINT)
    detector.thresholds = {"cup": 0.6, "horse": 0.2}
    assert finder(detector).DETECT(image, "horse").value == [FAINT]
    assert finder(detector).DETECT(image, "cup").rejected == (SMALL,)
    assert finder(detector).EXISTS(image, "cup").value is False
    assert finder(detector).LOC(image, "horse").assumptions == ()
    assert finder(detector).LOC(image, "mug").assumptions == ("took the likeliest place for 'mug'",)


def test_nothing_found_tells_the_best_candidate(vocabulary: Vocabulary, image: Image):
    fainter = replace(FAINT, score=0.15)
    with pytest.raises(NoDetection, match=r"No horse was found in the image.*horse 0\.15.*with a score of 0\.15"):
        finder(_Written(vocabulary, BIG, fainter)).LOC(image, "horse")


def test_of_what_is_said_to_be_there_the_likeliest_candidate_is_taken_and_that_is_told(tools: Finder, image: Image):
    found = tools.LOC(image, "horse")
    assert (found.value, found.assumptions) == (FAINT, ("took the likeliest place for 'horse'",))
    assert found.confidence is not None and found.confidence < PRECISION
    assert (tools.EXISTS(image, "horse").value, tools.COUNT(image, "horse").value) == (False, 0)
    assert tools.DETECT(image, "horse").value == []


@pytest.mark.parametrize(("score", "found"), [(0.2, True), (0.19, False)])
def test_a_candidate_below_a_fifth_is_none(vocabulary: Vocabulary, image: Image, score: float, found: bool):
    tools = finder(_Written(vocabulary, replace(FAINT, score=score)))
    if found:
        assert tools.LOC(image, "horse").value.score == score
    else:
        with pytest.raises(NoDetection):
            tools.LOC(image, "horse")


def test_what_is_said_to_be_there_may_be_another_thing_of_its_kind(vocabulary: Vocabulary, image: Image):
    truck, apple = Box(0, 0, 60, 40, "truck", 0.8), Box(70, 70, 80, 80, "apple", 0.7)
    tools = finder(_Written(vocabulary, truck, apple, BIG))
    car = tools.LOC(image, "car")
    assert (car.value, car.assumptions) == (truck, ("took 'truck' for 'car'",))
    assert car.confidence is not None and car.confidence < PRECISION
    assert (tools.EXISTS(image, "car").value, tools.COUNT(image, "cars").value) == (False, 0)
    assert tools.LOC(image, "orange").value == apple
    for name in ("dog", "laptop"):
        with pytest.raises(NoDetection):
            tools.LOC(image, name)


def test_a_poor_candidate_of_the_name_comes_before_another_thing_of_its_kind(vocabulary: Vocabulary, image: Image):
    truck, car = Box(0, 0, 60, 40, "truck", 0.8), Box(60, 50, 90, 70, "car", 0.3)
    assert finder(_Written(vocabulary, truck, car)).LOC(image, "car").value == car


def test_nothing_found_in_a_crop_tells_the_crop(tools: Finder, image: Image):
    part = image.crop(Box(50, 50, 60, 60))
    with pytest.raises(NoDetection, match=r"No dog was found in the crop \(50, 50, 60, 60\)"):
        tools.LOC(part, "dog")


def test_a_wider_word_finds_all_of_its_kinds_with_their_own_names(vocabulary: Vocabulary, image: Image):
    again = Box(10, 10, 40, 40, "horse", 0.45)
    tools = finder(_Written(vocabulary, BIG, DOG, SMALL, again))
    found = tools.DETECT(image, "animals")
    assert found.value == [DOG]
    assert found.rejected == (again,), "the horse is the dog again"
    assert found.assumptions == ()
    assert tools.THINGS(image, "animal").value == [DOG]
    assert tools.THINGS(image).value == [BIG, DOG, SMALL]
    assert tools.COUNT(image, "object").value == 3
    assert tools.EXISTS(image, "fruit").value is False


def test_a_narrower_word_is_taken_for_the_nearest_name_and_says_so(tools: Finder, image: Image):
    puppy = tools.LOC(image, "puppy")
    assert (puppy.value, puppy.assumptions) == (DOG, ("took 'puppy' for 'dog'",))
    assert puppy.confidence is not None and puppy.confidence < PRECISION
    found = tools.DETECT(image, "coffee cups")
    assert (found.value, found.assumptions) == ([BIG, SMALL], ("took 'coffee cup' for 'cup'",))
    assert tools.DETECT(image, "boy").value == []


@pytest.mark.parametrize("ask", ["EXISTS", "COUNT"])
def test_where_the_difference_is_asked_for_it_is_not_assumed(tools: Finder, image: Image, ask: str):
    with pytest.raises(UnknownName, match="No model tells which dog is a puppy") as caught:
        getattr(tools, ask)(image, "puppy")
    assert caught.value.hint == 'It can look for "dog".'


@pytest.mark.parametrize(
    ("looks", "name", "count"),
    [
        (("man", "woman", "woman"), "woman", 2),
        (("man", "woman", "woman"), "man", 1),
        (("man", "boy", "girl"), "child", 2),
        (("man", "boy", "girl"), "girls", 1),
        (("man", "woman", "unknown"), "lady", 1),
        (("man", "man", "man"), "boy", 3),
        (("man", "woman", "woman"), "girls", 2),
        (("woman", "woman", "woman"), "boy", 0),
        (("man", "boy", "woman"), "uncle", 1),
    ],
)
def test_people_are_told_apart_by_their_looks(
    vocabulary: Vocabulary, image: Image, looks: tuple[str, ...], name: str, count: int
):
    found = finder(_Written(vocabulary, *row(0.9, 0.8, 0.7)), _Told(*looks)).COUNT(image, name)
    assert (found.value, found.assumptions) == (count, ())


@pytest.mark.parametrize("name", ["friends", "guests", "tourists"])
def test_people_who_are_called_what_no_picture_shows_are_people(vocabulary: Vocabulary, image: Image, name: str):
    found = finder(_Written(vocabulary, *row(0.9, 0.8)), _Told("man", "unknown")).COUNT(image, name)
    assert (found.value, found.assumptions) == (2, (f"took {name[:-1]!r} for 'person'",))


def test_people_of_whom_most_cannot_be_told_are_not_counted(vocabulary: Vocabulary, image: Image):
    tools = finder(_Written(vocabulary, *row(0.9, 0.8, 0.7)), _Told("unknown", "unknown", "woman"))
    with pytest.raises(UnknownName, match="Of 3 people here, 2 cannot be told"):
        tools.COUNT(image, "woman")
    assert tools.COUNT(image, "people").value == 3


def test_where_there_are_no_people_there_are_no_boys(vocabulary: Vocabulary, image: Image):
    none = finder(_Written(vocabulary, BIG), _Told()).COUNT(image, "boys")
    assert (none.value, none.assumptions) == (0, ())


def test_who_is_spoken_of_is_there_and_may_be_taken_for_another(vocabulary: Vocabulary, image: Image):
    people = row(0.9, 0.8)
    woman = finder(_Written(vocabulary, *people), _Told("man", "woman")).LOC(image, "woman")
    assert (woman.value, woman.assumptions) == (people[1], ())
    boy = finder(_Written(vocabulary, *people), _Told("man", "unknown")).LOC(image, "boy")
    assert (boy.value, boy.assumptions) == (people[1], ("took 'boy' for 'person'",)), "who is surely no boy is left out"


@pytest.mark.parametrize("ask", ["LOC", "DETECT", "EXISTS", "COUNT"])
def test_an_unknown_name_is_not_an_unfound_one(executor: Executor, image: Image, ask: str):
    assert isinstance(executor.call(ask, (image, "gizmo"), {}).error, UnknownName)
    empty = executor.call(ask, (image, " "), {}).error
    assert isinstance(empty, ToolError) and not isinstance(empty, UnknownName)


@pytest.mark.parametrize(("args", "kwargs", "value"), [(([BIG, SMALL, DOG],), {}, 3), ((), {"items": [BIG]}, 1)])
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
    other = image.crop(Box(0, 0, 60, 100))
    calls: list[tuple[str, dict[str, Any]]] = [
        ("LOC", {"image": image, "name": "cup"}),
        ("COUNT", {"image": image, "name": "dog", "which": "on the left"}),
        ("LOC", {"image": part, "name": "zebra"}),
        ("EXISTS", {"image": other, "name": "gizmo"}),
        ("COUNT", {"items": [BIG, DOG]}),
        ("VERIFY", {"image": image, "box": BIG, "statement": "on the left"}),
        ("THINGS", {"image": part}),
        ("LOC", {"image": part, "name": "cup"}),
    ]
    found = finder(detector).look_many([call for _, call in calls], [name for name, _ in calls])
    assert [found[0].value, found[1].value, found[4], found[5].value, found[6].value] == [BIG, 1, 2, True, []]
    assert [type(error) for error in (found[2], found[3])] == [NoDetection, UnknownName]
    assert (found[7].value, found[7].assumptions) == (POOR, ("took the likeliest place for 'cup'",))
    assert detector.looked == [image, part]


def test_the_declarations(tools: Finder):
    finding = [Tool.of(getattr(tools, name)) for name in ("LOC", "DETECT", "EXISTS", "COUNT", "THINGS", "PARTNER")]
    assert [tool.prompt_lines[0].split("  # ")[0] for tool in finding] == [
        "LOC(image: Image, name: str, which: str = '') -> Box",
        "DETECT(image: Image, name: str, which: str = '') -> list[Box]",
        "EXISTS(image: Image, name: str, which: str = '') -> bool",
        "COUNT(items: list[Box]) -> int",
        "THINGS(image: Image, kind: str = 'thing', which: str = '') -> list[Box]",
        "PARTNER(image: Image, box: Box, relation: str) -> Box",
    ]
    assert finding[3].prompt_lines[1] == "COUNT(image: Image, name: str, which: str = '') -> int"
    verify = Tool.of(tools.VERIFY)
    assert all(len(tool.summary.split()) <= 12 and tool.backend == "written" for tool in (*finding, verify))
    assert all(tool.options.batch == 8 and tool.many is not None for tool in (*finding, verify))


def test_the_tools_load_their_detector_once(vocabulary: Vocabulary, image: Image):
    detector = _Written(vocabulary, BIG)
    registry = Registry()
    registry.add(finder(detector))
    executor = Executor(registry)
    assert detector.loads == 0
    for name in ("LOC", "EXISTS", "COUNT", "DETECT"):
        executor.call(name, (image, "cup"), {})
    assert detector.loads == 1


@pytest.mark.parametrize(
    ("relation", "box"),
    [
        ("wearing on his back", Box(40, 15, 58, 40, "backpack", 0.8)),
        ("wearing around his neck", Box(36, 22, 44, 45, "tie", 0.7)),
    ],
)
def test_what_is_worn_is_the_box_that_was_found_under_its_usual_name(
    vocabulary: Vocabulary, image: Image, relation: str, box: Box
):
    person = Box(20, 0, 60, 80, "person", 0.9)
    assert finder(_Written(vocabulary, person, box)).PARTNER(image, person, relation).value == box


def test_a_thing_carried_on_the_shoulder_is_what_is_carried(vocabulary: Vocabulary, image: Image):
    person, board = Box(20, 0, 60, 80, "person", 0.9), Box(15, 10, 65, 25, "surfboard", 0.8)
    tools = finder(_Written(vocabulary, person, board))
    assert tools.PARTNER(image, person, "carrying on his shoulder").value == board


def test_two_dogs_close_together_are_two(vocabulary: Vocabulary, image: Image):
    other = Box(20, 15, 50, 45, "dog", 0.7)
    assert finder(_Written(vocabulary, DOG, other)).PARTNER(image, DOG, "next to").value == other
