"""The values of programs: images, videos, boxes, masks and points.

All coordinates are pixels of the original image, origin at the top left, even for values found in a crop. So boxes from
different crops can be compared, and all can be drawn on the user's image.

Imports only the standard library, because the sandbox's worker loads this module as well.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import TYPE_CHECKING, Any, ClassVar

from .errors import ToolError

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray
    from PIL.Image import Image as Pixels


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in pixels of the original image, with the label and score (0 to 1) of a detection.

    Raises ToolError if a side is not a finite number, or if the box has no area.
    """

    left: float
    top: float
    right: float
    bottom: float
    label: str = ""
    score: float = 1.0

    visible: ClassVar[dict[str, type]] = {
        **dict.fromkeys(("left", "top", "right", "bottom", "width", "height", "area"), float),
        **dict.fromkeys(("center_x", "center_y", "score"), float),
        "label": str,
    }

    def __post_init__(self) -> None:
        _make_floats(self, "left", "top", "right", "bottom", "score")
        sides = (self.left, self.top, self.right, self.bottom)
        if not all(math.isfinite(side) for side in (*sides, self.score)):
            raise ToolError(f"A box needs finite numbers, got {(*sides, self.score)}.")
        if self.right <= self.left or self.bottom <= self.top:
            raise ToolError(
                f"A box needs left < right and top < bottom, got {sides}.",
                hint="The order is left, top, right, bottom.",
            )

    @property
    def width(self) -> float:
        """Width in pixels."""
        return self.right - self.left

    @property
    def height(self) -> float:
        """Height in pixels."""
        return self.bottom - self.top

    @property
    def area(self) -> float:
        """Square pixels."""
        return self.width * self.height

    @property
    def center_x(self) -> float:
        """Horizontal middle."""
        return (self.left + self.right) / 2

    @property
    def center_y(self) -> float:
        """Vertical middle."""
        return (self.top + self.bottom) / 2

    def intersection(self, other: Box) -> Box | None:
        """The intersection, with this box's label and score; None if it is empty."""
        left, top = max(self.left, other.left), max(self.top, other.top)
        right, bottom = min(self.right, other.right), min(self.bottom, other.bottom)
        if right <= left or bottom <= top:
            return None
        return Box(left, top, right, bottom, self.label, self.score)


@dataclass(frozen=True, slots=True)
class Point:
    """A point in pixels of the original image."""

    x: float
    y: float
    label: str = ""
    score: float = 1.0

    visible: ClassVar[dict[str, type]] = {"x": float, "y": float, "label": str, "score": float}

    def __post_init__(self) -> None:
        _make_floats(self, "x", "y", "score")
        numbers = (self.x, self.y, self.score)
        if not all(map(math.isfinite, numbers)):
            raise ToolError(f"A point needs finite numbers, got {numbers}.")


@dataclass(frozen=True, slots=True)
class Mask:
    """A segmentation mask over the original image, run-length encoded as in COCO.

    counts: lengths of alternating runs of 0 and 1 in column-major order, starting with 0.

    Raises ToolError if the runs do not cover the image exactly.
    """

    width: int
    height: int
    counts: tuple[int, ...] = field(repr=False)
    label: str = ""
    score: float = 1.0

    visible: ClassVar[dict[str, type]] = {"area": int, "box": Box, "label": str, "score": float}

    def __post_init__(self) -> None:
        _make_floats(self, "score")
        covered, pixels = sum(self.counts), self.width * self.height
        if covered != pixels or min(self.width, self.height, *self.counts) < 0:
            said = f"A mask of {self.width} x {self.height} needs runs that add up to {pixels:,}, none of them negative"
            raise ToolError(f"{said}, got {covered:,}.", hint="Mask.from_array makes a mask of an array.")

    @classmethod
    def from_array(cls, array: NDArray[np.bool_], label: str = "", score: float = 1.0) -> Mask:
        """Encode a boolean array of shape (height, width), which covers the whole original image.

        Numbers other than 0 are on. Raises ToolError for other shapes, and for fractions such as probabilities.
        """
        import numpy as np

        from .pixel_data import mask_array

        inside = mask_array(array)
        flat = inside.T.reshape(-1)
        edges = np.flatnonzero(np.diff(flat)) + 1
        runs = np.diff(np.concatenate(([0], edges, [flat.size]))).tolist()
        if flat.size and flat[0]:
            runs = [0, *runs]
        return cls(inside.shape[1], inside.shape[0], tuple(runs), label, score)

    def array(self) -> NDArray[np.bool_]:
        """Decode to a boolean array of shape (height, width)."""
        import numpy as np

        ones = np.arange(len(self.counts)) % 2 == 1
        return np.repeat(ones, self.counts).reshape(self.width, self.height).T

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> Any:
        """Let pydantic only check the class, because the sandbox uses handles."""
        return opaque_schema(cls)

    @property
    def area(self) -> int:
        """Number of pixels."""
        return sum(self.counts[1::2])

    @property
    def box(self) -> Box:
        """The bounding box of the mask. Raises ToolError for an empty mask."""
        import numpy as np

        inside = self.array()
        if not inside.any():
            raise ToolError("An empty mask has no box.")
        rows, columns = np.flatnonzero(inside.any(axis=1)), np.flatnonzero(inside.any(axis=0))
        left, right = int(columns[0]), int(columns[-1]) + 1
        return Box(left, int(rows[0]), right, int(rows[-1]) + 1, self.label, self.score)


