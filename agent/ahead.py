"""Runs ahead of a program: makes the tool calls that are sure to come before the program asks for them.

What comes of it is kept beside the program and handed over when the program makes the very same call. So a program
means what it means without; where the plan was wrong, something was computed for nothing.
"""

from __future__ import annotations

import operator
from collections import deque
from collections.abc import Callable, Hashable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from math import inf
from threading import RLock, get_ident
from time import perf_counter
from typing import Any, Protocol, cast

from ..programs import ahead as planned
from ..programs.ahead import Expression, Planned
from ..tools.cache import ResultCache, call_key
from ..tools.errors import NoDetection, ToolTimeout
from ..tools.executor import Call, Serves
from ..tools.registry import Registry
from ..tools.tool import PLAIN
from ..tools.values import OPAQUE, Box, Point

MAX_CALLS = 256
"""Calls that are made ahead of one program."""
MAX_FLYING = 64
"""Of those, how many are under way at once where the executor takes them in batches."""
THREADS = 2
"""How many are under way at once where it takes one call at a time: one runs, the next one waits at the door."""
MAX_WORK = 20_000
"""Expressions that are worked out for one program."""

_SEEN: tuple[type[Any], ...] = (Box, Point, *OPAQUE)


class _Submit(Protocol):
    """How an executor takes calls in batches. program: whose they are."""

    def __call__(
        self,
        name: str,
        args: tuple[Any, ...],
        kwargs: Mapping[str, Any],
        cache: ResultCache[Call] | None = None,
        program: Hashable = None,
    ) -> Future[Call]: ...


class _Unknown(Exception):
    """A value that is not to be had."""


class _Waits(Exception):
    """A value that depends on a call which has not come back."""

    def __init__(self, key: Any) -> None:
        super().__init__()
        self.key = key


@dataclass(slots=True, eq=False)
class _Round:
    """One round of a loop. keys: of calls, by expression; rounds: of the loops inside, by number."""

    loop: int = -1
    item: Any = None
    outer: _Round | None = None
    keys: dict[Expression, Any] = field(default_factory=dict[Expression, Any])
    rounds: dict[int, list[_Round]] = field(default_factory=dict[int, "list[_Round]"])


@dataclass(slots=True, eq=False)
class _Early:
    """A call that is made ahead. quick: no model is asked.

    future: what comes of it; running: the executor's, once the call is under way; used: the program asked for it.
    sent, landed: when it was sent off and when it came back (`perf_counter`).
    """

    key: Any
    name: str
    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    quick: bool
    future: Future[Call] = field(default_factory=Future[Call])
    running: Future[Call] | None = None
    used: bool = False
    sent: float = 0.0
    landed: float = 0.0


@dataclass(frozen=True)
class Taken:
    """What came of a call that was made ahead. sent, landed: when it was sent off and came back (`perf_counter`)."""

    call: Call
    sent: float
    landed: float


