"""CLASSIFY over contrastive models: scores worked out by hand, and those of open_clip on tiny checkpoints."""

import os
from typing import Any

import numpy as np
import open_clip
import pytest
import tiny_clip
import torch
from contrasting import Known, red
from hypothesis import given
from hypothesis import strategies as st

from looksmith.tools.core.errors import InputError, ToolError
from looksmith.tools.core.tool import Tool
from looksmith.tools.core.values import Box
from looksmith.tools.models.encode.contrastive import scores
from looksmith.tools.models.encode.open_clip import OpenClip
from looksmith.tools.models.encode.open_clip_files import OpenClipOptions
from looksmith.tools.name.descriptors import Descriptors
from looksmith.tools.name.matching import Matcher
from looksmith.tools.name.templates import PLAIN, TEMPLATES, fill
from looksmith.tools.name.zero_shot import ZeroShotClassifier
from looksmith.tools.runtime.spec import Spec
from looksmith.tools.weights.store import Weights

LIBRARY: Any = open_clip
LABELS = ["cat", "dog", "mug"]


@pytest.fixture(scope="module", autouse=True)
def registered(tmp_path_factory):
    tiny_clip.register(tmp_path_factory.mktemp("configs"))


@pytest.fixture(scope="module")
def clip(tmp_path_factory):
    place = tiny_clip.save_pickle(tmp_path_factory.mktemp("clip"))
    return OpenClip(Spec(Weights(place), place), OpenClipOptions(model=tiny_clip.CLIP)), place


@pytest.fixture(scope="module")
def siglip(tmp_path_factory):
    place = tiny_clip.save_hub(tmp_path_factory.mktemp("siglip"), tiny_clip.SIGLIP, {"resize_mode": "squash"})
    return OpenClip(Spec(Weights(place), place)), place


class Told:
    """Says of each label what it was told to."""

    def __init__(self, **sentences):
        self._sentences = sentences
        self.asked = []

    def describe(self, label, domain=""):
        """The sentences of the label."""
        self.asked.append(label)
        common = {"model": "m", "template_version": "1", "samples": 1, "temperature": 0.0}
        return Descriptors(label=label, sentences=self._sentences[label], **common)


def logits_of_the_library(model, preprocess, tokenizer, images, labels):
    """Temperature, softmax or sigmoid by open_clip's own `get_logits`, for one template."""
    model.eval()
    with torch.no_grad():
        pixels = torch.stack([preprocess(image.pixels) for image in images])
        return model.get_logits(pixels, tokenizer([fill(PLAIN, label) for label in labels]))[0]


def test_clip_shares_out_by_softmax_with_its_own_temperature(clip, photo):
    ours, place = clip
    model, preprocess = LIBRARY.create_model_from_pretrained(tiny_clip.CLIP, pretrained=str(place))
    image = photo("coffee").crop(Box(100, 20, 300, 280))
    logits = logits_of_the_library(model, preprocess, open_clip.get_tokenizer(tiny_clip.CLIP), [image], LABELS)
    wanted = dict(zip(LABELS, logits.softmax(dim=-1)[0].tolist(), strict=True))
    answer = ZeroShotClassifier(ours, prompts="template").CLASSIFY(image, LABELS)
    assert answer.scores == pytest.approx(wanted, abs=1e-4)
    assert answer.value == max(wanted, key=lambda label: wanted[label]) == next(iter(answer.scores))
    assert sum(answer.scores.values()) == pytest.approx(1)
    assert all(type(score) is float for score in answer.scores.values())


def test_siglip_judges_each_label_by_itself(siglip, photo):
    ours, place = siglip
    model, preprocess = LIBRARY.create_model_from_pretrained(f"local-dir:{place}")
    tokenizer, image = open_clip.get_tokenizer(f"local-dir:{place}"), photo("chelsea")
    wanted = torch.sigmoid(logits_of_the_library(model, preprocess, tokenizer, [image], LABELS))[0].tolist()
    classifier = ZeroShotClassifier(ours, prompts="template")
    answer = classifier.CLASSIFY(image, LABELS)
    assert answer.scores == pytest.approx(dict(zip(LABELS, wanted, strict=True)), abs=1e-5)
    pair = classifier.CLASSIFY(image, LABELS[:2])
    assert pair.scores["cat"] == pytest.approx(answer.scores["cat"])


