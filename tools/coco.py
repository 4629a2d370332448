"""What people call the 80 classes of COCO (Lin et al., "Microsoft COCO", ECCV 2014).

A word is taken for a class only where both mean the same. A kind that the detector cannot tell apart ("woman") is
refused with a reason: the answer to "how many women?" is not the number of people.
"""

from __future__ import annotations

import re
from difflib import get_close_matches
from functools import cache

from .errors import ToolError, UnknownName

CLASSES: tuple[str, ...] = (
    *("person", "bicycle", "car", "motorcycle", "airplane", "bus", "train", "truck", "boat", "traffic light"),
    *("fire hydrant", "stop sign", "parking meter", "bench", "bird", "cat", "dog", "horse", "sheep", "cow"),
    *("elephant", "bear", "zebra", "giraffe", "backpack", "umbrella", "handbag", "tie", "suitcase", "frisbee"),
    *("skis", "snowboard", "sports ball", "kite", "baseball bat", "baseball glove", "skateboard", "surfboard"),
    *("tennis racket", "bottle", "wine glass", "cup", "fork", "knife", "spoon", "bowl", "banana", "apple"),
    *("sandwich", "orange", "broccoli", "carrot", "hot dog", "pizza", "donut", "cake", "chair", "couch"),
    *("potted plant", "bed", "dining table", "toilet", "tv", "laptop", "mouse", "remote", "keyboard"),
    *("cell phone", "microwave", "oven", "toaster", "sink", "refrigerator", "book", "clock", "vase", "scissors"),
    *("teddy bear", "hair drier", "toothbrush"),
)
"""In the order of the detector's outputs."""

_SAME: dict[str, tuple[str, ...]] = {
    "person": ("human", "human being", "individual"),
    "bicycle": ("bike", "pedal bike", "push bike"),
    "car": ("automobile", "motor car"),
    "motorcycle": ("motorbike",),
    "airplane": ("aeroplane", "plane", "aircraft"),
    "train": ("railway train",),
    "truck": ("lorry",),
    "traffic light": ("traffic signal", "stop light", "traffic lamp"),
    "fire hydrant": ("hydrant",),
    "cow": ("cattle",),
    "backpack": ("rucksack",),
    "handbag": ("purse",),
    "tie": ("necktie",),
    "frisbee": ("flying disc", "flying disk"),
    "skis": ("ski", "pair of skis"),
    "sports ball": ("sport ball",),
    "baseball glove": ("baseball mitt", "catcher's mitt"),
    "tennis racket": ("tennis racquet",),
    "wine glass": ("glass of wine",),
    "cup": ("mug", "coffee cup", "coffee mug", "tea cup", "tea mug", "cup of coffee", "cup of tea"),
    "broccoli": ("head of broccoli",),
    "donut": ("doughnut",),
    "couch": ("sofa", "settee"),
    "potted plant": ("plant", "pot plant", "houseplant"),
    "dining table": ("table", "dinner table", "dining room table"),
    "tv": ("television", "tv set", "television set", "telly", "monitor"),
    "laptop": ("laptop computer", "notebook computer"),
    "mouse": ("computer mouse",),
    "remote": ("remote control", "tv remote", "remote controller"),
    "keyboard": ("computer keyboard",),
    "cell phone": ("phone", "mobile phone", "mobile", "smartphone", "cellular phone"),
    "microwave": ("microwave oven",),
    "sink": ("washbasin",),
    "refrigerator": ("fridge",),
    "vase": ("flower vase",),
    "scissors": ("pair of scissors", "scissor"),
    "teddy bear": ("teddy", "stuffed bear", "toy bear"),
    "hair drier": ("hair dryer", "blow dryer"),
}

_KINDS: dict[str, tuple[str, ...]] = {
    "person": (
        *("man", "woman", "child", "boy", "girl", "baby", "kid", "lady", "gentleman", "guy", "toddler", "adult"),
        *("pedestrian", "driver", "rider", "cyclist", "player", "passenger", "astronaut", "soldier", "worker"),
        *("policeman", "cook", "chef", "waiter", "student", "teacher", "nurse", "doctor", "skier", "surfer"),
    ),
    "car": ("taxi", "cab", "van", "minivan", "suv", "jeep", "limousine", "police car", "sports car"),
    "motorcycle": ("moped", "scooter", "dirt bike"),
    "airplane": ("jet", "airliner", "biplane", "fighter jet"),
    "bus": ("minibus", "school bus", "double decker"),
    "train": ("tram", "locomotive", "subway train"),
    "truck": ("pickup", "pickup truck", "fire truck", "dump truck"),
    "boat": ("ship", "yacht", "sailboat", "canoe", "kayak", "ferry", "rowboat"),
    "bird": ("duck", "goose", "pigeon", "seagull", "parrot", "chicken", "swan", "owl", "eagle", "penguin"),
    "cat": ("kitten", "tabby"),
    "dog": ("puppy", "poodle", "labrador", "terrier"),
    "horse": ("pony", "foal"),
    "sheep": ("lamb", "ram"),
    "cow": ("bull", "calf", "ox"),
    "bear": ("polar bear", "panda", "grizzly"),
    "suitcase": ("trunk", "briefcase"),
    "sports ball": ("ball", "football", "soccer ball", "basketball", "tennis ball", "baseball", "volleyball"),
    "bottle": ("wine bottle", "beer bottle", "water bottle"),
    "knife": ("kitchen knife", "butter knife"),
    "cake": ("birthday cake", "cupcake", "wedding cake"),
    "sandwich": ("burger", "hamburger", "cheeseburger"),
    "chair": ("armchair", "stool", "office chair", "rocking chair"),
    "dining table": ("desk", "coffee table"),
    "potted plant": ("flower", "cactus"),
    "tv": ("screen", "computer screen", "display"),
    "cell phone": ("telephone", "iphone"),
    "oven": ("stove", "cooker"),
    "clock": ("watch", "wristwatch", "alarm clock"),
    "book": ("magazine", "notebook"),
}

