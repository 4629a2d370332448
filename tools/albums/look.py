"""ALL_BOXES and LOOK_AT: detections in one photo of an album. The photos of a batch are processed together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any, Protocol

from ..core.batch_calls import one_by_one
from ..core.errors import LooksmithError, UnknownName, UnreadablePhoto
from ..core.tool import Scored, tool
from ..core.values import Box, Image
from ..models.detect.detector import Detector
from ..runtime.batching import on_every_core
from ..runtime.cache import Recent
from ..see.boxes.parts import is_person
from ..words.vocabulary import Vocabulary
from .files import open_photo
from .unopened import unopened

_REMEMBERED = 256
_UNTOLD = 0.5
"""The confidence that none of the people there is what is looked for."""
FRAME = "(photo)"
"""The label of the box of the photo itself, which comes before the candidates."""


class FindsPhotoBoxes(Protocol):
    """A tool set that finds things in images (see/find/find.py); with `look_many` in many at once."""

    backend: str

    def DETECT(self, image: Image, name: str, which: str = "") -> Any:
        """All boxes of the named thing. Raises UnknownName."""
        ...


class RememberingDetector:
    """A detector that returns known candidates for photos that were processed before.

    detector: looks at everything else, such as parts of photos.
    """

    def __init__(self, detector: Detector) -> None:
        self._detector = detector
        self._told: Recent[list[Box]] = Recent(_REMEMBERED)
        self.backend, self.names, self.thresholds = detector.backend, detector.names, detector.thresholds

    @property
    def vocabulary(self) -> Vocabulary:
        """The vocabulary of the detector's classes."""
        return self._detector.vocabulary

    def load(self) -> None:
        """Load the model."""
        self._detector.load()

    def remember(self, image: Image, boxes: Sequence[Box]) -> None:
        """Set the known candidates of an image."""
        self._told.put(image.key, list(boxes))

    def detect(self, image: Image) -> list[Box]:
        """All candidates, as the detector gave them."""
        return list(self._told.get(image.key, lambda: self._detector.detect(image)))

    def look(self, images: Sequence[Image]) -> None:
        """Look at the images without known candidates."""
        self._detector.look([image for image in images if image.key not in self._told])


class PhotoBoxes:
    """ALL_BOXES, based on a detector with a fixed set of names."""

    def __init__(self, detector: Detector) -> None:
        self._detector = detector
        self.backend = detector.backend
        self.identity, self.occupies = "", ("cpu",)
        self.concurrency, self.server_timeout = 1, 0.0

    def load(self) -> None:
        """Load the model. Raises WeightsError."""
        self._detector.load()

    @tool(batch=16, many="all_many")
    def ALL_BOXES(self, path: str, stamp: str) -> list[Box]:
        """The photo's frame, and every candidate of the detector in it.

        path: of the file. stamp: of its size and its last change.

        Raises UnreadablePhoto.
        """
        (found,) = self.all_many([{"path": path, "stamp": stamp}])
        if isinstance(found, Exception):
            raise found
        return found

    def all_many(self, calls: Sequence[Mapping[str, Any]]) -> list[Any]:
        """ALL_BOXES for each call: a list, or the UnreadablePhoto that it would have raised."""
        opened = opened_photos([call["path"] for call in calls])
        images = [one for one in opened if isinstance(one, Image)]
        self._detector.look(images)
        return [one if isinstance(one, Exception) else self._boxes(one) for one in opened]

    def _boxes(self, image: Image) -> list[Box]:
        frame = Box(0, 0, image.width, image.height, FRAME)
        return [frame, *(_rounded(box) for box in self._detector.detect(image))]


