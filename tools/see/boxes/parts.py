"""Typical positions of parts, for parts that no model detects: "the girl's jacket", "the cat's paws".

Regions are shares of the whole's box: left, top, right, bottom. Those marked with a count are medians of that many
parts in the development scene graphs (`tests/bench/parts.py` prints them), rounded to 0.05 and made symmetric where the
facing is unknown; the others were set by the same proportions.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from ...core.values import Box
from ...phrases.condition_values import Phrase, Place, Relation
from ...phrases.conditions import read_phrase
from ...words.english import word_set

Region = tuple[float, float, float, float]

_PEOPLE = "person man woman boy girl child kid baby lady guy gentleman player rider people adult skateboarder"
_FOUR_LEGGED = (
    "animal horse giraffe zebra bear cat dog cow sheep goat elephant lion tiger deer donkey pony foal puppy kitten calf"
)
_VEHICLES = "car van taxi bus truck pickup jeep suv minivan vehicle lorry"
_BIRDS = "bird parrot owl duck"
_SEATS = "chair armchair seat stool sofa couch bench"
_CYCLES = "motorcycle bicycle bike motorbike scooter moped"
_TOPS = (
    "shirt blouse t-shirt tshirt tee sweater top hoodie sweatshirt cardigan vest turtleneck jacket coat blazer jersey"
)
_LEGWEAR = "trousers jeans pants leggings tights slacks"
_SHORT = "shorts skirt"
_FULL = "dress suit robe gown uniform overalls outfit clothes clothing costume"
_SHOES = "shoe sandal boot sneaker heel flip-flop slipper sock foot feet"
_HATS = "hat cap helmet beanie crown hood headband turban"
_CLOTHING = frozenset(" ".join((_TOPS, _LEGWEAR, _SHORT, _FULL, _SHOES, _HATS, "tie scarf glove belt")).split()) - {
    "foot",
    "feet",
}


def _spread(regions: Mapping[str, Region]) -> Mapping[str, Region]:
    """Each word of the keys with its region."""
    return MappingProxyType({word: region for words, region in regions.items() for word in words.split()})


_STANDING = _spread(  # width / height below 0.5
    {
        "head": (0.25, 0.0, 0.75, 0.2),
        "hair": (0.2, 0.0, 0.8, 0.12),  # 4: 0.12 0 0.90 0.23, of which the lower part is face
        "face eye nose mouth beard mustache": (0.3, 0.05, 0.7, 0.2),
        _HATS: (0.25, 0.0, 0.7, 0.12),  # 7
        "glasses sunglasses goggles": (0.3, 0.08, 0.75, 0.18),  # 2
        "neck scarf necklace": (0.3, 0.13, 0.7, 0.22),
        _TOPS: (0.1, 0.15, 0.9, 0.55),  # 39: 0.02 0.15 1.00 0.55, the arms left out
        "tie": (0.35, 0.2, 0.6, 0.5),  # 6
        "belt waist": (0.2, 0.45, 0.8, 0.55),
        _LEGWEAR + " leg": (0.15, 0.5, 0.85, 0.95),  # 23
        _SHORT: (0.15, 0.45, 0.85, 0.7),
        _FULL: (0.1, 0.2, 0.9, 0.7),  # 7
        _SHOES: (0.15, 0.9, 0.85, 1.0),  # 4
        "hand glove arm sleeve": (0.0, 0.3, 1.0, 0.55),
        "body torso chest belly stomach tummy": (0.1, 0.15, 0.9, 0.55),
    }
)
_HALF = _spread(  # width / height of 0.5 to 0.8: cut at the hips, sitting, or arms spread
    {
        "head": (0.25, 0.0, 0.75, 0.35),
        "hair": (0.3, 0.0, 0.75, 0.18),  # 5: 0.34 0 0.78 0.24
        "face eye nose mouth beard mustache": (0.3, 0.08, 0.65, 0.35),  # 2
        _HATS: (0.25, 0.0, 0.7, 0.2),  # 4: 0.23 0 0.67 0.26
        "glasses sunglasses goggles": (0.3, 0.1, 0.7, 0.2),  # 3
        "neck scarf necklace": (0.3, 0.25, 0.7, 0.4),
        _TOPS: (0.1, 0.3, 0.9, 0.85),  # 26: 0.05 0.26 0.92 0.91
        "tie": (0.35, 0.35, 0.7, 0.85),  # 3
        "belt waist": (0.25, 0.8, 0.75, 0.95),  # 1
        _LEGWEAR + " leg": (0.15, 0.55, 0.85, 1.0),  # 6
        _SHORT: (0.1, 0.5, 0.8, 0.9),  # 1
        _FULL: (0.1, 0.3, 0.9, 0.9),
        _SHOES: (0.1, 0.85, 0.95, 1.0),  # 2
        "hand glove arm sleeve": (0.0, 0.4, 1.0, 0.8),  # 2
        "body torso chest belly stomach tummy": (0.1, 0.3, 0.9, 0.85),
    }
)
_PORTRAIT = _spread(  # wider: head and shoulders, where legs and shoes are not in the picture
    {
        "head": (0.25, 0.0, 0.75, 0.55),
        "hair": (0.25, 0.0, 0.7, 0.25),  # 2: 0.24 0 0.50 0.21
        "face eye nose mouth beard mustache": (0.3, 0.15, 0.7, 0.5),
        _HATS: (0.25, 0.0, 0.75, 0.25),
        "glasses sunglasses goggles": (0.3, 0.15, 0.75, 0.3),  # 1
        "neck scarf necklace": (0.3, 0.4, 0.7, 0.6),
        _TOPS + " " + _FULL: (0.1, 0.45, 0.85, 1.0),  # 7: 0 0.37 0.79 1
        "tie": (0.4, 0.55, 0.65, 1.0),
        "hand glove arm sleeve": (0.0, 0.6, 1.0, 1.0),
        "body torso chest belly stomach tummy": (0.1, 0.45, 0.9, 1.0),
    }
)
_ANIMAL = _spread(  # the facing is unknown: symmetric regions, of which the coat has most
    {
        "head face": (0.05, 0.0, 0.95, 0.45),  # 8: 0.04 0.03 0.67 0.43
        "eye": (0.3, 0.3, 0.7, 0.5),  # 6: 0.49 0.37 0.56 0.47, most of them from the front
        "ear": (0.15, 0.0, 0.85, 0.35),  # 8
        "nose mouth muzzle snout": (0.25, 0.3, 0.75, 0.5),  # 9
        "mane neck": (0.15, 0.0, 0.85, 0.3),  # 5: 0.40 0.01 0.88 0.27
        "back": (0.2, 0.1, 0.8, 0.4),
        "body belly stomach tummy fur coat chest side": (0.2, 0.2, 0.8, 0.7),
        "leg": (0.2, 0.5, 0.8, 1.0),  # 15: one leg 0.37 0.49 0.51 0.99
        "paw hoof foot feet": (0.15, 0.8, 0.85, 1.0),  # 4: 0.29 0.82 0.45 0.91
        "tail": (0.0, 0.3, 1.0, 0.8),  # 5: 0.05 0.29 0.24 0.81, or its mirror image
    }
)
_BIRD = _spread(
    {
        "head face eye": (0.2, 0.0, 0.8, 0.25),  # 7
        "beak bill": (0.15, 0.02, 0.85, 0.18),  # 3: 0.26 0.04 0.41 0.12
        "neck throat": (0.3, 0.1, 0.7, 0.35),
        "breast chest belly tummy body": (0.25, 0.2, 0.75, 0.7),  # 1
        "wing back feather": (0.25, 0.2, 0.75, 0.65),  # 6: 0.33 0.19 0.75 0.63
        "tail": (0.2, 0.7, 0.8, 1.0),  # 4: 0.56 0.70 0.80 1
        "leg foot feet claw": (0.3, 0.7, 0.7, 0.9),  # 4
    }
)
_MOTOR = _spread(
    {
        "wheel tire tyre": (0.05, 0.6, 0.95, 1.0),  # 4: one wheel 0.42 0.60 0.58 0.97
        "roof": (0.15, 0.0, 0.85, 0.25),  # 1
        "window windshield windscreen": (0.15, 0.1, 0.85, 0.45),  # 5
        "hood bonnet": (0.15, 0.35, 0.85, 0.6),
        "plate": (0.35, 0.6, 0.7, 0.7),  # 7
        "light headlight taillight": (0.1, 0.45, 0.9, 0.6),  # 10: one light 0.58 0.46 0.73 0.61
        "bumper": (0.1, 0.65, 0.9, 0.85),  # 2
        "door side": (0.2, 0.3, 0.8, 0.8),  # 2
    }
)
_CYCLE = _spread(
    {
        "wheel tire tyre": (0.1, 0.5, 0.9, 1.0),  # 6: one wheel 0.26 0.53 0.61 1
        "seat saddle": (0.3, 0.15, 0.65, 0.4),  # 1
        "plate": (0.15, 0.4, 0.35, 0.55),  # 3
        "tank frame engine": (0.25, 0.3, 0.75, 0.7),
        "handlebar": (0.2, 0.0, 0.8, 0.3),
    }
)
_CHAIR = _spread(
    {
        "back backrest": (0.1, 0.0, 0.7, 0.5),  # 2
        "seat cushion": (0.15, 0.4, 0.9, 0.75),  # 2
        "armrest arm": (0.1, 0.35, 0.9, 0.55),  # 4
        "leg wheel base": (0.1, 0.75, 0.9, 1.0),  # 3
    }
)
_PLACES = _spread(
    {
        "top upper": (0.0, 0.0, 1.0, 0.4),
        "bottom lower base": (0.0, 0.6, 1.0, 1.0),
        "left": (0.0, 0.0, 0.4, 1.0),
        "right": (0.6, 0.0, 1.0, 1.0),
        "front": (0.1, 0.4, 0.9, 1.0),  # what is near the camera stands low in a picture
        "middle center centre inside": (0.25, 0.25, 0.75, 0.75),
    }
)
_COVERS = _spread({"petal peel rind skin surface feather fur plumage bark paint body": (0.2, 0.2, 0.8, 0.8)})
"""Parts that cover a whole thing, of any kind."""
_HALF_FROM, _PORTRAIT_FROM = 0.5, 0.8  # width / height of a person's box
_STANDING_BOX = Box(0, 0, 1, 3)
_SHARES = word_set("half side part end area")
"""Nouns behind a side: "left half"."""
_ENDS = word_set("left right top upper bottom lower middle front")
"""The sides and ends that anything has."""
_FILLERS = "part half side end area of the its his her their"


def part_region(whole: Box, label: str, part: str) -> Box | None:
    """The typical box of a part of a thing, labelled with the part; None if unknown.

    whole: the thing, in original pixels; the result is in the same frame and inside of it.
    label: what the thing is: "girl", "brown horse"; its last word counts.
    part: "jacket", "paws", "license plate", "lower part"; of places "top", "bottom", "left", "right", "front" and
        "middle".

    A person's box tells by its shape how much of the person is in the picture: legs of a portrait are None. Raises
    nothing: an unknown thing or part is None.
    """
    words = [_singular(word) for word in part.lower().split() if word not in _FILLERS.split()]
    if not words:
        return None
    # A shirt is also a top, and a table has a top: the thing's own parts come first.
    own = _regions(_singular((label.lower().split() or [""])[-1]), whole)
    shares = own.get(words[-1]) or _PLACES.get(words[0]) or _COVERS.get(words[-1])
    if shares is None:
        return None
    left, top, right, bottom = shares
    return Box(
        whole.left + left * whole.width,
        whole.top + top * whole.height,
        whole.left + right * whole.width,
        whole.top + bottom * whole.height,
        part,
        whole.score,
    )


def part_first(name: str, which: str) -> tuple[str, str]:
    """What LOC(image, "dog", "nose") means: ("nose", "of the dog"). What names no part stays as it is.

    name, which: as the tools take them, a noun and a condition.
    """
    words = which.lower().split()
    if not words:
        return name, which
    sided = len(words) == 2 and words[0] in ("left", "right", "front", "back", "rear")
    one = len(words) == 1 or sided or read_phrase(which) == Phrase(" ".join((*words[:-1], _singular(words[-1]))))
    if not one or words[-1] in _PLACES or part_region(_STANDING_BOX, name, words[-1]) is None:
        return name, which
    return which, f"of the {name}"


def place_on(phrase: Phrase) -> tuple[str, Phrase] | None:
    """Of "left half of the fruit" and "top of the tower" the place and the thing; None for other phrases."""
    things = [one.things for one in phrase.conditions if isinstance(one, Relation) and one.name == "of"]
    sides = [one.where for one in phrase.conditions if isinstance(one, Place) and one.of is None]
    where = " ".join(word for word in phrase.name.split() if word not in _SHARES) or " ".join(sides)
    is_all = len(things) == 1 and len(things[0]) == 1 and len(phrase.conditions) == 1 + len(sides)
    return (where, things[0][0]) if is_all and where in _ENDS else None


def is_clothing(label: str) -> bool:
    """Whether this is a piece of clothing, next to which skin may be visible."""
    return bool(label.strip()) and _singular(label.lower().split()[-1]) in _CLOTHING


def is_person(label: str) -> bool:
    """Whether the label, such as "boy" or "young woman", is a person."""
    return bool(label.strip()) and _singular(label.lower().split()[-1]) in _PEOPLE.split()


def usual_number(label: str, part: str) -> int | None:
    """The usual number of a part, such as two ears; None if unknown."""
    noun, part = (_singular(text.lower().split()[-1]) if text.strip() else "" for text in (label, part))
    return next(
        (numbers[part] for nouns, numbers in _NUMBERS.items() if noun in nouns.split() and part in numbers), None
    )


def _numbers(words: Mapping[int, str]) -> Mapping[str, int]:
    return MappingProxyType({word: number for number, text in words.items() for word in text.split()})


_NUMBERS = MappingProxyType(
    {
        _PEOPLE: _numbers(
            {1: "head face nose mouth", 2: "hand arm foot feet leg ear eye knee elbow shoulder shoe sock"}
        ),
        _FOUR_LEGGED: _numbers({1: "head face nose mouth tail", 2: "ear eye", 4: "leg paw hoof foot feet"}),
        _BIRDS: _numbers({1: "head beak bill tail", 2: "wing leg foot feet eye"}),
        _VEHICLES: _numbers({2: "headlight taillight mirror"}),
        _CYCLES: _numbers({1: "seat saddle handlebar", 2: "wheel tire tyre"}),
        _SEATS: _numbers({1: "back backrest", 2: "armrest", 4: "leg"}),
        "table desk": _numbers({4: "leg"}),
    }
)


def _regions(noun: str, whole: Box) -> Mapping[str, Region]:
    """The parts of a kind of thing."""
    if noun in _PEOPLE.split():
        shape = whole.width / whole.height
        return _STANDING if shape < _HALF_FROM else _HALF if shape < _PORTRAIT_FROM else _PORTRAIT
    kinds = {_FOUR_LEGGED: _ANIMAL, _BIRDS: _BIRD, _VEHICLES: _MOTOR, _CYCLES: _CYCLE, _SEATS: _CHAIR}
    nothing: Mapping[str, Region] = {}
    return next((regions for nouns, regions in kinds.items() if noun in nouns.split()), nothing)


_IRREGULAR = MappingProxyType(
    {"men": "man", "women": "woman", "children": "child", "hooves": "hoof", "people": "person", "leaves": "leaf"}
)
_SAME = "glasses sunglasses goggles jeans pants trousers shorts tights leggings slacks clothes overalls dress bus"


def _singular(word: str) -> str:
    """A simple singular, sufficient for the nouns above."""
    if word in _SAME.split() or len(word) < 4:
        return word
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    if word.endswith(("sses", "shes", "ches", "xes", "uses")):
        return word[:-2]
    if word.endswith("ies") and len(word) > 5:
        return word[:-3] + "y"
    return word.removesuffix("s")
