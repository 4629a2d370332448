"""Edits of an image's pixels: what is inside of things, or around them, looks different afterwards.

An edited image lies where it lay in the original, so boxes and masks that were found before still fit. Things are
boxes or masks in pixels of the original image; a box stands for all of its pixels.
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

# Shares of the image's shorter side.
_SOFT = 0.004
_BLUR = 0.012
_TEXT = 0.035

# Told apart by most people with a colour vision deficiency: Okabe and Ito, "Color Universal Design", 2008.
_COLORS = ("#E69F00", "#56B4E9", "#009E73", "#F0E442", "#0072B2", "#D55E00", "#CC79A7")

# Fonts with coloured emoji, by the names of their files, with a size that each has.
_EMOJI_FONTS = (("NotoColorEmoji.ttf", 109), ("Apple Color Emoji.ttc", 160), ("seguiemj.ttf", 128))
_EMOJI = (range(0x203C, 0x3300), range(0x1F300, 0x1FB00))


def color_pop(image: Image, things: Sequence[Box | Mask]) -> Image:
    """The image in its colours inside the things and in grey outside, with a soft edge between.

    Raises NoDetection without things, ToolError when one lies outside the image.
    """
    return edited(image, _blend(image, image.pixels.convert("L").convert("RGB"), things))


def blur_background(image: Image, things: Sequence[Box | Mask]) -> Image:
    """The image with everything outside of the things blurred, with a soft edge.

    Raises NoDetection without things, ToolError when one lies outside the image.
    """
    from PIL import ImageFilter

    radius = max(2.0, _BLUR * min(image.width, image.height))
    return edited(image, _blend(image, image.pixels.filter(ImageFilter.GaussianBlur(radius)), things))


def hide(image: Image, things: Sequence[Box | Mask]) -> Image:
    """The image with everything inside the things blurred, by a quarter of the largest one's longer side (sigma).

    Raises NoDetection without things, ToolError when one lies outside the image.
    """
    from PIL import ImageFilter

    largest = max((max(box.width, box.height) for box in _local_boxes(image, things)), default=1.0)
    hidden = image.pixels.filter(ImageFilter.GaussianBlur(max(2.0, largest / 4)))
    return edited(image, _blend(edited(image, hidden), image.pixels, things))


def tag(image: Image, things: Sequence[Box | Mask]) -> Image:
    """The image with a frame around each thing and its label in the frame's corner; each label has its own colour.

    Raises NoDetection without things, ToolError when one lies outside the image.
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
    """The image with an emoji over each thing, as large as the thing's longer side: a face is hidden behind it.

    name: as in Unicode, with spaces or underscores, or the emoji itself. Drawn with the system's colour emoji font.

    Raises NoDetection without things; ToolError when one lies outside the image, for a name that Unicode does not have,
    and without a font.
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
    """The mask of a box's pixels, with its label and score. Raises ToolError when it lies outside the image."""
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
    """Which pixels of the image belong to a thing, shape (height, width).

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
    """The things' boxes as far as they lie in the image, in pixels of the image itself."""
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
    """The emoji on a transparent square."""
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
    """The character of a name in Unicode, with spaces or underscores; an emoji stands for itself.

    Of several whose names have all of the words, the one with the shortest name. Raises ToolError when there is none.
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
    """The first colour emoji font that this system has."""
    from PIL import ImageFont

    for file, size in _EMOJI_FONTS:
        with contextlib.suppress(OSError):
            return ImageFont.truetype(file, size)
    raise ToolError(
        "This system has no colour emoji font.",
        hint=f"Install one of {', '.join(file for file, _ in _EMOJI_FONTS)} (Debian: fonts-noto-color-emoji).",
    )


def edited(image: Image, pixels: Pixels) -> Image:
    """The image with these pixels instead, in the same place."""
    new = Image.of(pixels)
    if new.original == image.original:
        return new
    # Parts of an edited crop can be found in no stored picture: they must not seem to be parts of one.
    source = sha256(f"crop {new.source}".encode()).hexdigest()
    return Image(new.pixels, source, image.left, image.top, image.original)
