"""Names of pixels: the eleven basic colour terms that people of most languages agree on, and their light.

Berlin and Kay, "Basic Color Terms", 1969: black, white, gray, red, orange, yellow, green, blue, purple, pink, brown.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

COLORS = (
    "black",
    "white",
    "gray",
    "red",
    "orange",
    "yellow",
    "green",
    "blue",
    "purple",
    "pink",
    "brown",
)

_FLAT = 20  # of L*: a picture with smaller differences tells nothing about its light
_BRIGHT = 95  # percentile of luminance that is raised towards white in a dark photo
_WHITE = 0.9  # luminance that this percentile gets
_MOST = 2.5  # the strongest raise
_NEUTRAL = 25  # chroma: pixels below may show the colour of the light
_FEW = 0.02  # of all pixels: with fewer neutral ones the light's colour stays unknown
_BALANCE = 0.7  # of the light's cast is taken out: people see the rest, and some of it is the things' own
_CAST = (0.75, 1.33)  # bounds of that correction


@dataclass(frozen=True)
class Light:
    """How pixels are judged.

    gains: factors for linear red, green and blue.
    around: mean L* of a thing's surroundings; colourless pixels are judged by their difference to it, as people do:
        a white thing in the shade may be darker than a gray one in the sun.
    contrast: how much that difference counts, 0 to 1; 0 where nothing is around.
    white, black: L* from which a colourless pixel is white, and below which it is black.
    colorless: chroma below which a pixel has no colour.
    rust: HSV saturation below which a dark red is brown; red paint in the shade has less of it than a swatch.
    """

    gains: tuple[float, float, float] = (1.0, 1.0, 1.0)
    around: float = 0.0
    contrast: float = 0.0
    white: float = 82
    black: float = 25
    colorless: float = 13
    rust: float = 0.78


SWATCH = Light()
"""Neutral light, with boundaries between the CSS colours."""


def photo_light(pixels: NDArray[np.uint8], *, whole: bool) -> Light:
    """The light of a photo. Its boundaries are measured (tests/bench/color.py); a flat picture is a swatch.

    pixels: sRGB of shape (height, width, 3), made small: noise is no white.
    whole: is it the whole photo? A crop shows no white to compare with.

    Exposure: the brightest 5 % become nearly white. Cast: the brightest neutral pixels are taken for white, which is
    the white patch of Land and McCann ("Lightness and Retinex Theory", 1971) where the patch has no colour of its own.
    """
    import numpy as np

    light, chroma = light_and_chroma(pixels)
    if np.ptp(np.percentile(light, (2, 98))) < _FLAT:
        return SWATCH
    gains = _gains(pixels, chroma) if whole else np.ones(3)
    red, green, blue = gains.tolist()
    return Light((red, green, blue), white=70, black=28, colorless=11, rust=0.6)


def _gains(pixels: NDArray[np.uint8], chroma: NDArray[np.float32]) -> NDArray[np.float64]:
    import numpy as np

    linear = _to_linear(pixels).reshape(-1, 3)
    luminance = linear @ (0.2126, 0.7152, 0.0722)
    raised = np.clip(_WHITE / max(float(np.percentile(luminance, _BRIGHT)), 1e-3), 1, _MOST)
    neutral = chroma.reshape(-1) < _NEUTRAL
    if neutral.mean() < _FEW:
        return np.full(3, raised)
    bright = luminance >= np.percentile(luminance[neutral], 90)
    patch = np.maximum(linear[neutral & bright].mean(axis=0), 1e-3)
    return np.clip((patch.mean() / patch) ** _BALANCE, *_CAST) * raised


def relight(pixels: NDArray[np.uint8], light: Light) -> NDArray[np.uint8]:
    """Convert pixels to neutral light of normal exposure."""
    import numpy as np

    if light.gains == SWATCH.gains:
        return pixels
    linear = np.clip(_to_linear(pixels) * light.gains, 0, 1)
    curved = np.where(linear <= 0.0031308, linear * 12.92, 1.055 * np.maximum(linear, 1e-9) ** (1 / 2.4) - 0.055)
    return (curved * 255).round().astype(np.uint8)


def _to_linear(pixels: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Linear light, 0 to 1, from sRGB (IEC 61966-2-1)."""
    import numpy as np

    share = pixels / 255
    return np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)


def color_names(pixels: NDArray[np.uint8], seen: Light = SWATCH) -> NDArray[np.intp]:
    """Index into COLORS for each pixel; pixels: sRGB of shape (height, width, 3), result of shape (height, width).

    Hue is HSV's (degrees; CIELAB's bends blue into purple), lightness and chroma are CIELAB's. The boundaries lie
    between the CSS colours named after the terms and their neighbours; a warm tint below chroma 20 is the light's.
    seen: the light, which the pixels are already freed of (`relight`).
    """
    import cv2
    import numpy as np

    light, chroma = light_and_chroma(pixels)
    judged = light + seen.contrast * (light - seen.around)
    hsv = cv2.cvtColor(pixels.astype(np.float32) / 255, cv2.COLOR_RGB2HSV)
    hue, saturation, value = hsv[..., 0], hsv[..., 1], hsv[..., 2]

    reddish, orangish, yellowish = (hue < 12) | (hue >= 345), (hue >= 12) & (hue < 42), (hue >= 42) & (hue < 70)
    colorless = (chroma < seen.colorless) | ((light > 65) & (chroma < 20) & (orangish | yellowish))
    vermilion = orangish & (hue < 18) & (chroma >= 45)
    rust = reddish & (light < 65) & ((chroma < 25) | ((light < 45) & (saturation < seen.rust)))
    earth = orangish & ~vermilion & (((light < 60) & (chroma < 75)) | ((light < 80) & (chroma < 55)))
    dark = (judged < seen.black) & (chroma < seen.colorless)
    rules = {
        "black": (value < 0.15) | ((light < 25) & (chroma < 15)) | dark,
        "white": colorless & (judged >= seen.white) & (light >= 40),
        "gray": colorless,
        "brown": rust | earth | (yellowish & (light < 53) & (hue < 55)),
        "pink": (reddish & (light >= 64)) | ((hue >= 315) & (hue < 345) & (light >= 40)),
        "red": reddish | (vermilion & (light < 50)) | (hue >= 330),
        "orange": orangish,
        "yellow": yellowish & (light >= 53),
        "green": (hue >= 45) & (hue < 170),
        "blue": (hue >= 170) & (hue < 255),
    }
    names = [COLORS.index(name) for name in rules]
    return np.select(list(rules.values()), names, default=COLORS.index("purple"))


def light_and_chroma(pixels: NDArray[np.uint8]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """L* (0 to 100) and C* (0 to about 134) of CIELAB, each of shape (height, width)."""
    import cv2
    import numpy as np

    lab = cv2.cvtColor(pixels.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
    light, a, b = np.moveaxis(lab.astype(np.float32), -1, 0)
    return light, np.hypot(a, b)
