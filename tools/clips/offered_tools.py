"""Tools that are not offered for questions about videos, since a small language model chooses best among few."""

from __future__ import annotations

NOT_ASKED = (
    *("GLANCE", "FRAME", "FRAMES", "TRACK"),
    *("CROP_LEFT_OF", "CROP_RIGHT_OF", "CROP_ABOVE", "CROP_BELOW", "SEGMENT", "HIDE_FACES", "CAPTION", "OVERLAP"),
    *("TOPMOST", "BOTTOMMOST", "LEFTMOST", "RIGHTMOST", "MIDDLE", "SMALLEST", "CLOSEST", "FARTHEST", "IN_FRONT_OF"),
    *("BEHIND", "PARTNER", "COLORPOP", "BLUR_BACKGROUND", "TAG", "REPLACE", "SEGMENT_ALL", "SIMILAR"),
    *("NEAREST_IMAGES", "MATCH", "POINT", "DEPTH", "NEARER"),
)
"""By name; the tools of plug-ins stay."""
