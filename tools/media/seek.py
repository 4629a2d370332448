"""Reads chosen frames of a video: seeks to the keyframe before each, unless decoding on comes to it sooner."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Generator, Iterable, Iterator
from contextlib import closing
from typing import Any

from ..core.errors import InputError, ToolError
from ..core.values import Image, Video
from .video import frame, opened, upright


def read_frames(video: Video, numbers: Iterable[int]) -> Iterator[tuple[int, Image]]:
    """Yield frames of a video with their numbers, in ascending order, one in memory at a time.

    Raises ToolError if one does not exist or cannot be decoded, or if the file has changed.
    """
    wanted = sorted(set(numbers))
    if wanted and not 0 <= wanted[0] <= wanted[-1] < video.frames:
        raise ToolError(f"The video has no frame {wanted[-1]}.", hint=f"Its {video.frames} frames start at 0.")
    with closing(_read(video, wanted)) as found:
        yield from found


def picture(video: Video, number: int) -> Image:
    """One frame of a video, by its number. Raises ToolError as `read_frames`."""
    ((_, image),) = read_frames(video, [number])
    return image


def nearest_key(video: Video, number: int, reach: int) -> int:
    """The frame that is decoded fastest among those at most `reach` frames away: a keyframe, or the frame itself."""
    place = bisect_right(video.keys, video.times[number])
    near = [key for key in video.keys[max(place - 1, 0) : place + 1] if video.times[0] <= key <= video.times[-1]]
    found = [bisect_right(video.times, key) - 1 for key in near]
    return min((one for one in found if abs(one - number) <= reach), key=lambda one: abs(one - number), default=number)


def _read(video: Video, wanted: list[int]) -> Generator[tuple[int, Image]]:
    from av.error import FFmpegError

    try:
        with opened(video.path) as (container, stream):
            at: int | None = None
            decoding: Iterator[Any] = iter(())
            for number in wanted:
                time = video.times[number]
                if at is None or _key_before(video, time) > at:
                    container.seek(time, stream=stream)
                    decoding = container.decode(stream)
                decoded = next((one for one in decoding if one.pts is not None and one.pts >= time), None)
                at = None if decoded is None else decoded.pts
                if decoded is not None and decoded.pts == time:
                    yield number, Image.of(upright(decoded, (video.width, video.height)))
                else:  # the keyframe found was after it: look for it with patience
                    at = None
                    yield number, frame(video, number)
    except (FFmpegError, InputError) as error:
        raise ToolError(f"{video.path.name} cannot be read any more: {error}") from None


def _key_before(video: Video, time: int) -> int:
    """The time of the keyframe from which a frame is decoded."""
    place = bisect_right(video.keys, time)
    return video.keys[place - 1] if place else video.times[0]
