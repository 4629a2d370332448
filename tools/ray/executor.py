"""An executor for a Ray cluster, with a deployment of Ray Serve per model.

Ray starts replicas, assigns them GPU shares and their own packages, and restarts them after crashes. Calls with cached
results are not sent, and waiting calls are sent together, because every request costs some milliseconds.
"""

from __future__ import annotations

import asyncio
import secrets
from collections import Counter
from collections.abc import Generator, Hashable, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from threading import Condition, Thread
from typing import Any

from ..core.call import Call
from ..core.errors import ToolError
from ..core.registry import Registry
from ..core.tool import Tool
from ..engine.dispatch import WAITING
from ..engine.executor import Executor
from ..engine.failures import failure_of
from ..engine.lanes import GRACE, Turns
from ..engine.pending import PendingCall
from ..engine.results import Results
from ..profiles.deployment import Deployment, tools_of
from .cluster import load_ray, load_serve, with_limits
from .images import Sending
from .replica import MakeRegistry, PackedCall, replica_class

_TRIES = 2
"""Attempts before giving up on a call whose replicas died."""

_AHEAD = 2
"""Requests in flight per replica: one running, one queued."""


_QUIET = {"log_level": "ERROR", "enable_access_log": False}


@dataclass(frozen=True)
class ToolDeployment:
    """The deployment of a tool. app: in Ray Serve; most: calls per request; requests: maximum in flight."""

    app: str
    most: int
    requests: int


@contextmanager
def deployed(
    registry: Registry, make: MakeRegistry, deployments: Mapping[str, Deployment], models: Mapping[str, str]
) -> Generator[dict[str, ToolDeployment]]:
    """A context with the deployed tools and their places; the deployments are removed at the end.

    make: creates the same tools in a replica. models: the profile's model of each tool.
    Raises InputError for invalid deployments, and the error of a replica that cannot create its tools.
    """
    groups = tools_of(deployments, registry, models)
    if not groups:
        yield {}
        return
    serve, token, places = load_serve(), secrets.token_hex(4), dict[str, ToolDeployment]()
    serve.start(proxy_location="Disabled", logging_config=_QUIET)  # HTTP is not used
    try:
        for name, tools in groups.items():
            place = ToolDeployment(
                f"looksmith-{token}-{name}", max(map(_together, tools)), _AHEAD * deployments[name].num_replicas
            )
            places |= dict.fromkeys([tool.name for tool in tools], place)
            _deploy(serve, place, make, deployments[name])
        yield places
    finally:
        for app in {place.app for place in places.values()}:
            serve.delete(app)


def _deploy(serve: Any, place: ToolDeployment, make: MakeRegistry, deployment: Deployment) -> None:
    resources = {"num_gpus": deployment.num_gpus, "num_cpus": deployment.num_cpus}
    bound = (
        serve.deployment(replica_class(place.most, deployment.batch_wait_timeout_s))
        .options(
            num_replicas=deployment.num_replicas,
            max_ongoing_requests=deployment.max_ongoing_requests,
            ray_actor_options={**resources, "runtime_env": with_limits(deployment.runtime_env)},
            graceful_shutdown_timeout_s=2,
            logging_config=_QUIET,
        )
        .bind(load_ray().cloudpickle.dumps(make))
    )
    handle = serve.run(bound, name=place.app, route_prefix=None)
    problem = handle.problem.remote().result()
    if problem is not None:
        raise problem


def _together(tool: Tool) -> int:
    return tool.options.batch if tool.many is not None and tool.options.deterministic else 1


