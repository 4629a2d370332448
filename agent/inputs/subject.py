"""The subject of a program: one image or several, and additional named values."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from keyword import iskeyword
from os.path import isdir, isfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from pydantic import ValidationError

from ...programs.examples.bank import About
from ...programs.language.language import ANSWER, BUILTINS, RESERVED
from ...programs.language.types import container, join
from ...tools.albums.sheet import sheet_of
from ...tools.core.albums import Album
from ...tools.core.annotations import adapter, type_text
from ...tools.core.errors import InputError
from ...tools.core.stand_in import blank_image
from ...tools.core.values import Box, Image, Mask, Point, Video
from ...tools.media.photos import load_album
from ...tools.media.video import frame, is_video, load_video
from ...tools.pictures.door import LOCAL, path_in
from ...tools.pictures.door import Named as Named

if TYPE_CHECKING:
    from ...tools.pictures.door import Picture

ONE, SEVERAL, VIDEO, ALBUM = "image", "images", "video", "album"
MAX_INPUT = 200_000
"""Maximum bytes of one additional input, as JSON."""
MAX_DEPTH = 8
"""Maximum nesting depth of one additional input."""


@dataclass(frozen=True)
class Subject:
    """The images that a question is about.

    names: a display name for each.
    values: additional inputs of a program, as JSON values.

    Raises InputError if there is no image, or if an input has an invalid name.
    """

    images: tuple[Image, ...]
    names: tuple[str, ...]
    values: Mapping[str, Any] = field(default_factory=dict[str, Any])

    def __post_init__(self) -> None:
        if not self.images:
            raise InputError("There is no image.", hint="Pass an image file.")
        if len(self.names) != len(self.images):
            raise InputError(f"{len(self.images)} images, but {len(self.names)} names.")
        for name, value in self.values.items():
            _require_name(name)
            _require_value(name, value)

    @classmethod
    def of(cls, image: Image, name: str) -> Subject:
        """One image."""
        return cls((image,), (name,))

    @classmethod
    def named(cls, images: Iterable[Named], values: Mapping[str, Any] | None = None) -> Subject:
        """Images with their names."""
        pairs = tuple(images)
        return cls(tuple(image for image, _ in pairs), tuple(name for _, name in pairs), values or {})

    @classmethod
    def blank(cls, count: int, values: Mapping[str, Any] | None = None) -> Subject:
        """Blank images, each in a different grey."""
        images = tuple(blank_image(number) for number in range(count))
        return cls(images, ("(blank)",) * count, values or {})

    def inputs(self) -> dict[str, Any]:
        """The variables set before a program starts: `image` (or `images` if there are several), and the values."""
        return {**({ONE: self.images[0]} if len(self.images) == 1 else {SEVERAL: list(self.images)}), **self.values}

    @property
    def video(self) -> Video | None:
        """The video that it is about; its first frame is the image."""
        video = self.values.get(VIDEO)
        return video if isinstance(video, Video) else None

    @property
    def album(self) -> Album | None:
        """The album that it is about; the image is then the picture given with it, or else a sheet of its photos."""
        album = self.values.get(ALBUM)
        return album if isinstance(album, Album) else None

    @property
    def about(self) -> About:
        """What its questions are about."""
        return "images" if self.video is None and self.album is None else "video" if self.video else "album"

    def asked_types(self) -> dict[str, Any]:
        """The type of each input of a question's program, which gets the frames of a video from tools."""
        shown = self.video is not None or (self.album is not None and self.names[0] == self.album.folder.name)
        return {name: kind for name, kind in self.input_types().items() if not shown or name != ONE}

    def input_types(self) -> dict[str, Any]:
        """The type of each input."""
        images = {ONE: Image} if len(self.images) == 1 else {SEVERAL: list[Image]}
        return {**images, **{name: _type_of(value) for name, value in self.values.items()}}


def load_subject(pictures: Sequence[Picture]) -> Subject:
    """Load what a question is about: images in any form, a video, or an album. Raises InputError."""
    return Subject.named(*load_inputs(pictures, {}))


def load_inputs(pictures: Sequence[Picture], values: Mapping[str, Any]) -> tuple[list[Named], Mapping[str, Any]]:
    """Load the images and the further inputs of a program.

    A video must be given alone: its first frame is the image, and the video itself a further input. A folder becomes an
    album, also a further input; the image is then the picture given with it, or else a sheet of its photos.
    Raises InputError.
    """
    folders = [path for picture in pictures if (path := _folder_in(picture))]
    if folders:
        return _load_album(folders, [picture for picture in pictures if not _folder_in(picture)], values)
    paths = [path for picture in pictures if (path := _video_in(picture))]
    if not paths:
        return [LOCAL.read(picture) for picture in pictures], values
    if len(pictures) > 1:
        raise InputError("A video stands alone: a program is about one video, or about images.", hint="Name one file.")
    if VIDEO in values:
        raise InputError(f"The input {VIDEO} was given twice, once as {paths[0]}.")
    video = load_video(paths[0])
    return [(frame(video, 0), paths[0].name)], {**values, VIDEO: video}


