"""Which names exist at a point of a program, and what is known about their values."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from .types import join


@dataclass
class Scope:
    """Names at one point of the flow.

    types: type of each name that may be set here.
    unsure: names that are set on some of the paths to this point only.
    helpers: functions that the program defined, by name.
    carried: names that an earlier iteration of a loop may have set.
    assumed: of those, the ones that are taken as set here, because a condition was tested first.
    """

    types: dict[str, Any] = field(default_factory=dict[str, Any])
    unsure: set[str] = field(default_factory=set[str])
    helpers: dict[str, ast.arguments] = field(default_factory=dict[str, ast.arguments])
    carried: set[str] = field(default_factory=set[str])
    assumed: set[str] = field(default_factory=set[str])

    def copy(self) -> Scope:
        """A scope that can go another way."""
        return Scope(dict(self.types), set(self.unsure), dict(self.helpers), set(self.carried), set(self.assumed))

    def guarded(self) -> Scope:
        """The scope behind a test: the program may know there that this is not the first iteration."""
        inner = self.copy()
        inner.assumed |= self.carried - self.types.keys()
        inner.types |= dict.fromkeys(inner.assumed, Any)
        return inner

    def looping(self, names: set[str]) -> Scope:
        """The scope inside a loop that sets these names: an earlier iteration may have left any value in them."""
        inner = self.copy()
        inner.types |= dict.fromkeys(names & self.types.keys(), Any)
        inner.carried |= names
        return inner

    def function(self, known: set[str], local: set[str]) -> Scope:
        """The scope inside a function, which runs later.

        known: names that the program sets outside of functions, now or later; local: names that the function sets.
        """
        outer = dict.fromkeys(known, Any) | self.types
        helpers = {name: arguments for name, arguments in self.helpers.items() if name not in local}
        return Scope({name: t for name, t in outer.items() if name not in local}, helpers=helpers)

    def bind(self, name: str, value: Any) -> None:
        """The name holds a value of this type from here on."""
        self.types[name] = value
        self.unsure.discard(name)
        self.assumed.discard(name)
        self.helpers.pop(name, None)

    def merge(self, paths: list[Scope]) -> None:
        """Continue where these paths meet: what only some of them set is unsure."""
        merged = Scope()
        for name in dict.fromkeys(name for path in paths for name in path.types):
            setting = [path for path in paths if name in path.types and name not in path.assumed]
            everywhere = len(setting) == len(paths)
            if name in self.assumed and not everywhere:
                merged.types[name] = Any
                merged.assumed.add(name)
            elif setting:
                merged.types[name] = join(*(path.types[name] for path in setting))
                if not everywhere or any(name in path.unsure for path in setting):
                    merged.unsure.add(name)
        self.types, self.unsure, self.assumed = merged.types, merged.unsure, merged.assumed
        first, *others = (path.helpers for path in paths)
        self.helpers = {n: a for n, a in first.items() if all(other.get(n) is a for other in others)}


def bound_names(statements: Iterable[ast.stmt]) -> set[str]:
    """Names that these statements set in their own scope: not those of comprehensions and of functions inside."""
    names: set[str] = set()
    todo: list[ast.AST] = list(statements)
    while todo:
        match todo.pop():
            case ast.FunctionDef(name=name) | ast.Name(id=name):
                names.add(name)
            case ast.Assign(targets=targets):
                todo.extend(targets)
            case ast.AugAssign(target=target) | ast.Starred(value=target):
                todo.append(target)
            case ast.Tuple(elts=parts) | ast.List(elts=parts):
                todo.extend(parts)
            case ast.For(target=target, body=body, orelse=orelse):
                todo.extend((target, *body, *orelse))
            case ast.If(body=body, orelse=orelse):
                todo.extend((*body, *orelse))
            case _:
                pass
    return names
