"""Helpers to serve several calls in one pass of a model, each with its own result or error."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from .errors import LooksmithError
from .tool import Many

A = TypeVar("A")
R = TypeVar("R")
T = TypeVar("T")


def in_one_pass(
    calls: Sequence[Mapping[str, Any]],
    read: Callable[[Mapping[str, Any]], A],
    run: Callable[[Sequence[A]], Sequence[R]],
    tell: Callable[[A, R], Any],
) -> list[Any]:
    """The result of each call, or the LooksmithError that `read` or `tell` raised for it.

    run: maps the parsed arguments of all valid calls to the model's outputs.
    """
    read_of = [_attempt(lambda call=call: read(call)) for call in calls]
    good = [one for one in read_of if not isinstance(one, LooksmithError)]
    said = iter(run(good) if good else ())
    told: list[Any] = []
    for one in read_of:
        told.append(one if isinstance(one, LooksmithError) else _attempt(lambda one=one: tell(one, next(said))))
    return told


def one_by_one(calls: Sequence[Mapping[str, Any]], function: Callable[..., T]) -> list[T | LooksmithError]:
    """The function's result for each call, or the LooksmithError that it raised."""
    return each_by_itself(calls, [function] * len(calls))


def each_by_itself(
    calls: Sequence[Mapping[str, Any]], functions: Sequence[Callable[..., T]]
) -> list[T | LooksmithError]:
    """The result of each function for its call, or the LooksmithError that it raised."""
    pairs = zip(calls, functions, strict=True)
    return [_attempt(lambda call=call, function=function: function(**call)) for call, function in pairs]


def in_groups(groups: Sequence[Sequence[A]], run: Callable[[Sequence[A]], Sequence[R]]) -> list[list[R]]:
    """Call `run` once with the items of all groups, and regroup its results."""
    given = iter(run([item for group in groups for item in group]))
    return [[next(given) for _ in group] for group in groups]


def alone(many: Many, **arguments: Any) -> Any:
    """Serve one call by the batch method. Raises its LooksmithError."""
    (result,) = many([arguments])
    if isinstance(result, LooksmithError):
        raise result
    return result


def _attempt(work: Callable[[], T]) -> T | LooksmithError:
    try:
        return work()
    except LooksmithError as error:
        return error
