"""Vectors of texts, kept on disk: a process that asks one question should not encode all examples again."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import TYPE_CHECKING
from zipfile import BadZipFile

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Encode = Callable[[Sequence[str]], "NDArray[np.float32]"]
Vectors = dict[bytes, "NDArray[np.float32]"]
"""Vectors by the hash of their text and model."""

_KEPT = 8
_HASH = 16
"""Bytes of a hash."""


@dataclass(frozen=True)
class VectorStore:
    """A folder of arrays. The last eight sets of texts are kept.

    model: says which weights the vectors are made with; those of others are never mixed.
    """

    folder: Path
    model: str

    def get(self, texts: Sequence[str], encode: Encode) -> NDArray[np.float32]:
        """The vectors of the texts, shape (texts, dimensions): read, or made and written.

        Of a set that was never asked for, only the texts that are in none of the kept sets are encoded: a home that
        learned one example has the others already. Raises OSError when the folder cannot be written.
        """
        import numpy as np

        if not texts:
            return encode(texts)
        keys = [sha256(f"{self.model}\0{text}".encode(errors="replace")).digest()[:_HASH] for text in texts]
        path = self.folder / f"{sha256(b''.join(keys)).hexdigest()[:32]}.npz"
        known = _read(path)
        if not known.keys() >= set(keys):
            known = self._known()
            new = {key: text for key, text in zip(keys, texts, strict=True) if key not in known}
            if new:
                known |= dict(zip(new, encode(list(new.values())), strict=True))
            self._write(path, {key: known[key] for key in keys})
        return np.stack([known[key] for key in keys])

    def _known(self) -> Vectors:
        """All vectors in the folder."""
        found: Vectors = {}
        for path in self.folder.glob("*.npz"):
            found |= _read(path)
        return found

    def _write(self, path: Path, vectors: Vectors) -> None:
        """The file appears whole or not at all: another process may read it."""
        import numpy as np

        self.folder.mkdir(parents=True, exist_ok=True)
        keys = np.frombuffer(b"".join(vectors), np.uint8).reshape(-1, _HASH)
        with NamedTemporaryFile(dir=self.folder, suffix=".part", delete=False) as file:
            np.savez(file, keys=keys, vectors=np.stack(list(vectors.values())))
        os.replace(file.name, path)
        newest_first = sorted(self.folder.glob("*.npz"), key=lambda p: p.stat().st_mtime, reverse=True)
        for old in newest_first[_KEPT:]:
            old.unlink(missing_ok=True)


def _read(path: Path) -> Vectors:
    """What is in the file; nothing when there is none, or it is damaged: then it is made again."""
    import numpy as np

    try:
        with np.load(path, allow_pickle=False) as stored:
            keys, vectors = stored["keys"], stored["vectors"]
    except (OSError, ValueError, EOFError, KeyError, TypeError, AttributeError, BadZipFile):
        return {}
    if keys.ndim != 2 or vectors.ndim != 2 or len(keys) != len(vectors):
        return {}
    return {key.tobytes(): vector for key, vector in zip(keys, vectors, strict=True)}
