"""CLASSIFY on an ImageNet classifier, whose classes are mapped to arbitrary labels by meaning.

The idea is that of Norouzi et al., "Zero-Shot Learning by Convex Combination of Semantic Embeddings", ICLR 2014: the
classifier says which of its classes an image may show, a text encoder how near each of them is to the labels.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol, overload

from ..core.batch_calls import alone, each_by_itself, in_one_pass
from ..core.errors import ToolError, UnknownName
from ..core.tool import Scored, tool
from ..core.values import Box, Image
from ..models.detect.detector import Detector
from ..see.boxes.main_thing import about, labels_on, part_of
from ..see.color.color import COLORS
from ..see.find.judge import TellsManner
from ..see.find.states import TellsColors, choose_state
from ..see.people.posture import BoxPosture
from ..words.kinds import Kinds
from ..words.labels import plain_labels
from ..words.wordnet import WordNet

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

# Tuned with each ImageNet class in turn as the only candidate: on 11 label sets with known classes, 94 % right,
# 2 % wrong, 4 % rejected; on 21 sets unrelated to objects (happy or sad, full or empty), 96 % rejected.
_TEMPERATURE = 0.05
_RELATED = 0.3
_ENOUGH = 0.2
_CANDIDATES = 32
_CLEAR, _SURE, _UNSURE = 0.3, 0.75, 0.55  # a score, and how often a label is right from it on, and below it
_LITTLE = 0.02
"""What is enough where WordNet says which classes are which label's: the label's rivals have even less."""


class ImageClassifier(Protocol):
    """A classifier with a fixed set of classes, each with a gloss."""

    glosses: tuple[str, ...]
    synsets: tuple[str, ...]

    def load(self) -> None:
        """Read the weights into memory."""
        ...

    def probabilities(self, images: Sequence[Image]) -> NDArray[np.float32]:
        """Shape (images, classes), rows sum to 1."""
        ...


class SentenceEncoder(Protocol):
    """A text encoder."""

    def load(self) -> None:
        """Read the weights into memory."""
        ...

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit vectors, shape (texts, dimensions)."""
        ...


