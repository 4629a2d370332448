"""Checks calls of tools, of Python's functions and methods, and of the program's own functions."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Collection
from difflib import get_close_matches
from typing import Any, Literal

from ...tools.core.tool import Tool
from ..language import builtin_functions, methods, types
from ..language.builtin_functions import BuiltinCall, code
from ..language.language import ATTRIBUTES, BUILTINS, METHODS, MISSING
from ..language.methods import CHANGING
from ..language.operators import whole
from . import arguments
from .containers import ContainerTypes
from .inferring import Inferring
from .narrow import place
from .scope import Scope
from .termination import MOST_ROUNDS, rounds

_BY_NAME = ("sorted", "max", "min")
_USES_ALL = ("list", "set", "tuple", "sorted", "sum", "max", "min")


class Calls:
    """The part of the inference that handles calls."""

    def __init__(self, infer: Inferring, containers: ContainerTypes) -> None:
        self._infer = infer
        self._containers = containers

    def type_of(self, node: ast.Call, scope: Scope) -> Any:
        """The type of the call's result."""
        function = node.func
        if isinstance(function, ast.Attribute):
            return self._method(node, function, scope)
        if isinstance(function, ast.Name) and function.id not in scope.types:
            name = function.id
            if name not in self._infer.registry and name not in BUILTINS:
                self._arguments(node, scope)
                self._unknown(node, name, scope)
                return Any
        given = self._infer.look(function, scope)
        args, keywords = self._arguments(node, scope)
        if isinstance(given, types.Function):
            return self._call(given, node, args, keywords, scope)
        if given is not Any:
            self._infer.report(node, "not-callable", *self._no_function(function, given))
        return Any

    def _arguments(self, node: ast.Call, scope: Scope) -> tuple[list[Any], dict[str | None, Any]]:
        look = self._infer.look
        args = [look(a.value if isinstance(a, ast.Starred) else a, scope) for a in node.args]
        return args, {keyword.arg: look(keyword.value, scope) for keyword in node.keywords}

    def _unknown(self, node: ast.Call, name: str, scope: Scope) -> None:
        infer = self._infer
        elsewhere = infer.names.elsewhere(name, node.lineno)
        if elsewhere:
            infer.report(node, "undefined", f"{name} is not defined.", elsewhere)
            return
        known = [t.name for t in infer.registry] + [n for n, t in scope.types.items() if isinstance(t, types.Function)]
        hint = _meant(name, known, 1) or _instead(name, node)
        if not hint and not hasattr(builtins, name):
            hint = _meant(name, known, 0.6) or _meant(name, BUILTINS, 0.8)
        hint = hint or "Use one of the tools that are listed."
        infer.report(node, "unknown-tool", f"There is no tool {name}.", hint)

    def _no_function(self, node: ast.expr, given: Any) -> tuple[str, str]:
        name, hint = code(node), f"Use it without the brackets: {code(node)}."
        if isinstance(node, ast.Name) and node.id in BUILTINS:
            line = self._infer.names.first_set(node.id)
            hint = f"Line {line} gave the name of Python's {name}() to a value: choose another name there."
        return f"{name} is {types.text(given)} and cannot be called.", hint

    def _call(
        self, function: types.Function, node: ast.Call, args: list[Any], keywords: dict[str | None, Any], scope: Scope
    ) -> Any:
        if function.what == "tool":
            return self._tool(node, self._infer.registry.get(function.name), args, keywords, scope)
        if function.what == "built-in function":
            return self._builtin(function.name, node, args, keywords, scope)
        if function.body is None:
            return Any
        problem = arguments.helper_problem(node, function.name, function.body.args)
        if problem is not None:
            self._infer.report(node, *problem)
            return Any
        return self._own_function(function, node, args, keywords, scope)

    def _own_function(
        self, function: types.Function, node: ast.Call, args: list[Any], keywords: dict[str | None, Any], scope: Scope
    ) -> Any:
        functions = self._infer.functions
        passed = {a.id for a in (*node.args, *(k.value for k in node.keywords)) if isinstance(a, ast.Name)}
        scope.own -= passed
        if builtin_functions.starred(node.args):
            args, keywords = [], {None: Any}
        result = functions.call(function, args, keywords, scope, node)
        changed = functions.changed
        if changed:
            self._containers.shake(scope, passed | changed)
        return result

    def _tool(self, node: ast.Call, tool: Tool, args: list[Any], keywords: dict[str | None, Any], scope: Scope) -> Any:
        report = self._infer.report
        result = types.join(*(s.returns for s in tool.signatures))
        if builtin_functions.starred(node.args) or None in keywords:
            message = f"{tool.name} is called with * or **."
            report(node, "argument-count", message, "Write each argument out.")
            return result
        named = {name: t for name, t in keywords.items() if name is not None}
        args = [self._given(n, t, tool, i, scope) for i, (n, t) in enumerate(zip(node.args, args, strict=True))]
        named = {k.arg: self._given(k.value, named[k.arg], tool, k.arg, scope) for k in node.keywords if k.arg}
        problems = [arguments.tool_problem(tool.name, s, args, named) for s in tool.signatures]
        for signature, problem in zip(tool.signatures, problems, strict=True):
            if problem is None:
                return signature.returns
        code_, message, hint = next(p for p in problems if p is not None)
        if len(tool.signatures) > 1:
            hint = "Call " + " or ".join(f"{tool.name}{s.text}" for s in tool.signatures) + "."
        report(node, code_, message, hint)
        return result

    def _given(self, node: ast.expr, given: Any, tool: Tool, where: int | str, scope: Scope) -> Any:
        """Check an argument of a tool: it must not be an uncalled function, nor None unless the tool accepts it."""
        if type(given) is type:
            return given if type(node) is ast.Name else _exact(node, given, tool, where)
        if isinstance(given, types.Function):
            return self._infer.called(node, given)
        if types.has_none(given):
            wanted = arguments.parameter_of(tool.signatures, where)
            if wanted and not any(types.assignable(types.NONE, t) for t in wanted):
                return self._infer.present(node, given, scope)
        return given

    def _builtin(
        self, name: str, node: ast.Call, args: list[Any], keywords: dict[str | None, Any], scope: Scope
    ) -> Any:
        infer = self._infer
        if name in _BY_NAME and len(args) > 1 and isinstance(args[-1], types.Function):
            infer.report(node, *_by_name(node))
            return types.container(list, types.element(args[0]) or Any) if name == "sorted" else Any
        args = [infer.called(n, t) for n, t in zip(node.args, args, strict=True)]
        if name not in ("print", "str", "bool"):
            args = [infer.present(n, t, scope) for n, t in zip(node.args, args, strict=True)]
        given = BuiltinCall(node, args, keywords, lambda key, item: self._applied(key, item, node, scope))
        problem = builtin_functions.function_problem(name, given)
        if problem is not None:
            nothing = self.nothing_hint(node.args[0], scope) if args and args[0] is types.NONE else ""
            infer.report(node, *problem[:2], nothing or problem[2])
        elif name in _USES_ALL and len(node.args) == 1 and (rounds(node.args[0]) or 0) > MOST_ROUNDS:
            infer.report(node, "endless-loop", "This does not end in any useful time.", "Shorten the range.")
        return builtin_functions.function_result(name, given)

    def _applied(self, function: Any, item: Any, at: ast.Call, scope: Scope) -> Any:
        """The result type of a callback that is called with each item, such as `key=`."""
        if not isinstance(function, types.Function):
            return Any
        node = ast.copy_location(ast.Call(ast.Name(function.name, ast.Load()), [_ITEM], []), at)
        if function.what == "tool":
            return self._tool(node, self._infer.registry.get(function.name), [item], {}, scope)
        if function.what == "built-in function":
            return self._builtin(function.name, node, [item], {}, scope)
        return self._call(function, node, [item], {}, scope)

    def _method(self, node: ast.Call, function: ast.Attribute, scope: Scope) -> Any:
        infer = self._infer
        owner, attr = infer.member(function, scope), function.attr
        args, keywords = self._arguments(node, scope)
        if owner is Any:
            return Any
        if any(attr in ATTRIBUTES.get(types.base(m), {}) for m in types.members(owner)):
            told = f"{code(function)} is {types.text(types.attribute(owner, attr))} and cannot be called."
            infer.report(node, "not-callable", told, f"Write {code(function)} without brackets.")
            return types.attribute(owner, attr)
        if attr == "sort" and args and isinstance(args[-1], types.Function):
            infer.report(node, *_by_name(node))
            return types.NONE
        args = [infer.called(n, t) for n, t in zip(node.args, args, strict=True)]
        given = BuiltinCall(node, args, keywords, lambda key, item: self._applied(key, item, node, scope))
        if len(types.members(owner)) > 1:
            if attr in CHANGING:
                self._containers.shake(scope, set(scope.types))
            return Any
        problem = methods.method_problem(owner, attr, given)
        if problem is not None:
            infer.report(node, *problem)
        elif attr in ("append", "extend", "insert", "add") and args and not builtin_functions.starred(node.args):
            self._put(node, function, attr, args, scope)
        if scope.facts and attr == "get" and (where := place(node)) and where[0] in scope.facts:
            return types.known(scope.facts[where[0]][0])
        return methods.method_result(owner, attr, given)

    def _put(self, node: ast.Call, function: ast.Attribute, attr: str, args: list[Any], scope: Scope) -> None:
        for argument in node.args:
            if isinstance(argument, ast.Name):
                scope.own.discard(argument.id)
        self._containers.grow(function.value, attr, args, scope)

    def nothing_hint(self, node: ast.expr, scope: Scope) -> str:
        """A hint for an expression that is None."""
        match node:
            case ast.Call(func=ast.Attribute(value=owner, attr="sort"), keywords=named):
                instead = code(ast.Call(ast.Name("sorted"), [owner], named))
                return f"sort() changes the list and gives nothing: write {instead}."
            case ast.Call(func=ast.Attribute(value=owner, attr="reverse")):
                return f"reverse() changes the list and gives nothing: write {code(owner)}[::-1]."
            case ast.Call(func=ast.Attribute(attr=attr)) if attr in CHANGING:
                return f"{attr}() changes the list and gives nothing: write it on a line of its own."
            case ast.Call(func=ast.Name(id=name)) if isinstance(scope.types.get(name), types.Function):
                return f"{name} gives nothing: end it with `return ...`."
            case _:
                return f"Test it first: `if {code(node)} is not None:`."


