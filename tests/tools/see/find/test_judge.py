"""Verdicts on conditions, over eyes that see what the test says and colours that are written down."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest
from PIL import Image as Pillow

from looksmith.tools.core.errors import ToolError, UnknownName
from looksmith.tools.core.tool import Scored
from looksmith.tools.core.values import Box, Image
from looksmith.tools.phrases.condition_values import Order, Phrase
from looksmith.tools.phrases.conditions import read_conditions
from looksmith.tools.see.color.color import COLORS as BASIC
from looksmith.tools.see.color.colors_meant import colors_meant
from looksmith.tools.see.find.judge import Judge, Verdict, all_of
from looksmith.tools.see.finders.sights import Eyes, Sight
from looksmith.tools.see.people.posture import BoxPosture

TABLE = Box(100, 250, 500, 450, "dining table", 0.9)
RED = Box(150, 200, 210, 300, "cup", 0.8)
WHITE = Box(380, 200, 440, 300, "cup", 0.7)
FLOOR = Box(560, 420, 600, 470, "cup", 0.6)
PERSON = Box(20, 20, 120, 420, "person", 0.9)
HELMET = Box(45, 20, 95, 70, "helmet", 0.7)
SEEN = (TABLE, RED, WHITE, FLOOR, PERSON, HELMET)
COLORS = {RED: "red", WHITE: "white", FLOOR: "gray", HELMET: "blue"}
NAMES = {"table": "dining table", "cup": "cup", "person": "person", "helmet": "helmet", "dog": "dog"}


class _Seeing:
    """An eye that sees the boxes of a test."""

    def __init__(self, boxes: Sequence[Box]) -> None:
        self.boxes = tuple(boxes)

    def load(self) -> None:
        """Nothing to load."""

    def look(self, images: Sequence[Image]) -> None:
        """Nothing to look at."""

    def knows(self, noun: str) -> bool:
        return noun in NAMES

    def find(self, image: Image, noun: str, *, told_apart: bool) -> Sight:
        return Sight(tuple(box for box in self.boxes if box.label == NAMES[noun]), confidence=0.8)

    def resembling(self, image: Image, noun: str) -> Sight:
        return Sight(())

    def everything(self, image: Image) -> Sequence[Box]:
        return self.boxes

    def is_kind(self, name: str, kind: str) -> bool:
        return name == kind


class _Painted:
    """Colours by box; of any other place nobody can tell."""

    def __init__(self, colors: Mapping[Box, str]) -> None:
        self.colors = colors

    def COLOR(self, image: Image, where: Box | None = None) -> Scored[str]:
        if where not in self.colors:
            raise ToolError("Too few pixels.")
        others = {"pink": 0.3} if where == WHITE else {}
        return Scored(self.colors[where], {self.colors[where]: 0.9 - sum(others.values()), **others})

    def BRIGHTNESS(self, image: Image, where: Box | None = None) -> float:
        return {RED: 90.0, WHITE: 240.0, FLOOR: 30.0}[where] if where else 100.0


def judge(*boxes: Box) -> Judge:
    image = Image.of(Pillow.new("RGB", (640, 480)))
    eyes = Eyes([_Seeing(boxes or SEEN)])

    def find(image: Image, phrase: Phrase, *, told_apart: bool = False, presumed: bool = False) -> Sight:
        seen = eyes.find(image, phrase.name, told_apart=told_apart, presumed=presumed)
        return made.choose(seen, phrase.conditions, presumed=presumed)

    made = Judge(image, _Painted(COLORS), find, BoxPosture())
    return made


def verdict(box: Box, words: str) -> bool | None:
    (condition,) = read_conditions(words, box.label)
    return judge().judge(box, condition).holds


@pytest.mark.parametrize(
    ("box", "words", "holds"),
    [
        (RED, "red", True),
        (RED, "blue", False),
        (RED, "not red", False),
        (RED, "not blue", True),
        (RED, "red or white", True),
        (RED, "blue or white", False),
        (FLOOR, "silver", True),
        (RED, "dark red", True),
        (TABLE, "red", None),
        (RED, "on the table", True),
        (FLOOR, "on the table", False),
        (RED, "not on the table", False),
        (RED, "to the left of the white cup", True),
        (WHITE, "to the left of the red cup", False),
        (RED, "on the left", True),
        (WHITE, "on the left", False),
        (RED, "next to a dog", False),
        (WHITE, "between the red cup and the person", False),
        (PERSON, "wearing a helmet", True),
        (PERSON, "holding a cup", False),
        (PERSON, "wearing a hat", None),
        (PERSON, "next to a unicorn", None),
        (PERSON, "sitting", False),
        (PERSON, "not sitting", True),
        (PERSON, "smiling", None),
        (PERSON, "not smiling", None),
        (RED, "standing", None),
        (RED, "empty", None),
        (RED, "made of glass", None),
    ],
)
def test_verdicts(box: Box, words: str, holds: bool | None):
    assert verdict(box, words) is holds


def test_an_alternative_that_holds_settles_it_and_one_that_is_unknown_leaves_it_open():
    assert verdict(RED, "red or empty") is True
    assert verdict(RED, "blue or empty") is None


def test_between_two_things():
    middle = Box(260, 210, 310, 300, "bottle", 0.5)
    (condition,) = read_conditions("between the red cup and the white cup", "bottle")
    assert judge().judge(middle, condition).holds is True
    (condition,) = read_conditions("between the cups", "bottle")
    assert judge(RED, WHITE).judge(middle, condition).holds is True
    assert judge(RED).judge(middle, condition).holds is False, "there is nothing on its other side"


def test_who_is_seen_to_have_a_thing_has_it_within_reach():
    (condition,) = read_conditions("holding a cup", "person")
    near = Box(110, 200, 130, 230, "cup", 0.5)
    large = Box(0, 0, 130, 440, "cup", 0.5)
    assert judge(PERSON, near).judge(PERSON, condition).holds is True
    assert judge(PERSON, large).judge(PERSON, condition).holds is False, "nobody holds what is larger than they are"
    assert judge(PERSON, FLOOR).judge(PERSON, condition).holds is False


def choose(words: str, *, presumed: bool = False) -> Sight:
    return judge().choose(Sight((RED, WHITE, FLOOR)), read_conditions(words, "cup"), presumed=presumed)


@pytest.mark.parametrize(
    ("words", "kept"),
    [
        ("white", (WHITE,)),
        ("on the table", (RED, WHITE)),
        ("on the table in white", (WHITE,)),
        ("blue", ()),
        ("leftmost", (RED,)),
        ("second from the left", (WHITE,)),
        ("rightmost", (FLOOR,)),
        ("smallest", (FLOOR,)),
        ("closest to the camera", (FLOOR,)),
    ],
)
def test_those_that_fit_are_kept_and_the_others_rejected(words: str, kept: tuple[Box, ...]):
    sight = choose(words)
    assert sight.boxes == kept
    assert sorted((*sight.boxes, *sight.rejected), key=repr) == sorted((RED, WHITE, FLOOR), key=repr)
    assert sight.assumptions == ()


def test_a_rank_counts_among_those_that_fit():
    assert choose("on the table, rightmost").boxes == (WHITE,)
    assert judge().choose(Sight((RED,)), [Order("left", 3)]).boxes == ()


def test_what_nobody_can_tell_is_left_out_and_told():
    sight = choose("empty")
    assert sight.boxes == (RED, WHITE, FLOOR)
    assert sight.assumptions == ("could not tell which cup is: empty",)
    assert sight.confidence is not None and sight.confidence < 0.5
    assert choose("empty and white").boxes == (WHITE,), "the other condition still counts"


def test_what_is_spoken_of_is_there():
    sight = choose("blue", presumed=True)
    assert (sight.boxes, sight.assumptions) == ((RED, WHITE, FLOOR), ("found no cup that is: blue",))
    assert choose("blue").boxes == ()


def test_nothing_found_leaves_nothing_to_tell():
    none = judge().choose(Sight(()), read_conditions("empty", "cup"), presumed=True)
    assert (none.boxes, none.assumptions) == ((), ())


def test_several_verdicts_together():
    yes, no, unknown = Verdict(True, 0.7), Verdict(False, 0.6), Verdict(None)
    assert all_of([yes, Verdict(True, 0.5)]) == Verdict(True, 0.5)
    assert all_of([yes, unknown]).holds is None
    assert all_of([no, unknown]).holds is False
    assert all_of([yes, no]).holds is False


@pytest.mark.parametrize("word", ["silver", "beige", "navy", "grey", "red", "turquoise"])
def test_a_color_that_is_none_of_the_basic_ones_may_be_some_of_them(word: str):
    meant = colors_meant(word)
    assert meant and set(meant) <= set(BASIC)
    assert colors_meant("wooden") is None


def test_a_thing_of_which_no_model_knows_is_unknown_not_absent():
    class _Blind(_Seeing):
        def find(self, image: Image, noun: str, *, told_apart: bool) -> Sight:
            raise UnknownName("Never learnt.")

    image = Image.of(Pillow.new("RGB", (640, 480)))
    eyes = Eyes([_Blind(())])

    def find(image: Image, phrase: Phrase, *, told_apart: bool = False, presumed: bool = False) -> Sight:
        return eyes.find(image, phrase.name, told_apart=told_apart, presumed=presumed)

    made = Judge(image, _Painted({}), find)
    for words in ("on the table", "wearing a helmet", "on the left side of the table", "between the cup and the table"):
        (condition,) = read_conditions(words, "cup")
        assert made.judge(RED, condition).holds is None, words


@pytest.mark.parametrize(
    ("box", "words", "asked"),
    [
        (RED, "to the left of the person", {("person", "presumed")}),
        (RED, "above the table", {("table", "presumed")}),
        (RED, "behind the table", {("table", "presumed")}),
        (RED, "between the person and the table", {("person", "presumed"), ("table", "presumed")}),
        (RED, "on the left side of the table", {("table", "presumed")}),
        (RED, "on the table", {("table", "")}),
        (RED, "next to a dog", {("dog", "")}),
        (PERSON, "wearing a helmet", {("helmet", "told apart")}),
        (PERSON, "holding a cup", {("cup", "told apart")}),
    ],
)
def test_what_is_compared_with_is_there_and_what_is_worn_is_no_other_thing(
    box: Box, words: str, asked: set[tuple[str, str]]
):
    image, eyes, heard = Image.of(Pillow.new("RGB", (640, 480))), Eyes([_Seeing(SEEN)]), set[tuple[str, str]]()

    def find(image: Image, phrase: Phrase, *, told_apart: bool = False, presumed: bool = False) -> Sight:
        heard.add((phrase.name, "told apart" * told_apart + "presumed" * presumed))
        return eyes.find(image, phrase.name, told_apart=told_apart, presumed=presumed)

    (condition,) = read_conditions(words, box.label)
    Judge(image, _Painted(COLORS), find).judge(box, condition)
    assert heard == asked


@pytest.mark.parametrize(
    ("words", "first"),
    [("dark", FLOOR), ("pale", WHITE), ("light", WHITE), ("small", FLOOR), ("tall", RED), ("pink", WHITE)],
)
def test_of_several_the_one_is_meant_that_is_most_so(words: str, first: Box) -> None:
    found = judge().choose(Sight((RED, WHITE, FLOOR)), read_conditions(words, "cup"), presumed=True)
    assert found.boxes[0] == first


def test_all_that_are_about_as_big_are_big() -> None:
    small = Box(0, 0, 10, 10, "cup", 0.9)
    found = judge().choose(Sight((small, RED, WHITE, FLOOR)), read_conditions("big", "cup"))
    assert set(found.boxes) == {RED, WHITE}


def test_one_thing_alone_is_neither_big_nor_small() -> None:
    found = judge().choose(Sight((RED,)), read_conditions("big", "cup"))
    assert found.boxes == (RED,) and found.assumptions == ("could not tell which cup is: big",)
