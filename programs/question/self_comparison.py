"""Detects a program that compares a thing with itself: two names for one call, so the answer never varies."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from copy import deepcopy

_DEPTH = 4
"""Names within names that are followed."""
_COMPARING = frozenset(
    ("LEFT_OF", "RIGHT_OF", "ABOVE", "BELOW", "IN_FRONT_OF", "BEHIND", "DISTANCE", "OVERLAP", "TOUCHING", "INSIDE")
)


def same_on_both_sides(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """The line and the text of each comparison whose sides are the same after names are replaced by their values.

    Only names that are assigned once, at the program's top level, are replaced.
    """
    values = _assigned_once(tree)
    for node in ast.walk(tree):
        sides = _sides(node)
        if len(sides) == 2 and len({ast.dump(_replaced(side, values)) for side in sides}) == 1:
            assert isinstance(node, ast.expr)
            yield node.lineno, ast.unparse(node)


def _sides(node: ast.AST) -> list[ast.expr]:
    """The two things that a node compares; [] where it compares nothing."""
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        return [node.left, *node.comparators]
    if isinstance(node, ast.IfExp):
        return [node.body, node.orelse]
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _COMPARING:
        return node.args
    return []


def _assigned_once(tree: ast.Module) -> dict[str, ast.expr]:
    stored = [node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)]
    plain = [node for node in tree.body if isinstance(node, ast.Assign) and len(node.targets) == 1]
    pairs = [(node.targets[0], node.value) for node in plain]
    return {name.id: value for name, value in pairs if isinstance(name, ast.Name) and stored.count(name.id) == 1}


def _replaced(side: ast.expr, values: dict[str, ast.expr], depth: int = _DEPTH) -> ast.expr:
    """The side with its names replaced by what they stand for."""

    class Replace(ast.NodeTransformer):
        def visit_Name(self, node: ast.Name) -> ast.expr:
            value = values.get(node.id)
            return node if value is None or depth == 0 else _replaced(value, values, depth - 1)

    return Replace().visit(deepcopy(side))
