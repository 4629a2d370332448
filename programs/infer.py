"""Types of expressions, and everything that can be wrong inside one: names, arity, keywords, arguments, operands."""

from __future__ import annotations

import ast
from collections.abc import Callable
from difflib import get_close_matches
from typing import Any, Literal, get_args

from ..tools.registry import Registry
from ..tools.tool import Parameter, Signature, Tool
from . import types
from .language import BUILTINS, METHODS
from .scope import Scope

Report = Callable[[ast.AST, str, str, str], None]
"""Takes the node, the stable code, the message and the hint of a finding."""

_RESULTS: dict[str, Any] = {
    **dict.fromkeys(("abs", "round"), float),
    **dict.fromkeys(("all", "any", "bool"), bool),
    **dict.fromkeys(("int", "len"), int),
    **dict.fromkeys(("float",), float),
    **dict.fromkeys(("str",), str),
    "print": type(None),
    "range": range,
    "sum": float,
}
_METHOD_RESULTS: dict[str, Any] = {
    **dict.fromkeys(("count", "find", "index"), int),
    **dict.fromkeys(("endswith", "startswith", "isalpha", "isdigit", "issubset", "issuperset"), bool),
    **dict.fromkeys(("split", "splitlines"), list[str]),
    **dict.fromkeys(["capitalize", "join", "lower", "lstrip", "replace", "rstrip", "strip", "title", "upper"], str),
    **dict.fromkeys(("append", "extend", "insert", "remove", "reverse", "sort", "add"), type(None)),
}


