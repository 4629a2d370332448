"""Grounding DINO and OWL on tiny checkpoints: the library's own numbers, in the original image's coordinates."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import tiny_detectors
import torch
from PIL import Image as Pillow
from safetensors.torch import load_file, save_file
from transformers import AutoModelForZeroShotObjectDetection, AutoProcessor

from looksmith.tools.core.errors import NoDetection, ToolError, WeightsError
from looksmith.tools.core.values import Box, Image
from looksmith.tools.media.geometry import OVERLAP
from looksmith.tools.models.detect.grounding_dino import GroundingDino, GroundingDinoOptions, prompt_of, tokens_of
from looksmith.tools.models.detect.owl import Owl, OwlOptions
from looksmith.tools.runtime.spec import Spec
from looksmith.tools.see.color.color import ColorNamer
from looksmith.tools.see.find.open_finder import OpenFinder
from looksmith.tools.see.finders.phrase_eye import PhraseEye
from looksmith.tools.weights.store import Weights
from looksmith.tools.words.wordnet import WordNet

MAKERS: dict[str, Callable[[Path], Path]] = {
    "grounding-dino": tiny_detectors.grounding_dino,
    "owlvit": lambda folder: tiny_detectors.owl(folder, 1),
    "owlv2": tiny_detectors.owl,
}
ALL: dict[str, Any] = {
    # Every candidate is kept, so that what is found can be compared with the library's list.
    "grounding-dino": GroundingDinoOptions(box_threshold=1e-9, text_threshold=0, floor=1e-9, overlap=1),
    "owlvit": OwlOptions(threshold=1e-9, floor=1e-9, overlap=1),
    "owlv2": OwlOptions(threshold=1e-9, floor=1e-9, overlap=1),
}


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return {name: make(tmp_path_factory.mktemp(name)) for name, make in MAKERS.items()}


def spec(folder: Path) -> Spec:
    return Spec(Weights(folder), folder)


def detector(name: str, folder: Path, options: Any = None) -> Any:
    kind = GroundingDino if name == "grounding-dino" else Owl
    return kind(spec(folder), options or ALL[name])


@pytest.fixture
def finder(wordnet: WordNet) -> Callable[..., OpenFinder]:
    return lambda model, **more: OpenFinder(PhraseEye(model, wordnet), ColorNamer(), **more)


def by_the_library(name: str, folder: Path, pixels: Any, phrase: str) -> list[tuple[list[float], float]]:
    """Boxes and scores as the library's documentation gets them."""
    model = AutoModelForZeroShotObjectDetection.from_pretrained(folder).eval()
    processor = AutoProcessor.from_pretrained(folder)
    text = [[phrase]] if name == "grounding-dino" else [[f"a photo of a {phrase}"]]
    inputs = processor(images=[pixels], text=text, return_tensors="pt")
    with torch.no_grad():
        outputs = model(**inputs)
    more = {"text_threshold": 0.25} if name == "grounding-dino" else {}
    (found,) = processor.post_process_grounded_object_detection(
        outputs, threshold=0.0, target_sizes=[(pixels.height, pixels.width)], **more
    )
    return sorted(zip(found["boxes"].tolist(), found["scores"].tolist(), strict=True), key=lambda one: -one[1])


@pytest.mark.parametrize("name", MAKERS)
@pytest.mark.parametrize("crop", [None, Box(100, 50, 420, 290)])
def test_boxes_and_scores_are_the_librarys_own(name: str, crop: Box | None, folders, photo) -> None:
    image = photo("coffee") if crop is None else photo("coffee").crop(crop)
    ((found,),) = detector(name, folders[name]).find([image], ["cup"])
    wanted = by_the_library(name, folders[name], image.pixels, "cup")
    visible = [
        (sides, score)
        for sides, score in wanted
        if min(sides[2], image.width) - max(sides[0], 0) > 0.01
        and min(sides[3], image.height) - max(sides[1], 0) > 0.01
    ]
    assert len(found) == len(visible) > 5
    mine = sorted((box.left, box.top, box.right, box.bottom) for box in found)
    limits = (0, 0, image.width, image.height)
    cut = [[max(s[0], limits[0]), max(s[1], 0), min(s[2], limits[2]), min(s[3], limits[3])] for s, _ in visible]
    shifted = sorted((a + image.left, b + image.top, c + image.left, d + image.top) for a, b, c, d in cut)
    for sides, theirs in zip(mine, shifted, strict=True):
        assert sides == pytest.approx(theirs, abs=0.01)
    if name != "grounding-dino":
        assert [box.score for box in found] == pytest.approx([score for _, score in visible], abs=1e-5)


