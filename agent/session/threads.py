"""How many threads the model libraries may start, set before they are loaded."""

from __future__ import annotations

import os


def limit_threads() -> None:
    """Have OpenMP use one thread, where the user has not said otherwise.

    Threads that wait by spinning make small models many times slower beside a busy LLM server. torch reads this once,
    when it is imported, so a process that imported it earlier keeps its setting.
    """
    os.environ.setdefault("OMP_NUM_THREADS", "1")
