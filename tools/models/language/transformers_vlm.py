"""Vision-language models through transformers: the LLaVA family, SmolVLM (Idefics 3), Molmo 2, and others like them.

Liu et al., "Visual Instruction Tuning", NeurIPS 2023; Marafioti et al., "SmolVLM: Redefining small and efficient
multimodal models", 2025.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import Field

from ...core.errors import WeightsError
from ...core.frozen import Frozen
from ...core.values import Image
from ...runtime.batching import in_batches
from ...runtime.checkpoints import load_model, load_processor
from ...runtime.spec import Spec
from .vlm import VLMRequest


class TransformersVlmOptions(Frozen):
    """Options in a profile. batch: requests per pass."""

    batch: Annotated[int, Field(ge=1)] = 4


class TransformersVlm:
    """Replies to interleaved images and text, with greedy decoding and the model's own chat template."""

    backend = "vlm"
    Options = TransformersVlmOptions

    def __init__(self, spec: Spec, options: TransformersVlmOptions | None = None) -> None:
        self._spec = spec
        self._options = options or TransformersVlmOptions()
        self._slot = spec.shelf.slot(self._make)

    def load(self) -> None:
        """Load the model. Raises WeightsError, also for a model without a chat template."""
        self._slot.load()

    def reply(self, requests: Sequence[VLMRequest]) -> list[str]:
        """The reply to each request. Batches are padded on the left, which does not affect the replies."""
        return in_batches(self._reply, requests, self._options.batch)

    def _make(self) -> tuple[Any, Any]:
        from transformers import AutoModelForImageTextToText, AutoProcessor

        model = load_model(AutoModelForImageTextToText, self._spec)
        processor = load_processor(AutoProcessor, self._spec)
        if not processor.chat_template:
            raise WeightsError(
                f"The model in {self._spec.path()} has no chat template.", hint="Use the instruction-tuned one."
            )
        processor.tokenizer.padding_side = "left"
        return model, processor

    def _reply(self, requests: Sequence[VLMRequest]) -> list[str]:
        import torch

        model, processor = self._slot.get()
        texts = [processor.apply_chat_template(_talk(request), add_generation_prompt=True) for request in requests]
        images = [[part.pixels for part in request.parts if isinstance(part, Image)] for request in requests]
        given: Any = images if any(images) else None
        inputs = processor(text=texts, images=given, padding=True, return_tensors="pt").to(self._spec.device)
        if "pixel_values" in inputs:
            inputs["pixel_values"] = inputs["pixel_values"].to(model.dtype)
        longest = max(request.max_tokens for request in requests)
        with torch.inference_mode():
            written = model.generate(**inputs, max_new_tokens=longest, do_sample=False)
        start = inputs["input_ids"].shape[1]
        replies = [row[start : start + r.max_tokens] for row, r in zip(written, requests, strict=True)]
        return processor.batch_decode(replies, skip_special_tokens=True)


def _talk(request: VLMRequest) -> list[dict[str, Any]]:
    """A user message in the format of vision-language models' chat templates."""
    content = [
        {"type": "image"} if isinstance(part, Image) else {"type": "text", "text": part} for part in request.parts
    ]
    return [{"role": "user", "content": content}]