def test_a_grounding_dino_score_is_the_highest_of_the_phrases_words(folders, photo) -> None:
    """The library takes the highest of all words of the text, also of [CLS] and the full stop."""
    folder, image = folders["grounding-dino"], photo("coffee")
    ((found,),) = detector("grounding-dino", folder).find([image], ["red cup"])
    model = AutoModelForZeroShotObjectDetection.from_pretrained(folder).eval()
    processor = AutoProcessor.from_pretrained(folder)
    inputs = processor(images=image.pixels, text="red cup.", return_tensors="pt")
    with torch.no_grad():
        scores = model(**inputs).logits.sigmoid()[0]
    assert inputs["input_ids"][0].tolist()[0::4] == [101, 102]  # [CLS] red cup . [SEP]
    wanted = scores[:, 1:3].max(dim=1).values.sort(descending=True).values.tolist()
    assert [box.score for box in found] == pytest.approx(wanted[: len(found)], abs=1e-5)


@pytest.mark.parametrize("name", MAKERS)
def test_several_phrases_in_one_pass_each_have_their_own_boxes(name: str, folders, photo, monkeypatch) -> None:
    one, image, passes = detector(name, folders[name]), photo("coffee"), []
    one.load()
    model, *_ = one._slot.get()
    forward = model.forward
    monkeypatch.setattr(model, "forward", lambda *args, **kwargs: passes.append(1) or forward(*args, **kwargs))
    (found,) = one.find([image], ["cup", "red mug", "dog"])
    assert [{box.label for box in boxes} for boxes in found] == [{"cup"}, {"red mug"}, {"dog"}]
    assert len(passes) == 1
    assert found[0] != found[2]


@pytest.mark.parametrize("name", MAKERS)
def test_a_batch_gives_what_single_images_give_in_any_order(name: str, folders, photo) -> None:
    # Images of one size: others are padded to the largest, which Grounding DINO's backbone can see.
    whole = photo("coffee")
    images = [whole.crop(Box(0, 0, 200, 150)), whole.crop(Box(100, 100, 300, 250)), whole.crop(Box(300, 0, 500, 150))]
    one = detector(name, folders[name])
    batched = one.find(images, ["cup"])
    single = [one.find([image], ["cup"])[0] for image in reversed(images)][::-1]
    for together, alone in zip(batched, single, strict=True):
        for a, b in zip(together[0][:10], alone[0][:10], strict=True):
            assert (a.left, a.top, a.right, a.bottom) == pytest.approx((b.left, b.top, b.right, b.bottom), abs=0.05)
            assert a.score == pytest.approx(b.score, abs=1e-4)


def test_of_boxes_for_one_thing_only_the_best_stays(folders, photo) -> None:
    options = OwlOptions(threshold=1e-9, floor=1e-9, overlap=0.3)
    ((few,),) = detector("owlv2", folders["owlv2"], options).find([photo("coffee")], ["cup"])
    ((many,),) = detector("owlv2", folders["owlv2"]).find([photo("coffee")], ["cup"])
    assert 0 < len(few) < len(many) and few[0] == many[0]
    assert all(OVERLAP(a, b) <= 0.3 + 1e-9 for i, a in enumerate(few) for b in few[:i])


def test_a_phrase_must_fit_with_all_its_words(folders, photo) -> None:
    """text_threshold: a box that only one word of the phrase fits is a candidate, and not found."""
    options = GroundingDinoOptions(box_threshold=0.3, text_threshold=0.9, floor=0.01, overlap=1)
    strict = detector("grounding-dino", folders["grounding-dino"], options)
    loose = detector("grounding-dino", folders["grounding-dino"], options.model_copy(update={"text_threshold": 0.0}))
    image = photo("coffee")
    counts = [sum(box.score >= 0.3 for box in one.find([image], ["red cup"])[0][0]) for one in (strict, loose)]
    assert counts[0] < counts[1]
    assert len(strict.find([image], ["red cup"])[0][0]) == len(loose.find([image], ["red cup"])[0][0])


def test_the_text_of_a_pass_and_the_places_of_its_phrases() -> None:
    text, spans = prompt_of(["red cup", "dog"])
    assert text == "red cup. dog."
    assert [text[begin:end] for begin, end in spans] == ["red cup", "dog"]
    offsets = [(0, 0), (0, 3), (4, 7), (7, 8), (9, 12), (12, 13), (0, 0)]
    assert tokens_of(spans, offsets) == [[1, 2], [4]]


