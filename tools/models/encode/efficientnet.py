"""EfficientNet-Lite0, an ImageNet classifier that runs on small machines.

Tan and Le, "EfficientNet: Rethinking Model Scaling for Convolutional Neural Networks", ICML 2019; the Lite variant
drops squeeze-and-excitation and swish.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...core.values import Image
from ...runtime.batching import core_groups, in_batches, on_every_core
from ...weights.store import Weights

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_SIDE = 224
_CROP = 0.875
_CELL, _LONGEST = 32, 1024
_ON_CORE, _ON_GPU = 4, 64
"""Images per pass. On one core, batches of eight are slower per image than batches of four."""
_FOLDED = {
    "_conv_stem": "_bn0",
    "_conv_head": "_bn1",
    "_expand_conv": "_bn0",
    "_depthwise_conv": "_bn1",
    "_project_conv": "_bn2",
}
"""Convolutions with their batch normalization, which are merged into one convolution."""


class EfficientNet:
    """Class probabilities of images over the 1000 classes of ImageNet (ILSVRC 2012).

    names: the classes in the model's order, each with its synonyms: "tabby, tabby cat".
    glosses: the same with WordNet's definition: "tabby, tabby cat: a cat with a grey or tawny coat mottled with black".
    synsets: the classes as WordNet's ids, "n02123045".
    All are empty before `load`.
    """

    def __init__(self, weights: Weights, device: str) -> None:
        self.names: tuple[str, ...] = ()
        self.glosses: tuple[str, ...] = ()
        self.synsets: tuple[str, ...] = ()
        self._weights = weights
        self._device = device
        self._network: Any = None

    def load(self) -> None:
        """Load weights and class names, once. Raises WeightsError if they are missing."""
        if self._network is not None:
            return
        import efficientnet_lite_pytorch  # pyright: ignore[reportMissingTypeStubs]
        import torch

        folder = self._weights.path("efficientnet-lite0")
        self.synsets, self.names, self.glosses = read_classes(self._weights.path("imagenet-names"))
        library: Any = efficientnet_lite_pytorch
        network = library.EfficientNet.from_name("efficientnet-lite0")
        state = torch.load(folder / "efficientnet-lite0.pth", map_location="cpu", weights_only=True)
        network.load_state_dict(state)
        _fold(network.eval())
        self._network = network.to(self._device, memory_format=torch.channels_last)

    def probabilities(self, images: Sequence[Image]) -> NDArray[np.float32]:
        """Softmax over the classes for each image: shape (images, 1000), in the order of `names`.

        The network's input is the central square with 87.5 % of the shorter side.
        """
        import numpy as np
        import torch

        if not images:
            return np.empty((0, len(self.names)), np.float32)
        if self._device != "cpu":
            return np.stack(in_batches(self._run, images, _ON_GPU))
        threads = torch.get_num_threads()
        size = min(_ON_CORE, -(-len(images) // core_groups(threads)))
        passes = [images[start : start + size] for start in range(0, len(images), size)]
        return np.concatenate(on_every_core(self._run, passes, threads))

    def image_vectors(self, images: Sequence[Image]) -> NDArray[np.float32]:
        """The features before the head, of length 1: shape (images, 1280). Their cosines tell how alike images are."""
        import numpy as np
        import torch

        threads = torch.get_num_threads()
        passes = [images[start : start + _ON_CORE] for start in range(0, len(images), _ON_CORE)]
        found = on_every_core(self._features, passes, threads) if self._device == "cpu" else map(self._features, passes)
        return np.concatenate([np.empty((0, 1280), np.float32), *found])

    def over(self, image: Image, side: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Softmax over the classes for the whole image, shape (1000,), and at each place, shape (1000, rows, columns).

        The network's head is linear, so it can be applied to the features of each 32-pixel cell as well as to their
        mean: class activation maps (Zhou et al., "Learning Deep Features for Discriminative Localization", CVPR 2016).
        A cell is averaged with its eight neighbours first, which is closer to the head's input in training.
        side: pixels that the image's shorter side is resized to, in its shape; its longer side gets 1024 at most.
        """
        import torch
        from torch.nn import functional as F

        head = self._network._fc
        with torch.inference_mode():
            pixels = torch.as_tensor(_whole_input(image, side)[None], device=self._device)
            features = self._network.extract_features(pixels.contiguous(memory_format=torch.channels_last))
            near = F.avg_pool2d(features, 3, stride=1, padding=1, count_include_pad=False)
            cells = F.conv2d(near, head.weight[:, :, None, None], head.bias)[0].softmax(dim=0)
            whole = head(features.mean(dim=(2, 3)))[0].softmax(dim=0)
            return whole.cpu().numpy(), cells.cpu().numpy()

    def _run(self, images: Sequence[Image]) -> list[NDArray[np.float32]]:
        import torch

        with torch.inference_mode():
            return list(self._network(self._batch(images)).softmax(dim=1).cpu().numpy())

    def _features(self, images: Sequence[Image]) -> NDArray[np.float32]:
        import torch
        from torch.nn import functional as F

        with torch.inference_mode():
            features = self._network.extract_features(self._batch(images)).mean(dim=(2, 3))
            return F.normalize(features, dim=1).cpu().numpy()

    def _batch(self, images: Sequence[Image]) -> Any:
        import numpy as np
        import torch

        pixels = np.stack([_network_input(image) for image in images])
        return torch.as_tensor(pixels, device=self._device).contiguous(memory_format=torch.channels_last)


