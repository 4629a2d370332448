"""Runs the programs that were written for one question; whatever they do is written down."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..programs.check import Checked
from ..sandbox.outcome import Outcome
from ..sandbox.run import Request, Sandbox
from ..tools.cache import ResultCache
from ..tools.executor import Call, Serves
from .encode import encode, encode_all
from .runs import Recorder
from .trace import Execution, Failure, Result, Step


@dataclass(frozen=True)
class Ran:
    """A program that ran.

    execution: the id of its event; answer: that of the outcome as JSON (encode.py); steps: its tool calls, in order.
    """

    execution: int
    outcome: Outcome
    answer: Any
    steps: tuple[Step, ...]


class Runner:
    """Runs programs on the same inputs. They share the results of deterministic tools."""

    def __init__(self, executor: Serves, sandbox: Sandbox, recorder: Recorder, inputs: Mapping[str, Any]) -> None:
        self._executor = executor
        self._sandbox = sandbox
        self._recorder = recorder
        self._inputs = inputs
        self._cache: ResultCache[Call] = ResultCache()

    def run(self, checked: Checked, parent: int | None) -> Ran:
        """Run a program to its outcome. parent: the id of its check."""
        execution = self._recorder.add(Execution(parent=parent, source=checked.program.source)).id
        service = _Service(self._executor, self._recorder, execution, self._cache)
        outcome = self._sandbox.run(checked, self._inputs, service.call)
        return Ran(execution, outcome, encode(outcome.answer, self._recorder.keep), tuple(service.steps))

    def tell(self, ran: Ran) -> None:
        """Write down how a program ended with which the run does not end."""
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
    """Serves the tool calls of one program and writes each down."""

    def __init__(self, executor: Serves, recorder: Recorder, execution: int, cache: ResultCache[Call]) -> None:
        self._executor = executor
        self._recorder = recorder
        self._execution = execution
        self._cache = cache
        self.steps: list[Step] = []

    def call(self, request: Request) -> Any:
        """The tool's value. Raises the tool's error."""
        done = self._executor.call(request.tool, request.args, request.kwargs, self._cache)
        keep = self._recorder.keep
        failure = Failure(kind=type(done.error).__name__, message=str(done.error)) if done.error else None
        step = Step(
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
            error=failure,
        )
        self.steps.append(self._recorder.add(step))
        if done.error is not None:
            raise done.error
        return done.value
