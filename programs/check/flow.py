"""Flow analysis: follows statements, branches and loops, and merges types where paths join."""

from __future__ import annotations

import ast
from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Never, get_args, get_origin

from ...tools.core.registry import Registry
from ..language import types
from ..language.builtin_functions import code, without_brackets
from ..language.diagnostics import Diagnostic, Findings, Found
from ..language.language import ANSWER
from ..language.methods import CHANGING
from ..language.names import Names
from ..language.tree import Nodes, walk
from ..question.expected_answer import Expected
from ..question.fitting import misfit
from .functions import Functions
from .infer import Inference
from .scope import Scope, bound_names
from .termination import GROWING, MOST_ROUNDS, grown_in_loop, has_way_out, rounds, surely_evaluated

_ATTEMPTS = 3
"""Maximum passes over a loop's body until its types converge; types that still change become unknown."""
_NESTED = 2
"""In deeper loops, names assigned in the body are unknown at its start, since passes multiply with depth."""

_RAISED = frozenset(
    {"operands", "attribute", "not-iterable", "not-indexable", "not-callable", "argument-type", "unpack"}
)
"""Codes of errors that always end a program. Others may be valid in some iteration of a loop."""
_FIRST = "It is so in the first round of the loop."


@dataclass
class _Loop:
    """The exits of a loop's body: to the next iteration (`continue`, or its end), and out of the loop (`break`)."""

    iterated: list[Scope] = field(default_factory=list[Scope])
    broken: list[Scope] = field(default_factory=list[Scope])


