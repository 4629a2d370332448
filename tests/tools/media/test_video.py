"""Videos: every frame is found, whatever the file, and a file that cannot be used says why."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import clips
import numpy as np
import pytest
from PIL import Image as Pillow

from looksmith.tools.core import packages
from looksmith.tools.core.errors import ArgumentError, InputError, PrerequisiteError, ToolError
from looksmith.tools.core.registry import Registry
from looksmith.tools.core.values import Image, Video
from looksmith.tools.engine.executor import Call, Executor
from looksmith.tools.media import frames, video
from looksmith.tools.media.frames import Frames
from looksmith.tools.media.video import frame, load_video
from looksmith.tools.profiles import builtin_tools
from looksmith.tools.profiles.plugins import Register
from looksmith.tools.weights.store import Weights


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Clips of 24 frames of which each has another background."""
    made = tmp_path_factory.mktemp("clips")
    for suffix in clips.CODECS:
        clips.clip(made / f"clip{suffix}")
    return made


@pytest.fixture(scope="module")
def clip(folder: Path) -> Video:
    return load_video(folder / "clip.mp4")


def number_of(image: Image) -> int:
    """Which frame it is, by its background."""
    return round((float(np.median(image.array())) - 20) / 4)


def same(a: Image, b: Image) -> bool:
    return a == b and np.array_equal(a.array(), b.array())


@pytest.mark.parametrize("suffix", clips.CODECS)
def test_a_video_says_what_it_is(folder: Path, suffix: str) -> None:
    one = load_video(folder / f"clip{suffix}")
    assert (one.width, one.height, one.fps, one.frames, one.seconds) == (128, 64, 10.0, 24, 2.4)
    assert one == load_video(folder / f"clip{suffix}") and len({one, load_video(folder / f"clip{suffix}")}) == 1


def test_videos_of_other_files_differ(folder: Path) -> None:
    assert load_video(folder / "clip.mp4") != load_video(folder / "clip.webm")


@pytest.mark.parametrize("suffix", clips.CODECS)
def test_every_frame_is_found_in_any_order(folder: Path, suffix: str) -> None:
    one = load_video(folder / f"clip{suffix}")
    read = list(video.frames(one))
    assert [number_of(image) for image in read] == list(range(24))
    for number in (23, 0, 7, 8, 9, 16, 15, 22, 1):
        assert same(frame(one, number), read[number])


def test_frames_that_are_decoded_out_of_order_are_found(tmp_path: Path) -> None:
    """With one keyframe in front, and with many, of which some are decoded before frames that are shown earlier."""
    for between in (300, 3):
        one = load_video(clips.clip(tmp_path / f"{between}.mp4", 50, between_keys=between))
        assert [number_of(frame(one, number)) for number in range(49, -1, -7)] == list(range(49, -1, -7))


def test_each_frame_is_an_image_of_its_own_with_the_thing_in_its_place(clip: Video) -> None:
    first, fifth = frame(clip, 0), frame(clip, 5)
    assert first != fifth and first.source != fifth.source
    for number, image in ((0, first), (5, fifth)):
        assert (image.width, image.height, image.original, image.left) == (128, 64, (128, 64), 0)
        inside = image.crop(clips.square(number)).array().reshape(-1, 3)
        assert np.abs(np.median(inside, axis=0) - (250, 220, 40)).max() < 12


