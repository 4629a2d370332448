"""Is this text a program? Parsed, in the language, names known, types right; or diagnostics that say what is not."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..tools.registry import Registry
from .diagnostics import Diagnostic
from .infer import Inference
from .language import ANSWER, INPUTS, INSTEAD, NODES
from .program import MAX_SOURCE_BYTES, Program
from .scope import Scope

MAX_DEPTH = 60
"""Deeper nesting is refused before Python's own parser sees it."""


@dataclass(frozen=True)
class Checked:
    """A program that passed the check, with the names of the tools that it calls."""

    program: Program
    tools: tuple[str, ...]


def check(program: Program, registry: Registry, inputs: Mapping[str, Any] = INPUTS) -> Checked | tuple[Diagnostic, ...]:
    """Check a program against the tools of a registry.

    inputs: type of each name that is set before the program starts.
    Returns the checked program, or at least one diagnostic, in the order of the program's lines.
    """
    tree = _parse(program.source)
    if isinstance(tree, Diagnostic):
        return (tree,)
    findings = _policy(tree)
    if findings:
        return findings
    flow = _Flow(registry)
    scope = Scope(dict(inputs))
    flow.block(tree.body, scope)
    flow.require_answer(tree, scope)
    if flow.found:
        return tuple(sorted(flow.found.values(), key=lambda d: (d.line, d.column)))
    names = (node.id for node in ast.walk(tree) if isinstance(node, ast.Name))
    return Checked(program, tuple(dict.fromkeys(name for name in names if name in registry)))


def _parse(source: str) -> ast.Module | Diagnostic:
    def refuse(message: str, line: int = 1, column: int = 0, hint: str = "") -> Diagnostic:
        return Diagnostic(kind="parse_error", code="syntax", line=line, column=column, message=message, hint=hint)

    if len(source.encode("utf-8", errors="replace")) > MAX_SOURCE_BYTES:
        return refuse(f"The program is longer than {MAX_SOURCE_BYTES:,} bytes.")
    if _depth(source) > MAX_DEPTH:
        return refuse(f"Brackets or indents are nested more than {MAX_DEPTH} deep.")
    try:
        return ast.parse(source)
    except SyntaxError as error:
        column = max((error.offset or 1) - 1, 0)
        return refuse(f"This is not Python: {error.msg}.", error.lineno or 1, column, "Write plain Python.")
    except (ValueError, RecursionError, MemoryError) as error:
        return refuse(f"This is not Python: {error}.")


def _depth(source: str) -> int:
    """An upper bound of the nesting, by counting characters: cheap, and safe on any text."""
    depth = deepest = 0
    for character in source:
        if character in "([{":
            depth += 1
            deepest = max(deepest, depth)
        elif character in ")]}":
            depth = max(depth - 1, 0)
    indents = max((len(line) - len(line.lstrip(" \t")) for line in source.splitlines()), default=0)
    unary = max((line.count("not ") + line.count("-") for line in source.splitlines()), default=0)
    return max(deepest, indents // 4, unary // 4)


def _policy(tree: ast.Module) -> tuple[Diagnostic, ...]:
    """What the language does not have: other kinds of statement, and names with a leading underscore."""
    found: list[Diagnostic] = []

    def refuse(node: ast.AST, code: str, message: str, hint: str = "") -> None:
        line, column = getattr(node, "lineno", 1), getattr(node, "col_offset", 0)
        found.append(Diagnostic(kind="policy_error", code=code, line=line, column=column, message=message, hint=hint))

    for node in ast.walk(tree):
        if type(node) not in NODES:
            word = type(node).__name__.lower()
            refuse(node, "not-allowed", f"`{word}` is not part of the language.", INSTEAD.get(type(node), ""))
        if isinstance(node, ast.AugAssign) and not isinstance(node.target, ast.Name):
            refuse(node, "not-allowed", "Items cannot be changed in place.", "Write `d[k] = d[k] + 1`.")
        if isinstance(node, ast.FunctionDef) and node.decorator_list:
            refuse(node, "not-allowed", "Decorators are not part of the language.")
        for name in (getattr(node, "id", None), getattr(node, "attr", None), getattr(node, "name", None)):
            if isinstance(name, str) and name.startswith("_") and name != "_":
                refuse(node, "underscore", f"{name} starts with an underscore.", "Use a plain name.")
    return tuple(found)


class _Flow:
    """Follows the statements of a program, path by path, and collects what is wrong."""

    def __init__(self, registry: Registry) -> None:
        self.found: dict[tuple[int, int, str], Diagnostic] = {}
        self._infer = Inference(registry, self._report)

    def _report(self, node: ast.AST, code: str, message: str, hint: str) -> None:
        line, column = getattr(node, "lineno", 1), getattr(node, "col_offset", 0)
        finding = Diagnostic(kind="type_error", code=code, line=line, column=column, message=message, hint=hint)
        self.found.setdefault((line, column, code), finding)

    def require_answer(self, tree: ast.Module, scope: Scope) -> None:
        """A program that does not set its answer on every path is not finished."""
        last = tree.body[-1] if tree.body else ast.Pass(lineno=1, col_offset=0)
        if ANSWER not in scope.types:
            self._report(last, "no-answer", "The program never sets answer.", "End with `answer = ...`.")
        elif ANSWER in scope.unsure:
            message = "answer is not set on every path."
            self._report(last, "no-answer", message, "Set it before the `if` or the loop, or in an `else`.")

    def block(self, statements: list[ast.stmt], scope: Scope) -> bool:
        """Follow statements in order. False when the end cannot be reached (return, break, continue)."""
        return all(self._statement(statement, scope) for statement in statements)

    def _statement(self, statement: ast.stmt, scope: Scope) -> bool:
        infer = self._infer
        match statement:
            case ast.Assign(targets=targets, value=value):
                given = infer.type_of(value, scope)
                for target in targets:
                    infer.bind(target, given, scope)
            case ast.AugAssign(target=target, op=op, value=value):
                read = ast.Name(target.id, ast.Load()) if isinstance(target, ast.Name) else target
                left = infer.type_of(ast.copy_location(read, target), scope)
                infer.bind(target, infer.binary(statement, op, left, infer.type_of(value, scope)), scope)
            case ast.Expr(value=value) | ast.Return(value=value):
                infer.type_of(value, scope)
                return isinstance(statement, ast.Expr)
            case ast.If():
                return self._if(statement, scope)
            case ast.For():
                self._for(statement, scope)
            case ast.FunctionDef():
                self._function(statement, scope)
            case ast.Break() | ast.Continue():
                return False
            case _:
                pass
        return True

    def _if(self, statement: ast.If, scope: Scope) -> bool:
        self._infer.type_of(statement.test, scope)
        then, other = scope.copy(), scope.copy()
        reached = [path for path, body in ((then, statement.body), (other, statement.orelse)) if self.block(body, path)]
        if reached:
            scope.merge(reached)
        return bool(reached)

    def _for(self, statement: ast.For, scope: Scope) -> None:
        never = scope.copy()
        once = scope.copy()
        # A second pass sees the types that the first one left behind, as the second iteration will.
        for _ in range(2):
            self._infer.bind(statement.target, self._infer.loop_element(statement.iter, once), once)
            before = once.copy()
            self.block(statement.body, once)
            once.merge([before, once.copy()])
        scope.merge([never, once])
        self.block(statement.orelse, scope)

    def _function(self, statement: ast.FunctionDef, scope: Scope) -> None:
        scope.bind(statement.name, Any)
        scope.helpers[statement.name] = statement.args
        self.block(statement.body, self._infer.with_parameters(statement.args, scope))
