"""TRACK over SAM 2 on a tiny checkpoint: the library's own masks, in a memory that does not grow."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import clips
import numpy as np
import pytest
import tiny_segmenters
import torch
from transformers import Sam2VideoModel, Sam2VideoProcessor

from looksmith.tools.core.errors import NoDetection, ToolError, WeightsError
from looksmith.tools.core.registry import Registry
from looksmith.tools.core.values import Box, Image, Mask, Video
from looksmith.tools.engine.executor import Executor
from looksmith.tools.media.geometry import OVERLAP
from looksmith.tools.media.video import frames, load_video
from looksmith.tools.models.pixels import sam2_video
from looksmith.tools.models.pixels.sam2_video import Sam2Video
from looksmith.tools.runtime.spec import Spec
from looksmith.tools.see.pixels import track
from looksmith.tools.see.pixels.track import Tracker
from looksmith.tools.weights.store import Weights

WHERE = clips.square(0)
COUNT = 24
"""Longer than both memories of the tiny checkpoint, 3 and 5 frames."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_segmenters.sam2_video(tmp_path_factory.mktemp("sam2-video"))


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Video:
    return load_video(clips.clip(tmp_path_factory.mktemp("clips") / "clip.mp4", COUNT))


@pytest.fixture(scope="module")
def model(folder: Path) -> Sam2Video:
    return Sam2Video(Spec(Weights(folder), folder))


def by_transformers(folder: Path, images: Iterable[Image], box: Box) -> tuple[list[Any], list[float]]:
    """Masks and object scores of streamed frames, as the library's documentation gets them: nothing is dropped."""
    model: Any = Sam2VideoModel.from_pretrained(folder)
    processor: Any = Sam2VideoProcessor.from_pretrained(folder)
    session = processor.init_video_session(inference_device="cpu")
    masks, scores = [], []
    for number, image in enumerate(images):
        inputs = processor(images=image.pixels, return_tensors="pt")
        if number == 0:
            processor.add_inputs_to_inference_session(
                inference_session=session,
                frame_idx=0,
                obj_ids=1,
                input_boxes=[[[box.left, box.top, box.right, box.bottom]]],
                original_size=inputs.original_sizes[0],
            )
        with torch.no_grad():
            outputs = model(inference_session=session, frame=inputs.pixel_values[0])
        (found,) = processor.post_process_masks([outputs.pred_masks], inputs.original_sizes, binarize=True)
        masks.append(found[0, 0].numpy())
        scores.append(torch.sigmoid(outputs.object_score_logits).item())
    return masks, scores


@pytest.mark.parametrize("start", [0, 3])
def test_masks_and_scores_are_the_librarys_own(folder: Path, clip: Video, model: Sam2Video, start: int) -> None:
    found = Tracker(model).TRACK(clip, clips.square(start), start=start)
    masks, scores = by_transformers(folder, frames(clip, start), clips.square(start))
    assert len(found) == len(masks) == COUNT - start
    for mine, theirs, score in zip(found, masks, scores, strict=True):
        assert np.array_equal(mine.array(), theirs)
        assert mine.score == pytest.approx(score, abs=1e-6)
        assert (mine.width, mine.height, mine.label) == (128, 64, "square")
    assert len({mask.area for mask in found}) > COUNT // 2


def test_what_is_kept_does_not_grow_and_less_would_not_do(
    clip: Video, model: Sam2Video, monkeypatch: pytest.MonkeyPatch
) -> None:
    model.load()
    processor, sessions = model._slot.get()[1], list[Any]()
    init = processor.init_video_session
    monkeypatch.setattr(processor, "init_video_session", lambda **given: sessions.append(init(**given)) or sessions[-1])
    whole = model.track(frames(clip), WHERE)
    (outputs,) = sessions[0].output_dict_per_obj.values()
    assert list(outputs["cond_frame_outputs"]) == [0]
    assert list(outputs["non_cond_frame_outputs"]) == [*range(COUNT - 5, COUNT)]
    assert not sessions[0].processed_frames
    monkeypatch.setattr(sam2_video, "_window", lambda config: 2)
    assert [mask.score for mask in model.track(frames(clip), WHERE)] != [mask.score for mask in whole]


def test_a_range_is_tracked_and_the_box_may_stick_out(clip: Video, model: Sam2Video) -> None:
    tool = Tracker(model)
    assert len(tool.TRACK(clip, WHERE, start=20)) == 4
    assert tool.TRACK(clip, WHERE, count=3) == tool.TRACK(clip, WHERE, count=5)[:3]
    wide, cut = (tool.TRACK(clip, box, count=2) for box in (Box(-50, -9, 40, 40), Box(0, 0, 40, 40)))
    assert wide == cut


