"""FEATURES and PHOTOS_LIKE: similar photos, by the cosine of a network's features."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from ..core.albums import Album
from ..core.errors import ToolError
from ..core.tool import Scored, tool
from ..core.values import Image
from .choosing import DAY, shown
from .desk import PhotoDesk, encoded, told_unreadable
from .look import opened_photos

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_SAME = 0.9995
"""The minimum cosine at which a photo counts as the picture itself."""


class Encodes(Protocol):
    """A model that computes a feature vector of length 1 for an image."""

    def load(self) -> None:
        """Load it. Raises WeightsError."""
        ...

    def image_vectors(self, images: Sequence[Image]) -> NDArray[np.float32]:
        """The vectors, of shape (images, size)."""
        ...


class PhotoFeatures:
    """FEATURES, based on an encoder of images."""

    def __init__(self, model: Encodes, backend: str) -> None:
        self.model = model
        self.backend = backend
        self.identity, self.occupies = "", ("cpu",)
        self.concurrency, self.server_timeout = 1, 0.0

    def load(self) -> None:
        """Load the model. Raises WeightsError."""
        self.model.load()

    @tool(batch=16, many="features_many")
    def FEATURES(self, path: str, stamp: str) -> str:
        """The vector of a photo, as text.

        path: of the file. stamp: of its size and its last change.

        Raises UnreadablePhoto.
        """
        (found,) = self.features_many([{"path": path, "stamp": stamp}])
        if isinstance(found, Exception):
            raise found
        return found

    def features_many(self, calls: Sequence[Mapping[str, Any]]) -> list[Any]:
        """FEATURES for each call: a text, or the UnreadablePhoto that it would have raised."""
        opened = opened_photos([call["path"] for call in calls])
        images = [one for one in opened if isinstance(one, Image)]
        vectors = iter(self.model.image_vectors(images) if images else ())
        return [one if isinstance(one, Exception) else encoded(next(vectors)) for one in opened]


class Likeness:
    """PHOTOS_LIKE, based on FEATURES."""

    backend = "photos"
    occupies = ()

    def __init__(self, desk: PhotoDesk, model: Encodes) -> None:
        self.desk = desk
        self._model = model

    def load(self) -> None:
        """Load the model. Raises WeightsError."""
        self._model.load()

    @tool(timeout=DAY)
    def PHOTOS_LIKE(self, album: Album, image: Image, number: int = 3) -> Scored[Album]:
        """The photos that look most like the image, the most alike first.

        number: how many of them.

        The image itself, where it is in the album, is left out. Raises ToolError for a number below 1.
        """
        if number < 1:
            raise ToolError(f"PHOTOS_LIKE needs a number of at least 1, got {number}.")
        vectors, unreadable = self.desk.features(album)
        (wanted,) = self._model.image_vectors([image])
        likeness = {photo: float(vector @ wanted) for photo, vector in vectors.items()}
        order = sorted(likeness, key=lambda photo: -likeness[photo])
        itself = [photo for photo in order[:1] if likeness[photo] >= _SAME]
        chosen = [photo for photo in order if photo not in itself][:number]
        told = [f"left out {photo.name}, which is the picture itself" for photo in itself]
        scores = {photo.name: round(likeness[photo], 4) for photo in chosen}
        return Scored(shown(album, chosen), scores, assumptions=(*told, *told_unreadable(unreadable)))