def test_the_tools_say_what_was_found_and_what_was_not(folders, photo, finder) -> None:
    tools, image = finder(detector("owlv2", folders["owlv2"])), photo("coffee")
    boxes = tools.DETECT(image, "The Cup")
    assert boxes.value[0] == tools.LOC(image, name="the cup").value
    assert {box.label for box in boxes.value} == {"cup"}
    assert tools.COUNT(image, "the cup").value == len(boxes.value) == tools.COUNT(boxes.value)
    assert tools.EXISTS(image, "the cup").value is True
    both = tools.DETECT(image, names=["cup", "dog"]).value
    assert {box.label for box in both} == {"cup", "dog"}
    assert [box.score for box in both] == sorted((box.score for box in both), reverse=True)
    strict = finder(detector("owlv2", folders["owlv2"], OwlOptions(threshold=1.0, floor=0.01)))
    assert strict.DETECT(image, "cup").value == [] and strict.DETECT(image, "cup").rejected
    assert strict.EXISTS(image, "cup").value is False
    with pytest.raises(NoDetection, match=r"No cup was found in the image: the nearest is cup 0\.\d\d .*"):
        strict.LOC(image, "cup")


def test_counting_by_points_asks_the_model_that_points(folders, photo, finder) -> None:
    class Points:
        def load(self) -> None: ...

        def count(self, image: Image, name: str) -> int:
            return {"cup": 7}[name]

    owl = detector("owlv2", folders["owlv2"])
    assert finder(owl, counter=Points()).COUNT(photo("coffee"), "Cup", method="points") == 7
    with pytest.raises(ToolError, match="counts by points"):
        finder(owl).COUNT(photo("coffee"), "cup", method="points")


@pytest.mark.parametrize("name", MAKERS)
@pytest.mark.parametrize("size", [(1, 1), (1, 300), (7, 3)])
def test_images_of_almost_no_size(name: str, size: tuple[int, int], folders) -> None:
    image = Image.of(Pillow.new("RGB", size, "red"))
    try:
        ((found,),) = detector(name, folders[name]).find([image], ["cup"])
    except ToolError as error:
        assert "pixel" in str(error)
    else:
        assert all(box.intersection(image.frame) == box for box in found)


@pytest.mark.parametrize(
    ("names", "said"),
    [
        ([], "empty"),
        ([""], "empty"),
        (["?!"], "empty"),
        (["the red"], "names no thing"),
        (["next to the"], None),
        (["cup", "Cup."], "twice"),
        (["a cup " * 20], "words"),
    ],
)
def test_phrases_that_name_nothing(names: list[str], said: str | None, folders, photo, finder) -> None:
    tools = finder(detector("owlv2", folders["owlv2"]))
    if said is None:  # "next" could be a noun; what is not known to be no noun is asked for
        assert isinstance(tools.DETECT(photo("coffee"), names).value, list)
        return
    with pytest.raises(ToolError, match=said):
        tools.DETECT(photo("coffee"), names)


def test_too_many_phrases_for_one_text(folders, photo) -> None:
    things = [f"cup {chr(97 + i)}{chr(97 + j)}" for i in range(6) for j in range(6)]
    with pytest.raises(ToolError, match="36 phrases are more text"):
        detector("grounding-dino", folders["grounding-dino"]).find([photo("coffee")], things)


def copied(folder: Path, target: Path) -> Path:
    target.mkdir()
    for path in folder.iterdir():
        (target / path.name).write_bytes(path.read_bytes())
    return target


@pytest.mark.parametrize("name", MAKERS)
def test_numbers_that_are_not_finite_are_an_error(name: str, folders, tmp_path: Path, photo) -> None:
    folder = copied(folders[name], tmp_path / name)
    tensors = load_file(folder / "model.safetensors")
    broken = {
        key: torch.full_like(value, torch.nan) if value.is_floating_point() else value for key, value in tensors.items()
    }
    save_file(broken, folder / "model.safetensors", {"format": "pt"})
    with pytest.raises(ToolError, match="not finite"):
        detector(name, folder).find([photo("coffee")], ["cup"])


def test_weights_that_do_not_fit_are_refused(folders, tmp_path: Path) -> None:
    folder = copied(folders["owlv2"], tmp_path / "owl")
    tensors = load_file(folder / "model.safetensors")
    key = next(iter(tensors))
    fewer = {name: tensor for name, tensor in tensors.items() if name != key}
    for tensors_kept, said in [
        (fewer, f"missing keys {key}"),
        ({**tensors, "more": torch.ones(1)}, "unexpected keys more"),
    ]:
        save_file(tensors_kept, folder / "model.safetensors", {"format": "pt"})
        with pytest.raises(WeightsError, match=said):
            detector("owlv2", folder).load()
    save_file({**tensors, key: torch.ones(3)}, folder / "model.safetensors", {"format": "pt"})
    with pytest.raises(WeightsError, match=key):
        detector("owlv2", folder).load()


def test_damaged_and_missing_files_are_told_in_a_sentence(folders, tmp_path: Path) -> None:
    folder = copied(folders["grounding-dino"], tmp_path / "dino")
    (folder / "model.safetensors").write_bytes((folder / "model.safetensors").read_bytes()[:5000])
    with pytest.raises(WeightsError, match="cannot be used"):
        detector("grounding-dino", folder).load()
    with pytest.raises(WeightsError, match="cannot be used"):
        detector("grounding-dino", tmp_path / "nowhere").load()


