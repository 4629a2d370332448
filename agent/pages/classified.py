"""What a contrastive model thinks of images and labels, as one self-contained page, and in a notebook."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ...tools.compare.matrix import Matrix
from ...tools.compare.plane import Plane, planes
from ...tools.compare.prompts import Describe, LabelVectors, Study, study
from ...tools.core.errors import InputError
from ...tools.core.values import Image
from ...tools.models.encode.contrastive import Contrastive
from ...tools.name.word_order import WordOrder, word_order_probe
from ...tools.words.labels import plain_labels
from .notebook import framed
from .page import templates
from .photos import image_photo

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

PAIR = ("a mug in some grass", "some grass in a mug")
"""Texts of the same words that each page compares with its images."""
MAX_IMAGES = 64
_CELLS = 400
"""Cells of a matrix that are written into."""


@dataclass(frozen=True)
class Spot:
    """A vector on the map. kind: image, ensemble, prompt or text; group: the place of its label or image."""

    kind: str
    group: int
    text: str


@dataclass(frozen=True)
class Classified:
    """What a model thinks. A notebook shows it as a page.

    model, backend: its name in the profile, and what runs it; names: of the images.
    studies: of each image; matrix: of the images and the labels' ensembles, followed by further texts.
    spots, maps: what the maps show, and where. order: the word-order probe; pair: its first pair's cosines to each
    image.
    """

    model: str
    backend: str
    names: tuple[str, ...]
    images: tuple[Image, ...]
    studies: tuple[Study, ...]
    matrix: Matrix
    spots: tuple[Spot, ...]
    maps: tuple[Plane, ...]
    order: WordOrder
    pair: tuple[tuple[float, float], ...]

    def html(self) -> str:
        """A self-contained page."""
        photos = [image_photo(image, str(number)) for number, image in enumerate(self.images)]
        cells = self.matrix.cosines.size <= _CELLS
        return templates().get_template("classified.html").render(shown=self, photos=photos, pair=PAIR, cells=cells)

    def _repr_html_(self) -> str:
        """The notebook representation."""
        return framed(self.html(), f"{self.model}: {', '.join(self.studies[0].labels)}")


def classify(
    named: tuple[str, Contrastive],
    images: Sequence[tuple[Image, str]],
    labels: Sequence[str],
    describe: Describe,
    texts: Sequence[str] = (),
) -> Classified:
    """Look at images with a model. texts: compared with the images beside the labels.

    Raises InputError for no image or too many, ToolError for labels that leave no choice, and what the model raises.
    """
    name, model = named
    if not 0 < len(images) <= MAX_IMAGES:
        raise InputError(f"Pass 1 to {MAX_IMAGES} images, not {len(images)}.")
    plain_labels(list(labels))
    model.load()
    labelled = LabelVectors(model, [" ".join(label.split()) for label in labels], describe)
    seen = model.image_vectors([image for image, _ in images])
    named_images = tuple(name for _, name in images)
    spots, vectors = _spots(labelled, named_images, seen, texts, model)
    order = word_order_probe(model)
    pair = seen @ model.text_vectors(PAIR).T
    return Classified(
        name,
        str(getattr(model, "backend", "")),
        named_images,
        tuple(image for image, _ in images),
        tuple(study(model, image, labelled) for image, _ in images),
        _matrix(labelled, named_images, seen, texts, model),
        spots,
        planes(vectors),
        order,
        tuple((float(one), float(other)) for one, other in pair),
    )


def _matrix(
    labelled: LabelVectors, names: tuple[str, ...], seen: NDArray[np.float32], texts: Sequence[str], model: Contrastive
) -> Matrix:
    import numpy as np

    rows = [labelled.ensemble, *([model.text_vectors(texts)] if texts else [])]
    return Matrix(names, (*labelled.labels, *texts), seen @ np.concatenate(rows).T, len(labelled.labels))


def _spots(
    labelled: LabelVectors, names: tuple[str, ...], seen: NDArray[np.float32], texts: Sequence[str], model: Contrastive
) -> tuple[tuple[Spot, ...], Any]:
    """What the map shows, with its vectors: images, single prompts, their ensembles, further texts."""
    import numpy as np

    spots = [Spot("image", number, name) for number, name in enumerate(names)]
    vectors = [seen]
    for rows in labelled.templates:
        spots += [Spot("prompt", number, label) for number, label in enumerate(labelled.labels)]
        vectors.append(rows)
    spots += [Spot("ensemble", number, label) for number, label in enumerate(labelled.labels)]
    vectors.append(labelled.ensemble)
    if texts:
        spots += [Spot("text", number, text) for number, text in enumerate(texts)]
        vectors.append(model.text_vectors(texts))
    return tuple(spots), np.concatenate(vectors)
