"""FACES with MTCNN's real weights: one face, none, crops, small and odd pictures, damage."""

from pathlib import Path

import pytest
from PIL import Image as Pillow

from looksmith.tools.core.errors import WeightsError
from looksmith.tools.core.values import Box, Image
from looksmith.tools.media.effects import Effects
from looksmith.tools.media.geometry import OVERLAP
from looksmith.tools.models.people.mtcnn import Mtcnn
from looksmith.tools.see.finders.faces import Faces
from looksmith.tools.weights.store import Weights

ASTRONAUT = Box(180, 62, 270, 180)
"""Marked by hand, from forehead to chin."""


@pytest.fixture(scope="module")
def detector(weights: Weights) -> Mtcnn:
    detector = Mtcnn(weights, "cpu")
    detector.load()
    return detector


def test_the_face_of_a_portrait_is_found_and_no_other(detector: Mtcnn, photo):
    answer = Faces(detector).FACES(photo("astronaut"))
    (face,) = answer.value
    assert face.label == "face" and OVERLAP(face, ASTRONAUT) > 0.6
    assert next(iter(answer.scores)) == "face 1"


@pytest.mark.parametrize("name", ["coffee", "rocket", "moon", "grass", "brick"])
def test_a_photo_without_a_face(detector: Mtcnn, photo, name: str):
    assert Faces(detector).FACES(photo(name)).value == []


def test_a_face_in_a_crop_lies_where_the_whole_image_has_it(detector: Mtcnn, photo):
    image = photo("astronaut")
    part = image.crop(Box(100, 20, 400, 300))
    (whole,), (cut,) = Faces(detector).FACES(image).value, Faces(detector).FACES(part).value
    assert OVERLAP(whole, cut) > 0.7
    assert Faces(detector).FACES(image.crop(Box(0, 250, 512, 512))).value == []


def test_a_large_photo_is_shrunk_and_its_boxes_are_not(detector: Mtcnn, photo):
    image = photo("astronaut")
    large = Image.of(image.pixels.resize((image.width * 4, image.height * 4)))
    (face,) = Faces(detector).FACES(large).value
    assert OVERLAP(face, Box(*(4 * side for side in (180, 62, 270, 180)))) > 0.6


def test_two_faces_are_two_boxes_and_can_be_hidden(detector: Mtcnn, photo):
    image = photo("astronaut")
    pair = Pillow.new("RGB", (1024, 512))
    pair.paste(image.pixels, (0, 0))
    pair.paste(image.pixels, (512, 0))
    both = Image.of(pair)
    faces = Faces(detector).FACES(both).value
    assert len(faces) == 2
    assert Faces(detector).FACES(Effects().HIDE_FACES(both, faces)).value == []


@pytest.mark.parametrize("size", [(1, 1), (1, 900), (900, 1), (30, 30)])
def test_tiny_and_narrow_images(detector: Mtcnn, size: tuple[int, int]):
    assert detector.faces(Image.of(Pillow.new("RGB", size, "grey"))) == []


def test_candidates_that_score_too_little_are_rejected(photo):
    class Two:
        backend = "two"

        def load(self): ...

        def faces(self, image):
            return [Box(0, 0, 9, 9, "face", 0.95), Box(20, 0, 29, 9, "face", 0.6)]

    answer = Faces(Two()).FACES(photo("coffee"))
    assert [box.score for box in answer.value] == [0.95] and [box.score for box in answer.rejected] == [0.6]


def test_detection_before_load(weights: Weights, photo):
    with pytest.raises(RuntimeError, match="load"):
        Mtcnn(weights, "cpu").faces(photo("coffee"))


def test_damaged_weights(tmp_path: Path):
    class Folder:
        def path(self, name: str) -> Path:
            return tmp_path

    for name in ("pnet", "rnet", "onet"):
        (tmp_path / f"{name}.pt").write_bytes(b"no weights")
    with pytest.raises(WeightsError, match="MTCNN") as caught:
        Mtcnn(Folder(), "cpu").load()
    assert "models pull mtcnn" in caught.value.hint


def test_weights_that_are_not_there_are_named(tmp_path: Path):
    with pytest.raises(WeightsError, match="mtcnn"):
        Mtcnn(Weights(tmp_path, offline=True), "cpu").load()
