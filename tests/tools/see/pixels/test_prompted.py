"""SEGMENT over SAM and SAM 2 on tiny checkpoints: the library's own masks, one pass of the encoder per image."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import segment_anything
import tiny_segmenters
import torch
from PIL import Image as Pillow
from transformers import Sam2Model, Sam2Processor

from looksmith.tools.core.errors import NoDetection, ToolError, WeightsError
from looksmith.tools.core.registry import Registry
from looksmith.tools.core.tool import Scored
from looksmith.tools.core.values import Box, Image, Mask, Point
from looksmith.tools.engine.executor import Executor
from looksmith.tools.media.geometry import OVERLAP
from looksmith.tools.models.pixels.sam import Sam, SamOptions
from looksmith.tools.models.pixels.sam2 import Sam2, Sam2Options
from looksmith.tools.runtime.spec import Spec
from looksmith.tools.see.pixels.prompted import PromptedSegmenter
from looksmith.tools.weights.store import Weights

NAMES = ("sam", "sam2")
CUP, SPOT = Box(172, 12, 412, 312, "cup", 0.9), Point(300, 150, "cup")
CROP = Box(100, 0, 500, 380)


@pytest.fixture(scope="module", autouse=True)
def tiny_sam() -> Iterator[None]:
    """The package knows its sizes by name: here `vit_b` is a tiny one."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(segment_anything.sam_model_registry, "vit_b", lambda checkpoint=None: tiny_segmenters.build_sam())
        yield


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return {name: make(tmp_path_factory.mktemp(name)) for name, make in tiny_segmenters.MAKERS.items()}


@pytest.fixture(scope="module")
def models(folders: dict[str, Path]) -> dict[str, Any]:
    return {name: model(name, folders[name]) for name in NAMES}


def model(name: str, folder: Path, options: Any = None) -> Any:
    kind: Any = {"sam": Sam, "sam2": Sam2}[name]
    return kind(Spec(Weights(folder), folder), options)


def by_segment_anything(folder: Path, pixels: np.ndarray, prompt: dict[str, Any]) -> tuple[Any, Any]:
    """Masks and scores as the package's notebook gets them."""
    sam = tiny_segmenters.build_sam()
    sam.load_state_dict(torch.load(folder / "sam.pth"))
    predictor = segment_anything.SamPredictor(sam.eval())
    predictor.set_image(pixels)
    masks, scores, _ = predictor.predict(multimask_output=True, **prompt)
    return masks, scores


def by_transformers(folder: Path, pixels: Any, prompt: dict[str, Any]) -> tuple[Any, Any]:
    """Masks and scores as the library's documentation gets them."""
    sam, processor = Sam2Model.from_pretrained(folder).eval(), Sam2Processor.from_pretrained(folder)
    inputs = processor(images=pixels, return_tensors="pt", **prompt)
    with torch.no_grad():
        outputs = sam(**inputs)
    masks = processor.post_process_masks(outputs.pred_masks, inputs["original_sizes"])[0]
    return masks[0].numpy(), outputs.iou_scores[0, 0].numpy()


def by_the_library(name: str, folder: Path, image: Image, where: Box | Point) -> tuple[Any, Any]:
    x, y = image.left, image.top
    if isinstance(where, Box):
        box = [where.left - x, where.top - y, where.right - x, where.bottom - y]
        if name == "sam":
            return by_segment_anything(folder, image.array(), {"box": np.array(box)})
        return by_transformers(folder, image.pixels, {"input_boxes": [[box]]})
    point = [where.x - x, where.y - y]
    if name == "sam":
        prompt = {"point_coords": np.array([point]), "point_labels": np.array([1])}
        return by_segment_anything(folder, image.array(), prompt)
    return by_transformers(folder, image.pixels, {"input_points": [[[point]]], "input_labels": [[[1]]]})


@pytest.mark.parametrize("where", [CUP, SPOT], ids=["box", "point"])
@pytest.mark.parametrize("crop", [False, True])
@pytest.mark.parametrize("name", NAMES)
def test_masks_and_scores_are_the_librarys_own(name: str, crop: bool, where: Any, folders, models, photo) -> None:
    image = photo("coffee").crop(CROP) if crop else photo("coffee")
    ((*found,),) = models[name].masks(image, [where])
    masks, scores = by_the_library(name, folders[name], image, where)
    assert [mask.score for mask in found] == pytest.approx(scores.tolist(), abs=1e-4)
    for mine, theirs in zip(found, masks, strict=True):
        inside = mine.array()[image.top : image.bottom, image.left : image.right]
        assert (inside == theirs).mean() > 0.999
        assert mine.area == inside.sum()
        assert (mine.width, mine.height, mine.label) == (600, 400, "cup")
    assert len({mask.area for mask in found}) > 1


