"""Tools that are not offered to questions about albums: a small language model chooses best among few."""

from __future__ import annotations

OF_ONE_PHOTO = ("ALL_BOXES", "LOOK_AT", "FEATURES")
"""Tools that are only called by the tools about albums."""
NOT_ASKED = (
    *("DETECT", "EXISTS", "THINGS", "PARTNER", "VERIFY", "CLASSIFY", "CAPTION", "BRIGHTNESS", "SEGMENT", "FACES"),
    *("CROP", "CROP_LEFT_OF", "CROP_RIGHT_OF", "CROP_ABOVE", "CROP_BELOW", "HIDE_FACES", "AREA", "OVERLAP", "DISTANCE"),
    *("LEFT_OF", "RIGHT_OF", "ABOVE", "BELOW", "INSIDE", "NEAREST", "LARGEST", "SMALLEST", "LEFTMOST", "RIGHTMOST"),
    *("TOPMOST", "BOTTOMMOST", "MIDDLE", "CLOSEST", "FARTHEST", "IN_FRONT_OF", "BEHIND", "TOUCHING", "GLANCE"),
    *("SEGMENT_ALL", "VQA", "POINT", "MATCH", "SIMILAR", "NEAREST_IMAGES", "DEPTH", "NEARER", "COLORPOP"),
    *("BLUR_BACKGROUND", "TAG", "REPLACE", "ASK_LLM", "LIST"),
)
"""By name; the tools of plug-ins stay."""
