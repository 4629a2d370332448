"""Values in VisProg programs as Python, and their meaning: yes or no, a number, a text.

Chooses the function of tools.py that interprets a value; none is needed if its kind is known.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from enum import Enum

from . import words
from .read import ScriptError

_TEMPLATE = re.compile(r"\{\s*([A-Za-z_][A-Za-z0-9_]*)\s*\}")
FUNCTIONS = ("len", "int", "float", "str", "bool", "abs", "round", "min", "max", "sum", "any", "all")
_ORDER: dict[str, type[ast.cmpop]] = {"<": ast.Lt, "<=": ast.LtE, ">": ast.Gt, ">=": ast.GtE}
_NUMERIC: dict[str, type[ast.cmpop]] = {**_ORDER, "==": ast.Eq, "!=": ast.NotEq}
_ARITHMETIC: dict[str, type[ast.operator]] = {
    "+": ast.Add,
    "-": ast.Sub,
    "*": ast.Mult,
    "/": ast.Div,
    "//": ast.FloorDiv,
    "%": ast.Mod,
}


class Kind(Enum):
    """What a variable holds, in words."""

    IMAGE = "an image"
    BOXES = "a list of boxes"
    MASKS = "a list of segments"
    TEXTS = "a list of texts"
    TEXT = "a text"
    NUMBER = "a number"
    TRUTH = "true or false"
    NONE = "None"
    SCALAR = "a text, a number, or true or false"
    UNKNOWN = "something"


LISTS = frozenset({Kind.BOXES, Kind.MASKS, Kind.TEXTS})
SCALARS = frozenset({Kind.TEXT, Kind.NUMBER, Kind.TRUTH, Kind.SCALAR, Kind.UNKNOWN})


@dataclass(frozen=True)
class Term:
    """A value as Python.

    literal: the text itself, if it is known now.
    quoted: it was in quotes, so `+` joins texts.
    items: the items of a literal list.
    """

    node: ast.expr
    kind: Kind
    literal: str | None = None
    quoted: bool = False
    items: tuple[Term, ...] | None = None
    column: int = 0


def as_truth(term: Term) -> ast.expr:
    """The term as a condition. Raises ScriptError for an image."""
    match term.kind:
        case Kind.TRUTH:
            return term.node
        case Kind.NUMBER:
            return ast.Compare(term.node, [ast.NotEq()], [ast.Constant(0)])
        case Kind.NONE:
            return ast.Constant(False)
        case kind if kind in LISTS:
            return ast.Compare(_call("len", term.node), [ast.Gt()], [ast.Constant(0)])
        case _:
            require_scalar(term)
            return _call("TRUTH", term.node)


def as_number(term: Term) -> ast.expr:
    """The term as an operand of `+` or `<`. Raises ScriptError if it is not a number."""
    if term.kind in (Kind.NUMBER, Kind.TRUTH):
        return term.node
    require_scalar(term, "Count it with COUNT first.")
    if term.literal is None:
        return _call("NUMBER", term.node)
    number = words.number(term.literal)
    if number is None:
        raise _misfit(term, f"{term.literal!r:.80} is not a number.")
    return ast.Constant(number)


def as_text(term: Term) -> ast.expr:
    """The term as text. Raises ScriptError for a list or an image."""
    if term.kind is Kind.TEXT:
        return term.node
    require_scalar(term)
    return _call("TEXT", term.node)


def compare(operators: Sequence[str], sides: Sequence[Term]) -> ast.expr:
    """A chain of comparisons. Raises ScriptError for what cannot be compared."""
    if len(operators) == 1:
        return _compare(operators[0], *sides)
    kinds = {side.kind for side in sides}
    if _ORDER.keys() >= set(operators) or (kinds == {Kind.NUMBER} and _NUMERIC.keys() >= set(operators)):
        first, *others = map(as_number, sides)
        return ast.Compare(first, [_NUMERIC[operator]() for operator in operators], others)
    for side in sides[1:-1]:
        # It is written twice, so it must be a simple expression.
        if not isinstance(side.node, ast.Name | ast.Constant):
            hint = "Join two comparisons with and."
            raise syntax(side.column, "Only a variable, a text or a number can be inside a chain of comparisons.", hint)
    pairs = zip(operators, sides[:-1], sides[1:], strict=True)
    return ast.BoolOp(ast.And(), [_compare(operator, left, right) for operator, left, right in pairs])


def _compare(operator: str, left: Term, right: Term) -> ast.expr:
    if operator in ("not in", "!="):
        return ast.UnaryOp(ast.Not(), _compare("in" if operator == "not in" else "==", left, right))
    if operator in _ORDER:
        return ast.Compare(as_number(left), [_ORDER[operator]()], [as_number(right)])
    if operator == "in":
        if right.kind is not Kind.TEXTS:
            return ast.Compare(_in_lower_case(left), [ast.In()], [_in_lower_case(right)])
        require_scalar(left)
        return _call("ONE_OF", left.node, right.node)
    if Kind.NONE not in (left.kind, right.kind):
        for side in (left, right):
            require_scalar(side, "Count it with COUNT first.")
    elif left.kind not in SCALARS and right.kind not in SCALARS:
        return ast.Constant(left.kind is right.kind)
    if left.kind is right.kind and left.kind in (Kind.NUMBER, Kind.TRUTH):
        return ast.Compare(left.node, [ast.Eq()], [right.node])
    return _call("SAME", left.node, right.node)


def function(name: str, terms: Sequence[Term], column: int) -> Term:
    """A call of a built-in function. Raises ScriptError for arguments that it does not take."""
    most = 2 if name == "round" else max(len(terms), 1) if name in ("min", "max") else 1
    if not 1 <= len(terms) <= most:
        raise syntax(column, f"{name}() takes {most} value{'s' * (most > 1)}, got {len(terms)}.")
    first = terms[0]
    if name == "len":
        return Term(_call("len", first.node if first.kind in LISTS else as_text(first)), Kind.NUMBER, column=column)
    if name == "bool":
        return Term(as_truth(first), Kind.TRUTH, column=column)
    if name == "str":
        return Term(as_text(first), Kind.TEXT, quoted=True, column=column)
    if name in ("sum", "any", "all"):
        if first.items is None:
            raise syntax(column, f"{name}() takes a literal list.", f"Write {name}([{{A0}}, {{A1}}]).")
        nodes = [as_number(item) if name == "sum" else as_truth(item) for item in first.items]
        kind = Kind.NUMBER if name == "sum" else Kind.TRUTH
        return Term(_call(name, ast.List(nodes, ast.Load())), kind, column=column)
    if name in ("min", "max") and len(terms) == 1:
        terms = first.items or ()
        if len(terms) < 2:
            raise syntax(column, f"{name}() needs two values or more.")
    return Term(_call(name, *map(as_number, terms)), Kind.NUMBER, column=column)


def arithmetic(symbol: str, left: Term, right: Term) -> Term:
    """The sum, difference, product or quotient; with a quoted text, `+` joins texts. Raises ScriptError."""
    if symbol == "+" and (left.quoted or right.quoted):
        node = ast.BinOp(as_text(left), ast.Add(), as_text(right))
        return Term(node, Kind.TEXT, quoted=True, column=left.column)
    node = ast.BinOp(as_number(left), _ARITHMETIC[symbol](), as_number(right))
    return Term(node, Kind.NUMBER, column=left.column)


def filled(text: str, variables: Mapping[str, Term], column: int) -> Term:
    """A text with variables in braces filled in. Raises ScriptError for a list, an image, or an unknown variable."""
    parts: list[ast.expr] = []
    end = 0
    for found in _TEMPLATE.finditer(text):
        if found.start() > end:
            parts.append(ast.Constant(text[end : found.start()]))
        parts.append(as_text(variable(found[1], variables, column)))
        end = found.end()
    if not parts:
        return Term(ast.Constant(text), Kind.TEXT, text, quoted=True, column=column)
    if end < len(text):
        parts.append(ast.Constant(text[end:]))
    node = parts[0]
    for part in parts[1:]:
        node = ast.BinOp(node, ast.Add(), part)
    return Term(node, Kind.TEXT, quoted=True, column=column)


def variable(name: str, variables: Mapping[str, Term], column: int) -> Term:
    """The variable of that name. Raises ScriptError if no earlier line sets it."""
    if name not in variables:
        raise undefined(name, variables, column)
    return replace(variables[name], column=column)


def undefined(name: str, variables: Mapping[str, Term], column: int) -> ScriptError:
    """The error for a variable that no earlier line sets."""
    known = {variable.casefold(): variable for variable in variables}
    near = get_close_matches(name.casefold(), known, n=1)
    hint = f"Did you mean {known[near[0]]}?" if near else "Set it in an earlier line, or put a text in quotes."
    return ScriptError("undefined", column, f"{name} is not defined.", hint, "type_error")


def require_scalar(term: Term, hint: str = "") -> None:
    """Raises ScriptError for a list, an image, or None."""
    if term.kind not in SCALARS:
        raise _misfit(term, f"{term.kind.value[:1].upper()}{term.kind.value[1:]} cannot be used here.", hint)


def syntax(column: int, message: str, hint: str = "") -> ScriptError:
    """The error for an expression that cannot be parsed."""
    return ScriptError("syntax", column, f"EVAL: {message}", hint)


def _misfit(term: Term, message: str, hint: str = "") -> ScriptError:
    return ScriptError("argument-type", term.column, message, hint, "type_error")


def _in_lower_case(term: Term) -> ast.expr:
    if term.literal is not None:
        return ast.Constant(term.literal.lower())
    return ast.Call(ast.Attribute(as_text(term), "lower", ast.Load()), [], [])


def _call(name: str, *arguments: ast.expr) -> ast.Call:
    return ast.Call(ast.Name(name, ast.Load()), list(arguments), [])