def counted(one: Any, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """A list that grows with every pass of the image encoder."""
    one.load()
    loaded, passes = one._slot.get(), []
    encoder = loaded.image_encoder if isinstance(one, Sam) else loaded[0].vision_encoder
    forward = encoder.forward
    monkeypatch.setattr(encoder, "forward", lambda *args, **kwargs: passes.append(1) or forward(*args, **kwargs))
    return passes


@pytest.mark.parametrize("name", NAMES)
def test_a_hundred_prompts_on_one_image_take_one_pass_of_the_encoder(name, folders, photo, monkeypatch) -> None:
    one, image = model(name, folders[name]), photo("coffee").crop(Box(0, 0, 120, 80))
    passes = counted(one, monkeypatch)
    places = [Point(1.0 + i, 1.0 + i / 2) for i in range(100)]
    found = one.masks(image, places[:99]) + one.masks(image, places[99:])
    assert len(found) == 100 and len(passes) == 1


@pytest.mark.parametrize("name", NAMES)
def test_of_the_latest_images_the_features_are_kept(name, folders, photo, monkeypatch) -> None:
    options: Any = {"sam": SamOptions, "sam2": Sam2Options}[name](remembered=1)
    one, whole = model(name, folders[name], options), photo("coffee")
    passes = counted(one, monkeypatch)
    left, right = whole.crop(Box(0, 0, 100, 100)), whole.crop(Box(100, 0, 200, 100))
    for image in (left, left, right, left):
        one.masks(image, [Point(image.left + 5, 5)])
    assert len(passes) == 3


@pytest.mark.parametrize("name", NAMES)
def test_a_batch_of_mixed_prompts_gives_what_single_ones_give(name: str, folders, models, photo) -> None:
    image = photo("coffee")
    prompts = [SPOT, CUP, Point(50, 350), Box(20, 300, 200, 390)]
    together = models[name].masks(image, prompts)
    alone = [models[name].masks(image, [prompt])[0] for prompt in reversed(prompts)][::-1]
    for several, single in zip(together, alone, strict=True):
        for a, b in zip(several, single, strict=True):
            assert a.score == pytest.approx(b.score, abs=1e-4)
            assert (a.array() == b.array()).mean() > 0.999


class Three:
    """Three masks of known areas and scores."""

    backend = "three"

    def __init__(self, *masks: tuple[int, float]) -> None:
        self._masks = masks

    def load(self) -> None:  # noqa: D102
        pass

    def masks(self, image: Image, prompts: Any) -> list[list[Mask]]:  # noqa: D102
        columns = np.arange(10)
        return [
            [Mask.from_array(np.tile(columns < n, (4, 1)), p.label, score) for n, score in self._masks] for p in prompts
        ]


IMAGE = Image.of(Pillow.new("RGB", (10, 4)))
HERE = Box(0, 0, 5, 4, "cup")


@pytest.mark.parametrize(("granularity", "columns"), [("best", 2), ("part", 1), ("object", 2), ("scene", 9)])
def test_granularity_chooses_by_size_and_best_by_score(granularity: Any, columns: int) -> None:
    tool = PromptedSegmenter(Three((9, 0.3), (1, 0.5), (2, 0.8)))
    chosen = tool.SEGMENT(IMAGE, HERE, granularity=granularity)
    assert (chosen.value.area, chosen.value.label) == (4 * columns, "cup")
    assert list(chosen.scores.items()) == [("object", 0.8), ("part", 0.5), ("scene", 0.3)]


def test_a_thing_given_by_name_is_found_first() -> None:
    class Finder:
        def load(self) -> None: ...

        def LOC(self, image: Image, name: str) -> Scored[Box]:
            if name != "cup":
                raise NoDetection(f"No {name}.")
            return Scored(HERE)

    tool = PromptedSegmenter(Three((1, 0.1), (2, 0.2), (3, 0.3)), Finder())
    assert tool.SEGMENT(IMAGE, "cup").value == tool.SEGMENT(IMAGE, HERE).value
    with pytest.raises(NoDetection, match="No dog"):
        tool.SEGMENT(IMAGE, name="dog")
    with pytest.raises(ToolError, match="Give a box or a point"):
        PromptedSegmenter(Three()).SEGMENT(IMAGE, "cup")


def test_empty_masks_and_scores_that_are_no_numbers() -> None:
    with pytest.raises(NoDetection, match="found nothing at cup"):
        PromptedSegmenter(Three((0, 0.9), (1, 0.1), (2, 0.2))).SEGMENT(IMAGE, HERE)
    with pytest.raises(ToolError, match="not finite"):
        PromptedSegmenter(Three((1, float("nan")), (2, 0.1), (3, 0.2))).SEGMENT(IMAGE, HERE)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("where", [Box(700, 0, 800, 100), Point(600, 10), Point(-1, 0)])
def test_a_place_outside_is_an_error(name: str, where: Any, models, photo) -> None:
    with pytest.raises(ToolError, match="outside the image"):
        models[name].masks(photo("coffee"), [where])


@pytest.mark.parametrize("name", NAMES)
def test_a_box_that_sticks_out_is_cut_and_one_pixel_is_an_image(name: str, models, photo) -> None:
    image = photo("coffee").crop(CROP)
    wide, cut = models[name].masks(image, [Box(0, 0, 300, 300), Box(100, 0, 300, 300)])
    for a, b in zip(wide, cut, strict=True):
        assert (a.array() == b.array()).mean() > 0.999 and a.score == pytest.approx(b.score, abs=1e-4)
    pixel = Image.of(Pillow.new("RGB", (1, 1), "red"))
    ((*masks,),) = models[name].masks(pixel, [Box(0, 0, 1, 1)])
    assert {(mask.width, mask.height) for mask in masks} == {(1, 1)}


@pytest.mark.parametrize("change", ["missing", "more", "damaged", "none", "code"])
def test_checkpoints_that_do_not_fit_are_refused(change: str, folders, tmp_path: Path) -> None:
    state = torch.load(folders["sam"] / "sam.pth")
    path = tmp_path / "sam.pth"
    first = next(iter(state))
    said = {"missing": f"missing keys {first}", "more": "unexpected keys extra", "none": r"0 \.pth files"}
    if change == "missing":
        del state[first]
    if change == "more":
        state["extra"] = torch.ones(1)
    if change == "damaged":
        path.write_bytes((folders["sam"] / "sam.pth").read_bytes()[:20000])
    elif change == "code":
        torch.save({"weights": Path}, path)  # a pickle that names a class
    elif change != "none":
        torch.save(state, path)
    with pytest.raises(WeightsError, match=said.get(change, "cannot be used")):
        model("sam", tmp_path).load()


Real = tuple[str, Callable[[Path], Any]]


@pytest.mark.skipif(not os.environ.get("LOOKSMITH_HUB_WEIGHTS"), reason="LOOKSMITH_HUB_WEIGHTS names no folder")
@pytest.mark.parametrize(("name", "weights"), [("sam", "sam-vit-b"), ("sam2", "sam2-hiera-tiny")])
def test_real_weights_fill_the_cup(name: str, weights: str, photo, monkeypatch) -> None:
    monkeypatch.setitem(segment_anything.sam_model_registry, "vit_b", segment_anything.build_sam_vit_b)
    tool = PromptedSegmenter(model(name, Path(os.environ["LOOKSMITH_HUB_WEIGHTS"]) / weights))
    assert OVERLAP(tool.SEGMENT(photo("coffee"), CUP).value.box, CUP) > 0.8


@pytest.mark.parametrize("name", NAMES)
def test_a_hundred_calls_on_one_image_take_one_pass_and_give_what_they_give_alone(
    name: str, folders, photo, monkeypatch
) -> None:
    one, image = model(name, folders[name]), photo("coffee")
    passes, tools, registry = counted(one, monkeypatch), PromptedSegmenter(one), Registry()
    registry.add(tools)
    executor = Executor(registry)
    places = [Box(x, y, x + 90, y + 80) for x in range(0, 500, 50) for y in range(0, 300, 60)]
    places += [Point(x, y) for x in range(5, 600, 60) for y in range(5, 300, 60)]
    places[7] = Box(700, 0, 800, 90)
    together = [future.result(60) for future in [executor.submit("SEGMENT", (image, place), {}) for place in places]]
    assert len(passes) == 1
    alone = [executor.call("SEGMENT", (image, place), {}) for place in places]
    assert len(passes) == 1
    assert max(call.batch for call in together) == 32
    assert "outside" in str(together[7].error) and [call for call in together if call.error] == [together[7]]
    for a, b in zip(together[:7], alone[:7], strict=True):
        assert a.value.score == pytest.approx(b.value.score, abs=1e-4)
        assert (a.value.array() == b.value.array()).mean() > 0.999
