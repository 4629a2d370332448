"""Writing what is exported: a file or a folder that cannot be written is told in one sentence."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from ...tools.core.errors import InputError


@contextmanager
def written(path: Path) -> Generator[None]:
    """Raises InputError for what the disk refuses inside. path: what is being written."""
    try:
        yield
    except OSError as error:
        raise InputError(f"{path} cannot be written: {error.strerror or error}.") from None


def write_text(path: Path, text: str) -> Path:
    """Write a file in UTF-8. Raises InputError."""
    with written(path):
        path.write_text(text, encoding="utf-8")
    return path


def make_folder(path: Path) -> Path:
    """A folder with nothing in it: what is there already is never mixed with what is new. Raises InputError."""
    with written(path):
        if path.is_dir() and any(path.iterdir()):
            raise InputError(f"{path} is there and not empty.", hint="Name another folder: -o FOLDER.")
        path.mkdir(parents=True, exist_ok=True)
    return path