class Ahead:
    """Follows the plan of one program; a context manager that stops when the program has ended.

    cache: results that are known already; nothing is put into it.
    wasted: after the end, how many calls were made that the program did not make.
    """

    def __init__(
        self,
        plan: Sequence[Planned],
        inputs: Mapping[str, Any],
        registry: Registry,
        executor: Serves,
        cache: ResultCache[Call],
    ) -> None:
        self.wasted = 0
        self._plan = plan
        self._inputs = inputs
        self._registry = registry
        self._executor = executor
        self._cache = cache.reading()
        self._program = get_ident()
        self._pool = ThreadPoolExecutor(THREADS, "ahead")
        self._batches: _Submit | None = getattr(executor, "submit", None)
        self._lock = RLock()
        self._news: deque[tuple[Any, Call | None]] = deque()
        self._busy = self._closed = False
        self._calls: dict[Any, _Early] = {}
        self._quick: deque[_Early] = deque()
        self._ready: deque[_Early] = deque()
        self._flying: set[_Early] = set()
        self._results: dict[Any, Call] = {}
        self._waiting: dict[Any, list[tuple[Planned, _Round]]] = {}
        self._work = MAX_WORK

    def __enter__(self) -> Ahead:
        first = _Round()
        with self._lock:
            self._busy = True
            for step in self._plan:
                self._do(step, first)
            self._launch()
            self._busy = False
            self._catch_up()
        return self

    def __exit__(self, *exception: object) -> None:
        with self._lock:
            self._closed = True
            self._waiting.clear()
            made = [call.running for call in self._calls.values() if call.running is not None and not call.used]
            self.wasted = sum(not running.cancel() for running in made)
        self._pool.shutdown(wait=False, cancel_futures=True)

    def take(self, name: str, args: tuple[Any, ...], kwargs: Mapping[str, Any], until: float = inf) -> Taken | None:
        """What came of this call where it was made ahead; waits for it. A failure is none: the call is made again.

        until: when the program's time is over (`perf_counter`). Only a time-out is not tried again.
        """
        key = _key(name, args, kwargs)
        with self._lock:
            early = self._calls.get(key)
            if early is None:
                return None
            if early.running is None and self._batches is None:
                del self._calls[key]  # nothing is gained by waiting for it
                return None
            early.used = True
        try:
            done = early.future.result(None if until == inf else max(until - perf_counter(), 0.0))
        except Exception:  # whatever it is, the program's own call will say it
            return None
        kept = done.error is None or isinstance(done.error, NoDetection | ToolTimeout)
        return Taken(done, early.sent, early.landed) if kept else None

    def tell(self, name: str, args: tuple[Any, ...], kwargs: Mapping[str, Any], done: Call) -> None:
        """The program made a call itself."""
        with self._lock:
            self._news.append((_key(name, args, kwargs), done))
            self._catch_up()

    def _landed(self, early: _Early, running: Future[Call]) -> None:
        early.landed = perf_counter()
        done = None if running.cancelled() or running.exception() else running.result()
        if done is None:
            early.future.cancel()
        else:
            early.future.set_result(done)
        with self._lock:
            self._flying.discard(early)
            self._news.append((early.key, done))
            self._catch_up()

    def _catch_up(self) -> None:
        """Do what waited for the calls that came back. What comes back meanwhile is taken by the same loop."""
        if self._busy or self._closed:
            return
        self._busy = True
        while self._news:
            key, done = self._news.popleft()
            if done is not None:
                self._results[key] = done
                for step, here in self._waiting.pop(key, ()):
                    self._do(step, here)
            self._launch()
        self._busy = False

    def _launch(self) -> None:
        """Send off what is ready. What takes no time goes first: what it gives is wanted in one burst."""
        most = THREADS if self._batches is None else MAX_FLYING
        for line in (self._quick, self._ready):
            while line and len(self._flying) < most and not self._closed:
                early = line.popleft()
                if early.key in self._calls:
                    self._send_off(early)
            if any(early.quick for early in self._flying):
                return

    def _send_off(self, early: _Early) -> None:
        self._flying.add(early)
        early.sent = perf_counter()
        try:
            early.running = self._submit(early)
        except Exception:  # such as an executor that has been closed: the program will say it
            early.running = Future()
            early.running.cancel()
        early.running.add_done_callback(partial(self._landed, early))

    def _submit(self, early: _Early) -> Future[Call]:
        if self._batches is None:
            return self._pool.submit(self._executor.call, early.name, early.args, early.kwargs, self._cache)
        return self._batches(early.name, early.args, early.kwargs, self._cache, program=self._program)

    def _do(self, step: Planned, here: _Round) -> None:
        """Do a step, now or when what it waits for is there. What cannot be worked out is left to the program."""
        try:
            match step:
                case planned.Issue(call=call):
                    self._issue(call, here)
                case planned.Each(loop=loop, items=items, most=most, body=body):
                    for one in self._rounds(loop, items, here)[:most]:
                        self._do_all(body, one)
                case planned.When(test=test, body=body):
                    if self._value(test, here):
                        self._do_all(body, here)
        except _Waits as wait:
            self._waiting.setdefault(wait.key, []).append((step, here))
        except Exception:  # such as an index out of range: the program will say it in its place
            return

    def _do_all(self, body: Sequence[Planned], here: _Round) -> None:
        for step in body:
            self._do(step, here)

    def _issue(self, call: planned.Called, here: _Round) -> None:
        args = tuple(self._value(part, here) for part in call.args)
        kwargs = {name: self._value(part, here) for name, part in call.kwargs}
        key = here.keys[call] = _key(call.tool, args, kwargs)
        if key not in self._calls and key not in self._results and len(self._calls) < MAX_CALLS:
            quick = self._registry.get(call.tool).backend == PLAIN
            self._calls[key] = early = _Early(key, call.tool, args, kwargs, quick)
            (self._quick if quick else self._ready).append(early)

    def _rounds(self, loop: int, items: Expression, here: _Round) -> list[_Round]:
        if loop not in here.rounds:
            values = self._value(items, here)
            if not isinstance(values, list | tuple | range):
                raise _Unknown
            self._spend(len(cast("Sequence[Any]", values)))
            here.rounds[loop] = [_Round(loop, item, here) for item in cast("Sequence[Any]", values)]
        return here.rounds[loop]

    def _spend(self, work: int) -> None:
        self._work -= work
        if self._work < 0:
            raise _Unknown

    def _value(self, made: Expression, here: _Round) -> Any:
        """Raises _Waits, or whatever Python says of values that do not fit."""
        self._spend(1)
        match made:
            case planned.Constant(value=value):
                return value
            case planned.Given(name=name):
                return self._inputs[name]
            case planned.Item(loop=loop):
                return _item(loop, here)
            case planned.Attribute(of=of, name=name):
                return _visible(self._value(of, here), name)
            case planned.Called():
                return self._result(made, here)
            case planned.Listed(loop=loop, items=items, tests=tests, element=element):
                rounds = self._rounds(loop, items, here)
                kept = [one for one in rounds if all(self._value(test, one) for test in tests)]
                return [self._value(element, one) for one in kept]
            case planned.Apply(operator=name, parts=parts):
                return self._applied(name, parts, here)

    def _result(self, call: planned.Called, here: _Round) -> Any:
        if call not in here.keys:
            args = tuple(self._value(part, here) for part in call.args)
            here.keys[call] = _key(call.tool, args, {name: self._value(part, here) for name, part in call.kwargs})
        key = here.keys[call]
        if key not in self._results:
            raise _Waits(key)
        done = self._results[key]
        if done.error is not None:
            raise _Unknown
        return done.value

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
        values = [self._value(part, here) for part in parts]
        for value in values:
            if isinstance(value, range | list):
                self._spend(len(cast("Sequence[Any]", value)))
        return _OPERATORS[name](*values)


