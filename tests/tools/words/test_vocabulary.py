"""Names found by what people call them: laws over all of ImageNet's classes, and words that lead astray."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from looksmith.tools.weights.store import Weights
from looksmith.tools.words.spelling import singulars
from looksmith.tools.words.vocabulary import KnownName, Vocabulary, is_scene
from looksmith.tools.words.wordnet import WordNet

PLURALS = {
    **{"dog": "dogs", "tennis racket": "tennis rackets", "church": "churches", "berry": "berries", "knife": "knives"},
    **{"person": "people", "mouse": "mice", "bus": "buses", "cup of tea": "cups of tea", "box": "boxes", "ski": "skis"},
    **{"calf": "calves", "glass": "glasses", "toothbrush": "toothbrushes", "policeman": "policemen", "shoe": "shoes"},
}


@pytest.fixture(scope="module")
def synsets(weights: Weights) -> list[str]:
    return (weights.path("imagenet-names") / "imagenet_synsets.txt").read_text(encoding="utf-8").split()


@pytest.fixture(scope="module")
def imagenet(synsets: list[str], wordnet: WordNet) -> Vocabulary:
    return Vocabulary.of_synsets(synsets, wordnet)


def said(vocabulary: Vocabulary, word: str) -> set[str]:
    return {vocabulary.spoken(name) for name in vocabulary.find(word).names}


def test_nearly_every_class_of_imagenet_is_found_by_its_first_word(imagenet: Vocabulary, synsets: list[str]):
    """The rest is named with a rare meaning of its word ("ear" of corn, "cup" of punch): that is not what is meant."""
    found = [synset for synset in synsets if synset in imagenet.find(imagenet.spoken(synset)).names]
    assert len(found) >= 980


@pytest.mark.parametrize(
    ("word", "how", "names"),
    [
        ("beagle", "same", {"beagle"}),
        ("hippos", "same", {"hippopotamus"}),
        ("cranes", "same", {"crane"}),
        ("T-shirt", "same", {"jersey"}),
        ("poodle", "wider", {"toy poodle", "miniature poodle", "standard poodle"}),
        ("shark", "wider", {"great white shark", "tiger shark", "hammerhead"}),
        ("squirrel", "nearest", {"fox squirrel"}),
        ("kayak", "narrower", {"canoe"}),
        ("dog house", "unknown", set()),
        ("ear", "unknown", set()),
        ("tree", "unknown", set()),
    ],
)
def test_words_and_classes_of_imagenet(imagenet: Vocabulary, word: str, how: str, names: set[str]):
    assert imagenet.find(word).how == how
    assert said(imagenet, word) == names


def test_a_dog_is_all_breeds_and_crane_is_bird_and_machine(imagenet: Vocabulary):
    assert len(imagenet.find("dog").names) == 118
    assert len(imagenet.find("crane").names) == 2
    assert imagenet.find("scooter").names == imagenet.find("motor scooter").names
    assert imagenet.kind_of(imagenet.find("beagle").names[0], "animal") is True


def test_names_without_help_mean_what_they_usually_mean(wordnet: WordNet):
    vocabulary = Vocabulary(["dog", "lamp", KnownName("vessel", ("boat.n.01",), words=("thingy",))], wordnet)
    assert vocabulary.names == ("dog", "lamp", "vessel")
    assert vocabulary.find("poodle").names == ("dog",)
    assert vocabulary.find("table lamp").names == ("lamp",)
    assert vocabulary.find("canoe").assumption == "took 'canoe' for 'vessel'"
    assert vocabulary.find("thingies").how == "same"


def test_one_kind_of_a_thing_is_not_the_thing(wordnet: WordNet):
    vocabulary = Vocabulary(["daisy", "tennis racket"], wordnet)
    assert vocabulary.find("flower").how == "unknown"
    racket = vocabulary.find("racket")
    assert (racket.names, racket.how) == (("tennis racket",), "nearest")


def test_a_wrong_id_is_an_error_when_it_is_made(wordnet: WordNet):
    with pytest.raises(KeyError):
        Vocabulary.of_synsets(["n00000001"], wordnet)


@settings(deadline=None)
@given(
    noun=st.sampled_from(list(PLURALS)),
    before=st.sampled_from(["", "a ", "the ", "Some ", "those "]),
    upper=st.booleans(),
)
def test_case_article_hyphen_and_number_do_not_matter(wordnet: WordNet, noun: str, before: str, upper: bool):
    vocabulary = Vocabulary(list(PLURALS), wordnet)
    for form in (noun, PLURALS[noun], noun.replace(" ", "-"), f" {noun} "):
        word = f"{before}{form}"
        assert vocabulary.find(word.upper() if upper else word).names == (noun,)


@given(st.from_regex(r"[b-df-hj-np-rtv-xz]?[aeiou][a-z]{0,9}[bdeglmnprt]", fullmatch=True))
def test_a_regular_plural_may_have_its_singular(word: str):
    assert word in singulars(f"{word}s")


@pytest.mark.parametrize("word", ["picture", "the photo", "this image", "room", "living room", "Yards", "street"])
def test_places_that_only_say_here(word: str):
    assert is_scene(word)


@pytest.mark.parametrize("word", ["dog", "table", "", "picture of a dog", "street sign"])
def test_things_are_no_places(word: str):
    assert not is_scene(word)
