"""Expressions of faces, by the real network."""

import pytest

from looksmith.tools.core.errors import WeightsError
from looksmith.tools.core.values import Box
from looksmith.tools.models.people.expression import EXPRESSIONS, FacialExpressions
from looksmith.tools.weights.store import Weights


@pytest.fixture(scope="module")
def model(weights: Weights) -> FacialExpressions:
    model = FacialExpressions(weights, "cpu")
    model.load()
    return model


def test_a_smile_is_happy(model: FacialExpressions, photo):
    face = photo("astronaut").crop(Box(170, 65, 275, 185))
    (shares,) = model.expressions([face])
    assert set(shares) == set(EXPRESSIONS) and abs(sum(shares.values()) - 1) < 1e-4
    assert shares["happy"] > 0.8


def test_faces_are_told_together_as_alone(model: FacialExpressions, photo):
    faces = [photo("astronaut").crop(Box(170, 65, 275, 185)), photo("camera").crop(Box(200, 60, 260, 130))]
    both = model.expressions(faces)
    for face, shares in zip(faces, both, strict=True):
        (alone,) = model.expressions([face])
        assert all(abs(alone[name] - shares[name]) < 1e-4 for name in EXPRESSIONS)
    assert model.expressions([]) == []


def test_weights_that_are_missing_are_said(tmp_path):
    with pytest.raises(WeightsError, match="expression"):
        FacialExpressions(Weights(tmp_path), "cpu").load()