@dataclass(frozen=True, slots=True, eq=False)
class Image:
    """An image or a crop, with its position in the original. Programs hold an opaque handle with size and position.

    pixels: Pillow image in mode RGB, never modified.
    source: SHA-256 of the original's pixels, shared by crops.
    left, top: position of the top left corner in the original, in pixels.
    original: (width, height) of the original, in pixels.
    """

    pixels: Pixels
    source: str
    left: int
    top: int
    original: tuple[int, int]

    visible: ClassVar[dict[str, type]] = {
        **dict.fromkeys(("width", "height", "left", "top", "right", "bottom"), int),
        **dict.fromkeys(("center_x", "center_y"), float),
    }

    @classmethod
    def of(cls, pixels: Pixels) -> Image:
        """Make an original image from a Pillow image, converted to RGB.

        Raises ToolError for other things, and for an image of which this would change the look: one that EXIF data
        turn, that is transparent, or that has more than 8 bits. `ask` and `run` read those, and files and arrays too.
        """
        from .pixel_data import require_plain

        require_plain(pixels)
        rgb = pixels.convert("RGB")
        digest = sha256(repr(rgb.size).encode())
        digest.update(rgb.tobytes())
        return cls(rgb, digest.hexdigest(), 0, 0, rgb.size)

    @property
    def width(self) -> int:
        """Width in pixels."""
        return self.pixels.width

    @property
    def height(self) -> int:
        """Height in pixels."""
        return self.pixels.height

    @property
    def right(self) -> int:
        """The right edge in the original, in pixels."""
        return self.left + self.width

    @property
    def bottom(self) -> int:
        """The bottom edge in the original, in pixels."""
        return self.top + self.height

    @property
    def center_x(self) -> float:
        """The horizontal centre in the original, in pixels."""
        return self.left + self.width / 2

    @property
    def center_y(self) -> float:
        """The vertical centre in the original, in pixels."""
        return self.top + self.height / 2

    @property
    def bytes(self) -> int:
        """The memory for its pixels: Pillow uses four bytes for each."""
        return 4 * self.width * self.height

    @property
    def frame(self) -> Box:
        """The region of this image in the original."""
        return Box(self.left, self.top, self.left + self.width, self.top + self.height)

    @property
    def key(self) -> tuple[str, int, int, int, int]:
        """The identity of an image: its original and its region."""
        return (self.source, self.left, self.top, *self.pixels.size)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Image) and self.key == other.key

    def __hash__(self) -> int:
        return hash(self.key)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> Any:
        """Let pydantic only check the class, because the sandbox uses handles."""
        return opaque_schema(cls)

    def array(self) -> NDArray[np.uint8]:
        """The pixels as RGB array of shape (height, width, 3), uint8, 0 to 255."""
        import numpy as np

        return np.asarray(self.pixels)

    def crop(self, box: Box) -> Image:
        """Crop to a box (in pixels of the original), rounded outwards to whole pixels.

        Raises ToolError if the box does not overlap this image.
        """
        shared = box.intersection(self.frame)
        if shared is None:
            raise ToolError(f"The box {show_box(box)} lies outside the image {show_box(self.frame)}.")
        left, top = math.floor(shared.left), math.floor(shared.top)
        right, bottom = math.ceil(shared.right), math.ceil(shared.bottom)
        local = (left - self.left, top - self.top, right - self.left, bottom - self.top)
        return Image(self.pixels.crop(local), self.source, left, top, self.original)


