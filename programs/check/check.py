"""The checker's entry point: parses a text and checks syntax, language, names and types."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ...tools.core.registry import Registry
from ..language.diagnostics import Diagnostic
from ..language.habits import syntax_hint
from ..language.language import ALBUM, INPUTS, MAX_SOURCE_BYTES, VIDEO
from ..language.outline import needs_compiler
from ..language.policy import refusals
from ..language.program import Program, parse, quiet
from ..language.tree import Nodes, levels
from ..meaning.instead import FINDERS
from ..question.answers_of_tools import labels_that_are_none
from ..question.compared import Swap
from ..question.expected_answer import Expected
from ..question.needed_calls import WRITE_LINE, better_call
from ..question.needed_tools import wrong_tools
from .flow import Flow
from .scope import Scope

ANYTHING = Expected()
"""For programs written by people, any answer is accepted."""
MAX_DEPTH = 100
"""Maximum depth of the syntax tree, because checker, compiler and RestrictedPython are recursive."""


@dataclass(frozen=True)
class Checked:
    """A valid program, with the names of the tools that it calls."""

    program: Program
    tools: tuple[str, ...]


def check(
    program: Program, registry: Registry, inputs: Mapping[str, Any] = INPUTS, expected: Expected = ANYTHING
) -> Checked | tuple[Diagnostic, ...]:
    """Check a program against the tools of a registry.

    inputs: the type of each predefined variable, such as `{"images": list[Image]}`.
    expected: the kind of answer required (programs/question/expected_answer.py).
    Returns the checked program, or at least one diagnostic, in order of lines.
    """
    parsed = _parse(program.source)
    if isinstance(parsed, Diagnostic):
        return (parsed,)
    tree, nodes = parsed
    findings = _findings(registry, tree, nodes, inputs, expected)
    if findings:
        return findings
    names = dict.fromkeys([node.id for node in nodes.of(ast.Name)])
    of_image = not INPUTS.keys().isdisjoint((*inputs, *names))
    if expected.kind != "any" and of_image:
        strange = _answers_other(tree, program.question, expected, registry)
        if strange:
            return (strange,)
    tools = tuple([name for name in names if name in registry])
    if expected.kind not in ("any", "number") and not tools and inputs.keys().isdisjoint(names):
        return (_looks_at_nothing(inputs),)
    last = tree.body[-1] if tree.body else None
    if expected.kind != "any" and tools and isinstance(last, ast.Assign) and _is_constant(last):
        return (_always(last),)
    about = next((name for name in (VIDEO, ALBUM) if name in inputs), None)
    if about and expected.kind != "any":
        better = _better_tool(tree, tools, program, expected, registry, about)
        return (better,) if better else Checked(program, tools)
    return Checked(program, tools)


def _findings(
    registry: Registry, tree: ast.Module, nodes: Nodes, inputs: Mapping[str, Any], expected: Expected
) -> tuple[Diagnostic, ...]:
    """All problems of the program. No program may crash the checker."""
    try:
        return refusals(nodes, registry) or Flow(registry, tree, nodes, expected).follow(Scope(dict(inputs)))
    except (RecursionError, MemoryError):
        # Deeply nested functions can overflow the stack.
        return (_unreadable("The program's functions are nested too deep inside of one another."),)
    except (ValueError, OverflowError) as error:
        return (_unreadable(f"The program holds a value that cannot be checked: {type(error).__name__}."),)


def _answers_other(tree: ast.Module, question: str, expected: Expected, registry: Registry) -> Diagnostic | None:
    """What is wrong with a program that compares, reads, names or tests something else than its question."""
    for code, (find, message) in FINDERS.items():
        if swap := find(tree, question, expected, registry.names):
            return _instead(swap, code, message)
    for test, word in labels_that_are_none(tree):
        message = f"A label is the name of a thing, and is never {word!r}."
        hint = "Compare places: LEFT_OF(box, other), box.center_x < image.center_x."
        line, column = test.lineno, test.col_offset
        return Diagnostic(kind="type_error", code="label-word", line=line, column=column, message=message, hint=hint)
    return None


def _is_constant(last: ast.Assign) -> bool:
    """Does the last line set the answer to one value, without a name or a call?"""
    varies = any(isinstance(node, ast.Name | ast.Call) for node in ast.walk(last.value))
    return not varies and [ast.unparse(target) for target in last.targets] == ["answer"]


def _always(last: ast.Assign) -> Diagnostic:
    message = f"The answer is {ast.unparse(last.value)} whatever the picture shows."
    hint = "Set it to what a tool or a comparison gives."
    line, column = last.lineno, last.col_offset
    return Diagnostic(kind="type_error", code="always-the-same", line=line, column=column, message=message, hint=hint)


def _looks_at_nothing(inputs: Mapping[str, Any]) -> Diagnostic:
    message = f"The program calls no tool and reads none of its inputs ({', '.join(inputs)}), so it cannot know."
    hint = "Call the tool that sees what the question asks."
    return Diagnostic(kind="type_error", code="looks-at-nothing", line=1, column=0, message=message, hint=hint)


def _instead(swap: Swap, code: str, message: str) -> Diagnostic:
    line, column = swap.test.lineno, swap.test.col_offset
    told = message.format(f"{ast.unparse(swap.test):.80}")
    hint = f"Write {ast.unparse(swap.better):.80}"
    return Diagnostic(kind="type_error", code=code, line=line, column=column, message=told, hint=hint)


def _better_tool(
    tree: ast.Module, tools: tuple[str, ...], program: Program, expected: Expected, registry: Registry, about: str
) -> Diagnostic | None:
    """The problem of a program that calls no tool which can answer its question about a video or an album."""
    better = wrong_tools(tools, program.question, expected.kind, registry.names, about)
    if not better:
        return None
    call, answers = better_call(better, program.question, expected, tree)
    message = f"This does not answer the question: {better} is missing."
    hint = f"{WRITE_LINE}answer = {call}" if answers else f"It is used like this: {call}"
    return Diagnostic(kind="type_error", code="wrong-tool", line=1, column=0, message=message, hint=hint)


def _unreadable(message: str, line: int = 1, column: int = 0, hint: str = "") -> Diagnostic:
    return Diagnostic(kind="parse_error", code="syntax", line=line, column=column, message=message, hint=hint)


def is_too_long(source: str) -> bool:
    """Whether it exceeds the maximum length."""
    return len(source) > MAX_SOURCE_BYTES or len(source.encode("utf-8", errors="replace")) > MAX_SOURCE_BYTES


def _parse(source: str) -> tuple[ast.Module, Nodes] | Diagnostic:
    """The syntax tree, and its nodes by type."""
    too_deep = f"The program is nested more than {MAX_DEPTH} levels deep."
    if is_too_long(source):
        return _unreadable(f"The program is longer than {MAX_SOURCE_BYTES:,} bytes.")
    try:
        tree = parse(source)
        found = levels(tree, MAX_DEPTH)
        if found is None:
            return _unreadable(too_deep)
        nodes = Nodes(found)
        if needs_compiler(tree, nodes):
            with quiet():
                compile(tree, "program", "exec")
    except SyntaxError as error:
        column = max((error.offset or 1) - 1, 0)
        line = error.lineno or 1
        message = f"This is not Python: {error.msg}".rstrip("?.") + "."
        return _unreadable(message, line, column, syntax_hint("".join(source.splitlines()[line - 1 : line])))
    except ValueError as error:
        return _unreadable(f"This is not Python: {error}.")
    except (RecursionError, MemoryError):
        return _unreadable(too_deep)
    return tree, nodes
