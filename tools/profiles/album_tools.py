"""Registers the tools for albums, with the detector and the encoder of the profile."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Protocol, cast

from ..albums.choosing import PhotoChooser
from ..albums.desk import PhotoDesk
from ..albums.likeness import Likeness, PhotoFeatures
from ..albums.look import PhotoBoxes, PhotoLooker
from ..models.detect.nanodet import NanoDet
from .plugins import Register
from .pocket import browsing

_ALIKE = ("SIMILAR", "NEAREST_IMAGES", "CLASSIFY")
"""Tools whose model can compare images, best first."""


class AlbumParts(Protocol):
    """The parts of a profile."""

    @property
    def tools(self) -> Mapping[str, str]:
        """The model of each tool."""
        ...

    def serving(self, tool: str) -> Any:
        """The tool set behind a tool; None if unavailable."""
        ...

    def model(self, name: str) -> Any:
        """A model of the profile."""
        ...


def offer_albums(register: Register, parts: AlbumParts) -> None:
    """Register the tools, or mark them as unavailable without a detector, or without a model for similarity."""
    desk = PhotoDesk()
    register(PhotoChooser(desk))
    finder = parts.serving("DETECT")
    if finder is None:
        register.refuse("LOOK_AT", register.registry.missing.get("DETECT", "no detector in this profile"))
    elif isinstance(detector := getattr(finder, "detector", None), NanoDet):
        seen, memory, browser = browsing(detector)
        register(_like(PhotoBoxes(seen), finder), _like(PhotoLooker(browser, memory), finder))
        desk.boxes = True
    else:
        register(_like(PhotoLooker(finder), finder))
    tool, model = next(_encoders(parts), ("", None))
    if model is None:
        missing = register.registry.missing
        told = (missing[tool] for tool in _ALIKE if tool in missing)
        register.refuse("PHOTOS_LIKE", next(told, "no model in this profile tells how alike images are"))
    else:
        register(_like(PhotoFeatures(model, parts.tools[tool]), parts.serving(tool)), Likeness(desk, model))


def _encoders(parts: AlbumParts) -> Iterator[tuple[str, Any]]:
    """The models that compute feature vectors of images, each with a tool that it serves."""
    for tool in _ALIKE:
        if parts.serving(tool) is None:
            continue
        model = parts.model(parts.tools[tool])
        several = cast("tuple[Any, ...]", model if isinstance(model, tuple) else (model,))
        yield from ((tool, one) for one in several if hasattr(one, "image_vectors"))


def _like(made: Any, other: Any) -> Any:
    """A tool set with the same models as another one."""
    made.identity, made.occupies = other.identity, other.occupies
    made.concurrency, made.server_timeout = other.concurrency, other.server_timeout
    return made
