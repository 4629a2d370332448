"""Type inference of expressions, with checks of names, attributes, items, operands and conditions."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from difflib import get_close_matches
from typing import Any, Literal, Never, get_args

from ...tools.core.registry import Registry
from ..language import habits, operators, types
from ..language.builtin_functions import code, starred, without_brackets
from ..language.diagnostics import Findings
from ..language.language import ATTRIBUTES, BUILTINS, METHODS, MISSING, MODULES
from ..language.names import Names
from .calls import Calls
from .containers import ContainerTypes
from .functions import Functions
from .narrow import learned, place
from .operations import Operations
from .scope import Scope
from .termination import MOST_ROUNDS, rounds

_Comprehension = ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp


class Inference:
    """Infers types of expressions in a scope, and reports certain errors."""

    def __init__(self, registry: Registry, names: Names, findings: Findings, functions: Functions) -> None:
        self.registry = registry
        self.names = names
        self.functions = functions
        self.report = findings.report
        self.containers = ContainerTypes(self)
        self.calls = Calls(self, self.containers)
        self.operations = Operations(self, self.calls)
        self._values: dict[str, types.Function] = {}
        self._kinds: dict[type[ast.AST], Callable[[Any, Scope], Any]] = {
            ast.Constant: self._constant,
            ast.JoinedStr: self._text,
            ast.Name: self._name,
            ast.Attribute: self._attribute,
            ast.Call: self.calls.type_of,
            ast.Subscript: self._subscript,
            ast.Compare: self.operations.compare,
            ast.BinOp: self.operations.arithmetic,
            ast.BoolOp: self._logic,
            ast.UnaryOp: self.operations.unary,
            ast.IfExp: self._choice,
            ast.Lambda: self._lambda,
            **dict.fromkeys((ast.List, ast.Set, ast.Tuple, ast.Dict), self.containers.display),
            **dict.fromkeys((ast.ListComp, ast.SetComp, ast.GeneratorExp, ast.DictComp), self._comprehension),
        }

    def type_of(self, node: ast.expr | None, scope: Scope) -> Any:
        """The type of the expression's value; `Any` if unknown."""
        if node is None:
            return types.NONE
        infer = self._kinds.get(type(node))
        if infer is not None:
            return infer(node, scope)
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.expr):
                self.type_of(child, scope)
        return Any

    def look(self, node: ast.expr, scope: Scope) -> Any:
        """The type of a value that is only read, without creating an alias."""
        return self._read(node, scope) if type(node) is ast.Name else self.type_of(node, scope)

    def value(self, node: ast.expr, scope: Scope) -> Any:
        """The type of a value that must be neither None nor an uncalled function."""
        given = self.look(node, scope)
        return given if type(given) is type else self.present(node, self.called(node, given), scope)

    def called(self, node: ast.expr, given: Any) -> Any:
        """Report a function that should be called."""
        if type(given) is not types.Function:
            return given
        arguments = "..."
        if given.what == "tool":
            signature = self.registry.get(given.name).signatures[0]
            arguments = ", ".join(p.name for p in signature.parameters if p.required)
        elif given.what == "method":
            arguments = "" if given.name in ("items", "keys", "values", "lower", "upper", "strip") else "..."
        message = f"{code(node)} is {types.text(given)} itself, not its result."
        self.report(node, "not-called", message, f"Call it: {code(node)}({arguments}).")
        return Any

    def present(self, node: ast.expr, given: Any, scope: Scope) -> Any:
        """Report a value that may be None where it must not be; returns the type without None."""
        if type(given) is type or given is types.NONE or not types.has_none(given):
            return given
        text, where = code(node), place(node)
        match node:
            case ast.Call(func=ast.Attribute(value=owner, attr="get"), args=[key]):
                hint = f"Give a value for the case that there is none: {code(owner)}.get({code(key)}, 0)."
            case ast.Call(func=ast.Name(id=name)) if isinstance(scope.types.get(name), types.Function):
                hint = f"{name} gives nothing on some path: end it with `return ...`, or test the result."
            case ast.Call():
                hint = "Put it into a variable and test it: `if x is not None:`."
            case _:
                hint = f"Test it first: `if {text} is not None:`."
        self.report(node, "maybe-none", f"{text} may be None here.", hint)
        rest = types.without_none(given)
        if where is not None:
            scope.learn({where[0]: (rest, where[1])})
        return rest

    def test(self, node: ast.expr, scope: Scope) -> None:
        """Check a condition; reports one that is always true."""
        if isinstance(node, ast.BoolOp):
            self._logic(node, scope, tested=True)
            return
        given = self.called(node, self.look(node, scope))
        if types.base(given) is Iterator:
            hint = f"Write any({without_brackets(code(node))})."
            self.report(node, "always-true", "A generator is always true.", hint)

    def after(self, test: ast.expr, holds: bool, scope: Scope) -> Scope:
        """The scope after a test was true, or false; unchanged if the test gives no information."""
        facts = learned(test, holds, scope)
        if not facts and not scope.carried:
            return scope
        inner = scope.guarded()
        inner.learn(facts)
        return inner

    def bind(self, target: ast.expr, value: Any, scope: Scope, *, own: bool = False, looped: bool = False) -> None:
        """Assign a value of this type to a name, a tuple of names, or an item. looped: by a `for`."""
        match target:
            case ast.Name(id=name):
                self.set_name(target, name, value, scope, own=own)
            case ast.Tuple(elts=parts) | ast.List(elts=parts):
                self._unpack(target, parts, value, scope, looped)
            case ast.Starred(value=inner):
                self.bind(inner, types.container(list, value), scope, own=True)
            case ast.Attribute():
                self.type_of(target.value, scope)
                message = "A value's attributes cannot be set."
                self.report(target, "attribute-set", message, "Assign to a variable instead.")
            case ast.Subscript():
                self.containers.set_item(target, value, scope)
            case _:
                self.type_of(target, scope)

    def set_name(self, node: ast.AST, name: str, value: Any, scope: Scope, *, own: bool = False) -> None:
        """Assign to a name, which must not be a tool's."""
        if name in self.registry:
            hint = "Choose another name for the variable."
            self.report(node, "shadowed-tool", f"{name} is a tool and cannot be assigned.", hint)
        scope.bind(name, value, own=own)

    def _unpack(self, target: ast.expr, parts: list[ast.expr], value: Any, scope: Scope, looped: bool) -> None:
        rows = [get_args(m) if types.base(m) is tuple else () for m in types.members(value)]
        if all(row and ... not in row for row in rows) and not starred(parts):
            fitting = [row for row in rows if len(row) == len(parts)]
            if not fitting:
                told = f"{len(parts)} names for {len(rows[0])} values."
                self.report(target, "unpack", told, "Write one name for each value.")
            for i, part in enumerate(parts):
                self.bind(part, types.items_of(*(row[i] for row in fitting)) if fitting else Any, scope)
            return
        each = types.element(value)
        if each is None:
            told = f"{types.text(value)} cannot be taken apart into {len(parts)} names."
            hint = "For a number with each item, loop over enumerate(...)."
            self.report(target, "not-iterable", told, hint if looped and len(parts) == 2 else _apart_hint(value))
        for part in parts:
            self.bind(part, Any if each is None else types.loosened(each), scope)

    def loop_element(self, iterable: ast.expr, scope: Scope) -> Any:
        """The item type of a loop over the expression; reports values that are not iterable."""
        return self.element(iterable, self.value(iterable, scope), scope)

    def element(self, node: ast.expr, whole: Any, scope: Scope) -> Any:
        """The item type of a loop over a value; reports values that are not iterable at the node."""
        each = types.element(whole)
        if each is not None:
            return each
        one, name = types.text(whole), node.id if isinstance(node, ast.Name) else "It"
        hint = f"{name} is one {one}: use it as it is, without a loop."
        if types.base(whole) is int:
            hint = f"Loop over range({code(node)})."
        elif whole is types.NONE:
            hint = self.calls.nothing_hint(node, scope)
        self.report(node, "not-iterable", f"{one} cannot be looped over.", hint)
        return Any

    def known_names(self, scope: Scope) -> list[str]:
        """All names that a program could mean here."""
        return [*scope.types, *(t.name for t in self.registry), *BUILTINS]

    def _constant(self, node: ast.Constant, _: Scope) -> Any:
        return Literal[node.value] if isinstance(node.value, str) else type(node.value)

    def _text(self, node: ast.JoinedStr, scope: Scope) -> Any:
        for part in node.values:
            if isinstance(part, ast.FormattedValue):
                self.called(part.value, self.look(part.value, scope))
                if isinstance(part.format_spec, ast.JoinedStr):
                    self._text(part.format_spec, scope)
        return str

    def _name(self, node: ast.Name, scope: Scope) -> Any:
        scope.own.discard(node.id)
        return self._read(node, scope)

    def _read(self, node: ast.Name, scope: Scope) -> Any:
        name = node.id
        known = scope.types.get(name)
        if known is not None:
            if name in scope.unsure:
                hint = "Set it before the `if` or the loop."
                self.report(node, "maybe-undefined", f"{name} is not set on every path to here.", hint)
            return Any if known is Never else known
        if name not in self._values:
            if name in self.registry:
                self._values[name] = types.Function(name, "tool")
            elif name in BUILTINS:
                self._values[name] = types.Function(name, "built-in function")
            else:
                self.report(node, *self.names.undefined(name, node.lineno, self.known_names(scope)))
                return Any
        return self._values[name]

    def _attribute(self, node: ast.Attribute, scope: Scope) -> Any:
        owner = self.member(node, scope)
        if scope.facts and (where := place(node)) and where[0] in scope.facts:
            return types.known(scope.facts[where[0]][0])
        found = types.attribute(owner, node.attr)
        if found is Any and owner is not Any and types.base(owner) not in (Any, Never):
            return self._values.setdefault(f".{node.attr}", types.Function(node.attr, "method"))
        return Any if found is None else found

    def member(self, node: ast.Attribute, scope: Scope) -> Any:
        """The type of an attribute; reports unknown attributes."""
        if self._is_module(node.value, scope):
            hint = MISSING.get(node.attr, "Write it with the tools and plain Python.")
            self.report(node.value, "undefined", f"There is no module {code(node.value)}.", hint)
            return Any
        owner = self.value(node.value, scope)
        if types.attribute(owner, node.attr) is None:
            hint = self._attribute_hint(node, owner, scope)
            self.report(node, "attribute", f"{types.text(owner)} has no attribute {node.attr!r}.", hint)
            return Any
        return owner

    def _attribute_hint(self, node: ast.Attribute, owner: Any, scope: Scope) -> str:
        """The hint for an unknown attribute."""
        names, text = types.attribute_names(owner), code(node.value)
        each = types.element(owner)
        if owner is types.NONE:
            return self.calls.nothing_hint(node.value, scope)
        if types.base(owner) is tuple and node.attr in METHODS[list]:
            return "Use a list: [a, b]."
        if types.base(owner) is tuple and (each is Any or types.attribute(each, node.attr) is not None):
            return f"Take it apart: `for i, b in ...`, or {text}[1]."
        if each not in (None, Any) and types.base(owner) is not str and types.attribute(each, node.attr) is not None:
            return "Give one of its items, or loop over it."
        tool = next((t for t in self.registry if t.name.lower() == node.attr.lower()), None)
        if tool is not None:
            return f"{tool.name} is a tool: call {tool.name}{tool.signatures[0].text}."
        if each is not None and node.attr in habits.METHODS:
            return habits.METHODS[node.attr].format(owner=text)
        meant = [name for name in habits.PARTS.get(node.attr, ()) if name in names]
        meant = meant or get_close_matches(node.attr, names, n=1, cutoff=0.75)
        told = f"Write {' and '.join(f'{text}.{name}' for name in meant)}. " if meant else ""
        if types.base(owner) in types.NUMBERS:
            return "It is a number: use it as it is."
        return f"{told}It has {', '.join(names)}." if names else ""

    def _is_module(self, node: ast.expr, scope: Scope) -> bool:
        if not isinstance(node, ast.Name) or node.id not in MODULES:
            return False
        return node.id not in scope.types and node.id not in self.registry and self.names.first_set(node.id) is None

    def _subscript(self, node: ast.Subscript, scope: Scope) -> Any:
        owner, key = self.value(node.value, scope), int
        if isinstance(node.slice, ast.Slice):
            for bound in (node.slice.lower, node.slice.upper, node.slice.step):
                given = int if bound is None else self.value(bound, scope)
                if not types.assignable(given, int):
                    hint = "Divide with //, or write int(...)."
                    self.report(node, "index", f"A slice takes whole numbers, not {types.text(given)}.", hint)
        else:
            key = self.look(node.slice, scope)
        found = types.item(owner)
        if found is None:
            self.report(node, "not-indexable", f"{types.text(owner)} has no items.", self._no_items(node, owner, scope))
            return Any
        if isinstance(node.slice, ast.Slice):
            return types.join(*(_sliced(m) for m in types.members(owner)))
        if scope.facts and (where := place(node)) and where[0] in scope.facts:
            return types.known(scope.facts[where[0]][0])
        problem = operators.index_problem(owner, key, node)
        if problem is not None:
            self.report(node, *problem)
        return operators.item(owner, node)

    def _no_items(self, node: ast.Subscript, owner: Any, scope: Scope) -> str:
        if owner is types.NONE:
            return self.calls.nothing_hint(node.value, scope)
        if types.element(owner) is not None:
            return f"Make it a list: list({code(node.value)})."
        if isinstance(node.slice, ast.Constant) and types.attribute(owner, str(node.slice.value)) is not None:
            return f"Write {code(node.value)}.{node.slice.value}."
        names = list(ATTRIBUTES.get(types.base(owner), ()))
        if names and isinstance(node.slice, ast.Constant):
            return f"Use the value itself, or its parts: {', '.join(f'.{name}' for name in names[:6])}."
        return "Use the value itself."

    def _logic(self, node: ast.BoolOp, scope: Scope, *, tested: bool = False) -> Any:
        found: list[Any] = []
        is_and = isinstance(node.op, ast.And)
        for i, value in enumerate(node.values):
            last = i == len(node.values) - 1
            if tested or not last:
                self.test(value, scope)
            if not tested:
                found.append(self._part(value, is_and, last, scope))
            if not last:
                scope = self.after(value, is_and, scope)
        if not is_and:
            self._loose_text(node)
        return types.join(*found) if found else bool

    def _part(self, value: ast.expr, is_and: bool, last: bool, scope: Scope) -> Any:
        """What one part of `and` and `or` may give: `x or y` gives x only where x is true."""
        given = self.look(value, scope)
        if last or is_and:
            return given
        return Never if given is types.NONE else types.without_none(given)

    def _loose_text(self, node: ast.BoolOp) -> None:
        """`color == "red" or "blue"` is always true."""
        for test, text in zip(node.values, node.values[1:], strict=False):
            if isinstance(test, ast.Compare) and isinstance(text, ast.Constant) and isinstance(text.value, str):
                hint = f"Write {code(test.left)} in ({code(test.comparators[-1])}, {code(text)})."
                self.report(text, "always-true", f"{code(text)} alone is always true.", hint)

    def _choice(self, node: ast.IfExp, scope: Scope) -> Any:
        self.test(node.test, scope)
        then, other = self.after(node.test, True, scope), self.after(node.test, False, scope)
        return types.join(self.type_of(node.body, then), self.type_of(node.orelse, other))

    def _lambda(self, node: ast.Lambda, scope: Scope) -> Any:
        for default in (*node.args.defaults, *(d for d in node.args.kw_defaults if d is not None)):
            self.type_of(default, scope)
        self.set_parameters(node.args)
        return self.functions.define("lambda", node, scope)

    def set_parameters(self, given: ast.arguments) -> None:
        """Report parameters with the name of a tool."""
        for parameter in (*given.posonlyargs, *given.args, *given.kwonlyargs, given.vararg, given.kwarg):
            if parameter is not None:
                self.set_name(parameter, parameter.arg, Any, Scope())

    def _comprehension(self, node: _Comprehension, scope: Scope) -> Any:
        inner = scope.inner()
        filtered = False
        for generator in node.generators:
            self.bind(generator.target, self.loop_element(generator.iter, inner), inner, looped=True)
            if not isinstance(node, ast.GeneratorExp) and (rounds(generator.iter) or 0) > MOST_ROUNDS:
                self.report(generator.iter, "endless-loop", "This loop does not end in any useful time.", "Shorten it.")
            for condition in generator.ifs:
                self.test(condition, inner)
                inner.learn(learned(condition, True, inner))
                filtered = True
        if isinstance(node, ast.DictComp):
            key, value = self.type_of(node.key, inner), self.type_of(node.value, inner)
            return types.container(dict, key, value)
        kinds = {ast.ListComp: list, ast.SetComp: set, ast.GeneratorExp: Iterator}
        each = self.called(node.elt, self.type_of(node.elt, inner))
        return types.container(kinds[type(node)], types.loosened(each) if filtered else each)


def _apart_hint(t: Any) -> str:
    """What to write instead of `x, y, w, h = LOC(image, "dog")`."""
    names = list(ATTRIBUTES.get(types.base(t), ()))
    if not names:
        return "It is one value: write one name."
    return f"Write one name, b, and take its parts: {', '.join(f'b.{name}' for name in names[:6])}."


def _sliced(t: Any) -> Any:
    return tuple if types.base(t) is tuple else str if types.base(t) is str else t
