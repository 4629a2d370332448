"""The abilities of a served model, as probed, and stored for the next start."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

from pydantic import ValidationError

from ...core.frozen import Frozen

VERSION = 1
"""Of the probe: what another one found out is asked again."""


class Abilities(Frozen):
    """What a model can do, according to the probe. family: whose conventions it follows.

    sees: it accepts pictures, and recognizes what is in them. boxes, points: it returns correct ones in its family's
        form.
    scores: its server returns log-probabilities.
    """

    model: str
    family: str
    sees: bool
    boxes: bool
    points: bool
    scores: bool
    version: int = VERSION

    def __str__(self) -> str:
        told: Mapping[str, bool] = {
            "sees": self.sees,
            "draws boxes": self.boxes,
            "points": self.points,
            "tells probabilities": self.scores,
        }
        able = [what for what, can in told.items() if can] or ["does nothing that was asked"]
        return f"{self.model} (conventions: {self.family}) {', '.join(able)}"


class AbilityStore:
    """Stores abilities, a file for each model name."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def get(self, model: str) -> Abilities | None:
        """The stored abilities of a model; None if there are none, or the file cannot be read."""
        try:
            found = Abilities.model_validate_json(self._path(model).read_bytes())
        except (OSError, ValidationError):
            return None
        return found if (found.version, found.model) == (VERSION, model) else None

    def put(self, found: Abilities) -> None:
        """Store abilities. If that fails, the model is probed again next time."""
        path = self._path(found.model)
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            staging = path.with_suffix(".part")
            staging.write_text(json.dumps(found.model_dump()), encoding="utf-8")
            staging.replace(path)
        except OSError:
            return

    def _path(self, model: str) -> Path:
        return self._folder / f"{quote(model, safe='')[:200]}.json"
