"""The tools that a served model can provide, and their implementations."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ..models.grounding.abilities import Abilities
from ..see.color.color import ColorNamer
from ..see.find.judge import Verifier
from ..see.find.open_finder import Asks, OpenFinder
from ..see.pixels.pointing import Pointer
from ..words.wordnet import WordNet
from .eye import GroundingEye
from .grounder import Grounder
from .point_finder import PointFinder
from .served_vlm import ServedVlm

_Needs = tuple[Callable[[Abilities], bool], str]
_BOXES: _Needs = (lambda can: can.boxes, "draws no boxes that are right")
_POINTS: _Needs = (lambda can: can.points, "does not point where things are")
_PLACES: _Needs = (lambda can: can.boxes or can.points, "tells no places that are right")
_SEES: _Needs = (lambda can: can.sees, "takes no pictures, or does not see what is in them")
_NEEDED: Mapping[str, _Needs] = {
    **dict.fromkeys(("LOC", "DETECT", "THINGS", "PARTNER"), _BOXES),
    **dict.fromkeys(("EXISTS", "COUNT"), _PLACES),
    "POINT": _POINTS,
}


def lacks(model: ServedVlm, tool: str) -> str:
    """Why the model cannot serve the tool; "" if it can, or was not probed."""
    can = model.abilities() if model.probed else None
    if can is None:
        return ""
    able, said = _NEEDED.get(tool, _SEES) if can.sees else _SEES
    if able(can):
        return ""
    return f"the probe of {can.model} says that it {said}; looksmith doctor --models asks it once more"


def finder(
    model: ServedVlm, wordnet: WordNet, verifier: Verifier | None, asker: Asks | None
) -> OpenFinder | PointFinder:
    """The finder by boxes, or by points if the model can only point."""
    can = model.abilities() if model.probed else None
    pointer = Pointer(model) if can and can.points else None
    if pointer and can and not can.boxes:
        return PointFinder(pointer)
    return OpenFinder(GroundingEye(Grounder(model), wordnet), ColorNamer(), verifier, pointer, asker)
