"""Chosen frames of a video are the right ones, however few of the others are decoded."""

from __future__ import annotations

import random
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import clips
import numpy as np
import pytest
from av.video.frame import VideoFrame

from looksmith.tools.clips.at_and_part import ClipPictures
from looksmith.tools.core.errors import ToolError
from looksmith.tools.core.values import Image
from looksmith.tools.media import seek
from looksmith.tools.media.seek import nearest_key, picture, read_frames
from looksmith.tools.media.video import load_video


def number_of(image: Image) -> int:
    """Which frame it is, by its background."""
    return round((float(np.median(image.array())) - 20) / 4)


@pytest.mark.parametrize("suffix", clips.CODECS)
@pytest.mark.parametrize("between", [1, 5, 300])
def test_frames_that_are_chosen_are_those(tmp_path: Path, suffix: str, between: int) -> None:
    one = load_video(clips.clip(tmp_path / f"clip{suffix}", 50, between_keys=between))
    dice = random.Random(between)
    for _ in range(4):
        chosen = dice.sample(range(50), 6)
        assert [(n, number_of(image)) for n, image in read_frames(one, chosen)] == [(n, n) for n in sorted(chosen)]


def test_a_frame_far_on_is_sought_and_not_decoded_up_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one = load_video(clips.clip(tmp_path / "clip.mp4", 50, between_keys=10))
    decoded: list[int] = []
    upright = seek.upright
    monkeypatch.setattr(seek, "upright", lambda frame, size: decoded.append(frame.pts) or upright(frame, size))
    assert [number_of(image) for _, image in read_frames(one, [41, 3, 4])] == [3, 4, 41]
    assert len(decoded) == 3, "only what was asked for becomes a picture"
    assert [one.times.index(key) for key in one.keys] == [0, 10, 20, 30, 40]
    assert (nearest_key(one, 12, 3), nearest_key(one, 15, 3), nearest_key(one, 19, 3)) == (10, 15, 20)


def test_frames_that_do_not_exist_are_an_error(tmp_path: Path) -> None:
    one = load_video(clips.clip(tmp_path / "clip.mp4"))
    with pytest.raises(ToolError, match="has no frame 24"):
        list(read_frames(one, [3, 24]))
    clips.clip(tmp_path / "clip.mp4", 5)
    with pytest.raises(ToolError, match="no longer exists"):
        list(read_frames(one, [20]))
    (tmp_path / "clip.mp4").unlink()
    with pytest.raises(ToolError, match="cannot be read any more"):
        picture(one, 0)


def uneven(path: Path) -> Path:
    """A video with 10 frames in its first second, then one each second, of which there are 5."""
    with av.open(str(path), "w") as output:
        stream: Any = output.add_stream("libx264", rate=10)
        stream.width, stream.height, stream.pix_fmt, stream.time_base = 128, 64, "yuv420p", Fraction(1, 1000)
        for number in range(15):
            frame = VideoFrame.from_ndarray(clips.pixels(number, (128, 64)), format="rgb24")
            frame.pts, frame.time_base = (100 * number if number < 10 else 1000 * (number - 9)), Fraction(1, 1000)
            output.mux(stream.encode(frame))
        output.mux(stream.encode())
    return path


def test_a_video_whose_frames_are_not_evenly_spaced_has_their_own_times(tmp_path: Path) -> None:
    one = load_video(uneven(tmp_path / "uneven.mp4"))
    assert [one.time(number) for number in (0, 5, 10, 14)] == pytest.approx([0, 0.5, 1, 5])
    tools = ClipPictures()
    for time, number in ((0.0, 0), (0.55, 5), (1.9, 10), (4.2, 13), (5.0, 14)):
        assert number_of(tools.AT(one, time)) == number


def test_the_picture_at_a_time_and_a_part_of_a_video(tmp_path: Path) -> None:
    one, tools = load_video(clips.clip(tmp_path / "clip.mp4", 50)), ClipPictures()
    assert number_of(tools.AT(one, 3.14)) == 31 and number_of(tools.AT(one, one.seconds)) == 49
    part = tools.PART(one, 2, 3.5)
    assert (part.frames, part.seconds, part.time(0)) == (15, 1.5, 2.0)
    assert number_of(tools.AT(part, 2.5)) == 25
    assert tools.PART(part, 3, 99).frames == 5 and tools.PART(one, 0, 99) == one.part(0, 49)
    for time in (-1, 6, float("nan")):
        with pytest.raises(ToolError, match=r"It goes from 0:00\.0 to 0:05\.0"):
            tools.AT(one, time)
    with pytest.raises(ToolError, match="start < end"):
        tools.PART(one, 3, 3)
    with pytest.raises(ToolError, match=r"nothing from 2 s to 3\.9 s"):
        tools.PART(tools.PART(one, 4, 5), 2, 3.9)
