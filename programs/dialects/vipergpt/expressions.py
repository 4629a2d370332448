"""Translates expressions: calls of ViperGPT's API to calls of our tools, and other Python to our language."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Mapping
from difflib import get_close_matches
from itertools import pairwise
from typing import Any

from ...language import language
from . import api, python
from .names import INPUTS, NameUses
from .shape import Report

_TEXT_METHODS = frozenset(name for names in language.METHODS.values() for name in names)
_EQUAL: dict[type[ast.cmpop], type[ast.cmpop]] = {ast.Is: ast.Eq, ast.IsNot: ast.NotEq}
_INSTEAD: dict[type[ast.AST], str] = {
    ast.Try: "Test beforehand with exists(...) or `if`.",
    ast.Raise: "Return an answer, or let the program end.",
    ast.Assert: "Test it with `if`.",
    ast.Delete: "Remove it: names need not be deleted.",
    ast.Global: "Pass the value to the function, and return it.",
    ast.Nonlocal: "Pass the value to the function, and return it.",
}


class ExpressionTranslator(ast.NodeTransformer):
    """Visits every node once. What cannot be translated is reported and left unchanged."""

    def __init__(self, names: NameUses, world: api.World, modules: Mapping[str, str], report: Report) -> None:
        self.names = names
        self._world = world
        self._modules = modules
        self._report = report
        self._positions: set[ast.expr] = set()
        self.none_kept: set[ast.expr] = set()

    def visit(self, node: ast.AST) -> Any:
        """Translate a node."""
        known = type(node) in language.NODES or hasattr(self, f"visit_{type(node).__name__}")
        if not known:
            word = type(node).__name__.lower()
            hint = _INSTEAD.get(type(node), language.INSTEAD.get(type(node), ""))
            self.refuse(node, "not-allowed", f"`{word}` is not part of the language.", hint)
            return node
        return super().visit(node)

    def refuse(self, node: ast.AST, code: str, message: str, hint: str = "") -> None:
        """Report a problem at a node."""
        self._report(node, code, message, hint)

    # Names, attributes and constants

    def visit_Name(self, node: ast.Name) -> ast.expr:
        """A name that is set somewhere, a constant of a module, or a function passed as a value."""
        name = node.id
        if name.startswith("__"):
            self.refuse(node, "underscore", f"{name} starts with two underscores.", "Use a plain name.")
        elif isinstance(node.ctx, ast.Load) and name not in self.names.bound:
            if name in api.FUNCTIONS and api.FUNCTIONS[name].required == 1:
                return self._as_lambda(node, lambda item: ast.Call(node, [item], []))
            if name in self._modules and self._modules[name].rpartition(".")[2] in python.CONSTANTS:
                return self._constant(self._modules[name].rpartition(".")[2])
            if name not in language.BUILTINS and name not in INPUTS:
                self._unknown(node, name, [*self.names.bound, *api.FUNCTIONS, *INPUTS])
        return node

    def _unknown(self, node: ast.AST, name: str, known: Iterable[str]) -> None:
        if name in python.NEVER:
            message = f"{name} is not part of the language."
            self.refuse(node, "not-allowed", message, "Ask about the image with find, exists or simple_query.")
            return
        near = get_close_matches(name, sorted(set(known)), n=1)
        hint = f"Did you mean {near[0]}?" if near else "Set it before it is used, or call a function of ViperGPT's API."
        self.refuse(node, "undefined", f"{name} is not defined.", hint)

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        """A coordinate in our system, or a method passed as a value."""
        name = node.attr
        if self._is_private(node):
            return node
        if not isinstance(node.ctx, ast.Load):
            self.refuse(node, "attribute-set", "A value's attributes cannot be set.", "Assign to a variable instead.")
            return node
        if self._module(node.value):
            if name in python.CONSTANTS:
                return self._constant(name)
            self.refuse(node, "unknown-function", f"{ast.unparse(node)} is not known here.", "Write it out.")
            return node
        if isinstance(node.value, ast.Name) and node.value.id in ("ImagePatch", "str") and self._is_free(node.value.id):
            return self._as_lambda(node, lambda item: ast.Call(ast.Attribute(item, name, ast.Load()), [], []))
        if name in api.ATTRIBUTES:
            return self._attribute(node)
        if name not in _TEXT_METHODS:
            hint = "Call it." if name in api.METHODS else self._near(name, [*api.ATTRIBUTES, *api.METHODS])
            self.refuse(node, "attribute", f"There is no attribute {name!r}.", hint)
            return node
        self.generic_visit(node)
        return node

    def _attribute(self, node: ast.Attribute) -> ast.expr:
        if node.attr == "original_image" and self._world.outer("several"):
            message = "With several images there is no single original."
            self.refuse(node, "attribute", message, "Keep the frame under a name of its own.")
            return node
        return api.attribute(self._world, self.visit(node.value), node.attr)

    def _is_private(self, node: ast.Attribute) -> bool:
        if node.attr.startswith("_"):
            message = f"{node.attr} starts with an underscore."
            self.refuse(node, "underscore", message, "Use the functions of ViperGPT's API.")
        return node.attr.startswith("_")

    def _is_free(self, name: str) -> bool:
        return name not in self.names.bound

    def _as_lambda(self, node: ast.expr, call: Callable[[ast.expr], ast.expr]) -> ast.expr:
        """A function of the API passed as a value, such as a sort key."""
        name = self.names.fresh("item")
        self.names.bound.add(name)
        made = self.visit(ast.copy_location(call(ast.Name(name, ast.Load())), node))
        return ast.Lambda(ast.arguments([], [ast.arg(name)], None, [], [], None, []), made)

    def _constant(self, name: str) -> ast.expr:
        return self._world.make(python.CONSTANTS[name])

    def visit_Constant(self, node: ast.Constant) -> ast.Constant:
        """As it is."""
        if type(node.value) not in language.CONSTANTS:
            told = f"A constant of type {type(node.value).__name__} is not part of the language."
            self.refuse(node, "not-allowed", told)
        return node

    def visit_Compare(self, node: ast.Compare) -> ast.Compare:
        """`x.find(y) != -1` is about a string, since lists are not compared with numbers. `x is 2` means equality."""
        sides = [node.left, *node.comparators]
        for i, pair in enumerate(pairwise(sides)):
            if any(isinstance(side, ast.Constant) and type(side.value) in (int, float, str) for side in pair):
                node.ops[i] = _EQUAL.get(type(node.ops[i]), type(node.ops[i]))()
        if any(_is_number(side) for side in sides):
            self._positions |= set(sides)
        self.generic_visit(node)
        return node

    def visit_JoinedStr(self, node: ast.JoinedStr) -> ast.expr:
        """The f-string, without string literals inside its braces."""
        self.generic_visit(node)
        return _without_nesting(node)

    # Calls

    def visit_Call(self, node: ast.Call) -> ast.expr:
        """A call of the API, of a function of our language, or of one of the program."""
        match node.func:
            case ast.Name(id=name) if name not in self.names.functions:
                return self._function(node, name)
            case ast.Attribute():
                return self._method(node, node.func)
            case _:
                self.generic_visit(node)
                return node

    def _function(self, node: ast.Call, name: str) -> ast.expr:
        member = self._modules.get(name, "").rpartition(".")[2] if self._is_free(name) else ""
        if name in api.FUNCTIONS:
            return self._form(node, name, api.FUNCTIONS[name], None)
        if member in python.IN_MODULES:
            return self._built(node, name, python.IN_MODULES[member], [])
        if name in python.BUILTINS and self._is_free(name):
            return self._built(node, name, python.BUILTINS[name], [])
        if name in language.BUILTINS or not self._is_free(name):
            self.generic_visit(node)
            return node
        if name in api.METHODS:
            hint = f"Write patch.{name}{api.METHODS[name].usage}."
            self.refuse(node, "unknown-function", f"{name} is a method of an image.", hint)
        else:
            self._unknown(node, name, [*self.names.functions, *api.FUNCTIONS, *language.BUILTINS])
        return node

    def _method(self, node: ast.Call, called: ast.Attribute) -> ast.expr:
        name, owner = called.attr, called.value
        if self._is_private(called):
            return node
        if self._module(owner):
            if name in python.IN_MODULES:
                return self._built(node, ast.unparse(called), python.IN_MODULES[name], [])
            self.refuse(node, "unknown-function", f"{ast.unparse(called)} is not known here.", "Write it out.")
            return node
        if name == "format" and isinstance(owner, ast.Constant) and isinstance(owner.value, str):
            return self._formatted(node, owner.value)
        text = name == "find" and (self._world.is_text(owner) or len(node.args) > 1 or node in self._positions)
        if name in api.METHODS and not text:
            return self._form(node, name, api.METHODS[name], owner)
        if name in _TEXT_METHODS:
            called.value = self.visit(owner)
            node.args = [self.visit(arg) for arg in node.args]
            node.keywords = [self.visit(keyword) for keyword in node.keywords]
            return node
        if name in python.METHODS and not node.args:
            return self._built(node, name, python.METHODS[name], [owner])
        if name == "num_frames" and not node.args:
            return self._attribute(called)
        self.visit(owner)
        hint = "Use an f-string." if name == "format" else self._near(name, [*api.METHODS, *_TEXT_METHODS])
        self.refuse(node, "unknown-method", f"There is no method {name}.", hint)
        return node

    def _near(self, name: str, known: Iterable[str]) -> str:
        near = get_close_matches(name, sorted(known), n=1)
        return f"Did you mean {near[0]}?" if near else f"Images have {', '.join(api.METHODS)}."

    def _module(self, owner: ast.expr) -> bool:
        if not isinstance(owner, ast.Name) or not self._is_free(owner.id):
            return False
        return owner.id in python.MODULES or owner.id in self._modules

    def _form(self, node: ast.Call, name: str, form: api.FunctionForm, owner: ast.expr | None) -> ast.expr:
        """A call of the API, its arguments by parameter."""
        given = self._bound(node, name, form)
        if given is None:
            return node
        parts = {key: self.visit(value) for key, value in given.items()}
        if owner is not None:
            parts["self"] = self.visit(owner)
        if node in self.none_kept and name == "best_image_match":
            parts["or_none"] = ast.Constant(True)
        return self._told(node, name, form.build(self._world, parts))

    def _bound(self, node: ast.Call, name: str, form: api.FunctionForm) -> dict[str, ast.expr] | None:
        usage = f"Call {name}{form.usage}."

        def refuse(code: str, message: str) -> None:
            self.refuse(node, code, message, usage)

        named = {form.also.get(k.arg or "", k.arg or ""): k.value for k in node.keywords}
        unknown = [key for key in named if key not in form.parameters]
        given = dict(zip(form.parameters, node.args, strict=False))
        missing = [key for key in form.parameters[: form.required] if key not in given and key not in named]
        if any(isinstance(part, ast.Starred) for part in node.args) or "" in named:
            return refuse("argument-count", f"{name} is called with * or **.")
        if unknown:
            return refuse("unknown-keyword", f"{name} has no parameter {unknown[0]!r}.")
        if len(node.args) > len(form.parameters) or given.keys() & named.keys():
            return refuse("argument-count", f"{name} takes {len(form.parameters)} arguments, got more.")
        if missing:
            return refuse("argument-count", f"{name} needs {missing[0]}.")
        return given | named

    def _built(self, node: ast.Call, name: str, build: python.Build, before: list[ast.expr]) -> ast.expr:
        if node.keywords or any(isinstance(arg, ast.Starred) for arg in node.args):
            self.refuse(node, "argument-count", f"{name} is called with keywords or *.", "Write each argument out.")
            return node
        if name == "isinstance":
            args = [self.visit(node.args[0]), *node.args[1:]] if node.args else []
        else:
            args = [self.visit(arg) for arg in (*before, *node.args)]
        return self._told(node, name, build(self._world, args))

    def _formatted(self, node: ast.Call, template: str) -> ast.expr:
        named = {keyword.arg or "": self.visit(keyword.value) for keyword in node.keywords}
        args = [self.visit(arg) for arg in node.args]
        made = self._told(node, "format", python.formatted(template, args, named))
        return _without_nesting(made) if isinstance(made, ast.JoinedStr) else made

    def _told(self, node: ast.Call, name: str, made: ast.expr | str) -> ast.expr:
        if isinstance(made, str):
            self.refuse(node, "argument", f"{name} cannot be called like this.", made)
            return node
        return ast.copy_location(made, node)


def _without_nesting(node: ast.JoinedStr) -> ast.expr:
    """Concatenates parts that Python 3.11 cannot write: quotes or line breaks inside the braces of an f-string."""
    plain = all(not isinstance(v, ast.FormattedValue) or _is_plain(v) for v in node.values)
    if not plain or not any(_has_text(v.value) for v in node.values if isinstance(v, ast.FormattedValue)):
        return node
    parts = [v if isinstance(v, ast.Constant) else _as_text(v) for v in node.values]
    return ast.Call(ast.Attribute(ast.Constant(""), "join", ast.Load()), [ast.List(parts, ast.Load())], [])


def _is_number(node: ast.expr) -> bool:
    inner = node.operand if isinstance(node, ast.UnaryOp) else node
    return isinstance(inner, ast.Constant) and isinstance(inner.value, int)


def _is_plain(value: ast.FormattedValue) -> bool:
    return value.format_spec is None and value.conversion in (-1, ord("s"))


def _as_text(value: ast.expr) -> ast.expr:
    inner = value.value if isinstance(value, ast.FormattedValue) else value
    return ast.Call(ast.Name("str", ast.Load()), [inner], [])


def _has_text(node: ast.expr) -> bool:
    return any(
        isinstance(part, ast.JoinedStr) or (isinstance(part, ast.Constant) and isinstance(part.value, str))
        for part in ast.walk(node)
    )
