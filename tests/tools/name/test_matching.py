"""VERIFY, MATCH, SIMILAR and NEAREST_IMAGES: scores worked out by hand, and those of open_clip on tiny checkpoints."""

import math
import os
from pathlib import Path

import numpy as np
import pytest
import tiny_clip
from contrasting import Known, red

from looksmith.tools.core.errors import ToolError
from looksmith.tools.core.tool import Tool
from looksmith.tools.core.values import Box
from looksmith.tools.models.encode.open_clip import OpenClip
from looksmith.tools.models.encode.open_clip_files import OpenClipOptions
from looksmith.tools.name.matching import NEGATED, NEUTRAL, Matcher, Similarity
from looksmith.tools.name.word_order import PAIRS, word_order_probe
from looksmith.tools.runtime.spec import Spec
from looksmith.tools.weights.store import Weights

TEXTS = {"a red car": (1, 0, 0), **dict.fromkeys(NEUTRAL, (0, 1, 0)), NEGATED.format(statement="a red car"): (1, 0, 2)}
IMAGES = {1: (4, 3, 0), 2: (3, 4, 0), 3: (1, 0, 5), 4: (0, 0, 1)}


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    """A CLIP and a SigLIP, tiny."""
    folder = tmp_path_factory.mktemp("models")
    tiny_clip.register(folder)
    place = tiny_clip.save_pickle(folder)
    hub = tiny_clip.save_hub(tmp_path_factory.mktemp("hub"), tiny_clip.SIGLIP)
    return {
        "clip": OpenClip(Spec(Weights(folder), place), OpenClipOptions(model=tiny_clip.CLIP)),
        "siglip": OpenClip(Spec(Weights(hub), hub)),
    }


def test_a_statement_holds_when_it_fits_better_than_its_strongest_rival():
    matcher = Matcher(Known(TEXTS, IMAGES, scale=10.0))
    holds, fails, negated = (matcher.VERIFY(red(number), "a red car") for number in (1, 2, 3))
    assert holds.value is True and fails.value is False and negated.value is False
    assert holds.scores["a red car"] == pytest.approx(1 / (1 + math.exp(-10 * (0.8 - 0.6))))
    assert fails.scores["a red car"] == pytest.approx(1 / (1 + math.exp(10 * (0.8 - 0.6))))
    strongest = (1 + 10) / (5**0.5 * 26**0.5)
    assert negated.scores["a red car"] == pytest.approx(1 / (1 + math.exp(10 * (strongest - 1 / 26**0.5))), rel=1e-5)
    assert list(fails.scores) == ["its strongest rival", "a red car"]


def test_siglip_judges_the_statement_alone():
    model = Known(TEXTS, IMAGES, scale=10.0, bias=-9.0)
    answer = Matcher(model).VERIFY(red(1), " a  red car ")
    assert answer.scores == pytest.approx({"a red car": 1 / (1 + math.exp(1))})
    assert answer.value and not Matcher(model, threshold=0.5).VERIFY(red(1), "a red car").value
    assert model.asked == ["a red car"] * 2


@pytest.mark.parametrize("name", ["clip", "siglip"])
def test_match_takes_the_image_whose_logit_is_highest(models, name, photo):
    model = models[name]
    images = [photo("coffee"), photo("chelsea"), photo("coffee").crop(Box(9, 9, 200, 60)), photo("rocket")]
    logits = model.scale * model.image_vectors(images) @ model.text_vectors(["a cat"])[0] + (model.bias or 0)
    answer = Matcher(model).MATCH(images, "a cat")
    wanted = 1 / (1 + np.exp(-logits)) if model.bias is not None else np.exp(logits) / np.exp(logits).sum()
    assert answer.value == int(logits.argmax())
    assert answer.scores == pytest.approx({f"image {i}": wanted[i] for i in range(4)}, abs=1e-5)
    turned = Matcher(model).MATCH(images[::-1], "a cat")
    assert turned.value == 3 - answer.value
    singles = [model.image_vectors([image])[0] for image in images]
    assert Matcher(model).VERIFY(images[0], "a cat").value in (True, False)
    assert np.stack(singles) == pytest.approx(model.image_vectors(images), abs=1e-6)


def test_of_equals_the_first_matches():
    matcher = Matcher(Known(TEXTS, IMAGES))
    assert matcher.MATCH([red(2), red(1), red(1)], "a red car").value == 1
    assert matcher.MATCH([red(4)], "a red car").value == 0


