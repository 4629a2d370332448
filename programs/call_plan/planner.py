"""Which tool calls of a program can be known before the program comes to them.

Only what follows from the inputs and from results of deterministic tools is planned; everything else is left alone.
A plan does not define what a program means: it may be wrong, and then some work was done in vain.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Sequence

from ...tools.core.registry import Registry
from ..check.check import Checked
from ..check.scope import bound_names
from ..language.language import BUILTINS
from ..language.methods import CHANGING
from ..language.program import parse
from ..language.tree import children, walk
from .expressions import ORDERED, ExpressionPlanner, Names, takes_one
from .steps import NOTHING, Called, Expression, Issue, LoopItem, Planned, PlannedInput, PlannedLoop, When

DOUBTFUL = 8
"""Rounds that are planned of a loop that may end early."""
_EARLY = frozenset({"all", "any"})
_WHOLE = frozenset({"dict", "list", "max", "min", "set", "sorted", "sum", "tuple"})
_Comprehension = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp


def plan(checked: Checked, registry: Registry, inputs: Iterable[str]) -> tuple[Planned, ...]:
    """What can be done ahead, in the program's order; nothing where there is only one call. inputs: their names."""
    tools = frozenset(name for name in checked.tools if registry.get(name).options.deterministic)
    try:
        body = parse(checked.program.source).body
        steps = _Planner(tools, _shadowed(body)).block(body, {name: PlannedInput(name) for name in inputs})
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return NOTHING
    return NOTHING if len(steps) == 1 and isinstance(steps[0], Issue) else steps


