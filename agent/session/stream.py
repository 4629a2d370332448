"""A question in progress as a stream of events."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future
from queue import SimpleQueue
from typing import Any, Generic, Self

from typing_extensions import TypeVar

from ...tools.threads.crew import aside
from ...tools.threads.waiting import next_of, result_of
from ..answers.answer import Answer
from ..ask.stop import Stop
from .events import Answered, Event, ProgramChecked, Started, Stepped, Written

T = TypeVar("T", default=Any)
_News = Written | ProgramChecked | Started | Stepped
Tell = Callable[[Callable[[], _News | None]], None]
"""Receives what was recorded, as a function that makes the event when it is read."""


class Stream(Generic[T]):
    """The events of a question, as they happen; the last one is `Answered`. Can be iterated once.

    with looksmith.stream("photo.jpg", "How many people are there?") as events:
        for event in events:
            print(event)

    The end of the `with` block, or `cancel`, stops the question.
    """

    def __init__(self, work: Callable[[Tell], Answer[T]], stop: Stop) -> None:
        self._stop = stop
        self._told: SimpleQueue[Callable[[], _News | None] | None] = SimpleQueue()
        self._answer: Future[Answer[T]] = aside(lambda: self._work(work))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.cancel()

    def __iter__(self) -> Iterator[Event[T]]:
        """The events. Raises what `Looksmith.ask` raises."""
        while (make := next_of(self._told)) is not None:
            if (event := make()) is not None:
                yield event
        self._told.put(None)  # further iteration ends at once
        yield Answered(result_of(self._answer))

    def cancel(self) -> None:
        """Stop before the next step: the question ends without an answer, unless it has one already."""
        self._stop.set()

    def answer(self) -> Answer[T]:
        """Wait for the answer. Raises what `Looksmith.ask` raises."""
        return result_of(self._answer)

    def _work(self, work: Callable[[Tell], Answer[T]]) -> Answer[T]:
        try:
            return work(self._told.put)
        finally:
            self._told.put(None)
