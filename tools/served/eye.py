"""Detection by a served model: kinds of things, and all things, take one request."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ..core.values import Box, Image
from ..models.grounding.family import EVERYTHING
from ..phrases.conditions import read_phrase
from ..see.finders.detector_phrases import read_phrases
from ..see.finders.phrase_eye import PhraseEye
from ..see.finders.sights import Sight


class GroundingEye(PhraseEye):
    """Asks only for the wanted noun: the model knows which things are fruit."""

    @property
    def names(self) -> tuple[str, ...]:
        """The prompt for all things, which the model names itself."""
        return (EVERYTHING,)

    def phrases_of(self, noun: str) -> tuple[str, ...]:
        """The noun alone. Raises ToolError."""
        return tuple(read_phrases([noun]))

    def found(self, noun: str, candidates: Sequence[Sequence[Box]]) -> Sight:
        """All candidates, labelled with the bare noun; things of a kind with their own names, where those are kinds."""
        head, (own,) = read_phrase(noun).name, candidates
        wide = bool(self.kinds_of(noun))
        return Sight(tuple(box if wide and self.is_kind(box.label, head) else replace(box, label=head) for box in own))

    def everything(self, image: Image) -> Sequence[Box]:
        """All things that the model sees, with its names."""
        return self.candidates(image, self.names)[0]

    def _in_passes(self, images: Sequence[Image], phrases: Sequence[str]) -> list[list[list[Box]]]:
        # Each phrase is a separate request, so smaller groups would only repeat it.
        return self.detector.find(images, phrases)
