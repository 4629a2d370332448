"""The pictures of steps with their boxes, masks and points, as files."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ...tools.core.errors import InputError
from ..answers.drawing import draw, require_supervision
from ..pages.page import Card
from ..reading.view import RunView
from ..traces.decode import Pictures
from .files import written
from .marked import card, cards
from .pick import Picked, Tell

if TYPE_CHECKING:
    from PIL.Image import Image as Pixels


@dataclass(frozen=True)
class Drawn:
    """A picture of a step. part: which of several, from 1; 0 for the only one."""

    step: int
    part: int
    pixels: Pixels


def png_files(picked: Picked, path: Path, step: int | None, tell: Tell) -> list[Path]:
    """Write the pictures of one step, or of all steps that found, were given or rejected something to draw.

    path: a folder; or, for a single picture, a file that ends in `.png`. Files are called `RUN-step-3.png`.
    Raises PrerequisiteError without supervision; InputError when there is nothing to draw, or it cannot be written.
    """
    require_supervision()
    single, files = path.suffix.lower() == ".png", list[Path]()
    for run, drawn in picked.each(lambda run: list(_drawn(run, step)), tell):
        for one in drawn:
            if single and files:
                hint = "Name a folder, or one step: --step N."
                raise InputError(f"There are several pictures, and {path} is one file.", hint=hint)
            part = f"-{one.part}" if one.part else ""
            file = path if single else path / f"{run.run.name}-step-{one.step}{part}.png"
            with written(file):
                file.parent.mkdir(parents=True, exist_ok=True)
                one.pixels.save(file, "PNG")
            files.append(file)
    if not files:
        raise InputError("No step has a box, mask or point to draw.", hint="A step without any: --step N.")
    return files


def _drawn(run: RunView, step: int | None) -> Iterator[Drawn]:
    pictures = Pictures(run.run)
    for one in cards(run) if step is None else [card(run, step)]:
        shown = [p for p in one.pictures if p.marks or (step is not None and not _marked(one))]
        for part, picture in enumerate(shown, start=1):
            yield Drawn(one.number, part if len(shown) > 1 else 0, draw(picture, pictures))


def _marked(one: Card) -> bool:
    return any(picture.marks for picture in one.pictures)
