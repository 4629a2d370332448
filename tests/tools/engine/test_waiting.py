"""A wait ends with its result, at its limit, or at Ctrl+C."""

from __future__ import annotations

from _thread import interrupt_main
from collections.abc import Callable
from concurrent.futures import Future
from queue import SimpleQueue
from threading import Timer

import pytest

from looksmith.tools.threads.waiting import LOOKS, next_of, result_of


@pytest.mark.usefixtures("heeds_ctrl_c")
@pytest.mark.parametrize("wait", [lambda: result_of(Future[int]()), lambda: next_of(SimpleQueue[int]())])
def test_a_ctrl_c_that_nothing_woke_up_for_is_noticed(wait: Callable[[], int]) -> None:
    # `interrupt_main` only sets the interpreter's flag: what remains of a signal that arrives just before a wait.
    Timer(0.1, interrupt_main).start()
    with pytest.raises(KeyboardInterrupt):
        wait()


def test_what_is_put_into_a_queue_comes_out() -> None:
    queue = SimpleQueue[int]()
    Timer(1.5 * LOOKS, lambda: queue.put(3)).start()
    assert next_of(queue) == 3


@pytest.mark.parametrize("after", [0.0, 2.5 * LOOKS])
def test_a_result_or_an_error_is_as_the_futures_own(after: float) -> None:
    good, bad = Future[int](), Future[int]()
    Timer(after, lambda: (good.set_result(3), bad.set_exception(TimeoutError("its own")))).start()
    assert result_of(good) == 3
    with pytest.raises(TimeoutError, match="its own"):
        result_of(bad)


@pytest.mark.parametrize("seconds", [-1.0, 0.0, 0.1, 1.5 * LOOKS])
def test_what_does_not_come_in_time_is_a_timeout(seconds: float) -> None:
    with pytest.raises(TimeoutError):
        result_of(Future[int](), seconds)
