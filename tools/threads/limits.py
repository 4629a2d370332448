"""Limits the threads of model libraries, and the memory that threads keep, before they are loaded."""

from __future__ import annotations

import ctypes
import os

_M_ARENA_MAX = -8
"""The parameter's number in glibc's malloc.h."""
_ARENAS = 2
_VARIABLE = "MALLOC_ARENA_MAX"


def limit_threads() -> None:
    """Limit OpenMP to one thread, and malloc to two arenas, unless the user set these numbers.

    Threads that wait by spinning make small models many times slower beside a busy LLM server. torch reads this setting
    once, when it is imported, so a process that imported it earlier keeps its own.
    By default, glibc gives threads up to eight arenas per core. Each arena keeps what a model needed at its peak (100
    to 400 MB for one photo), and threads take turns in running models, so a process grew to 4 GB
    (tests/bench/memory.py). This has no effect without glibc, or in a process that made many threads earlier.
    """
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    if _VARIABLE not in os.environ:
        mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
        if mallopt is not None:
            mallopt(_M_ARENA_MAX, _ARENAS)


def arena_limit() -> dict[str, str]:
    """The same limit of arenas as a variable, for processes that have many threads before our code runs, as Ray's."""
    return {_VARIABLE: os.environ.get(_VARIABLE, str(_ARENAS))}