class Classifier:
    """The tool CLASSIFY on an image classifier and a sentence encoder."""

    backend = "efficientnet-lite0"

    def __init__(
        self,
        model: ImageClassifier,
        encoder: SentenceEncoder,
        wordnet: WordNet | None = None,
        detector: Detector | None = None,
        colors: TellsColors | None = None,
        manner: TellsManner | None = None,
    ) -> None:
        self._colors = colors
        self._manner = manner or BoxPosture()
        self._model = model
        self._encoder = encoder
        self._wordnet = wordnet
        self._detector = detector
        self._kinds: Kinds | None = None

    def load(self) -> None:
        """Load both models. Raises WeightsError when their weights have not been pulled."""
        self._model.load()
        self._encoder.load()
        if self._wordnet is not None:
            self._wordnet.load()
            self._kinds = self._kinds or Kinds(self._model.synsets, self._wordnet)
        if self._detector is not None:
            self._detector.load()

    @overload
    def CLASSIFY(self, image: Image, labels: list[str]) -> Scored[str]: ...
    @overload
    def CLASSIFY(self, image: Image, box: Box, labels: list[str]) -> Scored[str]: ...
    @tool(batch=32, many="classify_many")
    def CLASSIFY(self, *args: Any, **kwargs: Any) -> Scored[str]:
        """The label that names the main thing, or the box, best.

        labels: two or more kinds of thing to choose from; or colors, "sitting" and "standing", "light" and "dark".

        Each ImageNet class gives its probability to the labels that it is a kind of. One that is a kind of none, and
        each where a label has no class, gives it to the labels near it if it is among the likeliest 32: by a softmax
        over cosine similarities of the label and the class's names and WordNet definition, where "none of these" takes
        part as if it had similarity 0.3, so the scores sum to less than 1. A detector's score for what it finds there
        is added to the labels that it knows.

        Raises ToolError for labels that leave no choice, UnknownName when none is near what the image seems to show.
        """
        return alone(self.classify_many, **about("labels", *args, **kwargs))

    def classify_many(self, calls: Sequence[Mapping[str, Any]]) -> list[Any]:
        """CLASSIFY for each call: one pass over all images, and one over all texts; states need neither."""
        answers = each_by_itself(calls, [self._state] * len(calls))
        left = [call for call, answer in zip(calls, answers, strict=True) if answer is None]
        kinds = iter(in_one_pass(left, _read, self._probabilities, lambda call, row: self._choose(row, call)))
        return [next(kinds) if answer is None else answer for answer in answers]

    def _state(self, image: Image, labels: list[str], box: Box | None = None) -> Scored[str] | None:
        plain_labels(labels)
        return choose_state(image, box, labels, self._colors, self._manner) if self._colors else None

    def _probabilities(self, calls: Sequence[Mapping[str, Any]]) -> list[NDArray[np.float32]]:
        images: dict[Image, None] = dict.fromkeys(call["part"] for call in calls)
        rows = dict(zip(images, self._model.probabilities(list(images)), strict=True))
        texts = [self._model.glosses[int(i)] for row in rows.values() for i in _likeliest(row)]
        self._encoder.encode([*texts, *(label for call in calls for label in call["labels"])])  # which it remembers
        return [rows[call["part"]] for call in calls]

    def _choose(self, probabilities: NDArray[np.float32], call: Mapping[str, Any]) -> Scored[str]:
        """The best label given the class probabilities of an image. Raises UnknownName."""
        labels: list[str] = call["labels"]
        shares = self._by_meaning(probabilities, labels)
        enough = _ENOUGH
        if (known := self._by_kind(labels)) is not None:
            shares[known.any(axis=1)] = known[known.any(axis=1)]
            enough = _LITTLE
        detected = self._detected(call)
        totals = ((probabilities @ shares + detected) / (1 + detected.sum())).tolist()
        scores = dict(sorted(zip(labels, totals, strict=True), key=lambda item: -item[1]))
        best = next(iter(scores))
        if scores[best] < enough:
            raise UnknownName(
                f"CLASSIFY cannot tell which of {', '.join(labels)} this is.",
                hint="It knows 1000 kinds of object, and none that it sees here is near these labels; "
                "people and parts are found with EXISTS or DETECT, colours with COLOR.",
            )
        return Scored(best, scores, confidence=_SURE if scores[best] >= _CLEAR else _UNSURE)

    def _by_kind(self, labels: list[str]) -> NDArray[np.float32] | None:
        """How much of each class belongs to each label, shape (classes, labels), by WordNet; None where it cannot say.

        That is where a label is no kind of thing with classes of its own, or where it has the same as another.
        """
        import numpy as np

        if self._kinds is None:
            return None
        under = [self._kinds.classes_of(label) for label in labels]
        if not all(under) or len(set(under)) < len(under):
            return None
        shares = np.zeros((len(self._model.synsets), len(labels)), np.float32)
        for label, some in enumerate(under):
            shares[list(some), label] = 1
        shares[shares.sum(axis=1) == len(labels)] = 0
        return shares / shares.sum(axis=1, keepdims=True).clip(min=1)

    def _by_meaning(self, probabilities: NDArray[np.float32], labels: list[str]) -> NDArray[np.float32]:
        """The same for the likeliest classes, by similarity; the others belong to none."""
        import numpy as np

        likeliest = _likeliest(probabilities)
        classes = self._encoder.encode([self._model.glosses[int(i)] for i in likeliest])
        shares = np.zeros((len(probabilities), len(labels)), np.float32)
        shares[likeliest] = share_among(classes @ self._encoder.encode(labels).T)
        return shares

    def _detected(self, call: Mapping[str, Any]) -> NDArray[np.float32]:
        """The detector's score for each label, shape (labels,)."""
        import numpy as np

        labels: list[str] = call["labels"]
        given = np.zeros(len(labels), np.float32)
        if self._detector is None or self._kinds is None:
            return given
        under = [self._kinds.detected_as(label) for label in labels]
        for name, score in labels_on(self._detector, call["image"], call.get("box")).items():
            belongs = [name in some for some in under]
            if any(belongs) and not all(belongs):
                given = np.maximum(given, np.array(belongs, np.float32) * score / sum(belongs))
        return given


def _likeliest(probabilities: NDArray[np.float32]) -> NDArray[np.intp]:
    """The likeliest classes, best first."""
    return probabilities.argsort()[::-1][:_CANDIDATES]


def share_among(similarities: NDArray[np.float32]) -> NDArray[np.float32]:
    """How much of each class belongs to each label: shape (classes, labels), rows sum to less than 1.

    similarities: cosine of class and label, shape (classes, labels).
    """
    import numpy as np

    weights = np.exp((similarities - _RELATED) / _TEMPERATURE)
    return weights / (1 + weights.sum(axis=1, keepdims=True))


def _read(call: Mapping[str, Any]) -> Mapping[str, Any]:
    """The call and its image region. Raises ToolError for invalid calls."""
    _check_labels(call["labels"])
    return {**call, "part": part_of(call["image"], call.get("box"))}


def _check_labels(labels: list[str]) -> None:
    """Raises ToolError when the labels leave nothing to choose, or are no kinds of thing."""
    plain = plain_labels(labels)
    if all(label in COLORS or label == "grey" for label in plain):
        raise ToolError("CLASSIFY tells kinds of thing, not colours.", hint="Use COLOR(image) or COLOR(image, box).")
