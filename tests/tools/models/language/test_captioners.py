"""CAPTION by models that do nothing else: tiny BLIP and CoCa, word by word what the libraries write."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import tiny_clip
import tiny_vlm
import torch
from transformers import BlipForConditionalGeneration, BlipProcessor

from looksmith.tools.core.errors import WeightsError
from looksmith.tools.core.values import Box
from looksmith.tools.models.language.captioners import Blip, Coca, CocaOptions, write
from looksmith.tools.name.answering import Captioner
from looksmith.tools.runtime.spec import Spec
from looksmith.tools.weights.store import Weights


def spec(folder: Path) -> Spec:
    return Spec(Weights(folder), folder)


@pytest.fixture(scope="module")
def blip_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_vlm.blip(tmp_path_factory.mktemp("blip"))


def test_captions_are_the_librarys_own_in_batches_too(blip_folder: Path, photo) -> None:
    images = [photo("coffee"), photo("chelsea"), photo("coffee").crop(Box(100, 100, 300, 300))]
    found = Captioner(Blip(spec(blip_folder))).CAPTION(images)
    model = BlipForConditionalGeneration.from_pretrained(blip_folder).eval()
    processor: Any = BlipProcessor.from_pretrained(blip_folder)
    for image, caption in zip(images, found, strict=True):
        inputs = processor(images=image.pixels, return_tensors="pt")
        with torch.no_grad():
            written = model.generate(**inputs, max_new_tokens=40)
        assert caption == processor.decode(written[0], skip_special_tokens=True).strip()


@pytest.fixture(scope="module")
def coca(tmp_path_factory: pytest.TempPathFactory) -> Coca:
    folder = tmp_path_factory.mktemp("coca")
    tiny_clip.register(folder)
    tiny_clip.save_pickle(folder, tiny_clip.COCA)
    return Coca(spec(folder), CocaOptions(model=tiny_clip.COCA, max_tokens=8))


def test_coca_writes_the_likeliest_word_after_word(coca: Coca, photo) -> None:
    """Each token is the one that the library's own forward pass gives the highest logit after those before it."""
    loaded = coca._slot.get()
    pixels = loaded.pixels(photo("coffee").pixels)[None]
    with torch.no_grad():
        tokens = write(loaded.network, pixels, 8)
        logits = loaded.network(pixels, tokens, output_labels=False)["logits"][0]
    assert tokens.shape[1] == 8 and tokens[0, 0] == 49406
    assert logits[:-1].argmax(dim=-1).tolist() == tokens[0, 1:].tolist()
    images = [photo("coffee"), photo("chelsea")]
    assert coca.captions(images) == [coca.captions([image])[0] for image in images]


def test_a_model_that_does_not_write_captions_is_refused(tmp_path: Path) -> None:
    tiny_clip.register(tmp_path)
    tiny_clip.save_pickle(tmp_path)
    with pytest.raises(WeightsError, match="does not write captions"):
        Coca(spec(tmp_path), CocaOptions(model=tiny_clip.CLIP)).load()