def test_code_that_comes_with_weights_does_not_run(folders, tmp_path: Path) -> None:
    folder = copied(folders["owlv2"], tmp_path / "owl")
    config = json.loads((folder / "config.json").read_text())
    config["model_type"] = "strange"
    config["auto_map"] = {"AutoConfig": "evil.Config", "AutoModelForZeroShotObjectDetection": "evil.Model"}
    (folder / "config.json").write_text(json.dumps(config))
    trap = tmp_path / "ran"
    (folder / "evil.py").write_text(f"open({str(trap)!r}, 'w')\n")
    with pytest.raises(WeightsError):
        detector("owlv2", folder).load()
    assert not trap.exists()


@pytest.mark.skipif(not os.environ.get("LOOKSMITH_HUB_WEIGHTS"), reason="LOOKSMITH_HUB_WEIGHTS names no folder")
@pytest.mark.parametrize(("kind", "weights"), [(GroundingDino, "grounding-dino-tiny"), (Owl, "owlv2-base-patch16")])
def test_real_weights_find_a_cup_and_no_dog(kind: Any, weights: str, photo, finder) -> None:
    folder = Path(os.environ["LOOKSMITH_HUB_WEIGHTS"]) / weights
    tools, image = finder(kind(replace(spec(folder), device="cpu"))), photo("coffee")
    assert OVERLAP(tools.LOC(image, "cup").value, Box(172, 12, 412, 312)) > 0.6
    assert tools.DETECT(image, "dog").value == []


@pytest.mark.parametrize("name", MAKERS)
def test_calls_in_a_batch_find_what_they_find_alone_in_fewer_passes(
    name: str, folders, photo, monkeypatch, finder
) -> None:
    whole, one = photo("coffee"), detector(name, folders[name])
    parts = [whole.crop(Box(x, 0, x + 200, 150)) for x in (0, 100, 200)] + [whole.crop(Box(0, 0, 90, 300))]
    calls: list[dict[str, Any]] = [{"image": image, "name": "cup"} for image in parts]
    calls += [{"image": parts[0], "name": "dog"}, {"image": parts[0], "names": ["dog", "cup"]}]
    calls += [{"image": parts[0], "name": "the red"}, {"image": parts[0], "names": []}]
    alone = [_found(finder(detector(name, folders[name])), call) for call in calls]
    one.load()
    network, *_ = one._slot.get()
    forward, passes = network.forward, []
    monkeypatch.setattr(network, "forward", lambda *args, **kwargs: passes.append(1) or forward(*args, **kwargs))
    tools = finder(one)
    together = tools.look_many(calls, ["DETECT"] * len(calls))
    # By image, or by phrases and size: for Grounding DINO other phrases and padding are another question.
    assert len(passes) == 4
    assert [type(found) for found in together[-2:]] == [ToolError, ToolError] == [type(found) for found in alone[-2:]]
    for a, b in zip(together[:-2], alone[:-2], strict=True):
        assert [box.label for box in a.value[:10]] == [box.label for box in b.value[:10]]
        assert [box.score for box in a.value[:10]] == pytest.approx([box.score for box in b.value[:10]], abs=1e-4)
    cup, nothing, dog = tools.look_many(
        [{"image": parts[0], "name": "cup"}, {"items": []}, {"image": parts[0], "name": "dog"}],
        ["EXISTS", "COUNT", "LOC"],
    )
    assert (cup.value, nothing, dog.value.label) == (True, 0, "dog")
    assert len(passes) == 4


@pytest.mark.parametrize("name", MAKERS)
def test_other_names_in_the_same_image_need_no_second_look(name: str, folders, photo) -> None:
    whole, one = photo("coffee"), detector(name, folders[name])
    images = [whole, whole.crop(Box(100, 50, 420, 290))]
    wanted = [[detector(name, folders[name]).find([image], [phrase]) for phrase in ("cup", "dog")] for image in images]
    one.load()
    network, *_ = one._slot.get()
    encoder = network.model.backbone.conv_encoder.model if name == "grounding-dino" else _owl(network).encoder
    passes: list[int] = []
    encoder.register_forward_hook(lambda *_: passes.append(1))
    found = [[one.find([image], [phrase]) for phrase in ("cup", "dog")] for image in images]
    assert found == wanted
    assert found[0][0] != found[0][1] != found[1][1]
    assert len(passes) == 2
    assert one.find([whole], ["cup"]) == wanted[0][0]
    assert len(passes) == 2


def _owl(network: Any) -> Any:
    return (network.owlvit if hasattr(network, "owlvit") else network.owlv2).vision_model


def _found(tools: OpenFinder, call: dict[str, Any]) -> Any:
    try:
        return tools.DETECT(**call)
    except ToolError as error:
        return error
