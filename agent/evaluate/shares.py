"""Accuracies with intervals by image, because answers about the same image are correlated."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ..traces.trace import Stored
from .intervals import Interval, clustered

if TYPE_CHECKING:
    from .evaluation import Row


class Share(Stored):
    """The mean score of n questions, 0 to 1, None if n is 0. interval: 95 %, resampling images; None for one image."""

    n: int
    accuracy: float | None
    interval: Interval | None


class ByImage:
    """Sums of scores by image."""

    def __init__(self) -> None:
        self._images: dict[str, tuple[int, float]] = {}

    def add(self, image: str, score: float) -> None:
        """Add the score of an answer about an image."""
        n, right = self._images.get(image, (0, 0.0))
        self._images[image] = n + 1, right + score

    @property
    def share(self) -> Share:
        """The overall mean score."""
        sizes, sums = [n for n, _ in self._images.values()], [right for _, right in self._images.values()]
        n = sum(sizes)
        interval = clustered(sums, sizes) if len(sizes) > 1 else None
        return Share(n=n, accuracy=sum(sums) / n if n else None, interval=interval)


class Shares:
    """Scores of all questions, of the answered ones, and by kind."""

    def __init__(self) -> None:
        self._all = ByImage()
        self._answered = ByImage()
        self._kinds: dict[str, ByImage] = {}
        self._facets: dict[str, dict[str, ByImage]] = {}

    def add(self, row: Row) -> None:
        """Count a row."""
        self._all.add(row.image, row.score)
        if row.outcome == "ok":
            self._answered.add(row.image, row.score)
        if row.kind:
            self._kinds.setdefault(row.kind, ByImage()).add(row.image, row.score)
        for facet, value in row.facets.items():
            self._facets.setdefault(facet, {}).setdefault(value, ByImage()).add(row.image, row.score)

    def numbers(self) -> dict[str, object]:
        """The values for the report."""
        return {
            "accuracy_interval_by_image": self._all.share.interval,
            "answered": self._answered.share,
            "by_kind": _shares(self._kinds),
            "by": {facet: _shares(found) for facet, found in sorted(self._facets.items())},
        }


def _shares(groups: Mapping[str, ByImage]) -> dict[str, Share]:
    return {name: found.share for name, found in sorted(groups.items())}
