"""Python's built-in functions available in programs: their arguments and result types."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Never, get_args

from ...tools.core.albums import Album
from . import types

Problem = tuple[str, str, str]
"""The stable code, the message and the hint of a finding."""

MANY = 1_000
_TAKES: dict[str, tuple[int, int, str]] = {
    **dict.fromkeys(("abs", "all", "any", "len", "reversed"), (1, 1, "")),
    **dict.fromkeys(("bool", "float", "list", "set", "tuple"), (0, 1, "")),
    "dict": (0, 1, "*"),
    "enumerate": (1, 2, "start"),
    "int": (0, 2, "base"),
    **dict.fromkeys(("max", "min"), (1, MANY, "key default")),
    "print": (0, MANY, "sep end"),
    "range": (1, 3, ""),
    "round": (1, 2, "ndigits"),
    "sorted": (1, 1, "key reverse"),
    "str": (0, 1, ""),
    "sum": (1, 2, "start"),
    "zip": (0, MANY, "strict"),
}
"""Of each function: the fewest and the most arguments by place, and the names of those by name."""

_OF_ITERABLES = frozenset({"len", "sum", "sorted", "any", "all", "set", "list", "tuple", "enumerate", "reversed"})
_USES_LIST = _OF_ITERABLES - {"len", "enumerate", "reversed"}
_RESULTS: dict[str, Any] = {
    **dict.fromkeys(("all", "any", "bool"), bool),
    **dict.fromkeys(("int", "len"), int),
    **{"float": float, "str": str, "print": types.NONE, "range": range, "dict": dict},
}


@dataclass(frozen=True)
class BuiltinCall:
    """A call of a function of Python: its node, the types of its arguments, and a way to call a `key=` function."""

    node: ast.Call
    args: list[Any]
    keywords: dict[str | None, Any]
    apply: Callable[[Any, Any], Any]

    def code(self, place: int = 0) -> str:
        """The text of an argument, for hints; a generator's as a list, which may stand anywhere."""
        node = self.node.args[place]
        if isinstance(node, ast.GeneratorExp):
            node = ast.ListComp(node.elt, node.generators)
        return code(node)


def code(node: ast.AST) -> str:
    """Short program text of a node; `...` for a long one."""
    text = ast.unparse(node)
    return text if len(text) <= 60 else "..."


def without_brackets(text: str) -> str:
    """A generator's text as the only argument of a call."""
    return text[1:-1] if text.startswith("(") and text.endswith(")") else text


def starred(nodes: list[ast.expr]) -> bool:
    """Is one of these unpacked with a star, so that their number is not known?"""
    return ast.Starred in map(type, nodes)


def function_problem(name: str, given: BuiltinCall) -> Problem | None:
    """The error of these arguments for a built-in function; None if they may be valid."""
    if starred(given.node.args) or None in given.keywords:
        return None
    least, most, named = _TAKES[name]
    problem = count_problem(name, given, least, most, named)
    if problem is not None or not given.args:
        return problem
    if name in _OF_ITERABLES or (name in ("max", "min") and len(given.args) == 1):
        problem = _iterable_problem(name, given)
    match name:
        case _ if problem is not None:
            return problem
        case "zip":
            return next((p for i in range(len(given.args)) if (p := _iterable_problem(name, given, i))), None)
        case "sum":
            return _sum_problem(given)
        case "max" | "min" | "sorted":
            return order_problem(name, given)
        case "abs" | "round" | "int" | "float":
            return _number_problem(name, given)
        case "range":
            return _range_problem(given)
        case _:
            return None


def count_problem(name: str, given: BuiltinCall, least: int, most: int, named: str) -> Problem | None:
    """The error in the number or names of arguments. named: the allowed keyword arguments."""
    for keyword in given.keywords:
        if named != "*" and keyword not in named.split():
            told = f"It has {', '.join(named.split())}." if named else "Give it by its place."
            return "unknown-keyword", f"{name}() has no parameter {keyword!r}.", told
    if least <= len(given.args) <= most:
        return None
    count = f"{least}" if least == most else f"at least {least}" if most == MANY else f"{least} to {most}"
    hint = f"Put them into a list: {name}([a, b])." if len(given.args) > most and name in _USES_LIST else ""
    noun = "argument" if count.split()[-1] == "1" and not count.startswith("0") else "arguments"
    return "argument-count", f"{name}() takes {count} {noun}, got {len(given.args)}.", hint


def _iterable_problem(name: str, given: BuiltinCall, place: int = 0) -> Problem | None:
    whole = given.args[place]
    if types.base(whole) is Album:
        hint = "Ask the tools about its photos, such as PHOTOS_WITH(album, name)."
        return None if name == "len" else ("not-iterable", f"{name}() cannot look into an album.", hint)
    lazy = types.base(whole) is Iterator and name in ("len", "reversed")
    if types.element(whole) is not None and not lazy and (name != "reversed" or types.base(whole) is not set):
        return None
    what = types.text(whole)
    if types.element(whole) is not None:
        listed = given.code(place)
        made = listed if isinstance(given.node.args[place], ast.GeneratorExp) else f"list({listed})"
        hint = f"Write {name}({made})."
    elif name in ("any", "all"):
        hint = f"Leave {name}() out: the condition is enough."
    elif name == "len" and types.base(whole) in types.NUMBERS:
        hint = "It is a number already: leave len() out."
    elif name in ("max", "min") and types.base(whole) in types.NUMBERS:
        hint = f"Give two numbers or a list: {name}(a, b)."
    else:
        hint = "It is one value."
    return "not-iterable", f"{name}() needs a list, got {what}.", hint


