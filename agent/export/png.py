"""Draws the images of steps with boxes, masks and points, using supervision's annotators.

Green marks detections, blue the tool's inputs, orange rejected candidates, as on the page.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...tools.core.errors import InputError
from ..pages.page import Card, Mark, Picture
from ..reading.view import RunView
from ..traces.decode import Pictures
from .files import written
from .marked import card, cards, mask_of, require_supervision
from .pick import Picked, Tell

if TYPE_CHECKING:
    import supervision as sv
    from PIL.Image import Image as Pixels

_COLORS = {"found": "#16a34a", "given": "#3b82f6", "rejected": "#f59e0b"}
_SMALL = 480
"""Views with a shorter longer side (in pixels) are enlarged, because labels would cover them."""


@dataclass(frozen=True)
class Drawn:
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


def _drawn(run: RunView, step: int | None) -> Iterator[Drawn]:
    pictures = Pictures(run.run)
    for one in cards(run) if step is None else [card(run, step)]:
        shown = [p for p in one.pictures if p.marks or (step is not None and not _marked(one))]
        for part, picture in enumerate(shown, start=1):
            yield Drawn(one.number, part if len(shown) > 1 else 0, draw(picture, pictures))


def _marked(one: Card) -> bool:
    return any(picture.marks for picture in one.pictures)


def draw(picture: Picture, pictures: Pictures) -> Pixels:
    """Draw a view with its marks, enlarged if small. Raises InputError if the stored image is unreadable."""
    import supervision as sv

    whole = pictures(picture.photo.name).pixels
    x, y = int(picture.left - picture.photo_left), int(picture.top - picture.photo_top)
    scene = whole.crop((x, y, x + int(picture.width), y + int(picture.height)))
    scale = max(1, -(-_SMALL // max(scene.size)))
    scene = scene.resize((scene.width * scale, scene.height * scale))
    marks = [m for m in picture.marks if m.kind != "mask" or m.part["area"]]
    palette = sv.ColorPalette.from_hex(list(_COLORS.values()))
    line = sv.calculate_optimal_line_thickness(scene.size)
    for mark in (m for m in marks if m.kind == "mask"):
        inside = _inside(mark, picture, scale)
        if inside is not None and inside.shape[::-1] == scene.size:
            scene = sv.MaskAnnotator(palette).annotate(scene, _detections([mark], picture, scale, inside[None]))
    boxes = [m for m in marks if m.kind == "box"]
    for role in ("rejected", "given", "found"):  # draw detections on top
        some = _detections([m for m in boxes if m.role == role], picture, scale)
        scene = sv.BoxAnnotator(palette, thickness=line).annotate(scene, some)
    scene = _labelled(scene, [m for m in marks if m.role != "rejected"], picture, scale, palette)
    dots = sv.DotAnnotator(palette, radius=3 * line, outline_thickness=line, outline_color=sv.Color.WHITE)
    return dots.annotate(scene, _detections([m for m in marks if m.kind == "point"], picture, scale))


def _labelled(scene: Pixels, marks: Sequence[Mark], picture: Picture, scale: int, palette: Any) -> Pixels:
    """Draw the label of each mark at its upper left corner, in a font with more than ASCII characters."""
    import supervision as sv
    from matplotlib import get_data_path

    # Detections come last: a mark that is also an input is labelled once.
    named = list({m.key: m for m in sorted(marks, key=lambda m: m.role == "found") if m.part["label"]}.values())
    size = max(11, round(28 * sv.calculate_optimal_text_scale(scene.size)))
    labels = sv.RichLabelAnnotator(
        palette,
        font_path=str(Path(get_data_path()) / "fonts" / "ttf" / "DejaVuSans.ttf"),
        font_size=size,
        text_padding=size // 4,
        smart_position=True,  # inside the image, without overlaps
    )
    texts = [f"{m.part['label']} {m.part['score']:.2f}" for m in named]
    return labels.annotate(scene, _detections(named, picture, scale), labels=texts)


def _inside(mark: Mark, picture: Picture, scale: int) -> Any:
    """The visible part of a mask, bool (height, width)."""
    import numpy as np

    left, top = int(picture.left), int(picture.top)
    shown = mask_of(mark.part).array()[top : top + int(picture.height), left : left + int(picture.width)]
    return np.kron(shown, np.ones((scale, scale), dtype=bool))


def _detections(marks: Sequence[Mark], picture: Picture, scale: int, masks: Any = None) -> sv.Detections:
    """Convert marks to supervision's `Detections`, in pixels of the view. The class is the role."""
    import numpy as np
    import supervision as sv

    roles = list(_COLORS)
    offset = np.array([picture.left, picture.top, picture.left, picture.top])
    sides = np.array([_sides(mark) for mark in marks]).reshape(-1, 4)
    classes = np.array([roles.index(mark.role) for mark in marks], dtype=int)
    return sv.Detections(xyxy=(sides - offset) * scale, class_id=classes, mask=masks)


def _sides(mark: Mark) -> tuple[float, float, float, float]:
    """Left, top, right, bottom."""
    part = mark.part
    if mark.kind == "point":
        return part["x"], part["y"], part["x"], part["y"]
    if mark.kind == "box":
        return part["left"], part["top"], part["right"], part["bottom"]
    box = mask_of(part).box
    return box.left, box.top, box.right, box.bottom
