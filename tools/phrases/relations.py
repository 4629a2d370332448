"""Relations between things in an image, with their wordings and inverses."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from ..words.english import word_set

RELATIONS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "left of": ("left of", "left from", "to the left of", "on the left of", "at the left of", "further left than"),
        "right of": (
            *("right of", "right from", "to the right of", "on the right of", "at the right of", "further right than"),
        ),
        "above": ("above", "over", "higher than", "hovering over", "up over"),
        "below": ("below", "lower than"),
        "under": ("under", "underneath", "beneath"),
        "on": ("on top of", "on", "onto", "upon", "atop", "on to"),
        "in": ("inside of", "inside", "in", "into", "within", "in the inside of"),
        "outside": ("outside of", "outside"),
        "behind": ("behind", "in back of"),
        "in front of": ("in front of", "before"),
        "next to": (
            *(
                "next to",
                "beside",
                "besides",
                "near",
                "near to",
                "nearby",
                "close to",
                "by",
                "alongside",
                "adjacent to",
            ),
            *("adjacent to", "at the side of", "by the side of", "around", "side by side with", "close by"),
        ),
        "between": ("in between", "between"),
        "among": ("among", "amongst", "amid", "in the midst of"),
        "against": ("against",),
        "across from": ("across from", "opposite", "opposite of", "opposite to"),
        "along": ("along",),
        "across": ("across",),
        "through": ("through",),
        "toward": ("toward", "towards"),
        "away from": ("away from", "far from", "far away from"),
        "at": ("at", "seated at"),
        "of": ("of", "belonging to", "part of", "that is part of"),
        "with": (
            *("with", "has", "have", "having", "had", "featuring", "together with", "along with"),
            *("accompanied by", "equipped with"),
        ),
        "containing": ("containing", "filled with", "full of", "holding inside"),
        "out of": ("out of", "off of", "off"),
        "wearing": ("wearing", "dressed in", "clothed in", "clad in", "dressed with", "dressed as"),
        "worn by": ("worn by",),
        "holding": ("holding on to", "holding onto", "holding", "gripping", "grasping", "clutching", "holding up"),
        "held by": ("held by", "in the hands of", "in the hand of"),
        "carrying": ("carrying", "lugging"),
        "carried by": ("carried by",),
        "riding": ("riding on", "riding in", "riding", "mounted on"),
        "ridden by": ("ridden by",),
        "driving": ("driving",),
        "driven by": ("driven by", "steered by"),
        "pulling": ("pulling", "towing", "dragging"),
        "pulled by": ("pulled by", "towed by", "dragged by", "drawn by"),
        "pushing": ("pushing",),
        "pushed by": ("pushed by",),
        "eating": ("eating from", "eating", "chewing on", "chewing", "munching on"),
        "eaten by": ("eaten by",),
        "drinking": ("drinking from", "drinking", "sipping"),
        "using": ("using", "operating", "playing with", "working on"),
        "used by": ("used by",),
        "covering": ("covering",),
        "covered by": ("covered with", "covered by", "covered in", "wrapped in"),
        "touching": ("touching", "in contact with"),
        "facing": (
            *("facing", "facing toward", "facing towards", "looking at", "looking toward", "looking towards"),
            *("staring at", "gazing at", "turned toward", "turned towards", "watching", "pointed at"),
        ),
        "faced by": ("faced by", "watched by"),
        "following": ("following", "chasing", "running after"),
        "followed by": ("followed by", "chased by"),
        "attached to": ("attached to", "fastened to", "fixed to", "connected to", "tied to", "hooked to", "mounted to"),
        "nearest": ("nearest to", "nearest", "closest to", "nearest from", "closest from"),
        "farthest": ("farthest from", "furthest from", "farthest away from", "furthest away from", "most distant from"),
        "closer than": (
            *("closer to the camera than", "nearer to the camera than", "closer to the viewer than"),
            *("nearer to the viewer than", "closer than", "nearer than"),
        ),
        "farther than": (
            *("farther from the camera than", "further from the camera than", "farther away than", "further away than"),
            *("farther than", "further than"),
        ),
        "bigger than": ("bigger than", "larger than", "greater than"),
        "smaller than": ("smaller than", "littler than"),
        "taller than": ("taller than",),
        "shorter than": ("shorter than",),
    }
)
"""The name of each relation and its wordings, in lower case. A verb that is not here names its own relation."""

_PAIRS = (
    *(("left of", "right of"), ("above", "below"), ("on", "under"), ("in front of", "behind"), ("in", "containing")),
    *(("next to", "next to"), ("touching", "touching"), ("against", "against"), ("across from", "across from")),
    *(("away from", "away from"), ("of", "with"), ("wearing", "worn by"), ("holding", "held by")),
    *(("carrying", "carried by"), ("riding", "ridden by"), ("driving", "driven by"), ("pulling", "pulled by")),
    *(("pushing", "pushed by"), ("eating", "eaten by"), ("using", "used by"), ("covering", "covered by")),
    *(("facing", "faced by"), ("following", "followed by"), ("attached to", "attached to")),
    *(("closer than", "farther than"), ("bigger than", "smaller than"), ("taller than", "shorter than")),
)
INVERSE: Mapping[str, str] = MappingProxyType({a: b for a, b in _PAIRS} | {b: a for a, b in _PAIRS})
"""Inverse relations: a cup on a table is a table under a cup. Others have none."""

POSSESSIONS = word_set("with wearing holding carrying riding driving pulling pushing eating drinking using covering")
"""Relations whose thing only marks the first: what follows speaks of that ("the man with a hat near ...")."""

SUPPORTS = frozenset(("on", "in", "at", "against", "along"))
"""Relations whose thing lends its place: what a cup's table is next to, the cup is next to."""
