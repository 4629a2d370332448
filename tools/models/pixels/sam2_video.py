"""SAM 2 on videos, through transformers.

Ravi et al., "SAM 2: Segment Anything in Images and Videos", ICLR 2025.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ...core.values import Box, Image, Mask
from ...runtime.checkpoints import load_model, load_processor
from ...runtime.spec import Spec
from .prompts import local_prompts, whole_mask


class Sam2Video:
    """Tracks one object through a video; frames are processed as a stream."""

    backend = "sam2-video"

    def __init__(self, spec: Spec) -> None:
        self._spec = spec
        self._slot = spec.shelf.slot(self._make)

    def load(self) -> None:
        """Load the model. Raises WeightsError."""
        self._slot.load()

    def track(self, frames: Iterable[Image], where: Box) -> list[Mask]:
        """Yield a mask per frame of the object in the box in the first frame, with the probability of its presence.

        Masks have the box's label, and are empty if the object is not visible. Frames are consumed one at a time.
        Raises ToolError for a box outside the first frame.
        """
        model, processor = self._slot.get()
        session = processor.init_video_session(inference_device=self._spec.device, dtype=model.dtype)
        found: list[Mask] = []
        for number, image in enumerate(frames):
            if number == 0:
                self._point(processor, session, image, where)
            found.append(self._follow(session, image, number, where.label))
            _forget(session, number - _window(model.config))
        return found

    def _make(self) -> tuple[Any, Any]:
        from transformers import Sam2VideoModel, Sam2VideoProcessor

        return load_model(Sam2VideoModel, self._spec, half=False), load_processor(Sam2VideoProcessor, self._spec)

    def _point(self, processor: Any, session: Any, image: Image, where: Box) -> None:
        """Set the object to track."""
        (place,) = local_prompts(image, [where])
        assert isinstance(place, Box)
        processor.add_inputs_to_inference_session(
            session,
            frame_idx=0,
            obj_ids=1,
            input_boxes=[[[place.left, place.top, place.right, place.bottom]]],
            original_size=(image.height, image.width),
        )

    def _follow(self, session: Any, image: Image, number: int, label: str) -> Mask:
        import torch

        model, processor = self._slot.get()
        pixels = processor(images=image.pixels, return_tensors="pt").to(self._spec.device)["pixel_values"]
        with torch.inference_mode():
            outputs = model(inference_session=session, frame=pixels, frame_idx=number)
            sizes = [[image.height, image.width]]
            (masks,) = processor.post_process_masks([outputs.pred_masks.float()], sizes)
            score = float(outputs.object_score_logits.float().sigmoid())
        return whole_mask(image, masks[0, 0].cpu().numpy(), label, score)


def _window(config: Any) -> int:
    """How many of the latest frames the model uses: their masks, and their object pointers."""
    return max(config.num_maskmem, config.max_object_pointers_in_encoder)


def _forget(session: Any, last: int) -> None:
    """Drop everything that later frames do not need: all images, and the features of old frames.

    The library keeps all of it, so that its memory grows with each frame. Results of the first frame are kept, because
    all others use them.
    """
    session.processed_frames.clear()
    for outputs in session.output_dict_per_obj.values():
        kept = outputs["non_cond_frame_outputs"]
        for old in [number for number in kept if number <= last]:
            del kept[old]
