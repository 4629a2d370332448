"""Operators and comparisons: result types, and errors for those that are invalid or never true."""

from __future__ import annotations

import ast
from collections.abc import Collection
from difflib import get_close_matches
from typing import Any, Never, get_args, get_origin

from . import types
from .builtin_functions import Problem, code

_SYMBOLS: dict[type[ast.AST], str] = {
    **{ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.FloorDiv: "//", ast.Mod: "%", ast.Pow: "**"},
    **{ast.BitAnd: "&", ast.BitOr: "|", ast.BitXor: "^"},
    **{ast.Eq: "==", ast.NotEq: "!=", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">="},
}
_SEQUENCES = (str, list, tuple)
_BITS = (ast.BitAnd, ast.BitOr, ast.BitXor)


def result(operator: ast.operator, left: Any, right: Any) -> Any:
    """The type of `left operator right`; None if no combination of alternatives is valid."""
    found = [_single(operator, a, b) for a in types.members(left) for b in types.members(right)]
    possible = [t for t in found if t is not None]
    return types.join(*possible) if possible else None


def _single(operator: ast.operator, left: Any, right: Any) -> Any:
    if left in (Any, Never) or right in (Any, Never):
        return Any
    a, b = types.base(left), types.base(right)
    if a in types.NUMBERS and b in types.NUMBERS:
        return _of_numbers(operator, a, b)
    match operator:
        case ast.Add() if a is b and a in _SEQUENCES:
            return _sum(a, left, right)
        case ast.Mult() if {a, b} & set(_SEQUENCES) and {a, b} & {int, bool}:
            return left if a is list else right if b is list else a if a in _SEQUENCES else b
        case ast.Mod() if a is str:
            return str
        case ast.Sub() | ast.BitAnd() if {a, b} <= {set, Collection}:
            return left if a is set else Any
        case ast.BitOr() | ast.BitXor() if {a, b} <= {set, Collection}:
            return set
        case ast.BitOr() if a is b is dict:
            return dict
        case _:
            return None


def _of_numbers(operator: ast.operator, a: Any, b: Any) -> Any:
    if isinstance(operator, _BITS):
        return None if float in (a, b) else bool if a is b is bool else int
    if isinstance(operator, ast.Pow):
        return float if float in (a, b) else Any
    return float if isinstance(operator, ast.Div) or float in (a, b) else int


def _sum(kind: Any, left: Any, right: Any) -> Any:
    if kind is str:
        return str
    a, b = get_args(left), get_args(right)
    if not a or not b:
        return kind
    if kind is tuple:
        return tuple if ... in (*a, *b) else types.container(tuple, *a, *b)
    return types.container(list, types.items_of(*(t for t in (a[0], b[0]) if t is not Never)))


def operand_problem(operator: ast.operator, left: Any, right: Any, nodes: tuple[ast.expr, ast.expr]) -> Problem:
    """The error of incompatible operands."""
    bases = [types.base(left), types.base(right)]
    number = bool(set(bases) & set(types.NUMBERS))
    hint = ""
    symbol = _SYMBOLS[type(operator)]
    if list in bases and number:
        a, b = (f"len({code(n)})" if t is list else code(n) for n, t in zip(nodes, bases, strict=True))
        hint = f"Count it with len() first: {a} {symbol} {b}."
    elif list in bases:
        hint = "Count it with len() first."
    elif str in bases and number:
        hint = f"Write str({code(nodes[bases.index(str) - 1])})."
    elif bases == [set, set]:
        hint = "Join sets with |."
    elif types.attribute(left, "area") is not None or types.attribute(right, "area") is not None:
        hint = "Use its numbers, such as .area or .center_x."
    return "operands", f"{types.text(left)} {symbol} {types.text(right)} is not possible.", hint


def comparison_problem(operator: ast.cmpop, sides: tuple[Any, Any], nodes: tuple[ast.expr, ast.expr]) -> Problem | None:
    """Why a comparison is invalid, or never true; None if it may be valid."""
    a, b = sides
    match operator:
        case ast.Eq() | ast.NotEq():
            if types.never_equal(a, b):
                return (
                    "never-equal",
                    f"{types.text(a)} and {types.text(b)} are never equal.",
                    _equal_hint(operator, sides, nodes),
                )
            return _no_such_value(a, nodes[1]) or _no_such_value(b, nodes[0])
        case ast.Lt() | ast.LtE() | ast.Gt() | ast.GtE():
            if not types.ordered(a, b):
                return (
                    "operands",
                    f"{types.text(a)} and {types.text(b)} cannot be ordered.",
                    _order_hint(operator, sides, nodes),
                )
        case ast.In() | ast.NotIn():
            return _in_problem(sides, nodes)
        case _:
            for node in nodes:
                if isinstance(node, ast.Constant) and type(node.value) in (str, int, float):
                    word = "!=" if isinstance(operator, ast.IsNot) else "=="
                    return "identity", "`is` does not compare values.", f"Write {word} {code(node)}."
    return None


