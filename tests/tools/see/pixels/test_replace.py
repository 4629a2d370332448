"""REPLACE over a tiny Stable Diffusion: the library's own pixels inside of the mask, and the image's outside."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import diffusers
import numpy as np
import pytest
import tiny_inpainting
import torch
from hypothesis import example, given, settings
from hypothesis import strategies as st
from PIL import Image as Pillow
from safetensors.torch import load_file, save_file
from tiny_inpainting import CELL

from looksmith.tools.core.errors import ToolError, WeightsError
from looksmith.tools.core.values import Box, Image, Mask
from looksmith.tools.models.pixels.inpainting import Inpainter, InpainterOptions, stretch
from looksmith.tools.runtime.shelf import Shelf
from looksmith.tools.runtime.spec import Spec
from looksmith.tools.see.pixels.replace import Replacer
from looksmith.tools.weights.store import Weights

SIZE = (64, 48)
PROMPT = "a red car"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_inpainting.inpainting(tmp_path_factory.mktemp("inpainting"))


@pytest.fixture(scope="module")
def tool(folder: Path) -> Replacer:
    return replacer(folder)


def replacer(folder: Path, **options: Any) -> Replacer:
    return Replacer(Inpainter(Spec(Weights(folder), folder), InpainterOptions(**{"steps": 2, "side": 64, **options})))


def mask(image: Image, left: int, top: int, right: int, bottom: int) -> Mask:
    """A rectangle of the original."""
    width, height = image.original
    whole = np.zeros((height, width), bool)
    whole[top:bottom, left:right] = True
    return Mask.from_array(whole, "thing")


def by_the_library(folder: Path, image: Image, where: np.ndarray, seed: int) -> np.ndarray:
    """A picture as the library's documentation gets it, shape (height, width, 3)."""
    library: Any = diffusers
    pipeline = library.AutoPipelineForInpainting.from_pretrained(folder)
    painted = pipeline(
        prompt=PROMPT,
        image=image.pixels,
        mask_image=Pillow.fromarray(where).convert("L"),
        width=image.width,
        height=image.height,
        num_inference_steps=2,
        guidance_scale=7.5,
        generator=torch.Generator().manual_seed(seed),
    )
    return np.asarray(painted.images[0])


@pytest.mark.parametrize("seed", [0, 5])
def test_what_is_painted_is_the_librarys_own(seed: int, folder: Path, photo) -> None:
    """An image of whole cells at the size that it has, so that nothing is stretched or padded."""
    image = Image.of(photo("coffee").pixels.resize(SIZE))
    thing = mask(image, 2 * CELL, CELL, 9 * CELL, 8 * CELL)
    painted = replacer(folder, seed=seed).REPLACE(image, thing, PROMPT).array()
    theirs, inside = by_the_library(folder, image, thing.array(), seed), thing.array()
    assert (painted[inside] == theirs[inside]).all()
    assert (painted[~inside] == image.array()[~inside]).all()
    assert (theirs[~inside] != image.array()[~inside]).any()


def test_the_seed_the_prompt_and_the_steps_decide_what_is_painted(folder: Path, tool: Replacer, photo) -> None:
    image = photo("coffee").crop(Box(0, 0, 90, 70))
    thing = mask(image, 20, 20, 60, 50)
    first = tool.REPLACE(image, thing, PROMPT)
    assert (tool.REPLACE(image, thing, " a  red\n car ").array() == first.array()).all()
    assert replacer(folder).REPLACE(image, thing, PROMPT) == first
    others = [
        tool.REPLACE(image, thing, "a dog"),
        *(
            replacer(folder, **one).REPLACE(image, thing, PROMPT)
            for one in ({"seed": 1}, {"steps": 3}, {"guidance": 1})
        ),
    ]
    assert len({other.source for other in [first, *others]}) == 5


