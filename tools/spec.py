"""What a backend is made from: weights, device, precision, and a place in memory."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeVar

from .errors import PrerequisiteError, ToolError
from .shelf import Shelf
from .weights import Weights

if TYPE_CHECKING:
    import torch

Precision = Literal["auto", "float32", "bfloat16", "float16"]
T = TypeVar("T")
R = TypeVar("R")


@dataclass(frozen=True)
class Spec:
    """A model of a profile.

    weights: the name of an entry of the store, or a folder or file.
    device: "cpu", "cuda", "cuda:0" ...
    precision: "auto" is bfloat16 on a GPU that has it, for models that lose nothing by it, and float32 elsewhere.
    remote_code: code that comes with the weights may run; only the user's own profile can say so.
    """

    store: Weights
    weights: str | Path = ""
    device: str = "cpu"
    precision: Precision = "auto"
    remote_code: bool = False
    shelf: Shelf = field(default_factory=Shelf)

    def path(self) -> Path:
        """Where the weights lie. Raises WeightsError when they are not here."""
        return self.weights if isinstance(self.weights, Path) else self.store.path(self.weights)

    def dtype(self, *, half: bool = True) -> torch.dtype:
        """The floating-point type to load in. half: 16 bits are enough for this model."""
        import torch

        if self.precision != "auto":
            return {"float32": torch.float32, "bfloat16": torch.bfloat16, "float16": torch.float16}[self.precision]
        on_gpu = self.device.startswith("cuda") and torch.cuda.is_bf16_supported()
        return torch.bfloat16 if half and on_gpu else torch.float32


def require(extra: str, *packages: str) -> None:
    """Raises PrerequisiteError with the command that installs what is missing of `packages` (import names)."""
    missing = [package for package in packages if find_spec(package) is None]
    if missing:
        raise PrerequisiteError(f"This needs {' and '.join(missing)}.", hint=f"Run: pip install 'looksmith[{extra}]'")


def in_batches(run: Callable[[Sequence[T]], Sequence[R]], items: Sequence[T], size: int) -> list[R]:
    """Results of `run` over batches of `size`; a batch that does not fit in memory is halved, and so are the next.

    Raises ToolError when not even one item fits.
    """
    import torch

    results: list[R] = []
    while len(results) < len(items):
        batch = items[len(results) : len(results) + size]
        try:
            results += run(batch)
        except torch.OutOfMemoryError as error:
            if len(batch) == 1:
                raise ToolError(
                    f"Not even one image fits in the memory of the device: {str(error).partition('. ')[0]}.",
                    hint="Use --device cpu, a smaller model, or a smaller memory_gb in the profile.",
                ) from None
            size = (len(batch) + 1) // 2
            torch.cuda.empty_cache()
    return results


def on_every_core(run: Callable[[T], R], items: Sequence[T], each: int) -> list[R]:
    """Result of `run` for each item. each: cores that one run takes by itself, such as `torch.get_num_threads()`.

    For models so small that a pass on one core gains nothing from other images beside it, nor from other cores; and for
    what is done to each image before a pass.
    """
    threads = min(core_groups(each), len(items))
    if threads < 2:
        return [run(item) for item in items]
    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(run, items))


def core_groups(each: int) -> int:
    """How many runs there is room for at once on this machine's cores. each: cores that one takes."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(cores // each, 1)