def test_a_batch_of_crops_gets_what_each_gets_alone(clip, photo, monkeypatch):
    ours, place = clip
    passes = []
    run = open_clip.CLIP.encode_image
    monkeypatch.setattr(
        open_clip.CLIP, "encode_image", lambda self, x, **kw: passes.append(len(x)) or run(self, x, **kw)
    )
    fresh = OpenClip(Spec(Weights(place), place), OpenClipOptions(model=tiny_clip.CLIP))
    coffee = photo("coffee")
    crops = [coffee.crop(Box(left, 10, left + 90, 300)) for left in (0, 120, 240, 360)]
    answer = ZeroShotClassifier(fresh).CLASSIFY(images=crops, labels=LABELS)
    assert passes == [4]
    alone = [ZeroShotClassifier(ours).CLASSIFY(image=crop, labels=LABELS) for crop in crops]
    assert answer.value == [one.value for one in alone]
    assert list(answer.scores.values()) == pytest.approx([max(one.scores.values()) for one in alone], abs=1e-5)
    assert ZeroShotClassifier(ours).CLASSIFY([], LABELS).value == []


def test_a_label_is_the_mean_of_its_texts():
    """Unit vectors (1, 0), (0, 1) and (0, 1): the mean (1/3, 2/3) has length sqrt(5)/3, so (1, 2)/sqrt(5)."""
    told = Told(cat=("one.", "two.", "three."), dog=("four.",))
    texts = {"one.": (5, 0), "two.": (0, 1), "three.": (0, 0.2), "four.": (3, 4)}
    classifier = ZeroShotClassifier(Known(texts, {7: (1, 0)}, scale=2.0), told, "cupl")
    assert classifier.label_vectors(["cat"])[0] == pytest.approx([1 / 5**0.5, 2 / 5**0.5])
    answer = classifier.CLASSIFY(red(7), ["cat", "dog"])
    raised = np.exp([2 / 5**0.5, 2 * 0.6])
    assert answer.scores == pytest.approx({"dog": raised[1] / raised.sum(), "cat": raised[0] / raised.sum()})
    assert answer.value == "dog"


def test_both_gives_half_to_the_templates_and_half_to_the_descriptions():
    texts = {"one.": (1, 0, 0), "two.": (1, 0, 0)} | {fill(t, "cat"): (0, 1, 0) for t in TEMPLATES}
    classifier = ZeroShotClassifier(Known(texts), Told(cat=("one.", "two.")), "both")
    assert classifier.label_vectors(["cat"])[0] == pytest.approx([0.5**0.5, 0.5**0.5, 0])


def test_texts_that_cancel_out_are_an_error():
    classifier = ZeroShotClassifier(Known({"one.": (1, 0), "two.": (-1, 0)}), Told(cat=("one.", "two.")), "cupl")
    with pytest.raises(ToolError, match="cancel"):
        classifier.label_vectors(["cat"])


def test_labels_are_embedded_once():
    told = Told(cat=("one.",), dog=("two.",), cow=("one.",))
    model = Known({"one.": (1, 0), "two.": (0, 1)}, {7: (1, 0), 8: (0, 1)})
    classifier = ZeroShotClassifier(model, told, "cupl")
    classifier.CLASSIFY(red(7), ["cat", "dog"])
    assert classifier.CLASSIFY(red(8), ["dog", "cow", "cat"]).value == "dog"
    assert told.asked == ["cat", "dog", "cow"] and model.asked == ["one.", "two.", "one."]
    assert (classifier.label_cache.hits, classifier.label_cache.misses) == (2, 3)


def test_the_order_of_labels_and_images_changes_nothing(clip, photo):
    ours, _ = clip
    classifier = ZeroShotClassifier(ours)
    images = [photo("coffee"), photo("chelsea")]
    there = classifier.CLASSIFY(images, LABELS).value
    assert ZeroShotClassifier(ours).CLASSIFY(images[::-1], LABELS[::-1]).value == there[::-1]