def _meant(name: str, known: Collection[str], likeness: float) -> str:
    """The hint for a name that is similar to a known one, ignoring case."""
    folded = {n.lower(): n for n in known}
    near = get_close_matches(name.lower(), folded, n=1, cutoff=likeness)
    return f"Did you mean {folded[near[0]]}?" if near else ""


def _instead(name: str, node: ast.Call) -> str:
    """The hint for an unavailable function, or one that is a method or an attribute."""
    if name in MISSING:
        return MISSING[name]
    owner = code(node.args[0]) if node.args else "x"
    if any(name in names for names in ATTRIBUTES.values()):
        return f"Write {owner}.{name}."
    return f"Write {owner}.{name}(...)." if any(name in names for names in METHODS.values()) else ""


def _by_name(node: ast.Call) -> builtin_functions.Problem:
    """The error of `sorted(xs, lambda b: b.area)`."""
    *values, key = node.args
    named = ast.Call(node.func, values, [ast.keyword("key", key), *node.keywords])
    return "argument-count", f"{code(node.func)}() takes its function by name.", f"Write {code(named)}."


def _exact(node: ast.expr, given: Any, tool: Tool, where: int | str) -> Any:
    """The type of an argument; for a literal number, a Literal type if the tool only accepts certain numbers."""
    if given is int or given is bool:
        value = whole(node)
        allowed = (v for t in arguments.parameter_of(tool.signatures, where) for v in types.values_of(t))
        if value is not None and not all(isinstance(v, str) for v in allowed):
            return Literal[value]
    return given


_ITEM = ast.Name("item", ast.Load(), lineno=1, col_offset=0)
