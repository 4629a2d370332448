"""Follows the call plan of one program: which calls can start, given the results so far."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ...programs.call_plan import steps as planned
from ...programs.call_plan.steps import Expression, Planned
from ...tools.engine.executor import Call
from ...tools.runtime.cache import call_key
from .operations import Meter, Unplanned, WorkExhausted, is_list, visible


class _Waits(Exception):
    """A value that depends on a pending call."""

    def __init__(self, key: Any) -> None:
        super().__init__()
        self.key = key


@dataclass(slots=True, eq=False)
class _Round:
    """One iteration of a loop. keys: of calls, by expression; rounds: of the loops inside, by number."""

    loop: int = -1
    item: Any = None
    outer: _Round | None = None
    keys: dict[Expression, Any] = field(default_factory=dict[Expression, Any])
    rounds: dict[int, list[_Round]] = field(default_factory=dict[int, "list[_Round]"])


Issue = Callable[[Any, str, tuple[Any, ...], dict[str, Any]], None]
"""Receives a call that is certain to be needed: key, tool, arguments, keywords. May repeat an earlier call."""
_NOT_TO_BE_HAD = object()


def _issue_nothing(key: Any, tool: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
    """Receives the calls of a stopped follower, which makes none."""


class Follower:
    """Evaluates a plan as far as the results of its calls are known. Not thread-safe.

    inputs: the program's; issue: receives each call as soon as its arguments are known, including repeated ones.
    """

    def __init__(self, plan: Sequence[Planned], inputs: Mapping[str, Any], issue: Issue) -> None:
        self._plan = plan
        self._issue_call = issue
        self._meter = Meter()
        self._inputs = {name: self._known(value) for name, value in inputs.items()}
        self._results: dict[Any, Any] = {}
        self._waiting: dict[Any, list[tuple[Planned, _Round]]] = {}
        self._looping: list[_Round] = []

    def start(self) -> None:
        """Evaluate everything that depends on no call."""
        first = _Round()
        self._follow([(step, first) for step in self._plan])

    def learn(self, key: Any, done: Call) -> None:
        """Record that a call has returned, and evaluate what waited for it."""
        self._results[key] = self._known(done.value) if done.error is None else _NOT_TO_BE_HAD
        self._follow(self._waiting.pop(key, []))

    def knows(self, key: Any) -> bool:
        """Whether the call has returned."""
        return key in self._results

    def stop(self) -> None:
        """Stop evaluating, and end what refers to each other: images would stay until the garbage collector comes."""
        self._plan, self._issue_call = (), _issue_nothing
        for here in self._looping:
            here.rounds.clear()
        self._waiting.clear()

    def _known(self, value: Any) -> Any:
        """Validate a value from outside of the program, once."""
        try:
            return self._meter.admit(value)
        except (Unplanned, WorkExhausted):
            return _NOT_TO_BE_HAD

    def _follow(self, steps: Sequence[tuple[Planned, _Round]]) -> None:
        try:
            for step, here in steps:
                self._do(step, here)
        except WorkExhausted:
            self.stop()

    def _do(self, step: Planned, here: _Round) -> None:
        """Execute a step, now or once its dependencies are known. What cannot be evaluated is left to the program."""
        self._meter.spend(1)
        try:
            match step:
                case planned.Issue(call=call):
                    key, args, kwargs = self._call(call, here)
                    self._issue_call(key, call.tool, args, kwargs)
                case planned.PlannedLoop(loop=loop, items=items, most=most, body=body):
                    for one in self._rounds(loop, items, here)[:most]:
                        self._do_all(body, one)
                case planned.When(test=test, body=body):
                    if self._value(test, here):
                        self._do_all(body, here)
        except _Waits as wait:
            self._waiting.setdefault(wait.key, []).append((step, here))
        except WorkExhausted:
            raise
        except Exception:  # such as an index out of range: the program will raise it itself
            return

    def _do_all(self, body: Sequence[Planned], here: _Round) -> None:
        for step in body:
            self._do(step, here)

    def _call(self, call: planned.Called, here: _Round) -> tuple[Any, tuple[Any, ...], dict[str, Any]]:
        """The call's key, arguments and keywords."""
        args = tuple(self._value(part, here) for part in call.args)
        kwargs = {name: self._value(part, here) for name, part in call.kwargs}
        self._meter.admit([*args, *kwargs.values()])  # the work to compute its key
        key = here.keys[call] = key_of(call.tool, args, kwargs)
        return key, args, kwargs

    def _rounds(self, loop: int, items: Expression, here: _Round) -> list[_Round]:
        if loop not in here.rounds:
            values = self._value(items, here)
            if not is_list(values):
                raise Unplanned
            self._meter.spend(len(values))
            self._looping.append(here)
            here.rounds[loop] = [_Round(loop, item, here) for item in values]
        return here.rounds[loop]

    def _value(self, made: Expression, here: _Round) -> Any:
        """Evaluate. Raises _Waits, Unplanned, WorkExhausted, or whatever Python raises for invalid operands."""
        self._meter.spend(1)
        match made:
            case planned.Constant(value=value):
                return self._meter.admit(value)
            case planned.PlannedInput(name=name):
                return _had(self._inputs[name])
            case planned.LoopItem(loop=loop):
                return _item(loop, here)
            case planned.PlannedAttribute(of=of, name=name):
                return self._meter.admit(visible(self._value(of, here), name))
            case planned.Called():
                return self._result(made, here)
            case planned.Listed(loop=loop, items=items, tests=tests, element=element):
                rounds = self._rounds(loop, items, here)
                kept = [one for one in rounds if all(self._value(test, one) for test in tests)]
                return self._meter.admit([self._value(element, one) for one in kept])
            case planned.Apply(operator=name, parts=parts):
                return self._applied(name, parts, here)

    def _result(self, call: planned.Called, here: _Round) -> Any:
        key = here.keys[call] if call in here.keys else self._call(call, here)[0]
        if key not in self._results:
            raise _Waits(key)
        return _had(self._results[key])

    def _applied(self, name: str, parts: Sequence[Expression], here: _Round) -> Any:
        if name == "if":
            return self._value(parts[1 if self._value(parts[0], here) else 2], here)
        if name in ("and", "or"):
            value: Any = None
            for part in parts:
                value = self._value(part, here)
                if bool(value) == (name == "or"):
                    break
            return value
        return self._meter.apply(name, [self._value(part, here) for part in parts])


def key_of(name: str, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
    """A key that is equal for a planned call and the program's own call, before the tool parses the arguments."""
    return call_key(name, {"args": args, "kwargs": dict(kwargs)})


def _had(value: Any) -> Any:
    if value is _NOT_TO_BE_HAD:
        raise Unplanned
    return value


def _item(loop: int, here: _Round | None) -> Any:
    while here is not None:
        if here.loop == loop:
            return here.item
        here = here.outer
    raise Unplanned
