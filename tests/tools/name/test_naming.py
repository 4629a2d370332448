"""NAME on real photos, and what the kinds of ImageNet's classes are called."""

import pytest

from looksmith.tools.core.errors import ToolError, UnknownName
from looksmith.tools.core.tool import Tool
from looksmith.tools.core.values import Box
from looksmith.tools.models.detect.nanodet import NanoDet
from looksmith.tools.models.encode.efficientnet import EfficientNet
from looksmith.tools.name.naming import Namer
from looksmith.tools.words.kinds import Kinds
from looksmith.tools.words.wordnet import WordNet


@pytest.fixture(scope="module")
def network(weights):
    model = EfficientNet(weights, "cpu")
    model.load()
    return model


@pytest.fixture(scope="module")
def kinds(network, weights):
    return Kinds(network.synsets, WordNet(weights))


@pytest.fixture(scope="module")
def namer(network, weights):
    made = Namer(network, WordNet(weights), NanoDet(weights, "cpu"))
    made.load()
    return made


@pytest.mark.parametrize(
    ("name", "kind", "expected"),
    [
        ("chelsea", "animal", "cat"),
        ("chelsea", "pet", "cat"),
        ("motorcycle_left", "vehicle", "motorcycle"),
        ("motorcycle_left", "thing", "motorcycle"),
        ("rocket", "vehicle", "missile"),
    ],
)
def test_a_photo_s_main_thing_has_the_name_that_people_use(namer, photo, name, kind, expected):
    said = namer.NAME(photo(name), kind)
    assert said.value == expected == next(iter(said.scores))
    assert list(said.scores.values()) == sorted(said.scores.values(), reverse=True)
    assert sum(said.scores.values()) < 1


def test_the_thing_in_the_box_is_named(namer, photo):
    coffee = photo("coffee")
    cup = Box(100, 70, 420, 370)
    assert namer.NAME(coffee, cup, "container").value == namer.NAME(coffee, box=cup, kind="container").value == "cup"


def test_where_it_is_not_sure_the_score_says_so(namer, photo):
    assert max(namer.NAME(photo("coffee"), "vehicle").scores.values()) < 0.2
    assert namer.NAME(photo("chelsea"), "animal").scores["cat"] > 0.4


@pytest.mark.parametrize("kind", ["happiness", "flurb", "wall"])
def test_a_kind_without_names_is_refused_with_a_hint(namer, photo, kind):
    with pytest.raises(UnknownName, match="thing") as caught:
        namer.NAME(photo("coffee"), kind)
    assert caught.value.hint


def test_an_empty_kind_and_a_box_elsewhere_are_refused(namer, photo):
    with pytest.raises(ToolError, match="kind"):
        namer.NAME(photo("coffee"), " ")
    with pytest.raises(ToolError, match="outside"):
        namer.NAME(photo("coffee"), Box(5000, 5000, 5100, 5100), "thing")


@pytest.mark.parametrize(
    ("kind", "has", "has_not"),
    [
        ("animal", ("dog", "cat", "bird", "spider"), ("beagle", "mammal", "animal", "tabby")),
        ("bird", ("parrot", "owl", "duck"), ("macaw", "bird")),
        ("dog breed", ("golden retriever", "beagle"), ("dog", "terrier")),
        ("breed of dog", ("golden retriever",), ("dog",)),
        ("kind of fruit", ("apple", "orange", "strawberry"), ("fruit", "produce", "Granny Smith")),
        ("insects", ("bee", "ant", "beetle"), ("insect", "ladybug")),
        ("furniture", ("chair", "table", "couch"), ("seat", "furniture", "dining table")),
    ],
)
def test_a_kind_has_the_names_that_people_use(kinds, kind, has, has_not):
    names = kinds.named(kind)
    assert set(has) <= set(names)
    assert set(names).isdisjoint(has_not)


def test_each_class_has_one_name(kinds):
    for kind in ("thing", "animal", "vehicle"):
        numbers = [number for some in kinds.named(kind).values() for number in some]
        assert len(numbers) == len(set(numbers))
    assert sorted(number for some in kinds.named("thing").values() for number in some) == list(range(1000))


def test_a_word_stands_for_its_classes(kinds, network):
    assert {network.names[one].partition(",")[0] for one in kinds.classes_of("hats")} >= {"cowboy hat", "sombrero"}
    assert len(kinds.classes_of("bird")) == 59
    assert kinds.classes_of("happiness") == ()


def test_both_ways_to_call_it_are_told_to_the_language_model(namer):
    lines = Tool.of(namer.NAME).prompt_lines
    assert lines[0].startswith("NAME(image: Image, kind: str) -> str")
    assert lines[1] == "NAME(image: Image, box: Box, kind: str) -> str"
