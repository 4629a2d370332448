"""Images that several questions are about: read once, whoever asks, and again when the file is another."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from PIL import Image as Pillow

from looksmith.agent.inputs.open_images import OpenImages
from looksmith.tools.core.errors import InputError


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "noise.png"
    Pillow.effect_noise((1500, 1500), 90).save(path)
    return path


def test_questions_at_once_get_the_same_image(picture: Path) -> None:
    images = OpenImages()
    with ThreadPoolExecutor(8) as pool:
        got = list(pool.map(images.get, [picture] * 8))
    assert all(image is got[0] for image in got)
    assert images.get(picture) is got[0]


def test_a_file_that_has_changed_is_read_again(picture: Path) -> None:
    images = OpenImages()
    before = images.get(picture)
    Pillow.new("RGB", (4, 3), "red").save(picture)
    os.utime(picture, ns=(1, 1))
    after = images.get(picture)
    assert (before.width, after.width) == (1500, 4)


@pytest.mark.parametrize("memory", [1000, 4 * 1500 * 1500 - 1])
def test_more_pixels_than_there_is_room_for_are_read_again(picture: Path, memory: int) -> None:
    images = OpenImages(memory)
    first = images.get(picture)
    assert images.get(picture) is not first


def test_all_who_wait_for_a_file_that_is_no_image_are_told(tmp_path: Path) -> None:
    path = tmp_path / "text.png"
    path.write_bytes(b"no picture" * 1_000_000)
    images = OpenImages()
    with ThreadPoolExecutor(8) as pool:
        errors = [one.exception() for one in [pool.submit(images.get, path) for _ in range(8)]]
    assert all(isinstance(error, InputError) for error in errors)
    Pillow.new("RGB", (4, 3), "red").save(path)
    assert images.get(path).width == 4