class Flow:
    """Follows the statements of a program along all paths, and collects problems."""

    def __init__(self, registry: Registry, tree: ast.Module, nodes: Nodes, expected: Expected) -> None:
        self._expected = expected
        self._tree = tree
        self._nodes = nodes
        self._findings = Findings()
        self._functions = Functions(nodes, self._findings, self._body)
        self._infer = Inference(registry, Names(tree), self._findings, self._functions)
        self._loops: list[_Loop] = []
        self._returns: list[list[Any]] = []
        self._answers: list[tuple[ast.AST, Any]] = []

    def follow(self, scope: Scope) -> tuple[Diagnostic, ...]:
        """All problems of the program, in order of lines."""
        self._block(self._tree.body, scope)
        self._functions.follow_the_rest(scope)
        self._require_answer(scope)
        return self._findings.ordered

    def _require_answer(self, scope: Scope) -> None:
        """Check that the program sets `answer` to a valid value on every path."""
        last = self._tree.body[-1] if self._tree.body else ast.Pass(lineno=1, col_offset=0)
        if ANSWER not in scope.types:
            hint = _answer_hint(last) if self._stores[ANSWER] == 0 else _ANSWER_INSIDE
            self._findings.report(last, "no-answer", "The program never sets answer.", hint)
        elif ANSWER in scope.unsure:
            message = "answer is not set on every path."
            hint = "Set it before the `if` or the loop, or in an `else`."
            self._findings.report(last, "no-answer", message, hint)
        else:
            self._require_value(scope.types[ANSWER], last)

    def _require_value(self, answer: Any, last: ast.AST) -> None:
        for is_wrong in (_is_function, _is_lazy, types.has_none):
            if is_wrong(answer) or (answer is Any and any(_is_function(t) and is_wrong(t) for _, t in self._answers)):
                places = [(node, t) for node, t in self._answers if is_wrong(t)]
                node, t = places[-1] if places else (last, answer)
                text = code(node) if isinstance(node, ast.expr) else ANSWER
                self._findings.report(node, "answer-type", *_no_answer(text, t))
                return
        self._require_fit(answer, last)

    def _require_fit(self, answer: Any, last: ast.AST) -> None:
        """Check that the answer has the type that the question expects, and report it where it is set."""
        places = [*self._answers, (last, answer)] if answer is not Any else self._answers
        for node, t in places if misfit(answer, self._expected, ANSWER) or answer is Any else ():
            found = misfit(t, self._expected, code(node) if isinstance(node, ast.expr) else ANSWER)
            if found:
                self._findings.report(node, "unfit-answer", *found)
                return

    def _block(self, statements: list[ast.stmt], scope: Scope) -> bool:
        """Follow statements in order. Returns False if the end is unreachable (return, break, continue)."""
        return all(self._statement(statement, scope) for statement in statements)

    def _statement(self, statement: ast.stmt, scope: Scope) -> bool:
        match statement:
            case ast.Assign():
                self._assign(statement, scope)
            case ast.AugAssign():
                self._augment(statement, scope)
            case ast.Expr(value=value):
                self._infer.look(value, scope)
            case ast.Return(value=value):
                self._returns[-1].append(self._infer.type_of(value, scope))
                return False
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

    def _assign(self, statement: ast.Assign, scope: Scope) -> None:
        value, before = statement.value, self._findings.reports
        given = self._infer.type_of(value, scope)
        if isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute) and given is types.NONE:
            attr, owner = value.func.attr, code(value.func.value)
            if attr in CHANGING:
                told = f"{attr}() changes {owner} and gives nothing."
                hint = f"Write {code(value)} on a line of its own."
                if attr == "append" and not isinstance(value.func.value, ast.Name) and len(value.args) == 1:
                    hint = f"Write {owner} + [{code(value.args[0])}]."
                self._infer.report(value, "none-result", told, hint)
                given = Any
        own = len(statement.targets) == 1 and _is_new(value, scope)
        wrong = self._findings.reports > before
        for target in statement.targets:
            self._infer.bind(target, _told(target, given) if wrong else given, scope, own=own)
            if isinstance(target, ast.Name) and target.id == ANSWER and scope.outer is None:
                self._answers.append((value, given))

    def _augment(self, statement: ast.AugAssign, scope: Scope) -> None:
        target, infer = statement.target, self._infer
        if not isinstance(target, ast.Name):
            return
        before = self._findings.reports
        node = ast.copy_location(ast.Name(target.id, ast.Load()), target)
        left, right = infer.value(node, scope), infer.value(statement.value, scope)
        if isinstance(statement.op, ast.Add) and types.base(left) is list and types.element(right) is not None:
            infer.containers.grow(node, "extend", [right], scope)
            return
        found = infer.operations.binary(statement, statement.op, (left, right), (node, statement.value), scope)
        infer.bind(target, _told(target, found) if self._findings.reports > before else found, scope)
        if target.id == ANSWER and scope.outer is None:
            self._answers.append((statement.value, found))

    def _if(self, statement: ast.If, scope: Scope) -> bool:
        infer = self._infer
        infer.test(statement.test, scope)
        then, other = (infer.after(statement.test, holds, scope) for holds in (True, False))
        then, other = (path.copy() if path is scope else path for path in (then, other))
        reached = [
            path for path, body in ((then, statement.body), (other, statement.orelse)) if self._block(body, path)
        ]
        if reached:
            scope.merge(reached)
        return bool(reached)

    def _for(self, statement: ast.For, scope: Scope) -> bool:
        each = self._infer.loop_element(statement.iter, scope)
        count = self._count(statement.iter)
        self._require_end(statement, each, count)
        loop = self._rounds(statement, each, scope)
        paths = loop.iterated if count else [scope, *loop.iterated]
        ended = bool(paths)
        if ended:
            scope.merge(paths)
            ended = self._block(statement.orelse, scope)
        if loop.broken:
            scope.merge([scope, *loop.broken] if ended else loop.broken)
        return ended or bool(loop.broken)

    def _rounds(self, statement: ast.For, each: Any, scope: Scope) -> _Loop:
        """Follow a loop's body until the types at its start cover all iterations."""
        names = bound_names(statement.body)
        start = scope.copy()
        start.carried |= names
        attempts = _ATTEMPTS if len(self._loops) <= _NESTED else 0
        if not attempts:
            start.types |= dict.fromkeys(names & start.types.keys(), Any)
        first: Found = {}
        while True:
            before = self._findings.swap({})
            loop, inside = _Loop(), start.copy()
            self._infer.bind(statement.target, each, inside, looped=True)
            self._loops.append(loop)
            if self._block(statement.body, inside):
                loop.iterated.append(inside)
            self._loops.pop()
            changed = start.grow(loop.iterated)
            attempts -= 1
            found = self._findings.swap(before)
            if not changed or attempts < -1:
                places = {key[:2] for key in found}
                self._findings.add({**found, **{key: f for key, f in first.items() if key[:2] not in places}})
                return loop
            if not first:
                first = _certain(found, statement.body)
            if attempts <= 0:
                start.types |= dict.fromkeys(changed & start.types.keys(), Any)

    def _require_end(self, statement: ast.For, each: Any, count: int | None) -> None:
        report = self._findings.report
        if count is not None and count > MOST_ROUNDS and not has_way_out(statement):
            hint = "Loop over a list, or leave with `break`."
            report(statement, "endless-loop", f"The loop runs {count:,} times, which does not end in time.", hint)
        inner = statement.iter
        if isinstance(inner, ast.Call) and isinstance(inner.func, ast.Name) and inner.func.id == "enumerate":
            inner = inner.args[0] if inner.args else inner
        if isinstance(inner, ast.Name) and self._longer:
            same = self._same(inner.id)
            where = grown_in_loop(statement, same) if same & self._longer else None
            if where is not None:
                message = f"The loop makes {inner.id} longer in each round and cannot end."
                report(where, "endless-loop", message, f"Loop over list({inner.id}), or append to another list.")

    def _count(self, iterable: ast.expr) -> int | None:
        """How often a loop over this runs; also known for a list that was written out under a name, once."""
        if not isinstance(iterable, ast.Name):
            return rounds(iterable)
        value = self._written.get(iterable.id)
        if value is None or iterable.id in self._shortened or not self._assigned_once(iterable.id):
            return None
        return rounds(value)

    @cached_property
    def _written(self) -> dict[str, ast.expr]:
        """The lists that are written out under a name."""
        found: dict[str, ast.expr] = {}
        for node in self._nodes.of(ast.Assign):
            match node:
                case ast.Assign(targets=[ast.Name(id=name)], value=ast.List() | ast.Tuple() as value):
                    found[name] = value
                case _:
                    pass
        return found

    @cached_property
    def _shortened(self) -> set[str]:
        """The names of lists that something is taken from."""
        taken = [node.value for node in self._nodes.of(ast.Attribute) if node.attr in ("pop", "remove")]
        return {owner.id for owner in taken if isinstance(owner, ast.Name)}

    @cached_property
    def _longer(self) -> set[str]:
        """Names of the lists that something in the program may make longer: a quick look before a long one."""
        owners = [node.value for node in self._nodes.of(ast.Attribute) if node.attr in GROWING]
        targets = [node.target for node in self._nodes.of(ast.AugAssign)]
        return {node.id for node in (*owners, *targets) if isinstance(node, ast.Name)}

    def _same(self, name: str) -> set[str]:
        """Names that are plainly assigned from each other, once each: the same list."""
        return {n for n in self._groups.get(name, ()) if self._assigned_once(n)} | {name}

    @cached_property
    def _groups(self) -> dict[str, set[str]]:
        """For each name, those that plain assignments connect it with. The smaller group joins the larger one."""
        groups: dict[str, set[str]] = {}
        for node in self._nodes.of(ast.Assign):
            match node:
                case ast.Assign(targets=[ast.Name(id=one)], value=ast.Name(id=other)):
                    small, large = sorted((groups.get(one) or {one}, groups.get(other) or {other}), key=len)
                    large |= small
                    groups |= dict.fromkeys((*small, one, other), large)
                case _:
                    pass
        return groups

    def _assigned_once(self, name: str) -> bool:
        return self._stores[name] == 1

    @cached_property
    def _stores(self) -> Counter[str]:
        """How often the program sets each name."""
        return Counter([n.id for n in self._nodes.of(ast.Name) if type(n.ctx) is ast.Store])

    def _function(self, statement: ast.FunctionDef, scope: Scope) -> None:
        arguments = statement.args
        for default in (*arguments.defaults, *(d for d in arguments.kw_defaults if d is not None)):
            self._infer.type_of(default, scope)
        self._infer.set_parameters(arguments)
        function = self._functions.define(statement.name, statement, scope)
        self._infer.set_name(statement, statement.name, function, scope)

    def _body(self, body: ast.FunctionDef | ast.Lambda, scope: Scope) -> Any:
        """What a function gives when it is called in this scope."""
        if isinstance(body, ast.Lambda):
            return self._infer.type_of(body.body, scope)
        loops, self._loops = self._loops, []
        self._returns.append([])
        ends = self._block(body.body, scope)
        self._loops = loops
        returned = self._returns.pop()
        return types.join(*returned, *([types.NONE] if ends else []))


