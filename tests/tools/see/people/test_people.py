"""Man, woman or child from a face: real weights on a portrait, whose face is whose, and what is not said."""

from dataclasses import dataclass
from pathlib import Path

import pytest
from PIL import Image as Pillow

from looksmith.tools.core.errors import WeightsError
from looksmith.tools.core.values import Box, Image
from looksmith.tools.models.people.faceres import FaceRes
from looksmith.tools.models.people.mtcnn import Mtcnn
from looksmith.tools.see.people.people import People, named, owned
from looksmith.tools.weights.store import Weights


@pytest.fixture(scope="module")
def people(weights: Weights) -> People:
    people = People(Mtcnn(weights, "cpu"), FaceRes(weights, "cpu"))
    people.load()
    return people


def test_a_portrait_of_a_woman(people: People, photo):
    (guess,) = people.guess(photo("astronaut"), [Box(5, 8, 375, 512)])
    assert guess.kind == "woman" and guess.score > 0.6
    assert guess.face is not None and guess.face.center_y < 180


def test_whose_face_is_not_seen_is_unknown(people: People, photo):
    image = photo("astronaut")
    legs, nobody = people.guess(image, [Box(5, 250, 375, 512), Box(400, 8, 500, 400)])
    assert (legs.kind, legs.score, legs.face) == ("unknown", 0.0, None) == (nobody.kind, nobody.score, nobody.face)
    assert people.guess(photo("coffee"), []) == []


def test_each_face_belongs_to_one_person_the_nearest():
    left, right = Box(0, 0, 100, 300), Box(60, 0, 160, 300)
    of_left, of_right = Box(40, 10, 70, 50), Box(95, 10, 125, 50)
    assert owned([right, left], [of_left, of_right]) == [of_right, of_left]
    assert owned([left, right], [of_right]) == [None, of_right]
    assert owned([left], []) == [None]


def test_a_face_at_the_feet_or_outside_is_somebody_elses():
    person = Box(0, 0, 100, 300)
    assert owned([person], [Box(30, 240, 60, 280)]) == [None]
    assert owned([person], [Box(90, 10, 130, 50)]) == [None]


@pytest.mark.parametrize(
    ("woman", "age", "kind"),
    [
        (0.9, 30, "woman"),
        (0.1, 30, "man"),
        (0.9, 6, "girl"),
        (0.1, 6, "boy"),
        (0.5, 6, "child"),
        (0.5, 30, "unknown"),
    ],
)
def test_what_is_said_of_a_probability_and_an_age(woman: float, age: float, kind: str):
    said, score = named(woman, age)
    assert said == kind and 0 <= score <= 1 and (score == 0) == (kind == "unknown")


@dataclass
class _Seen:
    woman: float = 0.9
    age: float = 30


class _Stub:
    """A detector of one face of a given width, and a reader that is sure."""

    backend = "stub"

    def __init__(self, width: float, score: float = 0.99) -> None:
        self._face = Box(40, 10, 40 + width, 10 + width, "face", score)

    def load(self): ...

    def faces(self, image):
        return [self._face]

    def looks(self, face):
        return _Seen()


@pytest.mark.parametrize(("width", "score", "kind"), [(30, 0.99, "woman"), (12, 0.99, "unknown"), (30, 0.6, "unknown")])
def test_of_faces_too_small_or_doubtful_nothing_is_said(width: float, score: float, kind: str):
    stub = _Stub(width, score)
    image = Image.of(Pillow.new("RGB", (200, 200)))
    (guess,) = People(stub, stub).guess(image, [Box(0, 0, 120, 200)])
    assert guess.kind == kind


def test_damaged_weights(tmp_path: Path):
    class Folder:
        def path(self, name: str) -> Path:
            return tmp_path

    (tmp_path / "faceres.json").write_text("{}")
    (tmp_path / "faceres.bin").write_bytes(b"")
    with pytest.raises(WeightsError, match="weights of faceres") as caught:
        FaceRes(Folder(), "cpu").load()
    assert "models pull faceres" in caught.value.hint


def test_looks_before_load(weights: Weights, photo):
    with pytest.raises(RuntimeError, match="load"):
        FaceRes(weights, "cpu").looks(photo("astronaut"))