def _sum_problem(given: BuiltinCall) -> Problem | None:
    each = types.element(given.args[0])
    kinds = {types.base(m) for m in types.members(each)} - {types.NONE}
    if len(given.args) + len(given.keywords) > 1 or Any in kinds or kinds & set(types.NUMBERS) or not kinds:
        return None
    hint = f"To count them write len({given.code()})."
    if kinds == {str}:
        hint = f"To put texts together write ', '.join({given.code()})."
    elif types.attribute(each, "area") is not None:
        hint = f"To count them write len({given.code()}); to add numbers write sum(b.area for b in {given.code()})."
    return "operands", f"sum() adds numbers, got {types.text(each)} to add.", hint


def order_problem(name: str, given: BuiltinCall) -> Problem | None:
    """Why values, or the results of `key=` for them, cannot be ordered."""
    key = given.keywords.get("key", types.NONE)
    one = len(given.args) == 1
    values = [types.element(given.args[0])] if one else given.args
    if key is not types.NONE:
        results = [given.apply(key, types.loosened(value)) for value in values]
        if not isinstance(key, types.Function) and key is not Any:
            hint = "Write key=lambda b: b.area, with what decides after the colon."
            return "argument-type", f"{name}() wants a function for key, got {types.text(key)}.", hint
        values = results
    for a, b in zip(values, values[1:] or values, strict=False):
        if not types.ordered(a, b) and (not one or not types.has_none(a)):
            told = f"{types.text(a)} and {types.text(b)} cannot be ordered."
            boxes = types.attribute(a, "area") is not None and key is types.NONE
            text = given.code() if one else ", ".join(given.code(i) for i in range(len(given.args)))
            hint = f"Say what decides: {name}({text}, key=lambda b: b.area)." if boxes else _list_hint(a, b)
            if not hint and types.attribute(a, "area") is not None:
                hint = "Give a number of it, such as key=lambda b: b.area."
            return "operands", told, hint
    return None


def _list_hint(a: Any, b: Any) -> str:
    return "Count the list with len()." if list in (types.base(a), types.base(b)) else ""


def _number_problem(name: str, given: BuiltinCall) -> Problem | None:
    wanted = {*types.NUMBERS, str} if name in ("int", "float") else set(types.NUMBERS)
    value = given.args[0]
    kinds = {types.base(m) for m in types.members(value)} - {types.NONE}
    if name == "round":
        digits = given.args[1] if len(given.args) > 1 else given.keywords.get("ndigits", int)
        if not any(types.base(m) in (Any, int, bool, types.NONE) for m in types.members(digits)):
            return "argument-type", f"round() wants a whole number of digits, got {types.text(digits)}.", ""
    if Any in kinds or kinds & wanted or (not kinds and value is not types.NONE):
        return None
    hint = f"To count write len({given.code()})." if kinds & {list, tuple, set, dict} else ""
    return "argument-type", f"{name}() needs a number, got {types.text(value)}.", hint


def _range_problem(given: BuiltinCall) -> Problem | None:
    for i, value in enumerate(given.args):
        if not any(types.base(m) in (Any, int, bool) for m in types.members(value)):
            if types.base(value) is float:
                hint = f"Write range(int({given.code(i)})), or divide with //."
            else:
                counted = types.element(value) is not None
                hint = f"Write range(len({given.code(i)})), or loop over it." if counted else ""
            return "argument-type", f"range() wants whole numbers, got {types.text(value)}.", hint
    return None


def function_result(name: str, given: BuiltinCall) -> Any:
    """The result type of a built-in function."""
    args, keywords = given.args, given.keywords
    if not args or starred(given.node.args):
        empty = {"list": types.container(list, Never), "dict": types.container(dict, Never, Never)}
        return _RESULTS.get(name, empty.get(name, Any)) if args else empty.get(name, _RESULTS.get(name, Any))
    elements = [Never if Never in get_args(whole) else types.element(whole) or Any for whole in args]
    match name:
        case "sorted" | "list":
            return types.container(list, elements[0])
        case "set":
            return types.container(set, elements[0])
        case "tuple":
            return types.container(tuple, elements[0], ...)
        case "reversed":
            return types.container(Iterator, elements[0])
        case "enumerate":
            return types.container(Iterator, types.container(tuple, int, elements[0]))
        case "zip":
            return types.container(Iterator, types.container(tuple, *elements))
        case "min" | "max":
            found = [types.known(t) for t in elements] if len(args) == 1 else args
            return types.join(*map(types.loosened, found), *(t for key, t in keywords.items() if key == "default"))
        case "sum":
            return types.number(elements[0]) if len(args) + len(keywords) == 1 else Any
        case "abs":
            return types.number(args[0])
        case "round":
            return int if len(given.node.args) + len(given.node.keywords) == 1 else Any
        case _:
            return _RESULTS.get(name, Any)
