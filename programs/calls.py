"""What is wrong with a call, and what it gives: of a tool, of a built-in function, of a program's own function."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Any, Literal, get_args, get_origin

from ..tools.annotations import type_text
from ..tools.tool import Parameter, Signature
from . import types

Problem = tuple[str, str, str]
"""The stable code, the message and the hint of a finding."""

_RESULTS: dict[str, Any] = {
    **dict.fromkeys(("all", "any", "bool"), bool),
    **dict.fromkeys(("int", "len"), int),
    "float": float,
    "str": str,
    "print": type(None),
    "range": range,
}
METHOD_RESULTS: dict[str, Any] = {
    **dict.fromkeys(("count", "find", "index"), int),
    **dict.fromkeys(("endswith", "startswith", "isalpha", "isdigit", "issubset", "issuperset"), bool),
    **dict.fromkeys(("split", "splitlines"), list[str]),
    **dict.fromkeys(["capitalize", "join", "lower", "lstrip", "replace", "rstrip", "strip", "title", "upper"], str),
    **dict.fromkeys(("append", "extend", "insert", "remove", "reverse", "sort", "add"), type(None)),
}


_OF_ITERABLES = frozenset(
    {"len", "sum", "sorted", "any", "all", "set", "list", "tuple", "enumerate", "reversed", "zip"}
)


def starred(nodes: list[ast.expr]) -> bool:
    """Is one of these unpacked with a star, so that their number is not known?"""
    return any(isinstance(node, ast.Starred) for node in nodes)


def helper_problem(node: ast.Call, name: str, wanted: ast.arguments) -> Problem | None:
    """Why a call does not fit a function of the program; None when it may."""
    named = [keyword.arg for keyword in node.keywords]
    if wanted.vararg or wanted.kwarg or starred(node.args) or None in named:
        return None
    known = [argument.arg for argument in (*wanted.args, *wanted.kwonlyargs)]
    for keyword in named:
        if keyword not in known:
            return "unknown-keyword", f"{name} has no parameter {keyword!r}.", f"It has {', '.join(known)}."
    most = len(wanted.posonlyargs) + len(known)
    least = most - len(wanted.defaults) - sum(d is not None for d in wanted.kw_defaults)
    given = len(node.args) + len(named)
    if least <= given <= most:
        return None
    count = str(most) if least == most else f"{least} to {most}"
    return "argument-count", f"{name} takes {count} arguments, got {given}.", ""


def builtin_problem(node: ast.Call, name: str, args: list[Any]) -> Problem | None:
    """Why a built-in function cannot take these arguments; None when it may."""
    if starred(node.args):
        return None
    takes_lists = name in _OF_ITERABLES or (name in ("min", "max") and len(args) == 1)
    for given in (args if name == "zip" else args[:1]) if takes_lists else ():
        if types.element(given) is None or (name == "len" and types.base(given) is Iterator):
            hint = f"Leave {name}() out: the condition is enough." if name in ("any", "all") else "It is one value."
            return "not-iterable", f"{name}() needs a list, got {types.text(given)}.", hint
    return None


def builtin_result(node: ast.Call, name: str, args: list[Any], keywords: Mapping[str | None, Any]) -> Any:
    """The type of what a built-in function gives."""
    if not args or starred(node.args):
        return _RESULTS.get(name, Any)
    elements = [types.element(given) or Any for given in args]
    match name:
        case "sorted" | "list":
            return types.container(list, elements[0])
        case "set":
            return types.container(set, elements[0])
        case "reversed":
            return types.container(Iterator, elements[0])
        case "enumerate":
            return types.container(Iterator, types.container(tuple, int, elements[0]))
        case "zip":
            return types.container(Iterator, types.container(tuple, *elements))
        case "min" | "max":
            found = elements if len(args) == 1 else args
            return types.join(*found, *(t for key, t in keywords.items() if key == "default"))
        case "sum":
            return types.number(elements[0]) if len(args) == 1 else Any
        case "abs":
            return types.number(args[0])
        case "round":
            return int if len(node.args) + len(node.keywords) == 1 else Any
        case _:
            return _RESULTS.get(name, Any)


def tool_problem(name: str, signature: Signature, args: list[Any], keywords: dict[str, Any]) -> Problem | None:
    """Why a call of a tool does not fit one of its signatures; None when it does."""
    usage = f"Call {name}{signature.text}."
    positional = [p for p in signature.parameters if not p.keyword_only]
    if len(args) > len(positional):
        return (
            "argument-count",
            f"{name} takes {len(positional)} positional arguments, got {len(args)}.",
            usage,
        )
    known = {p.name: p for p in signature.parameters}
    for keyword in keywords:
        if keyword not in known:
            return "unknown-keyword", f"{name} has no parameter {keyword!r}.", usage
    given = {p.name: t for p, t in zip(positional, args, strict=False)}
    twice = given.keys() & keywords.keys()
    if twice:
        return "argument-count", f"{name} got {sorted(twice)[0]!r} twice.", usage
    given |= keywords
    for parameter in signature.parameters:
        if parameter.required and parameter.name not in given:
            return "argument-count", f"{name} needs {parameter.name}.", usage
    for key, value in given.items():
        if not types.assignable(value, known[key].type):
            return _misfit(name, known[key], value, usage)
    return None


def _misfit(name: str, parameter: Parameter, value: Any, usage: str) -> Problem:
    allowed = [v for member in types.members(parameter.type) for v in types.literal_values(member)]
    if allowed and get_origin(value) is Literal:
        near = get_close_matches(str(get_args(value)[0]), map(str, allowed), n=1)
        hint = f"Did you mean {near[0]!r}?" if near else f"It is one of {', '.join(map(repr, allowed))}."
        return "literal-value", f"{name} has no {parameter.name} {get_args(value)[0]!r}.", hint
    if types.base(value) is list and types.assignable(types.element(value), parameter.type):
        usage = "Give one of its items, or loop over it."
    if types.base(value) is Iterator and types.assignable(list, parameter.type):
        usage = "Make it a list: `list(...)`."
    message = f"{name} wants {type_text(parameter.type)} for {parameter.name}, got {types.text(value)}."
    return "argument-type", message, usage
