"""Edits of pixels inside or around things: color pop, blur, tags, emoji.

An edited image keeps its position in the original, so boxes and masks found before remain valid. Things are boxes or
masks in pixels of the original image; a box stands for all of its pixels.
"""

from __future__ import annotations

import contextlib
import math
import unicodedata
from collections.abc import Sequence
from hashlib import sha256
from typing import TYPE_CHECKING

from ..core.errors import NoDetection, ToolError
from ..core.values import Box, Image, Mask, show_box

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PIL.Image import Image as Pixels
    from PIL.ImageFont import FreeTypeFont

# Fractions of the image's shorter side.
_SOFT = 0.004
_BLUR = 0.012
_TEXT = 0.035

# Distinguishable with most colour vision deficiencies: Okabe and Ito, "Color Universal Design", 2008.
_COLORS = ("#E69F00", "#56B4E9", "#009E73", "#F0E442", "#0072B2", "#D55E00", "#CC79A7")

# File names of colour emoji fonts, with an available size of each.
_EMOJI_FONTS = (("NotoColorEmoji.ttf", 109), ("Apple Color Emoji.ttc", 160), ("seguiemj.ttf", 128))
_EMOJI = (range(0x203C, 0x3300), range(0x1F300, 0x1FB00))


def color_pop(image: Image, things: Sequence[Box | Mask]) -> Image:
    """The image in colour inside the things and in grey outside, with a soft edge.

    Raises NoDetection without things, ToolError if one lies outside the image.
    """
    return edited(image, _blend(image, image.pixels.convert("L").convert("RGB"), things))


def blur_background(image: Image, things: Sequence[Box | Mask]) -> Image:
    """The image with everything outside of the things blurred, with a soft edge.

    Raises NoDetection without things, ToolError if one lies outside the image.
    """
    from PIL import ImageFilter

    radius = max(2.0, _BLUR * min(image.width, image.height))
    return edited(image, _blend(image, image.pixels.filter(ImageFilter.GaussianBlur(radius)), things))


def hide(image: Image, things: Sequence[Box | Mask]) -> Image:
    """The image with everything inside the things blurred; sigma is a quarter of the largest one's longer side.

    Raises NoDetection without things, ToolError if one lies outside the image.
    """
    from PIL import ImageFilter

    largest = max((max(box.width, box.height) for box in _local_boxes(image, things)), default=1.0)
    hidden = image.pixels.filter(ImageFilter.GaussianBlur(max(2.0, largest / 4)))
    return edited(image, _blend(edited(image, hidden), image.pixels, things))


def tag(image: Image, things: Sequence[Box | Mask]) -> Image:
    """The image with a frame and the label around each thing, in one colour per label.

    Raises NoDetection without things, ToolError if one lies outside the image.
    """
    from PIL import ImageDraw, ImageFont

    boxes = _local_boxes(image, things)
    size = max(10.0, _TEXT * min(image.width, image.height))
    font, line = ImageFont.load_default(size), max(1, round(size / 8))
    labels = list(dict.fromkeys(box.label for box in boxes))
    pixels = image.pixels.copy()
    draw = ImageDraw.Draw(pixels)
    for box in boxes:
        color = _COLORS[labels.index(box.label) % len(_COLORS)]
        corners = (round(box.left), round(box.top), math.ceil(box.right) - 1, math.ceil(box.bottom) - 1)
        draw.rectangle(corners, outline=color, width=line)
        if box.label:
            name = "".join(c if c.isprintable() else " " for c in box.label)
            left, _, right, bottom = draw.textbbox((0, 0), name, font=font)
            x = max(0.0, min(corners[0], image.width - right - 2 * line))
            y = corners[1] - bottom - 2 * line if corners[1] > bottom + 2 * line else corners[1]
            draw.rectangle((x, y, x + right - left + 2 * line, y + bottom + 2 * line), fill=color)
            draw.text((x + line - left, y + line), name, fill="black", font=font)
    return edited(image, pixels)


def put_emoji(image: Image, things: Sequence[Box | Mask], name: str) -> Image:
    """The image with an emoji over each thing, as large as the thing's longer side, for example to hide faces.

    name: as in Unicode, with spaces or underscores, or the emoji itself. Drawn with the system's colour emoji font.

    Raises NoDetection without things; ToolError if one lies outside the image, for a name unknown to Unicode, and
    without a font.
    """
    boxes = _local_boxes(image, things)
    picture = _emoji_picture(name)
    pixels = image.pixels.copy()
    for box in boxes:
        side = max(1, round(max(box.width, box.height)))
        scaled = picture.resize((side, side))
        pixels.paste(scaled, (round(box.center_x - side / 2), round(box.center_y - side / 2)), scaled)
    return edited(image, pixels)


