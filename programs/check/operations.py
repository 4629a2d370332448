"""Checks comparisons and arithmetic with their operands."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import Any

from ..language import operators, types
from .calls import Calls
from .inferring import Inferring
from .scope import Scope

_ORDER = frozenset({ast.Lt, ast.LtE, ast.Gt, ast.GtE})
_CONTAINED = frozenset({ast.In, ast.NotIn})
_DIVIDES = frozenset({ast.Div, ast.FloorDiv, ast.Mod})


class Operations:
    """The part of the inference that handles operators."""

    def __init__(self, infer: Inferring, calls: Calls) -> None:
        self._infer = infer
        self._calls = calls

    def compare(self, node: ast.Compare, scope: Scope) -> Any:
        """The type of a comparison; reports one that is invalid, or never true."""
        nodes = [node.left, *node.comparators]
        sides = [self._infer.called(side, self._infer.look(side, scope)) for side in nodes]
        for i, operator in enumerate(node.ops):
            if type(operator) in _ORDER:
                sides[i : i + 2] = [self._infer.present(nodes[j], sides[j], scope) for j in (i, i + 1)]
            elif type(operator) in _CONTAINED:
                sides[i + 1] = self._infer.present(nodes[i + 1], sides[i + 1], scope)
            problem = operators.comparison_problem(operator, (sides[i], sides[i + 1]), (nodes[i], nodes[i + 1]))
            if problem is not None:
                told = self._of_nothing(nodes[i : i + 2], sides[i : i + 2], scope) or problem[2]
                self._infer.report(node, problem[0], problem[1], told)
        return bool

    def arithmetic(self, node: ast.BinOp, scope: Scope) -> Any:
        """The type of `left operator right`."""
        left, right = self._infer.value(node.left, scope), self._infer.value(node.right, scope)
        return self.binary(node, node.op, (left, right), (node.left, node.right), scope)

    def _of_nothing(self, nodes: Sequence[ast.expr], sides: Sequence[Any], scope: Scope) -> str:
        return next(
            (self._calls.nothing_hint(n, scope) for n, t in zip(nodes, sides, strict=True) if t is types.NONE), ""
        )

    def binary(
        self,
        node: ast.AST,
        operator: ast.operator,
        sides: tuple[Any, Any],
        nodes: tuple[ast.expr, ast.expr],
        scope: Scope,
    ) -> Any:
        """The type of `left operator right`; reports operands that never work together."""
        divides = type(operator) in _DIVIDES and types.base(sides[0]) is not str
        if divides and isinstance(nodes[1], ast.Constant) and nodes[1].value == 0 and nodes[1].value is not False:
            self._infer.report(node, "zero-division", "This divides by zero.", "Divide by what is not zero.")
        found = operators.result(operator, *sides)
        if found is None:
            name, message, hint = operators.operand_problem(operator, *sides, nodes)
            self._infer.report(node, name, message, self._of_nothing(nodes, sides, scope) or hint)
            return Any
        return found

    def unary(self, node: ast.UnaryOp, scope: Scope) -> Any:
        """The type of `not x` and `-x`."""
        if isinstance(node.op, ast.Not):
            self._infer.test(node.operand, scope)
            return bool
        given = self._infer.value(node.operand, scope)
        if not any(types.base(m) in (Any, *types.NUMBERS) for m in types.members(given)):
            self._infer.report(node, "operands", f"{types.text(given)} has no sign.", "Give a number.")
        return types.number(given)
