"""Frames of a video are decoded and looked at in batches, each once, and a damaged one harms no other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import clips
import numpy as np
import pytest

from looksmith.tools.clips import look
from looksmith.tools.clips.desk import Desk
from looksmith.tools.clips.look import Looker
from looksmith.tools.clips.watching import Watcher
from looksmith.tools.core.errors import ToolError, UnknownName
from looksmith.tools.core.registry import Registry
from looksmith.tools.core.tool import Scored
from looksmith.tools.core.values import Box, Image, Video
from looksmith.tools.engine.executor import Executor
from looksmith.tools.engine.results import Results
from looksmith.tools.media.video import load_video


class Square:
    """Finds the bright square, from frame 8 on. sizes: how many pictures it was given at once."""

    backend = "square"

    def __init__(self) -> None:
        self.sizes: list[int] = []

    def DETECT(self, image: Image, name: str, which: str = "") -> Scored[list[Box]]:
        """The square."""
        if name != "square":
            raise UnknownName(f"No {name} is known.")
        number = round((float(np.median(image.array())) - 20) / 4)
        return Scored([clips.square(number)] if number >= 8 else [])

    def look_many(self, calls: Sequence[Mapping[str, Any]], tools: Sequence[str]) -> list[Any]:
        """One of the tools for each call."""
        assert set(tools) <= {"DETECT"}
        self.sizes.append(len(calls))
        return [self.DETECT(**call) for call in calls]


@pytest.fixture
def clip(tmp_path: Path) -> Video:
    return load_video(clips.clip(tmp_path / "clip.mp4", 40))


@pytest.fixture
def square() -> Square:
    return Square()


@pytest.fixture
def executor(square: Square) -> Executor:
    desk, registry, told = Desk(), Registry(), list[str]()
    registry.add(Looker(square), Watcher(desk))
    made = Executor(registry, Results(None))
    desk.connect(lambda name, arguments: made.submit(name, arguments, {}), told.append)
    made.told = told  # pyright: ignore[reportAttributeAccessIssue]
    return made


def test_a_tool_about_a_video_looks_through_the_executor(executor: Executor, square: Square, clip: Video) -> None:
    first = executor.call("FIRST_SEEN", (clip, "square"), {})
    assert first.error is None and first.value == pytest.approx(0.8, abs=0.1)
    assert max(square.sizes) > 1, "frames are looked at together"
    assert first.moments[0].box.label == "square" and first.moments[0].time >= 0.7
    assert "looking for square" in executor.told[0]  # pyright: ignore[reportAttributeAccessIssue]


def test_a_frame_that_was_looked_at_is_known(executor: Executor, square: Square, clip: Video) -> None:
    assert executor.call("WHEN", (clip, "square"), {}).error is None
    seen = sum(square.sizes)
    again = executor.call("HOW_LONG", (clip, "square"), {})
    assert again.value == pytest.approx(3.2, abs=0.2) and sum(square.sizes) == seen


def test_a_name_that_nobody_knows_is_refused_and_not_never_seen(executor: Executor, clip: Video) -> None:
    assert isinstance(executor.call("SEEN", (clip, "ghost"), {}).error, UnknownName)


def test_frames_behind_damage_are_seen(
    executor: Executor, square: Square, clip: Video, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = look.read_frames

    def torn(video: Video, numbers: Sequence[int]) -> Any:
        for number, image in read(video, numbers):
            if 20 <= number < 30:
                raise ToolError("It cannot be decoded.")
            yield number, image

    monkeypatch.setattr(look, "read_frames", torn)
    done = executor.call("WHEN", (clip, "square"), {})
    assert done.error is None and [round(s.end, 1) for s in done.value][-1] == 4.0
    assert any("could not be decoded" in text for text in done.assumptions)
