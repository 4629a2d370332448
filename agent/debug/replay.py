"""Repeats a stored run: what its trace knows is taken from there, whatever was changed on the way.

A call is the same call when the tool and all its arguments are. So after a change, the program's later calls are
answered from the trace as long as they ask what was asked then; only the others need a model.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from time import perf_counter
from typing import Any

from ...programs.check.check import Checked, check
from ...programs.language.diagnostics import render
from ...programs.language.program import Program
from ...sandbox.outcome import Outcome
from ...sandbox.run import Request, Sandbox
from ...tools.core import errors
from ...tools.core.errors import InputError, LooksmithError, ToolError
from ...tools.core.registry import Registry
from ...tools.core.tool import PLAIN
from ...tools.engine.executor import Call, Executor, Serves, given_names
from ...tools.runtime.cache import ResultCache
from ..ask.loop import Answer, Bench
from ..inputs.subject import Subject
from ..reading.compare import Comparison, compare
from ..reading.view import RunView, view
from ..traces.decode import Pictures, decode, decode_all
from ..traces.encode import describe, encode, encode_all
from ..traces.run_record import Lineage, versions
from ..traces.runs import Runs, StoredRun
from ..traces.trace import Failure, Step


@dataclass(frozen=True)
class Edits:
    """What is different in a replay.

    results: the result of a step by its number, 1-based, as a value; or the error that it ends with.
    program: a text in place of the run's program.
    start: from this step on, everything is asked anew.
    """

    results: Mapping[int, Any] = field(default_factory=dict[int, Any])
    program: str | None = None
    start: int | None = None

    @property
    def told(self) -> tuple[str, ...]:
        """In words."""
        changed = [f"step {number} = {_told(value)}" for number, value in sorted(self.results.items())]
        again = [f"asked anew from step {self.start} on"] if self.start is not None else []
        return (*changed, *again, *(["another program"] if self.program is not None else []))


@dataclass(frozen=True)
class Replayed:
    """A replay, written down as a run of its own. notices: what people should know before they trust it."""

    answer: Answer
    run: StoredRun
    comparison: Comparison
    notices: tuple[str, ...]


class NotRecorded(ToolError):
    """A call that the trace does not have, where nothing else may be asked."""


def nobody(_tool: str) -> None:
    """No tool is served by anybody else."""


@dataclass(frozen=True)
class Replayer:
    """Repeats runs. live: serves calls that are not in a trace; None refuses them with NotRecorded."""

    registry: Registry
    sandbox: Sandbox
    runs: Runs
    live: Serves | None = None

    def replay(self, run: StoredRun, edits: Edits | None = None) -> Replayed:
        """Repeat a run and write the result down as its child.

        Raises InputError when the run has no program that ran, needs tools that are not here, or an edit does not fit
        (a step that does not exist, a value of another type, a program that the checker refuses).
        """
        edits = edits or Edits()
        script = Script.of(run)
        self.check(script, edits)
        service = Recorded(self.registry, script, edits, self.live)
        bench = Bench(self.registry, service, self.sandbox, self.runs, (), run.record.dry)
        lineage = Lineage(run.record.id, edits.told)
        answer = bench.run(script.subject, script.edited(edits), lineage=lineage)
        child = self.runs.load(str(answer.run))
        notices = (*self._doubts(script, edits), *service.unreached)
        return Replayed(answer, child, compare(script.view, view(child)), notices)

    def outcome(self, script: Script, edits: Edits, first: Callable[[str], Serves | None] = nobody) -> Outcome:
        """How the run would have ended; nothing is written down. Raises InputError as `replay` does.

        first: who serves the calls of a tool whatever the trace says; None leaves them to it.
        """
        checked = self.check(script, edits)
        recorded = Recorded(self.registry, script, edits, self.live)
        cache: ResultCache[Call] = ResultCache()

        def call(request: Request) -> Any:
            service = first(request.tool) or recorded
            done = service.call(request.tool, request.args, request.kwargs, cache, request.until)
            if done.error is not None:
                raise done.error
            return done.value

        return self.sandbox.run(checked, script.subject.inputs(), call)

    def check(self, script: Script, edits: Edits) -> Checked:
        """The program that would run. Raises InputError."""
        self._require_tools(script)
        for number, value in edits.results.items():
            self._require_fit(script, number, value)
        if edits.start is not None:
            script.step(edits.start)
        program = script.edited(edits)
        checked = check(program, self.registry, script.subject.input_types())
        if isinstance(checked, Checked):
            return checked
        what = "The program" if edits.program is None else "The changed program"
        raise InputError(f"{what} is refused: {render(checked, program.source)}")

    def _require_tools(self, script: Script) -> None:
        missing = sorted({step.tool for step in script.steps if step.tool not in self.registry})
        if missing:
            hint = "Name the file that has it (--tools FILE), or the profile (--profile)."
            raise InputError(f"The run {script.run.record.id} called {', '.join(missing)}: not a tool here.", hint=hint)

    def _require_fit(self, script: Script, number: int, value: Any) -> None:
        step = script.step(number)
        if isinstance(value, LooksmithError):
            return
        try:
            self.registry.get(step.tool).check_result(value)
        except ToolError as error:
            raise InputError(f"Step {number} cannot have this result: {error}") from None

    def _doubts(self, script: Script, edits: Edits) -> list[str]:
        """What is not as it was when the run was made: it matters for calls that are not in the trace."""
        then, now = script.run.record.versions, versions()
        changed = [
            f"{name} {then[name]} then, {now.get(name, 'none')} now" for name in then if then[name] != now.get(name)
        ]
        behind = {step.tool: step.backend for step in script.steps if step.source == "tool"}
        for name, backend in behind.items():
            here = self.registry.get(name).backend
            if here != backend:
                changed.append(f"{name} by {backend} then, {here} now")
        return [f"Not as it was then: {'; '.join(changed)}."] if changed and self.live is not None else []


@dataclass(frozen=True)
class Script:
    """What a run says about itself: its program, what it was about, and the steps that it took."""

    run: StoredRun
    view: RunView
    program: Program
    subject: Subject
    pictures: Pictures

    @classmethod
    def of(cls, run: StoredRun) -> Script:
        """Raises InputError when no program of the run was started, or a picture of it is missing."""
        shown, record, pictures = view(run), run.record, Pictures(run)
        if shown.execution is None:
            raise InputError(f"No program of the run {record.id} was started: there is nothing to replay.")
        program = Program(
            shown.execution.source,
            record.question,
            origin="file",
            dialect=record.dialect or "python",
            original=record.original,
            lines=tuple(record.lines),
        )
        images = tuple(pictures(one.image) for one in record.pictures)
        names = tuple(one.name for one in record.pictures)
        return cls(run, shown, program, Subject(images, names, decode_all(record.inputs, pictures)), pictures)

    @property
    def steps(self) -> tuple[Step, ...]:
        """Of the program that the run ended with, in order."""
        return self.view.steps

    def step(self, number: int) -> Step:
        """By its number, 1-based. Raises InputError when there is none."""
        if not 1 <= number <= len(self.steps):
            raise InputError(f"The run {self.run.record.id} has no step {number}: it has {len(self.steps)}.")
        return self.steps[number - 1]

    def edited(self, edits: Edits) -> Program:
        """The program that is to run. A changed one has no other dialect behind it any more."""
        if edits.program is None:
            return self.program
        return Program(edits.program, self.program.question, origin="file")


class Recorded:
    """Serves the calls of a program from a trace, each recorded result once and in order.

    live: asked for what is not in the trace, and for everything from `edits.start` on.
    """

    def __init__(self, registry: Registry, script: Script, edits: Edits, live: Serves | None) -> None:
        self._registry = registry
        self._script = script
        self._edits = edits
        self._live = live
        self._reached: set[int] = set()
        self._first: dict[str, int] = {}
        self._waiting: dict[str, deque[int]] = {}
        for number, step in enumerate(script.steps, start=1):
            if edits.start is None or number < edits.start or number in edits.results:
                key = _key(step.tool, step.arguments)
                self._first.setdefault(key, number)
                self._waiting.setdefault(key, deque()).append(number)

    def call(
        self,
        name: str,
        args: tuple[Any, ...],
        kwargs: Mapping[str, Any],
        cache: ResultCache[Call] | None = None,
        until: float | None = None,
    ) -> Call:
        """As it was, or as it was changed, else by whoever is live."""
        start = perf_counter()
        bound = self._bound(name, args, kwargs)
        number = self._number(name, _key(name, encode_all(bound, _source)))
        if number is None:
            live = self._asked(name)
            return live.call(name, args, kwargs, cache, until) if live is not None else _unrecorded(name, bound)
        return replace(self._known(number, bound), seconds=perf_counter() - start)

    @property
    def unreached(self) -> list[str]:
        """Edits without effect: the program took another way, or asked something else there."""
        lost = sorted(self._edits.results.keys() - self._reached)
        return [f"Step {number} was not asked again: its change had no effect." for number in lost]

    def _bound(self, name: str, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Mapping[str, Any]:
        try:
            return self._registry.get(name).bind(args, kwargs)
        except LooksmithError:
            return given_names(args, kwargs)

    def _number(self, name: str, key: str) -> int | None:
        """The step that this call repeats. A deterministic tool that is asked once more says the same again."""
        waiting = self._waiting.get(key)
        if waiting:
            return waiting.popleft()
        return self._first.get(key) if self._registry.get(name).options.deterministic else None

    def _known(self, number: int, bound: Mapping[str, Any]) -> Call:
        step, pictures = self._script.steps[number - 1], self._script.pictures
        known = Call(step.tool, step.backend, bound, cached=step.cached, source="trace")
        # What was remembered from an earlier step is changed with it.
        origin = self._first[_key(step.tool, step.arguments)] if step.cached else number
        for edited in (number, origin):
            if edited in self._edits.results:
                self._reached.add(edited)
                value = self._edits.results[edited]
                failed = value if isinstance(value, LooksmithError) else None
                return replace(known, value=None if failed else value, error=failed, source="change")
        return replace(
            known,
            value=decode(step.result, pictures),
            scores=step.scores,
            found=tuple(decode(step.found, pictures)),
            rejected=tuple(decode(step.rejected, pictures)),
            assumptions=step.assumptions,
            confidence=step.confidence,
            error=step.error and as_error(step.error),
        )

    def _asked(self, name: str) -> Serves | None:
        """Who serves what is not in the trace; None where nobody may be asked."""
        # Arithmetic needs no model: it is done again where nobody may be asked.
        plain = name in self._registry and self._registry.get(name).backend == PLAIN
        return self._live or (Executor(self._registry) if plain else None)


def _unrecorded(name: str, bound: Mapping[str, Any]) -> Call:
    hint = "Let models answer what is new: --backend model."
    error = NotRecorded(f"{name} was not asked this in the run that is replayed.", hint=hint)
    return Call(name, "recorded", bound, error=error)


_ERRORS = {
    name: kind for name, kind in vars(errors).items() if isinstance(kind, type) and issubclass(kind, LooksmithError)
}


def as_error(failure: Failure) -> LooksmithError:
    """The error that a step ended with. One of a class that is gone counts as a tool's failure."""
    return _ERRORS.get(failure.kind, ToolError)(failure.message)


def _key(tool: str, arguments: Mapping[str, Any]) -> str:
    return json.dumps([tool, arguments], sort_keys=True)


def _source(image: Any) -> str:
    """Under this name a recorder found the image that was read from its trace."""
    return image.source


def _told(value: Any) -> str:
    if isinstance(value, LooksmithError):
        return f"{type(value).__name__}: {value}"
    return describe(encode(value, _source))
