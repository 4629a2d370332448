"""Reads video files as `Video`, and their frames as `Image`; any problem is an InputError.

Only formats that record their own length are supported, so that truncated files can be detected. Others, such as
playlists, which refer to further files and URLs, are never opened.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from fractions import Fraction
from hashlib import file_digest
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from ..core.errors import InputError, ToolError
from ..core.packages import require
from ..core.values import Image, Video
from .images import MAX_PIXELS, require_file

if TYPE_CHECKING:
    from PIL import Image as pillow

SUFFIXES = frozenset([".mp4", ".m4v", ".mov", ".webm", ".mkv"])
_READABLE = "MP4, MOV, WebM and Matroska files can be read."
_AGAIN = "Save or download it again."
_OPTIONS = {"format_whitelist": "mov,mp4,matroska,webm", "protocol_whitelist": "file"}
_EARLIER = (0, 16, 256)
"""How many frames before the wanted one to seek: seeking uses decoding order, so if that differs from presentation
order, the keyframe found may be after the wanted frame."""
_AGREES = 0.01
_EBML, _SEGMENT = bytes.fromhex("1a45dfa3"), bytes.fromhex("18538067")


def is_video(path: Path) -> bool:
    """Whether the file's extension is that of a video."""
    return path.suffix.lower() in SUFFIXES


def load_video(path: Path) -> Video:
    """Load a video. Reads the times of its frames from the packets, and decodes only the first of them.

    Raises InputError for a file that is missing, empty, not a video, without frames, truncated, damaged, or with more
    than MAX_PIXELS per frame; PrerequisiteError if PyAV is not installed.
    """
    require_file(path)
    require("video", "av")
    _require_whole(path)
    from av.error import FFmpegError

    try:
        size, start = _first_frame(path)
        with opened(path) as (container, stream):
            times, keys = _times(container, stream, start)
            unit, fps = stream.time_base, _rate(times, stream.time_base, stream.average_rate)
    except EOFError:  # FFmpeg's own
        raise InputError(f"{path} ends before its first frame.", hint=_AGAIN) from None
    except FFmpegError as error:
        raise InputError(f"{path} is damaged or not a video: {error.strerror}.", hint=_READABLE) from None
    with path.open("rb") as file:
        source = file_digest(file, "sha256").hexdigest()
    return Video(path, source, *size, fps, times, float(unit), keys)


def frame(video: Video, index: int) -> Image:
    """A frame by index, from 0. Raises ToolError if it does not exist, or the file has changed."""
    return next(frames(video, index))


def frames(video: Video, start: int = 0) -> Iterator[Image]:
    """Yield the frames from an index on, decoded lazily, each as an original image.

    They are rotated as specified in the file, and all have the size `video.width` x `video.height`.
    Raises ToolError if the frame does not exist, or the file has changed.
    """
    if not 0 <= start < video.frames:
        last = video.frames - 1
        raise ToolError(f"The video has no frame {start}.", hint=f"Its {video.frames} frames are 0 to {last}.")
    return _frames(video, start)


def _frames(video: Video, start: int) -> Iterator[Image]:
    from av.error import FFmpegError

    wanted = start
    try:
        for earlier in (*(back for back in _EARLIER if back < start), start):
            with opened(video.path) as (container, stream):
                if earlier < start:
                    container.seek(video.times[start - earlier], stream=stream)
                for decoded in container.decode(stream):
                    if decoded.pts is None or decoded.pts < video.times[wanted]:
                        continue
                    if decoded.pts > video.times[wanted]:
                        break
                    yield Image.of(upright(decoded, (video.width, video.height)))
                    wanted += 1
                    if wanted == video.frames:
                        return
            if wanted > start:
                break
    except (FFmpegError, InputError) as error:
        raise ToolError(f"Frame {wanted} of {video.path.name} cannot be read: {error}") from None
    raise ToolError(f"Frame {wanted} of {video.path.name} no longer exists.", hint="Has the file changed?")


