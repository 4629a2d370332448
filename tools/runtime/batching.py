"""Many items through a model: in batches that fit in memory, or on every core."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from ..core.errors import ToolError

T = TypeVar("T")
R = TypeVar("R")


def in_batches(run: Callable[[Sequence[T]], Sequence[R]], items: Sequence[T], size: int) -> list[R]:
    """Results of `run` over batches of `size`; a batch that does not fit in memory is halved, and so are the next.

    Raises ToolError when not even one item fits.
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
                    f"Not even one image fits in the memory of the device: {str(error).partition('. ')[0]}.",
                    hint="Use --device cpu, a smaller model, or a smaller memory_gb in the profile.",
                ) from None
            size = (len(batch) + 1) // 2
            torch.cuda.empty_cache()
    return results


def on_every_core(run: Callable[[T], R], items: Sequence[T], each: int) -> list[R]:
    """Result of `run` for each item. each: cores that one run takes by itself, such as `torch.get_num_threads()`.

    For models so small that a pass on one core gains nothing from other images beside it, nor from other cores; and for
    what is done to each image before a pass.
    """
    threads = min(core_groups(each), len(items))
    if threads < 2:
        return [run(item) for item in items]
    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(run, items))


def core_groups(each: int) -> int:
    """How many runs there is room for at once on this machine's cores. each: cores that one takes."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(cores // each, 1)
