"""Types of expressions, and everything that can be wrong inside one: names, arity, keywords, arguments, operands."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from difflib import get_close_matches
from typing import Any, Literal, get_args

from ..tools.registry import Registry
from ..tools.tool import Tool
from . import calls, types
from .language import BUILTINS, METHODS
from .scope import Scope

Report = Callable[[ast.AST, str, str, str], None]
"""Takes the node, the stable code, the message and the hint of a finding."""

_CHANGING = frozenset({"append", "extend", "insert", "add"})
_HINTS = {"format": "Use an f-string."}


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
                rest = scope.guarded()
                return types.join(*(self.type_of(v, rest if i else scope) for i, v in enumerate(values)))
            case ast.UnaryOp(op=op, operand=operand):
                given = self.type_of(operand, scope)
                return bool if isinstance(op, ast.Not) else types.number(given)
            case ast.IfExp(test=test, body=body, orelse=orelse):
                self.type_of(test, scope)
                inner = scope.guarded()
                return types.join(self.type_of(body, inner), self.type_of(orelse, inner))
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
                if name in self._registry:
                    hint = "Choose another name for the variable."
                    self._report(target, "shadowed-tool", f"{name} is a tool and cannot be assigned.", hint)
                scope.bind(name, value)
            case ast.Tuple(elts=parts) | ast.List(elts=parts):
                args = get_args(value)
                exact = types.base(value) is tuple and len(args) == len(parts) and ... not in args
                each = self._element(target, value)
                for i, part in enumerate(parts):
                    self.bind(part, args[i] if exact else each, scope)
            case ast.Starred(value=inner):
                self.bind(inner, list[Any], scope)
            case ast.Attribute():
                message = "A value's attributes cannot be set."
                self._report(target, "attribute-set", message, "Assign to a variable instead.")
            case ast.Subscript(value=owner):
                self.type_of(target, scope)
                self._widen(owner, scope)
            case _:
                self.type_of(target, scope)

    def _widen(self, owner: ast.expr, scope: Scope) -> None:
        """A container that is changed may hold anything from here on."""
        if isinstance(owner, ast.Name) and owner.id in scope.types:
            scope.types[owner.id] = types.join(*map(types.base, types.members(scope.types[owner.id])))

    def loop_element(self, iterable: ast.expr, scope: Scope) -> Any:
        """What a loop over the expression yields; reports a value that cannot be looped over."""
        return self._element(iterable, self.type_of(iterable, scope))

    def _element(self, node: ast.expr, whole: Any) -> Any:
        each = types.element(whole)
        if each is None:
            one, name = types.text(whole), node.id if isinstance(node, ast.Name) else "It"
            hint = f"{name} is one {one}: use it as it is, without a loop."
            self._report(node, "not-iterable", f"{one} cannot be looped over.", hint)
            return Any
        return each

    def with_parameters(self, arguments: ast.arguments, scope: Scope, inside: Scope | None = None) -> Scope:
        """The scope inside a function: `inside`, or else the outer names, and the parameters, which may be anything."""
        inner = inside or scope.copy()
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
        if a in types.NUMBERS and b in types.NUMBERS:
            if isinstance(operator, ast.Pow):
                return Any
            return float if isinstance(operator, ast.Div) or float in (a, b) else int
        if isinstance(operator, ast.Add) and a is b and a in (str, list, tuple):
            return str if a is str else list[Any] if a is list else Any
        if isinstance(operator, ast.Mult) and {a, b} & {str, list, tuple} and {a, b} & {int, bool}:
            return next(kind for kind in (a, b) if kind not in types.NUMBERS)
        if isinstance(operator, ast.Mod) and a is str:
            return str
        if a is b and a in (set, dict):
            return a
        symbols: dict[type[ast.operator], str] = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/"}
        symbol = symbols.get(type(operator), type(operator).__name__)
        hint = "Count it with len() or COUNT first." if list in (a, b) else ""
        self._report(node, "operands", f"{types.text(left)} {symbol} {types.text(right)} is not possible.", hint)
        return Any

    def _tell(self, node: ast.AST, problem: calls.Problem | None) -> None:
        if problem is not None:
            self._report(node, *problem)

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
        return self._member(node, self.type_of(node.value, scope))

    def _member(self, node: ast.Attribute, owner: Any) -> Any:
        found = types.attribute(owner, node.attr)
        if found is None:
            names = types.attribute_names(owner)
            hint = _HINTS.get(node.attr, f"It has {', '.join(names)}." if names else "")
            if types.attribute(types.element(owner), node.attr) is not None:
                hint = "Give one of its items, or loop over it."
            self._report(node, "attribute", f"{types.text(owner)} has no attribute {node.attr!r}.", hint)
            return Any
        return found

    def _subscript(self, node: ast.Subscript, scope: Scope) -> Any:
        owner = self.type_of(node.value, scope)
        self.type_of(node.slice, scope)
        found = types.item(owner)
        if found is None:
            self._report(node, "not-indexable", f"{types.text(owner)} has no items.", "Use the value itself.")
            return Any
        if isinstance(node.slice, ast.Slice):
            return types.join(*(tuple if types.base(m) is tuple else m for m in types.members(owner)))
        return found

    def _compare(self, node: ast.Compare, scope: Scope) -> Any:
        sides = [self.type_of(side, scope) for side in (node.left, *node.comparators)]
        for operator, a, b in zip(node.ops, sides, sides[1:], strict=False):
            told = f"{types.text(a)} and {types.text(b)}"
            is_list = list in (types.base(a), types.base(b))
            hint = "Count the list with len() or COUNT." if is_list else ""
            if isinstance(operator, ast.Eq | ast.NotEq) and types.never_equal(a, b):
                self._report(node, "never-equal", f"{told} are never equal.", hint)
            if isinstance(operator, ast.Lt | ast.LtE | ast.Gt | ast.GtE) and not types.ordered(a, b):
                self._report(node, "operands", f"{told} cannot be ordered.", hint)
            if isinstance(operator, ast.In | ast.NotIn) and types.element(b) is None:
                self._report(node, "operands", f"{types.text(b)} contains nothing to look for.", "")
        return bool

    def _display(self, node: ast.List | ast.Set | ast.Tuple | ast.Dict, scope: Scope) -> Any:
        if isinstance(node, ast.Dict):
            keys = [self.type_of(key, scope) for key in node.keys if key is not None]
            values = [self.type_of(value, scope) for value in node.values]
            return dict if None in node.keys else types.container(dict, _wide(*keys), _wide(*values))
        parts = [self.type_of(part, scope) for part in node.elts]
        if isinstance(node, ast.Tuple):
            return tuple if calls.starred(node.elts) else types.container(tuple, *parts)
        return types.container(list if isinstance(node, ast.List) else set, _wide(*parts))

    def _comprehension(self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp, scope: Scope) -> Any:
        inner = scope.copy()
        for generator in node.generators:
            self.bind(generator.target, self.loop_element(generator.iter, inner), inner)
            for condition in generator.ifs:
                self.type_of(condition, inner)
        if isinstance(node, ast.DictComp):
            key, value = self.type_of(node.key, inner), self.type_of(node.value, inner)
            return types.container(dict, _wide(key), _wide(value))
        kinds = {ast.ListComp: list, ast.SetComp: set, ast.GeneratorExp: Iterator}
        return types.container(kinds[type(node)], _wide(self.type_of(node.elt, inner)))

    def _call(self, node: ast.Call, scope: Scope) -> Any:
        args = [self.type_of(a.value if isinstance(a, ast.Starred) else a, scope) for a in node.args]
        keywords = {keyword.arg: self.type_of(keyword.value, scope) for keyword in node.keywords}
        match node.func:
            case ast.Name(id=name) if name in scope.helpers:
                self._tell(node, calls.helper_problem(node, name, scope.helpers[name]))
                return Any
            case ast.Name(id=name) if name in self._registry and name not in scope.types:
                return self._tool_call(node, self._registry.get(name), args, keywords)
            case ast.Name(id=name) if name in BUILTINS and name not in scope.types:
                self._tell(node, calls.builtin_problem(node, name, args))
                return calls.builtin_result(node, name, args, keywords)
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
                self._member(node.func, owner)
                if attr in _CHANGING:
                    self._widen(node.func.value, scope)
                if types.base(owner) in METHODS:
                    return calls.METHOD_RESULTS.get(attr, Any)
                return Any
            case _:
                self.type_of(node.func, scope)
                return Any

    def _tool_call(self, node: ast.Call, tool: Tool, args: list[Any], keywords: dict[str | None, Any]) -> Any:
        if calls.starred(node.args) or None in keywords:
            message = f"{tool.name} is called with * or **."
            self._report(node, "argument-count", message, "Write each argument out.")
            return types.join(*(s.returns for s in tool.signatures))
        named = {name: t for name, t in keywords.items() if name is not None}
        problems = [calls.tool_problem(tool.name, s, args, named) for s in tool.signatures]
        for signature, problem in zip(tool.signatures, problems, strict=True):
            if problem is None:
                return signature.returns
        code, message, hint = next(p for p in problems if p is not None)
        if len(tool.signatures) > 1:
            hint = "Call " + " or ".join(f"{tool.name}{s.text}" for s in tool.signatures) + "."
        self._tell(node, (code, message, hint))
        return types.join(*(s.returns for s in tool.signatures))


def _wide(*parts: Any) -> Any:
    """The element type of a container: literal strings are just strings there."""
    return types.join(*(str if types.base(m) is str else m for part in parts for m in types.members(part)))