@pytest.mark.parametrize("turned", [90, -90, 180])
def test_a_video_that_was_held_otherwise_is_turned_upright(tmp_path: Path, turned: int) -> None:
    plain = load_video(clips.clip(tmp_path / "plain.mp4"))
    one = load_video(clips.clip(tmp_path / "turned.mp4", turned=turned))
    assert (one.width, one.height) == ((128, 64) if turned == 180 else (64, 128))
    upright = np.rot90(frame(plain, 3).array(), turned // 90)
    assert np.array_equal(frame(one, 3).array(), upright)


# Files that cannot be used


def refused(path: Path, why: str) -> InputError:
    with pytest.raises(InputError, match=why) as caught:
        load_video(path)
    assert caught.value.hint
    return caught.value


@pytest.mark.parametrize("share", [0.3, 0.6, 0.95])
@pytest.mark.parametrize("suffix", clips.CODECS)
@pytest.mark.parametrize("start", [False, True])
def test_a_file_that_was_cut_is_refused(folder: Path, tmp_path: Path, suffix: str, share: float, start: bool) -> None:
    whole = folder / f"clip{suffix}"
    if start and suffix in (".mp4", ".mov"):  # what tells where the frames lie comes first: most of them can be decoded
        whole = clips.clip(tmp_path / f"whole{suffix}", container={"movflags": "faststart"})
        assert load_video(whole).frames == 24
    data = whole.read_bytes()
    path = tmp_path / f"cut{suffix}"
    path.write_bytes(data[: int(len(data) * share)])
    refused(path, "is truncated|is damaged|ends before")


@pytest.mark.parametrize("suffix", clips.CODECS)
def test_a_file_that_lacks_its_last_byte_says_how_much_is_there(folder: Path, tmp_path: Path, suffix: str) -> None:
    data = (folder / f"clip{suffix}").read_bytes()
    path = tmp_path / f"cut{suffix}"
    path.write_bytes(data[:-1])
    refused(path, f"is truncated: it has {len(data) - 1:,} of its {len(data):,} bytes")


def test_a_recording_that_never_said_its_length_is_read(tmp_path: Path) -> None:
    live = clips.clip(tmp_path / "live.webm", container={"live": "1"})
    fragments = clips.clip(tmp_path / "parts.mp4", container={"movflags": "frag_keyframe+empty_moov"})
    assert (load_video(live).frames, load_video(fragments).frames) == (24, 24)


def test_files_without_frames_are_refused(tmp_path: Path, folder: Path) -> None:
    refused(clips.sound(tmp_path / "sound.mp4"), "has no video stream")
    refused(clips.clip(tmp_path / "none.mkv", 0), "ends before its first frame")
    refused(clips.clip(tmp_path / "none.mp4", 0), "has no video stream")
    (tmp_path / "empty.mp4").touch()
    refused(tmp_path / "empty.mp4", "is empty")
    refused(tmp_path / "missing.mp4", "There is no file")
    refused(tmp_path, "is a folder")


@pytest.mark.parametrize("kind", ["text", "picture", "playlist"])
def test_what_is_no_video_is_refused(tmp_path: Path, folder: Path, kind: str) -> None:
    path = tmp_path / "clip.mp4"
    if kind == "picture":
        Pillow.new("RGB", (8, 8)).save(path, "PNG")
    elif kind == "playlist":
        path.write_text(f"#EXTM3U\n#EXT-X-TARGETDURATION:3\n#EXTINF:3,\n{folder / 'clip.mp4'}\n#EXT-X-ENDLIST\n")
    else:
        path.write_text("not a video")
    refused(path, "not a video")


def test_frames_that_are_too_large_are_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(video, "MAX_PIXELS", 128 * 64 - 1)
    with pytest.raises(InputError, match="frames of 128 x 64 pixels; at most 8,191 pixels"):
        load_video(folder / "clip.mp4")


def test_a_file_that_changed_or_went_away_is_a_tools_error(tmp_path: Path) -> None:
    one = load_video(clips.clip(tmp_path / "clip.mp4"))
    clips.clip(tmp_path / "clip.mp4", 5)
    with pytest.raises(ToolError, match=r"Frame 20 of .* no longer exists"):
        frame(one, 20)
    (tmp_path / "clip.mp4").unlink()
    with pytest.raises(ToolError, match=r"Frame 3 of .* cannot be read"):
        frame(one, 3)


# The tools


@pytest.fixture
def call(clip: Video):
    registry = Registry()
    registry.add(Frames())
    executor = Executor(registry)

    def called(name: str, *args: object) -> Call:
        return executor.call(name, (clip, *args), {})

    return called


@pytest.mark.parametrize(
    ("count", "numbers"),
    [
        (1, [12]),
        (2, [6, 18]),
        (3, [4, 12, 20]),
        (8, [1, 4, 7, 10, 13, 16, 19, 22]),
        (24, [*range(24)]),
        (64, [*range(24)]),
    ],
)
def test_frames_are_spread_evenly(call, count: int, numbers: list[int]) -> None:
    assert [number_of(image) for image in call("FRAMES", count).value] == numbers


def test_frames_are_eight_unless_asked_and_frame_gives_the_same(call) -> None:
    several = call("FRAMES").value
    assert len(several) == 8
    assert call("FRAME", 4).value == several[1]


@pytest.mark.parametrize("index", [-1, 24, 10**9])
def test_a_frame_that_is_not_there_is_an_error(call, index: int) -> None:
    error = call("FRAME", index).error
    assert isinstance(error, ToolError) and "Its 24 frames are 0 to 23." in str(error)


@pytest.mark.parametrize("count", [0, -3, frames.MOST + 1])
def test_too_many_or_no_frames_are_an_error(call, count: int) -> None:
    error = call("FRAMES", count).error
    assert isinstance(error, ToolError) and "1 to 64" in str(error)


def test_a_video_is_asked_for(photo) -> None:
    registry = Registry()
    registry.add(Frames())
    error = Executor(registry).call("FRAME", (photo("coffee"), 0), {}).error
    assert isinstance(error, ArgumentError) and "wants Video for video, got Image" in str(error)


def test_without_the_decoder_the_tools_and_files_are_refused_with_what_to_install(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    find = importlib.util.find_spec
    for module in (builtin_tools, packages):
        monkeypatch.setattr(module, "find_spec", lambda name: None if name == "av" else find(name))
    register = Register(Registry(), Weights(tmp_path, offline=True), "cpu")
    builtin_tools.register_tools(register)
    assert {"FRAME", "FRAMES", "AT", "PART", "FIRST_SEEN", "HOW_MANY", "GLANCE"} <= set(register.registry.missing)
    assert set(register.registry.missing.values()) == {"needs av and edgefirst-tracker: pip install 'looksmith[video]'"}
    with pytest.raises(PrerequisiteError, match=r"pip install 'looksmith\[video\]'"):
        load_video(folder / "clip.mp4")
