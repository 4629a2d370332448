"""Maps names of colours to basic colours."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from .color import COLORS

_ALIASES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "grey": ("gray",),
        "silver": ("gray", "white"),
        "silvery": ("gray", "white"),
        "golden": ("yellow", "orange", "brown"),
        "gold": ("yellow", "orange", "brown"),
        "blond": ("yellow", "brown", "orange"),
        "blonde": ("yellow", "brown", "orange"),
        "beige": ("brown", "white", "yellow"),
        "tan": ("brown", "orange"),
        "cream": ("white", "yellow"),
        "navy": ("blue", "black"),
        "turquoise": ("blue", "green"),
        "teal": ("blue", "green"),
        "cyan": ("blue", "green"),
        "violet": ("purple",),
        "magenta": ("pink", "purple"),
        "maroon": ("red", "brown"),
        "burgundy": ("red", "purple", "brown"),
        "olive": ("green", "brown"),
        "dark": ("black", "brown", "gray", "blue"),
        "light": ("white", "yellow", "gray"),
        "pale": ("white", "yellow", "gray", "pink"),
    }
)


def colors_meant(word: str) -> tuple[str, ...] | None:
    """The basic colours that people may mean by a word: "silver" is gray or white; None where it is no colour."""
    return (word,) if word in COLORS else _ALIASES.get(word)
