"""Descriptions of labels, and the folder that stores them."""

from __future__ import annotations

import os
from hashlib import sha256
from pathlib import Path
from tempfile import NamedTemporaryFile

from pydantic import ValidationError

from ..core.errors import InputError
from ..core.frozen import Frozen
from ..words.labels import plain_label


class Dropped(Frozen):
    """A rejected sentence, with the reason."""

    sentence: str
    reason: str


class DescriptionRequest(Frozen):
    """A request for descriptions, which identifies a file.

    domain: what kind of thing the label is, such as "a kind of dog", for labels that mean several things.
    model: the language model; template_version: of the questions and of the filter.
    samples: replies to each question.
    """

    label: str
    domain: str = ""
    model: str
    template_version: str
    samples: int
    temperature: float
    seed: int | None = None

    @property
    def key(self) -> str:
        """The name of the file, which starts with the label."""
        everything = self.model_copy(update={"label": plain_label(self.label), "domain": plain_label(self.domain)})
        return f"{label_key(self.label)}-{_hash(everything.model_dump_json())}"


class Descriptors(DescriptionRequest):
    """The descriptions of a label, and the rejected sentences."""

    sentences: tuple[str, ...]
    dropped: tuple[Dropped, ...] = ()

    @property
    def request(self) -> DescriptionRequest:
        """The request."""
        return DescriptionRequest(**{name: getattr(self, name) for name in DescriptionRequest.model_fields})


class DescriptorStore:
    """A folder with one JSON file per request."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def get(self, request: DescriptionRequest) -> Descriptors | None:
        """Load the descriptions for a request. Raises InputError for a damaged file."""
        path = self._folder / f"{request.key}.json"
        return _read(path) if path.exists() else None

    def latest(self, label: str, domain: str = "") -> Descriptors | None:
        """The latest descriptions of a label, by any model; without a domain, in any domain. Raises InputError for a
        damaged file.
        """
        paths = sorted(self._folder.glob(f"{label_key(label)}-*.json"), key=lambda p: (p.stat().st_mtime_ns, p.name))
        for path in reversed(paths):
            found = _read(path)
            if not domain or plain_label(found.domain) == plain_label(domain):
                return found
        return None

    def put(self, descriptors: Descriptors) -> Path:
        """Store descriptions atomically."""
        self._folder.mkdir(parents=True, exist_ok=True)
        path = self._folder / f"{descriptors.request.key}.json"
        with NamedTemporaryFile("w", dir=self._folder, suffix=".part", delete=False, encoding="utf-8") as part:
            try:
                part.write(descriptors.model_dump_json(indent=1))
                part.close()
                os.replace(part.name, path)
            except BaseException:
                os.unlink(part.name)
                raise
        return path


def label_key(label: str) -> str:
    """The part of a file's name that all about one label share."""
    return _hash(plain_label(label))


def _read(path: Path) -> Descriptors:
    try:
        return Descriptors.model_validate_json(path.read_bytes())
    except (ValidationError, OSError) as error:
        reason = str(error).partition("\n")[0]
        hint = "Delete it, and run `looksmith describe` again."
        raise InputError(f"The descriptions in {path} cannot be read ({reason}).", hint=hint) from None


def _hash(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:16]
