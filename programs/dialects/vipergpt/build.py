"""Builds expressions from templates with placeholders."""

from __future__ import annotations

import ast
from collections.abc import Callable
from copy import deepcopy
from functools import lru_cache

Fresh = Callable[[str], str]
"""Makes a name similar to the given one that the program does not use."""


def expression(template: str, fresh: Fresh, /, **parts: ast.expr) -> ast.expr:
    """Fill in a template: its names are replaced by the parts, and names that end in `_` by unused ones.

    A part is evaluated once: if the template has it twice and evaluating it twice would matter, it is given a name.
    """
    tree = _parsed(template)
    names = [node.id for node in ast.walk(tree) if isinstance(node, ast.Name)]
    own = {name: fresh(name[:-1]) for name in names if name.endswith("_")}
    bound: list[ast.comprehension] = []
    for name, part in parts.items():
        if names.count(name) > 1 and not is_simple(part):
            free = fresh("patch" if name == "self" else name)
            parts[name] = ast.Name(free, ast.Load())
            bound.append(ast.comprehension(ast.Name(free, ast.Store()), ast.List([part], ast.Load()), [], 0))
    made = _Fill(parts, own).visit(deepcopy(tree))
    if bound:
        made = ast.Subscript(ast.ListComp(made, bound), ast.Constant(0), ast.Load())
    return made


def is_simple(node: ast.expr) -> bool:
    """Can the expression be evaluated twice without a difference?"""
    if isinstance(node, ast.List | ast.Tuple):
        return all(isinstance(part, ast.Constant) for part in node.elts)
    return isinstance(node, ast.Name | ast.Constant)


def text_of(*parts: str | ast.expr) -> ast.expr:
    """The concatenated texts: a constant if all are, else an f-string."""
    merged: list[ast.expr] = []
    for value in (value for part in parts for value in _pieces(part)):
        last = merged[-1] if merged else None
        if isinstance(value, ast.Constant) and isinstance(last, ast.Constant):
            merged[-1] = ast.Constant(f"{last.value}{value.value}")
        else:
            merged.append(value)
    return merged[0] if len(merged) == 1 and isinstance(merged[0], ast.Constant) else ast.JoinedStr(merged)


def _pieces(part: str | ast.expr) -> list[ast.expr]:
    """The part of an f-string for a text or for the value of an expression."""
    match part:
        case str() as text:
            return [ast.Constant(text)]
        case ast.JoinedStr(values=values):
            return values
        case ast.Constant(value=str()) | ast.FormattedValue():
            return [part]
        case _:
            return [ast.FormattedValue(part, -1)]


@lru_cache(maxsize=128)
def _parsed(template: str) -> ast.expr:
    return ast.parse(template, mode="eval").body


class _Fill(ast.NodeTransformer):
    def __init__(self, parts: dict[str, ast.expr], own: dict[str, str]) -> None:
        self._parts = parts
        self._own = own

    def visit_JoinedStr(self, node: ast.JoinedStr) -> ast.expr:
        self.generic_visit(node)
        return text_of(*(v.value if isinstance(v, ast.FormattedValue) else v for v in node.values))

    def visit_Name(self, node: ast.Name) -> ast.expr:
        if node.id in self._own:
            return ast.Name(self._own[node.id], node.ctx)
        return self._parts.get(node.id, node)
