"""Converts the messages of a request to a question with its pictures and the questions before it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from ...programs.question.expected_answer import Expected
from ...programs.wanted.context import Context
from ...programs.wanted.turns import Turn
from ...tools.core.errors import InputError
from ..inputs.subject import Named, Subject
from ..session.chat import Past, past_of, subject_with
from ..traces.runs import Runs
from .errors import bad
from .form import AnswerForm
from .request import RequestMessage

_RUN = re.compile(r"/runs/(\d{8}-\d{6}-[0-9a-f]{6})\b")
_PROGRAM = re.compile(r"```python\n(.*?)```", re.DOTALL)
MAX_TURNS = 6
MAX_TEXT = 2000


@dataclass(frozen=True)
class EarlierQuestion:
    """An earlier question, and the text that answered it."""

    question: str
    answer: str


@dataclass(frozen=True)
class Conversation:
    """pictures: their addresses; earlier: the questions about the same pictures, oldest first."""

    pictures: tuple[str, ...]
    question: str
    earlier: tuple[EarlierQuestion, ...] = ()


def read_conversation(messages: Sequence[RequestMessage]) -> Conversation:
    """The question that the last message asks. Raises ApiError.

    It is about its own pictures, or else about those of the latest message that has any. Questions since then about
    the same pictures are its earlier questions.
    """
    talk = [message for message in messages if message.role in ("user", "assistant")]
    where = f"messages[{len(messages) - 1}]"
    if not talk or talk[-1].role != "user":
        raise bad("The last message must be the user's question.", where, "no_question")
    last = talk[-1]
    if not last.text:
        raise bad("The last message has no text: ask something about the picture.", where, "no_question")
    pictures = last.pictures or next((one.pictures for one in reversed(talk) if one.pictures), ())
    if not pictures:
        raise bad("There is no picture: send one as an `image_url` part.", where, "no_picture")
    start = len(talk) - 1
    while start and (not talk[start - 1].pictures or talk[start - 1].pictures == pictures):
        start -= 1
    start = next(place for place in range(start, len(talk)) if talk[place].pictures)
    return Conversation(pictures, last.text, tuple(_pairs(talk[start:-1]))[-MAX_TURNS:])


def _pairs(talk: Sequence[RequestMessage]) -> list[EarlierQuestion]:
    """Each question with its answer; unanswered questions are left out."""
    pairs = pairwise(talk)
    return [
        EarlierQuestion(one.text, _said(two)) for one, two in pairs if (one.role, two.role) == ("user", "assistant")
    ]


def _said(message: RequestMessage) -> str:
    """The text of an answer with its line breaks, which the program needs."""
    if isinstance(message.content, list):
        return "\n".join(part.text for part in message.content if part.type == "text")
    return message.content or ""


def subject_of(talk: Conversation, images: Sequence[Named], form: AnswerForm, runs: Runs) -> tuple[Subject, Context]:
    """The subject of a question, and its context. Raises InputError."""
    past = _past(talk, images, runs)
    context = past.context(talk.question, form.type)
    if form.choices:
        context = replace(context, expected=Expected("choice", form.choices))
    if not talk.earlier and form.type is None:
        context = replace(context, expected=None)
    return subject_with(Subject.named(images), past.results), context


def _past(talk: Conversation, images: Sequence[Named], runs: Runs) -> Past:
    """The earlier questions: their stored runs if they still exist, else the texts of the messages."""
    if not talk.earlier:
        return Past()
    last = talk.earlier[-1]
    if found := _RUN.search(last.answer):
        try:
            run = runs.load(runs.named(found[1]).name)
            # Only a caller that has the pictures and the question of a run may continue it.
            theirs = {one.image for one in run.record.pictures}, " ".join(run.record.question.split())
            if theirs == ({image.source for image, _ in images}, last.question):
                return past_of(run, runs.load)[1]
        except InputError:
            pass  # it was deleted
    return Past(tuple(_turn(one) for one in talk.earlier))


def _turn(asked: EarlierQuestion) -> Turn:
    """An earlier question, from the messages alone."""
    program = _PROGRAM.search(asked.answer)
    text = " ".join(_PROGRAM.sub("", asked.answer).split())
    return Turn(asked.question, program[1].strip() if program else "", text[:MAX_TEXT])
