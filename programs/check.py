"""Is this text a program? Parsed, in the language, names known, types right; or diagnostics that say what is not."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..tools.registry import Registry
from .diagnostics import Diagnostic
from .infer import Inference
from .language import ANSWER, CONSTANTS, INPUTS, INSTEAD, NODES, RESERVED
from .program import MAX_SOURCE_BYTES, Program, parse, quiet
from .scope import Scope, bound_names

MAX_DEPTH = 100
"""Levels of the syntax tree. Everything that walks a tree recurses: checker, compiler and RestrictedPython."""


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
    flow.module(tree, scope)
    flow.require_answer(tree, scope)
    if flow.found:
        return tuple(sorted(flow.found.values(), key=lambda d: (d.line, d.column)))
    names = (node.id for node in ast.walk(tree) if isinstance(node, ast.Name))
    return Checked(program, tuple(dict.fromkeys(name for name in names if name in registry)))


def _parse(source: str) -> ast.Module | Diagnostic:
    def refuse(message: str, line: int = 1, column: int = 0, hint: str = "") -> Diagnostic:
        return Diagnostic(kind="parse_error", code="syntax", line=line, column=column, message=message, hint=hint)

    too_deep = f"The program is nested more than {MAX_DEPTH} levels deep."
    if len(source.encode("utf-8", errors="replace")) > MAX_SOURCE_BYTES:
        return refuse(f"The program is longer than {MAX_SOURCE_BYTES:,} bytes.")
    try:
        tree = parse(source)
        if _is_deep(tree):
            return refuse(too_deep)
        # Some rules are the compiler's, not the parser's: `return` outside of a function, a parameter named twice.
        with quiet():
            compile(tree, "program", "exec")
    except SyntaxError as error:
        column = max((error.offset or 1) - 1, 0)
        return refuse(f"This is not Python: {error.msg}.", error.lineno or 1, column, "Write plain Python.")
    except ValueError as error:
        return refuse(f"This is not Python: {error}.")
    except (RecursionError, MemoryError):
        return refuse(too_deep)
    return tree


def _is_deep(tree: ast.Module) -> bool:
    level: list[ast.AST] = [tree]
    for _ in range(MAX_DEPTH):
        level = [child for node in level for child in ast.iter_child_nodes(node)]
    return bool(level)


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
        if isinstance(node, ast.comprehension) and node.is_async:
            refuse(node.target, "not-allowed", "`async` is not part of the language.")
        if isinstance(node, ast.Constant) and type(node.value) not in CONSTANTS:
            refuse(node, "not-allowed", f"A constant of type {type(node.value).__name__} is not part of the language.")
        for part in ("id", "attr", "name", "arg"):
            name = getattr(node, part, None)
            if isinstance(name, str) and name.startswith("_") and name != "_":
                refuse(node, "underscore", f"{name} starts with an underscore.", "Use a plain name.")
            if name in RESERVED and part != "attr" and isinstance(getattr(node, "ctx", None), ast.Store | None):
                refuse(node, "not-allowed", f"{name} is a reserved name.", "Choose another name.")
    return tuple(found)


@dataclass
class _Loop:
    """The ways out of a loop's body: to the next iteration (`continue`, or its end), and out of the loop (`break`)."""

    iterated: list[Scope] = field(default_factory=list[Scope])
    broken: list[Scope] = field(default_factory=list[Scope])


class _Flow:
    """Follows the statements of a program, path by path, and collects what is wrong."""

    def __init__(self, registry: Registry) -> None:
        self.found: dict[tuple[int, int, str], Diagnostic] = {}
        self._infer = Inference(registry, self._report)
        self._globals: set[str] = set()
        self._loops: list[_Loop] = []

    def module(self, tree: ast.Module, scope: Scope) -> None:
        """Follow a whole program."""
        self._globals = bound_names(tree.body)
        self.block(tree.body, scope)

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
                return self._for(statement, scope)
            case ast.FunctionDef():
                self._function(statement, scope)
            case ast.Break():
                self._loops[-1].broken.append(scope.copy())
                return False
            case ast.Continue():
                self._loops[-1].iterated.append(scope.copy())
                return False
            case _:
                pass
        return True

    def _if(self, statement: ast.If, scope: Scope) -> bool:
        self._infer.type_of(statement.test, scope)
        then, other = scope.guarded(), scope.guarded()
        reached = [path for path, body in ((then, statement.body), (other, statement.orelse)) if self.block(body, path)]
        if reached:
            scope.merge(reached)
        return bool(reached)

    def _for(self, statement: ast.For, scope: Scope) -> bool:
        each = self._infer.loop_element(statement.iter, scope)
        inside = scope.looping(bound_names(statement.body))
        self._infer.bind(statement.target, each, inside)
        loop = _Loop()
        self._loops.append(loop)
        if self.block(statement.body, inside):
            loop.iterated.append(inside)
        self._loops.pop()
        scope.merge([scope.copy(), *loop.iterated])
        ended = self.block(statement.orelse, scope)
        paths = [*([scope.copy()] if ended else []), *loop.broken]
        if paths:
            scope.merge(paths)
        return bool(paths)

    def _function(self, statement: ast.FunctionDef, scope: Scope) -> None:
        self._infer.bind(ast.copy_location(ast.Name(statement.name, ast.Store()), statement), Any, scope)
        scope.helpers[statement.name] = statement.args
        inside = scope.function(self._globals, bound_names(statement.body))
        self.block(statement.body, self._infer.with_parameters(statement.args, scope, inside))
