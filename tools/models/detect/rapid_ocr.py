"""RapidOCR: PaddleOCR's PP-OCRv6 networks for text detection and recognition, on ONNX Runtime."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from unicodedata import category

from ...core.values import Box, Image
from ...weights.store import Weights

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_THREADS = 2
_LONGEST = 1600  # side of the text detector's input in pixels; its time grows quadratically
_READABLE = 960  # smaller images are enlarged to this; 1280 read no more of the photos (tests/bench/read.py)
_ZOOM = 4.0  # but not more than this
_MARGIN = 32  # a margin, because text that touches the edge is not found
_UNREADABLE = 0.3  # minimum score of a candidate


@dataclass(frozen=True)
class TextLine:
    """A line of text. score: the mean score of its characters, 0 to 1; box: in pixels of the original."""

    text: str
    score: float
    box: Box


class RapidOcr:
    """Reads upright printed text, English and Chinese."""

    def __init__(self, weights: Weights) -> None:
        self._weights = weights
        self._engine: Any = None

    def load(self) -> None:
        """Load the networks, without downloading. Raises WeightsError if they are missing."""
        from rapidocr import RapidOCR

        folder = self._weights.path("rapidocr")
        self._engine = RapidOCR(
            params={
                "Global.log_level": "critical",
                # Without its orientation classifier, which turned some upright lines of photographed pages upside down.
                "Global.use_cls": False,
                "Global.text_score": _UNREADABLE,
                "Det.model_path": str(folder / "PP-OCRv6_det_small.onnx"),
                "Rec.model_path": str(folder / "PP-OCRv6_rec_small.onnx"),
                # By default, the shorter side is enlarged to 736 pixels, which takes a minute for a strip of 3 x 200.
                "Det.limit_type": "max",
                "Det.limit_side_len": _LONGEST,
                # Only the detector's input is limited; else the recognizer would get lines shrunk to 2000 pixels.
                "Global.max_side_len": 1_000_000,
                "EngineConfig.onnxruntime.intra_op_num_threads": _THREADS,
                "EngineConfig.onnxruntime.inter_op_num_threads": 1,
            }
        )

    def lines(self, image: Image) -> list[TextLine]:
        """All lines of text, including poor ones; [] if there are none."""
        zoom = min(_ZOOM, max(1.0, _READABLE / max(image.width, image.height)))
        found = self._engine(_with_margin(image, zoom))
        if found.txts is None:
            return []
        return [
            TextLine(without_signs(text), float(score), _place(image, corners, zoom))
            for text, score, corners in zip(found.txts, found.scores, found.boxes, strict=True)
        ]


def without_signs(text: str) -> str:
    """Strip symbols at both ends, such as stars, which are misread emblems next to the text."""
    return text.strip("".join(set(filter(_is_sign, text))) + " ")


def _is_sign(character: str) -> bool:
    return not character.isascii() and category(character) in ("So", "Sm", "Sk")


def _with_margin(image: Image, zoom: float) -> NDArray[np.uint8]:
    """BGR array of shape (height, width, 3), enlarged, with a margin that replicates the edge."""
    import numpy as np
    from PIL.Image import Resampling

    size = (round(image.width * zoom), round(image.height * zoom))
    pixels = np.asarray(image.pixels.resize(size, Resampling.BICUBIC))
    padded = np.pad(pixels, ((_MARGIN, _MARGIN), (_MARGIN, _MARGIN), (0, 0)), mode="edge")
    return np.ascontiguousarray(padded[..., ::-1])


def _place(image: Image, corners: NDArray[np.floating], zoom: float) -> Box:
    """The bounding box of four corners (4, 2) in the enlarged image with its margin, at least one pixel wide."""
    x, y = ((corners - _MARGIN) / zoom).T
    left, right = image.left + x.min().clip(0, image.width - 1), image.left + x.max().clip(1, image.width)
    top, bottom = image.top + y.min().clip(0, image.height - 1), image.top + y.max().clip(1, image.height)
    return Box(left, top, max(right, left + 1), max(bottom, top + 1))