def _shadowed(body: Sequence[ast.stmt]) -> frozenset[str]:
    """Built-in functions whose name the program gives to something else, anywhere."""
    nodes = [node for statement in body for node in walk(statement)]
    stored = {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    stored |= {node.arg for node in nodes if isinstance(node, ast.arg)}
    stored |= {node.name for node in nodes if isinstance(node, ast.FunctionDef)}
    return frozenset(stored.intersection(BUILTINS))


class _Planner:
    """Follows a program once. tools, shadowed: as in `ExpressionPlanner`."""

    def __init__(self, tools: frozenset[str], shadowed: frozenset[str]) -> None:
        self._values = ExpressionPlanner(tools, shadowed)

    def block(self, statements: Sequence[ast.stmt], names: Names) -> tuple[Planned, ...]:
        """What the statements are certain to do, if no error ends them. Changes `names`."""
        steps: list[Planned] = []
        for number, statement in enumerate(statements):
            match statement:
                case ast.Assign(targets=targets, value=value):
                    steps += self._calls(value, names)
                    self._assign(targets, value, names)
                case ast.For():
                    steps += self._for(statement, names)
                case ast.If():
                    steps += self._if(statement, names)
                    if _leaves(statement):
                        rest = statements[number + 1 :]
                        return (*steps, *self._unless_left(statement, rest, names))
                case ast.Break() | ast.Continue():
                    break
                case ast.Expr(value=value) | ast.AugAssign(value=value):
                    steps += self._calls(value, names)
                    _forget(names, [statement])
                case _:
                    _forget(names, [statement])
        return tuple(steps)

    def _assign(self, targets: Sequence[ast.expr], value: ast.expr, names: Names) -> None:
        held = self._values.read(value, names)
        for target in targets:
            self._values.bind(target, held, names)

    def _for(self, loop: ast.For, names: Names) -> tuple[Planned, ...]:
        before = self._calls(loop.iter, names)
        items = self._values.read(loop.iter, names)
        _forget(names, [loop])
        if items is None:
            return before
        inner, number = names.copy(), self._values.loop(loop)
        self._values.bind(loop.target, self._values.made(LoopItem(number)), inner)
        body = self.block(loop.body, inner)
        most = DOUBTFUL if any(isinstance(node, ast.Break) for node in walk(loop)) else None
        return (*before, *_each(number, items, most, body))

    def _if(self, statement: ast.If, names: Names) -> tuple[Planned, ...]:
        steps = self._calls(statement.test, names)
        test = self._values.read(statement.test, names)
        if test is not None:
            steps += _when(test, self.block(statement.body, names.copy()))
            steps += _when(self._values.apply("not", test), self.block(statement.orelse, names.copy()))
        _forget(names, [statement])
        return steps

    def _unless_left(self, statement: ast.If, rest: Sequence[ast.stmt], names: Names) -> tuple[Planned, ...]:
        """What comes behind `if ...: continue`. Where it is not that simple, nothing."""
        test = self._values.read(statement.test, names)
        plain = not statement.orelse and isinstance(statement.body[-1], ast.Break | ast.Continue)
        if test is None or not plain or _leaves(statement) > 1:
            return NOTHING
        return _when(self._values.apply("not", test), self.block(rest, names))

    def _calls(self, node: ast.AST, names: Names) -> tuple[Planned, ...]:
        """The calls in an expression, in the order in which they are made."""
        match node:
            case ast.Lambda():
                return NOTHING
            case ast.BoolOp(op=op, values=[first, *rest]):
                return self._operands(op, first, rest, names)
            case ast.IfExp(test=test, body=body, orelse=orelse):
                known = self._values.read(test, names)
                steps = self._calls(test, names)
                steps += _when(known, self._calls(body, names))
                return steps + _when(self._values.apply("not", known), self._calls(orelse, names))
            case ast.Compare(left=left, comparators=[right, *_]):
                return self._calls(left, names) + self._calls(right, names)
            case ast.ListComp() | ast.SetComp() | ast.DictComp():
                return self._comprehension(node, names, None)
            case ast.GeneratorExp():
                return self._calls(node.generators[0].iter, names)
            case ast.Call():
                return self._call(node, names)
            case _:
                return _joined(self._calls(child, names) for child in children(node))

    def _operands(self, op: ast.boolop, first: ast.expr, rest: Sequence[ast.expr], names: Names) -> tuple[Planned, ...]:
        """The calls of `first and ...` or `first or ...`: the later ones where Python comes to them."""
        steps = self._calls(first, names)
        if not rest:
            return steps
        test = self._values.read(first, names)
        inner = self._operands(op, rest[0], rest[1:], names)
        return steps + _when(test if isinstance(op, ast.And) else self._values.apply("not", test), inner)

    def _call(self, node: ast.Call, names: Names) -> tuple[Planned, ...]:
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        steps = NOTHING if name else self._calls(node.func, names)
        for part in (*node.args, *(keyword.value for keyword in node.keywords)):
            if isinstance(part, ast.GeneratorExp) and (name in self._values.builtins & (_EARLY | _WHOLE) or not name):
                steps += self._comprehension(part, names, DOUBTFUL if name in _EARLY else None)
            else:
                steps += self._calls(part, names)
        if name in self._values.builtins & ORDERED:
            steps += self._key_calls(node, names)
        called = self._values.read(node, names) if name in self._values.tools else None
        return (*steps, Issue(called)) if isinstance(called, Called) else steps

    def _key_calls(self, node: ast.Call, names: Names) -> tuple[Planned, ...]:
        """The calls that `key=lambda x: ...` makes for each item."""
        key = next((keyword.value for keyword in node.keywords if keyword.arg == "key"), None)
        items = self._values.read(node.args[0], names) if len(node.args) == 1 else None
        if items is None or not isinstance(key, ast.Lambda) or not takes_one(key):
            return NOTHING
        return _each(self._values.loop(key), items, None, self._calls(key.body, self._values.inside(key, names)))

    def _comprehension(self, node: _Comprehension, names: Names, most: int | None) -> tuple[Planned, ...]:
        parts = [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]
        return self._generators(node.generators, parts, names, most)

    def _generators(
        self, generators: Sequence[ast.comprehension], parts: Sequence[ast.expr], names: Names, most: int | None
    ) -> tuple[Planned, ...]:
        if not generators:
            return _joined(self._calls(part, names) for part in parts)
        first, *rest = generators
        before = self._calls(first.iter, names)
        items = self._values.read(first.iter, names)
        if items is None:
            return before
        inner = self._values.round(first, names)
        body = self._tested(first.ifs, lambda: self._generators(rest, parts, inner, most), inner)
        return (*before, *_each(self._values.loop(first), items, most, body))

    def _tested(
        self, tests: Sequence[ast.expr], then: Callable[[], tuple[Planned, ...]], names: Names
    ) -> tuple[Planned, ...]:
        if not tests:
            return then()
        test = self._values.read(tests[0], names)
        return self._calls(tests[0], names) + _when(test, self._tested(tests[1:], then, names))


def _each(loop: int, items: Expression, most: int | None, body: tuple[Planned, ...]) -> tuple[Planned, ...]:
    return (PlannedLoop(loop, items, most, body),) if body else NOTHING


def _when(test: Expression | None, body: tuple[Planned, ...]) -> tuple[Planned, ...]:
    return (When(test, body),) if test is not None and body else NOTHING


def _joined(parts: Iterable[tuple[Planned, ...]]) -> tuple[Planned, ...]:
    return tuple(step for part in parts for step in part)


def _leaves(statement: ast.stmt) -> int:
    """How often a round of the loop around the statement may end in it."""
    match statement:
        case ast.Break() | ast.Continue():
            return 1
        case ast.If(body=body, orelse=orelse):
            return sum(_leaves(inner) for inner in (*body, *orelse))
        case _:
            return 0


def _forget(names: Names, statements: Sequence[ast.stmt]) -> None:
    """Drop the names that these statements set, or whose list or dict they change."""
    changed = bound_names(statements)
    for node in (node for statement in statements for node in walk(statement)):
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr=method)) if method in CHANGING | {"pop"}:
                changed.add(name)
            case ast.Subscript(value=ast.Name(id=name), ctx=ast.Store()):
                changed.add(name)
            case _:
                pass
    for name in changed:
        names.pop(name, None)
