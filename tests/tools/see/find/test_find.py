"""LOC, DETECT, EXISTS, COUNT, THINGS, PARTNER and VERIFY of the pocket, with its real weights on real photos."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from looksmith.tools.core.errors import NoDetection, UnknownName
from looksmith.tools.core.values import Box, Image
from looksmith.tools.media.geometry import OVERLAP
from looksmith.tools.models.detect.nanodet import NanoDet
from looksmith.tools.profiles.pocket import pocket_finder
from looksmith.tools.see.find.find import Finder
from looksmith.tools.weights.store import Weights

CUP = Box(172, 12, 412, 312)
"""On `coffee`, marked by hand."""
WOMAN = Box(5, 8, 375, 512)
"""On `astronaut`, marked by hand."""


@pytest.fixture(scope="module")
def finder(weights: Weights) -> Finder:
    made = pocket_finder(NanoDet(weights, "cpu"), None)
    made.load()
    return made


@pytest.fixture
def coffee(photo: Callable[[str], Image]) -> Image:
    """A cup with its saucer and spoon, on a table."""
    return photo("coffee")


@pytest.fixture
def astronaut(photo: Callable[[str], Image]) -> Image:
    """A woman in an orange suit, with a helmet."""
    return photo("astronaut")


@pytest.mark.parametrize("name", ["cup", "mug", "cups", "the cup"])
@pytest.mark.parametrize("which", ["", "on the table", "in this picture", "in the middle"])
def test_a_thing_is_found_with_a_condition_that_holds(finder: Finder, coffee: Image, name: str, which: str):
    found = finder.LOC(coffee, name, which)
    assert found.value.label == "cup" and OVERLAP(found.value, CUP) > 0.6
    assert found.assumptions == ()
    assert found.confidence is not None and found.confidence > 0.5


def test_the_condition_may_stand_in_the_name(finder: Finder, astronaut: Image):
    by_name, apart = finder.LOC(astronaut, "person in orange"), finder.LOC(astronaut, "person", "in orange")
    assert by_name == apart
    assert OVERLAP(apart.value, WOMAN) > 0.6
    assert finder.DETECT(astronaut, "person", "in green").value == []


def test_a_condition_that_does_not_hold_leaves_nothing_to_detect(finder: Finder, coffee: Image):
    assert finder.DETECT(coffee, "cup", "under the table").value == []
    assert finder.EXISTS(coffee, "cup", "in purple").value is False
    assert finder.EXISTS(coffee, "purple cup").value is False


def test_what_is_spoken_of_is_found_although_its_condition_fails_and_that_is_told(finder: Finder, coffee: Image):
    found = finder.LOC(coffee, "cup", "in purple")
    assert OVERLAP(found.value, CUP) > 0.6
    assert found.assumptions == ("found no cup that is: purple",)
    assert found.confidence is not None and found.confidence < 0.5


def test_a_condition_that_no_model_sees_is_left_out_and_told(finder: Finder, astronaut: Image):
    found = finder.LOC(astronaut, "person", "that is rich")
    assert OVERLAP(found.value, WOMAN) > 0.6
    assert found.assumptions == ("could not tell which person is: rich",)


def test_whether_there_is_one_of_whom_no_model_can_tell_is_answered_by_no(finder: Finder, astronaut: Image):
    for found in (finder.EXISTS(astronaut, "person", "that is rich"), finder.VERIFY(astronaut, "a rich person")):
        assert found.value is False
        assert found.assumptions == ("could not tell which person is: rich", "so took it that there is none")


def test_who_smiles_and_which_way_people_look(finder: Finder, astronaut: Image):
    smiling = finder.LOC(astronaut, "person", "that is smiling")
    assert OVERLAP(smiling.value, WOMAN) > 0.6 and smiling.assumptions == ()
    assert finder.EXISTS(astronaut, "person", "looking at the camera").value is True
    assert finder.COUNT(astronaut, "person", "seen from behind").value == 0
    for statement, so in {"smiling": True, "not smiling": False, "facing away": False}.items():
        assert finder.VERIFY(astronaut, smiling.value, statement).value is so, statement


def test_hands_that_are_outside_the_picture_are_not_counted(finder: Finder, astronaut: Image):
    upper = astronaut.crop(Box(0, 0, 512, 300))
    assert finder.COUNT(upper, "hand", "of the woman").value == 0


def test_wider_words(finder: Finder, photo: Callable[[str], Image]):
    assert finder.LOC(photo("chelsea"), "animal").value.label == "cat"
    assert finder.LOC(photo("motorcycle_left"), "vehicle").value.label == "motorcycle"
    assert finder.EXISTS(photo("motorcycle_left"), "animal").value is False
    assert finder.COUNT(photo("horse"), "mammals").value == 1
    assert finder.LOC(photo("chelsea"), "animal").assumptions == ()


def test_a_side_of_what_the_detector_does_not_know(finder: Finder, photo: Callable[[str], Image]):
    shuttle = finder.LOC(photo("astronaut"), "space shuttle").value
    for name in ("top", "upper half", "upper part"):
        top = finder.LOC(photo("astronaut"), name, "of the space shuttle").value
        assert (top.left, top.top, top.right) == (shuttle.left, shuttle.top, shuttle.right)
        assert top.height < shuttle.height / 2


def test_a_narrower_word_is_an_assumption(finder: Finder, photo: Callable[[str], Image]):
    kitten = finder.LOC(photo("chelsea"), "kitten")
    assert (kitten.value.label, kitten.assumptions) == ("cat", ("took 'kitten' for 'cat'",))
    cat = finder.LOC(photo("chelsea"), "cat")
    assert kitten.value == cat.value
    assert kitten.confidence is not None and cat.confidence is not None and kitten.confidence < cat.confidence


@pytest.mark.parametrize(
    ("name", "taken", "picture"), [("car", "motorcycle", "motorcycle_left"), ("dog", "cat", "chelsea")]
)
def test_another_thing_of_its_kind_is_taken_only_where_one_is_said_to_be_there_and_that_is_told(
    finder: Finder, photo: Callable[[str], Image], name: str, taken: str, picture: str
):
    image = photo(picture)
    found = finder.LOC(image, name)
    assert (found.value.label, found.assumptions) == (taken, (f"took {taken!r} for {name!r}",))
    assert found.confidence is not None and found.confidence < 0.5
    assert (finder.EXISTS(image, name).value, finder.COUNT(image, name).value) == (False, 0)
    assert finder.DETECT(image, name).value == []


@pytest.mark.parametrize("ask", ["EXISTS", "COUNT"])
def test_what_nobody_tells_apart_is_refused_where_the_difference_is_asked_for(
    finder: Finder, photo: Callable[[str], Image], ask: str
):
    with pytest.raises(UnknownName, match="No model tells which cat is a kitten") as caught:
        getattr(finder, ask)(photo("chelsea"), "kitten")
    assert '"cat"' in caught.value.hint


def test_people_are_told_apart_by_their_faces(finder: Finder, astronaut: Image):
    women, men = finder.COUNT(astronaut, "women"), finder.COUNT(astronaut, "men")
    assert (women.value, men.value) == (1, 0)
    assert women.assumptions == men.assumptions == ()
    assert finder.EXISTS(astronaut, "woman").value is True
    assert finder.EXISTS(astronaut, "boy").value is False
    assert OVERLAP(finder.LOC(astronaut, "woman").value, WOMAN) > 0.6


def test_people_without_a_face_are_not_counted_as_men_or_women(finder: Finder, photo: Callable[[str], Image]):
    """The man with the camera, from the shoulders down."""
    body = photo("camera").crop(Box(0, 180, 512, 512))
    assert finder.COUNT(body, "people").value == 1
    for name in ("women", "men", "children"):
        with pytest.raises(UnknownName, match="cannot be told"):
            finder.COUNT(body, name)


def test_names_of_imagenet_are_looked_for_by_class_maps(finder: Finder, photo: Callable[[str], Image]):
    shuttle = finder.LOC(photo("astronaut"), "space shuttle")
    assert shuttle.value.label == "space shuttle"
    assert shuttle.value.intersection(Box(370, 40, 512, 330)), "the model behind her"
    assert finder.EXISTS(photo("astronaut"), "helmet").value is True
    assert finder.EXISTS(photo("rocket"), "missile").value is True
    assert finder.EXISTS(photo("chelsea"), "missile").value is False
    assert finder.EXISTS(photo("chelsea"), "Egyptian cat").value is True


@pytest.mark.parametrize("ask", ["LOC", "DETECT", "EXISTS", "COUNT"])
def test_a_name_that_no_model_has_learnt_is_unknown(finder: Finder, coffee: Image, ask: str):
    with pytest.raises(UnknownName, match="gizmo"):
        getattr(finder, ask)(coffee, "gizmo")


def test_a_thing_that_is_not_there(finder: Finder, coffee: Image):
    with pytest.raises(NoDetection, match="No zebra was found in the image"):
        finder.LOC(coffee, "zebra")
    assert finder.EXISTS(coffee, "zebra").value is False
    assert finder.COUNT(coffee, "zebra").value == 0


def test_parts_are_where_they_usually_are_and_never_said_to_be_there(finder: Finder, photo: Callable[[str], Image]):
    chelsea = photo("chelsea")
    ear, cat = finder.LOC(chelsea, "ear").value, finder.LOC(chelsea, "cat").value
    assert ear.label == "ear" and ear.bottom < cat.center_y and ear.intersection(cat) == ear
    with pytest.raises(UnknownName, match="only where it would be is known"):
        finder.EXISTS(chelsea, "ear")


def test_verify_by_colour_place_and_relation(finder: Finder, coffee: Image, astronaut: Image):
    cup, woman = finder.LOC(coffee, "cup").value, finder.LOC(astronaut, "person").value
    for statement, so in {
        "on the table": True,
        "under the table": False,
        "in the middle": True,
        "on the right": False,
        "purple": False,
        "not purple": True,
    }.items():
        assert finder.VERIFY(coffee, cup, statement).value is so, statement
    assert finder.VERIFY(astronaut, woman, "wearing an orange suit").value is True
    assert finder.VERIFY(astronaut, woman, "wearing a green suit").value is False
    assert finder.VERIFY(astronaut, woman, "wearing a helmet").confidence is not None


def test_verify_of_the_picture(finder: Finder, coffee: Image):
    assert finder.VERIFY(coffee, "a cup on a table").value is True
    assert finder.VERIFY(coffee, "there is a dog").value is False
    assert finder.VERIFY(coffee, "the cup is purple").value is False
    assert finder.VERIFY(coffee, "the photo is blurry").value is False
    assert finder.VERIFY(coffee, "sharp").value is True
    with pytest.raises(UnknownName, match="can see whether it is so"):
        finder.VERIFY(coffee, "it is sunny")


@pytest.mark.parametrize("statement", ["lying", "made of wood", "open"])
def test_materials_are_refused(finder: Finder, astronaut: Image, statement: str):
    woman = finder.LOC(astronaut, "person").value
    with pytest.raises(UnknownName, match="No model of this profile can see whether it is so") as caught:
        finder.VERIFY(astronaut, woman, statement)
    assert "materials" in caught.value.hint


def test_whether_somebody_stands_is_told_by_the_shape_of_the_box(finder: Finder, coffee: Image):
    walker = Box(10, 10, 70, 200, "person")
    assert finder.VERIFY(coffee, walker, "standing").value is True
    assert finder.VERIFY(coffee, walker, "sitting").value is False
    assert finder.VERIFY(coffee, walker, "not sitting").value is True


def test_parts_that_nobody_looks_for_are_as_many_as_such_things_have(finder: Finder, astronaut: Image, coffee: Image):
    eyes = finder.COUNT(astronaut, "eye", "of the woman")
    assert eyes.value == 2 and eyes.assumptions == ("no model counts 'eye': took the usual number for each",)
    with pytest.raises(UnknownName):
        finder.COUNT(coffee, "hand", "of the cup")


def test_backdrops_have_a_place_and_no_number(finder: Finder, coffee: Image):
    wall = finder.LOC(coffee, "wall", "behind the cup")
    assert wall.value.label == "wall" and wall.assumptions == ("took the usual place of 'wall'",)
    for ask in (finder.COUNT, finder.EXISTS):
        with pytest.raises(UnknownName):
            ask(coffee, "wall")


def test_only_what_meets_the_condition_is_counted(finder: Finder, coffee: Image):
    assert finder.COUNT(coffee, "purple cup").value == 0
    none = finder.COUNT(coffee, "cup", "in purple")
    assert none.assumptions == () and none.confidence is not None and none.confidence < 0.6


def test_partner_names_the_other_thing(finder: Finder, coffee: Image, astronaut: Image):
    cup = finder.LOC(coffee, "cup").value
    for relation in ("on", "standing on", "lying on"):
        assert finder.PARTNER(coffee, cup, relation).value.label == "dining table", relation
    for relation in ("holding", "under"):
        with pytest.raises(NoDetection, match=f"the cup is {relation}"):
            finder.PARTNER(coffee, cup, relation)


def test_what_is_worn_is_one_of_what_is_worn_there(finder: Finder, astronaut: Image):
    woman = finder.LOC(astronaut, "woman").value
    with pytest.raises(NoDetection, match="wearing on her wrist"):
        finder.PARTNER(astronaut, woman, "wearing on her wrist")


def test_things_have_their_own_names(finder: Finder, coffee: Image, photo: Callable[[str], Image]):
    every = finder.THINGS(coffee).value
    assert [box.label for box in every] == ["cup", "dining table"]
    assert [box.label for box in finder.THINGS(coffee, "furniture").value] == ["dining table"]
    assert [box.label for box in finder.THINGS(coffee, "thing", "on the table").value] == ["cup"]
    assert [box.label for box in finder.THINGS(photo("chelsea"), "animal").value] == ["cat"]
    assert finder.THINGS(photo("chelsea"), "vehicle").value == []


def test_calls_together_are_answered_as_alone(finder: Finder, coffee: Image, astronaut: Image):
    calls = [
        ("LOC", {"image": coffee, "name": "cup", "which": "on the table"}),
        ("COUNT", {"image": astronaut, "name": "women"}),
        ("EXISTS", {"image": coffee, "name": "gizmo"}),
        ("THINGS", {"image": coffee}),
    ]
    together = finder.look_many([call for _, call in calls], [tool for tool, _ in calls])
    assert isinstance(together[2], UnknownName)
    for said, (tool, call) in zip(together[:2] + together[3:], calls[:2] + calls[3:], strict=True):
        assert said == getattr(finder, tool)(**call)


def test_trousers_are_a_part_of_who_stands_and_not_of_a_portrait(finder: Finder):
    assert finder.eyes.knows("trousers")
