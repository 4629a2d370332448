"""Rows of files and of the Hugging Face hub: JSONL, Parquet, and streamed data sets.

Parquet needs the package `pyarrow` and the hub `datasets`: the extra `looksmith[datasets]` is both. Images stay as
stored: `{"bytes": ..., "path": ...}`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from ...tools.core.errors import InputError, PrerequisiteError
from .folder import Given
from .records import rows_of

_BATCH = 16
"""Rows in memory at once, of which each may hold several images."""
Row = tuple[str, Mapping[str, Any]]
"""A row: where it is (for messages), and its columns."""


def tables(given: Given, stem: str) -> dict[str, Path]:
    """The JSONL and Parquet files of a data set, by name without suffix. Parquet is preferred."""
    found: dict[str, Path] = {}
    for ends in (".jsonl", ".parquet"):
        found |= given.splits(f"{stem}{ends}", ends)
    return found


def rows_in(path: Path) -> Iterator[Row]:
    """The rows of a file. Raises InputError for a damaged one, PrerequisiteError without `pyarrow`."""
    return _parquet(path) if path.suffix == ".parquet" else rows_of(path)


def _parquet(path: Path) -> Iterator[Row]:
    parquet = _package("pyarrow.parquet", str(path))
    try:
        with parquet.ParquetFile(path) as file:
            batches = file.iter_batches(batch_size=_BATCH)
            rows = (row for batch in batches for row in batch.to_pylist())
            for number, row in enumerate(rows, start=1):
                yield f"{path}, row {number}", row
    except (OSError, ValueError) as error:  # ArrowInvalid is a ValueError
        raise InputError(f"{path} cannot be read: {error}") from None


def streamed(name: str, config: str, split: str) -> Iterator[Row]:
    """The rows of a data set on the Hugging Face hub, as they arrive. name: its repository, or a folder like one.

    Raises InputError if there is no such data set or split, PrerequisiteError without `datasets`.
    """
    told = " ".join(filter(None, (name, config, split)))
    datasets = _package("datasets", told)
    try:
        stream = datasets.load_dataset(name, config or None, split=split, streaming=True)
        for column, kind in dict[str, Any](stream.features or {}).items():
            if isinstance(kind, datasets.Image):
                stream = stream.cast_column(column, datasets.Image(decode=False))
        for number, row in enumerate(stream, start=1):
            yield f"{told}, row {number}", row
    except (OSError, ValueError) as error:  # what datasets raises for missing and damaged files, and when offline
        raise InputError(f"{told} cannot be read: {error}") from None


def _package(name: str, told: str) -> Any:
    """A package without types. Raises PrerequisiteError if it is not installed."""
    package = name.partition(".")[0]
    if find_spec(package) is None:
        hint = "Install it: pip install 'looksmith[datasets]'."
        raise PrerequisiteError(f"{told} needs the package {package}.", hint=hint)
    return import_module(name)