@pytest.mark.parametrize("frame", [Box(0, 0, 600, 400), Box(101, 33, 338, 250), Box(50, 10, 53, 200)])
def test_outside_of_the_mask_no_bit_changes_whatever_the_size(frame: Box, tool: Replacer, photo) -> None:
    image = photo("coffee").crop(frame)
    shape = np.random.default_rng(3).random((400, 600)) < 0.3
    found = tool.REPLACE(image, Mask.from_array(shape), PROMPT)
    assert (found.left, found.top, found.original, found.width, found.height) == (
        (image.left, image.top, image.original, image.width, image.height)
    )
    assert found != image
    inside = shape[image.top : image.bottom, image.left : image.right]
    assert (found.array()[~inside] == image.array()[~inside]).all()
    assert (found.array()[inside] != image.array()[inside]).mean() > 0.5


class Given:
    """A model that paints everything red and keeps what it was given."""

    backend = "given"

    def __init__(self) -> None:
        self.prompts: list[str] = []

    def load(self) -> None:
        """Nothing to load."""

    def paint(self, image: Image, where: Any, prompt: str) -> Any:
        """All red."""
        self.prompts.append(prompt)
        return Pillow.new("RGB", (image.width, image.height), "red")


def test_what_cannot_be_replaced_is_an_error_before_the_model_runs(photo) -> None:
    model, image = Given(), photo("coffee").crop(Box(100, 100, 200, 200))
    tool, other = Replacer(model), photo("chelsea")
    with pytest.raises(ToolError, match="prompt is empty"):
        tool.REPLACE(image, mask(image, 110, 110, 120, 120), " \n")
    with pytest.raises(ToolError, match="no pixel inside the image"):
        tool.REPLACE(image, mask(image, 0, 0, 50, 50), PROMPT)
    with pytest.raises(ToolError, match="no pixel inside the image"):
        tool.REPLACE(image, mask(image, 0, 0, 0, 0), PROMPT)
    with pytest.raises(ToolError, match="another image"):
        tool.REPLACE(image, mask(other, 110, 110, 120, 120), PROMPT)
    assert model.prompts == []


def test_a_prompt_that_would_be_cut_off_is_an_error(tool: Replacer, photo) -> None:
    image = photo("coffee").crop(Box(0, 0, 64, 48))
    with pytest.raises(ToolError, match="the model reads 16"):
        tool.REPLACE(image, mask(image, 0, 0, 20, 20), "a red car on the street")


@pytest.mark.parametrize("refuses", [False, True])
def test_the_checkpoints_safety_checker_has_the_last_word(refuses: bool, tmp_path: Path, tool, photo) -> None:
    image = photo("coffee").crop(Box(0, 0, 64, 48))
    thing = mask(image, 8, 8, 40, 40)
    checked = replacer(tiny_inpainting.inpainting(tmp_path, refuses=refuses))
    if not refuses:
        assert checked.REPLACE(image, thing, PROMPT) == tool.REPLACE(image, thing, PROMPT)
        return
    with pytest.raises(ToolError, match="safety checker refused"):
        checked.REPLACE(image, thing, PROMPT)


