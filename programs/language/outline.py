"""Detects programs that may violate rules that Python's compiler checks, but its parser does not."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable

from .language import NODES
from .tree import Nodes

_MOST_LOOPS = 16
"""Loops inside one another: Python has room for twenty."""


def needs_compiler(tree: ast.Module, nodes: Nodes) -> bool:
    """Whether the program must be compiled to find errors. If in doubt, yes: compiling takes as long as parsing.

    Its rules are about `return` and `break` out of place, names that are given twice, stars, and loops that are nested
    too deep.
    """
    if ast.Starred in nodes.kinds or not nodes.kinds.keys() <= NODES:
        return True
    if any(_doubled(_parameters(node.args)) for node in (*nodes.of(ast.FunctionDef), *nodes.of(ast.Lambda))):
        return True
    if any(part.is_async for part in nodes.of(ast.comprehension)):
        return True
    if any(_doubled([k.arg for k in call.keywords]) for call in nodes.of(ast.Call)):
        return True
    return _out_of_place(tree.body, loops=0, function=False)


def _parameters(given: ast.arguments) -> list[str]:
    extra = [a.arg for a in (given.vararg, given.kwarg) if a is not None]
    return [*(a.arg for a in (*given.posonlyargs, *given.args, *given.kwonlyargs)), *extra]


def _doubled(names: Collection[str | None]) -> bool:
    return len(names) > 1 and len(set(names)) < len(names)


def _out_of_place(statements: Iterable[ast.stmt], loops: int, function: bool) -> bool:
    for statement in statements:
        match statement:
            case ast.If():
                wrong = _out_of_place((*statement.body, *statement.orelse), loops, function)
            case ast.For():
                wrong = loops >= _MOST_LOOPS or _out_of_place(statement.body, loops + 1, function)
                wrong = wrong or _out_of_place(statement.orelse, loops, function)
            case ast.FunctionDef():
                wrong = _out_of_place(statement.body, 0, True)
            case ast.Return():
                wrong = not function
            case ast.Break() | ast.Continue():
                wrong = loops == 0
            case _:
                wrong = False
        if wrong:
            return True
    return False
