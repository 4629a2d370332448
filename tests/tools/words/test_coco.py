"""What people call COCO's classes, and what is answered for a name that the detector has never learnt."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from looksmith.tools.core.errors import ToolError
from looksmith.tools.words.coco_classes import CLASSES, KNOWN, vocabulary
from looksmith.tools.words.vocabulary import Vocabulary
from looksmith.tools.words.wordnet import WordNet


@pytest.fixture(scope="module")
def coco(wordnet: WordNet) -> Vocabulary:
    return vocabulary(wordnet)


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
        ("table", "dining table"),
        ("slice of pizza", "pizza"),
    ],
)
def test_words_that_mean_the_same(coco: Vocabulary, said: str, meant: str):
    match = coco.find(said)
    assert (match.names, match.how, match.assumption) == ((meant,), "same", "")


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
def test_plurals(coco: Vocabulary, plural: str, name: str):
    assert coco.find(plural).names == (name,)


@pytest.mark.parametrize(
    "said", ["traffic light", "Traffic-Light", "the traffic lights", "A TRAFFIC_LIGHT", " traffic  light "]
)
def test_case_article_hyphen_and_space_do_not_matter(coco: Vocabulary, said: str):
    assert coco.find(said).names == ("traffic light",)


def test_there_are_eighty_classes_and_each_is_its_own_name(coco: Vocabulary):
    assert len(set(CLASSES)) == 80
    assert tuple(known.name for known in KNOWN) == coco.names == CLASSES
    for name in CLASSES:
        for said in (name, f"the {name}" if name.endswith("s") else f"the {name}s"):
            assert (coco.find(said).names, coco.find(said).how) == ((name,), "same")


@pytest.mark.parametrize(
    ("said", "how", "names"),
    [
        ("woman", "narrower", ("person",)),
        ("children", "narrower", ("person",)),
        ("waiter", "narrower", ("person",)),
        ("puppies", "narrower", ("dog",)),
        ("taxi", "narrower", ("car",)),
        ("pickup", "narrower", ("truck",)),
        ("workbench", "narrower", ("dining table",)),
        ("dinner table", "same", ("dining table",)),
        ("kitten", "nearest", ("cat",)),
        ("van", "nearest", ("car", "truck")),
        ("stool", "nearest", ("chair",)),
        ("glass", "nearest", ("wine glass", "cup")),
        ("fruit", "wider", ("banana", "apple", "orange")),
        ("vehicles", "wider", ("bicycle", "car", "motorcycle", "airplane", "bus", "train", "truck", "boat")),
        ("furniture", "wider", ("bench", "chair", "couch", "bed", "dining table")),
        ("pets", "wider", ("cat", "dog")),
        ("things", "wider", CLASSES),
    ],
)
def test_narrower_wider_and_nearest_words(coco: Vocabulary, said: str, how: str, names: tuple[str, ...]):
    match = coco.find(said)
    assert (match.how, match.names) == (how, names)
    assert bool(match.assumption) == (how in ("narrower", "nearest"))


@pytest.mark.parametrize(
    "said",
    [
        *(
            "crane",
            "glasses",
            "bow",
            "drill",
            "balloon",
            "family",
            "lamp",
            "cabinet",
            "tree",
            "hat",
            "gloves",
            "turtle",
        ),
        *("sign", "street sign", "pitcher", "light", "head", "can", "pot", "board", "poster", "speaker", "dog house"),
        *("orange juice", "apple tree", "car door", "horse statue"),
    ],
)
def test_a_word_with_another_meaning_is_unknown(coco: Vocabulary, said: str):
    assert coco.find(said).how == "unknown"


def test_animals_are_no_food_and_people_are_no_animals(coco: Vocabulary):
    assert len(coco.find("animal").names) == 10
    assert coco.kind_of("dog", "animal") is True
    assert coco.kind_of("person", "animal") is False
    assert coco.kind_of("hot dog", "animal") is False
    assert coco.kind_of("hot dog", "food") is True
    assert coco.kind_of("puppy", "dogs") is True
    assert coco.kind_of("skateboard", "vehicle") is False
    assert coco.kind_of("train", "vehicle") is True
    assert coco.kind_of("dog", "thing") is True
    assert coco.kind_of("dog", "xylograph") is None
    assert coco.kind_of("stop sign", "animal") is None


def test_a_property_is_for_another_tool(coco: Vocabulary):
    hint = 'It knows "car": find that, then test for "red" on the crop of each.'
    assert coco.find("red car").hint == hint


def test_a_typing_error_gets_the_close_spellings(coco: Vocabulary):
    assert '"motorcycle"' in coco.find("motorcylce").hint


def test_a_wholly_unknown_name_says_where_the_known_ones_are(coco: Vocabulary):
    match = coco.find("xylograph")
    assert (match.names, match.how) == ((), "unknown")
    assert match.hint == "It knows 80 names: `looksmith tools DETECT` lists them."


@pytest.mark.parametrize("empty", ["", "   ", "-", "?!"])
def test_an_empty_name(coco: Vocabulary, empty: str):
    with pytest.raises(ToolError, match="names nothing"):
        coco.find(empty)


@settings(deadline=None)
@given(st.text(max_size=60))
def test_any_text_is_matched_or_refused_with_a_hint(coco: Vocabulary, text: str):
    try:
        match = coco.find(text)
    except ToolError as error:
        assert error.hint
    else:
        assert set(match.names) <= set(CLASSES)
        assert bool(match.names) != bool(match.hint)
