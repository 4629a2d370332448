"""Tests whether a contrastive model is sensitive to word order.

Thrush et al., "Winoground: Probing Vision and Language Models for Visio-Linguistic Compositionality", CVPR 2022;
Yuksekgonul et al., "When and Why Vision-Language Models Behave like Bags-of-Words", ICLR 2023. The pairs are our own.
"""

from __future__ import annotations

from dataclasses import dataclass

from ..models.encode.contrastive import Contrastive

PAIRS = (
    ("a mug in some grass", "some grass in a mug"),
    ("a dog that chases a boy", "a boy that chases a dog"),
    ("a lamp on a book", "a book on a lamp"),
    ("a small horse beside a big cart", "a big horse beside a small cart"),
    ("a white cat on a black chair", "a black cat on a white chair"),
    ("a boat behind a bridge", "a bridge behind a boat"),
    ("a woman who paints a man", "a man who paints a woman"),
    ("a bottle left of an orange", "an orange left of a bottle"),
    ("three forks and one spoon", "one fork and three spoons"),
    ("a bird above a plane", "a plane above a bird"),
    ("a round table with a square box", "a square table with a round box"),
    ("a truck that pulls a car", "a car that pulls a truck"),
    ("an open door beside a closed window", "a closed door beside an open window"),
    ("a shirt with stripes and plain trousers", "a plain shirt and trousers with stripes"),
)
"""Texts of the same words, but for a plural, that mean different pictures."""


@dataclass(frozen=True)
class WordOrder:
    """The similarity of texts with swapped words, according to a model.

    pairs: number of pairs.
    swapped: mean cosine of the two texts of a pair; unrelated: of texts of different pairs.
    alike: where swapped lies between unrelated (0) and the same text (1).
    nearest: pairs whose two texts lie nearer to each other than to any other text.
    """

    pairs: int
    swapped: float
    unrelated: float
    alike: float
    nearest: int

    def __str__(self) -> str:
        return (
            f"texts with swapped words are {self.alike:.0%} alike (cosine {self.swapped:.2f}; of unrelated texts "
            f"{self.unrelated:.2f}): relations need boxes"
        )


def word_order_probe(model: Contrastive, pairs: tuple[tuple[str, str], ...] = PAIRS) -> WordOrder:
    """Compare the texts of each pair with each other and with those of the other pairs.

    pairs: two or more. Raises what the model raises.
    """
    import numpy as np

    vectors = model.text_vectors([text for pair in pairs for text in pair])
    cosines = (vectors @ vectors.T).astype(np.float64)
    places = np.arange(len(cosines))
    partner = cosines[places, places ^ 1]
    others = cosines[places[:, None] // 2 != places[None, :] // 2].reshape(len(cosines), -1)
    swapped, unrelated = float(partner.mean()), float(others.mean())
    alike = (swapped - unrelated) / max(1 - unrelated, 1e-9)
    near = partner > others.max(axis=1)
    return WordOrder(len(pairs), swapped, unrelated, alike, int((near[0::2] & near[1::2]).sum()))
