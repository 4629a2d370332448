"""Where the parts of a thing usually lie."""

import pytest

from looksmith.tools.core.values import Box
from looksmith.tools.see.boxes.parts import is_clothing, is_person, part_first, part_region, usual_number

STANDING, HALF, PORTRAIT = Box(100, 50, 180, 290), Box(0, 0, 130, 200), Box(10, 20, 210, 220)
HORSE, CAR = Box(50, 60, 350, 260, score=0.7), Box(0, 100, 240, 220)


@pytest.mark.parametrize("whole", [STANDING, HALF, PORTRAIT])
@pytest.mark.parametrize("part", ["hat", "hair", "face", "shirt", "tie", "hands", "head", "sunglasses"])
def test_a_part_lies_inside_of_its_whole_and_has_its_name(whole, part):
    region = part_region(whole, "woman", part)
    assert region is not None and region.label == part and region.score == whole.score
    assert region.intersection(whole) == region and region.area < whole.area


@pytest.mark.parametrize("whole", [STANDING, HALF])
def test_what_people_wear_lies_in_its_order_from_head_to_foot(whole):
    regions = [part_region(whole, "man", part) for part in ("helmet", "jacket", "jeans", "shoes")]
    heights = [region.center_y for region in regions if region]
    assert len(heights) == 4 and heights == sorted(heights)


def test_a_portrait_has_a_larger_head_and_no_legs():
    head, small = part_region(PORTRAIT, "boy", "head"), part_region(STANDING, "boy", "head")
    assert head and small
    assert head.height / PORTRAIT.height > small.height / STANDING.height
    assert part_region(PORTRAIT, "boy", "jeans") is None and part_region(PORTRAIT, "boy", "shoes") is None


def test_the_facing_of_an_animal_is_unknown_so_its_parts_are_symmetric():
    for part in ("mane", "paws", "back", "legs", "tail", "head"):
        region = part_region(HORSE, "brown horse", part)
        assert region is not None and region.center_x == pytest.approx(HORSE.center_x), part
    mane, legs = part_region(HORSE, "horse", "mane"), part_region(HORSE, "horse", "legs")
    assert mane and legs and mane.bottom < legs.bottom


def test_last_words_plurals_and_compounds_are_understood():
    assert part_region(CAR, "red car", "license plate") is not None
    assert part_region(CAR, "cars", "front wheels") == part_region(CAR, "car", "front wheels") is not None
    assert part_region(STANDING, "women", "t-shirts") is not None


@pytest.mark.parametrize(
    ("part", "inside"), [("top", (20, 5)), ("lower part", (20, 35)), ("left side", (2, 20)), ("right", (38, 20))]
)
def test_every_thing_has_places(part, inside):
    region, (x, y) = part_region(Box(0, 0, 40, 40), "teapot", part), inside
    assert region and region.left <= x <= region.right and region.top <= y <= region.bottom


def test_a_top_is_worn_by_people_and_the_upper_end_of_other_things():
    worn, end = part_region(STANDING, "girl", "top"), part_region(STANDING, "bottle", "top")
    assert worn and end and worn.top > end.top == STANDING.top


@pytest.mark.parametrize(("label", "part"), [("teapot", "spout"), ("", "wheel"), ("car", ""), ("car", "mane")])
def test_what_nobody_measured_is_none(label, part):
    assert part_region(CAR, label, part) is None


def test_clothing_is_known_by_its_last_word():
    assert all(map(is_clothing, ("shirt", "blue jeans", "Shoes", "dresses", "high heels")))
    assert not any(map(is_clothing, ("", "face", "foot", "car", "shirt pocket")))


def test_how_many_of_a_part_such_things_have():
    assert usual_number("young woman", "hands") == usual_number("horse", "ear") == usual_number("bird", "wings") == 2
    assert usual_number("dog", "paws") == 4 and usual_number("elephant", "tail") == 1
    assert usual_number("cup", "hand") is None and usual_number("woman", "wheel") is None
    assert usual_number("", "hand") is None and usual_number("woman", "") is None


def test_who_is_a_person():
    assert is_person("young woman") and is_person("people")
    assert not is_person("dog") and not is_person("")


@pytest.mark.parametrize(
    ("name", "which", "meant"),
    [
        ("dog", "nose", ("nose", "of the dog")),
        ("man", "left hand", ("left hand", "of the man")),
        ("car", "license plate", ("license plate", "of the car")),
        ("man", "bow tie", ("bow tie", "of the man")),
        ("man", "red tie", ("man", "red tie")),
        ("dog", "", ("dog", "")),
        ("dog", "brown", ("dog", "brown")),
        ("man", "in front", ("man", "in front")),
        ("chair", "front", ("chair", "front")),
        ("cup", "nose", ("cup", "nose")),
    ],
)
def test_a_part_in_place_of_a_condition_is_that_part_of_the_thing(name: str, which: str, meant: tuple[str, str]):
    assert part_first(name, which) == meant


def test_petals_are_where_the_flower_is() -> None:
    flower = Box(10, 10, 110, 110, "flower", 0.8)
    petals = part_region(flower, "daisy", "petals")
    assert petals is not None and petals.intersection(flower) == petals and petals.area < flower.area
