"""Grounding DINO through its authors' package (groundingdino-py), in a separate environment.

Liu et al., "Grounding DINO: Marrying DINO with Grounded Pre-Training for Open-Set Object Detection", ECCV 2024. The
package uses methods of BERT that were removed in transformers 5.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field

from ...core.errors import ToolError, WeightsError
from ...core.values import Box, Image
from ...runtime.batching import in_batches
from ...runtime.checkpoints import broken, require_none
from ...runtime.isolated import Environment, Isolated
from ...runtime.spec import Spec
from .grounding_dino import GroundingDinoOptions, candidates, prompt_of, require_shape, tokens_of

ENVIRONMENT = Environment(
    "groundingdino",
    "transformers 5",
    (
        "groundingdino-py==0.4.0",
        "transformers==4.57.6",
        "tokenizers==0.22.2",
        "huggingface_hub==0.36.2",
        "addict==2.4.0",
        "yapf==0.43.0",
        "pycocotools==2.0.11",
        "timm==1.0.31",
        "matplotlib==3.10.7",
        "contourpy==1.3.3",
        "cycler==0.12.1",
        "fonttools==4.68.0",
        "kiwisolver==1.5.1",
        "pyparsing==3.3.3",
        "python-dateutil==2.9.0.post0",
        "six==1.17.0",
    ),
)
# Training-only weights, and a buffer saved by older versions of transformers.
_SUPERFLUOUS = {"label_enc.weight", "bert.embeddings.position_ids"}
_MEAN, _STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
_TEXT = 256
_CONFIGS = {"SwinT": "SwinT_OGC", "SwinB": "SwinB_cfg"}


class PackageOptions(GroundingDinoOptions):
    """Options in a profile: those of the transformers backend, and

    size: the backbone, which selects one of the package's configurations.
    shortest, longest: shorter side after resizing, and maximum longer side, in pixels.
    """

    size: Literal["SwinT", "SwinB"] = "SwinT"
    shortest: Annotated[int, Field(ge=32)] = 800
    longest: Annotated[int, Field(ge=32)] = 1333


class GroundingDinoPackage:
    """Detects objects described by phrases; scores are the maximum over a phrase's tokens (see grounding_dino.py).

    The weights are a folder with one .pth file and a subfolder bert-base-uncased.
    """

    backend = "groundingdino-py"
    Options = PackageOptions
    independent = False

    def __init__(self, spec: Spec, options: PackageOptions | None = None) -> None:
        self._spec = spec
        self._options = options or PackageOptions()
        self._slot = spec.shelf.slot(self._make)

    @property
    def threshold(self) -> float:
        """The minimum score of a detection."""
        return self._options.box_threshold

    def load(self) -> None:
        """Start the process. Raises WeightsError, or PrerequisiteError if its environment does not exist."""
        self._slot.load()

    def find(self, images: Sequence[Image], phrases: Sequence[str]) -> list[list[list[Box]]]:
        """The candidates for each image and phrase, best first, in pixels of the original. Raises ToolError."""
        return self._slot.get().call("find", list(images), list(phrases))

    def _make(self) -> Isolated:
        arguments = {"folder": str(self._spec.path()), "device": self._spec.device}
        python = ENVIRONMENT.python(self._spec.store.root.parent / "environments")
        return Isolated(python, f"{__name__}:PackageModel", {**arguments, "options": self._options.model_dump()})


class PackageModel:
    """The model itself, in the process with the package."""

    def __init__(self, folder: str, device: str, options: dict[str, Any]) -> None:
        self._options = PackageOptions.model_validate(options)
        self._device = device
        self._model = self._load(Path(folder))

    @property
    def nbytes(self) -> int:
        """Bytes of the weights."""
        return sum(parameter.numel() * parameter.element_size() for parameter in self._model.parameters())

    def find(self, images: Sequence[Image], phrases: Sequence[str]) -> list[list[list[Box]]]:
        """As `GroundingDinoPackage.find`."""
        return in_batches(lambda batch: self._find(batch, phrases), images, self._options.batch)

    def _load(self, folder: Path) -> Any:
        import torch

        checkpoint = _only_checkpoint(folder)
        # Use the package's own configuration; one next to the weights would be untrusted Python code.
        file = f"GroundingDINO_{_CONFIGS[self._options.size]}.py"
        config = _package("util.slconfig").SLConfig.fromfile(str(Path(_package("config").__path__[0]) / file))
        config.text_encoder_type, config.device = str(folder / "bert-base-uncased"), self._device
        try:
            state = torch.load(checkpoint, map_location="cpu", weights_only=True)["model"]
            model = _package("models").build_model(config)
            clean = _package("util.utils").clean_state_dict(state)
            missing, superfluous = model.load_state_dict(clean, strict=False)
        except Exception as error:
            raise broken(folder, error) from error
        require_none("missing keys", sorted(missing), checkpoint)
        require_none("unexpected keys", sorted(set(superfluous) - _SUPERFLUOUS), checkpoint)
        return model.to(self._device).eval()

    def _find(self, images: Sequence[Image], phrases: Sequence[str]) -> list[list[list[Box]]]:
        import torch

        require_shape(images)
        text, spans = prompt_of(phrases)
        encoded = self._model.tokenizer(text, return_offsets_mapping=True)
        if len(encoded["input_ids"]) > _TEXT:
            raise ToolError(
                f"{len(phrases)} phrases are more text than Grounding DINO reads at once.", hint="Ask for fewer."
            )
        tokens = tokens_of(spans, encoded["offset_mapping"])
        with torch.inference_mode():
            samples = _package("util.misc").nested_tensor_from_tensor_list([self._input(image) for image in images])
            outputs = self._model(samples, captions=[text] * len(images))
        words = outputs["pred_logits"].sigmoid().double().cpu()
        return [
            [
                candidates(image, _corners(image, boxes), scores[:, wanted], phrase, self._options)
                for phrase, wanted in zip(phrases, tokens, strict=True)
            ]
            for image, boxes, scores in zip(images, outputs["pred_boxes"], words, strict=True)
        ]

    def _input(self, image: Image) -> Any:
        """Shape (3, height, width), resized and normalized by the package's own transforms."""
        transforms = _package("datasets.transforms")
        resize = transforms.RandomResize([self._options.shortest], max_size=self._options.longest)
        steps = [resize, transforms.ToTensor(), transforms.Normalize(_MEAN, _STD)]
        tensor, _ = transforms.Compose(steps)(image.pixels, None)
        return tensor.to(self._device)


def _corners(image: Image, boxes: Any) -> Any:
    """Convert relative centre and size to left, top, right, bottom in pixels of the image, shape (queries, 4)."""
    import torch

    x, y, width, height = boxes.float().cpu().unbind(-1)
    shares = torch.stack([x - width / 2, y - height / 2, x + width / 2, y + height / 2], dim=-1)
    return shares * torch.tensor([image.width, image.height] * 2)


def _package(module: str) -> Any:
    """Import a module of groundingdino, which is only installed in the other environment."""
    return import_module(f"groundingdino.{module}")


def _only_checkpoint(folder: Path) -> Path:
    found = sorted(folder.glob("*.pth"))
    if len(found) != 1:
        raise WeightsError(f"{folder} has {len(found)} .pth files, and one is wanted.")
    return found[0]
