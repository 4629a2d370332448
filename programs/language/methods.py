"""The methods of str, list, dict, set and tuple: their arguments and result types."""

from __future__ import annotations

import ast
from collections.abc import Collection
from typing import Any, Literal, Never, get_args, get_origin

from . import types
from .builtin_functions import MANY, BuiltinCall, Problem, code, count_problem, order_problem, starred

_METHODS: dict[type, dict[str, tuple[int, int, Any]]] = {
    str: {
        **dict.fromkeys(("count", "find"), (1, 3, int)),
        **dict.fromkeys(("endswith", "startswith"), (1, 3, bool)),
        **dict.fromkeys(("isalpha", "isdigit"), (0, 0, bool)),
        **dict.fromkeys(("capitalize", "lower", "title", "upper"), (0, 0, str)),
        **dict.fromkeys(("lstrip", "rstrip", "strip"), (0, 1, str)),
        "join": (1, 1, str),
        "replace": (2, 3, str),
        "split": (0, 2, list[str]),
        "splitlines": (0, 1, list[str]),
    },
    list: {
        **dict.fromkeys(("append", "extend", "remove"), (1, 1, types.NONE)),
        **dict.fromkeys(("reverse", "sort"), (0, 0, types.NONE)),
        "count": (1, 1, int),
        "index": (1, 3, int),
        "insert": (2, 2, types.NONE),
        "pop": (0, 1, Any),
    },
    dict: {"get": (1, 2, Any), **dict.fromkeys(("items", "keys", "values"), (0, 0, Collection))},
    set: {
        "add": (1, 1, types.NONE),
        **dict.fromkeys(("difference", "intersection", "union"), (0, MANY, Any)),
        **dict.fromkeys(("issubset", "issuperset"), (1, 1, bool)),
    },
    tuple: {"count": (1, 1, int), "index": (1, 3, int)},
}
"""Of each method: the fewest and the most arguments, and what it gives."""

_NAMED = {"sort": "key reverse", "split": "sep maxsplit", "splitlines": "keepends"}
CHANGING = frozenset({"append", "extend", "insert", "remove", "reverse", "sort", "add"})
"""Methods that modify their object and return None."""


def method_problem(owner: Any, name: str, given: BuiltinCall) -> Problem | None:
    """The error of these arguments for a method; None if they may be valid."""
    kind = types.base(owner)
    if starred(given.node.args) or None in given.keywords or name not in _METHODS.get(kind, {}):
        return None
    least, most, _ = _METHODS[kind][name]
    problem = count_problem(name, given, least, most, _NAMED.get(name, ""))
    if problem is not None and name == "count" and not given.args and isinstance(given.node.func, ast.Attribute):
        return (*problem[:2], f"Write len({code(given.node.func.value)}).")
    if problem is not None or not given.args:
        return problem or (order_problem("sorted", _sorting(owner, given)) if name == "sort" else None)
    first = given.args[0]
    if name == "join":
        each = types.element(first)
        if each is None:
            return "not-iterable", f"join() needs a list, got {types.text(first)}.", "Write ', '.join([a, b])."
        if not types.assignable(each, str):
            hint = f"Write ', '.join(str(x) for x in {given.code()})."
            return "argument-type", f"join() puts texts together, got {types.text(each)}.", hint
    elif name == "extend" and types.element(first) is None:
        return "not-iterable", f"extend() needs a list, got {types.text(first)}.", f"Write append({given.code()})."
    elif kind is str and name not in ("splitlines", "startswith", "endswith"):
        if not types.assignable(first, str | None if name.endswith("strip") or name == "split" else str):
            return "argument-type", f"{name}() of a text wants a text, got {types.text(first)}.", ""
    elif (kind, name) in ((list, "pop"), (list, "insert")) and not types.assignable(first, int):
        return "argument-type", f"{name}() wants a place in the list, got {types.text(first)}.", ""
    return None


def _sorting(owner: Any, given: BuiltinCall) -> BuiltinCall:
    """`xs.sort(...)` as a call of sorted."""
    node = given.node
    inner = node.func.value if isinstance(node.func, ast.Attribute) else node.func
    return BuiltinCall(ast.Call(node.func, [inner], node.keywords), [owner], given.keywords, given.apply)


def method_result(owner: Any, name: str, given: BuiltinCall) -> Any:
    """The result type of a method."""
    kind, args = types.base(owner), get_args(owner)
    if name not in _METHODS.get(kind, {}):
        return Any
    match kind, name:
        case type(), "get":
            if args and Never in args:
                return given.args[1] if len(given.args) > 1 else Any
            return types.join(types.item(owner), given.args[1] if len(given.args) > 1 else types.NONE)
        case type(), "pop":
            return types.item(owner)
        case type(), "keys" | "values" | "items" if not args or Never in args:
            return types.container(Collection, types.container(tuple, Any, Any) if name == "items" else Any)
        case type(), "keys" | "values":
            return types.container(Collection, args[0 if name == "keys" else 1])
        case type(), "items":
            return types.container(Collection, types.container(tuple, *args))
        case _ if kind is set and name in ("difference", "intersection", "union"):
            return set if name == "union" else owner
        case _:
            return _METHODS[kind][name][2]


def grown(owner: Any, name: str, args: list[Any]) -> Any:
    """The type of a list or set behind a call that put something in. None beside other values: nothing is known."""
    kind, inner = types.base(owner), get_args(owner)
    if not args or not inner:
        return kind
    new = types.element(args[0]) or Any if name == "extend" else args[-1]
    if inner[0] is Never:
        return types.container(kind, new)
    if types.has_none(inner[0]) != types.has_none(new):
        return kind
    return types.container(kind, _together(inner[0], new))


def _together(a: Any, b: Any) -> Any:
    """Strings that are known stay told value by value, so that each of them is checked."""
    if get_origin(a) is get_origin(b) is Literal:
        return types.items_of(a, b)
    return types.join(a, b)
