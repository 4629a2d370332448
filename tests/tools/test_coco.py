"""What people call things, and what the detector answers when it has never learnt a name."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from looksmith.tools.coco import CLASSES, resolve
from looksmith.tools.errors import ToolError, UnknownName


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("sofa", "couch"),
        ("TV", "tv"),
        ("television", "tv"),
        ("bike", "bicycle"),
        ("motorbike", "motorcycle"),
        ("people", "person"),
        ("persons", "person"),
        ("aeroplane", "airplane"),
        ("planes", "airplane"),
        ("phone", "cell phone"),
        ("mobile phones", "cell phone"),
        ("fridge", "refrigerator"),
        ("mugs", "cup"),
        ("cups of coffee", "cup"),
        ("hotdog", "hot dog"),
        ("doughnuts", "donut"),
    ],
)
def test_words_that_mean_the_same(said: str, meant: str):
    assert resolve(said) == meant


@pytest.mark.parametrize(
    ("plural", "name"),
    [
        ("buses", "bus"),
        ("benches", "bench"),
        ("knives", "knife"),
        ("mice", "mouse"),
        ("sheep", "sheep"),
        ("skis", "skis"),
        ("ski", "skis"),
        ("wine glasses", "wine glass"),
        ("toothbrushes", "toothbrush"),
        ("sandwiches", "sandwich"),
        ("teddies", "teddy bear"),
        ("scissors", "scissors"),
    ],
)
def test_plurals(plural: str, name: str):
    assert resolve(plural) == name


@pytest.mark.parametrize(
    "said", ["traffic light", "Traffic-Light", "the traffic lights", "A TRAFFIC_LIGHT", " traffic  light "]
)
def test_case_article_hyphen_and_space_do_not_matter(said: str):
    assert resolve(said) == "traffic light"


def test_there_are_eighty_classes_and_each_is_its_own_name():
    assert len(set(CLASSES)) == 80
    assert [resolve(name) for name in CLASSES] == list(CLASSES)
    assert [resolve(f"the {name}s") for name in CLASSES] == list(CLASSES)


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("woman", "person"),
        ("men", "person"),
        ("children", "person"),
        ("puppies", "dog"),
        ("taxi", "car"),
        ("desk", "dining table"),
    ],
)
def test_a_kind_that_cannot_be_told_apart_is_refused_with_the_reason(kind: str, name: str):
    with pytest.raises(UnknownName, match=f'does not know "{kind}"') as caught:
        resolve(kind)
    assert f'"{name}"' in caught.value.hint
    assert "does not tell" in caught.value.hint


def test_a_group_names_its_members():
    with pytest.raises(UnknownName) as caught:
        resolve("vehicles")
    assert "car, motorcycle, bus" in caught.value.hint


def test_a_property_is_for_another_tool():
    with pytest.raises(UnknownName) as caught:
        resolve("red car")
    assert caught.value.hint == 'It knows "car": find that, then test for "red" on the crop of each.'


def test_a_typing_error_gets_the_close_spellings():
    with pytest.raises(UnknownName) as caught:
        resolve("motorcylce")
    assert '"motorcycle"' in caught.value.hint


def test_a_wholly_unknown_name_says_where_the_known_ones_are():
    with pytest.raises(UnknownName) as caught:
        resolve("xylograph")
    assert caught.value.hint == "It knows 80 names: `looksmith tools DETECT` lists them."


@pytest.mark.parametrize("empty", ["", "   ", "-", "?!"])
def test_an_empty_name(empty: str):
    with pytest.raises(ToolError) as caught:
        resolve(empty)
    assert not isinstance(caught.value, UnknownName)


@given(st.text(max_size=200))
def test_any_text_is_a_class_or_a_refusal_with_a_hint(text: str):
    try:
        assert resolve(text) in CLASSES
    except ToolError as error:
        assert error.hint
