"""Looks at photos for the tools about albums, through the executor, whose batches and cache serve every photo.

The cache keeps the detections of each photo on disk, by the photo's path, size and modification time and the versions
of code and models. Another question about the same album reuses them, and so does the same question after it was
stopped.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from time import perf_counter
from typing import TYPE_CHECKING, Any

from ..clips.desk import Desk, FrameSight
from ..core.albums import Album, Photo
from ..core.call import Call
from ..core.errors import UnreadablePhoto

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

ALL_BOXES, LOOK_AT, FEATURES = "ALL_BOXES", "LOOK_AT", "FEATURES"
AT_ONCE = 64
"""Number of photos that are requested at once, which limits the memory in use."""
_TOLD_EVERY = 0.5
_NAMED = 3
"""Maximum number of unreadable photos that are named."""


@dataclass
class Looked:
    """The detections in the photos of an album, with the photos that could not be opened."""

    sights: dict[Photo, FrameSight] = field(default_factory=dict[Photo, FrameSight])
    unreadable: list[Photo] = field(default_factory=list[Photo])

    @property
    def assumptions(self) -> tuple[str, ...]:
        """The assumptions, each once, and the photos that could not be opened."""
        told = dict.fromkeys(text for sight in self.sights.values() for text in sight.assumptions)
        return (*told, *told_unreadable(self.unreadable))


class PhotoDesk(Desk):
    """Looks at photos. boxes: whether ALL_BOXES provides the finder with the detector's candidates."""

    def __init__(self) -> None:
        super().__init__()
        self.boxes = False

    def see(self, album: Album, name: str, which: str = "") -> Looked:
        """Look for a thing in every photo. Raises what LOOK_AT raises, such as UnknownName."""
        looked, progress = Looked(), _Progress(self.tell, f"looking for {name}", len(album))
        for some in _chunks(album.photos):
            places = {photo: (str(album.path(photo)), photo.stamp) for photo in some}
            seen = self._all(ALL_BOXES, places) if self.boxes else dict.fromkeys(places)
            readable = {photo: (*places[photo], boxes) for photo, boxes in seen.items() if boxes != UNREADABLE}
            calls = self._calls(LOOK_AT, {photo: (*given, name, which) for photo, given in readable.items()})
            for photo in some:
                call = calls.get(photo)
                if call is None or isinstance(call.error, UnreadablePhoto):
                    looked.unreadable.append(photo)
                elif call.error is not None:
                    raise call.error
                else:
                    looked.sights[photo] = FrameSight(tuple(call.value), call.assumptions, call.confidence)
            progress.add(len(some))
        return looked

    def features(self, album: Album) -> tuple[dict[Photo, NDArray[np.float32]], list[Photo]]:
        """The feature vector of each photo, of length 1; and the photos that cannot be opened."""
        import numpy as np

        vectors: dict[Photo, NDArray[np.float32]] = {}
        unreadable: list[Photo] = []
        progress = _Progress(self.tell, "comparing", len(album))
        for some in _chunks(album.photos):
            places = {photo: (str(album.path(photo)), photo.stamp) for photo in some}
            for photo, text in self._all(FEATURES, places).items():
                if text == UNREADABLE:
                    unreadable.append(photo)
                else:
                    vectors[photo] = np.frombuffer(base64.b64decode(text), np.float16).astype(np.float32)
            progress.add(len(some))
        return vectors, unreadable

    def _all(self, tool: str, asked: dict[Photo, tuple[str, str]]) -> dict[Photo, Any]:
        """The result of a tool for each photo; UNREADABLE for one that cannot be opened."""
        said: dict[Photo, Any] = {}
        for photo, call in self._calls(tool, asked).items():
            if isinstance(call.error, UnreadablePhoto):
                said[photo] = UNREADABLE
            elif call.error is not None:
                raise call.error
            else:
                said[photo] = call.value
        return said

    def _calls(self, tool: str, asked: dict[Photo, tuple[Any, ...]]) -> dict[Photo, Call]:
        return dict(self.answers(tool, asked))


UNREADABLE = "unreadable"


@dataclass
class _Progress:
    """Reports progress from time to time."""

    tell: Callable[[str], None]
    what: str
    total: int
    done: int = 0
    told: float = 0.0

    def add(self, count: int) -> None:
        """Count more photos as done."""
        self.done += count
        if (now := perf_counter()) - self.told >= _TOLD_EVERY:
            self.told = now
            self.tell(f"{self.what}: {self.done:,} of {self.total:,} photos seen")


def told_unreadable(photos: Sequence[Photo]) -> tuple[str, ...]:
    """The notice about photos that cannot be opened."""
    if not photos:
        return ()
    named = ", ".join(photo.name for photo in photos[:_NAMED]) + (", ..." if len(photos) > _NAMED else "")
    count = f"{len(photos):,} photos" if len(photos) > 1 else "1 photo"
    return (f"{count} could not be opened: {named}",)


def encoded(vector: NDArray[np.float32]) -> str:
    """A vector as text, in half precision."""
    import numpy as np

    return base64.b64encode(np.asarray(vector, np.float16).tobytes()).decode()


def _chunks(photos: Sequence[Photo]) -> Iterator[Sequence[Photo]]:
    return (photos[start : start + AT_ONCE] for start in range(0, len(photos), AT_ONCE))


def every(photos: Iterable[Photo]) -> tuple[Photo, ...]:
    """The photos as a tuple, each once."""
    return tuple(dict.fromkeys(photos))
