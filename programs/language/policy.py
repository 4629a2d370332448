"""Reports unsupported statements and operators, and names with a leading underscore."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ...tools.core.registry import Registry
from .builtin_functions import Problem
from .diagnostics import Diagnostic
from .language import CONSTANTS, INSTEAD, MISSING, NODES, RESERVED
from .tree import Nodes

_WORDS: dict[type[ast.AST], str] = {
    ast.ImportFrom: "import",
    ast.NamedExpr: ":=",
    ast.Delete: "del",
    ast.AnnAssign: "name: type",
    ast.ClassDef: "class",
    ast.AsyncFunctionDef: "async def",
    ast.AsyncFor: "async for",
    ast.AsyncWith: "async with",
    ast.YieldFrom: "yield from",
    ast.LShift: "<<",
    ast.RShift: ">>",
    ast.MatMult: "@",
    ast.Invert: "~",
}
"""How Python writes what its syntax tree calls otherwise."""
_NAMED: dict[type[ast.AST], str] = {
    ast.Name: "id",
    ast.Attribute: "attr",
    ast.FunctionDef: "name",
    ast.arg: "arg",
    ast.keyword: "arg",
}
"""What holds a name, and where."""
_PLAIN = NODES - {*_NAMED, ast.Constant, ast.BinOp, ast.UnaryOp, ast.AugAssign, ast.comprehension}
"""Nothing can be wrong with these by themselves."""


def refusals(nodes: Nodes, registry: Registry) -> tuple[Diagnostic, ...]:
    """All violations of the language in a program, in order of lines."""
    found: list[Diagnostic] = []
    doubted = [node for kind in nodes.kinds if kind not in _PLAIN for node in nodes.of(kind)]
    for node in doubted:
        if _is_plain(node):
            continue
        for code, message, hint in _refused(node, registry):
            place = node.target if isinstance(node, ast.comprehension) else node
            line, column = getattr(place, "lineno", 1), getattr(place, "col_offset", 0)
            found.append(
                Diagnostic(kind="policy_error", code=code, line=line, column=column, message=message, hint=hint)
            )
    return tuple(sorted(found, key=lambda d: (d.line, d.column)))


def _is_plain(node: ast.AST) -> bool:
    """Is nothing wrong for certain? A quick look at what programs have most of."""
    if type(node) is ast.Constant:
        return type(node.value) in CONSTANTS
    if type(node) is ast.Name:
        return node.id[0] != "_" and node.id not in RESERVED
    if type(node) is ast.Attribute:
        return node.attr[0] != "_"
    return type(node) is ast.BinOp and type(node.op) in NODES


def _refused(node: ast.AST, registry: Registry) -> Iterator[Problem]:
    if type(node) in _NAMED:
        yield from _name_refused(node, getattr(node, _NAMED[type(node)]))
    match node:
        case ast.BinOp(op=op) | ast.UnaryOp(op=op) | ast.AugAssign(op=op) if type(op) not in NODES:
            yield _not_allowed(op, registry)
        case ast.AugAssign(target=target, op=op, value=value) if not isinstance(target, ast.Name):
            longer = ast.unparse(ast.BinOp(target, op, value))
            yield "not-allowed", "Items cannot be changed in place.", f"Write `{ast.unparse(target)} = {longer}`."
        case ast.FunctionDef(decorator_list=[_, *_]):
            yield "not-allowed", "Decorators are not part of the language.", ""
        case ast.comprehension(is_async=1):
            yield "not-allowed", "`async` is not part of the language.", ""
        case ast.Constant(value=value):
            yield "not-allowed", f"A constant of type {type(value).__name__} is not part of the language.", ""
        case ast.stmt() | ast.expr() if type(node) not in NODES:
            yield _not_allowed(node, registry)
        case _:
            # Parts of a statement that is refused, such as the names of an import, have been told with it.
            pass


def _not_allowed(node: ast.AST, registry: Registry) -> Problem:
    word = _WORDS.get(type(node), type(node).__name__.lower())
    hint = INSTEAD.get(type(node), "")
    if isinstance(node, ast.Try) and "EXISTS" in registry:
        hint = "Test with EXISTS or `if` instead of catching an error."
    if isinstance(node, ast.ImportFrom):
        hint = " ".join([hint, *(f"For {a.name}: {MISSING[a.name]}" for a in node.names if a.name in MISSING)])
    return "not-allowed", f"`{word}` is not part of the language.", hint


def _name_refused(node: ast.AST, name: str | None) -> Iterator[Problem]:
    if name is None:
        return
    if name.startswith("_") and name != "_":
        yield "underscore", f"{name} starts with an underscore.", "Use a plain name."
    stored = isinstance(getattr(node, "ctx", None), ast.Store | None) and not isinstance(node, ast.Attribute)
    if stored and name in RESERVED:
        yield "not-allowed", f"{name} is a reserved name.", "Choose another name."
