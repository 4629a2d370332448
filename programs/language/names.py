"""Diagnostics of undefined names, with hints where they are defined."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from difflib import get_close_matches
from functools import cached_property

from .builtin_functions import Problem
from .habits import WORDS
from .language import ATTRIBUTES

_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


class Names:
    """The names of a program, looked up only when something is wrong with one."""

    def __init__(self, tree: ast.Module) -> None:
        self._tree = tree

    def undefined(self, name: str, line: int, known: Iterable[str]) -> Problem:
        """What is wrong with a name that is not set here. known: names that could be meant."""
        message = f"{name} is not defined."
        elsewhere = self.elsewhere(name, line)
        if elsewhere:
            return "undefined", message, elsewhere
        if name == "image" and "images" in known:
            return "undefined", message, "There are several: write images[0]."
        if name in WORDS:
            return "undefined", message, f"Write {WORDS[name]}."
        near = get_close_matches(name, known, n=1)
        if not near and any(name in names for names in ATTRIBUTES.values()):
            return "undefined", message, f"It belongs to a value: write b.{name}."
        return "undefined", message, f"Did you mean {near[0]}?" if near else "Set it before it is used."

    def elsewhere(self, name: str, line: int) -> str:
        """The hint for a name that is set in another place; empty when it is set nowhere."""
        if name in self._inside:
            place, where = self._inside[name]
            if place == "comprehension":
                return f"{name} exists only inside the comprehension on line {where}."
            return f"{name} exists only inside {place}: return it from there."
        later = self.first_set(name)
        return f"{name} is set on line {later}: set it before it is used." if later and later >= line else ""

    def first_set(self, name: str) -> int | None:
        """The first line on which the program sets the name, outside of functions and comprehensions."""
        return self._set.get(name)

    @cached_property
    def _set(self) -> dict[str, int]:
        found: dict[str, int] = {}
        todo: list[ast.AST] = list(reversed(self._tree.body))
        while todo:
            node = todo.pop()
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                found.setdefault(node.id, node.lineno)
            elif isinstance(node, ast.FunctionDef):
                found.setdefault(node.name, node.lineno)
            elif not isinstance(node, (*_COMPREHENSIONS, ast.Lambda)):
                todo.extend(reversed(list(ast.iter_child_nodes(node))))
        return found

    @cached_property
    def _inside(self) -> dict[str, tuple[str, int]]:
        """Names that are set only inside a comprehension or a function: which, and where."""
        found: dict[str, tuple[str, int]] = {}
        for node in ast.walk(self._tree):
            if isinstance(node, _COMPREHENSIONS):
                for generator in node.generators:
                    for part in ast.walk(generator.target):
                        if isinstance(part, ast.Name):
                            found.setdefault(part.id, ("comprehension", node.lineno))
            elif isinstance(node, ast.FunctionDef):
                for part in ast.walk(node):
                    if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store):
                        found.setdefault(part.id, (node.name, node.lineno))
        return {name: place for name, place in found.items() if name not in self._set}
