"""The Segment Anything Model through its authors' package (segment-anything).

Kirillov et al., "Segment Anything", ICCV 2023.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field

from ...core.errors import WeightsError
from ...core.frozen import Frozen
from ...core.values import Box, Image, Mask, Point
from ...runtime.cache import Recent
from ...runtime.checkpoints import broken, require_none
from ...runtime.spec import Spec
from .prompts import by_kind, local_prompts, masks_of


class SamOptions(Frozen):
    """Options for SAM in a profile.

    size: the size of the published model.
    remembered: number of images whose features are cached; the encoder runs once per image.
    batch: prompts per pass of the decoder.
    """

    size: Literal["vit_b", "vit_l", "vit_h"] = "vit_b"
    remembered: Annotated[int, Field(ge=1)] = 4
    batch: Annotated[int, Field(ge=1)] = 8


class Sam:
    """Three masks for each prompt. The heavy encoder runs once per image, the light decoder once per batch of prompts.

    The weights are one .pth file, or a folder with one.
    """

    backend = "sam"
    Options = SamOptions

    def __init__(self, spec: Spec, options: SamOptions | None = None) -> None:
        self._spec = spec
        self._options = options or SamOptions()
        self._slot = spec.shelf.slot(self._make)
        self._features: Recent[tuple[Any, ...]] = Recent(self._options.remembered)

    def load(self) -> None:
        """Load the model. Raises WeightsError."""
        self._slot.load()

    def masks(self, image: Image, prompts: Sequence[Box | Point]) -> list[list[Mask]]:
        """Three masks per prompt over the whole original image, with their predicted IoU.

        Raises ToolError for a prompt outside the image.
        """
        places = local_prompts(image, prompts)
        predictor = self._predictor(image)
        return by_kind(places, lambda some: self._decode(predictor, image, some), self._options.batch)

    def _make(self) -> Any:
        import torch

        path = checkpoint_file(self._spec.path())
        model = _package().sam_model_registry[self._options.size]()
        try:
            state = torch.load(path, map_location="cpu", weights_only=True)
            missing, superfluous = model.load_state_dict(state, strict=False)
        except Exception as error:
            raise broken(path, error) from error
        require_none("missing keys", sorted(missing), path)
        require_none("unexpected keys", sorted(superfluous), path)
        self._features.clear()
        return model.to(self._spec.device).eval()

    def _predictor(self, image: Image) -> Any:
        """A predictor with the image's features."""
        predictor = _package().SamPredictor(self._slot.get())

        def seen() -> tuple[Any, ...]:
            predictor.set_image(image.array())
            return predictor.features, predictor.original_size, predictor.input_size

        predictor.features, predictor.original_size, predictor.input_size = self._features.get(image.key, seen)
        predictor.is_image_set = True
        return predictor

    def _decode(self, predictor: Any, image: Image, places: Sequence[Box | Point]) -> list[list[Mask]]:
        """Masks of prompts of one kind, in pixels of the image."""
        import torch

        size, device = predictor.original_size, self._spec.device
        numbers = [[p.left, p.top, p.right, p.bottom] if isinstance(p, Box) else [p.x, p.y] for p in places]
        given = torch.tensor(numbers, dtype=torch.float32, device=device)
        with torch.inference_mode():
            if isinstance(places[0], Box):
                boxes = predictor.transform.apply_boxes_torch(given, size)
                masks, scores, _ = predictor.predict_torch(None, None, boxes=boxes)
            else:
                points = predictor.transform.apply_coords_torch(given[:, None], size)
                labels = torch.ones(len(places), 1, dtype=torch.int, device=device)
                masks, scores, _ = predictor.predict_torch(points, labels)
        return masks_of(image, places, masks.cpu().numpy(), scores.float().cpu().tolist())


def checkpoint_file(path: Path) -> Path:
    """The path itself if it is a .pth file, or the only one in the folder. Raises WeightsError."""
    if path.is_file():
        return path
    found = sorted(path.rglob("*.pth"))
    if len(found) != 1:
        raise WeightsError(f"{path} has {len(found)} .pth files instead of one.")
    return found[0]


def _package() -> Any:
    return import_module("segment_anything")
