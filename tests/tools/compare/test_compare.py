"""What a model thinks of labels, prompts and temperatures: numbers worked out by hand, and those of its tools."""

from __future__ import annotations

import sys
from types import SimpleNamespace

import numpy as np
import pytest
from contrasting import Known, red

from looksmith.tools.compare.convex import ConvexCombination
from looksmith.tools.compare.matrix import Matrix
from looksmith.tools.compare.plane import pca, planes
from looksmith.tools.compare.prompts import LabelVectors, study
from looksmith.tools.core.errors import ToolError
from looksmith.tools.name.templates import TEMPLATES, fill
from looksmith.tools.name.zero_shot import ZeroShotClassifier

LABELS = ["cat", "dog"]
VECTORS = {
    "cat": (1, 0, 0.2),
    "dog": (0, 1, 0.2),
    **{fill(one, "cat"): (1, 0.09 * n, 0) for n, one in enumerate(TEMPLATES)},
    **{fill(one, "dog"): (0.09 * n, 1, 0) for n, one in enumerate(TEMPLATES)},
    "It has whiskers.": (0.9, 0.1, 0),
    "It barks.": (0.1, 0.9, 0),
}
SENTENCES = {"cat": ["It has whiskers."], "dog": ["It barks."]}


def nothing_known(label: str) -> list[str]:
    raise ToolError(f"Nothing says what {label} looks like.")


@pytest.fixture
def model() -> Known:
    return Known(VECTORS, {10: (1, 0.3, 0), 20: (0.2, 1, 0)}, scale=4.0)


def test_the_ensemble_scores_as_the_tool_does(model: Known) -> None:
    shown = study(model, red(10), LabelVectors(model, LABELS, nothing_known))
    (ensemble,) = shown.of("ensemble")
    told = ZeroShotClassifier(model).best(red(10), LABELS)
    assert ensemble.scores == pytest.approx([told[label] for label in LABELS])
    assert shown.labels[ensemble.best] == "cat"


def test_each_template_scores_as_a_tool_with_that_template_alone(model: Known) -> None:
    shown = study(model, red(10), LabelVectors(model, LABELS, nothing_known))
    told = ZeroShotClassifier(model, prompts="template").best(red(10), LABELS)
    assert shown.of("template")[0].scores == pytest.approx([told[label] for label in LABELS])
    assert len(shown.of("template")) == len(TEMPLATES)
    assert shown.agree == sum(one.scores[0] > one.scores[1] for one in shown.of("template")) < len(TEMPLATES)


def test_the_name_alone_is_compared_as_it_is(model: Known) -> None:
    shown = study(model, red(20), LabelVectors(model, LABELS, nothing_known))
    (name,) = shown.of("name")
    dog = np.dot((0.2, 1, 0), (0, 1, 0.2)) / np.linalg.norm((0.2, 1)) / np.linalg.norm((1, 0.2))
    assert name.cosines[1] == pytest.approx(dog)


def test_descriptions_are_shown_where_all_labels_have_them(model: Known) -> None:
    some = study(
        model,
        red(10),
        LabelVectors(model, LABELS, lambda label: SENTENCES["cat"] if label == "cat" else nothing_known(label)),
    )
    assert (some.of("descriptions"), some.undescribed) == ((), ("dog",))
    assert some.sentences["cat"][0][0] == "It has whiskers."
    both = study(model, red(10), LabelVectors(model, LABELS, SENTENCES.__getitem__))
    (row,) = both.of("descriptions")
    assert (both.labels[row.best], both.undescribed) == ("cat", ())


@pytest.mark.parametrize("bias", [None, -2.0])
def test_a_higher_temperature_levels_the_scores(bias: float | None) -> None:
    model = Known(VECTORS, {10: (1, 0.3, 0)}, scale=4.0, bias=bias)
    shown = study(model, red(10), LabelVectors(model, LABELS, nothing_known))
    gaps = [one.scores[0] - one.scores[1] for one in shown.temperatures]
    own = next(one for one in shown.temperatures if one.factor == 1)
    assert own.scores == pytest.approx(shown.of("ensemble")[0].scores)
    assert shown.softmax == (bias is None)
    if bias is None:
        assert gaps == sorted(gaps, reverse=True) and gaps[-1] > 0
    assert [one.scores[0] > one.scores[1] for one in shown.temperatures] == [True] * len(gaps)


