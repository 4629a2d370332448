"""Models in memory: loaded once, shared, and put out again in the order in which they were used."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
import torch

from looksmith.tools.core.errors import ToolError
from looksmith.tools.runtime.batching import in_batches
from looksmith.tools.runtime.shelf import Shelf, size_of


def model(floats: int) -> torch.nn.Module:
    return torch.nn.Linear(floats, 1, bias=False)


def test_a_model_is_made_once_and_stays_while_there_is_room() -> None:
    made: list[int] = []
    shelf = Shelf()
    slot = shelf.slot(lambda: made.append(1) or model(10))
    assert slot.get() is slot.get()
    slot.load()
    assert len(made) == 1 and shelf.size == 40


def test_the_model_that_was_not_used_for_longest_makes_room() -> None:
    made: list[str] = []
    shelf = Shelf(budget=100)
    first, second, third = (shelf.slot(lambda name=name: made.append(name) or model(10)) for name in "abc")
    first.load()
    second.load()
    first.get()
    third.load()
    assert [slot.model is not None for slot in (first, second, third)] == [True, False, True]
    assert shelf.size == 80
    second.get()
    assert made == ["a", "b", "c", "b"]
    assert first.model is None


def test_one_model_may_be_larger_than_the_budget() -> None:
    shelf = Shelf(budget=10)
    assert shelf.slot(lambda: model(100)).get().weight.numel() == 100


def test_a_model_that_cannot_be_loaded_takes_no_room() -> None:
    def fail() -> torch.nn.Module:
        raise ToolError("no")

    shelf = Shelf(budget=100)
    slot = shelf.slot(fail)
    with pytest.raises(ToolError):
        slot.load()
    assert shelf.size == 0 and slot.model is None


def test_sizes_count_parameters_and_buffers_of_all_parts() -> None:
    norm = torch.nn.BatchNorm1d(4)  # 4 + 4 parameters, 4 + 4 statistics, one 64-bit counter
    assert size_of((norm, "a tokenizer", model(3))) == 16 * 4 + 8 + 12


def halving(largest: int) -> tuple[list[int], list[int]]:
    """Results, and the sizes of the batches, of a device that has room for `largest` images."""
    tried: list[int] = []

    def run(batch: Sequence[int]) -> list[int]:
        tried.append(len(batch))
        if len(batch) > largest:
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2 GiB")
        return [2 * item for item in batch]

    return in_batches(run, range(10), 8), tried


def test_a_batch_that_does_not_fit_is_halved_and_nothing_is_lost() -> None:
    results, tried = halving(largest=3)
    assert results == [2 * item for item in range(10)]
    assert tried == [8, 4, 2, 2, 2, 2, 2]


def test_when_not_even_one_fits_the_error_says_what_to_do() -> None:
    with pytest.raises(ToolError, match=r"too little memory for a single image.*--device cpu"):
        halving(largest=0)
