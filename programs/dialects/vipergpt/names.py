"""The names of a program: which are bound, which are free, and which must be renamed."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ...language.language import BUILTINS, RESERVED

INPUTS = ("image", "images", "possible_answers", "query")
"""What a program can be given, under these names."""


class Names:
    """Who binds which name in a program.

    functions: its own functions; bound: everything that it sets, parameters and functions too; tested: names that it
    tests for being anything at all.
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
        """A name that the program does not use; the same one for each time that it is asked for."""
        if wanted not in self._fresh:
            self._fresh[wanted] = self.unused(wanted)
        return self._fresh[wanted]

    def unused(self, wanted: str) -> str:
        """A name that nothing has, now taken."""
        name, number = wanted, 2
        while name in self._taken:
            name, number = f"{wanted}_{number}", number + 1
        self._taken.add(name)
        return name


def rename(tree: ast.AST) -> None:
    """Give other names to what our language keeps: a leading underscore, names of tools (upper case), of built-ins.

    A built-in name that the program also calls stays: then it is not known which of the two is meant.
    """
    names = Names(tree)
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
    """What is tested there for being anything at all: `if x`, `not x`, `x is None`."""
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