_SEVERAL: dict[str, tuple[str, ...]] = {
    "vehicle": ("car", "motorcycle", "bus", "truck", "bicycle", "train", "boat", "airplane"),
    "animal": ("bird", "cat", "dog", "horse", "sheep", "cow", "elephant", "bear", "zebra", "giraffe"),
    "pet": ("cat", "dog"),
    "bag": ("backpack", "handbag", "suitcase"),
    "luggage": ("suitcase", "backpack", "handbag"),
    "fruit": ("banana", "apple", "orange"),
    "vegetable": ("broccoli", "carrot"),
    "food": ("sandwich", "hot dog", "pizza", "donut", "cake", "banana", "apple", "orange", "broccoli", "carrot"),
    "cutlery": ("fork", "knife", "spoon"),
    "glass": ("wine glass", "cup"),
    "bat": ("baseball bat",),
    "racket": ("tennis racket",),
    "furniture": ("chair", "couch", "bed", "dining table", "bench"),
    "computer": ("laptop", "tv", "keyboard", "mouse"),
}

_PLURALS: dict[str, str] = {
    **{"person": "people", "human being": "human beings", "mouse": "mice", "computer mouse": "computer mice"},
    **{"sheep": "sheep", "skis": "skis", "scissors": "scissors", "cattle": "cattle", "aircraft": "aircraft"},
    **{"man": "men", "woman": "women", "child": "children", "policeman": "policemen", "gentleman": "gentlemen"},
    **{"goose": "geese", "ox": "oxen", "calf": "calves", "luggage": "luggage", "cutlery": "cutlery"},
}


def resolve(name: str) -> str:
    """The class that people mean by `name`; case, articles, hyphens, spaces and plural do not matter.

    Raises UnknownName, with the nearest class and why it is not the same, and ToolError for an empty name.
    """
    words = _words(name)
    if not words:
        raise ToolError(f"{name!r} names nothing to look for.", hint='Give a common noun, such as "cup".')
    known = _known().get(_key(words))
    if known is None:
        raise UnknownName(f'The detector does not know "{name:.80}".', hint=_nearest(words))
    return known


def _words(name: str) -> list[str]:
    """Lower-case words without a leading article."""
    words = re.findall(r"[^\W_]+", name.lower().replace("'", ""))
    return words[1:] if len(words) > 1 and words[0] in ("a", "an", "the", "some", "any") else words


def _key(words: list[str]) -> str:
    return "".join(words)


def _plural(noun: str) -> str:
    """English plural of a noun, by rule but for the irregular ones."""
    if noun in _PLURALS:
        return _PLURALS[noun]
    head, of, rest = noun.partition(" of ")
    if of:
        return f"{_plural(head)}{of}{rest}"
    if noun.endswith("fe"):
        return f"{noun[:-2]}ves"
    if re.search(r"[^aeiou]y$", noun):
        return f"{noun[:-1]}ies"
    return f"{noun}es" if noun.endswith(("s", "x", "ch", "sh")) else f"{noun}s"


def _forms(noun: str) -> set[str]:
    """The keys of a noun: singular, plural, and the regular plural of an irregular one ("persons")."""
    return {_key(_words(form)) for form in (noun, _plural(noun), f"{noun}s")}


@cache
def _known() -> dict[str, str]:
    """Key to class, for everything that means the same."""
    nouns = {noun: name for name in CLASSES for noun in (name, *_SAME.get(name, ()))}
    return {key: name for noun, name in nouns.items() for key in _forms(noun)}


def _nearest(words: list[str]) -> str:
    """What to ask for instead, and why that is not the same."""
    said, key = " ".join(words), _key(words)
    for name, kinds in _KINDS.items():
        if any(key in _forms(kind) for kind in kinds):
            return f'The nearest that it knows is "{name}": it does not tell "{said}" from any other {name}.'
    for group, members in _SEVERAL.items():
        if key in _forms(group):
            return f"Look for each of these that you mean: {', '.join(members)}."
    if len(words) > 1 and words[-1] in _known():
        head = _known()[words[-1]]
        return f'It knows "{head}": find that, then test for "{" ".join(words[:-1])}" on the crop of each.'
    spelled = {_key(_words(noun)): noun for name in CLASSES for noun in (name, *_SAME.get(name, ()))}
    near = [f'"{spelled[match]}"' for match in get_close_matches(key, spelled, n=3, cutoff=0.75)]
    guess = f"Did you mean {' or '.join(near)}? " if near else ""
    return f"{guess}It knows {len(CLASSES)} names: `looksmith tools DETECT` lists them."
