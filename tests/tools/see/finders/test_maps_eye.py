"""The class maps look for things, and leave people to the detector."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from looksmith.tools.core.values import Box, Image
from looksmith.tools.see.finders.maps_eye import MapsEye
from looksmith.tools.weights.store import Weights
from looksmith.tools.words.vocabulary import Vocabulary
from looksmith.tools.words.wordnet import WordNet

BUCKET, GROOM = "n02909870", "n10148035"


class Nothing:
    """Class maps without a network."""

    def load(self) -> None:
        """There is nothing to load."""

    def present(self, image: Image, classes: Sequence[int]) -> float:
        """Nothing is there."""
        return 0.0

    def find(self, image: Image, classes: Sequence[int]) -> list[Box]:
        """Nothing is found."""
        return []


def test_a_class_of_people_at_work_is_not_taken_for_people(shared_home: Path) -> None:
    wordnet = WordNet(Weights(shared_home / "weights"))
    eye = MapsEye(Nothing(), lambda: Vocabulary.of_synsets((BUCKET, GROOM), wordnet))
    assert eye.knows("bucket")
    assert not eye.knows("groom")
