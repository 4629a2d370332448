"""Scopes: the names at a point of a program, and what is known about their values."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..language.types import goes_through, join

Facts = Mapping[str, tuple[Any, frozenset[str]]]
"""Narrowed types of places such as `d['a']`, with the names that they depend on."""


@dataclass(slots=True)
class Scope:
    """Names at one point of the flow.

    types: type of each name that may be set here.
    unsure: names that are set on some of the paths to this point only.
    carried: names that an earlier iteration of a loop may have set.
    assumed: of those, the ones that are taken as set here, because a condition was tested first.
    own: names whose list, set or dict no other name holds, so that every change of it is seen.
    each: names that go through several known strings one by one.
    facts: what is known about places in values.
    outer: the program's own names, for a scope inside a function or a comprehension.
    """

    types: dict[str, Any] = field(default_factory=dict[str, Any])
    unsure: set[str] = field(default_factory=set[str])
    carried: set[str] = field(default_factory=set[str])
    assumed: set[str] = field(default_factory=set[str])
    own: set[str] = field(default_factory=set[str])
    each: set[str] = field(default_factory=set[str])
    facts: dict[str, tuple[Any, frozenset[str]]] = field(default_factory=dict[str, tuple[Any, frozenset[str]]])
    outer: Scope | None = None

    @property
    def module(self) -> Scope:
        """The names of the program itself, outside of functions and comprehensions."""
        return self.outer or self

    def copy(self) -> Scope:
        """A copy for another path."""
        return Scope(
            self.types.copy(),
            self.unsure.copy(),
            self.carried.copy(),
            self.assumed.copy(),
            self.own.copy(),
            self.each.copy(),
            self.facts.copy(),
            self.outer,
        )

    def inner(self) -> Scope:
        """The scope inside a comprehension."""
        inner = self.copy()
        inner.outer = self.module
        return inner

    def guarded(self) -> Scope:
        """The scope after a test, which may imply that this is not the first iteration of a loop."""
        inner = self.copy()
        if self.carried:
            inner.assumed |= self.carried - self.types.keys()
            inner.types |= dict.fromkeys(inner.assumed, Any)
        return inner

    def function(self, local: set[str], module: Scope) -> Scope:
        """The scope inside a function that was defined here and runs while the program has the names of `module`.

        local: names that the function sets.
        """
        known = module.types if self.outer is None else module.types | self.types
        inner = Scope({name: t for name, t in known.items() if name not in local}, outer=module)
        inner.unsure = module.unsure - local
        return inner

    def bind(self, name: str, value: Any, *, own: bool = False) -> None:
        """The name holds a value of this type from here on. own: the value was just made, no other name has it."""
        self.types[name] = value
        self.unsure.discard(name)
        self.assumed.discard(name)
        self.own.discard(name)
        if own:
            self.own.add(name)
        if type(value) is not type and goes_through(value):
            self.each.add(name)
        elif self.each:
            self.each.discard(name)
        if self.facts:
            self.forget(name)

    def forget(self, name: str) -> None:
        """Forget what is known about places that depend on the name."""
        self.facts = {place: fact for place, fact in self.facts.items() if name not in fact[1]}

    def learn(self, facts: Facts) -> None:
        """Take over what a test told, about names and about places."""
        for place, fact in facts.items():
            if place in self.types:
                self.types[place] = fact[0]
            else:
                self.facts[place] = fact

    def merge(self, paths: list[Scope]) -> None:
        """Merge paths: names that only some of them set become unsure."""
        if any([path.assumed for path in paths]):
            self._merge_assumed(paths)
        else:
            self.types, self.unsure = _met([path.types for path in paths])
            self.unsure.update(*[path.unsure for path in paths])
            self.assumed = set()
        first, *others = paths
        self.own = first.own.intersection(*[path.own for path in others])
        self.each = first.each.union(*[path.each for path in others])
        if first.facts:
            self.facts = {p: f for p, f in first.facts.items() if all(path.facts.get(p) == f for path in others)}
        else:
            self.facts = {}

    def _merge_assumed(self, paths: list[Scope]) -> None:
        """The types where these paths meet, when a name is only taken as set on one of them."""
        merged: dict[str, Any] = {}
        unsure: set[str] = set()
        assumed: set[str] = set()
        for name in dict.fromkeys([name for path in paths for name in path.types]):
            setting = [path for path in paths if name in path.types and name not in path.assumed]
            everywhere = len(setting) == len(paths)
            if name in self.assumed and not everywhere:
                merged[name] = Any
                assumed.add(name)
            elif setting:
                kinds = {id(path.types[name]): path.types[name] for path in setting}
                merged[name] = join(*kinds.values()) if len(kinds) > 1 else setting[0].types[name]
                if not everywhere or any([name in path.unsure for path in setting]):
                    unsure.add(name)
        self.types, self.unsure, self.assumed = merged, unsure, assumed

    def grow(self, ends: list[Scope]) -> set[str]:
        """Let names also have the types that they have at these ends of a loop's body; the names that changed."""
        changed: set[str] = set()
        for end in ends:
            for name, known in self.types.items():
                found = end.types.get(name, known)
                if found is not known:
                    wider = join(known, found)
                    if wider != known:
                        self.types[name] = wider
                        changed.add(name)
            changed |= self.own - end.own
            self.own &= end.own
            lost = {place for place, fact in self.facts.items() if end.facts.get(place) != fact}
            changed |= {name for place in lost for name in self.facts.pop(place)[1]}
        return changed


def _met(paths: list[dict[str, Any]]) -> tuple[dict[str, Any], set[str]]:
    """The types of the names that are set for certain on some of these paths, and the names that are not on all."""
    merged, *others = paths
    merged = merged.copy()
    unsure: set[str] = set()
    for types in others:
        for name, known in types.items():
            before = merged.get(name)
            if before is None:
                merged[name] = known
                unsure.add(name)
            elif before is not known:
                merged[name] = join(before, known)
        if len(types) < len(merged):
            unsure |= merged.keys() - types.keys()
    return merged, unsure


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
