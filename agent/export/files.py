"""Writes exported files; errors of the file system become InputErrors."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from ...tools.core.errors import InputError


@contextmanager
def written(path: Path) -> Generator[None]:
    """A context that turns OSErrors into InputErrors. path: what is being written."""
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
    """Create a folder, which must not exist or be empty. Raises InputError."""
    with written(path):
        if path.is_dir() and any(path.iterdir()):
            raise InputError(f"{path} exists and is not empty.", hint="Choose another folder: -o FOLDER.")
        path.mkdir(parents=True, exist_ok=True)
    return path
