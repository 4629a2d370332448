"""Draws boxes, masks and points on a picture with supervision's annotators.

Colors are as on the page: green for results, blue for arguments, orange for rejected candidates.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...tools.core.packages import require
from ...tools.core.values import Mask
from ..pages.marks import Mark, Part, Picture
from ..traces.decode import FindImage

if TYPE_CHECKING:
    import supervision as sv
    from PIL.Image import Image as Pixels

_COLORS = {"found": "#16a34a", "given": "#3b82f6", "rejected": "#f59e0b"}
_SMALL = 480
"""Longer side in pixels below which a view is enlarged, because labels would cover it."""


def require_supervision() -> None:
    """Raise PrerequisiteError if supervision is not installed."""
    require("export", "supervision")


def mask_of(part: Part) -> Mask:
    """A mask from its JSON."""
    return Mask(part["width"], part["height"], tuple(part["counts"]))


def draw(picture: Picture, pictures: FindImage) -> Pixels:
    """A view with its marks, enlarged if small. Raises InputError if the stored picture cannot be read."""
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
    for role in ("rejected", "given", "found"):  # results are on top
        some = _detections([m for m in boxes if m.role == role], picture, scale)
        scene = sv.BoxAnnotator(palette, thickness=line).annotate(scene, some)
    scene = _labelled(scene, [m for m in marks if m.role != "rejected"], picture, scale, palette)
    dots = sv.DotAnnotator(palette, radius=3 * line, outline_thickness=line, outline_color=sv.Color.WHITE)
    return dots.annotate(scene, _detections([m for m in marks if m.kind == "point"], picture, scale))


def _labelled(scene: Pixels, marks: Sequence[Mark], picture: Picture, scale: int, palette: Any) -> Pixels:
    """The picture with a label at the upper left corner of each mark, in a font with more than ASCII."""
    import supervision as sv
    from matplotlib import get_data_path

    # Results come last; if a result is also an argument, it is labelled once.
    named = list({m.key: m for m in sorted(marks, key=lambda m: m.role == "found") if m.part["label"]}.values())
    size = max(11, round(28 * sv.calculate_optimal_text_scale(scene.size)))
    labels = sv.RichLabelAnnotator(
        palette,
        font_path=str(Path(get_data_path()) / "fonts" / "ttf" / "DejaVuSans.ttf"),
        font_size=size,
        text_padding=size // 4,
        smart_position=True,  # inside of the picture, without overlaps
    )
    texts = [f"{m.part['label']} {m.part['score']:.2f}" for m in named]
    return labels.annotate(scene, _detections(named, picture, scale), labels=texts)


def _inside(mark: Mark, picture: Picture, scale: int) -> Any:
    """The part of a mask that a view shows, as booleans of shape (height, width)."""
    import numpy as np

    left, top = int(picture.left), int(picture.top)
    shown = mask_of(mark.part).array()[top : top + int(picture.height), left : left + int(picture.width)]
    return np.kron(shown, np.ones((scale, scale), dtype=bool))


def _detections(marks: Sequence[Mark], picture: Picture, scale: int, masks: Any = None) -> sv.Detections:
    """The marks as `Detections` of supervision, in pixels of the view. The class is the role."""
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
