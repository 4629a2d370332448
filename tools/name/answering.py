"""VQA, VERIFY and CAPTION on a vision-language model."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol, overload

from ..core.batch_calls import alone, in_groups, in_one_pass
from ..core.errors import ToolError
from ..core.over_model import Loadable, OverModel
from ..core.tool import tool
from ..core.values import Box, Image
from ..models.language.vlm import VisionLanguageModel, VLMRequest, quoted, spoken
from ..see.boxes.main_thing import about, part_of, said_of

Kind = Literal["any", "yes/no", "number", "word"]
_WANTED: dict[Kind, str] = {
    "any": "Answer with a few words.",
    "yes/no": "Answer with yes or no.",
    "number": "Answer with a number in digits.",
    "word": "Answer with one word.",
}
_SPELLED = "zero one two three four five six seven eight nine ten eleven twelve"
_LONGEST = 500


@dataclass(frozen=True)
class Shot:
    """A worked example: a question about an image and its answer."""

    image: Image
    question: str
    answer: str


class Captions(Loadable, Protocol):
    """A model that describes images."""

    def captions(self, images: Sequence[Image]) -> list[str]:
        """A sentence for each image. Raises ToolError."""
        ...


class Asking(OverModel[VisionLanguageModel]):
    """Base of tool sets on a vision-language model."""

    def replies(
        self,
        calls: Sequence[Mapping[str, Any]],
        read: Callable[[Mapping[str, Any]], list[VLMRequest]],
        tell: Callable[[Mapping[str, Any], Sequence[str]], Any],
    ) -> list[Any]:
        """The result of each call. read: makes the model's requests; tell: interprets the replies."""
        return in_one_pass(
            calls,
            lambda call: (call, read(call)),
            lambda asked: in_groups([requests for _, requests in asked], self.model.reply),
            lambda asked, replies: tell(asked[0], replies),
        )


class Answerer(Asking):
    """VQA over a vision-language model. shots: worked examples that each question comes after."""

    def __init__(self, model: VisionLanguageModel, shots: Sequence[Shot] = ()) -> None:
        super().__init__(model)
        self._shots = tuple(shots)

    @overload
    def VQA(self, image: Image, question: str, *, answer: Kind = "any") -> str: ...
    @overload
    def VQA(self, images: list[Image], question: str, *, answer: Kind = "any") -> list[str]: ...
    @tool(batch=8, many="vqa_many")
    def VQA(self, *args: Any, **given: Any) -> str | list[str]:
        """A short answer to a question about the image, or each image.

        question: about what can be seen; crop first when it is about one thing.
        answer: "yes/no" gives yes or no, "number" digits, "word" one word.

        Answers are in lower case, without a full stop. Raises ToolError that shows the reply when it is not of the
        kind that was asked for.
        """
        kind: Kind = given.pop("answer", "any")
        images, question = (*args, *given.values())
        where = {"image" if isinstance(images, Image) else "images": images}
        return alone(self.vqa_many, **where, question=question, answer=kind)

    def vqa_many(self, calls: Sequence[Mapping[str, Any]]) -> list[Any]:
        """VQA for each call: the model gets all requests at once."""

        def read(call: Mapping[str, Any]) -> list[VLMRequest]:
            asked, kind = _question(call["question"]), call.get("answer", "any")
            return [self._request(image, asked, kind) for image in several(call)]

        def tell(call: Mapping[str, Any], replies: Sequence[str]) -> str | list[str]:
            answers = [short_answer(reply, call.get("answer", "any")) for reply in replies]
            return answers[0] if "image" in call else answers

        return self.replies(calls, read, tell)

    def _request(self, image: Image, question: str, kind: Kind) -> VLMRequest:
        parts: list[Image | str] = []
        for shot in self._shots:
            parts += [shot.image, f"Question: {shot.question} Answer: {shot.answer}\n"]
        return VLMRequest((*parts, image, f"{question} {_WANTED[kind]}"), 32)


