"""A finder on an open-vocabulary detector: any noun, also with preceding words ("red cup")."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Protocol

from ...core.errors import ToolError
from ...core.over_model import Loadable
from ...core.values import Box, Image
from ...models.detect.postprocess import one_name_each
from ...phrases.conditions import read_phrase
from ...runtime.cache import Recent
from ...words import coco_classes
from ...words.vocabulary import KnownName, Vocabulary
from ...words.wordnet import WordNet
from .detector_phrases import read_phrases
from .sights import Sight

LOOKS = 256
"""Number of cached detections, so that LOC, DETECT, EXISTS and COUNT of the same name share one pass."""
_PASSES = (1, 2, 4, 8)
"""Into how many passes the phrases go that are more than a detector reads at once."""
_ONE_THING = 0.75
"""Intersection over union from which two boxes of different names are one thing, which the better one names."""

MORE: tuple[str, ...] = (
    *("bag", "ball", "balloon", "basket", "belt", "bicycle helmet", "blanket", "boot", "box", "bracelet", "bridge"),
    *("bucket", "building", "butterfly", "cabinet", "camera", "candle", "cap", "carpet", "coat", "computer monitor"),
    *("curtain", "desk", "door", "dress", "drum", "fence", "flag", "flower", "fountain", "glasses", "glove", "guitar"),
    *("hat", "helmet", "house", "jacket", "ladder", "lamp", "leaf", "mirror", "mountain", "necklace", "painting"),
    *("pants", "pen", "picture frame", "pillow", "plate", "pot", "rock", "rope", "rug", "scarf", "shelf", "shirt"),
    *("shoe", "shorts", "sign", "skirt", "statue", "stool", "street light", "sunglasses", "table", "towel", "tower"),
    *("trash can", "tree", "wall", "watch", "wheel", "window", "grape", "lemon", "pear", "strawberry", "tomato"),
    *("bread", "potato", "cheese", "duck", "chicken", "goat", "pig", "monkey", "rabbit", "fish", "turtle", "van"),
)
"""Everyday nouns beside COCO's, in the words of people who describe photos."""


class PhraseDetector(Loadable, Protocol):
    """A model that finds what a phrase says."""

    @property
    def threshold(self) -> float:
        """The score from which a candidate counts as found."""
        ...

    @property
    def independent(self) -> bool:
        """Is each phrase looked for as if it were alone, whichever others are in the pass?"""
        ...

    def find(self, images: Sequence[Image], phrases: Sequence[str]) -> list[list[list[Box]]]:
        """For each image and each phrase the candidates, best first, also poor ones, labelled with the phrase.

        All phrases are looked for in one pass over the images. Raises ToolError.
        """
        ...


