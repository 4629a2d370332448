"""NAME: the likeliest name of a kind, from an ImageNet classifier, WordNet and a detector's label."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Protocol, overload

from ..core.tool import Scored, tool
from ..core.values import Box, Image
from ..models.detect.detector import Detector
from ..see.boxes.main_thing import labels_on, part_of
from ..words.kinds import Kinds, said
from ..words.wordnet import WordNet

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_SIDE = 224
_DETECTED = 1.0
"""The weight of a detector's score relative to the classifier's probabilities."""
_OTHER = 0.1
"""The prior probability that none of the names is right, so that weak evidence gives low scores."""
_SHOWN = 5
_CLEAR, _SURE, _UNSURE = 0.6, 0.75, 0.5  # a share, and how often a name is right from it on, and below it


class Network(Protocol):
    """A classifier over classes that are meanings of WordNet."""

    def load(self) -> None:
        """Read the weights into memory."""
        ...

    @property
    def synsets(self) -> tuple[str, ...]:
        """WordNet's id of each class, after `load`."""
        ...

    def over(self, image: Image, side: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Probabilities of the classes for the whole image, shape (classes,), and at each place."""
        ...


class Namer:
    """The tool NAME.

    detector: its label and score count beside the classifier's where the label is of the kind; None for none.
    """

    backend = "efficientnet-lite0"

    def __init__(self, network: Network, wordnet: WordNet, detector: Detector | None = None) -> None:
        self._network = network
        self._wordnet = wordnet
        self._detector = detector
        self._kinds: Kinds | None = None

    def load(self) -> None:
        """Load the models. Raises WeightsError."""
        self._network.load()
        self._wordnet.load()
        if self._detector is not None:
            self._detector.load()

    @overload
    def NAME(self, image: Image, kind: str) -> Scored[str]: ...
    @overload
    def NAME(self, image: Image, box: Box, kind: str) -> Scored[str]: ...
    @tool
    def NAME(self, *args: Any, **kwargs: Any) -> Scored[str]:
        """What the main thing, or that in the box, is called.

        kind: "fruit", "animal", "dog breed", "vehicle"; "thing" for any.

        The scores are shares among the names of that kind; the best is told also where it is not sure.
        Raises UnknownName for a kind without known names, ToolError for a box outside the image.
        """
        return self._name(*args, **kwargs)

    def _name(self, image: Image, box: Box | str = "", kind: str = "") -> Scored[str]:
        if isinstance(box, str):
            return self._of(image, None, kind or box)
        return self._of(image, box, kind)

    def shares(self, image: Image, kind: str = "thing") -> Mapping[str, float]:
        """The likeliest names of what the image mainly shows, best first, each with its share of all names."""
        return self._of(image, None, kind).scores

    def _of(self, image: Image, box: Box | None, kind: str) -> Scored[str]:
        names = self._known().named(kind)
        seen = self._seen(part_of(image, box))
        sums = {name: float(seen[list(classes)].sum()) for name, classes in names.items()}
        if self._detector is not None:
            for label, score in labels_on(self._detector, image, box).items():
                called = said(label)
                if called in names or self._known().is_kind(label, kind):
                    sums[called] = sums.get(called, 0.0) + _DETECTED * score
        best = dict(sorted(sums.items(), key=lambda item: -item[1])[:_SHOWN])
        total = sum(sums.values()) + _OTHER
        shares = {name: value / total for name, value in best.items()}
        name = next(iter(shares))
        return Scored(name, shares, confidence=_SURE if shares[name] >= _CLEAR else _UNSURE)

    def _seen(self, part: Image) -> NDArray[np.float32]:
        """Probabilities of the classes, averaged over the part in view and its mirror image."""
        import numpy as np
        from PIL.ImageOps import mirror

        other = replace(part, pixels=mirror(part.pixels))
        both = self._network.over(part, _SIDE)[0] + self._network.over(other, _SIDE)[0]
        return (both / 2).astype(np.float32)

    def _known(self) -> Kinds:
        if self._kinds is None:
            self._kinds = Kinds(self._network.synsets, self._wordnet)
        return self._kinds
