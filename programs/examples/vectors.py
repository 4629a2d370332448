"""Vectors of texts, kept on disk: a process that asks one question should not encode all examples again."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_KEPT = 8


@dataclass(frozen=True)
class VectorStore:
    """A folder of arrays. The last eight sets of texts are kept.

    model: says which weights the vectors are made with; those of others are never mixed.
    """

    folder: Path
    model: str

    def get(self, texts: Sequence[str], encode: Callable[[Sequence[str]], NDArray[np.float32]]) -> NDArray[np.float32]:
        """The vectors of the texts, shape (texts, dimensions): read, or made and written.

        Raises OSError when the folder cannot be written.
        """
        digest = sha256("\0".join((self.model, *texts)).encode()).hexdigest()
        path = self.folder / f"{digest[:32]}.npy"
        vectors = _read(path, len(texts))
        if vectors is None:
            vectors = encode(texts)
            self._write(path, vectors)
        return vectors

    def _write(self, path: Path, vectors: NDArray[np.float32]) -> None:
        """The file appears whole or not at all: another process may read it."""
        import numpy as np

        self.folder.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile(dir=self.folder, suffix=".part", delete=False) as file:
            np.save(file, vectors)
        os.replace(file.name, path)
        newest_first = sorted(self.folder.glob("*.npy"), key=lambda p: p.stat().st_mtime, reverse=True)
        for old in newest_first[_KEPT:]:
            old.unlink(missing_ok=True)


def _read(path: Path, count: int) -> NDArray[np.float32] | None:
    """The array in the file; None when there is none, or it is damaged: then it is made again."""
    import numpy as np

    try:
        vectors: NDArray[np.float32] = np.load(path, allow_pickle=False)
    except (OSError, ValueError, EOFError):
        return None
    return vectors if vectors.ndim == 2 and len(vectors) == count else None