def _key(name: str, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
    """What the call of a plan and the same call of the program have in common, before the tool reads them."""
    return call_key(name, {"args": args, "kwargs": dict(kwargs)})


def _item(loop: int, here: _Round | None) -> Any:
    while here is not None:
        if here.loop == loop:
            return here.item
        here = here.outer
    raise _Unknown


def _visible(value: Any, name: str) -> Any:
    """What a program may see of a value, and no more."""
    if not isinstance(value, _SEEN) or name not in value.visible:
        raise _Unknown
    return getattr(value, name)


def _text(*parts: Any) -> str:
    if not all(isinstance(part, str | int | float) for part in parts):
        raise _Unknown
    return "".join(map(str, parts))


def _picked(pick: Callable[..., int]) -> Callable[[Any, Any, Any], Any]:
    return lambda items, keys, _reverse: items[pick(range(len(items)), key=keys.__getitem__)]


def _sorted(items: Any, keys: Any, reverse: Any) -> list[Any]:
    return [items[place] for place in sorted(range(len(items)), key=keys.__getitem__, reverse=reverse)]


def _part(owner: Any, lower: Any, upper: Any) -> Any:
    return owner[lower:upper]


def _made_list(*parts: Any) -> list[Any]:
    return list(parts)


def _made_tuple(*parts: Any) -> tuple[Any, ...]:
    return parts


def _is_in(item: Any, owner: Any) -> bool:
    return item in owner


def _is_not_in(item: Any, owner: Any) -> bool:
    return item not in owner


def _enumerated(items: Sequence[Any], start: int = 0) -> list[tuple[int, Any]]:
    return list(enumerate(items, start))


def _reversed(items: Sequence[Any]) -> list[Any]:
    return list(reversed(items))


def _zipped(*lists: Any) -> list[tuple[Any, ...]]:
    return list(zip(*lists, strict=False))


_OPERATORS: dict[str, Callable[..., Any]] = {
    **{"==": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge},
    **{"is": operator.is_, "is not": operator.is_not, "not": operator.not_, "negative": operator.neg},
    **{"in": _is_in, "not in": _is_not_in, "[]": operator.getitem, "[:]": _part},
    **{"[,]": _made_list, "(,)": _made_tuple, "text": _text},
    **{"max": _picked(max), "min": _picked(min), "sorted": _sorted},
    **{"all": all, "any": any, "len": len, "list": list, "range": range, "tuple": tuple},
    **{"enumerate": _enumerated, "reversed": _reversed, "zip": _zipped},
}