class RayExecutor(Executor):
    """Runs deployed tools on the cluster, and the others in this process.

    If a replica dies, its calls are retried transparently, unless they have side effects.
    places: by tool, from `deployed`, in this process or another one of the cluster.
    results: as in the executor; looked up before a call is sent.
    """

    def __init__(
        self, registry: Registry, places: Mapping[str, ToolDeployment], results: Results | None = None
    ) -> None:
        super().__init__(registry, results)
        self.places = places
        self._images = Sending()
        self._loop = asyncio.new_event_loop()
        self._lanes = {place: _Lane(self, self._loop, place) for place in dict.fromkeys(places.values())}
        self._thread = Thread(target=self._loop.run_forever, name="ray tools", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop sending calls, without waiting for those in flight."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    def give(self, job: PendingCall, done: Call) -> None:
        """Handle a returned call."""
        self._give(job, replace(done, arguments=job.bound))

    def _issue(self, job: PendingCall, *, goes_on: bool, patient: bool = True) -> None:
        place = self.places.get(job.tool.name)
        if place is None:
            super()._issue(job, goes_on=goes_on, patient=patient)
            return
        try:
            asked = PackedCall(job.tool.name, self._images.packed(job.bound))
        except Exception as error:  # such as a full object store
            if self.claim(job):
                self.give(job, Call(job.tool.name, job.tool.backend, {}, error=failure_of(job.tool.name, error)))
        else:
            self._lanes[place].put(_Waiting(job, asked), goes_on=goes_on, patient=patient)


@dataclass(frozen=True, eq=False)
class _Waiting:
    """A call waiting to be sent."""

    job: PendingCall
    asked: PackedCall


class _Lane:
    """The waiting calls of one deployment. Everything except `put` runs in the event loop's thread."""

    def __init__(self, executor: RayExecutor, loop: asyncio.AbstractEventLoop, place: ToolDeployment) -> None:
        self._executor = executor
        self._loop = loop
        self._place = place
        self._handle: Any = load_serve().get_app_handle(place.app)
        self._died: type[Exception] = load_ray().exceptions.RayActorError
        self._turns: Turns[_Waiting] = Turns()
        self._sending: set[asyncio.Task[None]] = set()
        self._again = asyncio.Lock()
        self._room = Condition()
        self._counts: Counter[Hashable] = Counter()

    def put(self, waiting: _Waiting, *, goes_on: bool, patient: bool) -> None:
        """Enqueue a call. goes_on: the caller may make more calls soon, so wait a little to batch them.

        patient: block while too many calls of the program are queued.
        """
        program = waiting.job.program
        with self._room:
            if patient:
                self._room.wait_for(lambda: self._counts[program] < WAITING)
            self._counts[program] += 1
        self._loop.call_soon_threadsafe(self._add, waiting, GRACE if goes_on else 0.0)

    def _add(self, waiting: _Waiting, grace: float) -> None:
        self._turns.add(waiting.job.program, waiting)
        if self._turns.size >= self._place.most or not grace:
            self._send_waiting()
        else:
            self._loop.call_later(grace, self._send_waiting)

    def _send_waiting(self) -> None:
        while self._turns.size and len(self._sending) < self._place.requests:
            taken = self._turns.take(self._place.most)
            with self._room:
                self._counts -= Counter(program for program, _ in taken)
                self._room.notify_all()
            wanted = [one for _, one in taken if self._executor.claim(one.job)]
            if wanted:
                task = self._loop.create_task(self._send(wanted))
                self._sending.add(task)
                task.add_done_callback(self._sent)

    def _sent(self, task: asyncio.Task[None]) -> None:
        self._sending.discard(task)
        self._send_waiting()

    async def _send(self, calls: Sequence[_Waiting], tries: int = 1, *, again: bool = False) -> None:
        """Send calls and deliver their results. again: they were sent before."""
        try:
            done: list[Call] = await self._handle.remote([one.asked for one in calls])
            for one, call in zip(calls, done, strict=True):
                self._executor.give(one.job, call)
        except self._died as error:
            # Sequentially, so that a call that kills its replica does not affect others twice.
            async with nullcontext() if again else self._again:
                await self._send_again(calls, tries, error)
        except Exception as error:
            for one in calls:
                if not one.job.future.done():
                    self._fail(one, f"{type(error).__name__}: {error}")

    async def _send_again(self, calls: Sequence[_Waiting], tries: int, error: Exception) -> None:
        """Retry calls without side effects after a replica died, in halves, because one of them may be the cause."""
        said = f"the process that served it died ({type(error).__name__})"
        safe = [one for one in calls if one.job.tool.options.deterministic]
        for one in calls:
            if one not in safe:
                self._fail(one, f"{said}. It is not retried, because it may have had its side effect already.")
        if len(calls) == 1 and tries == _TRIES:
            for one in safe:
                self._fail(one, f"{said}, {tries} times.")
            return
        middle = len(safe) // 2
        for part in filter(None, (safe[:middle], safe[middle:])):
            await self._send(part, tries + (len(calls) == 1), again=True)

    def _fail(self, one: _Waiting, why: str) -> None:
        tool = one.job.tool
        error = ToolError(f"{tool.name} failed: {why}")
        self._executor.give(one.job, Call(tool.name, tool.backend, {}, error=error))
