"""Chats: each question knows the earlier ones, and its program may use their results."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Lock
from typing import Any, cast

from typing_extensions import TypeVar

from ...programs.check.check import ANYTHING
from ...programs.question.expected_answer import Expected, expected_answer, expected_as
from ...programs.wanted.context import Context
from ...programs.wanted.follow_up import expected_after
from ...programs.wanted.turns import Turn
from ...tools.core.errors import InputError
from ...tools.core.values import Box, Image, Mask, Point
from ..answers.answer import Answer
from ..ask.writing import DEFAULT, Writing
from ..inputs.subject import Subject
from ..reading.said import record_text
from ..reading.view import view
from ..traces.decode import StoredImages, decode
from ..traces.runs import Runs, StoredRun
from .given import require_question

T = TypeVar("T", default=Any)
Ask = Callable[[Subject, str, float | None, Writing, Context], Answer[Any]]
"""Answers a question about a subject within a timeout in seconds."""

MAX_TURNS = 6
"""Maximum number of earlier questions in the prompt."""
MAX_NAMES = 12
"""Maximum number of earlier results for a program: the latest ones."""
MAX_ITEMS = 50
MAX_TEXT = 2000
"""Maximum length of a list, and of a text; longer ones are not passed on."""


@dataclass(frozen=True)
class Past:
    """The questions so far. results: for programs, by name; after: id of the last run; expected: its type."""

    turns: tuple[Turn, ...] = ()
    results: Mapping[str, Any] = field(default_factory=dict[str, Any])
    after: str = ""
    expected: Expected = ANYTHING

    def context(self, question: str, answer_type: Any = None) -> Context:
        """The context of the next question. Raises InputError for an unsupported type."""
        expected = expected_as(question, answer_type) if answer_type else expected_after(question, self.expected)
        return Context(expected, self.turns[-MAX_TURNS:], self.after)

    def with_run(self, run: StoredRun, subject: Subject, expected: Expected) -> Past:
        """The history with one more run. Raises InputError if a picture of it is missing."""
        number = len(self.turns) + 1
        new = _results(run, subject, number)
        kept = {**{name: value for name, value in self.results.items() if name not in new}, **new}
        latest = dict(list(kept.items())[-MAX_NAMES:])
        types = subject_with(subject, new).input_types()
        record = run.record
        text = record_text(record) if record.outcome == "ok" else f"none ({record.message})"
        program = view(run).source if record.outcome == "ok" else ""
        turn = Turn(record.question, program, text[:MAX_TEXT], {name: types[name] for name in new})
        return Past((*self.turns, turn), latest, record.id, expected)


class Chat:
    """Questions about the same image or images, one after the other. Thread-safe: threads take turns.

    chat = looksmith.chat("photo.jpg")
    chat.ask("Is there a cup?")
    chat.ask("And what color is it?")

    answers: those so far, including questions that ended without an answer.
    """

    def __init__(self, ask: Ask, runs: Runs, subject: Subject, past: Past | None = None) -> None:
        self._ask = ask
        self._runs = runs
        self._subject = subject
        self._past = past or Past()
        self._lock = Lock()
        self.answers: tuple[Answer[Any], ...] = ()

    @property
    def turns(self) -> tuple[Turn, ...]:
        """The questions and answers so far, including those of the runs that this chat continues."""
        return self._past.turns

    @property
    def results(self) -> Mapping[str, Any]:
        """The values for the next program, by name."""
        return self._past.results

    def ask(
        self,
        question: str,
        *,
        answer_type: type[T] | None = None,
        timeout: float | None = None,
        writing: Writing = DEFAULT,
    ) -> Answer[T]:
        """Ask the next question, even one like "the one on the left?". Arguments and errors as `Looksmith.ask`."""
        require_question(question)
        with self._lock:
            past = self._past
            context = past.context(question, answer_type)
            subject = subject_with(self._subject, past.results)
            answer = self._ask(subject, question, timeout, writing, context)
            self._past = past.with_run(self._runs.load(str(answer.run)), self._subject, context.expects(question))
            self.answers = (*self.answers, answer)
            return cast("Answer[T]", answer)


def resumed(ask: Ask, runs: Runs, name: str | Path) -> Chat:
    """The chat that continues a stored run and those before it. Raises InputError."""
    return Chat(ask, runs, *past_of(runs.load(str(name)), runs.load))


def past_of(run: StoredRun, load: Callable[[str], StoredRun]) -> tuple[Subject, Past]:
    """The images of a run, and the history up to it. load: loads a run by its id. Raises InputError."""
    chain = [run]
    while (before := chain[-1].record.after) and len(chain) < MAX_TURNS:
        try:
            chain.append(load(before))
        except InputError:  # it was deleted: the later ones are enough
            break
    subject, past = _subject_of(run), Past()
    for one in reversed(chain):
        question = one.record.question
        expected = expected_after(question, past.expected) if past.turns else expected_answer(question)
        past = past.with_run(one, subject, expected)
    return subject, past


def subject_with(subject: Subject, results: Mapping[str, Any]) -> Subject:
    """The images with earlier results as additional inputs, without those whose name or value is not allowed."""
    kept: dict[str, Any] = {}
    for name, value in results.items():
        try:
            replace(subject, values={name: value})
        except InputError:
            continue
        kept[name] = value
    return replace(subject, values={**subject.values, **kept})


def _results(run: StoredRun, subject: Subject, number: int) -> dict[str, Any]:
    """The results of a run's program: its variables, and its answer as `answer_1`, `answer_2` and so on."""
    end = view(run).end
    if end is None:
        return {}
    images = {image.source: image for image in subject.images}
    stored = StoredImages(run)
    left = {**end.variables, **({f"answer_{number}": end.answer} if end.outcome == "ok" else {})}
    left = {name: value for name, value in left.items() if name not in ("answer", *run.record.tools)}
    found = {name: decode(value, lambda source: images.get(source) or stored(source)) for name, value in left.items()}
    usable = {name: value for name, value in found.items() if _is_usable(value)}
    return dict(subject_with(replace(subject, values={}), usable).values)


def _is_usable(value: Any) -> bool:
    """Can the next program use it?"""
    if isinstance(value, list):
        items = cast("list[Any]", value)
        kinds: set[type[Any]] = {item.__class__ for item in items}
        return (
            0 < len(items) <= MAX_ITEMS and len(kinds) == 1 and not isinstance(items[0], list) and _is_usable(items[0])
        )
    if isinstance(value, str):
        return len(value) <= MAX_TEXT
    return isinstance(value, bool | int | float | Box | Mask | Point | Image)


def _subject_of(run: StoredRun) -> Subject:
    """The images of a run. Raises InputError if one is missing."""
    pictures = StoredImages(run)
    return Subject.named((pictures(one.image), one.name) for one in run.record.pictures)
