"""Cancels running questions: they stop waiting at once, even for calls that cannot be interrupted."""

from __future__ import annotations

from collections.abc import Callable, Generator, Hashable, Mapping, Sequence
from concurrent.futures import CancelledError, Future, InvalidStateError
from contextlib import contextmanager, suppress
from threading import Event as Flag
from threading import Lock
from time import perf_counter
from typing import Any, TypeVar, cast

from ...programs.prompt import Message
from ...tools.core.errors import ToolError, ToolTimeout, WornOut
from ...tools.engine.executor import Call, Serves, Submits, overdue, worn_out
from ...tools.runtime.cache import ResultCache
from ...tools.threads.crew import aside
from ...tools.threads.waiting import result_of
from ..llm.llm import GREEDY, LLM, LLMError, OutOfTime, Reply, Sampling

T = TypeVar("T")


class Stopped(Exception):
    """Raised in a question that was cancelled."""


class Stop:
    """Whether a question must stop. Thread-safe. why: the message; late: because of its time limit."""

    why = "The question was cancelled."

    def __init__(self) -> None:
        self._flag = Flag()
        self.late = False
        self._waiting: set[Future[Any]] = set()
        self._ends: list[Callable[[], None]] = []
        self._lock = Lock()

    def is_set(self) -> bool:
        """Whether it was cancelled."""
        return self._flag.is_set()

    def expire(self, seconds: float) -> None:
        """Stop, since the time that was set is over: then what was waited for ends as timed out."""
        if not self.is_set():
            self.why, self.late = f"The question was not answered within {seconds:g} s.", True
            self.set()

    def set(self) -> None:
        """Cancel. Calls that have started continue in their threads up to their time limits; nobody waits for them."""
        self._flag.set()
        with self._lock:
            waiting, ends = list(self._waiting), list(self._ends)
        for future in waiting:
            _give_up(future)
        for end in ends:
            end()

    @contextmanager
    def calling(self, end: Callable[[], None]) -> Generator[None]:
        """While it is open, `end` is called once it is to stop, from any thread, perhaps twice. It raises nothing."""
        with self._lock:
            self._ends.append(end)
        try:
            if self.is_set():
                end()
            yield
        finally:
            with self._lock:
                self._ends.remove(end)

    def wait(self, future: Future[T], until: float | None = None) -> T:
        """Wait for a future's result. Raises Stopped, or TimeoutError after the deadline (`perf_counter`)."""
        try:
            return result_of(self.watch(future), None if until is None else until - perf_counter())
        except CancelledError:
            if self.is_set():
                raise Stopped from None
            raise
        except BaseException:
            future.cancel()
            raise

    def watch(self, future: Future[T]) -> Future[T]:
        """A future with the same result that is cancelled by `stop`, even if the original one continues."""
        seen: Future[T] = _Seen(future)
        with self._lock:
            self._waiting.add(seen)
        seen.add_done_callback(self._forget)
        if self.is_set():
            _give_up(seen)
        return seen

    def _forget(self, future: Future[Any]) -> None:
        with self._lock:
            self._waiting.discard(future)


class _Seen(Future[T]):
    """Mirrors another future. Cancelling it cancels that one, which is impossible once that has started."""

    def __init__(self, other: Future[T]) -> None:
        super().__init__()
        self._other: Future[T] | None = other
        other.add_done_callback(self._take)

    def cancel(self) -> bool:
        """`Future.cancel` of the other one."""
        return self.cancelled() if self._other is None else self._other.cancel()

    def give_up(self) -> None:
        """End now."""
        self.cancel()
        super().cancel()

    def _take(self, other: Future[T]) -> None:
        self._other = None  # which refers to this one: the result would stay until the garbage collector comes
        if other.cancelled():
            super().cancel()
            return
        with suppress(InvalidStateError):  # it was cancelled
            error = other.exception()
            if error is not None:
                self.set_exception(error)
            else:
                self.set_result(other.result())


def _give_up(future: Future[Any]) -> None:
    cast("_Seen[Any]", future).give_up()


def stoppable(executor: Serves, stop: Stop) -> Serves:
    """Wrap an executor so that it can be stopped; batch support is kept."""
    if hasattr(executor, "submit"):
        return _StoppableBatches(cast("Submits", executor), stop)
    return _Stoppable(executor, stop)


class _Stoppable:
    """Serves calls until stopped."""

    def __init__(self, executor: Serves, stop: Stop) -> None:
        self._executor = executor
        self._stop = stop

    @property
    def worn(self) -> WornOut | None:
        """As `Executor.worn`."""
        return worn_out(self._executor)

    def call(
        self,
        name: str,
        args: tuple[Any, ...],
        kwargs: Mapping[str, Any],
        cache: ResultCache[Call] | None = None,
        until: float | None = None,
    ) -> Call:
        """Like `Serves.call`; fails at once after a stop."""
        start = perf_counter()
        if self._stop.is_set():
            return _cancelled(name, self._stop)
        try:
            return self._stop.wait(self._begun(name, args, kwargs, cache), until)
        except (Stopped, CancelledError):
            return _cancelled(name, self._stop)
        except TimeoutError:
            return overdue(name, "none", {}, perf_counter() - start)

    def _begun(
        self, name: str, args: tuple[Any, ...], kwargs: Mapping[str, Any], cache: ResultCache[Call] | None
    ) -> Future[Call]:
        return aside(lambda: self._executor.call(name, args, kwargs, cache))


class _StoppableBatches(_Stoppable):
    """The same without blocking the caller; calls that have not started before a stop are never served."""

    def __init__(self, executor: Submits, stop: Stop) -> None:
        super().__init__(executor, stop)
        self._batches = executor

    def submit(
        self,
        name: str,
        args: tuple[Any, ...],
        kwargs: Mapping[str, Any],
        cache: ResultCache[Call] | None = None,
        program: Hashable = None,
        *,
        goes_on: bool = True,
    ) -> Future[Call]:
        """Like `Submits.submit`; fails at once after a stop."""
        if self._stop.is_set():
            none: Future[Call] = Future()
            none.set_result(_cancelled(name, self._stop))
            return none
        return self._stop.watch(self._batches.submit(name, args, kwargs, cache, program, goes_on=goes_on))

    def _begun(
        self, name: str, args: tuple[Any, ...], kwargs: Mapping[str, Any], cache: ResultCache[Call] | None
    ) -> Future[Call]:
        return self._batches.submit(name, args, kwargs, cache, goes_on=False)


class StoppableLLM:
    """Asks a language model until stopped; later replies are discarded."""

    def __init__(self, llm: LLM, stop: Stop) -> None:
        self._llm = llm
        self._stop = stop

    @property
    def model(self) -> str:
        """The model's name."""
        return self._llm.model

    def complete(self, messages: Sequence[Message], sampling: Sampling = GREEDY) -> Reply:
        """As `LLM.complete`."""
        return self._asked(lambda: self._llm.complete(messages, sampling))

    def _asked(self, work: Callable[[], T]) -> T:
        try:
            if not self._stop.is_set():
                return self._stop.wait(aside(work))
        except Stopped:
            pass
        raise (OutOfTime if self._stop.late else LLMError)(self._stop.why)


def _cancelled(name: str, stop: Stop) -> Call:
    return Call(name, "none", {}, error=(ToolTimeout if stop.late else ToolError)(stop.why))