class Seen:
    """A model that finds a square of these scores, and an empty mask where the score is 0; it counts the frames."""

    backend = "seen"

    def __init__(self, *scores: float) -> None:
        self.scores = scores

    def load(self) -> None:  # noqa: D102
        pass

    def track(self, frames: Iterable[Image], where: Box) -> list[Mask]:  # noqa: D102
        return [
            Mask.from_array(np.full((image.height, image.width), score != 0), where.label, score)
            for image, score in zip(frames, self.scores, strict=False)
        ]


def test_where_a_thing_is_gone_its_mask_is_empty(clip: Video) -> None:
    masks = Tracker(Seen(0.9, 0.0, 0.8)).TRACK(clip, WHERE, count=3)
    assert [mask.area > 0 for mask in masks] == [True, False, True]
    with pytest.raises(NoDetection, match=r"nothing at square 1.00 \(8, 20, 24, 36\) in frame 2"):
        Tracker(Seen(0.0, 0.0)).TRACK(clip, WHERE, start=2)
    with pytest.raises(ToolError, match="not finite"):
        Tracker(Seen(float("nan"), 0.5)).TRACK(clip, WHERE)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"start": COUNT}, "no frame 24. Its 24 frames are 0 to 23"),
        ({"start": -1}, "no frame -1"),
        ({"count": 0}, "cannot follow 0 frames. From frame 0 on there are 24"),
        ({"start": 20, "count": 5}, "cannot follow 5 frames. From frame 20 on there are 4"),
    ],
)
def test_frames_that_are_not_there_are_an_error(clip: Video, given: dict[str, int], told: str) -> None:
    with pytest.raises(ToolError) as caught:
        Tracker(Seen(0.9)).TRACK(clip, WHERE, **given)
    assert told in str(caught.value)


def test_a_long_clip_is_tracked_in_parts(clip: Video, model: Sam2Video, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(track, "MOST", 10)
    for given in ({}, {"start": 3}, {"count": 11}):
        with pytest.raises(ToolError, match=r"at most 10 frames at once.*Give count=10"):
            Tracker(model).TRACK(clip, WHERE, **given)
    assert len(Tracker(model).TRACK(clip, WHERE, start=3, count=10)) == 10
    assert len(Tracker(model).TRACK(clip, WHERE, start=14)) == 10


def test_a_box_outside_is_an_error(clip: Video, model: Sam2Video) -> None:
    with pytest.raises(ToolError, match="outside the image"):
        Tracker(model).TRACK(clip, Box(128, 0, 150, 10))


def test_its_first_sentence_says_what_it_gives(model: Sam2Video) -> None:
    registry = Registry()
    registry.add(Tracker(model))
    assert "TRACK(video: Video, where: Box, *, start: int = 0, count: int | None = None) -> list[Mask]" in (
        registry.describe()
    )
    assert len(registry.get("TRACK").summary.split()) <= 12
    assert Executor(registry).call("TRACK", (1, WHERE), {}).error is not None


@pytest.mark.parametrize("change", ["missing", "more"])
def test_checkpoints_that_do_not_fit_are_refused(change: str, folder: Path, tmp_path: Path) -> None:
    from safetensors.torch import load_file, save_file

    for file in folder.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    state = load_file(folder / "model.safetensors")
    if change == "missing":
        del state["memory_encoder.projection.weight"]
    else:
        state["extra"] = torch.ones(1)
    save_file(state, tmp_path / "model.safetensors", {"format": "pt"})
    with pytest.raises(WeightsError, match="memory_encoder.projection.weight" if change == "missing" else "extra"):
        Sam2Video(Spec(Weights(tmp_path), tmp_path)).load()


@pytest.mark.skipif(not os.environ.get("LOOKSMITH_HUB_WEIGHTS"), reason="LOOKSMITH_HUB_WEIGHTS names no folder")
def test_real_weights_follow_the_square(clip: Video) -> None:
    weights = Path(os.environ["LOOKSMITH_HUB_WEIGHTS"]) / "sam2-hiera-tiny"
    masks = Tracker(Sam2Video(Spec(Weights(weights), weights))).TRACK(clip, WHERE)
    for number, mask in enumerate(masks):
        assert OVERLAP(mask.box, clips.square(number)) > 0.8
