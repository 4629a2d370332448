"""Limits the threads of model libraries, before they are loaded."""

from __future__ import annotations

import os


def limit_threads() -> None:
    """Have OpenMP use one thread, unless the user set a number.

    Threads that wait by spinning make small models many times slower beside a busy LLM server. torch reads this once,
    when it is imported, so a process that imported it earlier keeps its setting.
    """
    os.environ.setdefault("OMP_NUM_THREADS", "1")
