"""What an image or a mask can be made of: anything else is refused with what to pass instead."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .errors import ToolError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_ORIENTATION = 0x0112
"""The EXIF tag that says how a picture is turned; 1 is upright."""


def require_plain(given: Any) -> None:
    """Raise ToolError unless it is a Pillow image that looks the same when it is converted to RGB."""
    from PIL import Image as pillow

    if not isinstance(given, pillow.Image):
        hint = "Give it to ask or run as it is, or use PIL.Image.open(path) or PIL.Image.fromarray(array)."
        raise ToolError(f"Image.of takes a Pillow image, got {type(given).__name__}.", hint=hint)
    if given.mode[0] in "IF":
        why, cure = f"has the mode {given.mode}", "scale it to 0-255 and convert it to RGB"
    elif given.getexif().get(_ORIENTATION, 1) in range(2, 9):
        why, cure = "is turned by its EXIF data", "turn it with PIL.ImageOps.exif_transpose"
    elif given.has_transparency_data and given.convert("RGBA").getchannel("A").getextrema() != (255, 255):
        why, cure = "is transparent", "paste it on a background"
    else:
        return
    raise ToolError(f"Image.of cannot keep the look of an image that {why}.", hint=f"Give it to ask or run, or {cure}.")


def mask_array(given: Any) -> NDArray[np.bool_]:
    """The boolean array of a mask. Raises ToolError if it cannot be one."""
    import numpy as np

    try:
        array = np.asarray(given)
    except Exception as error:  # a list of rows of different lengths, or a tensor of a GPU
        raise ToolError(f"A mask cannot be made of this {type(given).__name__}: {error}") from None
    if array.ndim != 2:
        got = f"an array of shape {array.shape}" if array.ndim else type(given).__name__
        hint = "Pass mask[0]." if array.ndim == 3 and array.shape[0] == 1 else ""
        raise ToolError(f"A mask needs an array of shape (height, width), got {got}.", hint=hint)
    if array.dtype.kind not in "biuf":
        raise ToolError(f"A mask needs an array of bool, got {array.dtype.name}.")
    if array.dtype.kind == "f" and not ((array == 0) | (array == 1)).all():
        raise ToolError("A mask is on or off, got numbers other than 0 and 1.", hint="Pass array > 0.5.")
    return array.astype(bool)
