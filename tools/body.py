"""Where on a person things are worn: a hat on the head, shoes on the feet. For things that no model here can place.

Shares of a person's box, by how tall it is against its width: one that is seen in full height is narrow. Medians over
what scene graphs say is worn in 50 photos; IoU with the thing's own box in tests/bench/body.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from .meanings import Meanings
from .values import Box
from .words import singulars, words_of

Part = Literal["head", "eyes", "neck", "torso", "body", "legs", "feet", "back"]
Shares = tuple[float, float, float, float]

_TALL = 2.2
"""Height against width from which a person stands in full height; others sit, or are seen in part."""
_STANDING: Mapping[Part, Shares] = {
    "head": (0.24, 0.0, 0.67, 0.12),
    "eyes": (0.35, 0.09, 0.65, 0.13),
    "neck": (0.4, 0.2, 0.6, 0.48),
    "torso": (0.02, 0.15, 1.0, 0.54),
    "body": (0.01, 0.17, 1.0, 0.8),
    "legs": (0.09, 0.47, 0.88, 0.96),
    "feet": (0.11, 0.91, 0.8, 1.0),
    "back": (0.2, 0.15, 0.8, 0.5),
}
_OTHERWISE: Mapping[Part, Shares] = {
    "head": (0.23, 0.0, 0.65, 0.23),
    "eyes": (0.33, 0.12, 0.63, 0.18),
    "neck": (0.3, 0.3, 0.65, 0.75),
    "torso": (0.02, 0.27, 0.93, 0.87),
    "body": (0.0, 0.27, 1.0, 1.0),
    "legs": (0.1, 0.54, 0.8, 0.98),
    "feet": (0.2, 0.87, 0.9, 1.0),
    "back": (0.3, 0.17, 1.0, 0.55),
}
_WORN_ON: tuple[tuple[Part | None, tuple[str, ...]], ...] = (
    (None, ("handwear.n.01", "glove.n.02")),
    ("head", ("headdress.n.01", "headgear.n.01", "crash_helmet.n.01")),
    ("eyes", ("spectacles.n.01", "goggles.n.01", "mask.n.04")),
    ("neck", ("neckwear.n.01", "scarf.n.01", "necklace.n.01")),
    ("back", ("backpack.n.01",)),
    ("feet", ("footwear.n.01", "footwear.n.02", "shoe.n.01", "hosiery.n.01")),
    (
        "legs",
        ("trouser.n.01", "underpants.n.01", "skirt.n.01", "skirt.n.02", "short_pants.n.01", "swimming_trunks.n.01"),
    ),
    ("body", ("dress.n.01", "suit.n.01", "gown.n.01", "robe.n.01", "overall.n.01")),
    ("torso", ("garment.n.01", "clothing.n.01", "outerwear.n.01", "life_jacket.n.01")),
)
"""From narrow to wide: the first that the word is a kind of."""


def worn_on(word: str, meanings: Meanings) -> Part | None:
    """The part of a person where a thing of that name is worn; None for what is not worn, or not always there."""
    noun = " ".join(words_of(word))
    for form in (noun, *singulars(noun), *singulars(noun.rpartition(" ")[2]), noun.rpartition(" ")[2]):
        kinds = {kind for one in meanings.usual(form)[:1] for kind in meanings.kinds(one)}
        for part, names in _WORN_ON:
            if any(meanings.id_of(name) in kinds for name in names):
                return part
        if kinds:
            return None
    return None


def place_on(person: Box, part: Part) -> Box:
    """Where that part of a person usually is, in the frame of the person's box, with its score and no label."""
    left, top, right, bottom = (_STANDING if person.height >= _TALL * person.width else _OTHERWISE)[part]
    return Box(
        person.left + left * person.width,
        person.top + top * person.height,
        person.left + right * person.width,
        person.top + bottom * person.height,
        score=person.score,
    )
