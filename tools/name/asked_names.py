"""NAME and CLASSIFY on a vision-language model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, overload

from ..core.batch_calls import alone
from ..core.errors import ToolError
from ..core.tool import tool
from ..core.values import Box, Image
from ..models.language.vlm import VLMRequest, quoted
from ..see.boxes.main_thing import about, part_of
from ..words.labels import plain_label, plain_labels
from .answering import Asking, short_answer

_TWO_WORDS = "Answer with one or two words."
_QUESTIONS: Mapping[str, str] = {
    "thing": "What is this?",
    "material": "What material is this made of?",
    "shape": "What shape is this?",
    "pattern": "What pattern does this have?",
    "weather": "What is the weather like?",
    "activity": "What is being done here?",
    "direction": "In which direction is this facing or moving: left, right, toward the camera or away from it?",
    "emotion": "What emotion is shown?",
    "posture": "What posture is this: standing, sitting, lying or another?",
    "season": "Which season is it?",
    "time of day": "Which time of day is it?",
    "place": "What kind of place is this?",
    "room": "What kind of room is this?",
    "occupation": "What occupation does this person have?",
    "language": "Which language is the text in?",
}
"""Questions for kinds that are not categories of objects."""


class AskedNamer(Asking):
    """NAME over a vision-language model."""

    @overload
    def NAME(self, image: Image, kind: str) -> str: ...
    @overload
    def NAME(self, image: Image, box: Box, kind: str) -> str: ...
    @tool(batch=8, many="name_many")
    def NAME(self, *args: Any, **given: Any) -> str:
        """What the main thing, or that in the box, is called.

        kind: "fruit", "animal", "dog breed", "material", "weather"; "thing" for any.

        In lower case. Raises ToolError for an empty kind, or a box outside the image.
        """
        return alone(self.name_many, **about("kind", *args, **given))

    def name_many(self, calls: Sequence[Mapping[str, Any]]) -> list[Any]:
        """NAME for each call: the model gets all requests at once."""

        def read(call: Mapping[str, Any]) -> list[VLMRequest]:
            asked = f"{_asked_about(call['kind'])} {_TWO_WORDS}"
            return [VLMRequest((part_of(call["image"], call.get("box")), asked), 16)]

        return self.replies(calls, read, lambda _, replies: _without_article(short_answer(replies[0], "any")))


class Chooser(Asking):
    """CLASSIFY over a vision-language model."""

    @overload
    def CLASSIFY(self, image: Image, labels: list[str]) -> str: ...
    @overload
    def CLASSIFY(self, image: Image, box: Box, labels: list[str]) -> str: ...
    @tool(batch=8, many="classify_many")
    def CLASSIFY(self, *args: Any, **given: Any) -> str:
        """The label that fits the image, or the thing in the box, best.

        labels: two or more to choose from, in a few words each.

        Raises ToolError for labels that leave no choice, and one that shows the reply when it is none of them.
        """
        return alone(self.classify_many, **about("labels", *args, **given))

    def classify_many(self, calls: Sequence[Mapping[str, Any]]) -> list[Any]:
        """CLASSIFY for each call: the model gets all requests at once."""

        def read(call: Mapping[str, Any]) -> list[VLMRequest]:
            *others, last = plain_labels(call["labels"])
            asked = f"Which fits best: {', '.join(others)} or {last}? Answer with one of them."
            return [VLMRequest((part_of(call["image"], call.get("box")), asked), 32)]

        return self.replies(calls, read, lambda call, replies: _label_in(replies[0], call["labels"]))


def _asked_about(kind: str) -> str:
    """The question for a kind. Raises ToolError for an empty one."""
    wanted = plain_label(kind)
    if not wanted:
        raise ToolError(f"{kind!r} is no kind.", hint='Give one, such as "fruit" or "thing".')
    return _QUESTIONS.get(wanted, f"What kind of {wanted} is this?")


def _without_article(said: str) -> str:
    first, _, rest = said.partition(" ")
    return rest if rest and first in ("a", "an", "the") else said


def _label_in(reply: str, labels: Sequence[str]) -> str:
    """The label mentioned in a reply, the longest if there are several. Raises ToolError if there is none."""
    said = f" {plain_label(short_answer(reply, 'any')).replace(',', ' ')} "
    named = [label for label in labels if f" {plain_label(label)} " in said]
    if not named:
        raise ToolError(
            f"The vision-language model was asked for one of {', '.join(labels)}, and said {quoted(reply)}."
        )
    return max(named, key=len)