class PhraseEye:
    """Finds what a phrase detector finds. Of a kind ("animal") it also looks for the everyday names."""

    def __init__(self, detector: PhraseDetector, wordnet: WordNet) -> None:
        self.detector = detector
        self._vocabulary = Vocabulary((*coco_classes.KNOWN, *map(KnownName, MORE)), wordnet)
        self._seen: Recent[list[list[Box]]] = Recent(LOOKS)

    @property
    def names(self) -> tuple[str, ...]:
        """What it looks for where everything is asked for."""
        return self._vocabulary.names

    def load(self) -> None:
        """Bring the detector into memory."""
        self.detector.load()

    def look(self, images: Sequence[Image]) -> None:
        """Nothing: an image is looked at for a phrase. See `look_for`."""

    def look_for(self, looks: Sequence[tuple[Image, Sequence[str]]]) -> None:
        """Look for phrases in images, each its own, in as few passes as can be; what was seen is remembered."""
        new = {(image.key, *phrases): (image, list(phrases)) for image, phrases in looks}
        new = {key: look for key, look in new.items() if key not in self._seen}
        for key, found in (self._by_image(new) if self.detector.independent else self._by_phrase(new)).items():
            self._seen.put(key, found)

    def knows(self, noun: str) -> bool:
        """Every noun. Raises ToolError for what names no thing."""
        return bool(read_phrases([noun]))

    def kinds_of(self, noun: str) -> tuple[str, ...]:
        """The everyday names of a kind: of "fruit" banana, apple, orange. None for what is no kind."""
        match = self._vocabulary.find(noun)
        return match.names if match.how == "wider" else ()

    def phrases_of(self, noun: str) -> tuple[str, ...]:
        """What the detector is asked for: the names of a kind, and the noun itself last. Raises ToolError."""
        (phrase,) = read_phrases([noun])
        return (*(name for name in self.kinds_of(noun) if name != phrase), phrase)

    def find(self, image: Image, noun: str, *, told_apart: bool) -> Sight:
        """What is seen under the noun, which may have attributes in front, labelled with the bare noun.

        Things of a kind are labelled with their own names. Raises ToolError for what names no thing.
        """
        return self.found(noun, self.candidates(image, self.phrases_of(noun)))

    def found(self, noun: str, candidates: Sequence[Sequence[Box]]) -> Sight:
        """What counts as found. candidates: of the names of a kind, and last of the noun itself."""
        *named, own = candidates
        # A box that only the wide word fits comes last: its name says less.
        enough, head = self.detector.threshold, read_phrase(noun).name
        own = [replace(box, label=head) for box in own]
        boxes = _sure(own, enough)
        if named:
            first = one_name_each(_sure([box for some in named for box in some], enough), _ONE_THING)
            boxes = one_name_each([*first, *boxes], _ONE_THING)
        return Sight(tuple(boxes), tuple(box for box in own if box.score < enough))

    def resembling(self, image: Image, noun: str) -> Sight:
        """Nothing: whatever the noun, it was looked for itself."""
        return Sight(())

    def everything(self, image: Image) -> Sequence[Box]:
        """All things of everyday names, one name for each thing."""
        every = [box for some in self.candidates(image, self.names) for box in some]
        return one_name_each(_sure(every, self.detector.threshold), _ONE_THING)

    def is_kind(self, name: str, kind: str) -> bool:
        """Is the name a kind of that?"""
        return bool(self._vocabulary.kind_of(name, kind))

    def candidates(self, image: Image, phrases: Sequence[str]) -> list[list[Box]]:
        """The candidates for each phrase, all looked for together. Raises ToolError."""
        return self._seen.get((image.key, *phrases), lambda: self._in_passes([image], phrases)[0])

    def _in_passes(self, images: Sequence[Image], phrases: Sequence[str]) -> list[list[list[Box]]]:
        """As the detector finds, also where the phrases are more than it reads at once."""
        for passes in _PASSES:
            size = -(-len(phrases) // passes)
            starts = range(0, len(phrases), size)
            try:
                parts = [self.detector.find(images, phrases[start : start + size]) for start in starts]
            except ToolError:
                if size == 1 or passes == _PASSES[-1]:
                    raise
            else:
                return [[boxes for part in parts for boxes in part[number]] for number in range(len(images))]
        raise AssertionError

    def _by_image(self, new: Mapping[Any, tuple[Image, list[str]]]) -> dict[Any, list[list[Box]]]:
        """The candidates of each look, all phrases of an image in one pass."""
        wanted: dict[Image, dict[str, None]] = {}
        for image, phrases in new.values():
            wanted.setdefault(image, {}).update(dict.fromkeys(phrases))
        found: dict[Image, dict[str, list[Box]]] = {}
        for image, phrases in wanted.items():
            found[image] = dict(zip(phrases, self._in_passes([image], list(phrases))[0], strict=True))
        return {key: [found[image][phrase] for phrase in phrases] for key, (image, phrases) in new.items()}

    def _by_phrase(self, new: Mapping[Any, tuple[Image, list[str]]]) -> dict[Any, list[list[Box]]]:
        """The candidates of each look, images of one size that are asked the same in one pass: others are padded."""
        groups: dict[Any, list[Any]] = {}
        for key, (image, phrases) in new.items():
            groups.setdefault((image.width, image.height, *phrases), []).append(key)
        found: dict[Any, list[list[Box]]] = {}
        for keys in groups.values():
            _, phrases = new[keys[0]]
            found.update(zip(keys, self._in_passes([new[key][0] for key in keys], phrases), strict=True))
        return found


def _sure(boxes: Sequence[Box], threshold: float) -> list[Box]:
    return sorted((box for box in boxes if box.score >= threshold), key=lambda box: -box.score)