@dataclass(frozen=True, slots=True, eq=False)
class Video:
    """A video file, decoded on demand (tools/media/video.py). Programs only see its numbers.

    source: SHA-256 of the file.
    width, height: of each displayed frame, in pixels.
    fps: mean frames per second.
    times: the presentation time of each frame, in the file's time base; used to find frames.
    unit: seconds of one tick of the time base; 0 where frames are `1 / fps` apart.
    keys: the times of the frames that can be decoded without others.
    whole, first: for a part: the video that it is a part of, and the number of its first frame there.
    """

    path: Path
    source: str
    width: int
    height: int
    fps: float
    times: tuple[int, ...] = field(repr=False)
    unit: float = field(default=0.0, repr=False)
    keys: tuple[int, ...] = field(default=(), repr=False)
    whole: Video | None = field(default=None, repr=False)
    first: int = 0

    visible: ClassVar[dict[str, type]] = {
        **dict.fromkeys(("width", "height", "frames"), int),
        **dict.fromkeys(("fps", "seconds"), float),
    }

    @property
    def frames(self) -> int:
        """Number of frames."""
        return len(self.times)

    @property
    def seconds(self) -> float:
        """Duration in seconds."""
        return round(self.time(self.frames) - self.time(0), 4)

    @property
    def key(self) -> tuple[str, int, int]:
        """The identity of a video: its file and its part of it."""
        return (self.source, self.first, self.frames)

    def time(self, index: int) -> float:
        """When a frame is shown, in seconds from the start of the whole video; the index after the last is the end."""
        if not self.unit:
            return round((self.first + index) / self.fps, 4)
        start = (self.whole or self).times[0]
        past = index - self.frames + 1  # a file does not say how long its last frame is shown
        return round((self.times[index - max(past, 0)] - start) * self.unit + max(past, 0) / self.fps, 4)

    def index(self, time: float) -> int:
        """The number of the frame that is shown at a time of the whole video, the nearest one of this part."""
        if not self.unit:
            found = math.floor(time * self.fps + 1e-6) - self.first
        else:
            start = (self.whole or self).times[0]
            found = bisect_right(self.times, start + (time + 1e-6) / self.unit) - 1
        return min(max(found, 0), self.frames - 1)

    def part(self, first: int, last: int) -> Video:
        """The frames from `first` to `last`, both included."""
        times, whole = self.times[first : last + 1], self.whole or self
        return replace(self, times=times, whole=whole, first=self.first + first)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Video) and self.key == other.key

    def __hash__(self) -> int:
        return hash(self.key)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> Any:
        """Let pydantic only check the class, because the sandbox uses handles."""
        return opaque_schema(cls)


def show_box(box: Box) -> str:
    """A box as text: `cup 0.87 (10, 20, 110, 220)`."""
    name = f"{box.label} {box.score:.2f} " if box.label else ""
    return f"{name}({box.left:.0f}, {box.top:.0f}, {box.right:.0f}, {box.bottom:.0f})"


OPAQUE: tuple[type[Any], ...] = (Image, Mask, Video)
"""Types whose values stay in the host; programs hold handles with their visible attributes."""


def _make_floats(value: Box | Point | Mask, *names: str) -> None:
    """Convert numbers of other libraries to plain floats, which can be sent to the sandbox."""
    for name in names:
        object.__setattr__(value, name, float(getattr(value, name)))


def opaque_schema(cls: type[Any]) -> Any:
    """The schema of values that programs hold as handles: pydantic only checks the class."""
    from pydantic_core import core_schema

    def describe(_schema: Any, _handler: Any) -> dict[str, str]:
        return {"type": "string", "format": cls.__name__.lower()}

    described: Any = {"pydantic_js_functions": [describe]}
    return core_schema.is_instance_schema(cls, metadata=described)
