"""Values as JSON, and as one line for people."""

from __future__ import annotations

import enum
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image as Pillow

from looksmith.agent.traces.encode import describe, encode, one_line, printable
from looksmith.agent.traces.trace import End, parse_event
from looksmith.tools.core.values import Box, Image, Mask, Point, Video

PHOTO = Image.of(Pillow.new("RGB", (40, 30), "blue"))
CLIP = Video(Path("/home/me/cat.mp4"), "ab" * 32, 640, 480, 30000 / 1001, tuple(range(1200)))
CUP = Box(1.23456, 2, 30, 20.5, "cup", 0.87654)


class Side(enum.Enum):
    """A tool's enumeration."""

    LEFT = "left"


def keep(image: Image) -> str:
    return f"kept {image.width}"


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (None, "None"),
        (True, "True"),
        (3, "3"),
        (0.5, "0.5"),
        (123456.0, "123456"),
        (123456.78, "123456.8"),
        (1e20, "1e+20"),
        (float("nan"), "nan"),
        (float("-inf"), "-inf"),
        ("a cup", "'a cup'"),
        (Side.LEFT, "'left'"),
        (CUP, "cup 0.88 (1, 2, 30, 20)"),
        (Box(0, 0, 5, 5), "(0, 0, 5, 5)"),
        (Point(3, 4, "nose"), "point (3, 4)"),
        (PHOTO, "image 40 x 30"),
        (PHOTO.crop(Box(10, 5, 20, 15)), "image 10 x 10 at (10, 5)"),
        (Mask(40, 30, (100, 1100), "cup", 0.5), "mask of 1,100 pixels"),
        (CLIP, "video cat.mp4, 1,200 frames of 640 x 480"),
        ([1, [CUP]], "[1, [cup 0.88 (1, 2, 30, 20)]]"),
        ((1, "a"), "(1, 'a')"),
        ({2}, "{2}"),
        (frozenset({2}), "{2}"),
        ({"type": "box", 3: [Point(1, 2)]}, "{'type': 'box', 3: [point (1, 2)]}"),
        ([], "[]"),
        ({}, "{}"),
    ],
)
def test_every_value_becomes_plain_json_and_one_line(value: Any, told: str) -> None:
    code = json.loads(json.dumps(encode(value, keep), allow_nan=False))
    assert describe(code) == told


def test_boxes_say_where_they_are_to_the_last_digit() -> None:
    assert encode(CUP, keep) == {
        "type": "box",
        "left": 1.23456,
        "top": 2.0,
        "right": 30.0,
        "bottom": 20.5,
        "label": "cup",
        "score": 0.87654,
    }


def test_pixels_are_kept_elsewhere_and_the_frame_is_told() -> None:
    code = encode(PHOTO.crop(Box(10, 5, 20, 15)), keep)
    assert code == {
        "type": "image",
        "image": "kept 10",
        "left": 10,
        "top": 5,
        "width": 10,
        "height": 10,
        "original": [40, 30],
    }


def test_a_video_is_told_by_its_file_and_hash() -> None:
    code = {"type": "video", "name": "cat.mp4", "sha256": "ab" * 32, "width": 640, "height": 480}
    assert encode(CLIP, keep) == {**code, "path": str(CLIP.path.resolve()), "frames": 1200, "fps": 30000 / 1001}


@pytest.mark.parametrize("value", [object(), b"bytes", 1j, [object()], {"a": len}])
def test_what_a_program_cannot_hold_is_refused(value: object) -> None:
    with pytest.raises(TypeError, match="a program cannot hold"):
        encode(value, keep)


@pytest.mark.parametrize("number", [float("nan"), float("inf"), float("-inf")])
def test_numbers_that_json_lacks_still_give_a_valid_event(number: float) -> None:
    end = End(outcome="ok", answer=encode([number, {"x": number}], keep))
    line = end.model_dump_json()

    def refuse(constant: str) -> None:
        raise AssertionError(f"{constant} is not JSON")

    json.loads(line, parse_constant=refuse)
    back = parse_event(line)
    assert isinstance(back, End)
    assert describe(back.answer) == f"[{number}, {{'x': {number}}}]"


# Whole Unicode, halves of surrogate pairs included: labels and texts come from models and files.
TEXT = st.text(st.characters(), max_size=300)


@settings(deadline=None)
@given(TEXT)
def test_a_line_for_people_cannot_steer_a_terminal(text: str) -> None:
    box = {**encode(CUP, keep), "label": text or "x"}
    for line in (describe(text), describe([{"type": "tuple", "items": [box]}]), one_line(text)):
        assert line.isprintable()
        assert len(line) <= 200
    assert printable(text).replace("\n", "").isprintable()


@settings(deadline=None)
@given(st.text(st.characters(categories=["L", "N"]), max_size=40))
def test_plain_text_is_told_as_it_is(text: str) -> None:
    assert describe(text) == repr(text)


def test_a_long_value_is_cut_where_one_sees_it() -> None:
    assert describe("x" * 500, 10) == "'xxxxxxxx…"