@settings(deadline=None)
@given(width=st.integers(1, 90), height=st.integers(1, 90), side=st.integers(8, 64), x=st.integers(0), y=st.integers(0))
@example(width=19, height=1, side=10, x=9, y=0)  # its middle lies on the border of two new pixels
def test_a_canvas_loses_no_pixel_of_the_mask(width: int, height: int, side: int, x: int, y: int) -> None:
    """Wherever a mask of one pixel lies, it is painted; what is painted is whole cells; sizes are undone."""
    image = Image.of(Pillow.new("RGB", (width, height), "red"))
    where = np.zeros((height, width), bool)
    where[y % height, x % width] = True
    canvas = stretch(image, where, side, 8)
    assert canvas.pixels.size == canvas.where.size
    assert canvas.pixels.width % 8 == canvas.pixels.height % 8 == 0
    assert max(canvas.width, canvas.height) == side
    cells = np.asarray(canvas.where).reshape(canvas.where.height // 8, 8, -1, 8)
    assert cells.max() == 255 and (np.ptp(cells, axis=(1, 3)) == 0).all()
    assert canvas.undo(canvas.pixels).tobytes() == image.pixels.tobytes()


def test_a_picture_that_is_only_padded_comes_back_bit_for_bit() -> None:
    noise = np.random.default_rng(0).integers(0, 256, (41, 61, 3), np.uint8)
    image = Image.of(Pillow.fromarray(noise))
    canvas = stretch(image, np.ones((41, 61), bool), 61, 8)
    assert canvas.pixels.size == (64, 48)
    assert (np.asarray(canvas.undo(canvas.pixels)) == noise).all()


@pytest.mark.parametrize("part", ["unet", "vae", "text_encoder"])
@pytest.mark.parametrize("change", ["missing", "more", "damaged"])
def test_checkpoints_that_do_not_fit_are_refused(change: str, part: str, folder: Path, tmp_path: Path) -> None:
    """Left to itself, the library fills in random numbers."""
    copied(folder, tmp_path)
    (file,) = (tmp_path / part).glob("*.safetensors")
    state = load_file(file)
    first = min(state)
    said = {"missing": f"missing keys {first}", "more": "unexpected keys extra", "damaged": "cannot be used"}
    if change == "missing":
        del state[first]
    if change == "more":
        state["extra"] = torch.ones(1)
    save_file(state, file, metadata={"format": "pt"})
    if change == "damaged":
        file.write_bytes(file.read_bytes()[:2000])
    with pytest.raises(WeightsError, match=said[change]):
        replacer(tmp_path).load()


@pytest.mark.parametrize("change", ["no index", "another kind", "code"])
def test_folders_that_are_no_pipeline_for_inpainting_are_refused(change: str, folder: Path, tmp_path: Path) -> None:
    copied(folder, tmp_path)
    path = tmp_path / "model_index.json"
    index = json.loads(path.read_text())
    if change == "another kind":
        index["_class_name"] = "DDPMPipeline"
    if change == "code":
        index["unet"] = ["mine", "Network"]
        (tmp_path / "unet" / "mine.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')\nclass Network: ...\n")
    path.write_text(json.dumps(index))
    if change == "no index":
        path.unlink()
    with pytest.raises(WeightsError, match="cannot be used"):
        replacer(tmp_path).load()
    assert not (tmp_path / "ran").exists()


def test_weights_of_a_variant(folder: Path, tmp_path: Path, tool: Replacer, photo) -> None:
    copied(folder, tmp_path)
    for file in tmp_path.glob("*/*.safetensors"):
        file.rename(file.with_suffix(".fp16.safetensors"))
    image = photo("coffee").crop(Box(0, 0, 64, 48))
    thing = mask(image, 8, 8, 40, 40)
    assert replacer(tmp_path, variant="fp16").REPLACE(image, thing, PROMPT) == tool.REPLACE(image, thing, PROMPT)
    with pytest.raises(WeightsError):
        replacer(tmp_path).load()


def test_sixteen_bits_are_enough_to_paint(folder: Path, tool: Replacer, photo) -> None:
    spec = Spec(Weights(folder), folder, precision="bfloat16")
    half = Replacer(Inpainter(spec, InpainterOptions(steps=2, side=64)))
    image = photo("coffee").crop(Box(0, 0, 64, 48))
    thing = mask(image, 8, 8, 40, 40)
    pictures = [one.REPLACE(image, thing, PROMPT).array().astype(int) for one in (half, tool)]
    assert 0 < np.abs(pictures[0] - pictures[1]).max() < 32


def test_pixels_that_are_no_numbers_are_an_error(folder: Path, photo) -> None:
    model, image = Inpainter(Spec(Weights(folder), folder), InpainterOptions(steps=1, side=64)), photo("coffee")
    model.load()
    pipeline, *_ = model._slot.get()
    with torch.no_grad():
        pipeline.vae.decoder.conv_out.bias.fill_(float("nan"))
    with pytest.raises(ToolError, match="no numbers"):
        Replacer(model).REPLACE(image, mask(image, 0, 0, 20, 20), PROMPT)


def test_a_shelf_knows_how_large_the_networks_are(folder: Path) -> None:
    shelf = Shelf()
    Inpainter(Spec(Weights(folder), folder, shelf=shelf)).load()
    files = sum(file.stat().st_size for file in folder.glob("*/*.safetensors"))
    assert shelf.size == pytest.approx(files, rel=0.05)


def copied(folder: Path, into: Path) -> None:
    for file in folder.rglob("*"):
        if file.is_file():
            place = into / file.relative_to(folder)
            place.parent.mkdir(exist_ok=True)
            place.write_bytes(file.read_bytes())
