"""Checks the functions that a program defines, at each call with the types of its arguments."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from typing import Any

from ..language import types
from ..language.diagnostics import Findings, Found
from ..language.methods import CHANGING
from ..language.tree import Nodes, walk
from .scope import Scope, bound_names
from .termination import endless_functions

MAX_FOLLOWED = 200
"""Maximum number of function bodies to follow per program; further calls have unknown results."""
MAX_INSIDE = 12
"""Maximum nesting of followed bodies, since each needs many levels of Python's stack."""

_Body = ast.FunctionDef | ast.Lambda


class Functions:
    """The functions of a program, with cached results by argument types.

    follow: returns the result type of a body in a scope, and reports its findings.
    """

    def __init__(self, nodes: Nodes, findings: Findings, follow: Callable[[_Body, Scope], Any]) -> None:
        self._nodes = nodes
        self._findings = findings
        self._follow = follow
        self._defined: dict[ast.AST, types.Function] = {}
        self._called: set[ast.AST] = set()
        self._running: list[ast.AST] = []
        self._results: dict[Any, tuple[Any, Found]] = {}
        self._used: dict[ast.AST, tuple[frozenset[str], frozenset[str]]] = {}
        self._endless: dict[str, ast.AST] | None = None
        self._changed: frozenset[str] | None = None

    def define(self, name: str, body: _Body, scope: Scope) -> types.Function:
        """A function value for a definition in this scope."""
        function = types.Function(name, "function", body, scope)
        self._defined[body] = function
        return function

    @property
    def changed(self) -> frozenset[str]:
        """Names whose list or dict is modified by some function of the program."""
        if self._changed is None:
            bodies = (*self._nodes.of(ast.FunctionDef), *self._nodes.of(ast.Lambda))
            self._changed = frozenset(name for body in bodies for name in _changed_names(body))
        return self._changed

    def call(
        self, function: types.Function, args: list[Any], keywords: Mapping[str | None, Any], scope: Scope, at: ast.AST
    ) -> Any:
        """The result type of a call; problems in the body for these arguments are reported there."""
        body = function.body
        if body is None:
            return Any
        if body in self._running:
            self._require_end(body, function.name)
            return Any
        if len(self._results) >= MAX_FOLLOWED or len(self._running) >= MAX_INSIDE:
            return Any
        self._called.add(body)
        inner = self._enter(function, body, args, keywords, scope)
        key = (body, tuple(sorted((name, inner.types.get(name)) for name in self._names(body)[1])))
        try:
            known = self._results.get(key)
        except TypeError:
            return Any
        if known is None:
            known = self._run(body, inner, function.name, at)
            self._results[key] = known
        self._findings.add(known[1])
        return known[0]

    def _run(self, body: _Body, inner: Scope, name: str, at: ast.AST) -> tuple[Any, Found]:
        before = self._findings.swap({})
        self._running.append(body)
        line = getattr(at, "lineno", 0)
        if line:
            self._findings.enter(name, line)
        result = self._follow(body, inner)
        if line:
            self._findings.leave()
        self._running.pop()
        return result, self._findings.swap(before)

    def follow_the_rest(self, scope: Scope) -> None:
        """Check functions that are never called, with arguments of unknown type."""
        while left := [f for body, f in self._defined.items() if body not in self._called]:
            for function in left:
                body = function.body
                if body is not None:
                    self._called.add(body)
                    inner = self._enter(function, body, [], {None: Any}, scope)
                    self._findings.add(self._run(body, inner, function.name, ast.Pass())[1])

    def _names(self, body: _Body) -> tuple[frozenset[str], frozenset[str]]:
        """The names that a function assigns, and those that it uses."""
        if body not in self._used:
            used = frozenset(node.id for node in walk(body) if isinstance(node, ast.Name))
            bound = bound_names(body.body) if isinstance(body, ast.FunctionDef) else set[str]()
            self._used[body] = frozenset(bound), used
        return self._used[body]

    def _enter(
        self, function: types.Function, body: _Body, args: list[Any], keywords: Mapping[str | None, Any], scope: Scope
    ) -> Scope:
        defined: Scope = function.scope
        inner = defined.function(set(self._names(body)[0]), scope.module)
        wanted = body.args
        by_place = [*wanted.posonlyargs, *wanted.args]
        optional = dict(zip(reversed([a.arg for a in by_place]), reversed(wanted.defaults), strict=False))
        optional |= {a.arg: d for a, d in zip(wanted.kwonlyargs, wanted.kw_defaults, strict=True) if d is not None}
        given = dict(zip((a.arg for a in by_place), args, strict=False))
        given |= {name: t for name, t in keywords.items() if name is not None}
        for argument in (*by_place, *wanted.kwonlyargs):
            name = argument.arg
            known = given.get(name, Any)
            if name not in given and name in optional and None not in keywords:
                known = _constant_type(optional[name])
            inner.bind(name, types.loosened(known))
        if wanted.vararg is not None:
            inner.bind(wanted.vararg.arg, tuple)
        if wanted.kwarg is not None:
            inner.bind(wanted.kwarg.arg, dict)
        return inner

    def _require_end(self, body: _Body, name: str) -> None:
        if self._endless is None:
            self._endless = endless_functions(self._nodes)
        if self._endless.get(name) is body:
            hint = "Test first and `return` a value without the call, or loop with `for`."
            message = f"{name} calls itself on every path and cannot end."
            self._findings.report(body, "endless-recursion", message, hint)


def _constant_type(node: ast.expr) -> Any:
    return type(node.value) if isinstance(node, ast.Constant) else Any


def _changed_names(body: _Body) -> set[str]:
    found: set[str] = set()
    for node in walk(body):
        match node:
            case ast.Call(func=ast.Attribute(value=owner, attr=attr)) if attr in CHANGING or attr == "pop":
                found |= _roots(owner)
            case ast.Assign(targets=targets):
                for target in targets:
                    if isinstance(target, ast.Subscript):
                        found |= _roots(target.value)
            case ast.AugAssign(target=target):
                found |= _roots(target)
            case _:
                pass
    return found


def _roots(node: ast.expr) -> set[str]:
    return {part.id for part in walk(node) if isinstance(part, ast.Name)}
