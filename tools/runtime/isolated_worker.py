"""The isolated process, which serves the methods of one object; started by `isolated.Isolated`."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import IO, Any

from ..core.errors import LooksmithError
from .isolated_wire import receive, send


def main(target: str, memory: str) -> None:
    """Create the object with the arguments received first, then answer calls until the other side is gone.

    memory: memory limit in bytes, 0 for none.
    """
    # Libraries may print, so move the protocol to another descriptor.
    with os.fdopen(os.dup(1), "wb") as out, os.fdopen(os.dup(0), "rb") as given:
        os.dup2(2, 1)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        _limit(int(memory))
        module, _, name = target.partition(":")
        number, arguments = receive(given)
        made = _answer(out, number, lambda: getattr(import_module(module), name)(**arguments), "nbytes")
        while made is not None:
            try:
                number, (method, values) = receive(given)
            except EOFError:
                return
            _answer(out, number, partial(getattr(made, method), *values))


def _limit(memory: int) -> None:
    """Limit the address space; exceeding it is a MemoryError or worse, in this process only."""
    with suppress(OSError):  # if the machine runs out of memory anyway, kill this process first
        Path("/proc/self/oom_score_adj").write_text("1000")
    if memory:
        import resource

        resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _answer(out: IO[bytes], number: int, work: Callable[[], Any], attribute: str = "") -> Any:
    """Run a function and send its result (or an attribute of it), or the error. Returns the result."""
    try:
        result = work()
        send(out, [number, "done", getattr(result, attribute) if attribute else result])
    except MemoryError:
        send(out, [number, "failed", ["MemoryError", "", ""]])
        os._exit(1)  # the state may be inconsistent
    except LooksmithError as error:
        send(out, [number, "failed", [type(error).__name__, error.message, error.hint]])
    except BaseException as error:
        send(out, [number, "failed", [type(error).__name__, str(error), ""]])
    else:
        return result
    return None


if __name__ == "__main__":
    with suppress(BrokenPipeError, EOFError):  # the other side is gone, perhaps in the middle of an answer
        main(*sys.argv[1:])
