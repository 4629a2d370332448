"""open_clip's models through our backend, against the library called directly on the same tiny checkpoints."""

import json
import logging
from typing import Any

import numpy as np
import open_clip
import pytest
import tiny_clip
import torch
from PIL import Image as Pillow
from pydantic import ValidationError

from looksmith.tools.core.errors import ToolError, WeightsError
from looksmith.tools.core.values import Box, Image
from looksmith.tools.models.encode import open_clip as contrastive
from looksmith.tools.models.encode.open_clip import OpenClip
from looksmith.tools.models.encode.open_clip_files import OpenClipOptions, middle
from looksmith.tools.runtime.spec import Spec
from looksmith.tools.runtime.vector_cache import Remembered
from looksmith.tools.weights.store import Weights

LIBRARY: Any = open_clip
TEXTS = ["a photo of a cat", "a photo of a dog", "the mug in some grass"]
HUB = {"mean": [0.5] * 3, "std": [0.25] * 3, "interpolation": "bilinear", "resize_mode": "squash"}


@pytest.fixture(scope="module", autouse=True)
def registered(tmp_path_factory):
    tiny_clip.register(tmp_path_factory.mktemp("configs"))


def spec(place):
    return Spec(Weights(place), place)


@pytest.fixture(scope="module")
def pickled(tmp_path_factory):
    return tiny_clip.save_pickle(tmp_path_factory.mktemp("pickled"))


@pytest.fixture(scope="module")
def hub(tmp_path_factory):
    return tiny_clip.save_hub(tmp_path_factory.mktemp("hub"), preprocess=HUB)


@pytest.fixture(scope="module")
def siglip(tmp_path_factory):
    return tiny_clip.save_hub(tmp_path_factory.mktemp("siglip"), tiny_clip.SIGLIP, HUB)


def clip(place) -> OpenClip:
    return OpenClip(spec(place.parent), OpenClipOptions(model=tiny_clip.CLIP))


def photo_crops(photo):
    coffee = photo("coffee")
    return [coffee, coffee.crop(Box(100, 20, 300, 80)), coffee.crop(Box(5, 5, 6, 300)), photo("chelsea")]


def direct(model, preprocess, tokenizer, images, texts):
    """What open_clip itself says: features of images and texts, scale and bias."""
    model.eval()
    with torch.no_grad():
        pixels = torch.stack([preprocess(image.pixels) for image in images])
        features = model.encode_image(pixels), model.encode_text(tokenizer(texts))
        logits, _ = model.get_logits(pixels, tokenizer(texts))
    return *(f / f.norm(dim=-1, keepdim=True) for f in features), logits


@pytest.mark.parametrize("form", ["pickled", "hub", "siglip"])
def test_vectors_and_logits_are_those_of_the_library(form, request, photo):
    place = request.getfixturevalue(form)
    if form == "pickled":
        ours = clip(place)
        model, preprocess = LIBRARY.create_model_from_pretrained(tiny_clip.CLIP, pretrained=str(place))
        tokenizer = open_clip.get_tokenizer(tiny_clip.CLIP)
    else:
        ours = OpenClip(spec(place))
        model, preprocess = LIBRARY.create_model_from_pretrained(f"local-dir:{place}")
        tokenizer = open_clip.get_tokenizer(f"local-dir:{place}")
    images = photo_crops(photo)
    wanted_images, wanted_texts, logits = direct(model, preprocess, tokenizer, images, TEXTS)
    got_images, got_texts = ours.image_vectors(images), ours.text_vectors(TEXTS)
    assert got_images == pytest.approx(wanted_images.numpy(), abs=1e-5)
    assert got_texts == pytest.approx(wanted_texts.numpy(), abs=1e-5)
    assert np.linalg.norm(got_images, axis=1) == pytest.approx(np.ones(4), abs=1e-5)
    assert abs(got_images[0] - got_images[3]).max() > 0.01 < abs(got_texts[0] - got_texts[2]).max()
    assert ours.scale * got_images @ got_texts.T + (ours.bias or 0) == pytest.approx(logits.numpy(), abs=1e-3)
    assert (ours.bias is None) == (form != "siglip")


def test_siglip_has_its_own_bias_and_scale(siglip):
    model = OpenClip(spec(siglip))
    assert model.bias == pytest.approx(-3.25)
    assert model.scale == pytest.approx(np.exp(2.5))


def test_batched_equals_single_in_any_order(pickled, photo):
    images = photo_crops(photo)
    together, reverse = clip(pickled).image_vectors(images), clip(pickled).image_vectors(images[::-1])[::-1]
    small = OpenClip(spec(pickled), OpenClipOptions(model=tiny_clip.CLIP, batch=3))
    alone = clip(pickled)
    assert small.image_vectors(images) == pytest.approx(together, abs=1e-5)
    assert np.concatenate([alone.image_vectors([image]) for image in images]) == pytest.approx(together, abs=1e-5)
    assert reverse == pytest.approx(together, abs=1e-5)
    assert small.text_vectors(TEXTS * 2) == pytest.approx(alone.text_vectors(TEXTS * 2), abs=1e-5)


