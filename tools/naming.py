"""What a thing is called: the likeliest name of a kind, from an ImageNet classifier, WordNet and a detector's label."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Protocol, overload

from .kinds import Kinds
from .locate import Detector
from .models.wordnet import WordNet
from .tool import Scored, tool
from .values import Box, Image

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_MARGIN = 0.1
_SIDE = 224
_SAME = 0.5
_DETECTED = 1.0
_SHOWN = 5


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
    @tool(cost=0.2)
    def NAME(self, *args: Any, **kwargs: Any) -> Scored[str]:
        """What the main thing in the image, or the thing in the box, is called, of a kind.

        kind: "fruit", "animal", "dog breed", "vehicle"; "thing" for any.

        The scores are shares among the names of that kind; the best is always told, `confidence` says how sure it is.
        Raises UnknownName for a kind without known names, ToolError for a box outside the image.
        """
        return self._name(*args, **kwargs)

    def _name(self, image: Image, box: Box | str = "", kind: str = "") -> Scored[str]:
        if isinstance(box, str):
            return self._of(image, None, kind or box)
        return self._of(image, box, kind)

    def _of(self, image: Image, box: Box | None, kind: str) -> Scored[str]:
        names = self._known().named(kind)
        seen = self._seen(image, box)
        sums = {name: float(seen[list(classes)].sum()) for name, classes in names.items()}
        for label, score in self._detected(image, box).items():
            if label in names:
                sums[label] += _DETECTED * score
        total = sum(sums.values())
        best = dict(sorted(sums.items(), key=lambda item: -item[1])[:_SHOWN])
        return Scored(next(iter(best)), {name: value / total for name, value in best.items()})

    def _seen(self, image: Image, box: Box | None) -> NDArray[np.float32]:
        """Probabilities of the classes, averaged over the part in view and its mirror image."""
        from PIL.ImageOps import mirror

        part = image if box is None else image.crop(_wider(box))
        other = Image(mirror(part.pixels), part.source, part.left, part.top, part.original)
        return (self._network.over(part, _SIDE)[0] + self._network.over(other, _SIDE)[0]) / 2

    def _detected(self, image: Image, box: Box | None) -> Mapping[str, float]:
        """The detector's labels for the thing in the box, or for the image's largest things, with their scores."""
        if self._detector is None:
            return {}
        place = image.frame if box is None else box
        found: dict[str, float] = {}
        for one in self._detector.detect(image):
            share = _share(place, one) if box is not None else one.score * (one.area / place.area) ** 0.5
            weight = one.score if box is not None and share >= _SAME else share if box is None else 0.0
            found[one.label] = max(found.get(one.label, 0.0), weight)
        return found

    def _known(self) -> Kinds:
        if self._kinds is None:
            self._kinds = Kinds(self._network.synsets, self._wordnet)
        return self._kinds


def _wider(box: Box) -> Box:
    """The box with some of what is around it."""
    x, y = _MARGIN * box.width, _MARGIN * box.height
    return Box(box.left - x, box.top - y, box.right + x, box.bottom + y)


def _share(one: Box, other: Box) -> float:
    """Intersection over union."""
    shared = one.intersection(other)
    return shared.area / (one.area + other.area - shared.area) if shared else 0.0
