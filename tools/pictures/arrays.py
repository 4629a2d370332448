"""Arrays of pixels."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..core.errors import InputError
from ..core.values import Image
from ..media.images import from_pixels

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_WANTED = "It is RGB of shape (height, width, 3), uint8, 0 to 255"


def from_array(array: NDArray[Any]) -> Image:
    """The image in an array, RGB of shape (height, width, 3), uint8. Raises InputError for other arrays."""
    if array.ndim != 3 or array.shape[2] != 3:
        raise InputError(
            f"A picture cannot be an array of shape {array.shape}.", hint=f"{_WANTED}. {_cure(array)}".strip()
        )
    if array.dtype.name != "uint8":
        scale = " Where 1.0 is white: (255 * array).astype('uint8')." if array.dtype.kind == "f" else ""
        raise InputError(f"A picture cannot be an array of {array.dtype.name}.", hint=f"{_WANTED}.{scale}")
    from PIL import Image as pillow

    pixels: NDArray[np.uint8] = array
    return from_pixels(pillow.fromarray(pixels.copy()), "the array")


def _cure(array: NDArray[Any]) -> str:
    """How to convert an array of another common shape to RGB."""
    if array.ndim == 2:
        return "Of a gray one: np.stack([array] * 3, axis=-1)."
    if array.ndim == 3 and array.shape[0] == 3:
        return "Of channels first: array.transpose(1, 2, 0)."
    return "Without alpha: array[:, :, :3]." if array.ndim == 3 and array.shape[2] == 4 else ""