@contextmanager
def opened(path: Path) -> Generator[tuple[Any, Any]]:
    """The file's container and its first video stream that is not a cover. Raises InputError if there is none."""
    import av
    from av.stream import Disposition

    # An absolute path cannot be mistaken for a protocol.
    with av.open(str(path.resolve()), options=_OPTIONS) as container:
        for stream in container.streams.video:
            if not stream.disposition & Disposition.attached_pic:
                stream.thread_type = "AUTO"
                yield container, stream
                return
        raise InputError(f"{path} has no video stream.", hint="Choose a file with a video stream.")


def _first_frame(path: Path) -> tuple[tuple[int, int], int]:
    """The size of the first frame, upright, and its time."""
    with opened(path) as (container, stream):
        context = stream.codec_context
        if context.width * context.height > MAX_PIXELS:
            shown = f"frames of {context.width} x {context.height} pixels"
            raise InputError(f"{path} has {shown}; at most {MAX_PIXELS:,} pixels (width times height) are read.")
        for decoded in container.decode(stream):
            if decoded.pts is not None:
                return upright(decoded).size, decoded.pts
    raise InputError(f"{path} has no frames.", hint=_AGAIN)


def _times(container: Any, stream: Any, start: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The times of all frames from `start` on, and of those that can be decoded without others.

    Packets that are only decoded for others, as those before the start of a file that was cut, are left out.
    """
    times, keys = {start}, {start}
    for packet in container.demux(stream):
        if packet.pts is None or packet.is_discard or packet.pts < start:
            continue
        times.add(packet.pts)
        if packet.is_keyframe:
            keys.add(packet.pts)
    return tuple(sorted(times)), tuple(sorted(keys))


def upright(decoded: Any, size: tuple[int, int] | None = None) -> pillow.Image:
    """A frame as displayed, scaled to the video's size, because streams may change theirs."""
    pixels = decoded.to_image().rotate(decoded.rotation, expand=True)
    return pixels if size in (None, pixels.size) else pixels.resize(size)


def _rate(times: tuple[int, ...], unit: Fraction, stated: Fraction | None) -> float:
    """Frames per second, as recorded in the file, or from the frames' times if these disagree."""
    if len(times) < 2:
        return float(stated or 1)
    measured = (len(times) - 1) / float((times[-1] - times[0]) * unit)
    return float(stated) if stated and abs(float(stated) / measured - 1) < _AGREES else measured


def _require_whole(path: Path) -> None:
    """Reject truncated files, which can often be decoded without an error."""
    size = path.stat().st_size
    with path.open("rb") as file:
        end = _matroska_end(file, size) if file.read(4) == _EBML else _mp4_end(file, size)
    if end > size:
        raise InputError(f"{path} is truncated: it has {size:,} of its {end:,} bytes.", hint=_AGAIN)


def _mp4_end(file: BinaryIO, size: int) -> int:
    """The end of the last media or index box, from its header (ISO/IEC 14496-12, 4.2).

    0 if unknown.
    """
    end = at = 0
    while at < size:
        file.seek(at)
        header = file.read(16)
        length = int.from_bytes(header[:4])
        length = int.from_bytes(header[8:16]) if length == 1 else length
        if length < 8:
            break
        at += length
        end = at if header[4:8] in (b"mdat", b"moov") else end
    return end


def _matroska_end(file: BinaryIO, size: int) -> int:
    """The end of the segment, from its header (RFC 8794); 0 if unknown, as in live recordings."""
    file.seek(4)
    at = 4 + sum(_number(file))
    if at > size:
        return 0
    file.seek(at)
    if file.read(4) != _SEGMENT:
        return 0
    length, taken = _number(file)
    return at + 4 + taken + length if length != (1 << 7 * taken) - 1 else 0


def _number(file: BinaryIO) -> tuple[int, int]:
    """A variable-length number, and its size in bytes."""
    first = file.read(1)
    taken = 9 - int.from_bytes(first).bit_length()
    return int.from_bytes(first + file.read(taken - 1)) & ((1 << 7 * taken) - 1), taken
