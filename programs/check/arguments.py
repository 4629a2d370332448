"""Checks the arguments of calls to tools, and to the program's own functions."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any, Literal, get_args, get_origin

from ...tools.core.annotations import Parameter, Signature, type_text
from ..language import types
from ..language.builtin_functions import Problem, starred
from ..language.operators import nearest


def helper_problem(node: ast.Call, name: str, wanted: ast.arguments) -> Problem | None:
    """The error of a call to one of the program's functions; None if it may be valid."""
    named = [keyword.arg for keyword in node.keywords]
    if wanted.vararg or wanted.kwarg or starred(node.args) or None in named:
        return None
    by_place = [argument.arg for argument in (*wanted.posonlyargs, *wanted.args)]
    known = [argument.arg for argument in (*wanted.args, *wanted.kwonlyargs)]
    for keyword in named:
        if keyword not in known:
            hint = f"It has {', '.join(known)}." if known else "It has no parameters."
            return "unknown-keyword", f"{name} has no parameter {keyword!r}.", hint
        if keyword in by_place[: len(node.args)]:
            return "argument-count", f"{name} got {keyword!r} twice.", ""
    optional = dict(zip(reversed(by_place), reversed(wanted.defaults), strict=False))
    optional |= {a.arg: d for a, d in zip(wanted.kwonlyargs, wanted.kw_defaults, strict=True) if d is not None}
    most = len(by_place) + len(wanted.kwonlyargs)
    least = most - len(optional)
    given = {*by_place[: len(node.args)], *named}
    missing = [p for p in (*by_place, *(a.arg for a in wanted.kwonlyargs)) if p not in given and p not in optional]
    count = str(most) if least == most else f"{least} to {most}"
    noun = "argument" if count == "1" else "arguments"
    if len(node.args) > len(by_place):
        return "argument-count", f"{name} takes {count} {noun}, got {len(node.args) + len(named)}.", ""
    if missing:
        told = f"{name} takes {count} {noun}, got {len(given)}."
        return "argument-count", told, f"It needs {' and '.join(missing)}."
    return None


def tool_problem(name: str, signature: Signature, args: list[Any], keywords: dict[str, Any]) -> Problem | None:
    """The error of a call of a tool for one of its signatures; None if it matches."""
    problem = _count_problem(name, signature, args, keywords)
    if problem is not None:
        return (*problem, f"Call {name}{signature.text}.")
    known = {p.name: p for p in signature.parameters}
    given = dict(zip(known, args, strict=False)) | keywords
    for key, value in given.items():
        if not types.assignable(value, known[key].type):
            return _misfit(name, known[key], value, signature)
    return None


def _count_problem(
    name: str, signature: Signature, args: list[Any], keywords: dict[str, Any]
) -> tuple[str, str] | None:
    """The code and the message of an error in the number or names of arguments."""
    positional = [p for p in signature.parameters if not p.keyword_only]
    if len(args) > len(positional):
        noun = "argument" if len(positional) == 1 else "arguments"
        return "argument-count", f"{name} takes {len(positional)} positional {noun}, got {len(args)}."
    known = {p.name for p in signature.parameters}
    for keyword in keywords:
        if keyword not in known:
            return "unknown-keyword", f"{name} has no parameter {keyword!r}."
    given = {p.name for p in positional[: len(args)]}
    twice = given & keywords.keys()
    if twice:
        return "argument-count", f"{name} got {sorted(twice)[0]!r} twice."
    for parameter in signature.parameters:
        if parameter.required and parameter.name not in given and parameter.name not in keywords:
            return "argument-count", f"{name} needs {parameter.name}."
    return None


def _misfit(name: str, parameter: Parameter, value: Any, signature: Signature) -> Problem:
    usage = f"Call {name}{signature.text}."
    allowed = types.values_of(parameter.type)
    if allowed and get_origin(value) is Literal:
        wrong = next((v for v in get_args(value) if v not in allowed), get_args(value)[0])
        others = [p.name for p in signature.parameters if isinstance(wrong, str) and wrong in types.values_of(p.type)]
        hint = f"Write {others[0]}={wrong!r}." if others else nearest(wrong, allowed)
        return "literal-value", f"{name} has no {parameter.name} {wrong!r}.", hint
    if types.base(value) is list and types.assignable(types.element(value), parameter.type):
        usage = "Give one of its items, or loop over it."
    if types.base(value) in types.LAZY and types.assignable(list, parameter.type):
        usage = "Make it a list: `list(...)`."
    message = f"{name} wants {type_text(parameter.type)} for {parameter.name}, got {types.text(value)}."
    return "argument-type", message, usage


def parameter_of(signatures: tuple[Signature, ...], place: int | str) -> list[Any]:
    """The types of a parameter, by position or name, one per signature that has it."""
    found: Iterator[Parameter] = (p for s in signatures for i, p in enumerate(s.parameters) if place in (i, p.name))
    return [p.type for p in found]
