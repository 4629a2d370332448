"""Joints of people, by the real network on a portrait and its mirror image."""

import pytest
from PIL import ImageOps

from looksmith.tools.core.errors import WeightsError
from looksmith.tools.core.values import Box, Image
from looksmith.tools.models.people.movenet import JOINTS, MoveNet
from looksmith.tools.weights.store import Weights

PERSON = Box(5, 8, 375, 512)


@pytest.fixture(scope="module")
def movenet(weights: Weights) -> MoveNet:
    model = MoveNet(weights, "cpu")
    model.load()
    return model


def test_the_joints_of_a_portrait_lie_where_they_are_seen(movenet: MoveNet, photo):
    (body,) = movenet.bodies(photo("astronaut"), [PERSON])
    assert set(body) == set(JOINTS)
    nose = body["nose"]
    assert nose.score > 0.4 and abs(nose.x - 215) < 25 and abs(nose.y - 125) < 25
    assert body["left eye"].x > nose.x > body["right eye"].x, "left is the person's own"
    assert body["left shoulder"].x - body["right shoulder"].x > 100
    assert body["left knee"].score < 0.2, "the knees are outside"


def test_a_mirrored_person_has_mirrored_joints(movenet: MoveNet, photo):
    image = photo("astronaut")
    mirrored = Image.of(ImageOps.mirror(image.pixels))
    flipped = Box(image.width - PERSON.right, PERSON.top, image.width - PERSON.left, PERSON.bottom)
    (body,), (other,) = movenet.bodies(image, [PERSON]), movenet.bodies(mirrored, [flipped])
    for name, twin in (("nose", "nose"), ("left shoulder", "right shoulder"), ("right eye", "left eye")):
        assert abs(body[name].x - (image.width - other[twin].x)) < 12
        assert abs(body[name].y - other[twin].y) < 12


def test_people_are_found_in_a_crop_and_together(movenet: MoveNet, photo):
    image = photo("astronaut")
    part = image.crop(Box(0, 0, 400, 400))
    alone, both = movenet.bodies(image, [PERSON]), movenet.bodies(image, [Box(0, 0, 512, 512), PERSON])
    assert abs(both[1]["nose"].x - alone[0]["nose"].x) < 1e-2
    (cropped,) = movenet.bodies(part, [Box(5, 8, 375, 400)])
    assert abs(cropped["nose"].x - alone[0]["nose"].x) < 20
    assert movenet.bodies(image, []) == []


def test_weights_that_are_missing_or_damaged_are_said(tmp_path, photo):
    (tmp_path / "movenet").mkdir()
    with pytest.raises(WeightsError, match="pull movenet"):
        MoveNet(Weights(tmp_path), "cpu").load()
    with pytest.raises(RuntimeError, match="load"):
        MoveNet(Weights(tmp_path), "cpu").bodies(photo("astronaut"), [PERSON])
