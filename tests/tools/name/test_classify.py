"""CLASSIFY: EfficientNet-Lite0 and MiniLM on real photos, and what it refuses."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from transformers import AutoModel, AutoTokenizer

from looksmith.tools.core.errors import ToolError, UnknownName, WeightsError
from looksmith.tools.core.values import Box
from looksmith.tools.models.detect.nanodet import NanoDet
from looksmith.tools.models.encode.efficientnet import EfficientNet
from looksmith.tools.models.encode.minilm import MiniLM
from looksmith.tools.name.classify import Classifier, share_among
from looksmith.tools.weights.store import Weights
from looksmith.tools.words.wordnet import WordNet


@pytest.fixture(scope="module")
def network(weights):
    model = EfficientNet(weights, "cpu")
    model.load()
    return model


@pytest.fixture(scope="module")
def encoder(weights):
    model = MiniLM(weights, "cpu")
    model.load()
    return model


@pytest.fixture(scope="module")
def classifier(network, encoder, weights):
    made = Classifier(network, encoder, WordNet(weights), NanoDet(weights, "cpu"))
    made.load()
    return made


@pytest.mark.parametrize(("name", "top"), [("coffee", "espresso"), ("camera", "tripod"), ("motorcycle_left", "moped")])
def test_the_network_names_what_a_photo_shows(network, photo, name, top):
    probabilities = network.probabilities([photo(name)])[0]
    assert network.names[int(probabilities.argmax())] == top


def test_probabilities_of_a_batch_are_those_of_its_images(network, photo):
    images = [photo("coffee"), photo("chelsea").crop(Box(0, 0, 3, 200))]
    batch = network.probabilities(images)
    assert batch.shape == (2, len(network.names)) == (2, 1000)
    assert batch.sum(axis=1) == pytest.approx([1, 1], abs=1e-4)
    for image, row in zip(images, batch, strict=True):
        assert row == pytest.approx(network.probabilities([image])[0], abs=1e-5)
    assert network.probabilities([]).shape == (0, 1000)


def test_texts_that_mean_the_same_lie_close(encoder):
    sofa, couch, rocket = encoder.encode(["sofa", "couch", "rocket"])
    assert sofa @ couch > 0.8 > 0.4 > sofa @ rocket


def test_an_embedding_does_not_depend_on_its_company(encoder):
    alone = encoder.encode(["a bicycle built for two"])
    among = encoder.encode(["cat", "a bicycle built for two", "a very much longer sentence " * 20, "cat"])
    assert np.linalg.norm(among, axis=1) == pytest.approx(np.ones(4), abs=1e-5)
    assert among[1] == pytest.approx(alone[0], abs=1e-5)
    assert (among[0] == among[3]).all()
    assert encoder.encode([]).shape == (0, 384)


def test_the_encoder_computes_what_the_library_of_its_authors_computes(encoder, weights):
    """Held against transformers' own BERT, mean pooling and unit length as the model's card says."""
    folder = str(weights.path("minilm"))
    network = AutoModel.from_pretrained(folder, local_files_only=True).eval()
    tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
    texts = ["Is there a cup?", "größe 💡", "", "tabby: a cat with a coat mottled with black", "word " * 400]
    for text, vector in zip(texts, encoder.encode(texts), strict=True):
        with torch.inference_mode():
            states = network(**tokenizer(text, truncation=True, max_length=256, return_tensors="pt")).last_hidden_state
        expected = torch.nn.functional.normalize(states.mean(dim=1), dim=1)[0].numpy()
        assert vector == pytest.approx(expected, abs=1e-5)


@pytest.mark.parametrize(
    ("name", "labels", "right"),
    [
        ("chelsea", ["dog", "cat"], "cat"),
        ("chelsea", ["vehicle", "food", "animal"], "animal"),
        ("coffee", ["tea", "water", "espresso"], "espresso"),
        ("coffee", ["bottle", "cup"], "cup"),
        ("motorcycle_left", ["bicycle", "car", "motorcycle"], "motorcycle"),
        ("rocket", ["airplane", "rocket"], "rocket"),
        ("camera", ["phone", "camera"], "camera"),
    ],
)
def test_it_chooses_the_label_that_fits_whatever_the_order(classifier, photo, name, labels, right):
    for order in (labels, labels[::-1]):
        answer = classifier.CLASSIFY(photo(name), order)
        assert answer.value == right == next(iter(answer.scores))
        assert set(answer.scores) == set(labels)
        assert list(answer.scores.values()) == sorted(answer.scores.values(), reverse=True)
        assert 0 < sum(answer.scores.values()) < 1


def test_the_thing_in_the_box_is_told_whichever_way_the_call_is_written(classifier, photo):
    coffee, cup = photo("coffee"), Box(100, 70, 420, 370)
    said = classifier.CLASSIFY(coffee, cup, ["bowl", "cup", "plate"])
    assert said.value == "cup"
    assert said == classifier.CLASSIFY(coffee, cup, labels=["bowl", "cup", "plate"])
    assert said == classifier.CLASSIFY(image=coffee, box=cup, labels=["bowl", "cup", "plate"])
    with pytest.raises(ToolError, match="outside"):
        classifier.CLASSIFY(coffee, Box(5000, 0, 5100, 100), ["bowl", "cup"])


def test_kinds_are_told_without_a_detector_too(network, encoder, weights, photo):
    made = Classifier(network, encoder, WordNet(weights))
    made.load()
    assert made.CLASSIFY(photo("chelsea"), ["bird", "pet", "vehicle"]).value == "pet"
    assert made.CLASSIFY(photo("chelsea"), ["dog", "cat"]).value == "cat"


@pytest.mark.parametrize(
    ("name", "labels"),
    [
        ("chelsea", ["happy", "sad"]),
        ("chelsea", ["full", "empty"]),
        ("motorcycle_left", ["new", "old"]),
        ("coffee", ["indoors", "outdoors"]),
        ("coffee", ["hot", "cold"]),
        ("astronaut", ["man", "woman"]),
    ],
)
def test_it_does_not_bluff(classifier, photo, name, labels):
    with pytest.raises(UnknownName, match="1000 kinds of object"):
        classifier.CLASSIFY(photo(name), labels)


@pytest.mark.parametrize("labels", [["red", "blue"], ["Grey", "black", "white"]])
def test_colours_are_sent_to_the_tool_for_colours(classifier, photo, labels):
    with pytest.raises(ToolError, match=r"COLOR\(image"):
        classifier.CLASSIFY(photo("chelsea"), labels)


@pytest.mark.parametrize(
    ("labels", "what"),
    [
        ([], "two labels"),
        (["cat"], "EXISTS"),
        (["cat", " Cat "], "twice"),
        (["hot dog", "hot  dog", "cat"], "twice"),
        (["cat", ""], "empty"),
        (["cat", " \n"], "empty"),
    ],
)
def test_labels_that_leave_no_choice_are_refused(classifier, photo, labels, what):
    with pytest.raises(ToolError, match=what):
        classifier.CLASSIFY(photo("chelsea"), labels)


def test_weights_that_are_not_there_are_named(tmp_path):
    nothing = Weights(tmp_path, offline=True)
    with pytest.raises(WeightsError, match="efficientnet-lite0"):
        Classifier(EfficientNet(nothing, "cpu"), MiniLM(nothing, "cpu")).load()
    with pytest.raises(WeightsError, match="minilm"):
        MiniLM(nothing, "cpu").load()


@given(arrays(np.float32, (5, 3), elements=st.floats(-1, 1, width=32)))
def test_no_class_gives_more_than_it_has_and_the_nearest_label_gets_most(similarities):
    shares = share_among(similarities)
    assert (shares >= 0).all() and (shares.sum(axis=1) <= 1 + 1e-6).all()
    assert (shares.max(axis=1) == shares[np.arange(5), similarities.argmax(axis=1)]).all()


def test_calls_in_a_batch_get_what_they_get_alone(classifier, photo):
    image = photo("coffee")
    crops = [image.crop(Box(x, 20, x + 200, 300)) for x in (0, 100, 200)]
    calls = [{"image": crop, "labels": ["cup", "dog", "table"]} for crop in (image, *crops)]
    calls += [{"image": image, "labels": ["cup"]}, {"image": image, "labels": ["happy", "sad"]}]
    *good, few, strange = classifier.classify_many(calls)
    assert (type(few), type(strange)) == (ToolError, UnknownName)
    for scored, call in zip(good, calls, strict=False):
        alone = classifier.CLASSIFY(**call)
        assert scored.value == alone.value
        assert scored.scores == pytest.approx(alone.scores, abs=1e-4)
