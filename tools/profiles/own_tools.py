"""Adapters between users' models and the tools: they validate, convert and cache results."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, overload

from ..core.errors import LooksmithError, ToolError
from ..core.tool import Scored, tool
from ..core.values import Box, Image
from ..models.detect.detector import THRESHOLD
from ..models.detect.postprocess import boxes_of
from ..runtime.cache import Recent
from ..see.boxes.main_thing import about, part_of
from ..words.labels import plain_labels
from ..words.vocabulary import Vocabulary
from ..words.wordnet import WordNet

REMEMBERED = 32
"""Number of images whose boxes are cached."""


class _Own:
    """A user's model, loaded once; its errors are reported with its name."""

    def __init__(self, model: Any) -> None:
        self._model = model
        self._loaded = False
        self.backend = str(getattr(model, "backend", type(model).__name__))

    def load(self) -> None:
        """Load it. Raises ToolError if it fails."""
        load = getattr(self._model, "load", None)
        if not self._loaded and load is not None:
            self._told("load", load)
        self._loaded = True

    def asked(self, method: str, *given: Any) -> Any:
        """Call a method. Raises ToolError if it fails."""
        return self._told(method, getattr(self._model, method), *given)

    def _told(self, method: str, function: Any, *given: Any) -> Any:
        try:
            return function(*given)
        except LooksmithError:
            raise
        except Exception as error:
            raise ToolError(f"{self.backend}.{method} raised {type(error).__name__}: {error}") from error

    def boxes(self, image: Image, method: str, rows: Any, label: str = "") -> list[Box]:
        """Convert rows of left, top, right, bottom, label and score, in pixels of the image, to boxes, best first.

        label: the label of all rows, which then have none. Raises ToolError for malformed rows.
        """
        import numpy as np

        by_label: dict[str, list[list[float]]] = {}
        for row in self._rows(method, rows, label):
            by_label.setdefault(str(row[4]), []).append([*map(float, row[:4]), float(row[5])])
        found: list[Box] = []
        for name, numbers in by_label.items():
            table = np.array(numbers)
            found += boxes_of(image, table[:, :4], table[:, 4], name, floor=0.0, overlap=1.0)
        return sorted(found, key=lambda box: -box.score)

    def _rows(self, method: str, rows: Any, label: str) -> Iterable[Sequence[Any]]:
        wanted = "left, top, right, bottom, score" if label else "left, top, right, bottom, label, score"
        try:
            for row in rows:
                left, top, right, bottom, *named, score = row
                (name,) = named or [label]
                yield [float(left), float(top), float(right), float(bottom), name, float(score)]
        except (TypeError, ValueError):
            said = f"{self.backend}.{method} did not return a list of boxes."
            raise ToolError(said, hint=f"Each box is ({wanted}), in pixels of the image.") from None


class OwnDetector(_Own):
    """A user's detector with a fixed vocabulary (`Detector` in tools/models/detect/detector.py).

    Its `threshold` is the minimum score of a detection, by default 0.4.
    """

    def __init__(self, model: Any, wordnet: WordNet) -> None:
        super().__init__(model)
        self.names = tuple(map(str, model.names))
        self.thresholds: Mapping[str, float] = dict.fromkeys(self.names, float(getattr(model, "threshold", THRESHOLD)))
        self.vocabulary = Vocabulary(self.names, wordnet)
        self._seen: Recent[list[Box]] = Recent(REMEMBERED)

    def detect(self, image: Image) -> list[Box]:
        """All candidates, best first, in pixels of the original. Raises ToolError."""
        return list(self._seen.get(image.key, lambda: self._detect(image)))

    def look(self, images: Sequence[Image]) -> None:
        """Process several images, one after another."""
        for image in images:
            self.detect(image)

    def _detect(self, image: Image) -> list[Box]:
        found = self.boxes(image, "detect", self.asked("detect", image.pixels))
        strange = next((box.label for box in found if box.label not in self.names), None)
        if strange is not None:
            raise ToolError(f"{self.backend}.detect returned {strange!r:.60}, which is not in its `names`.")
        return found


class OwnPhrases(_Own):
    """A user's detector for arbitrary phrases (`PhraseDetector` in tools/see/finders/phrase_eye.py)."""

    independent = True

    def __init__(self, model: Any) -> None:
        super().__init__(model)
        self.threshold = float(getattr(model, "threshold", THRESHOLD))

    def find(self, images: Sequence[Image], phrases: Sequence[str]) -> list[list[list[Box]]]:
        """The candidates for each image and phrase, best first. Raises ToolError."""
        return [[self._found(image, phrase) for phrase in phrases] for image in images]

    def _found(self, image: Image, phrase: str) -> list[Box]:
        return self.boxes(image, "find", self.asked("find", image.pixels, phrase), phrase)


class OwnClassifier(_Own):
    """The tool CLASSIFY on a user's classifier."""

    @overload
    def CLASSIFY(self, image: Image, labels: list[str]) -> Scored[str]: ...
    @overload
    def CLASSIFY(self, image: Image, box: Box, labels: list[str]) -> Scored[str]: ...
    @tool
    def CLASSIFY(self, *args: Any, **kwargs: Any) -> Scored[str]:
        """The label that names the main thing, or the box, best.

        labels: two or more to choose from.

        Raises ToolError for labels that leave no choice.
        """
        call = about("labels", *args, **kwargs)
        labels: list[str] = call["labels"]
        plain_labels(labels)
        scores = self.asked("classify", part_of(call["image"], call.get("box")).pixels, labels)
        try:
            given = {label: float(score) for label, score in zip(labels, scores, strict=True)}
        except (TypeError, ValueError):
            raise ToolError(f"{self.backend}.classify did not return one score per label.") from None
        ordered = dict(sorted(given.items(), key=lambda item: -item[1]))
        return Scored(next(iter(ordered)), ordered)
