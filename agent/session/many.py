"""Answers many questions at once: while some wait for the language model, others run, and all share batches."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Sequence, Sized
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock
from typing import Any, TypeAlias, cast

from typing_extensions import TypeVar

from ...tools.core.errors import InputError
from ..answers.answer import Answer
from ..ask.stop import Stop
from ..evaluate.side_by_side import grouped, side_by_side
from ..llm.llm import LLM
from ..llm.remember import Remembering

T = TypeVar("T", default=Any)
Pair: TypeAlias = tuple[Any, str]
"""An image, or several, and a question."""
Progress: TypeAlias = bool | Callable[[int, int], None]
"""True shows a progress bar on a terminal; a function receives the number done and the total."""

CONCURRENCY = 16


class Together:
    """Stops questions that were asked together. Thread-safe."""

    def __init__(self) -> None:
        self._stops: set[Stop] = set()
        self._over = False
        self._lock = Lock()

    @contextmanager
    def one(self, stop: Stop) -> Generator[None]:
        """A context in which one of the questions is in progress."""
        with self._lock:
            if self._over:
                stop.set()
            self._stops.add(stop)
        try:
            yield
        finally:
            with self._lock:
                self._stops.discard(stop)

    def stop(self) -> None:
        """Stop all questions in progress, and all later ones."""
        with self._lock:
            self._over, stops = True, list(self._stops)
        for stop in stops:
            stop.set()


def answer_all(
    pairs: Iterable[Pair],
    ask: Callable[[Any, str, LLM, Together], Answer[T]],
    llm: LLM,
    workers: int,
    progress: Progress,
) -> list[Answer[T]]:
    """An answer for each pair, in order. An unusable picture or question is the outcome `input_error`.

    ask: answers one question with the given language model, whose repeated requests are made once.
    Raises InputError for anything that is no pair.
    """
    asked: Sequence[Pair] = _pairs(pairs)
    if workers < 1:
        raise InputError(f"The number of questions answered at once must be at least 1, not {workers}.")
    together, found = Together(), dict[int, Answer[T]]()
    with TemporaryDirectory(prefix="looksmith-") as folder, _shown(progress, len(asked)) as tell:
        remembering = Remembering(llm, Path(folder) / "replies.jsonl")

        def one(place: int) -> tuple[int, Answer[T]]:
            try:
                return place, ask(*asked[place], remembering, together)
            except InputError as error:
                return place, Answer("input_error", None, str(error), str(error), None)

        groups = grouped(range(len(asked)), lambda place: str(asked[place][1]), workers)
        answers = side_by_side(groups, one, min(workers, max(len(asked), 1)), together.stop)
        try:
            for place, answer in answers:
                found[place] = answer
                tell(len(found), len(asked))
        finally:
            answers.close()
    return [found[place] for place in range(len(asked))]


def _pairs(pairs: Any) -> list[Pair]:
    """The pairs as a list. Raises InputError for anything that is no pair."""
    hint = 'Pass a list: [("photo.jpg", "How many cups are there?")].'
    if not isinstance(pairs, Iterable):
        raise InputError(f"Questions are pairs of a picture and a question, got {type(pairs).__name__}.", hint=hint)
    asked = list(cast("Iterable[Any]", pairs))
    for place, pair in enumerate(asked):
        count = len(cast("Sized", pair)) if isinstance(pair, tuple | list) else 0
        if count != 2:
            name = type(cast("object", pair)).__name__
            got = f"{name} of {count}" if count else name
            raise InputError(f"Each item is a pair of a picture and a question, got {got} at index {place}.", hint=hint)
    return asked


@contextmanager
def _shown(progress: Progress, total: int) -> Generator[Callable[[int, int], None]]:
    """The receiver of progress."""
    if callable(progress):
        yield progress
        return
    if not progress:
        yield lambda done, total: None
        return
    from rich.console import Console
    from rich.progress import Progress as Bar

    with Bar(console=Console(stderr=True)) as bar:
        task = bar.add_task("asking", total=total)
        yield lambda done, total: bar.update(task, completed=done)