def test_images_are_compared_with_images(models, photo):
    similarity = Similarity(models["clip"])
    coffee, cat = photo("coffee"), photo("chelsea")
    part = coffee.crop(Box(0, 0, 590, 390))
    assert similarity.SIMILAR(coffee, coffee) == pytest.approx(1, abs=1e-5)
    assert similarity.SIMILAR(coffee, cat) == similarity.SIMILAR(cat, coffee) < similarity.SIMILAR(coffee, part) < 1
    assert type(similarity.SIMILAR(coffee, cat)) is float
    nearest = similarity.NEAREST_IMAGES(coffee, [cat, part, coffee], 2)
    assert nearest.value == [2, 1]
    assert list(nearest.scores) == ["image 2", "image 1", "image 0"]
    assert similarity.NEAREST_IMAGES(coffee, [cat, part]).value == [1]


@pytest.mark.parametrize(
    ("call", "what"),
    [
        (lambda m, s: m.VERIFY(red(1), " "), "VERIFY got an empty text"),
        (lambda m, s: m.MATCH([red(1)], ""), "MATCH got an empty text"),
        (lambda m, s: m.MATCH([], "a red car"), "no images"),
        (lambda m, s: s.NEAREST_IMAGES(red(1), []), "no images"),
        (lambda m, s: s.NEAREST_IMAGES(red(1), [red(2)], 0), "k of 1 to 1, got 0"),
        (lambda m, s: s.NEAREST_IMAGES(red(1), [red(2)], 2), "k of 1 to 1, got 2"),
    ],
)
def test_bad_input_is_refused(call, what):
    model = Known(TEXTS, IMAGES)
    with pytest.raises(ToolError, match=what):
        call(Matcher(model), Similarity(model))


def test_what_the_llm_is_told():
    matcher, similarity = Matcher(Known(TEXTS)), Similarity(Known(TEXTS))
    tools = [Tool.of(f) for f in (matcher.VERIFY, matcher.MATCH, similarity.SIMILAR, similarity.NEAREST_IMAGES)]
    assert [tool.prompt_lines[0].partition("  #")[0] for tool in tools] == [
        "VERIFY(image: Image, statement: str) -> bool",
        "MATCH(images: list[Image], text: str) -> int",
        "SIMILAR(a: Image, b: Image) -> float",
        "NEAREST_IMAGES(image: Image, images: list[Image], k: int = 1) -> list[int]",
    ]
    assert all(len(tool.summary.split()) <= 12 for tool in tools)
    assert "some grass in a mug" in tools[0].note and "LEFT_OF" in tools[0].note


def test_a_bag_of_words_is_found_out():
    """A model that adds up its words cannot tell swapped texts apart; one that hears order can."""
    words = sorted({word for pair in PAIRS for text in pair for word in text.split()})
    bag = {text: [text.split().count(word) for word in words] for pair in PAIRS for text in pair}
    found = word_order_probe(Known(bag))
    assert found.pairs == len(PAIRS) >= 12
    assert found.alike > 0.9 and found.nearest >= len(PAIRS) - 1
    apart = np.eye(2 * len(PAIRS)).tolist()
    hears = word_order_probe(Known(dict(zip(bag, apart, strict=True))))
    assert (hears.swapped, hears.unrelated, hears.alike, hears.nearest) == (0, 0, 0, 0)
    assert "alike (cosine" in str(found) and "boxes" in str(found)


def test_the_probe_by_hand():
    texts = {"a b": (1, 0), "b a": (3, 4), "c d": (0, 1), "d c": (0, 1)}
    found = word_order_probe(Known(texts), (("a b", "b a"), ("c d", "d c")))
    assert found.swapped == pytest.approx((0.6 + 1) / 2)
    assert found.unrelated == pytest.approx((0 + 0 + 0.8 + 0.8) / 4)
    assert found.alike == pytest.approx((0.8 - 0.4) / 0.6)
    assert found.nearest == 1


def test_the_pairs_have_the_same_words():
    for one, other in PAIRS:
        assert one != other
    swapped = [pair for pair in PAIRS if sorted(pair[0].split()) == sorted(pair[1].split())]
    assert len(swapped) >= 12


def test_the_probe_asks_a_real_model(models):
    found = word_order_probe(models["clip"])
    assert -1 <= found.unrelated <= found.swapped <= 1


@pytest.mark.skipif(not os.environ.get("LOOKSMITH_HUB_WEIGHTS"), reason="no folder with real weights is named")
def test_real_weights_fit_photos_and_ignore_word_order(photo):
    place = Path(os.environ["LOOKSMITH_HUB_WEIGHTS"]) / "clip"
    model = OpenClip(Spec(Weights(place), place))
    images = [photo("coffee"), photo("chelsea"), photo("rocket")]
    assert Matcher(model).MATCH(images, "a photo of a cat").value == 1
    assert Matcher(model).VERIFY(images[1], "a photo of a cat").value
    assert not Matcher(model).VERIFY(images[1], "a photo of a rocket").value
    assert word_order_probe(model).alike > 0.5