@pytest.mark.parametrize(
    ("labels", "what"),
    [([], "two labels"), (["cat"], "EXISTS"), (["cat", " Cat "], "twice"), (["cat", ""], "empty")],
)
def test_labels_that_leave_no_choice_are_refused(labels, what):
    model = Known({"x": (1, 0)}, {7: (1, 0)})
    for images in (red(7), [red(7)], []):
        with pytest.raises(ToolError, match=what):
            ZeroShotClassifier(model).CLASSIFY(images, labels)
    assert model.seen == 0


def test_descriptions_need_a_describer():
    with pytest.raises(InputError, match="needs descriptions"):
        ZeroShotClassifier(Known({"x": (1, 0)}), None, "cupl")


def test_what_the_llm_is_told():
    told = Tool.of(ZeroShotClassifier(Known({"x": (1, 0)})).CLASSIFY)
    assert told.prompt_lines == (
        "CLASSIFY(image: Image, labels: list[str]) -> str  # The label that fits the image, box, or each image best.",
        "CLASSIFY(image: Image, box: Box, labels: list[str]) -> str",
        "CLASSIFY(images: list[Image], labels: list[str]) -> list[str]",
    )
    assert told.backend == "known"


def test_templates_are_different_sentences_with_an_article():
    filled = [fill(template, "owl") for template in TEMPLATES]
    assert len(set(filled)) == len(filled) >= 20
    assert all("an owl" in text and "{" not in text for text in filled)
    assert fill(PLAIN, "the Eiffel Tower") == "a photo of the Eiffel Tower."


@given(st.lists(st.floats(-1, 1), min_size=1, max_size=6), st.floats(1, 200), st.none() | st.floats(-20, 20))
def test_scores_lie_between_0_and_1_and_keep_the_order(cosines, scale, bias):
    given_scores = scores(np.array(cosines, np.float32), scale, bias)
    assert ((given_scores >= 0) & (given_scores <= 1)).all()
    order = np.argsort(np.array(cosines, np.float32), kind="stable")
    assert (np.diff(given_scores[order]) >= 0).all()
    if bias is None:
        assert given_scores.sum() == pytest.approx(1)


@pytest.mark.skipif(not os.environ.get("LOOKSMITH_HUB_WEIGHTS"), reason="no folder with real weights is named")
@pytest.mark.parametrize("name", ["clip", "siglip"])
def test_real_weights_know_what_photos_show(photo, name):
    """Expects open_clip's own hub format in the subfolders `clip` and `siglip`."""
    from pathlib import Path

    place = Path(os.environ["LOOKSMITH_HUB_WEIGHTS"]) / name
    if not place.is_dir():
        pytest.skip(f"no weights of {name}")
    classifier = ZeroShotClassifier(OpenClip(Spec(Weights(place), place)))
    labels = ["cat", "cup of coffee", "motorcycle", "rocket", "astronaut"]
    shown = [photo(photo_name) for photo_name in ("chelsea", "coffee", "motorcycle_left", "rocket", "astronaut")]
    assert classifier.CLASSIFY(shown, labels).value == labels


def test_calls_in_a_batch_get_what_they_get_alone_and_every_image_and_text_is_encoded_once(tmp_path, photo):
    image, place = photo("coffee"), tiny_clip.save_pickle(tmp_path)
    crops = [image.crop(Box(x, 20, x + 200, 300)) for x in (0, 100, 200)]
    calls = [{"image": crop, "labels": LABELS} for crop in crops]
    calls += [{"images": [*crops, image], "labels": LABELS}, {"image": image, "labels": ["cat"]}]
    one, other = (OpenClip(Spec(Weights(place), place), OpenClipOptions(model=tiny_clip.CLIP)) for _ in range(2))
    together, alone = ZeroShotClassifier(one, prompts="template"), ZeroShotClassifier(other, prompts="template")
    *good, wrong = together.classify_many(calls)
    assert type(wrong) is ToolError
    for scored, call in zip(good, calls, strict=False):
        assert scored.value == alone.CLASSIFY(**call).value
        assert scored.scores == pytest.approx(alone.CLASSIFY(**call).scores, abs=1e-4)
    assert (one.image_cache.misses, one.text_cache.misses) == (4, 3)
    together.classify_many(calls)
    Matcher(one).match_many([{"images": crops, "text": "a cup"}, {"images": [image], "text": "a cup"}])
    assert (one.image_cache.misses, one.text_cache.misses) == (4, 4)
