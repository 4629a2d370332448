"""CLASSIFY and VERIFY by the likelihood of each answer, if the server returns log-probabilities.

Each label gets a letter, so that every answer is one token, and no label gains by being short or made of common
words (Robinson, Rytting and Wingate, "Leveraging Large Language Models for Multiple Choice Question Answering",
ICLR 2023). Models prefer some letters, whatever the label, so both orders of the labels are asked.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from string import ascii_uppercase
from typing import Any, overload

from ..core.batch_calls import alone, in_groups, in_one_pass
from ..core.errors import ToolError
from ..core.over_model import OverModel
from ..core.tool import Scored, tool
from ..core.values import Box, Image
from ..models.language.vlm import Told, VisionLanguageModel, VLMRequest, quoted, told
from ..name.answering import short_answer, statement_request
from ..name.asked_names import Chooser
from ..see.boxes.main_thing import about, part_of
from ..words.labels import plain_labels

LIKELY = 20
"""Maximum number of alternatives per token: the limit of vLLM and OpenAI."""
_LEAST = 0.1
"""Minimum total probability of the letters; with less, the model meant to say something else."""


class LikelyChooser(OverModel[VisionLanguageModel]):
    """CLASSIFY over a vision-language model; without log-probabilities, or for many labels, by its reply."""

    def __init__(self, model: VisionLanguageModel) -> None:
        super().__init__(model)
        self._in_words = Chooser(model)

    @overload
    def CLASSIFY(self, image: Image, labels: list[str]) -> Scored[str]: ...
    @overload
    def CLASSIFY(self, image: Image, box: Box, labels: list[str]) -> Scored[str]: ...
    @tool(batch=8, many="classify_many")
    def CLASSIFY(self, *args: Any, **given: Any) -> Scored[str]:
        """The label that fits the image, or the thing in the box, best.

        labels: two or more to choose from, in a few words each.

        The scores are probabilities among the labels and sum to 1: one is always best, also where none fits.
        Raises ToolError for labels that leave no choice, and one that shows the reply when it is none of them.
        """
        return alone(self.classify_many, **about("labels", *args, **given))

    def classify_many(self, calls: Sequence[Mapping[str, Any]]) -> list[Any]:
        """CLASSIFY for each call: the model gets all requests at once."""

        def read(call: Mapping[str, Any]) -> list[VLMRequest]:
            plain_labels(call["labels"])
            if len(call["labels"]) > LIKELY:
                return []
            image = part_of(call["image"], call.get("box"))
            return [_choice(image, call["labels"]), _choice(image, call["labels"][::-1])]

        def tell(asked: tuple[Mapping[str, Any], list[VLMRequest]], replies: Sequence[Told]) -> Scored[str]:
            call, labels = asked[0], asked[0]["labels"]
            if not replies or not all(reply.tokens for reply in replies):
                return Scored(alone(self._in_words.classify_many, **call))
            forth, back = (_shares(reply, len(labels)) for reply in replies)
            given = {label: (a + b) / 2 for label, a, b in zip(labels, forth, back[::-1], strict=True)}
            best = dict(sorted(given.items(), key=lambda item: -item[1]))
            return Scored(next(iter(best)), best)

        return in_one_pass(
            calls,
            lambda call: (call, read(call)),
            lambda asked: in_groups([requests for _, requests in asked], self._tell),
            tell,
        )

    def _tell(self, requests: Sequence[VLMRequest]) -> list[Told]:
        return told(self.model, requests, likely=LIKELY) if requests else []


class LikelyVerifier(OverModel[VisionLanguageModel]):
    """VERIFY over a vision-language model, with the probability of yes if the server returns it."""

    @overload
    def VERIFY(self, image: Image, statement: str) -> Scored[bool]: ...
    @overload
    def VERIFY(self, image: Image, box: Box, statement: str) -> Scored[bool]: ...
    @tool(batch=8, many="verify_many")
    def VERIFY(self, *args: Any, **given: Any) -> Scored[bool]:
        """Is the statement true of the image, or of the box?

        statement: what the image would show, such as "the car is red"; of a box what is said of it: "wearing a hat".

        Raises ToolError that shows the reply when it is neither yes nor no.
        """
        return alone(self.verify_many, **about("statement", *args, **given))

    def verify_many(self, calls: Sequence[Mapping[str, Any]]) -> list[Any]:
        """VERIFY for each call: the model gets all requests at once."""

        def run(requests: Sequence[VLMRequest]) -> list[Told]:
            return told(self.model, requests, likely=LIKELY)

        return in_one_pass(calls, statement_request, run, lambda _, reply: _yes(reply))


def _choice(image: Image, labels: Sequence[str]) -> VLMRequest:
    lines = "\n".join(f"{letter}. {label}" for letter, label in zip(ascii_uppercase, labels, strict=False))
    return VLMRequest((image, f"Which fits best?\n{lines}\nAnswer with the letter alone."), 4)


def _shares(reply: Told, number: int) -> list[float]:
    """The share of each letter in their total probability. Raises ToolError if that is too small."""
    given = _first(reply)
    letters = [given.get(letter.lower(), 0.0) for letter in ascii_uppercase[:number]]
    if sum(letters) < _LEAST:
        said = f"The vision-language model was asked for a letter from A to {ascii_uppercase[number - 1]}"
        raise ToolError(f"{said}, and said {quoted(reply.text)}.", hint="Give other labels, or ask with VQA.")
    return [one / sum(letters) for one in letters]


def _yes(reply: Told) -> Scored[bool]:
    """Whether a reply says yes. Raises ToolError if it says neither yes nor no."""
    given = _first(reply)
    yes, no = given.get("yes", 0.0), given.get("no", 0.0)
    if yes + no < _LEAST:
        return Scored(short_answer(reply.text, "yes/no") == "yes")
    scores = {"yes": yes / (yes + no), "no": no / (yes + no)}
    return Scored(yes > no, dict(sorted(scores.items(), key=lambda item: -item[1])))


def _first(reply: Told) -> Mapping[str, float]:
    """The probabilities of the alternatives for the first token with letters, in lower case without punctuation."""
    place = next((token for token in reply.tokens if _bare(token.text)), None)
    given: dict[str, float] = {}
    for text, logprob in (place.likely or {place.text: place.logprob}).items() if place else ():
        given[_bare(text)] = given.get(_bare(text), 0.0) + math.exp(min(logprob, 0.0))
    return given


def _bare(text: str) -> str:
    return "" if text.startswith("<|") else text.strip(" .():*'\"\n\t").casefold()
