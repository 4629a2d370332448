"""Type narrowing by tests: after `if x is not None:`, x is not None."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any, Literal, Never, get_args

from ...tools.core.values import Box, Image, Mask, Point, Video
from ..language import types
from ..language.tree import walk
from .scope import Facts, Scope

_SAME = frozenset({ast.Is, ast.Eq})
_EQUAL = _SAME | {ast.IsNot, ast.NotEq}
_CONTAINED = frozenset({ast.In, ast.NotIn})
_ALWAYS_TRUE = (Box, Image, Mask, Point, Video, types.Function)


def place(node: ast.AST) -> tuple[str, frozenset[str]] | None:
    """A name, or a place in a value that can be tested and then used: `m.box`, `d['a']`, `d.get(k)`.

    Gives the text, and the names that it depends on.
    """
    match node:
        case ast.Name(id=name):
            return name, frozenset((name,))
        case ast.Attribute(value=owner, attr=attr):
            inner = place(owner)
            return (f"{inner[0]}.{attr}", inner[1]) if inner else None
        case ast.Subscript(value=owner, slice=ast.Constant() | ast.Name() as key):
            return _keyed(owner, key, "{}[{}]")
        case ast.Call(func=ast.Attribute(value=owner, attr="get"), args=[ast.Constant() | ast.Name() as key]):
            return _keyed(owner, key, "{}.get({})")
        case _:
            return None


def _keyed(owner: ast.expr, key: ast.Constant | ast.Name, form: str) -> tuple[str, frozenset[str]] | None:
    inner = place(owner)
    if inner is None:
        return None
    text = repr(key.value) if isinstance(key, ast.Constant) else key.id
    return form.format(inner[0], text), inner[1] | ({key.id} if isinstance(key, ast.Name) else set[str]())


def learned(test: ast.expr, holds: bool, scope: Scope) -> Facts:
    """The narrowed types after the test was true (`holds`), or false."""
    return _Test(scope).facts(test, holds)


class _Test:
    def __init__(self, scope: Scope, known: Facts | None = None) -> None:
        self._scope = scope
        self._known = dict(known or {})

    def facts(self, test: ast.expr, holds: bool) -> Facts:
        self._add(test, holds)
        return self._known

    def _add(self, test: ast.expr, holds: bool) -> None:
        match test:
            case ast.Compare(left=left, ops=[op], comparators=[right]):
                self._compare(left, op, right, holds)
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                self._add(operand, not holds)
            case ast.BoolOp(op=op, values=values) if isinstance(op, ast.And) == holds:
                for value in values:
                    self._add(value, holds)
            case ast.BoolOp(values=values):
                self._one_of(values, holds)
            case ast.Name() | ast.Attribute() | ast.Subscript():
                self._keep(test, lambda t: t is not types.NONE if holds else types.base(t) not in _ALWAYS_TRUE)
            case ast.Call(func=ast.Name(id="bool" | "len"), args=[inner]):
                self._add(inner, holds)
            case ast.Call() if place(test):
                self._keep(test, lambda t: t is not types.NONE if holds else types.base(t) not in _ALWAYS_TRUE)
            case _:
                self._loosen(test)

    def _one_of(self, tests: list[ast.expr], holds: bool) -> None:
        """One of the tests came out so: known is what all of them tell."""
        each = [_Test(self._scope, self._known).facts(test, holds) for test in tests]
        for where in set(each[0]).intersection(*each[1:]):
            self._known[where] = (types.join(*(facts[where][0] for facts in each)), each[0][where][1])
        for test in tests:
            self._loosen(test)

    def _compare(self, left: ast.expr, op: ast.cmpop, right: ast.expr, holds: bool) -> None:
        if type(op) in _EQUAL:
            same = (type(op) in _SAME) == holds
            if isinstance(left, ast.Constant):
                left, right = right, left
            if isinstance(right, ast.Constant):
                wanted = _constant(right)
                if same:
                    self._keep(left, lambda t: _equal(t, wanted) or (wanted is not types.NONE and not _is_value(t)))
                else:
                    self._keep(left, lambda t: not _equal(t, wanted))
            else:
                self._loosen(left)
                self._loosen(right)
        elif type(op) in _CONTAINED:
            self._contained(left, right, (type(op) is ast.In) == holds)
        else:
            self._loosen(left)
            self._loosen(right)

    def _contained(self, left: ast.expr, right: ast.expr, inside: bool) -> None:
        known = self.type_at(right)
        if types.base(known) is dict:
            where = place(right), place(left)
            if inside and isinstance(left, ast.Constant | ast.Name) and where[0]:
                found = place(ast.Call(ast.Attribute(right, "get", ast.Load()), [left], []))
                item = types.item(known)
                if found and item is not None:
                    self._known[found[0]] = (types.without_none(item), found[1])
            return
        if isinstance(right, ast.List | ast.Tuple | ast.Set):
            constants = [_constant(part) for part in right.elts if isinstance(part, ast.Constant)]
            if len(constants) == len(right.elts):
                self._keep(left, lambda t: (t in constants or not _is_value(t)) if inside else t not in constants)
                return
        self._loosen(left)

    def type_at(self, node: ast.expr) -> Any:
        """The type of the value at a place, as far as it is known; nothing is reported."""
        where = place(node)
        if where is None:
            return Any
        fact = self._known.get(where[0]) or self._scope.facts.get(where[0])
        if fact is not None:
            return fact[0]
        match node:
            case ast.Name(id=name):
                return self._scope.types.get(name, Any)
            case ast.Attribute(value=owner, attr=attr):
                return types.attribute(self.type_at(owner), attr) or Any
            case ast.Subscript(value=owner):
                return types.item(self.type_at(owner)) or Any
            case ast.Call(func=ast.Attribute(value=owner)):
                return types.join(types.item(self.type_at(owner)) or Any, types.NONE)
            case _:
                return Any

    def _keep(self, node: ast.expr, possible: Callable[[Any], bool]) -> None:
        """Of the alternatives at a place, only these are left. None left: the flow does not come here."""
        where, known = place(node), self.type_at(node)
        if where is None or known in (Any, Never):
            return
        parts = [p for m in types.members(known) for p in types.alternatives(m)]
        left = [part for part in parts if possible(part)]
        if len(left) < len(parts):
            self._known[where[0]] = (_together(known, left), where[1])

    def _loosen(self, test: ast.expr) -> None:
        """A test of another kind may have picked one of the values that a loop goes through."""
        if self._scope.each:
            for name in self._scope.each.intersection(node.id for node in walk(test) if isinstance(node, ast.Name)):
                self._known[name] = (types.loosened(self._scope.types[name]), frozenset((name,)))


def _is_value(t: Any) -> bool:
    return t is types.NONE or types.is_literal(t)


def _together(known: Any, left: list[Any]) -> Any:
    """What is left of a type; a `Literal` of several values stays one."""
    if not left:
        return Never
    if len(types.members(known)) == 1 and types.is_literal(known):
        return Literal[tuple(value for part in left for value in get_args(part))]
    return types.join(*left)


def _constant(node: ast.Constant) -> Any:
    value = node.value
    return types.NONE if value is None else Literal[value]


def _equal(a: Any, b: Any) -> bool:
    """Whether two known values are equal. As in Python, True is 1."""
    return a == b or (types.is_literal(a) and types.is_literal(b) and get_args(a)[0] == get_args(b)[0])
