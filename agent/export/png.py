"""The pictures of steps with their boxes, masks and points, as files."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ...tools.core.errors import InputError
from ..answers.drawing import draw, require_supervision
from ..pages.run_pictures import Card
from ..reading.view import RunView
from ..traces.decode import StoredImages
from .files import written
from .marked import card, cards
from .pick import Picked, Tell

if TYPE_CHECKING:
    from PIL.Image import Image as Pixels


@dataclass(frozen=True)
class StepImage:
    """An image of a step. part: its number, from 1, if there are several, else 0."""

    step: int
    part: int
    pixels: Pixels


def png_files(picked: Picked, path: Path, step: int | None, tell: Tell) -> list[Path]:
    """Write the images of one step, or of all steps with something to draw.

    path: a folder; or, for a single image, a file that ends in `.png`. Files in folders are named `RUN-step-3.png`.
    Raises PrerequisiteError if supervision is not installed, InputError if there is nothing to draw or writing fails.
    """
    require_supervision()
    single, files = path.suffix.lower() == ".png", list[Path]()
    for run, drawn in picked.each(lambda run: list(_drawn(run, step)), tell):
        for one in drawn:
            if single and files:
                hint = "Pass a folder, or select one step with --step N."
                raise InputError(f"There are several images, but {path} is a single file.", hint=hint)
            part = f"-{one.part}" if one.part else ""
            file = path if single else path / f"{run.run.name}-step-{one.step}{part}.png"
            with written(file):
                file.parent.mkdir(parents=True, exist_ok=True)
                one.pixels.save(file, "PNG")
            files.append(file)
    if not files:
        raise InputError("No step has a box, mask or point to draw.", hint="Use --step N to draw a step without marks.")
    return files


def _drawn(run: RunView, step: int | None) -> Iterator[StepImage]:
    pictures = StoredImages(run.run)
    for one in cards(run) if step is None else [card(run, step)]:
        shown = [p for p in one.pictures if p.marks or (step is not None and not _marked(one))]
        for part, picture in enumerate(shown, start=1):
            yield StepImage(one.number, part if len(shown) > 1 else 0, draw(picture, pictures))


def _marked(one: Card) -> bool:
    return any(picture.marks for picture in one.pictures)