def _equal_hint(operator: ast.cmpop, sides: tuple[Any, Any], nodes: tuple[ast.expr, ast.expr]) -> str:
    kinds = [types.base(side) for side in sides]
    if list in kinds and set(kinds) & set(types.NUMBERS):
        return _order_hint(operator, sides, nodes)
    if list in kinds:
        return "Count the list with len(), or take one of its items."
    for side, node, other in ((sides[0], nodes[0], kinds[1]), (sides[1], nodes[1], kinds[0])):
        if types.base(side) is bool and other is str:
            return f"{code(node)} is True or False: use it without ==."
        if other is str and types.attribute(side, "label") is not None:
            return f"Compare {code(node)}.label."
    return ""


def _order_hint(operator: ast.cmpop, sides: tuple[Any, Any], nodes: tuple[ast.expr, ast.expr]) -> str:
    kinds = [types.base(side) for side in sides]
    if list in kinds:
        a, b = (f"len({code(n)})" if kind is list else code(n) for n, kind in zip(nodes, kinds, strict=True))
        return f"Count the list with len(): {a} {_SYMBOLS[type(operator)]} {b}."
    if any(types.attribute(side, "area") is not None for side in sides):
        return "Compare their numbers, such as .area or .center_x."
    return ""


def _in_problem(sides: tuple[Any, Any], nodes: tuple[ast.expr, ast.expr]) -> Problem | None:
    one, many = sides
    each = types.element(many)
    if each is None:
        return "operands", f"{types.text(many)} contains nothing to look for.", ""
    if types.base(many) is str and types.never_equal(one, str):
        hint = f"Write str({code(nodes[0])})."
        return "operands", f"A text contains only text, not {types.text(one)}.", hint
    if types.never_equal(one, each):
        hint = ""
        if types.base(one) is str and types.attribute(each, "label") is not None:
            hint = f"Write any(b.label == {code(nodes[0])} for b in {code(nodes[1])})."
        return "never-equal", f"No item of {types.text(many)} is ever equal to {types.text(one)}.", hint
    if isinstance(nodes[1], ast.List | ast.Tuple | ast.Set):
        return next((p for part in nodes[1].elts if (p := _no_such_value(one, part)) is not None), None)
    return None


def _no_such_value(t: Any, node: ast.expr) -> Problem | None:
    """A written-out value that one of this type is never equal to, such as a misspelt colour."""
    if not isinstance(node, ast.Constant) or node.value is None:
        return None
    values = types.possible_values(t)
    declared = any(len(types.literal_values(m)) > 1 for m in types.members(t))
    if not declared or node.value in values:
        return None
    return "never-equal", f"This is never {node.value!r}.", nearest(node.value, values)


def nearest(value: Any, allowed: Collection[Any]) -> str:
    """The hint for a value that is not one of those allowed."""
    near = get_close_matches(value, (v for v in allowed if isinstance(v, str)), n=1) if isinstance(value, str) else []
    return f"Did you mean {near[0]!r}?" if near else f"It is one of {', '.join(map(repr, allowed))}."


def index_problem(owner: Any, key: Any, node: ast.Subscript) -> Problem | None:
    """Why a value of this type has no such item; None if it may have one."""
    kind, args = types.base(owner), get_args(owner)
    wanted = code(node.value)
    if kind is dict and args and Never not in args:
        keys = types.possible_values(args[0])
        if types.never_equal(key, args[0]):
            return "index", f"The keys of {wanted} are {types.text(args[0])}, not {types.text(key)}.", ""
        if isinstance(node.slice, ast.Constant) and keys and node.slice.value not in keys:
            return "index", f"{wanted} has no key {node.slice.value!r}.", nearest(node.slice.value, keys)
    if kind not in (list, tuple, str, range):
        return None
    if not any(types.base(m) in (Any, int, bool) for m in types.members(key)):
        hint = "Divide with //, or write int(...)." if types.base(key) is float else ""
        if types.attribute(types.element(owner), "label") is not None and types.base(key) is str:
            hint = f"Write [b for b in {wanted} if b.label == {code(node.slice)}]."
        return "index", f"An item is taken by a whole number, not by {types.text(key)}.", hint
    length = _length(owner, node.value)
    place = whole(node.slice)
    if length is not None and place is not None and not -length <= place < length:
        return "index", f"{wanted} has {length} items: there is no item {place}.", "The first item is [0]."
    return None


def _length(owner: Any, node: ast.expr) -> int | None:
    if isinstance(node, ast.List | ast.Tuple):
        return None if any(isinstance(part, ast.Starred) for part in node.elts) else len(node.elts)
    args = get_args(owner)
    return len(args) if get_origin(owner) is tuple and ... not in args else None


def whole(node: ast.expr) -> int | None:
    """A whole number that is written out, True and False among them."""
    match node:
        case ast.Constant(value=int() as value):
            return value
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() as value)):
            return -value
        case _:
            return None


def item(owner: Any, node: ast.Subscript) -> Any:
    """The type of one item: exact where the place in a tuple is written out. None when nothing has items."""
    args, place = get_args(owner), whole(node.slice)
    if get_origin(owner) is tuple and place is not None and ... not in args and -len(args) <= place < len(args):
        return args[place]
    return types.item(owner)
