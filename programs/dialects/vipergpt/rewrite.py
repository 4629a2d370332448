"""Translates statements to our language."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping

from ...language import language
from .api import World
from .build import is_simple
from .expressions import ExpressionTranslator
from .names import NameUses
from .shape import Report

MAX_ROUNDS = 10_000
"""Maximum number of iterations of a `while` loop, after which the program ends with an error."""


def rewrite(
    statements: Iterable[ast.stmt], names: NameUses, world: World, modules: Mapping[str, str], report: Report
) -> list[ast.stmt]:
    """Translate statements. What cannot be translated is reported and left unchanged.

    modules: where each imported name comes from, such as `sqrt` from `math.sqrt`.
    """
    return _Rewriter(names, world, modules, report).block(statements)


class _Rewriter(ExpressionTranslator):
    def __init__(self, names: NameUses, world: World, modules: Mapping[str, str], report: Report) -> None:
        super().__init__(names, world, modules, report)
        self._functions = 0

    def block(self, statements: Iterable[ast.stmt]) -> list[ast.stmt]:
        """Translate statements, and drop those that have no effect."""
        made = [self.visit(statement) for statement in statements]
        return [statement for statement in made if statement is not None]

    def _body(self, statements: list[ast.stmt]) -> list[ast.stmt]:
        """The statements of a block: at least one."""
        return self.block(statements) or [ast.copy_location(ast.Pass(), statements[0])]

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.FunctionDef:
        if node.decorator_list:
            self.refuse(node, "not-allowed", "Decorators are not part of the language.")
        for argument in ast.walk(node.args):
            if isinstance(argument, ast.arg):
                argument.annotation = None
        self._functions += 1
        arguments = self.visit(node.args)
        body = self._body(node.body)
        self._functions -= 1
        return ast.copy_location(ast.FunctionDef(node.name, arguments, body, []), node)

    def visit_If(self, node: ast.If) -> ast.If:
        orelse = self._body(node.orelse) if node.orelse else []
        return ast.copy_location(ast.If(self.visit(node.test), self._body(node.body), orelse), node)

    def visit_For(self, node: ast.For) -> ast.For:
        orelse = self._body(node.orelse) if node.orelse else []
        made = ast.For(self.visit(node.target), self.visit(node.iter), self._body(node.body), orelse)
        return ast.copy_location(made, node)

    def visit_While(self, node: ast.While) -> ast.stmt:
        """A loop over a range that ends the program when the condition never turns false."""
        if node.orelse or not self._functions:
            self.refuse(node, "not-allowed", "This `while` is not part of the language.", language.INSTEAD[ast.While])
            return node
        test, body = self.visit(node.test), self._body(node.body)
        if not (isinstance(test, ast.Constant) and test.value):
            stop = ast.copy_location(ast.If(ast.UnaryOp(ast.Not(), test), [ast.Break()], []), node)
            body.insert(0, stop)
        endless = ast.Return(ast.Call(ast.Name("ENDLESS", ast.Load()), [], []))
        rounds = ast.Call(ast.Name("range", ast.Load()), [ast.Constant(MAX_ROUNDS)], [])
        loop = ast.For(ast.Name(self.names.unused("turn"), ast.Store()), rounds, body, [endless])
        return ast.copy_location(loop, node)

    def visit_Import(self, node: ast.Import | ast.ImportFrom) -> None:
        """Dropped: what it imports is known, or reported where it is used."""

    visit_ImportFrom = visit_Import

    def visit_Expr(self, node: ast.Expr) -> ast.Expr | None:
        if isinstance(node.value, ast.Constant):
            return None
        return ast.copy_location(ast.Expr(self.visit(node.value)), node)

    def visit_Assign(self, node: ast.Assign) -> ast.Assign:
        """A value that may be None remains so if the program tests for it."""
        if any(isinstance(target, ast.Name) and target.id in self.names.tested for target in node.targets):
            self.none_kept.add(node.value)
        self.generic_visit(node)
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.Assign | None:
        if node.value is None:
            return None
        return ast.copy_location(ast.Assign([self.visit(node.target)], self.visit(node.value)), node)

    def visit_AugAssign(self, node: ast.AugAssign) -> ast.stmt:
        """`d[k] += x` as `d[k] = d[k] + x`. d and k are evaluated once, by a loop over one item."""
        if not isinstance(node.target, ast.Subscript):
            self.generic_visit(node)
            return node
        parts: dict[str, ast.expr] = {"owner": self.visit(node.target.value), "key": self.visit(node.target.slice)}
        loops: list[ast.For] = []
        for name, part in parts.items():
            if not is_simple(part):
                free = self.names.unused(name)
                parts[name] = ast.Name(free, ast.Load())
                loops.append(ast.For(ast.Name(free, ast.Store()), ast.List([part], ast.Load()), [], []))
        item = ast.Subscript(parts["owner"], parts["key"], ast.Load())
        target = ast.Subscript(parts["owner"], parts["key"], ast.Store())
        made: ast.stmt = ast.Assign([target], ast.BinOp(item, node.op, self.visit(node.value)))
        for loop in reversed(loops):
            loop.body = [ast.copy_location(made, node)]
            made = loop
        return ast.copy_location(made, node)
