"""The code of a replica on a Ray cluster: the tools of one model with their own executor."""

from __future__ import annotations

import asyncio
import pickle
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib import import_module
from typing import Any

from ..core.call import Call
from ..core.errors import LooksmithError
from ..core.registry import Registry
from ..engine.executor import Executor
from ..engine.failures import copied, failure_of
from .images import Received

MakeRegistry = Callable[[], Registry]
"""A picklable function that creates the tools in any process."""


@dataclass(frozen=True)
class PackedCall:
    """A call to send. bound: the arguments by name, packed (images.py)."""

    tool: str
    bound: Mapping[str, Any]


class Replica:
    """Serves requests of several calls each; waiting calls are batched as usual.

    make: a pickled MakeRegistry.
    """

    def __init__(self, make: bytes) -> None:
        self._problem: LooksmithError | None = None
        self._executor = Executor(Registry())
        self._images = Received()
        try:
            made: Registry = pickle.loads(make)()  # noqa: S301  (from `deployed`)
            self._executor = Executor(made)
        except (Exception, SystemExit) as error:  # raising here would make Ray restart the replica forever
            self._problem = failure_of("The replica", error)

    def problem(self) -> LooksmithError | None:
        """The error of creating the tools, if any."""
        return self._problem

    def check_health(self) -> None:
        """Raise WornOut if too many calls hang, so that Ray replaces the replica."""
        if worn := self._executor.worn:
            raise worn

    def serve(self, requests: Sequence[Sequence[PackedCall]]) -> list[list[Call]]:
        """The results of each request's calls, without arguments, which the caller has."""
        futures = [[self._submit(asked, number) for asked in request] for number, request in enumerate(requests)]
        return [[_portable(one if isinstance(one, Call) else one.result()) for one in calls] for calls in futures]

    def _submit(self, asked: PackedCall, number: int) -> Any:
        try:
            return self._executor.submit(asked.tool, (), self._images.unpacked(asked.bound), None, number)
        except (Exception, SystemExit) as error:  # such as an image lost with its owner process
            return Call(asked.tool, "ray", {}, error=failure_of(asked.tool, error))


def replica_class(most: int, wait: float) -> Any:
    """The class of a deployment that batches requests. most: maximum batch; wait: seconds to wait for more."""
    serve: Any = import_module("ray.serve")

    class Deployed:
        def __init__(self, make: bytes) -> None:
            self._replica = Replica(make)

        def problem(self) -> LooksmithError | None:
            return self._replica.problem()

        def check_health(self) -> None:
            self._replica.check_health()

        @serve.batch(max_batch_size=most, batch_wait_timeout_s=wait)
        async def __call__(self, requests: Sequence[Sequence[PackedCall]]) -> list[list[Call]]:
            return await asyncio.to_thread(self._replica.serve, requests)

    return Deployed


def _portable(done: Call) -> Call:
    """The call in a picklable form; an error that is not picklable is replaced by the nearest of ours."""
    error = done.error
    if error is not None:
        try:
            pickle.loads(pickle.dumps(error))  # noqa: S301  (what was pickled here)
        except Exception:
            error = copied(error)
    return replace(done, arguments={}, error=error)
