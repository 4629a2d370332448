"""all-MiniLM-L6-v2, a small sentence encoder: texts that mean the same lie close together.

Reimers and Gurevych, "Sentence-BERT", EMNLP 2019 (mean pooling); Wang et al., "MiniLM", NeurIPS 2020 (the network).
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ..spec import on_every_core
from ..weights import Weights

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_DIMENSIONS = 384
_TOKENS = 256
# Texts in one pass: on a core, larger ones hold more padding than they gain.
_ON_CPU, _ON_GPU = 8, 64
_REMEMBERED = 4096


class MiniLM:
    """Sentence embeddings whose dot product is the cosine similarity of two texts, -1 to 1.

    The last 4096 texts are remembered (6 MB), since programs ask for the same few words again and again.
    """

    def __init__(self, weights: Weights, device: str) -> None:
        self._weights = weights
        self._device = device
        self._tokenizer: Any = None
        self._network: Any = None
        self._known: OrderedDict[str, NDArray[np.float32]] = OrderedDict()

    def load(self) -> None:
        """Read the weights into memory; no model hub is asked. Raises WeightsError when they have not been pulled."""
        import transformers
        from transformers.utils import logging

        folder = str(self._weights.path("minilm"))
        logging.disable_progress_bar()
        library: Any = transformers
        self._tokenizer = library.AutoTokenizer.from_pretrained(folder, local_files_only=True)
        network = library.AutoModel.from_pretrained(folder, local_files_only=True)
        self._network = network.eval().to(self._device)

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit vectors of shape (texts, 384). Text beyond 256 tokens is not read: the model was trained on no more."""
        import numpy as np

        vectors = {text: self._known[text] for text in texts if text in self._known}
        # Sorted by length so that a batch holds little padding.
        new = sorted({text for text in texts if text not in vectors}, key=lambda text: (len(text), text))
        size = _ON_CPU if self._device == "cpu" else _ON_GPU
        batches = [new[start : start + size] for start in range(0, len(new), size)]
        for batch, made in zip(batches, self._run_all(batches), strict=True):
            vectors.update(zip(batch, made, strict=True))
        self._remember(vectors)
        return np.array([vectors[text] for text in texts], np.float32).reshape(-1, _DIMENSIONS)

    def _run_all(self, batches: list[list[str]]) -> list[NDArray[np.float32]]:
        # The tokenizer is not for several threads: it changes its settings when it is called.
        read = [
            self._tokenizer(texts, padding=True, truncation=True, max_length=_TOKENS, return_tensors="pt").to(
                self._device
            )
            for texts in batches
        ]
        return on_every_core(self._run, read) if self._device == "cpu" else [self._run(tokens) for tokens in read]

    def _run(self, tokens: Any) -> NDArray[np.float32]:
        import torch

        with torch.inference_mode():
            states = self._network(**tokens).last_hidden_state
            mask = tokens["attention_mask"].unsqueeze(-1).to(states.dtype)
            mean = (states * mask).sum(dim=1) / mask.sum(dim=1)
            return torch.nn.functional.normalize(mean, dim=1).cpu().numpy()

    def _remember(self, vectors: dict[str, NDArray[np.float32]]) -> None:
        for text, vector in vectors.items():
            self._known[text] = vector
            self._known.move_to_end(text)
        while len(self._known) > _REMEMBERED:
            self._known.popitem(last=False)