def _load_album(
    folders: Sequence[Path], others: Sequence[Picture], values: Mapping[str, Any]
) -> tuple[list[Named], Mapping[str, Any]]:
    if len(folders) > 1 or len(others) > 1 or any(map(_video_in, others)):
        raise InputError("A question is about one folder, and one picture at most.", hint="Name one of each.")
    if ALBUM in values:
        raise InputError(f"The input {ALBUM} was given twice, once as {folders[0]}.")
    album = load_album(folders[0])
    if others:
        return [LOCAL.read(others[0])], {**values, ALBUM: album}
    album = album.with_sheet(sheet_of(album))
    assert album.sheet is not None
    return [(album.sheet, album.folder.name)], {**values, ALBUM: album}


def _folder_in(picture: Picture) -> Path | None:
    """The folder that is named; None for anything else."""
    path = path_in(picture)
    return path if path is not None and isdir(path) else None


def _video_in(picture: Picture) -> Path | None:
    """The video file that is named; None for anything else."""
    path = path_in(picture)
    return path if path is not None and is_video(path) and isfile(path) else None


def read_values(pairs: Iterable[str], types: Mapping[str, Any]) -> dict[str, Any]:
    """Parse inputs of the form `name=value`, where the value is JSON or else plain text.

    types: required types, by name; an input that must be text is never parsed as JSON.
    Raises InputError.
    """
    found: dict[str, Any] = {}
    for pair in pairs:
        name, equals, text = pair.partition("=")
        if not equals:
            raise InputError(f"The input {pair!r} has no value.", hint="Write NAME=VALUE.")
        if name in found:
            raise InputError(f"The input {name} was given twice.")
        found[name] = text if types.get(name) is str else _read(name, text)
        _require_fit(name, found[name], types.get(name, Any))
    return found


def _read(name: str, text: str) -> Any:
    if len(text.encode("utf-8", "replace")) > MAX_INPUT:
        raise InputError(f"The input {name} is longer than {MAX_INPUT:,} bytes.")
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        if text.lstrip()[:1] in ("[", "{", '"'):
            hint = """Quote it for the shell: --input 'names=["a", "b"]'."""
            raise InputError(f"The input {name} looks like JSON but is invalid: {error}.", hint=hint) from None
        return text
    _require_value(name, value)
    return value


def _require_value(name: str, value: Any, depth: int = MAX_DEPTH) -> None:
    """Raise InputError for a value that programs cannot hold."""
    if depth == 0:
        raise InputError(f"The input {name} is nested more than {MAX_DEPTH} levels deep.")
    if isinstance(value, dict):
        items = cast("dict[Any, Any]", value)
        value = [*items, *items.values()]
    if isinstance(value, list | tuple):
        for item in cast("list[Any]", value):
            _require_value(name, item, depth - 1)
    elif not isinstance(value, bool | int | float | str | None | Image | Box | Mask | Point | Video | Album):
        raise InputError(f"The input {name} holds a {type(value).__name__}, which programs do not support.")
    elif isinstance(value, int) and abs(value) >= 1 << 63:
        raise InputError(f"The input {name} holds a number of more than 64 bits.")


def _require_fit(name: str, value: Any, wanted: Any) -> None:
    try:
        adapter(wanted).validate(value)
    except ValidationError:
        given = type_text(_type_of(value))
        raise InputError(
            f"The input {name} must be {type_text(wanted)}, got {given}.", hint="Write lists as JSON."
        ) from None


def _require_name(name: str) -> None:
    if not name.isidentifier() or iskeyword(name) or name.startswith("_"):
        raise InputError(f"Invalid name for an input: {name!r}.", hint="Use a Python identifier.")
    if name in {ONE, SEVERAL, ANSWER, *RESERVED, *BUILTINS}:
        raise InputError(f"The name {name} is reserved.", hint="Choose another name.")


def _type_of(value: Any) -> Any:
    """The type of a JSON value."""
    if isinstance(value, list):
        items = cast("list[Any]", value)
        return container(list, _joined(items))
    if isinstance(value, dict):
        items = cast("dict[str, Any]", value)
        return container(dict, str, _joined(items.values()))
    return value.__class__


def _joined(values: Iterable[Any]) -> Any:
    return join(*map(_type_of, values)) if values else Any
