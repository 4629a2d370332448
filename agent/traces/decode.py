"""Decodes values from their JSON in a trace (tools/media/from_json.py), with their images."""

from __future__ import annotations

from dataclasses import dataclass, field

from ...tools.core.errors import InputError, LooksmithError
from ...tools.core.values import Image
from ...tools.media.from_json import FindImage as FindImage
from ...tools.media.from_json import decode as decode
from ...tools.media.from_json import decode_all as decode_all
from .runs import StoredRun


@dataclass
class StoredImages:
    """The stored images of a run, each loaded once."""

    run: StoredRun
    _known: dict[str, Image] = field(default_factory=dict[str, Image])

    def __call__(self, name: str) -> Image:
        """The full image. Raises InputError if its file is missing, damaged, or does not match its hash."""
        if name not in self._known:
            self._known[name] = self._read(name)
        return self._known[name]

    def _read(self, name: str) -> Image:
        from PIL import Image as pillow

        path = self.run.image_path(name)
        try:
            with pillow.open(path) as stored:
                image = Image.of(stored)
        except (OSError, ValueError, LooksmithError) as error:
            raise InputError(f"Cannot read the image {name} of the run {self.run.folder}: {error}.") from None
        if image.source != name:
            raise InputError(f"The image {path} has changed since the run.")
        return image
