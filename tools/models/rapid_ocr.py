"""RapidOCR: the PP-OCRv6 networks of PaddleOCR, which find lines of text and read them, on ONNX Runtime."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..values import Image
from ..weights import Weights

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_THREADS = 2
_SURE = 0.6  # what looks like a line but reads worse is texture, mostly: real lines have 0.9 and more
_LONGEST = 1600  # pixels that the line finder sees; its time grows with their square
_READABLE = 960  # smaller images are enlarged to this, twice at most
_MARGIN = 32  # text that touches the edge is not found


@dataclass(frozen=True)
class Line:
    """A line of text. score: how sure the model is of its characters on average, 0 to 1."""

    text: str
    score: float


class RapidOcr:
    """Reads printed text, English and Chinese, the right way up."""

    def __init__(self, weights: Weights) -> None:
        self._weights = weights
        self._engine: Any = None

    def load(self) -> None:
        """Read the networks into memory; nothing is downloaded. Raises WeightsError when they have not been pulled."""
        from rapidocr import RapidOCR

        folder = self._weights.path("rapidocr")
        self._engine = RapidOCR(
            params={
                "Global.log_level": "critical",
                # Its classifier of upside-down lines turned an upright line or two of a photographed page.
                "Global.use_cls": False,
                "Global.text_score": _SURE,
                "Det.model_path": str(folder / "PP-OCRv6_det_small.onnx"),
                "Rec.model_path": str(folder / "PP-OCRv6_rec_small.onnx"),
                # The default enlarges until the shorter side has 736 pixels: a minute for a strip of 3 x 200.
                "Det.limit_type": "max",
                "Det.limit_side_len": _LONGEST,
                "EngineConfig.onnxruntime.intra_op_num_threads": _THREADS,
                "EngineConfig.onnxruntime.inter_op_num_threads": 1,
            }
        )

    def lines(self, image: Image) -> list[Line]:
        """The lines from top to bottom, pieces of one row from left to right; [] when there is no text."""
        found = self._engine(_with_margin(image))
        if found.txts is None:
            return []
        return [Line(text, float(score)) for text, score in zip(found.txts, found.scores, strict=True)]


def _with_margin(image: Image) -> NDArray[np.uint8]:
    """BGR of shape (height, width, 3), enlarged when small, with a margin in the colours of the edge."""
    import numpy as np
    from PIL.Image import Resampling

    zoom = min(2.0, max(1.0, _READABLE / max(image.width, image.height)))
    size = (round(image.width * zoom), round(image.height * zoom))
    pixels = np.asarray(image.pixels.resize(size, Resampling.BICUBIC))
    padded = np.pad(pixels, ((_MARGIN, _MARGIN), (_MARGIN, _MARGIN), (0, 0)), mode="edge")
    return np.ascontiguousarray(padded[..., ::-1])
