"""Albums: which files are photos, what is opened when, what is kept, and what of photos that cannot be read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image as Pillow

from looksmith.tools.albums import look
from looksmith.tools.albums.choosing import PhotoChooser
from looksmith.tools.albums.desk import AT_ONCE, PhotoDesk
from looksmith.tools.albums.files import open_photo
from looksmith.tools.albums.likeness import Likeness, PhotoFeatures
from looksmith.tools.albums.look import PhotoBoxes, PhotoLooker, RememberingDetector
from looksmith.tools.albums.sheet import MOST, Shown, contact_sheet
from looksmith.tools.albums.unopened import unopened
from looksmith.tools.core.albums import Album, Photo
from looksmith.tools.core.call import Call
from looksmith.tools.core.errors import InputError, ToolError, UnreadablePhoto
from looksmith.tools.core.registry import Registry
from looksmith.tools.core.tool import Scored
from looksmith.tools.core.values import Box, Image
from looksmith.tools.engine.executor import Executor
from looksmith.tools.engine.results import Results
from looksmith.tools.media.photos import load_album

SHADES = {"cup": 50, "dog": 150, "both": 250}


class Detector:
    """Sees by the red of the first pixel whether there is a cup, a dog, or both; `looked` counts photos."""

    backend, names, thresholds, vocabulary = "played", ("cup", "dog"), {}, None

    def __init__(self) -> None:
        self.looked = 0
        self.fails_after = 10_000

    def load(self) -> None:
        """Nothing."""

    def detect(self, image: Image) -> list[Box]:
        """The boxes."""
        shade = int(image.array()[0, 0, 0])
        names = [name for name in self.names if abs(shade - SHADES[name]) < 40 or shade > 230]
        return [Box(1, 1, 9, 9, name, 0.9) for name in names]

    def look(self, images: Sequence[Image]) -> None:
        """Count them."""
        self.looked += len(images)
        if self.looked > self.fails_after:
            raise KeyboardInterrupt


class Finder:
    """Finds what the detector saw; with a condition it looks at pixels."""

    backend = "played"

    def __init__(self, detector: Any) -> None:
        self.detector = detector

    def DETECT(self, image: Image, name: str, which: str = "") -> Scored[list[Box]]:
        """The boxes of that name; "bright" ones by their pixels."""
        boxes = [box for box in self.detector.detect(image) if box.label == name]
        if boxes and which:
            boxes = boxes if int(image.array()[0, 0, 0]) > 200 else []
        return Scored(boxes, confidence=0.8)


class Encoder:
    """The vector of an image is where its shade stands on a circle."""

    def load(self) -> None:
        """Nothing."""

    def image_vectors(self, images: Sequence[Image]) -> Any:
        """Vectors of length 1, shape (images, 2)."""
        angles = np.array([int(image.array()[0, 0, 0]) / 100 for image in images])
        return np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)


class Place:
    """An executor of its own over an album's tools, as after a restart; results are kept in the folder."""

    def __init__(self, kept: Path) -> None:
        self.desk, self.detector = PhotoDesk(), Detector()
        memory = RememberingDetector(self.detector)  # pyright: ignore[reportArgumentType]
        boxes, looker = PhotoBoxes(self.detector), PhotoLooker(Finder(memory), memory)  # pyright: ignore
        features = PhotoFeatures(Encoder(), "played")
        boxes.identity = looker.identity = features.identity = "played 1"
        registry = Registry()
        registry.add(PhotoChooser(self.desk), boxes, looker, features, Likeness(self.desk, Encoder()))
        self.results = Results(kept / "results.sqlite")
        self.told: list[str] = []
        self.desk.boxes = True
        executor = Executor(registry, self.results)
        self.desk.connect(lambda name, given: executor.submit(name, given, {}), self.told.append)
        self.executor = executor

    def call(self, tool: str, *given: Any) -> Any:
        """The call's value. Raises its error."""
        done = self.executor.call(tool, given, {})
        if done.error:
            raise done.error
        return done

    def end(self) -> None:
        """Write what is pending."""
        self.results.close()