def _certain(found: Found, body: list[ast.stmt]) -> Found:
    """Problems that certainly occur in the first iteration of a loop, whatever happens in later ones.

    Nodes that begin at one place cannot be told apart there, so that all of them must be evaluated.
    """
    if not found:
        return found
    sure = surely_evaluated(body)
    places = {_start(node) for node in sure}
    places -= {_start(node) for statement in body for node in walk(statement) if node not in sure}
    certain = {key: finding for key, finding in found.items() if key[2] in _RAISED and key[:2] in places}
    return {key: f.model_copy(update={"hint": f"{f.hint} {_FIRST}".lstrip()}) for key, f in certain.items()}


def _start(node: ast.AST) -> tuple[int, int]:
    return getattr(node, "lineno", 0), getattr(node, "col_offset", 0)


_ANSWER_INSIDE = "It is set inside of a function only: return it from there, and end with `answer = ...`."


def _answer_hint(last: ast.stmt) -> str:
    """A hint for a program whose last statement looks like its answer."""
    match last:
        case ast.Expr(value=ast.Call(func=ast.Name(id="print"), args=[value])):
            return f"End with `answer = {code(value)}`."
        case ast.Expr(value=ast.Compare(left=ast.Name(id=name), ops=[ast.Eq()], comparators=[value])) if name == ANSWER:
            return f"End with `answer = {code(value)}`, with one =."
        case ast.Expr(value=value):
            return f"End with `answer = {code(value)}`."
        case ast.Assign(targets=[ast.Name(id=name)]):
            return f"End with `answer = {name}`."
        case _:
            return "End with `answer = ...`."


