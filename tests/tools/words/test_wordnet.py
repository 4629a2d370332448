"""WordNet's files, read where they lie."""

import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from looksmith.tools.core.errors import WeightsError
from looksmith.tools.weights.store import Weights
from looksmith.tools.words.wordnet import WordNet


def test_senses_come_in_the_order_of_use(wordnet: WordNet):
    senses = wordnet.senses("hot dog")
    assert [wordnet.synset(sense.synset).nouns[0] for sense in senses] == ["hotdog", "hotdog", "frank"]
    cup = wordnet.senses("cup")
    assert (cup[0].synset, cup[0].count) == ("n03147509", 14)
    assert len(cup) == 8
    assert wordnet.senses("xylograph") == wordnet.senses("") == ()


def test_a_noun_is_written_as_in_its_usual_meaning(wordnet: WordNet):
    assert [wordnet.spelled(noun) for noun in ("oslo", "Ship", "xylograph", "")] == ["Oslo", "ship", "", ""]


def test_a_meaning_has_its_words_and_what_is_wider(wordnet: WordNet):
    cup = wordnet.synset("n02123045")
    assert cup.nouns == ("tabby", "tabby cat")
    assert cup.gloss == "a cat with a grey or tawny coat mottled with black"
    assert wordnet.synset(cup.wider[0]).nouns[0] == "domestic cat"


def test_everything_above_has_the_fewest_steps(wordnet: WordNet):
    above = wordnet.above("n02084071")
    assert above["n02084071"] == 0
    assert above[wordnet.synset_of("canine.n.02")] == 1
    assert above[wordnet.synset_of("animal.n.01")] == 2, "by way of domestic animal"
    assert wordnet.synset_of("entity.n.01") in above


def test_a_poet_is_a_kind_of_nothing(wordnet: WordNet):
    assert list(wordnet.above(wordnet.synset_of("crane.n.01"))) == [wordnet.synset_of("crane.n.01")]


@pytest.mark.parametrize("wrong", ["n00000001", "n99999999", "dog", "dog.n.99", "dog.n.00", "xylograph.n.01", ""])
def test_a_meaning_that_is_none(wordnet: WordNet, wrong: str):
    with pytest.raises(KeyError):
        wordnet.synset_of(wrong)


def test_adjectives(wordnet: WordNet):
    assert wordnet.is_adjective("red") and wordnet.is_adjective("wooden")
    assert not wordnet.is_adjective("dinner") and not wordnet.is_adjective("xylograph")


def test_every_class_of_imagenet_is_a_meaning(wordnet: WordNet, weights: Weights):
    lines = (weights.path("imagenet-names") / "imagenet_synsets.txt").read_text(encoding="utf-8").split()
    assert all(wordnet.synset(line).nouns for line in lines)


@given(st.text(max_size=30))
def test_any_text_has_some_senses_or_none(wordnet: WordNet, text: str):
    assert all(wordnet.synset(sense.synset).nouns for sense in wordnet.senses(text))


def test_without_weights(tmp_path: Path):
    with pytest.raises(WeightsError, match="looksmith models pull wordnet"):
        WordNet(Weights(tmp_path)).load()


def test_damaged_files(tmp_path: Path, weights: Weights):
    shutil.copytree(weights.path("wordnet"), tmp_path / "wordnet")
    size = (tmp_path / "wordnet" / "index.sense").stat().st_size
    (tmp_path / "wordnet" / "index.sense").write_bytes(b"x" * size)
    with pytest.raises(WeightsError, match="damaged"):
        WordNet(Weights(tmp_path)).load()