def test_nothing_is_encoded_twice(pickled, photo, monkeypatch):
    model = clip(pickled)
    seen = {"images": 0, "texts": 0}
    network = open_clip.CLIP
    image, text = network.encode_image, network.encode_text

    def count(name, run):
        def counted(self, batch, **options):
            seen[name] += len(batch)
            return run(self, batch, **options)

        return counted

    monkeypatch.setattr(network, "encode_image", count("images", image))
    monkeypatch.setattr(network, "encode_text", count("texts", text))
    crops = photo_crops(photo)
    model.image_vectors([crops[0], crops[0], crops[1]])
    model.image_vectors([photo("coffee"), crops[2]])
    model.text_vectors(["cat", "dog", "cat"])
    model.text_vectors(["dog", "cow"])
    assert seen == {"images": 3, "texts": 3}
    assert (model.image_cache.hits, model.image_cache.misses) == (1, 3)
    assert (model.text_cache.hits, model.text_cache.misses) == (1, 3)


def test_the_vector_that_was_not_asked_for_longest_makes_room():
    made = []

    def make(items):
        made.extend(items)
        return [np.full(2, item, np.float32) for item in items]

    cache = Remembered(2)
    for keys in ((1, 2), (1,), (3,), (1,), (2,)):
        found = cache.vectors({key: key for key in keys}, make)
        assert {key: vector[0] for key, vector in found.items()} == {key: key for key in keys}
    assert made == [1, 2, 3, 2]


def test_a_crop_gives_the_vector_of_the_same_pixels(pickled, photo):
    coffee = photo("coffee")
    desk = Pillow.new("RGB", (800, 600), "white")
    desk.paste(coffee.pixels, (37, 121))
    part = Image.of(desk).crop(Box(37, 121, 37 + coffee.width, 121 + coffee.height))
    model = clip(pickled)
    assert model.image_vectors([part]) == pytest.approx(model.image_vectors([coffee]), abs=1e-6)


@pytest.mark.parametrize("size", [(1, 1), (3, 501), (800, 2), (1, 20000)])
def test_narrow_images_are_seen_as_the_library_sees_them(pickled, size):
    rng = np.random.default_rng(0)
    image = Image.of(Pillow.fromarray(rng.integers(0, 255, (size[1], size[0], 3), np.uint8)))
    model = clip(pickled)
    if size != (1, 20000):
        wanted = model.preprocess(image.pixels)
        assert abs(wanted - model._slot.get().pixels(image.pixels)).max() < 0.05
    assert max(middle(image.pixels).size) <= 64 * min(size) + 1
    assert np.isfinite(model.image_vectors([image])).all()


def test_a_text_that_would_be_cut_is_refused(pickled, siglip):
    long = "cat " * 90
    for model in (clip(pickled), OpenClip(spec(siglip))):
        with pytest.raises(ToolError, match="longer than the"):
            model.text_vectors(["a cat", long])
        assert len(model.text_vectors(["a cat", ""])) == 2
    just = " ".join(["cat"] * 75)
    assert clip(pickled).text_vectors([just]).shape == (1, 32)
    with pytest.raises(ToolError, match="77 tokens"):
        clip(pickled).text_vectors([just + " cat"])


def test_nothing_gives_nothing(pickled):
    assert len(clip(pickled).image_vectors([])) == len(clip(pickled).text_vectors([])) == 0


def test_siglip_weights_of_a_named_architecture(siglip, tmp_path):
    """The architecture comes by name, the tokenizer from the weights' folder: no hub is asked."""
    place = tiny_clip.save_pickle(tmp_path, tiny_clip.SIGLIP, "webli.pt")
    tiny_clip.save_tokenizer(tmp_path)
    named = OpenClip(spec(tmp_path), OpenClipOptions(model=tiny_clip.SIGLIP, file=place.name))
    assert named.text_vectors(TEXTS) == pytest.approx(OpenClip(spec(siglip)).text_vectors(TEXTS), abs=1e-5)
    assert named.bias == pytest.approx(-3.25)


