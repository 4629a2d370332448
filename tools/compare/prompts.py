"""How an image scores labels by each text that can stand for them: name, templates, descriptions and their means.

Radford et al., "Learning Transferable Visual Models From Natural Language Supervision", ICML 2021, section 3.1.4
(ensembles of templates); Pratt et al., "What does a platypus look like?", ICCV 2023 (descriptions).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from ..core.errors import ToolError
from ..core.values import Image
from ..models.encode.contrastive import Contrastive, mean_vector, scores
from ..name.templates import TEMPLATES, fill

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Kind = Literal["name", "template", "ensemble", "descriptions"]
Describe = Callable[[str], Sequence[str]]
"""Sentences that say what a label looks like. Raises ToolError if there are none."""

FACTORS = (0.25, 0.5, 1.0, 2.0, 4.0)
"""Multiples of the model's own temperature that are shown."""


@dataclass(frozen=True)
class Prompted:
    """The scores of all labels with one kind of text.

    text: the template with `{a}` for the label, or what the texts are; cosines, scores: for each label, in order.
    """

    kind: Kind
    text: str
    cosines: tuple[float, ...]
    scores: tuple[float, ...]

    @property
    def best(self) -> int:
        """The place of the label with the highest score."""
        return max(range(len(self.scores)), key=self.scores.__getitem__)


@dataclass(frozen=True)
class Temperature:
    """The scores of all labels at a multiple of the model's own temperature."""

    factor: float
    scores: tuple[float, ...]


@dataclass(frozen=True)
class Study:
    """What a model thinks of an image.

    prompted: the plain name, each template, their ensemble and, where all labels have them, the mean of descriptions.
    temperatures: of the ensemble; softmax: whether scores sum to 1, otherwise they are independent (SigLIP).
    sentences: the descriptions of each label with their cosines; undescribed: labels without any.
    """

    labels: tuple[str, ...]
    prompted: tuple[Prompted, ...]
    temperatures: tuple[Temperature, ...]
    softmax: bool
    sentences: Mapping[str, tuple[tuple[str, float], ...]]
    undescribed: tuple[str, ...]

    def of(self, kind: Kind) -> tuple[Prompted, ...]:
        """Those with this kind of text."""
        return tuple(one for one in self.prompted if one.kind == kind)

    @property
    def agree(self) -> int:
        """How many templates name the same label as their ensemble."""
        (ensemble,) = self.of("ensemble")
        return sum(one.best == ensemble.best for one in self.of("template"))


class LabelVectors:
    """The vectors of what stands for labels, embedded once for all images."""

    def __init__(self, model: Contrastive, labels: Sequence[str], describe: Describe) -> None:
        self.labels = tuple(labels)
        self.names = model.text_vectors(self.labels)
        self.templates = [model.text_vectors([fill(one, label) for label in labels]) for one in TEMPLATES]
        self.sentences: dict[str, tuple[str, ...]] = {}
        self._described: dict[str, NDArray[np.float32]] = {}
        for label in self.labels:
            try:
                self.sentences[label] = tuple(describe(label))
            except ToolError:
                continue
            self._described[label] = model.text_vectors(self.sentences[label])

    @property
    def ensemble(self) -> NDArray[np.float32]:
        """The mean over templates of each label, shape (labels, dimensions)."""
        import numpy as np

        return np.stack([mean_vector(np.stack(rows)) for rows in zip(*self.templates, strict=True)])

    @property
    def descriptions(self) -> NDArray[np.float32] | None:
        """The mean over the sentences of each label; None if a label has none."""
        import numpy as np

        if len(self._described) < len(self.labels):
            return None
        return np.stack([mean_vector(self._described[label]) for label in self.labels])

    def told(self, vector: NDArray[np.float32]) -> dict[str, tuple[tuple[str, float], ...]]:
        """The sentences of each label with their cosine to an image, the nearest first."""
        found: dict[str, tuple[tuple[str, float], ...]] = {}
        for label, sentences in self.sentences.items():
            near = (self._described[label] @ vector).tolist()
            found[label] = tuple(sorted(zip(sentences, near, strict=True), key=lambda pair: -pair[1]))
        return found


def study(model: Contrastive, image: Image, texts: LabelVectors) -> Study:
    """Compare an image with all texts. Raises what the model raises."""
    (vector,) = model.image_vectors([image])

    def prompted(kind: Kind, text: str, rows: NDArray[np.float32]) -> Prompted:
        cosines = rows @ vector
        return Prompted(kind, text, _plain(cosines), _plain(scores(cosines, model.scale, model.bias)))

    found = [prompted("name", "the name alone", texts.names)]
    found += [prompted("template", text, rows) for text, rows in zip(TEMPLATES, texts.templates, strict=True)]
    found.append(prompted("ensemble", f"the ensemble of all {len(TEMPLATES)} templates", texts.ensemble))
    if texts.descriptions is not None:
        found.append(prompted("descriptions", "the mean of its descriptions", texts.descriptions))
    cosines = texts.ensemble @ vector
    heated = [Temperature(f, _plain(scores(cosines, model.scale / f, _heated(model.bias, f)))) for f in FACTORS]
    undescribed = tuple(label for label in texts.labels if label not in texts.sentences)
    return Study(texts.labels, tuple(found), tuple(heated), model.bias is None, texts.told(vector), undescribed)


def _heated(bias: float | None, factor: float) -> float | None:
    return None if bias is None else bias / factor


def _plain(values: NDArray[np.float32] | NDArray[np.float64]) -> tuple[float, ...]:
    return tuple(float(value) for value in values)
