"""The names of a program: which are bound, which are free, and which must be renamed."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ...language.language import BUILTINS, RESERVED

INPUTS = ("image", "images", "possible_answers", "query")
"""The names of a program's inputs."""


class NameUses:
    """How a program uses its names.

    functions: its own functions; bound: all names that it sets, including parameters and functions; tested: names
    whose truth it tests, or compares with None.
    """

    def __init__(self, tree: ast.AST) -> None:
        found = list(_identifiers(tree))
        self.functions = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
        self.bound = {name for name, binds in found if binds}
        tests = (part for node in ast.walk(tree) for part in _tested(node))
        self.tested = {part.id for part in tests if isinstance(part, ast.Name)}
        self._taken = {*(name for name, _ in found), *INPUTS, *BUILTINS, *RESERVED, "answer"}
        self._fresh: dict[str, str] = {}

    def fresh(self, wanted: str) -> str:
        """A name that the program does not use; the same one for each call with the same argument."""
        if wanted not in self._fresh:
            self._fresh[wanted] = self.unused(wanted)
        return self._fresh[wanted]

    def unused(self, wanted: str) -> str:
        """An unused name, which is used from now on."""
        name, number = wanted, 2
        while name in self._taken:
            name, number = f"{wanted}_{number}", number + 1
        self._taken.add(name)
        return name


def rename(tree: ast.AST) -> None:
    """Rename what our language reserves: a leading underscore, names of tools (upper case), and built-ins.

    A built-in name that the program also calls is kept, since it is unclear which of the two is meant.
    """
    names = NameUses(tree)
    called = {node.func.id for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}
    wanted: dict[str, str] = {}
    for name in sorted(names.bound):
        if (
            name.startswith("_")
            and name != "_"
            and not (name.startswith("__") and name.endswith("__") and name.strip("_"))
        ):
            wanted[name] = name.strip("_") or "value"
        elif name.isupper():
            wanted[name] = name.lower()
        elif name in RESERVED or (name in BUILTINS and name not in called):
            wanted[name] = f"{name}_value"
    new = {name: names.unused(plain) for name, plain in wanted.items()}
    for node in ast.walk(tree) if new else ():
        for part in ("id", "arg", "name"):
            name = getattr(node, part, None)
            if isinstance(name, str) and name in new:
                setattr(node, part, new[name])


def _tested(node: ast.AST) -> Iterator[ast.expr]:
    """Names whose truth is tested there, or that are compared with None: `if x`, `not x`, `x is None`."""
    match node:
        case ast.If(test=test) | ast.IfExp(test=test) | ast.While(test=test):
            yield test
        case ast.BoolOp(values=values):
            yield from values
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            yield operand
        case ast.Compare(left=left, comparators=[ast.Constant(value=None)]):
            yield left
        case _:
            pass


def _identifiers(tree: ast.AST) -> Iterator[tuple[str, bool]]:
    """Each identifier, and whether it is bound there."""
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name, ctx=context):
                yield name, not isinstance(context, ast.Load)
            case ast.arg(arg=name) | ast.FunctionDef(name=name):
                yield name, True
            case _:
                pass
