"""The specification of a model: weights, device, precision, and its memory slot."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from ..weights.store import Weights
from .shelf import Shelf

if TYPE_CHECKING:
    import torch

Precision = Literal["auto", "float32", "bfloat16", "float16"]


@dataclass(frozen=True)
class Spec:
    """A model of a profile.

    weights: the name of an entry of the store, or a folder or file.
    device: "cpu", "cuda", "cuda:0" ...
    precision: "auto" is bfloat16 on GPUs that support it, for models without loss of accuracy, and float32 otherwise.
    remote_code: allow running code included with the weights; only settable in a user's own profile.
    """

    store: Weights
    weights: str | Path = ""
    device: str = "cpu"
    precision: Precision = "auto"
    remote_code: bool = False
    shelf: Shelf = field(default_factory=Shelf)

    def path(self) -> Path:
        """The path of the weights. Raises WeightsError if they are missing."""
        return self.weights if isinstance(self.weights, Path) else self.store.path(self.weights)

    def dtype(self, *, half: bool = True) -> torch.dtype:
        """The floating-point type of the weights. half: 16 bits are enough for this model."""
        import torch

        if self.precision != "auto":
            return {"float32": torch.float32, "bfloat16": torch.bfloat16, "float16": torch.float16}[self.precision]
        on_gpu = self.device.startswith("cuda") and torch.cuda.is_bf16_supported()
        return torch.bfloat16 if half and on_gpu else torch.float32
