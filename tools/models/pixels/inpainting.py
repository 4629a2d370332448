"""Inpainting through diffusers: Stable Diffusion and other checkpoints that its AutoPipelineForInpainting loads.

Rombach et al., "High-Resolution Image Synthesis with Latent Diffusion Models", CVPR 2022, section 4.5.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from ...core.errors import ToolError, WeightsError
from ...core.frozen import Frozen
from ...core.values import Image
from ...runtime.checkpoints import broken, load_model, quietly
from ...runtime.spec import Spec

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PIL.Image import Image as Pixels


class InpainterOptions(Frozen):
    """Options in a profile.

    steps: number of denoising steps. guidance: classifier-free guidance scale (Ho and Salimans, 2022).
    seed: of the initial noise.
    side: the longer side for painting, in pixels; ideally the checkpoint's training size.
    variant: which of the checkpoint's weight files, such as "fp16" for `diffusion_pytorch_model.fp16.safetensors`.
    """

    steps: Annotated[int, Field(ge=1)] = 50
    guidance: Annotated[float, Field(ge=0, allow_inf_nan=False)] = 7.5
    seed: Annotated[int, Field(ge=0, lt=2**63)] = 0
    side: Annotated[int, Field(ge=8)] = 512
    variant: Annotated[str, Field(pattern=r"^\w*$")] = ""


class Inpainter:
    """Inpaints by a prompt, with the checkpoint's own scheduler and, if available, its safety checker."""

    backend = "diffusers"
    Options = InpainterOptions

    def __init__(self, spec: Spec, options: InpainterOptions | None = None) -> None:
        self._spec = spec
        self._options = options or InpainterOptions()
        self._slot = spec.shelf.slot(self._make)

    def load(self) -> None:
        """Load the model. Raises WeightsError."""
        self._slot.load()

    def paint(self, image: Image, where: NDArray[np.bool_], prompt: str) -> Pixels:
        """An image of the same size that shows the prompt where the mask `where`, bool (height, width), is true.

        Elsewhere, it is nearly identical to the input. Deterministic on one machine. Raises ToolError for a prompt that
        is too long, and for an image rejected by the safety checker.
        """
        import numpy as np
        import torch
        from PIL import Image as pillow

        pipeline, *_ = self._slot.get()
        _require_short(pipeline.tokenizer, prompt)
        canvas = stretch(image, where, self._options.side, pipeline.image_processor.config.vae_scale_factor)
        painted = pipeline(
            prompt=prompt,
            image=canvas.pixels,
            mask_image=canvas.where,
            width=canvas.pixels.width,
            height=canvas.pixels.height,
            num_inference_steps=self._options.steps,
            guidance_scale=self._options.guidance,
            # Noise generated on the CPU is the same for every device.
            generator=torch.Generator("cpu").manual_seed(self._options.seed),
            output_type="np",
        )
        # Rejected images are returned black.
        if any(getattr(painted, "nsfw_content_detected", None) or ()):
            raise ToolError("The model's safety checker refused the picture.", hint="Ask for something else.")
        if not np.isfinite(painted.images[0]).all():
            raise ToolError("The picture has pixels that are no numbers.", hint='Try precision = "float32".')
        return canvas.undo(pillow.fromarray((painted.images[0] * 255).round().astype(np.uint8)))

    def _make(self) -> tuple[Any, ...]:
        import diffusers
        from diffusers.utils import logging

        library: Any = diffusers
        folder = self._spec.path()
        try:
            with quietly(logging):
                networks = self._networks(library.DiffusionPipeline.load_config(str(folder), local_files_only=True))
                kind = library.AutoPipelineForInpainting
                pipeline = kind.from_pretrained(str(folder), local_files_only=True, **networks)
        except WeightsError:
            raise
        except Exception as error:
            raise broken(folder, error) from error
        pipeline.set_progress_bar_config(disable=True)
        return pipeline, *networks.values()

    def _networks(self, index: dict[str, Any]) -> dict[str, Any]:
        """Load each network of the pipeline and check it, since the library would initialize missing weights randomly.

        index: library and class of each part; null for a missing part; values other than lists are settings.
        """
        from diffusers.pipelines import pipeline_loading_utils
        from torch import nn

        loading: Any = pipeline_loading_utils
        variant: dict[str, Any] = {"variant": self._options.variant} if self._options.variant else {}
        folder = self._spec.path()
        parts: dict[str, list[str]] = {
            name: value for name, value in index.items() if isinstance(value, list) and None not in value
        }
        kinds = {name: loading.simple_get_class_obj(*value) for name, value in parts.items()}
        return {
            name: load_model(kind, replace(self._spec, weights=folder / name), **variant)
            for name, kind in kinds.items()
            if issubclass(kind, nn.Module)
        }


@dataclass(frozen=True)
class Canvas:
    """The network's input. pixels: resized, and padded on the right and below to whole latent cells.

    where: white where to paint. width, height: without padding. image: the original.
    """

    pixels: Pixels
    where: Pixels
    width: int
    height: int
    image: Image

    def undo(self, painted: Pixels) -> Pixels:
        """The painted image in the original size."""
        from PIL.Image import Resampling

        part = painted.crop((0, 0, self.width, self.height))
        return part.resize((self.image.width, self.image.height), Resampling.LANCZOS)


def stretch(image: Image, where: NDArray[np.bool_], side: int, cell: int) -> Canvas:
    """The image with a longer side of `side` pixels, padded by its last pixels to a multiple of `cell` on both sides.

    A latent, which stands for cell x cell pixels, is painted whole where one of its pixels is: the pipeline takes a
    cell's first pixel for all of it (`prepare_mask_latents`), so that thin masks would be lost and edges stay.
    """
    import numpy as np
    from PIL import Image as pillow
    from PIL.Image import Resampling

    scale = side / max(image.width, image.height)
    width, height = (max(1, round(scale * length)) for length in (image.width, image.height))
    more = ((0, -height % cell), (0, -width % cell))
    pixels = np.pad(np.asarray(image.pixels.resize((width, height), Resampling.LANCZOS)), (*more, (0, 0)), mode="edge")
    wanted = np.pad(_covered(_covered(where, height, 0), width, 1), more)
    rows, columns = wanted.shape[0] // cell, wanted.shape[1] // cell
    cells = wanted.reshape(rows, cell, columns, cell).any(axis=(1, 3))
    whole = cells.repeat(cell, axis=0).repeat(cell, axis=1)
    return Canvas(pillow.fromarray(pixels), pillow.fromarray(whole).convert("L"), width, height, image)


def _covered(where: NDArray[np.bool_], length: int, axis: int) -> NDArray[np.bool_]:
    """Whether each of the new pixels along an axis has a part of one that is on, so that a mask of one pixel stays."""
    import numpy as np

    old, new = where.shape[axis], np.arange(length)
    sums = np.insert(np.cumsum(where, axis), 0, 0, axis)
    return np.take(sums, -(-(new + 1) * old // length), axis) > np.take(sums, new * old // length, axis)


def _require_short(tokenizer: Any, prompt: str) -> None:
    """Raise ToolError for a prompt that the tokenizer would truncate."""
    count, most = len(tokenizer(prompt).input_ids), tokenizer.model_max_length
    if count > most:
        raise ToolError(f"The prompt has {count} tokens; the model reads {most}.", hint="Say it in fewer words.")
