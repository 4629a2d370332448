"""Runs a model on many items: in batches that fit in memory, or in parallel on all cores."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from ..core.errors import ToolError

T = TypeVar("T")
R = TypeVar("R")


def in_batches(run: Callable[[Sequence[T]], Sequence[R]], items: Sequence[T], size: int) -> list[R]:
    """Run batches of up to `size` items; when out of memory, the batch size is halved for the rest.

    Raises ToolError if a single item does not fit.
    """
    import torch

    results: list[R] = []
    while len(results) < len(items):
        batch = items[len(results) : len(results) + size]
        try:
            results += run(batch)
        except torch.OutOfMemoryError as error:
            if len(batch) == 1:
                raise ToolError(
                    f"The device has too little memory for a single image: {str(error).partition('. ')[0]}.",
                    hint="Use --device cpu, a smaller model, or a smaller memory_gb in the profile.",
                ) from None
            size = (len(batch) + 1) // 2
            torch.cuda.empty_cache()
    return results


def on_every_core(run: Callable[[T], R], items: Sequence[T], each: int) -> list[R]:
    """Run a function on each item in parallel. each: cores used by one run, such as `torch.get_num_threads()`.

    For small models that benefit neither from batches nor from several cores, and for preprocessing.
    """
    threads = min(core_groups(each), len(items))
    if threads < 2:
        return [run(item) for item in items]
    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(run, items))


def core_groups(each: int) -> int:
    """The number of parallel runs for this machine's cores. each: cores used by one run."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(cores // each, 1)
