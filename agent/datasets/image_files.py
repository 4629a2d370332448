"""The same question about many image files, found by patterns."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from glob import glob
from pathlib import Path
from typing import overload

from ...programs.prompt import MAX_QUESTION, asks_something
from ...tools.core.errors import InputError
from ...tools.media.images import SUFFIXES
from .records import Record


def find_images(patterns: Iterable[str]) -> list[str]:
    """The files that match patterns such as `photos/*.jpg` or `photos/**/*.png`, sorted, without duplicates.

    A folder stands for the images in it. Raises InputError for a pattern without matches.
    """
    found: dict[str, None] = {}
    for pattern in patterns:
        files = sorted(_matching(pattern))
        if not files:
            if Path(pattern).expanduser().is_dir():
                hint = f"For the images of its folders, pass '{Path(pattern) / '**' / '*.jpg'}'."
                raise InputError(f"There is no image in the folder {pattern}.", hint=hint)
            hint = "Quote the pattern for the shell: --images 'photos/*.jpg'."
            raise InputError(f"There is no image {pattern}.", hint=hint)
        found.update(dict.fromkeys(files))
    return list(found)


def _matching(pattern: str) -> Iterator[str]:
    path = Path(pattern).expanduser()
    if pattern and path.is_dir():  # an empty pattern, such as that of an unset variable, is not the current folder
        return (
            str(file)
            for file in path.iterdir()
            if file.suffix.lower() in (*SUFFIXES, ".heic", ".heif") and file.is_file()
        )
    if path.is_file():
        return iter([str(path)])
    return (name for name in glob(str(path), recursive=True) if Path(name).is_file())


class Each(Sequence[Record]):
    """One question about each of many images. The id of a record is the image's path. Raises InputError."""

    def __init__(self, images: Sequence[str], question: str) -> None:
        self._images = images
        self._question = question.strip()
        if not 0 < len(self._question) <= MAX_QUESTION:
            raise InputError(f"The question must have 1 to {MAX_QUESTION:,} characters, not {len(self._question):,}.")
        if not asks_something(self._question):
            raise InputError(f"The question {self._question!r:.40} has no word.", hint="Ask something about them.")

    def __len__(self) -> int:
        return len(self._images)

    @overload
    def __getitem__(self, index: int) -> Record: ...
    @overload
    def __getitem__(self, index: slice) -> Each: ...
    def __getitem__(self, index: int | slice) -> Record | Each:
        if isinstance(index, slice):
            return Each(self._images[index], self._question)
        return Record(self._images[index], Path(self._images[index]), self._question)