def _told(target: ast.expr, given: Any) -> Any:
    """What a value in which something is wrong tells about what it is assigned to: nothing where it is not known.

    `Any` would hide the mistake in the next round of a loop, from where the name could hold anything.
    """
    if isinstance(target, ast.Name | ast.Subscript):
        return Never if given is Any else given
    if get_origin(given) is tuple:
        return types.container(tuple, *(Never if part is Any else part for part in get_args(given)))
    return given


def _is_new(value: ast.expr, scope: Scope) -> bool:
    """Whether the expression creates a new value, which has no other references."""
    if type(value) in _MAKING:
        return True
    if isinstance(value, ast.Subscript):
        return isinstance(value.slice, ast.Slice)
    return isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id not in scope.types


_MAKING = frozenset({ast.List, ast.Set, ast.Dict, ast.ListComp, ast.SetComp, ast.DictComp, ast.BinOp})


def _is_function(t: Any) -> bool:
    return isinstance(t, types.Function)


def _is_lazy(t: Any) -> bool:
    return any(types.base(m) in types.LAZY for m in types.members(t))


def _no_answer(text: str, t: Any) -> tuple[str, str]:
    if isinstance(t, types.Function):
        hint = "Give a value." if t.name == "lambda" else f"Call it: answer = {text}(...)."
        return f"answer is {types.text(t)} itself, not its result.", hint
    if _is_lazy(t):
        return "answer is not a value yet.", f"Write answer = list({without_brackets(text)})."
    if t is types.NONE:
        return "answer is None.", "Give a value: a word, a number, True or False, or a list."
    return "answer may be None.", 'Test first: answer = x if x is not None else "none".'
