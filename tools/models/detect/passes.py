"""Test-time augmentation for a detector: fuses the boxes of several passes over one image.

Solovyev et al., "Weighted boxes fusion: ensembling boxes from different object detection models", Image and Vision
Computing 2021, applied to several passes of one model instead of several models.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from ...core.values import Box
from .postprocess import overlaps, suppress

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PIL.Image import Image as Pixels

    Floats = NDArray[np.floating]

_INSIDE = 0.7
"""Fraction of a box inside a known one above which it shows a part of it."""
_GREY = (124, 116, 104)
"""ImageNet's mean colour, used for letterboxing."""


class SquareView(NamedTuple):
    """A way to fit an image into a square: letterboxed or stretched, mirrored or not."""

    side: int
    shape_kept: bool = True
    mirrored: bool = False

    def picture(self, pixels: Pixels) -> Pixels:
        """The network's input, side x side pixels."""
        from PIL import Image, ImageOps
        from PIL.Image import Resampling

        seen = ImageOps.mirror(pixels) if self.mirrored else pixels
        if not self.shape_kept:
            return seen.resize((self.side, self.side), Resampling.BICUBIC)
        square = Image.new("RGB", (self.side, self.side), _GREY)
        square.paste(seen.resize(self._inner(pixels), Resampling.BICUBIC))
        return square

    def back(self, corners: Floats, pixels: Pixels) -> Floats:
        """Map boxes from the square back to `pixels`, clipped; left, top, right, bottom, shape (n, 4)."""
        import numpy as np

        width, height = self._inner(pixels)
        scale = np.array((pixels.width / width, pixels.height / height) * 2)
        found = np.clip(corners * scale, 0, (pixels.width, pixels.height) * 2)
        if self.mirrored:
            found[:, [0, 2]] = pixels.width - found[:, [2, 0]]
        return found

    def _inner(self, pixels: Pixels) -> tuple[int, int]:
        """Width and height of the content of the square."""
        if not self.shape_kept:
            return self.side, self.side
        scale = self.side / max(pixels.size)
        return max(1, round(pixels.width * scale)), max(1, round(pixels.height * scale))


class PassDetections(NamedTuple):
    """The detections of one pass and class: corners (n, 4) in pixels of the image, and scores (n,)."""

    corners: Floats
    scores: Floats


def fuse(passes: Sequence[PassDetections], *, floor: float, same: float, overlap: float) -> PassDetections:
    """Fuse the boxes of all passes for one class, best first.

    A box joins the fused box that it overlaps most, which becomes the score-weighted mean of its members (section 3 of
    the paper). Its score is the average of the paper's score (the mean over passes of each one's best member or 0) and
    the best score. Such scores are close to those of a single pass, and rank equally well (tests/bench/RESULTS.md).

    floor: minimum score within a pass. same: IoU threshold of non-maximum suppression within a pass. overlap: IoU above
        which boxes of different passes are fused.
    """
    import numpy as np

    kept = [_best(each, floor, same) for each in passes]
    corners = np.concatenate([each.corners for each in kept])
    scores = np.concatenate([each.scores for each in kept])
    origin = np.repeat(np.arange(len(kept)), [len(each.scores) for each in kept])
    fused = np.empty((0, 4))
    members: list[list[int]] = []
    for index in np.argsort(-scores, kind="stable").tolist():
        shared = overlaps(corners[index], fused)
        if len(fused) and shared.max() > overlap:
            group = int(shared.argmax())
            members[group].append(index)
            fused[group] = np.average(corners[members[group]], axis=0, weights=scores[members[group]])
        else:
            members.append([index])
            fused = np.vstack([fused, corners[index]])
    means = np.array([_score(scores[group], origin[group], len(passes)) for group in members])
    order = np.argsort(-means, kind="stable")
    return PassDetections(fused[order], means[order])


def with_small(known: PassDetections, small: PassDetections, least: float, same: float) -> PassDetections:
    """Merge the detections of the whole image and of the additional pass for one class, best first.

    Known objects are kept unchanged. least: longer side in pixels below which objects are only taken from the
    additional pass. same: IoU above which a box is a duplicate; so is a box that is mostly inside a known one.
    """
    import numpy as np

    large = (known.corners[:, 2:] - known.corners[:, :2]).max(axis=1) >= least
    corners, scores = known.corners[large], known.scores[large]
    for index in np.argsort(-small.scores, kind="stable").tolist():
        box = small.corners[index]
        if not len(corners) or (overlaps(box, corners).max() <= same and _share_inside(box, corners) <= _INSIDE):
            corners, scores = np.vstack([corners, box]), np.append(scores, small.scores[index])
    order = np.argsort(-scores, kind="stable")
    return PassDetections(corners[order], scores[order])


def _share_inside(box: Floats, others: Floats) -> float:
    """The largest fraction of the box inside one of the others."""
    import numpy as np

    sides = np.minimum(others[:, 2:], box[2:]) - np.maximum(others[:, :2], box[:2])
    return float((sides.clip(min=0).prod(axis=1) / (box[2:] - box[:2]).prod()).max())


def _best(seen: PassDetections, floor: float, same: float) -> PassDetections:
    """The boxes of one pass above the floor, after non-maximum suppression."""
    import numpy as np

    sides = seen.corners[:, 2:] - seen.corners[:, :2]
    order = np.flatnonzero((seen.scores >= floor) & (sides > 0).all(axis=1))
    order = order[np.argsort(-seen.scores[order], kind="stable")]
    order = order[suppress(seen.corners[order], same)]
    return PassDetections(seen.corners[order], seen.scores[order].astype(np.float64))


def _score(scores: Floats, origin: NDArray[np.intp], passes: int) -> float:
    """The average of the best score, and the mean over all passes of their best scores, 0 for passes without any."""
    import numpy as np

    best = np.zeros(passes)
    np.maximum.at(best, origin, scores)
    return float(best.mean() + best.max()) / 2


def one_label_each(boxes: list[Box], overlap: float) -> list[Box]:
    """Non-maximum suppression across labels; boxes must be sorted best first."""
    import numpy as np

    corners = np.array([(box.left, box.top, box.right, box.bottom) for box in boxes]).reshape(-1, 4)
    return [boxes[index] for index in suppress(corners, overlap).tolist()]
