"""Detects loops and recursions that cannot end, from the structure of the program."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator

from ..language.tree import Nodes, children, walk

MOST_ROUNDS = 10_000_000
"""Longer ranges take too long to loop over."""

GROWING = ("append", "insert", "extend")
_SHRINKING = ("pop", "remove", "clear")
_Hit = Callable[[ast.AST], bool]


def always(statements: list[ast.stmt], hit: _Hit) -> bool:
    """Whether every path through the statements reaches a matching node, whatever the tests evaluate to."""
    return _ends(statements, hit) == {"hit"}


def _ends(statements: list[ast.stmt], hit: _Hit) -> set[str]:
    """How paths through the statements end: with a hit, by leaving before one, or behind the last statement."""
    ends: set[str] = set()
    for statement in statements:
        if hit(statement) or any(hit(node) for node in _evaluated(statement)):
            return ends | {"hit"}
        if isinstance(statement, ast.If):
            inner = _ends(statement.body, hit) | _ends(statement.orelse, hit)
            ends |= inner - {"through"}
            if "through" not in inner:
                return ends
        elif _leaves(statement):
            return ends | {"left"}
    return ends | {"through"}


def _evaluated(node: ast.AST) -> Iterator[ast.AST]:
    """The expressions that are certainly evaluated with the statement or expression."""
    match node:
        case ast.BoolOp(values=[first, *_]):
            parts: list[ast.AST] = [first]
        case ast.IfExp(test=test) | ast.If(test=test):
            parts = [test]
        case ast.For(iter=inner):
            parts = [inner]
        case ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
            parts = [node.generators[0].iter]
        case ast.Compare(left=left, comparators=[first, *_]):
            parts = [left, first]
        case ast.Lambda() | ast.FunctionDef():
            parts = []
        case _:
            parts = children(node)
    for part in parts:
        yield part
        yield from _evaluated(part)


def surely_evaluated(statements: list[ast.stmt]) -> set[ast.AST]:
    """What is evaluated for certain when the statements are reached: up to the first one that branches."""
    found: set[ast.AST] = set()
    for statement in statements:
        found |= {statement, *_evaluated(statement)}
        if not isinstance(statement, ast.Assign | ast.AugAssign | ast.Expr):
            break
    return found


def _leaves(node: ast.AST) -> bool:
    """Whether this statement may end the function, or the current iteration."""
    if isinstance(node, ast.Return | ast.Break | ast.Continue):
        return True
    return not isinstance(node, ast.expr | ast.FunctionDef) and any(map(_leaves, children(node)))


def endless_functions(nodes: Nodes) -> dict[str, ast.AST]:
    """Functions of the program that call themselves, or each other in a circle, on every path."""
    found: dict[str, list[ast.FunctionDef | ast.Lambda]] = {}
    for node in (*nodes.of(ast.FunctionDef), *nodes.of(ast.Assign)):
        match node:
            case ast.FunctionDef(name=name):
                found.setdefault(name, []).append(node)
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Lambda() as value):
                found.setdefault(name, []).append(value)
            case _:
                pass
    left = {name: bodies[0] for name, bodies in found.items() if len(bodies) == 1}

    def calls_one(node: ast.AST) -> bool:
        return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in left

    def body(node: ast.FunctionDef | ast.Lambda) -> list[ast.stmt]:
        return node.body if isinstance(node, ast.FunctionDef) else [ast.Expr(node.body)]

    while ended := [name for name, node in left.items() if not always(body(node), calls_one)]:
        for name in ended:
            del left[name]
    return dict(left)


def grown_in_loop(statement: ast.For, same: set[str]) -> ast.AST | None:
    """Where each round of the loop makes the list longer that it goes over.

    same: names of the list. None when a round may leave it as it is, or the loop has another way out.
    """
    found: list[ast.AST] = []

    def grows(node: ast.AST) -> bool:
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr=attr), args=args) if name in same:
                if attr in ("append", "insert") or (attr == "extend" and _has_items(args, same)):
                    found.append(node)
                    return True
            case ast.AugAssign(target=ast.Name(id=name), op=ast.Add(), value=value) if name in same:
                if _has_items([value], same):
                    found.append(node)
                    return True
            case _:
                pass
        return False

    if has_way_out(statement) or any(_frees(node, same) for node in walk(statement)):
        return None
    return found[0] if always(statement.body, grows) else None


def _has_items(args: list[ast.expr], same: set[str]) -> bool:
    match args:
        case [ast.List(elts=parts) | ast.Tuple(elts=parts)]:
            return any(not isinstance(part, ast.Starred) for part in parts)
        case [ast.Name(id=name)]:
            return name in same
        case _:
            return False


def _frees(node: ast.AST, same: set[str]) -> bool:
    match node:
        case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr=attr)):
            return name in same and attr in _SHRINKING
        case ast.Assign(targets=targets):
            names = (part for target in targets for part in walk(target) if isinstance(part, ast.Name))
            # Assigning the list to yet another name changes nothing; assigning to one of its names lets go of it.
            other = isinstance(node.value, ast.Name) and node.value.id in same
            return not other and any(name.id in same for name in names)
        case _:
            return False


def has_way_out(statement: ast.For) -> bool:
    """Whether the loop may be left early."""
    return any(isinstance(node, ast.Return | ast.Break) for node in walk(statement))


def rounds(iterable: ast.expr) -> int | None:
    """The number of iterations of a loop over this, if literal; None if unknown."""
    match iterable:
        case ast.List(elts=parts) | ast.Tuple(elts=parts):
            return None if any(isinstance(part, ast.Starred) for part in parts) else len(parts)
        case ast.Constant(value=str() as text):
            return len(text)
        case ast.Call(func=ast.Name(id="range"), args=args, keywords=[]):
            numbers = [constant(arg) for arg in args]
            known = [n for n in numbers if n is not None]
            try:
                steps = range(*known) if 0 < len(known) == len(numbers) <= 3 else None
                return None if steps is None else max(0, -(-(steps.stop - steps.start) // steps.step))
            except ValueError:
                return None
        case ast.Call(func=ast.Name(id="enumerate" | "sorted" | "reversed" | "list" | "tuple"), args=[inner, *_]):
            return rounds(inner)
        case ast.Call(func=ast.Name(id="zip"), args=[_, *_] as parts, keywords=[]):
            counts = [rounds(part) for part in parts]
            known = [count for count in counts if count is not None]
            return min(known) if len(known) == len(counts) else None
        case _:
            return None


def constant(node: ast.expr) -> int | None:
    """A literal integer, such as `-3` or `10 ** 9`."""
    match node:
        case ast.Constant(value=int() as value):
            return value
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            inner = constant(operand)
            return None if inner is None else -inner
        case ast.BinOp(left=left, op=ast.Mult() | ast.Pow() | ast.Add() as op, right=right):
            a, b = constant(left), constant(right)
            if a is None or b is None or abs(a) > MOST_ROUNDS**2 or abs(b) > MOST_ROUNDS**2:
                return None
            if isinstance(op, ast.Pow):
                return a**b if 0 <= b <= 64 else None
            return a * b if isinstance(op, ast.Mult) else a + b
        case _:
            return None