class PhotoLooker:
    """LOOK_AT, based on a finder of things in images. memory: of its detector, if ALL_BOXES is called first."""

    def __init__(self, finder: FindsPhotoBoxes, memory: RememberingDetector | None = None) -> None:
        self._finder = finder
        self._memory = memory
        self.backend = finder.backend
        self.identity, self.occupies = "", ("cpu",)
        self.concurrency, self.server_timeout = 1, 0.0

    def load(self) -> None:
        """Load the models. Raises WeightsError."""
        getattr(self._finder, "load", lambda: None)()

    @tool(batch=16, many="look_many")
    def LOOK_AT(self, path: str, stamp: str, seen: list[Box] | None, name: str, which: str = "") -> Scored[list[Box]]:
        """All boxes of the named thing in a photo; [] if none.

        path, stamp, seen: the photo, as in ALL_BOXES, and what that gave. name, which: as in DETECT.

        Raises UnknownName for a thing that no model has learnt, UnreadablePhoto.
        """
        given = {"path": path, "stamp": stamp, "seen": seen, "name": name, "which": which}
        (found,) = self.look_many([given])
        if isinstance(found, Exception):
            raise found
        return found

    def look_many(self, calls: Sequence[Mapping[str, Any]]) -> list[Any]:
        """LOOK_AT for each call: a Scored, or the LooksmithError that it would have raised."""
        images = self._images(calls)
        readable = [place for place, image in enumerate(images) if isinstance(image, Image)]
        asked = [
            {"image": images[place], "name": calls[place]["name"], "which": calls[place].get("which", "")}
            for place in readable
        ]
        found = dict(zip(readable, self._found(asked) if asked else (), strict=True))
        return [found.get(place, image) for place, image in enumerate(images)]

    def _images(self, calls: Sequence[Mapping[str, Any]]) -> list[Image | UnreadablePhoto]:
        """The photos; those with known candidates are only opened if their pixels are needed."""
        unknown = [call["path"] for call in calls if self._memory is None or not call["seen"]]
        opened = iter(opened_photos(unknown))
        images: list[Image | UnreadablePhoto] = []
        for call in calls:
            if self._memory is None or not call["seen"]:
                images.append(next(opened))
                continue
            frame, *boxes = call["seen"]
            source = sha256(f"{call['path']}\0{call['stamp']}".encode("utf-8", "surrogateescape")).hexdigest()
            image = unopened(Path(call["path"]), source, (round(frame.width), round(frame.height)))
            self._memory.remember(image, boxes)
            images.append(image)
        return images

    def _found(self, asked: Sequence[Mapping[str, Any]]) -> list[Any]:
        """For each photo, the things of exactly that name; if no model can tell, those of a similar name."""
        together = getattr(self._finder, "look_many", None)
        if together is None:
            return one_by_one(asked, self._finder.DETECT)
        found: list[Any] = [_boxes_of(said) for said in together(asked, ["EXISTS"] * len(asked))]
        untold = [place for place, said in enumerate(found) if isinstance(said, UnknownName)]
        if untold:
            near = together([asked[place] for place in untold], ["DETECT"] * len(untold))
            for place, said in zip(untold, near, strict=True):
                found[place] = _boxes_of(_of_people(said, asked[place]["name"]))
        return found


def opened_photos(paths: Sequence[str]) -> list[Image | UnreadablePhoto]:
    """The photos, opened on all cores; for one that cannot be opened, the error."""

    def opened(path: str) -> Image | UnreadablePhoto:
        try:
            return open_photo(Path(path))
        except UnreadablePhoto as error:
            return error

    return on_every_core(opened, paths, 1)


def _boxes_of(said: Any) -> Any:
    """The result of EXISTS or DETECT in the form of DETECT's, without the candidates; errors stay."""
    if isinstance(said, LooksmithError):
        return said
    boxes = said.found if isinstance(said.value, bool) else said.value
    return replace(said, value=list(boxes), scores={}, rejected=(), found=())


def _of_people(said: Any, name: str) -> Any:
    """Without people that no model can classify; other things of a similar name stay."""
    if isinstance(said, LooksmithError) or not any(is_person(box.label) for box in said.value):
        return said
    told = f"left out photos with people of whom no model can tell whether one is a {name}"
    return Scored([], assumptions=(told,), confidence=_UNTOLD)


def _rounded(box: Box) -> Box:
    left, top = round(box.left, 1), round(box.top, 1)
    sides = (left, top, max(round(box.right, 1), left + 0.1), max(round(box.bottom, 1), top + 0.1))
    return Box(*sides, box.label, round(box.score, 3))