def box_mask(image: Image, box: Box) -> Mask:
    """The mask of a box's pixels, with its label and score. Raises ToolError if it lies outside the image."""
    import numpy as np

    width, height = image.original
    whole = np.zeros((height, width), np.bool_)
    part = image.crop(box)
    whole[part.top : part.top + part.height, part.left : part.left + part.width] = True
    return Mask.from_array(whole, box.label, box.score)


def _blend(image: Image, outside: Pixels, things: Sequence[Box | Mask]) -> Pixels:
    """The image's own pixels inside the things, and those of `outside` elsewhere."""
    from PIL import Image as pillow
    from PIL import ImageFilter

    hard = pillow.fromarray(inside(image, things)).convert("L")
    soft = hard.filter(ImageFilter.GaussianBlur(max(1.0, _SOFT * min(image.width, image.height))))
    return pillow.composite(image.pixels, outside, soft)


def inside(image: Image, things: Sequence[Box | Mask]) -> NDArray[np.bool_]:
    """The pixels of the image that belong to a thing, bool (height, width).

    Raises NoDetection without things, ToolError for one of another image or without a pixel in this one.
    """
    import numpy as np

    _require_things(things)
    rows, columns = slice(image.top, image.top + image.height), slice(image.left, image.left + image.width)
    found = np.zeros((image.height, image.width), np.bool_)
    for thing in things:
        mask = thing if isinstance(thing, Mask) else box_mask(image, thing)
        if (mask.width, mask.height) != image.original:
            raise ToolError("The mask belongs to another image.", hint="Use a mask that was found in this image.")
        part = mask.array()[rows, columns]
        if not part.any():
            raise ToolError(f"The mask has no pixel inside the image {show_box(image.frame)}.")
        found |= part
    return found


def _local_boxes(image: Image, things: Sequence[Box | Mask]) -> list[Box]:
    """The things' boxes, clipped to the image, in pixels of the image itself."""
    _require_things(things)
    found: list[Box] = []
    for thing in things:
        box = thing.box if isinstance(thing, Mask) else thing
        part = box.intersection(image.frame)
        if part is None:
            raise ToolError(f"The box {show_box(box)} lies outside the image {show_box(image.frame)}.")
        left, top = part.left - image.left, part.top - image.top
        found.append(Box(left, top, left + part.width, top + part.height, box.label, box.score))
    return found


def _require_things(things: Sequence[Box | Mask]) -> None:
    if not things:
        raise NoDetection("There is nothing to edit: no boxes or masks were found.")


def _emoji_picture(name: str) -> Pixels:
    """Draw the emoji on a transparent square."""
    from PIL import Image as pillow
    from PIL import ImageDraw

    character = emoji_character(name)
    font = _emoji_font()
    draw = ImageDraw.Draw(pillow.new("RGBA", (1, 1)))
    left, top, right, bottom = draw.textbbox((0, 0), character, font=font, embedded_color=True)
    side = max(1, math.ceil(max(right - left, bottom - top)))
    picture = pillow.new("RGBA", (side, side))
    place = ((side - right - left) / 2, (side - bottom - top) / 2)
    ImageDraw.Draw(picture).text(place, character, font=font, embedded_color=True)
    if picture.getbbox() is None:
        raise ToolError(f"The system's emoji font has no {name!r:.80}.", hint="Choose another emoji.")
    return picture


def emoji_character(name: str) -> str:
    """The character with a Unicode name, with spaces or underscores; an emoji stands for itself.

    Among several names with all of the words, the shortest wins. Raises ToolError if there is none.
    """
    words = name.replace("_", " ").replace("-", " ").upper().split()
    if len(name) <= 2 and name and all(ord(c) > 0x2000 for c in name):
        return name
    named = ((unicodedata.name(chr(code), ""), chr(code)) for span in _EMOJI for code in span)
    fitting = [pair for pair in named if words and set(words) <= set(pair[0].replace("-", " ").split())]
    if not fitting:
        raise ToolError(f"There is no emoji {name!r:.80}.", hint="Name it as Unicode does: 'grinning_face'.")
    return min(fitting, key=lambda pair: len(pair[0]))[1]


def _emoji_font() -> FreeTypeFont:
    """The first installed colour emoji font."""
    from PIL import ImageFont

    for file, size in _EMOJI_FONTS:
        with contextlib.suppress(OSError):
            return ImageFont.truetype(file, size)
    raise ToolError(
        "This system has no colour emoji font.",
        hint=f"Install one of {', '.join(file for file, _ in _EMOJI_FONTS)} (Debian: fonts-noto-color-emoji).",
    )


def edited(image: Image, pixels: Pixels) -> Image:
    """A copy of the image with other pixels, at the same position."""
    new = Image.of(pixels)
    if new.original == image.original:
        return new
    # Crops of an edited crop are not part of any stored image, so they must not refer to the original's source.
    source = sha256(f"crop {new.source}".encode()).hexdigest()
    return Image(new.pixels, source, image.left, image.top, image.original)
