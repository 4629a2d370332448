"""Localizes ImageNet classes by class activation maps, for objects unknown to the detector.

Zhou et al., "Learning Deep Features for Discriminative Localization", CVPR 2016. Weaker than a detector; scores are
calibrated to the accuracy of such results (tests/bench/class_maps.py).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ...core.values import Box, Image
from ...runtime.cache import Recent
from .efficientnet import EfficientNet

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Map = NDArray[np.float32]

COARSE, FINE = 224, 448
"""Shorter sides of the two passes, for classification and localization. A third pass at 672 finds slightly more in
three times the time."""
REMEMBERED = 8
PRESENT = 0.6
"""Probability from which an object counts as present: right in 85 of 100 cases with even prior odds."""
_LEAST = 1e-5
_CLASSES = 0.5
"""Correction for several classes, which reach a score by chance more often: exponent of their number."""
# Fitted on the development photos (tests/bench/RESULTS.md). First, a logistic regression for presence, from the
# mean log probability of the whole image and of the best cell; second, the accuracy of the best region from
# the log-odds of the first, read off the table by hand.
_PRESENCE = (0.58, 3.4)
_ON_IT = (1.0, -1.15)
_REGION = 1.2
"""A region extends down to this many nats below its peak, about a third of its probability."""
_MOST = 5


@dataclass(frozen=True)
class _Maps:
    """Class probabilities of the whole image, shape (1000,), and at each cell, shape (1000, rows, columns)."""

    whole: Map
    cells: Map


class ClassMaps:
    """Localizes objects of the 1000 ImageNet classes, with one region per peak.

    The maps of the last 8 images are cached.
    """

    def __init__(self, network: EfficientNet) -> None:
        self._network = network
        self._seen: Recent[_Maps] = Recent(REMEMBERED)

    @property
    def names(self) -> tuple[str, ...]:
        """The classes with their synonyms, in the order of their numbers. Empty before `load`."""
        return self._network.names

    def load(self) -> None:
        """Load the network. Raises WeightsError."""
        if not self._network.names:
            self._network.load()

    def present(self, image: Image, classes: Sequence[int]) -> float:
        """The probability that an object of one of the classes is in the image, 0 to 1, assuming even prior odds.

        classes: numbers of ImageNet classes, 0 to 999. None gives 0.
        """
        if not classes:
            return 0.0
        maps = self._look(image)
        chosen = list(classes)
        whole = math.log(float(maps.whole[chosen].sum()) + _LEAST)
        peak = math.log(float(maps.cells[chosen].sum(axis=0).max()) + _LEAST)
        return _logistic((whole + peak) / 2 - _CLASSES * math.log(len(chosen)), *_PRESENCE)

    def find(self, image: Image, classes: Sequence[int]) -> list[Box]:
        """Up to 5 regions that may show objects of the classes, best first, in pixels of the original.

        A box is the connected region around a peak, so touching objects share one box. Its label is the likeliest class
        there. Its score is the probability that the object is present and the centre of the box is on it, lower for
        lower peaks; in half of the correct cases, the box is much too large or too small.
        """
        chosen = list(classes)
        if not chosen:
            return []
        maps = self._look(image)
        there = self.present(image, chosen)
        on_it = _logistic(math.log(there / (1 - there)), *_ON_IT)
        likely = maps.cells[chosen].sum(axis=0)
        boxes: list[Box] = []
        highest = float(likely.max())
        for region in _regions(likely):
            score = there * on_it * float(likely[region].max()) / highest
            best = chosen[int(maps.cells[chosen][:, region].sum(axis=1).argmax())]
            boxes.append(_box(image, region, self._spoken(best), score))
        return sorted(boxes, key=lambda box: -box.score)

    def _spoken(self, number: int) -> str:
        return self.names[number].partition(",")[0]

    def _look(self, image: Image) -> _Maps:
        return self._seen.get(image.key, lambda: self._passes(image))

    def _passes(self, image: Image) -> _Maps:
        whole, _ = self._network.over(image, COARSE)
        return _Maps(whole, self._network.over(image, FINE)[1])


def _regions(likely: Map) -> list[NDArray[np.bool_]]:
    """The connected region around each of the highest peaks, highest first, as masks of the map's shape."""
    import numpy as np

    free = np.ones(likely.shape, np.bool_)
    regions: list[NDArray[np.bool_]] = []
    while free.any() and len(regions) < _MOST:
        row, column = np.unravel_index(int(np.where(free, likely, -1).argmax()), likely.shape)
        region = _grown(likely >= likely[row, column] * math.exp(-_REGION), int(row), int(column))
        if (region & free).sum() == region.sum():  # otherwise part of a higher peak
            regions.append(region)
        free &= ~region
    return regions


def _grown(inside: NDArray[np.bool_], row: int, column: int) -> NDArray[np.bool_]:
    """The cells connected to this one, by 4-connectivity."""
    import numpy as np

    grown = np.zeros_like(inside)
    rest = [(row, column)]
    while rest:
        r, c = rest.pop()
        if 0 <= r < inside.shape[0] and 0 <= c < inside.shape[1] and inside[r, c] and not grown[r, c]:
            grown[r, c] = True
            rest += [(r - 1, c), (r + 1, c), (r, c - 1), (r, c + 1)]
    return grown


def _box(image: Image, region: NDArray[np.bool_], label: str, score: float) -> Box:
    """The box around a region of cells, in pixels of the original."""
    import numpy as np

    rows, columns = np.flatnonzero(region.any(axis=1)), np.flatnonzero(region.any(axis=0))
    high, wide = image.height / region.shape[0], image.width / region.shape[1]
    return Box(
        image.left + float(columns[0]) * wide,
        image.top + float(rows[0]) * high,
        image.left + float(columns[-1] + 1) * wide,
        image.top + float(rows[-1] + 1) * high,
        label,
        score,
    )


def _logistic(x: float, slope: float, offset: float) -> float:
    return 1 / (1 + math.exp(-(slope * x + offset)))
