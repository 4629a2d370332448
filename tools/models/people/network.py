"""What the small networks about people share: weights that are read once, and tried before anything relies on them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ...core.errors import WeightsError
from ...runtime.tfjs_graph import Graph
from ...weights.store import Weights

if TYPE_CHECKING:
    from torch import Tensor


class TfjsNetwork:
    """A TensorFlow.js graph of the manifest.

    weights: the store; device: a torch device; entry: the graph's name in the manifest; file: its name without ending.
    shape: of the smallest input, with which it is tried; outputs, start: as in `Graph`.
    """

    def __init__(
        self,
        weights: Weights,
        device: str,
        entry: str,
        file: str,
        shape: tuple[int, int, int, int],
        outputs: Sequence[str],
        start: str = "",
    ) -> None:
        self.device = device
        self._weights = weights
        self._entry = entry
        self._file = file
        self._shape = shape
        self._outputs = tuple(outputs)
        self._start = start
        self._graph: Graph | None = None

    def load(self) -> None:
        """Load the weights and run once, to detect damage. Raises WeightsError."""
        import torch

        if self._graph is not None:
            return
        folder = self._weights.path(self._entry)
        try:
            graph = Graph.read(folder, self._file, self.device, self._outputs, start=self._start)
            with torch.inference_mode():
                graph(torch.zeros(self._shape, device=self.device))
        except Exception as error:
            raise WeightsError(
                f"The weights of {self._entry} in {folder} cannot be used ({type(error).__name__}: {error}).",
                hint=f"Run: looksmith models pull {self._entry}",
            ) from error
        self._graph = graph

    def __call__(self, pictures: Tensor) -> list[Tensor]:
        """The outputs for a batch. Raises RuntimeError before `load`."""
        import torch

        if self._graph is None:
            raise RuntimeError(f"{self._entry} has no weights yet: call load() first.")
        with torch.inference_mode():
            return self._graph(pictures)