def write(path: Path, shade: int, size: tuple[int, int] = (16, 12)) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Pillow.new("RGB", size, (shade, 0, 0)).save(path)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for place in range(80):
        write(tmp_path / "photos" / f"{place:02}.png", 50 + 100 * (place % 2))
    write(tmp_path / "photos" / "z" / "both.png", 250)
    (tmp_path / "photos" / "bad.jpg").write_bytes(b"no photo")
    (tmp_path / "photos" / "notes.txt").write_text("no photo either")
    write(tmp_path / "photos" / ".thumbnails" / "00.png", 50)
    return tmp_path / "photos"


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The names of the photos that are opened."""
    names: list[str] = []

    def counted(path: Path, side: int = 1280) -> Image:
        names.append(path.name)
        return open_photo(path, side)

    monkeypatch.setattr(look, "open_photo", counted)
    monkeypatch.setattr("looksmith.tools.albums.unopened.open_photo", counted)
    yield names


def test_photos_of_all_folders_are_listed_without_what_is_hidden_or_no_photo(folder: Path) -> None:
    album = load_album(folder)
    assert (
        len(album) == 82 and album.names[:2] == ("00.png", "01.png") and album.names[-2:] == ("bad.jpg", "z/both.png")
    )
    assert album == load_album(folder) != album.part(album.photos)
    write(folder / "00.png", 51, (17, 12))
    assert load_album(folder) != album
    (folder / "empty").mkdir()
    with pytest.raises(InputError, match="no image in the folder"):
        load_album(folder / "empty")


def test_another_question_opens_no_photo_whose_pixels_it_does_not_need(
    folder: Path, tmp_path: Path, opened: list[str]
) -> None:
    album = load_album(folder)
    first = Place(tmp_path)
    cups = first.call("PHOTOS_WITH", album, "cup")
    assert len(cups.value) == 41 and cups.confidence == pytest.approx(0.8)
    assert cups.assumptions == ("1 photo could not be opened: bad.jpg",)
    assert first.detector.looked == 81 and first.told[-1].startswith("looking for cup: ")
    first.end()
    opened.clear()
    second = Place(tmp_path)
    assert len(second.call("PHOTOS_WITHOUT", album, "dog").value) == 40
    assert second.detector.looked == 0 and set(opened) == {"bad.jpg"}
    assert second.call("PHOTOS_WITH", album, "dog", "bright").value.names == ("z/both.png",)
    assert len([name for name in opened if name != "bad.jpg"]) == 41
    second.end()


def test_a_question_that_was_stopped_goes_on_where_it_was(folder: Path, tmp_path: Path) -> None:
    album = load_album(folder)
    first = Place(tmp_path)
    first.detector.fails_after = 64
    with pytest.raises(BaseException):  # noqa: B017  (an interrupt inside a tool is the tool's failure)
        first.call("PHOTOS_WITH", album, "cup")
    first.end()
    second = Place(tmp_path)
    assert len(second.call("PHOTOS_WITH", album, "cup").value) == 41
    assert second.detector.looked <= 81 - 48
    second.end()


def test_a_photo_that_changed_is_looked_at_again(folder: Path, tmp_path: Path) -> None:
    first = Place(tmp_path)
    first.call("PHOTOS_WITH", load_album(folder), "cup")
    first.end()
    write(folder / "01.png", 50, (20, 20))
    second = Place(tmp_path)
    assert "01.png" in second.call("PHOTOS_WITH", load_album(folder), "cup").value.names
    assert second.detector.looked == 1
    second.end()


def test_the_photos_most_like_a_picture_come_first_and_the_picture_itself_does_not(tmp_path: Path) -> None:
    for name, shade in (("near", 110), ("same", 100), ("far", 250), ("nearer", 104)):
        write(tmp_path / "photos" / f"{name}.png", shade)
    place, album = Place(tmp_path), load_album(tmp_path / "photos")
    found = place.call("PHOTOS_LIKE", album, open_photo(tmp_path / "photos" / "same.png"), 2)
    assert found.value.names == ("nearer.png", "near.png")
    assert found.assumptions == ("left out same.png, which is the picture itself",)
    assert found.scores["nearer.png"] > found.scores["near.png"]
    with pytest.raises(ToolError, match="at least 1"):
        place.call("PHOTOS_LIKE", album, open_photo(tmp_path / "photos" / "same.png"), 0)
    place.end()


def test_a_photo_is_opened_by_its_name_without_folder_or_ending(folder: Path, tmp_path: Path) -> None:
    place, album = Place(tmp_path), load_album(folder)
    for name in ("z/both.png", "BOTH.png", "both"):
        assert int(place.call("OPEN", album, name).value.array()[0, 0, 0]) == 250
    with pytest.raises(ToolError, match=r"Did you mean 'z/both\.png'"):
        place.call("OPEN", album, "bothh.png")
    place.end()


def test_large_photos_are_made_smaller_and_read_late(tmp_path: Path) -> None:
    for name in ("large.jpg", "large.png"):
        write(tmp_path / name, 90, (3000, 2000))
        small = open_photo(tmp_path / name)
        assert (small.width, small.height) == (1280, 853) == small.original
        late = unopened(tmp_path / name, "name", (small.width, small.height))
        assert late.pixels._im is None  # pyright: ignore  (nothing is decoded before it is needed)
        assert abs(int(late.crop(Box(0, 0, 10, 10)).array()[0, 0, 0]) - 90) < 3
    with pytest.raises(UnreadablePhoto):
        unopened(tmp_path / "gone.jpg", "name", (4, 4)).array()


def test_a_sheet_shows_the_first_photos_and_how_many_more_there_are(folder: Path) -> None:
    album = load_album(folder)
    shown = [Shown(album.path(photo), photo.name, [Box(2, 2, 14, 10)]) for photo in album.photos]
    few, many = contact_sheet(shown[:2], 2), contact_sheet(shown, len(shown))
    assert few and many and contact_sheet([], 0) is None
    assert few.width < many.width and many.height > MOST // 5 * 200
    assert (230, 60, 40) in {tuple(color) for color in few.array().reshape(-1, 3)}
    assert Album.of(folder, ()).part(()).sheet is None


def test_a_search_that_nobody_waits_for_looks_at_no_more_photos() -> None:
    desk, asked = PhotoDesk(), list[object]()

    def submit(tool: str, given: tuple[object, ...]) -> Future[Call]:
        asked.append(given)
        future: Future[Call] = Future()
        future.set_result(Call(tool, "played", {}, value=[]))
        return future

    desk.connect(submit, None, lambda: len(asked) < AT_ONCE)
    with pytest.raises(ToolError, match="Nobody waits for this search"):
        desk.see(Album.of(Path("/photos"), [Photo(f"{n}.jpg", "1") for n in range(3 * AT_ONCE)]), "cat")
    assert len(asked) == AT_ONCE
