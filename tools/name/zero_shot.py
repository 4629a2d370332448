"""CLASSIFY on a contrastive model, which compares the image with each label.

Radford et al., "Learning Transferable Visual Models From Natural Language Supervision", ICML 2021, section 3.1; with
descriptions of the labels, Pratt et al., "What does a platypus look like?", ICCV 2023 (see `cupl.py`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, Protocol, overload

from ..core.batch_calls import one_by_one
from ..core.errors import InputError
from ..core.over_model import OverModel
from ..core.tool import Scored, tool
from ..core.values import Box, Image
from ..models.encode.contrastive import Contrastive, mean_vector, scores
from ..runtime.vector_cache import Remembered
from ..see.boxes.main_thing import part_of
from ..words.labels import plain_labels
from .answering import several
from .descriptors import Descriptors
from .templates import PLAIN, TEMPLATES, fill

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Prompts = Literal["template", "ensemble", "cupl", "both"]

LABELS = 4096
"""Number of cached label vectors."""


class Describes(Protocol):
    """A source of label descriptions."""

    def describe(self, label: str, domain: str = "") -> Descriptors:
        """The descriptions of a label. Raises ToolError if there are none."""
        ...


class ZeroShotClassifier(OverModel[Contrastive]):
    """The tool CLASSIFY over a contrastive model.

    prompts: the texts that stand for a label: one template, the mean of many ("ensemble"), of sentences that describe
        what it looks like ("cupl"), or "both": the mean of the last two, each of which counts half.
    label_cache: vectors of labels, with counts of hits and misses.

    Raises InputError when `prompts` needs descriptions and there is no describer.
    """

    def __init__(self, model: Contrastive, describer: Describes | None = None, prompts: Prompts = "ensemble") -> None:
        if describer is None and prompts in ("cupl", "both"):
            raise InputError(f"prompts = {prompts!r} needs descriptions.", hint='Use "template" or "ensemble".')
        super().__init__(model)
        self._describer = describer
        self._prompts: Prompts = prompts
        self.label_cache: Remembered[str] = Remembered(LABELS)

    @overload
    def CLASSIFY(self, image: Image, labels: list[str]) -> Scored[str]: ...
    @overload
    def CLASSIFY(self, image: Image, box: Box, labels: list[str]) -> Scored[str]: ...
    @overload
    def CLASSIFY(self, images: list[Image], labels: list[str]) -> Scored[list[str]]: ...
    @tool(batch=32, many="classify_many")
    def CLASSIFY(self, *args: Any, **kwargs: Any) -> Scored[str] | Scored[list[str]]:
        """The label that fits the image, box, or each image best.

        labels: two or more to choose from, in a few words each.
        images: crops, all looked at in one pass.

        The scores of a softmax model sum to 1 over the labels: one label is always best, also where none fits. Those of
        SigLIP are independent, and all are low where none fits.

        Raises ToolError for labels that leave no choice, and for one without a description where it takes one.
        """
        names = ("images", "box", "labels") if len(args) + len(kwargs) == 3 else ("images", "labels")
        named = {**dict(zip(names, args, strict=False)), **kwargs}
        where, labels = named.get("image", named.get("images")), named["labels"]
        if isinstance(where, Image):
            given = self._scores([part_of(where, named.get("box"))], labels)[0]
            return Scored(next(iter(given)), given)
        best = [next(iter(given.items())) for given in self._scores(where or [], labels)]
        told = {f"{label} {number}": score for number, (label, score) in enumerate(best, start=1)}
        return Scored([label for label, _ in best], told)

    def classify_many(self, calls: Sequence[Mapping[str, Any]]) -> list[Any]:
        """CLASSIFY for each call: all images are encoded in one pass, which the model then remembers."""
        images = [image for call in calls if "box" not in call for image in several(call)]
        if images:
            self.model.image_vectors(list(dict.fromkeys(images)))
        return one_by_one(calls, self.CLASSIFY)

    def best(self, image: Image, labels: list[str]) -> dict[str, float]:
        """The score of each label, best first. Raises ToolError for labels that leave no choice."""
        return self._scores([image], labels)[0]

    def _scores(self, images: Sequence[Image], labels: list[str]) -> list[dict[str, float]]:
        """The score of each label, best first, for each image."""
        plain_labels(labels)
        if not images:
            return []
        cosines = self.model.image_vectors(images) @ self.label_vectors([" ".join(label.split()) for label in labels]).T
        rows = scores(cosines, self.model.scale, self.model.bias).tolist()
        return [dict(sorted(zip(labels, row, strict=True), key=lambda item: -item[1])) for row in rows]

    def label_vectors(self, labels: Sequence[str]) -> NDArray[np.float32]:
        """The unit vector of each label, shape (labels, dimensions)."""
        import numpy as np

        found = self.label_cache.vectors({label: label for label in labels}, self._embed)
        return np.stack([found[label] for label in labels])

    def _embed(self, labels: Sequence[str]) -> list[NDArray[np.float32]]:
        """Average the normalized embeddings of each label's texts, and normalize; all texts in one call."""
        kinds = [self._kinds(label) for label in labels]
        texts = list(dict.fromkeys(text for kind in kinds for texts in kind for text in texts))
        vectors = dict(zip(texts, self.model.text_vectors(texts), strict=True))
        return [_mean([_mean([vectors[text] for text in texts]) for texts in kind]) for kind in kinds]

    def _kinds(self, label: str) -> list[tuple[str, ...]]:
        """The texts that stand for a label, by their kind."""
        kinds: list[tuple[str, ...]] = []
        if self._prompts == "template":
            kinds.append((fill(PLAIN, label),))
        if self._prompts in ("ensemble", "both"):
            kinds.append(tuple(fill(template, label) for template in TEMPLATES))
        if self._prompts in ("cupl", "both") and self._describer:
            kinds.append(self._describer.describe(label).sentences)
        return kinds


def _mean(vectors: list[NDArray[np.float32]]) -> NDArray[np.float32]:
    import numpy as np

    return mean_vector(np.stack(vectors))