class Inference:
    """Walks expressions in a scope and reports what is certainly wrong in them."""

    def __init__(self, registry: Registry, report: Report) -> None:
        self._registry = registry
        self._report = report

    def type_of(self, node: ast.expr | None, scope: Scope) -> Any:
        """The type of the expression's value; `Any` where it cannot be known."""
        match node:
            case ast.Constant(value=bool()):
                return bool
            case ast.Constant(value=str() as value):
                return Literal[value]
            case ast.Constant(value=value):
                return type(value)
            case ast.JoinedStr():
                self._visit_children(node, scope)
                return str
            case ast.Name():
                return self._name(node, scope)
            case ast.Attribute():
                return self._attribute(node, scope)
            case ast.Call():
                return self._call(node, scope)
            case ast.Subscript():
                return self._subscript(node, scope)
            case ast.Compare():
                return self._compare(node, scope)
            case ast.BinOp():
                return self.binary(node, node.op, self.type_of(node.left, scope), self.type_of(node.right, scope))
            case ast.BoolOp(values=values):
                return types.join(*(self.type_of(value, scope) for value in values))
            case ast.UnaryOp(op=op, operand=operand):
                inner = self.type_of(operand, scope)
                return bool if isinstance(op, ast.Not) else inner
            case ast.IfExp(test=test, body=body, orelse=orelse):
                self.type_of(test, scope)
                return types.join(self.type_of(body, scope), self.type_of(orelse, scope))
            case ast.List() | ast.Set() | ast.Tuple() | ast.Dict():
                return self._display(node, scope)
            case ast.ListComp() | ast.SetComp() | ast.GeneratorExp() | ast.DictComp():
                return self._comprehension(node, scope)
            case ast.Lambda(args=arguments, body=body):
                self.type_of(body, self.with_parameters(arguments, scope))
                return Any
            case None:
                return type(None)
            case _:
                self._visit_children(node, scope)
                return Any

    def bind(self, target: ast.expr, value: Any, scope: Scope) -> None:
        """Assign a value of this type to a name, a tuple of names, or an item."""
        match target:
            case ast.Name(id=name):
                if name in self._registry or name in BUILTINS:
                    hint = "Choose another name for the variable."
                    self._report(target, "shadowed-tool", f"{name} is a tool and cannot be assigned.", hint)
                scope.bind(name, value)
            case ast.Tuple(elts=parts) | ast.List(elts=parts):
                args = get_args(value)
                exact = types.base(value) is tuple and len(args) == len(parts) and ... not in args
                each = types.element(value)
                for i, part in enumerate(parts):
                    self.bind(part, args[i] if exact else (Any if each is None else each), scope)
            case ast.Starred(value=inner):
                self.bind(inner, list[Any], scope)
            case ast.Attribute():
                message = "A value's attributes cannot be set."
                self._report(target, "attribute-set", message, "Assign to a variable instead.")
            case _:
                self.type_of(target, scope)

    def loop_element(self, iterable: ast.expr, scope: Scope) -> Any:
        """What a loop over the expression yields; reports a value that cannot be looped over."""
        whole = self.type_of(iterable, scope)
        each = types.element(whole)
        if each is None:
            hint = "DETECT gives a list." if "DETECT" in self._registry else ""
            self._report(iterable, "not-iterable", f"{types.text(whole)} cannot be looped over.", hint)
            return Any
        return each

    def with_parameters(self, arguments: ast.arguments, scope: Scope) -> Scope:
        """The scope inside a function: the outer names and the parameters, of which nothing is known."""
        inner = scope.copy()
        for argument in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs):
            inner.bind(argument.arg, Any)
        for extra in (arguments.vararg, arguments.kwarg):
            if extra is not None:
                inner.bind(extra.arg, Any)
        for default in (*arguments.defaults, *(d for d in arguments.kw_defaults if d is not None)):
            self.type_of(default, scope)
        return inner

    def binary(self, node: ast.AST, operator: ast.operator, left: Any, right: Any) -> Any:
        """The type of `left operator right`; reports operands that never work together."""
        if left is Any or right is Any or len(types.members(left)) > 1 or len(types.members(right)) > 1:
            return Any
        a, b = types.base(left), types.base(right)
        numbers = (bool, int, float)
        if a in numbers and b in numbers:
            return float if isinstance(operator, ast.Div) or float in (a, b) else int
        if isinstance(operator, ast.Add) and a is b and a in (str, list, tuple):
            return str if a is str else list[Any] if a is list else Any
        if isinstance(operator, ast.Mult) and {a, b} & {str, list} and int in (a, b):
            return left if b is int else right
        if isinstance(operator, ast.Mod) and a is str:
            return str
        if a is set and b is set:
            return left
        symbols: dict[type[ast.operator], str] = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/"}
        symbol = symbols.get(type(operator), type(operator).__name__)
        hint = "Count it with len() or COUNT first." if list in (a, b) else ""
        self._report(node, "operands", f"{types.text(left)} {symbol} {types.text(right)} is not possible.", hint)
        return Any

    def _visit_children(self, node: ast.AST, scope: Scope) -> None:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.expr):
                self.type_of(child, scope)

    def _name(self, node: ast.Name, scope: Scope) -> Any:
        if node.id in scope.types:
            if node.id in scope.unsure:
                hint = "Set it before the `if` or the loop."
                self._report(node, "maybe-undefined", f"{node.id} is not set on every path to here.", hint)
            return scope.types[node.id]
        if node.id not in self._registry and node.id not in BUILTINS:
            near = get_close_matches(node.id, [*scope.types, *(t.name for t in self._registry), *BUILTINS], n=1)
            hint = f"Did you mean {near[0]}?" if near else "Set it before it is used."
            self._report(node, "undefined", f"{node.id} is not defined.", hint)
        return Any

    def _attribute(self, node: ast.Attribute, scope: Scope) -> Any:
        owner = self.type_of(node.value, scope)
        found = types.attribute(owner, node.attr)
        if found is None:
            names = types.attribute_names(owner)
            hint = f"It has {', '.join(names)}." if names else ""
            if types.base(owner) is list and types.element(owner) is not None:
                hint = "It is a list: use its items." if not names else hint
            self._report(node, "attribute", f"{types.text(owner)} has no attribute {node.attr!r}.", hint)
            return Any
        return found

    def _subscript(self, node: ast.Subscript, scope: Scope) -> Any:
        owner = self.type_of(node.value, scope)
        if isinstance(node.slice, ast.Slice):
            self._visit_children(node.slice, scope)
            return owner
        self.type_of(node.slice, scope)
        kinds = {types.base(member) for member in types.members(owner)}
        if Any in kinds:
            return Any
        if kinds.isdisjoint({str, list, tuple, dict, range}):
            self._report(node, "not-indexable", f"{types.text(owner)} has no items.", "Use the value itself.")
            return Any
        if kinds == {dict}:
            args = get_args(owner)
            return args[1] if len(args) == 2 else Any
        return types.element(owner)

    def _compare(self, node: ast.Compare, scope: Scope) -> Any:
        sides = [self.type_of(side, scope) for side in (node.left, *node.comparators)]
        for operator, a, b in zip(node.ops, sides, sides[1:], strict=False):
            told = f"{types.text(a)} and {types.text(b)}"
            is_list = list in (types.base(a), types.base(b))
            hint = "Count the list with len() or COUNT." if is_list else ""
            if isinstance(operator, ast.Eq | ast.NotEq) and types.never_equal(a, b):
                self._report(node, "never-equal", f"{told} are never equal.", hint)
            if isinstance(operator, ast.Lt | ast.LtE | ast.Gt | ast.GtE) and types.never_equal(a, b):
                self._report(node, "operands", f"{told} cannot be ordered.", hint)
            if isinstance(operator, ast.In | ast.NotIn) and types.element(b) is None:
                self._report(node, "operands", f"{types.text(b)} contains nothing to look for.", "")
        return bool

    def _display(self, node: ast.List | ast.Set | ast.Tuple | ast.Dict, scope: Scope) -> Any:
        if isinstance(node, ast.Dict):
            keys = [self.type_of(key, scope) for key in node.keys if key is not None]
            values = [self.type_of(value, scope) for value in node.values]
            return dict[_wide(*keys), _wide(*values)]  # type: ignore[misc]
        parts = [self.type_of(part, scope) for part in node.elts]
        if isinstance(node, ast.Tuple):
            return tuple[tuple(parts)]  # type: ignore[misc]
        return list[_wide(*parts)] if isinstance(node, ast.List) else set[_wide(*parts)]  # type: ignore[misc]

    def _comprehension(self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp, scope: Scope) -> Any:
        inner = scope.copy()
        for generator in node.generators:
            self.bind(generator.target, self.loop_element(generator.iter, inner), inner)
            for condition in generator.ifs:
                self.type_of(condition, inner)
        if isinstance(node, ast.DictComp):
            return dict[_wide(self.type_of(node.key, inner)), _wide(self.type_of(node.value, inner))]  # type: ignore[misc]
        each = _wide(self.type_of(node.elt, inner))
        return set[each] if isinstance(node, ast.SetComp) else list[each]  # type: ignore[valid-type]

    def _call(self, node: ast.Call, scope: Scope) -> Any:
        args = [self.type_of(a.value if isinstance(a, ast.Starred) else a, scope) for a in node.args]
        keywords = {keyword.arg: self.type_of(keyword.value, scope) for keyword in node.keywords}
        match node.func:
            case ast.Name(id=name) if name in scope.helpers:
                self._helper_call(node, scope.helpers[name], name)
                return Any
            case ast.Name(id=name) if name in self._registry and name not in scope.types:
                return self._tool_call(node, self._registry.get(name), args, keywords)
            case ast.Name(id=name) if name in BUILTINS and name not in scope.types:
                return self._builtin_call(node, name, args)
            case ast.Name(id=name) if name in scope.types and scope.types[name] is not Any:
                message = f"{name} is {types.text(scope.types[name])} and cannot be called."
                self._report(node, "not-callable", message, "")
                return Any
            case ast.Name(id=name) if name not in scope.types:
                near = get_close_matches(name, [t.name for t in self._registry], n=1, cutoff=0.5)
                hint = f"Did you mean {near[0]}?" if near else "Use one of the tools that are listed."
                self._report(node, "unknown-tool", f"There is no tool {name}.", hint)
                return Any
            case ast.Attribute(attr=attr):
                owner = self.type_of(node.func.value, scope)
                self._attribute(node.func, scope)
                if types.base(owner) in METHODS:
                    return _METHOD_RESULTS.get(attr, Any)
                return Any
            case _:
                self.type_of(node.func, scope)
                return Any

    def _helper_call(self, node: ast.Call, wanted: ast.arguments, name: str) -> None:
        if wanted.vararg or wanted.kwarg or any(isinstance(a, ast.Starred) for a in node.args):
            return
        most = len(wanted.posonlyargs) + len(wanted.args) + len(wanted.kwonlyargs)
        least = most - len(wanted.defaults) - sum(d is not None for d in wanted.kw_defaults)
        given = len(node.args) + len(node.keywords)
        if not least <= given <= most:
            self._report(node, "argument-count", f"{name} takes {most} arguments, got {given}.", "")

    def _builtin_call(self, node: ast.Call, name: str, args: list[Any]) -> Any:
        first = args[0] if args else Any
        needs_list = name in ("len", "sum", "sorted", "any", "all", "set", "enumerate", "reversed")
        if needs_list and types.element(first) is None:
            self._report(node, "not-iterable", f"{name}() needs a list, got {types.text(first)}.", "")
            return _RESULTS.get(name, Any)
        each = types.element(first) if args else Any
        if name in ("sorted", "list", "reversed", "set") and args:
            return (set if name == "set" else list)[each if each is not None else Any]  # type: ignore[index]
        if name in ("min", "max"):
            return types.join(*args) if len(args) > 1 else each
        if name == "enumerate":
            return list[tuple[int, each]]  # type: ignore[valid-type]
        if name == "zip":
            return list[tuple[tuple(types.element(a) or Any for a in args)]]  # type: ignore[misc]
        return _RESULTS.get(name, Any)

    def _tool_call(self, node: ast.Call, tool: Tool, args: list[Any], keywords: dict[str | None, Any]) -> Any:
        if any(isinstance(a, ast.Starred) for a in node.args) or None in keywords:
            message = f"{tool.name} is called with * or **."
            self._report(node, "argument-count", message, "Write each argument out.")
            return types.join(*(s.returns for s in tool.signatures))
        named = {name: t for name, t in keywords.items() if name is not None}
        problems = [_problem(tool.name, s, args, named) for s in tool.signatures]
        for signature, problem in zip(tool.signatures, problems, strict=True):
            if problem is None:
                return signature.returns
        code, message, hint = next(p for p in problems if p is not None)
        if len(tool.signatures) > 1:
            hint = "Call " + " or ".join(f"{tool.name}{s.text}" for s in tool.signatures) + "."
        self._report(node, code, message, hint)
        return types.join(*(s.returns for s in tool.signatures))


def _problem(name: str, signature: Signature, args: list[Any], keywords: dict[str, Any]) -> tuple[str, str, str] | None:
    """Why a call does not fit a signature, as code, message and hint."""
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


def _misfit(name: str, parameter: Parameter, value: Any, usage: str) -> tuple[str, str, str]:
    allowed = types.literal_values(parameter.type)
    if allowed and types.base(value) is str:
        near = get_close_matches(str(get_args(value)[0]), map(str, allowed), n=1)
        hint = f"Did you mean {near[0]!r}?" if near else f"It is one of {', '.join(map(repr, allowed))}."
        return "literal-value", f"{name} has no {parameter.name} {get_args(value)[0]!r}.", hint
    if types.base(value) is list and types.assignable(types.element(value), parameter.type):
        usage = "Give one of its items, or loop over it."
    message = f"{name} wants {types.text(parameter.type)} for {parameter.name}, got {types.text(value)}."
    return "argument-type", message, usage


def _wide(*parts: Any) -> Any:
    """The element type of a container: literal strings are just strings there."""
    return types.join(*(str if types.base(m) is str else m for part in parts for m in types.members(part)))
