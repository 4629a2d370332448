"""What the language model is asked: rules and tools first, then examples, and the question last.

The order is for the server's prefix cache: all that stays the same from question to question comes first, then the
examples that are most like the question, the nearest right before it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from typing_extensions import TypedDict

from ..tools.core.example import Example
from ..tools.core.registry import Registry
from .examples.bank import fitting
from .language.diagnostics import Diagnostic, render
from .language.language import ALBUM, INPUTS, VIDEO
from .question.expected_answer import Expected
from .question.of_media import expecting
from .wanted.turns import Turn

MAX_QUESTION = 2_000
"""Characters of a question; longer ones are refused."""

_MARKUP = re.compile(
    r"<\||<</?SYS>>|\[/?(?:INST|SYSTEM_PROMPT|TOOL_CALLS)\]|</?(?:s|bos|eos|start_of_turn|end_of_turn)>"
)
"""Of Qwen, Llama, Phi and their kin; Llama 2 and Mistral; Gemma."""

_RULES = """\
You answer a question about an image with a short Python program that calls tools.
- {subject} The last line sets `answer`.
- Call only the tools below. No imports, no `while`, no `try`, no classes.
- Put into the program only what the question asks for.
- Boxes are in pixels; y grows downwards. A Box has left, top, right, bottom, width, height, area, center_x, center_y, \
label and score. An Image has width and height.
- Reply with the program alone, without explanation.

Tools:
{tools}"""

_RULES_OF_VIDEOS = """\
You answer a question about a video with a short Python program that calls tools.
- `video` is the video. The last line sets `answer`.
- Call only the tools below. No imports, no `while`, no `try`, no classes.
- Put into the program only what the question asks for.
- A time is a number of seconds from the start of the video; it ends at video.seconds. A Segment is a stretch of it, \
with start, end and seconds. A Moment has time and box.
- For what one picture shows, take the picture with AT or CLEAREST, then ask the tools that take an image.
- A Box is in pixels; y grows downwards. It has left, top, right, bottom, width, height, area, center_x, center_y, \
label and score.
- Reply with the program alone, without explanation.

Tools:
{tools}"""


_RULES_OF_ALBUMS = """\
You answer a question about an album of photos with a short Python program that calls tools.
- `album` is the album{and_image}. The last line sets `answer`.
- Call only the tools below. No imports, no `while`, no `try`, no classes.
- Put into the program only what the question asks for.
- An Album is photos: all of them, or those that a tool chose. len(album) is how many. The tools look at every photo \
of the album that they are given, so never loop over an album.
- For what one photo shows, take it with OPEN, then ask the tools that take an image.
- Reply with the program alone, without explanation.

Tools:
{tools}"""


class Message(TypedDict):
    """A chat message, as OpenAI-compatible servers take it."""

    role: Literal["system", "user", "assistant"]
    content: str


@dataclass(frozen=True)
class Rejected:
    """An earlier reply, and what was wrong with it.

    failure: what happened when the program ran; empty if it did not. advice: the line to write instead, if it is known.
    """

    reply: str
    source: str
    diagnostics: tuple[Diagnostic, ...] = ()
    failure: str = ""
    advice: str = ""


def messages(
    registry: Registry,
    examples: Sequence[Example],
    question: str,
    rejected: Sequence[Rejected] = (),
    inputs: Iterable[str] = INPUTS,
    *,
    nearest: Sequence[Example] = (),
    expected: Expected | None = None,
    turns: Sequence[Turn] = (),
) -> list[Message]:
    """The conversation that ends with the question, or with what was wrong with the last program.

    examples: shown with every question; nearest: shown with this one, the most alike last. Of both those about other
    inputs are left out. An example may be among both: what stands next to the question is followed most.
    inputs: the names that are set before the program starts.
    expected: what the answer has to be; None leaves it to the question. turns: the questions that it follows up.
    """
    inputs = tuple(inputs)
    expects = expecting(inputs)
    expected = expected or expects(question)
    talk = [Message(role="system", content=_rules(registry, inputs))]
    for example in fitting((*examples, *nearest), inputs):
        talk.append(Message(role="user", content=_ask(example.question, expects(example.question))))
        talk.append(Message(role="assistant", content=example.program.strip()))
    before = ""
    for turn in turns:
        talk.append(Message(role="user", content=inert(before + _ask(turn.question, expects(turn.question)))))
        talk.append(Message(role="assistant", content=inert(turn.program or "(no program)")))
        before = f"{turn.told}\n\n"
    talk.append(Message(role="user", content=inert(before + _ask(question, expected))))
    for attempt in rejected:
        talk.append(Message(role="assistant", content=inert(attempt.source or attempt.reply[:MAX_QUESTION])))
        talk.append(Message(role="user", content=inert(_correct(question, attempt, expected))))
    return talk


def _rules(registry: Registry, inputs: Iterable[str]) -> str:
    """What is always said first."""
    if VIDEO in inputs:
        return _RULES_OF_VIDEOS.format(tools=registry.describe())
    if ALBUM in inputs:
        shown = ", `image` is the picture that the question speaks of" if "image" in inputs else ""
        return _RULES_OF_ALBUMS.format(and_image=shown, tools=registry.describe())
    subject = "`images` is the list of the images." if "images" in inputs else "`image` is the image."
    return _RULES.format(subject=subject, tools=registry.describe())


def inert(text: str) -> str:
    """The text without what a chat template would take for the end of a message or the start of another.

    Servers read such marks anywhere in a message: text in an image, or in a question, could speak as the system.
    """
    return _MARKUP.sub(lambda found: f"{found[0][0]} {found[0][1:]}", text)


def _ask(question: str, expected: Expected) -> str:
    told = expected.told
    return f"Question: {question.strip()}" + (f"\nAnswer: {told}" if told else "")


def _correct(question: str, attempt: Rejected, expected: Expected) -> str:
    if attempt.failure:
        # The fence says where data stands: values come from tools, and tools read what is written in images.
        told = f"This program failed when it ran:\n```text\n{attempt.failure}\n```"
        return "\n".join(filter(None, (told, attempt.advice, "Write it again, corrected.", _ask(question, expected))))
    problems = render(attempt.diagnostics, attempt.source)
    return f"This program is wrong:\n{problems}\nWrite it again, corrected.\n{_ask(question, expected)}"


def asks_something(question: str) -> bool:
    """Whether a question has a letter or a digit; without one, there is nothing to answer."""
    return any(map(str.isalnum, question))