def test_a_diagonal_stands_out_where_each_image_is_nearest_to_its_own_label() -> None:
    cosines = np.array([[0.9, 0.1, 0.95], [0.2, 0.8, 0.0]], np.float32)
    found = Matrix(("a", "b"), ("cat", "dog", "more"), cosines, 2).diagonal
    assert found is not None
    assert (found.images, found.texts) == (2, 2)
    assert (found.own, found.others) == (pytest.approx(0.85), pytest.approx(0.15))
    swapped = Matrix(("a", "b"), ("dog", "cat"), cosines[:, [1, 0]], 2).diagonal
    assert swapped is not None and (swapped.images, swapped.texts) == (0, 0)
    assert Matrix(("a", "b"), ("cat", "dog", "more"), cosines, 3).diagonal is None
    assert Matrix(("a",), ("cat",), cosines[:1, :1], 1).diagonal is None


def test_a_plane_keeps_distances_that_lie_in_it() -> None:
    corners = np.array([[0, 0, 5], [4, 0, 5], [4, 2, 5], [0, 2, 5]], np.float32)
    plane = pca(corners)
    assert plane.kept == pytest.approx(1)
    sides = np.linalg.norm(plane.places - np.roll(plane.places, 1, axis=0), axis=1)
    assert sides == pytest.approx([0.5, 1, 0.5, 1])
    assert plane.places.min() >= 0 and plane.places.max() <= 1
    alike = pca(np.ones((3, 4), np.float32))
    assert np.isfinite(alike.places).all()


def test_umap_adds_a_plane_where_it_is_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []

    class Fake:
        def __init__(self, n_neighbors: int, **_: object) -> None:
            asked.append(n_neighbors)

        def fit_transform(self, vectors: np.ndarray) -> np.ndarray:
            return vectors[:, :2]

    vectors = np.random.default_rng(0).normal(size=(9, 4)).astype(np.float32)
    monkeypatch.setattr("looksmith.tools.compare.plane.find_spec", lambda name: name == "umap" or None)
    monkeypatch.setitem(sys.modules, "umap", SimpleNamespace(UMAP=Fake))
    assert [plane.method for plane in planes(vectors)] == ["PCA", "UMAP"]
    assert asked == [8]
    assert [plane.method for plane in planes(vectors[:5])] == ["PCA"]
    monkeypatch.setattr("looksmith.tools.compare.plane.find_spec", lambda name: None)
    assert [plane.method for plane in planes(vectors)] == ["PCA"]


class Classes:
    """A classifier of three classes, sure of the one whose number is an image's red."""

    glosses = ("cat", "dog", "cup")
    synsets = ("n1", "n2", "n3")

    def load(self) -> None:
        """Nothing to do."""

    def probabilities(self, images: list) -> np.ndarray:
        """Nine in ten for one class."""
        return np.stack([np.where(np.arange(3) == int(i.array()[0, 0, 0]), 0.9, 0.05) for i in images]).astype(
            np.float32
        )


class Words:
    """An encoder with an axis for each class."""

    def load(self) -> None:
        """Nothing to do."""

    def encode(self, texts: list[str]) -> np.ndarray:
        """One hot."""
        return np.array([[float(name in text) for name in Classes.glosses] for text in texts], np.float32)


def test_a_classifier_puts_images_where_the_texts_of_its_classes_are() -> None:
    model = ConvexCombination(Classes(), Words())
    vectors = model.image_vectors([red(0), red(1)])
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1)
    assert vectors[0] == pytest.approx(np.array([0.9, 0.05, 0.05]) / np.linalg.norm([0.9, 0.05, 0.05]))
    assert (vectors @ model.text_vectors(["a cat", "a dog"]).T).argmax(axis=1).tolist() == [0, 1]