def _fold(network: Any) -> None:
    """Merge each batch normalization into the preceding convolution."""
    from torch import nn
    from torch.nn.utils.fusion import fuse_conv_bn_eval

    for block in list(network.modules()):
        for conv, normal in _FOLDED.items():
            if hasattr(block, conv):
                setattr(block, conv, fuse_conv_bn_eval(getattr(block, conv), getattr(block, normal)))
                setattr(block, normal, nn.Identity())


def _network_input(image: Image) -> NDArray[np.float32]:
    """The central square at the network's resolution: shape (3, 224, 224), -1 to 1."""
    import numpy as np
    from PIL.Image import Resampling

    half = _CROP * min(image.width, image.height) / 2
    x, y = image.width / 2, image.height / 2
    square = image.pixels.resize((_SIDE, _SIDE), Resampling.BICUBIC, box=(x - half, y - half, x + half, y + half))
    scaled = (np.asarray(square, np.float32) / 255 - 0.5) / 0.5
    return scaled.transpose(2, 0, 1).astype(np.float32)


def _whole_input(image: Image, side: int) -> NDArray[np.float32]:
    """The image in its shape, shorter side at `side` pixels, both of them multiples of 32: shape (3, h, w), -1 to 1."""
    import numpy as np
    from PIL.Image import Resampling

    scale = min(side / min(image.width, image.height), _LONGEST / max(image.width, image.height))
    width, height = (max(_CELL, round(length * scale / _CELL) * _CELL) for length in (image.width, image.height))
    resized = image.pixels.resize((width, height), Resampling.BICUBIC)
    scaled = (np.asarray(resized, np.float32) / 255 - 0.5) / 0.5
    return scaled.transpose(2, 0, 1).astype(np.float32)


def read_classes(folder: Path) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """Ids, names and glosses of the 1000 classes, from the WordNet tables that timm ships."""
    lemmas = _read_table(folder / "imagenet_synset_to_lemma.txt")
    definitions = _read_table(folder / "imagenet_synset_to_definition.txt")
    synsets = tuple((folder / "imagenet_synsets.txt").read_text(encoding="utf-8").split())
    names = tuple(lemmas[synset] for synset in synsets)
    return synsets, names, tuple(f"{lemmas[synset]}: {definitions[synset]}" for synset in synsets)


def _read_table(path: Path) -> dict[str, str]:
    lines = path.read_text(encoding="utf-8").splitlines()
    return dict(line.split("\t", 1) for line in lines)