class StatementAsker(Asking):
    """VERIFY over a vision-language model, which is asked whether the statement is true."""

    @overload
    def VERIFY(self, image: Image, statement: str) -> bool: ...
    @overload
    def VERIFY(self, image: Image, box: Box, statement: str) -> bool: ...
    @tool(batch=8, many="verify_many")
    def VERIFY(self, *args: Any, **given: Any) -> bool:
        """Is the statement true of the image, or of the box?

        statement: what the image would show, such as "the car is red"; of a box what is said of it: "wearing a hat".

        Raises ToolError that shows the reply when it is neither yes nor no.
        """
        return alone(self.verify_many, **about("statement", *args, **given))

    def verify_many(self, calls: Sequence[Mapping[str, Any]]) -> list[Any]:
        """VERIFY for each call: the model gets all requests at once."""

        def tell(_: Mapping[str, Any], replies: Sequence[str]) -> bool:
            return short_answer(replies[0], "yes/no") == "yes"

        return self.replies(calls, lambda call: [statement_request(call)], tell)


class Captioner(OverModel[Captions]):
    """CAPTION over a model that describes images."""

    @overload
    def CAPTION(self, image: Image) -> str: ...
    @overload
    def CAPTION(self, images: list[Image]) -> list[str]: ...
    @tool(batch=8, many="caption_many")
    def CAPTION(self, *args: Any, **given: Any) -> str | list[str]:
        """A sentence that describes the image, or each image."""
        (images,) = (*args, *given.values())
        if isinstance(images, Image):
            return self.model.captions([images])[0]
        return self.model.captions(images)

    def caption_many(self, calls: Sequence[Mapping[str, Any]]) -> list[Any]:
        """CAPTION for each call: the model gets all images at once."""
        captions = in_groups([several(call) for call in calls], self.model.captions)
        return [of_call[0] if "image" in call else of_call for call, of_call in zip(calls, captions, strict=True)]


class Described(OverModel[VisionLanguageModel]):
    """Adapts a vision-language model to the interface of a captioner."""

    def captions(self, images: Sequence[Image]) -> list[str]:
        """A sentence for each image. Raises ToolError."""
        asked = "Describe the image in one sentence."
        return [spoken(reply) for reply in self.model.reply([VLMRequest((image, asked), 96) for image in images])]


def statement_request(call: Mapping[str, Any]) -> VLMRequest:
    """Whether a statement is true of an image or of a box in it. Raises ToolError for one that cannot be asked."""
    said = said_of(call.get("box"), _question(call["statement"]), " is ")
    asked = f"Is this statement true of the image: {said} {_WANTED['yes/no']}"
    return VLMRequest((part_of(call["image"], call.get("box")), asked), 16)


def several(call: Mapping[str, Any]) -> list[Image]:
    """The images of a call with one image or a list."""
    return [call["image"]] if "image" in call else call["images"]


def short_answer(reply: str, kind: Kind) -> str:
    """Extract the answer from a reply: its first line, without a full stop, in lower case.

    Raises ToolError with the reply if it is empty or not of the requested kind.
    """
    line = spoken(reply).splitlines()[0].strip()
    line = re.sub(r"^(assistant|answer)\s*:\s*", "", line, flags=re.IGNORECASE)
    text = line.rstrip(".").strip().lower()
    words = re.findall(r"[\w'-]+", text)
    if kind == "yes/no" and words[:1] in (["yes"], ["no"]):
        return words[0]
    if kind == "number" and len(numbers := _numbers(text)) == 1:
        return numbers[0]
    if kind == "word" and len(words) == 1:
        return words[0]
    if kind == "any" and text:
        return text
    raise ToolError(
        f"The vision-language model was asked for {_NAMES[kind]}, and said {quoted(reply)}.",
        hint='Ask a simpler question, or leave the kind of answer open (answer="any").',
    )


_NAMES: dict[Kind, str] = {"any": "an answer", "yes/no": "yes or no", "number": "one number", "word": "one word"}


def _numbers(text: str) -> list[str]:
    """Every number in a text, in digits."""
    found = re.findall(r"-?\d+(?:[.,]\d+)*|[a-z]+", text)
    names = _SPELLED.split()
    spelled = [str(names.index(word)) if word in names else word for word in found]
    return [number.replace(",", "") for number in spelled if re.match(r"-?\d", number)]


def _question(question: str) -> str:
    asked = " ".join(question.split())
    if not asked:
        raise ToolError("The question is empty.", hint="Ask something that can be seen.")
    if len(asked) > _LONGEST:
        raise ToolError(f"The question has {len(asked)} characters; at most {_LONGEST} are asked.")
    return asked
