"""What runs in a replica on a Ray cluster: the tools of one model behind an executor of its own."""

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
from ..engine.failures import anew, failure_of
from .images import Received

MakeRegistry = Callable[[], Registry]
"""Makes the tools anew, in whichever process; it can be pickled, as models cannot."""


@dataclass(frozen=True)
class Asked:
    """A call on its way. bound: the arguments by name, packed (images.py)."""

    tool: str
    bound: Mapping[str, Any]


class Replica:
    """Serves requests of several calls each; those that wait together are served together, as anywhere else.

    make: a pickled MakeRegistry.
    """

    def __init__(self, make: bytes) -> None:
        self._problem: LooksmithError | None = None
        self._executor = Executor(Registry())
        self._images = Received()
        try:
            made: Registry = pickle.loads(make)()  # noqa: S301  (from `deployed`)
            self._executor = Executor(made)
        except (Exception, SystemExit) as error:  # a replica that fails would be started again and again
            self._problem = failure_of("The replica", error)

    def problem(self) -> LooksmithError | None:
        """Why there are no tools; None when there are."""
        return self._problem

    def check_health(self) -> None:
        """Raises WornOut when so many calls hang here that it is time for another replica."""
        if worn := self._executor.worn:
            raise worn

    def serve(self, requests: Sequence[Sequence[Asked]]) -> list[list[Call]]:
        """The calls of each request, without their arguments: whoever asked has them."""
        futures = [[self._submit(asked, number) for asked in request] for number, request in enumerate(requests)]
        return [[_portable(one if isinstance(one, Call) else one.result()) for one in calls] for calls in futures]

    def _submit(self, asked: Asked, number: int) -> Any:
        try:
            return self._executor.submit(asked.tool, (), self._images.unpacked(asked.bound), None, number)
        except (Exception, SystemExit) as error:  # such as a picture that is gone with the process that had it
            return Call(asked.tool, "ray", {}, error=failure_of(asked.tool, error))


def replica_class(most: int, wait: float) -> Any:
    """The class of a deployment, whose requests are joined. most: requests at once; wait: seconds for more."""
    serve: Any = import_module("ray.serve")

    class Deployed:
        def __init__(self, make: bytes) -> None:
            self._replica = Replica(make)

        def problem(self) -> LooksmithError | None:
            return self._replica.problem()

        def check_health(self) -> None:
            self._replica.check_health()

        @serve.batch(max_batch_size=most, batch_wait_timeout_s=wait)
        async def __call__(self, requests: Sequence[Sequence[Asked]]) -> list[list[Call]]:
            return await asyncio.to_thread(self._replica.serve, requests)

    return Deployed


def _portable(done: Call) -> Call:
    """The call as it can go to another process: an error that cannot goes as the nearest of ours."""
    error = done.error
    if error is not None:
        try:
            pickle.loads(pickle.dumps(error))  # noqa: S301  (what was pickled here)
        except Exception:
            error = anew(error)
    return replace(done, arguments={}, error=error)
