"""all-MiniLM-L6-v2, a small sentence encoder for semantic similarity.

Reimers and Gurevych, "Sentence-BERT", EMNLP 2019 (mean pooling); Wang et al., "MiniLM", NeurIPS 2020 (the network);
Devlin et al., "BERT", NAACL 2019 (its layers). Uses torch's own layers, because importing transformers' BERT takes 4 s,
which would delay the first question of every process.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from itertools import product
from typing import TYPE_CHECKING, Any

from ...runtime.batching import on_every_core
from ...runtime.vector_cache import Remembered
from ...weights.store import Weights

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from torch import Tensor

_DIMENSIONS = 384
_TOKENS = 256
# Texts per pass: on one core, larger batches lose more by padding than they gain.
_ON_CPU, _ON_GPU = 8, 64
_REMEMBERED = 4096


class MiniLM:
    """Sentence embeddings whose dot product is the cosine similarity of two texts, -1 to 1.

    The vectors of the last 4096 texts are cached (6 MB), since programs use the same few words repeatedly.
    """

    def __init__(self, weights: Weights, device: str) -> None:
        self._weights = weights
        self._device = device
        self._tokenizer: Any = None
        self._network: _Bert | None = None
        self._known = Remembered[str](_REMEMBERED)

    def load(self) -> None:
        """Load the weights. Raises WeightsError if they are missing."""
        import safetensors.torch
        from tokenizers import Tokenizer

        folder = self._weights.path("minilm")
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.enable_truncation(_TOKENS)
        self._tokenizer.enable_padding(pad_id=config["pad_token_id"])
        library: Any = safetensors.torch
        self._network = _Bert(config, library.load_file(folder / "model.safetensors"), self._device)

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit vectors of shape (texts, 384). Texts are truncated at 256 tokens, the maximum in training."""
        import numpy as np

        # Sorted by length so that a batch holds little padding.
        distinct = sorted(set(texts), key=lambda text: (len(text), text))
        vectors = self._known.vectors({text: text for text in distinct}, self._encode)
        return np.array([vectors[text] for text in texts], np.float32).reshape(-1, _DIMENSIONS)

    def _encode(self, texts: Sequence[str]) -> list[NDArray[np.float32]]:
        size = _ON_CPU if self._device == "cpu" else _ON_GPU
        batches = [list(texts[start : start + size]) for start in range(0, len(texts), size)]
        return [vector for made in self._run_all(batches) for vector in made]

    def _run_all(self, batches: list[list[str]]) -> list[NDArray[np.float32]]:
        import torch

        each = torch.get_num_threads()
        return on_every_core(self._run, batches, each) if self._device == "cpu" else list(map(self._run, batches))

    def _run(self, texts: list[str]) -> NDArray[np.float32]:
        import torch

        assert self._network is not None, "load() comes first"
        read = self._tokenizer.encode_batch(texts)
        ids = torch.tensor([one.ids for one in read], device=self._device)
        mask = torch.tensor([one.attention_mask for one in read], device=self._device, dtype=torch.bool)
        with torch.inference_mode():
            states = self._network(ids, mask) * mask.unsqueeze(-1)
            return torch.nn.functional.normalize(states.sum(dim=1), dim=1).cpu().numpy()


class _Bert:
    """BERT's encoder, from a configuration and weights in transformers' format."""

    def __init__(self, config: Mapping[str, Any], weights: Mapping[str, Tensor], device: str) -> None:
        import torch
        from torch import nn

        width, heads, wide = config["hidden_size"], config["num_attention_heads"], config["intermediate_size"]
        self._words, places, kinds = (
            weights[f"embeddings.{name}_embeddings.weight"].to(device) for name in ("word", "position", "token_type")
        )
        self._places = places + kinds[0]
        with torch.device("meta"):
            self._normal = nn.LayerNorm(width, epsilon := config["layer_norm_eps"])
            layer = nn.TransformerEncoderLayer(width, heads, wide, 0.0, config["hidden_act"], epsilon, batch_first=True)
            self._layers = nn.TransformerEncoder(layer, config["num_hidden_layers"], enable_nested_tensor=False)
        normal = {end: weights[f"embeddings.LayerNorm.{end}"] for end in _ENDS}
        self._normal.load_state_dict(normal, assign=True)
        self._layers.load_state_dict(_of_layers(weights, config["num_hidden_layers"]), assign=True)
        self._normal.to(device)
        self._layers.eval().to(device)

    def __call__(self, ids: Tensor, mask: Tensor) -> Tensor:
        """The last hidden states, shape (texts, tokens, width). ids, mask (true where a token is): (texts, tokens)."""
        states = self._normal(self._words[ids] + self._places[: ids.shape[1]])
        return self._layers(states, src_key_padding_mask=~mask)


_ENDS = ("weight", "bias")
_NAMES = {
    "attention.output.dense": "self_attn.out_proj",
    "attention.output.LayerNorm": "norm1",
    "intermediate.dense": "linear1",
    "output.dense": "linear2",
    "output.LayerNorm": "norm2",
}


def _of_layers(weights: Mapping[str, Tensor], layers: int) -> dict[str, Tensor]:
    """Rename the weights of transformers' layers to the names of torch's."""
    import torch

    found: dict[str, Tensor] = {}
    for number, end in product(range(layers), _ENDS):
        theirs, ours = f"encoder.layer.{number}", f"layers.{number}"
        parts = [weights[f"{theirs}.attention.self.{part}.{end}"] for part in ("query", "key", "value")]
        found[f"{ours}.self_attn.in_proj_{end}"] = torch.cat(parts)
        found |= {f"{ours}.{name}.{end}": weights[f"{theirs}.{their}.{end}"] for their, name in _NAMES.items()}
    return found
