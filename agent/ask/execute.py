"""Runs the programs written for one question and records each step."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from time import perf_counter
from typing import Any

from ...programs.call_plan.planner import plan
from ...programs.check.check import Checked
from ...sandbox.outcome import Outcome
from ...sandbox.run import Request, Sandbox
from ...tools.core.errors import ToolTimeout
from ...tools.core.registry import Registry
from ...tools.engine.executor import Call, Serves
from ...tools.engine.failures import copied
from ...tools.runtime.cache import ResultCache
from ..ahead.runner import Ahead, Taken
from ..doubt.fragile import Again, Made
from ..traces.encode import encode, encode_all
from ..traces.runs import Recorder
from ..traces.trace import Execution, Failure, Result, Step
from .frames import kept_frames

MAX_OWN = 2.0
"""Programs that take longer (in seconds, without tools) are not rerun to test whether their answer is fragile."""


def _as_it_is(answer: Any) -> Any:
    return answer


@dataclass(frozen=True)
class Ran:
    """A program that ran.

    execution: the id of its event; answer: the outcome's answer as JSON (agent/traces/encode.py); steps: its tool
        calls, in order; made: the same calls with their results; own: seconds spent outside of tools.
    """

    execution: int
    outcome: Outcome
    answer: Any
    steps: tuple[Step, ...]
    checked: Checked
    made: tuple[Made, ...] = ()
    own: float = 0.0


class Runner:
    """Runs programs on the same inputs, sharing the results of deterministic tools.

    ahead: the tools whose calls may start before a program reaches them; None for none.
    wasted: calls started early that no program made.
    """

    def __init__(
        self,
        executor: Serves,
        sandbox: Sandbox,
        recorder: Recorder,
        inputs: Mapping[str, Any],
        ahead: Registry | None = None,
    ) -> None:
        self.wasted = 0
        self._ahead = ahead
        self._executor = executor
        self._sandbox = sandbox
        self._recorder = recorder
        self._inputs = inputs
        self._cache: ResultCache[Call] = ResultCache()

    def run(self, checked: Checked, parent: int | None) -> Ran:
        """Run a program and return its outcome. parent: the id of its check."""
        execution = self._recorder.add(Execution(parent=parent, source=checked.program.source)).id
        start = perf_counter()
        with self._running_ahead(checked) as ahead:
            service = _Service(self._executor, self._recorder, execution, self._cache, ahead)
            outcome = self._sandbox.run(checked, self._inputs, service.call)
        self.wasted += ahead.wasted if ahead else 0
        answer, steps = encode(outcome.answer, self._recorder.keep), tuple(service.steps)
        own = perf_counter() - start - sum(step.waited for step in steps)
        return Ran(execution, outcome, answer, steps, checked, tuple(service.made), own)

    def fragile(self, ran: Ran, registry: Registry, settle: Callable[[Any], Any] = _as_it_is) -> str:
        """A near miss that would change the program's answer (agent/doubt/fragile.py).

        "" if there is none, or if testing would take too long.

        registry: the tools; only deterministic ones are called.
        """
        if ran.outcome.kind != "ok" or ran.own > MAX_OWN:
            return ""
        ask = Again(self._sandbox, self._executor, registry, self._inputs)
        return ask.fragile(ran.checked, ran.made, ran.outcome.answer, settle)

    def _running_ahead(self, checked: Checked) -> AbstractContextManager[Ahead | None]:
        if self._ahead is None or not (steps := plan(checked, self._ahead, self._inputs)):
            return nullcontext()
        return Ahead(steps, self._inputs, self._ahead, self._executor, self._cache, self._sandbox.limits)

    def tell(self, ran: Ran) -> None:
        """Record the outcome of a program that does not end the run."""
        outcome = ran.outcome
        self._recorder.add(
            Result(
                parent=ran.execution,
                outcome=outcome.kind,
                answer=ran.answer,
                message=outcome.message,
                line=outcome.line,
                printed=outcome.printed,
            )
        )


class _Service:
    """Serves and records the tool calls of one program."""

    def __init__(
        self, executor: Serves, recorder: Recorder, execution: int, cache: ResultCache[Call], ahead: Ahead | None
    ) -> None:
        self._executor = executor
        self._recorder = recorder
        self._execution = execution
        self._cache = cache
        self._ahead = ahead
        self.steps: list[Step] = []
        self.made: list[Made] = []

    def call(self, request: Request) -> Any:
        """The tool's result. Raises the tool's error."""
        start = perf_counter()
        early = self._taken(request, start)
        done = early.call if early else self._made(request)
        waited = perf_counter() - start
        ahead = early if early and not done.cached else None
        times: dict[str, float] = {"waited": waited}
        if ahead is not None:
            times |= {"sent": max(start - ahead.sent, 0.0), "ready": max(start - ahead.landed, 0.0)}
        step = self._step(request, done, ahead=ahead is not None, **times)
        self.steps.append(self._recorder.add(step))
        self.made.append(Made(request, done))
        if done.error is not None:
            raise copied(done.error)
        return done.value

    def _step(self, request: Request, done: Call, **told: Any) -> Step:
        """The event of a call."""
        keep = self._recorder.keep
        return Step(
            parent=self._execution,
            line=request.line,
            column=request.column,
            tool=done.tool,
            backend=done.backend,
            arguments=encode_all(done.arguments, keep),
            result=encode(done.value, keep),
            scores=dict(done.scores or {}),
            found=[encode(box, keep) for box in done.found],
            rejected=[encode(box, keep) for box in done.rejected],
            seconds=done.seconds,
            load_seconds=done.load_seconds,
            cached=done.cached,
            batch=done.batch,
            source=done.source,
            assumptions=done.assumptions,
            confidence=done.confidence,
            moments=[encode(moment, keep) for moment in done.moments],
            frames=kept_frames(done, self._recorder),
            error=Failure(kind=type(done.error).__name__, message=str(done.error)) if done.error else None,
            **told,
        )

    def _made(self, request: Request) -> Call:
        done = self._executor.call(request.tool, request.args, request.kwargs, self._cache, request.until)
        if self._ahead is not None:
            self._ahead.tell(request.tool, request.args, request.kwargs, done)
        return done

    def _taken(self, request: Request, start: float) -> Taken | None:
        """Record an early result as if it had been computed now; for a repeated call, the earlier step's result."""
        self._recorder.doing(f"running line {request.line}: {request.tool}")
        ahead = self._ahead
        done = ahead.take(request.tool, request.args, request.kwargs, request.until) if ahead is not None else None
        if done is None or isinstance(done.call.error, ToolTimeout):
            return done
        call = done.call
        known = self._cache.known_or_put(call.tool, call.arguments, call)
        if known is None:
            return done
        return replace(done, call=replace(known, seconds=perf_counter() - start, load_seconds=0.0, cached=True))