def test_images_are_made_ready_as_the_weights_want_them():
    """A file of SigLIP weights loaded by open_clip itself would get CLIP's colours and a centre crop."""
    from looksmith.tools.models.encode.open_clip_files import _tag

    siglip = _tag(OpenClipOptions(model="ViT-B-16-SigLIP"))
    assert (siglip["mean"], siglip["resize_mode"]) == ((0.5, 0.5, 0.5), "squash")
    with pytest.raises(WeightsError, match="ViT-L-14 differ") as caught:
        _tag(OpenClipOptions(model="ViT-L-14"))
    assert "laion2b_s32b_b82k" in caught.value.hint
    assert _tag(OpenClipOptions(model="ViT-L-14", tag="laion2b_s32b_b82k"))["mean"] == (0.5, 0.5, 0.5)
    assert _tag(OpenClipOptions(model="ViT-L-14", tag="openai"))["quick_gelu"]
    with pytest.raises(WeightsError, match="no weights 'webli'"):
        _tag(OpenClipOptions(model="ViT-L-14", tag="webli"))


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"ln_final.weight": None}, "ln_final.weight"),
        ({"extra.weight": torch.zeros(2)}, "extra.weight"),
        ({"ln_final.weight": torch.zeros(3)}, "ln_final.weight"),
        ({"logit_scale": None}, "logit_scale"),
        ({"positional_embedding": torch.zeros(20, 32)}, "positional_embedding"),
        ({"visual.positional_embedding": torch.zeros(17, 64)}, "positional_embedding"),
    ],
)
def test_weights_that_do_not_fit_completely_are_refused(tmp_path, changes, what):
    place = tiny_clip.save_pickle(tmp_path, **changes)
    with pytest.raises(WeightsError, match=what):
        clip(place).load()


def test_siglip_without_its_bias_is_refused(tmp_path):
    """open_clip would put a bias of 0 in its place and say nothing."""
    place = tiny_clip.save_pickle(tmp_path, tiny_clip.SIGLIP, logit_bias=None)
    tiny_clip.save_tokenizer(tmp_path)
    with pytest.raises(WeightsError, match="missing keys logit_bias"):
        OpenClip(spec(place), OpenClipOptions(model=tiny_clip.SIGLIP)).load()


class _Trap:
    def __reduce__(self):
        return (logging.warning, ("code in a pickle ran",))


@pytest.mark.parametrize("damage", ["none", "cut", "several", "code", "no config", "no tokenizer", "bad config"])
def test_files_that_cannot_be_used(tmp_path, damage, caplog):
    options = OpenClipOptions(model=tiny_clip.CLIP)
    place = tiny_clip.save_pickle(tmp_path)
    match damage:
        case "none":
            place.unlink()
        case "cut":
            place.write_bytes(place.read_bytes()[:-2000])
        case "several":
            tiny_clip.save_pickle(tmp_path, file="other.pt")
        case "code":
            torch.save({"state_dict": {"a": _Trap()}}, place)
        case "no config":
            options = OpenClipOptions()
        case "no tokenizer":
            tiny_clip.save_hub(tmp_path, tiny_clip.SIGLIP)
            (tmp_path / "tokenizer.json").unlink()
            options = OpenClipOptions()
        case _:
            (tmp_path / "open_clip_config.json").write_text(json.dumps({"model": 1}))
            options = OpenClipOptions()
    with pytest.raises(WeightsError):
        OpenClip(spec(tmp_path), options).load()
    assert "code in a pickle ran" not in caplog.text


def test_options_that_make_no_sense(tmp_path, pickled):
    with pytest.raises(ValidationError, match="need `model`"):
        OpenClipOptions(file="model.pt")
    with pytest.raises(ValidationError):
        OpenClipOptions(model="ViT-B-32", bacth=2)
    with pytest.raises(WeightsError, match="no model 'ViT-B-33'"):
        OpenClip(spec(pickled), OpenClipOptions(model="ViT-B-33")).load()
    with pytest.raises(WeightsError, match=r"no file other\.pt"):
        OpenClip(spec(pickled.parent), OpenClipOptions(model=tiny_clip.CLIP, file="other.pt")).load()


def test_vectors_that_are_no_numbers_are_an_error(tmp_path, photo):
    place = tiny_clip.save_pickle(tmp_path, **{"ln_final.weight": torch.full((32,), torch.nan)})
    with pytest.raises(ToolError, match="no numbers"):
        clip(place).text_vectors(["cat"])


def test_sixteen_bits_come_close(pickled, photo):
    place = pickled.parent
    half = OpenClip(Spec(Weights(place), place, precision="bfloat16"), OpenClipOptions(model=tiny_clip.CLIP))
    cosines = (half.image_vectors([photo("coffee")]) * clip(pickled).image_vectors([photo("coffee")])).sum()
    assert 0.99 < cosines <= 1.0001
    assert (half.text_vectors(TEXTS) * clip(pickled).text_vectors(TEXTS)).sum(axis=1).min() > 0.99


def test_one_model_for_all_that_asks(pickled):
    model = clip(pickled)
    model.load()
    first = model._slot.get()
    model.load()
    assert model._slot.get() is first and model.backend == "open-clip"
    assert contrastive.TEXTS > 1000
