"""What people wear where."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

_WORN: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        **dict.fromkeys(("head", "hair"), ("hat", "cap", "helmet", "beanie", "hood", "headband", "turban", "crown")),
        **dict.fromkeys(("eye", "nose"), ("glasses", "sunglasses", "goggles")),
        "face": ("glasses", "sunglasses", "goggles", "mask"),
        **dict.fromkeys(("neck", "throat"), ("tie", "scarf", "necklace", "bow tie", "collar", "medal", "lanyard")),
        **dict.fromkeys(("hand", "finger"), ("glove", "mitten", "ring")),
        **dict.fromkeys(("wrist", "arm"), ("watch", "wristwatch", "bracelet", "wristband", "armband")),
        **dict.fromkeys(("foot", "feet"), ("shoe", "boot", "sneaker", "sandal", "sock", "slipper", "flip-flop")),
        "leg": ("trousers", "jeans", "shorts", "pants", "leggings", "tights"),
        **dict.fromkeys(("back", "shoulder"), ("backpack", "bag", "rucksack", "cape", "shawl")),
        **dict.fromkeys(("waist", "hip"), ("belt", "apron")),
        "ear": ("earring", "headphones"),
        **dict.fromkeys(("body", "chest", "torso"), ("shirt", "jacket", "sweater", "vest", "coat", "dress", "t-shirt")),
    }
)
_ON_BODY = re.compile(
    r"^(?:(?:is|are|was|were) )?(?:wearing|wears?|with|having|has|have|had) (?:on|over|around|round|across|about) "
    r"(?:his|her|its|their|the|both) (?:left |right )?(?P<part>\w+?)s?$"
)


def worn_on(relation: str) -> tuple[str, ...]:
    """The names of what can be meant by "wearing on his head", the usual ones first; () for any other relation.

    What somebody has in the hand is not worn there, nor is what is carried on the shoulder.
    """
    found = _ON_BODY.match(relation.lower().strip())
    return _WORN.get(found["part"], ()) if found else ()
