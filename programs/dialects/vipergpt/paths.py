"""Makes implicit failures explicit: paths where Python would fail or return None end with an error.

Python finds out at run time that a name was never set, or holds None. Our checker refuses a program if any path leads
there, since the model that wrote it can repair it. A published program cannot be repaired, and mostly takes another
path.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable
from typing import cast

from ...check.scope import bound_names
from ...language.language import BUILTINS
from .build import Fresh, expression

_ORDERS = (ast.Lt, ast.LtE, ast.Gt, ast.GtE)
_TAKE_NONE = frozenset(["KIND", "bool", "print", "str"])


def guard(statements: list[ast.stmt], entry: str, fresh: Fresh) -> None:
    """Guard each function: names that may be unset, None where a value is needed, and the end of the entry."""
    functions = [node for node in _walk(statements) if isinstance(node, ast.FunctionDef)]
    empty = {function.name for function in functions if function.name != entry and _gives_none(function)}
    handed = _handed_none(statements, functions, empty)
    for statement in statements:
        if isinstance(statement, ast.FunctionDef):
            _Guard(statement, empty, handed, fresh, is_entry=statement.name == entry).run()


def _handed_none(statements: list[ast.stmt], functions: list[ast.FunctionDef], empty: set[str]) -> set[str]:
    """Parameters, by name, to which a call may pass None."""
    parameters = {function.name: [argument.arg for argument in function.args.args] for function in functions}
    calls = [(n, n.func.id) for n in _walk(statements) if isinstance(n, ast.Call) and isinstance(n.func, ast.Name)]
    defaults = (pair for f in functions for pair in zip(f.args.args[::-1], f.args.defaults[::-1], strict=False))
    found = {argument.arg for argument, value in defaults if _may_be_none(value, empty)}
    named = _given_none(statements, empty)
    before = -1
    while len(found) != before:
        before = len(found)
        for call, name in calls:
            pairs = [*zip(parameters.get(name, []), call.args, strict=False)]
            pairs += [(keyword.arg or "", keyword.value) for keyword in call.keywords if name in parameters]
            for parameter, value in pairs:
                if _may_be_none(value, empty) or (isinstance(value, ast.Name) and value.id in named | found):
                    found.add(parameter)
    return found


def _gives_none(function: ast.FunctionDef) -> bool:
    """May the function return None?"""
    returned = (node.value for node in ast.walk(function) if isinstance(node, ast.Return))
    return not _returns(function.body) or any(value is None or _may_be_none(value, set()) for value in returned)


def _returns(block: list[ast.stmt]) -> bool:
    """Does no path reach the end of the block?"""
    match block[-1]:
        case ast.Return():
            return True
        case ast.If(body=body, orelse=orelse):
            return bool(orelse) and _returns(body) and _returns(orelse)
        case ast.For(body=body, orelse=orelse):
            return bool(orelse) and _returns(orelse) and not any(isinstance(n, ast.Break) for n in _walk(body))
        case _:
            return False


def _walk(statements: Iterable[ast.AST]) -> Iterable[ast.AST]:
    return (node for statement in statements for node in ast.walk(statement))


def _may_be_none(node: ast.expr, empty: set[str]) -> bool:
    """May the expression be None? empty: functions that may return None."""
    match node:
        case ast.Constant(value=None):
            return True
        case ast.IfExp(body=body, orelse=orelse):
            return _may_be_none(body, empty) or _may_be_none(orelse, empty)
        case ast.Subscript(value=ast.ListComp(elt=each)):
            return _may_be_none(each, empty)
        case ast.Subscript(value=ast.List(elts=parts)):
            return any(_may_be_none(part, empty) for part in parts)
        case ast.Call(func=ast.Name(id=name)):
            return name in empty
        case ast.Call(func=ast.Attribute(attr="get"), args=[_, *default]):
            return not default or _may_be_none(default[0], empty)
        case _:
            return False


def _is_none(node: ast.expr | None) -> bool:
    return node is None or (isinstance(node, ast.Constant) and node.value is None)


def _is_several(target: ast.expr) -> bool:
    return isinstance(target, ast.Tuple | ast.List)


def _given_none(statements: Iterable[ast.AST], empty: set[str]) -> set[str]:
    """Names that these statements may set to None."""
    assigned = (node for node in _walk(statements) if isinstance(node, ast.Assign))
    found: set[str] = set()
    for node in assigned:
        for target in node.targets:
            pairs = [(target, node.value)]
            if isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
                pairs = list(zip(target.elts, node.value.elts, strict=False))
            found |= {t.id for t, v in pairs if isinstance(t, ast.Name) and _may_be_none(v, empty)}
    return found


def _call(name: str, *args: ast.expr) -> ast.expr:
    return ast.Call(ast.Name(name, ast.Load()), list(args), [])


def _unless_none(name: ast.Name, instead: ast.expr) -> ast.expr:
    test = ast.Compare(ast.Name(name.id, ast.Load()), [ast.IsNot()], [ast.Constant(None)])
    return ast.IfExp(test, name, instead)


class _Guard(ast.NodeTransformer):
    """Follows a function's paths.

    `_known`: names that are set, and not to None, on every path to this point. `_none`: names that may be None, which
    are guarded only where a value is needed. `_local`: the other names of the function.
    """

    def __init__(
        self, function: ast.FunctionDef, empty: set[str], handed: set[str], fresh: Fresh, *, is_entry: bool = False
    ) -> None:
        self._function = function
        self._is_entry = is_entry
        self._empty = empty
        self._handed = handed
        self._fresh = fresh
        own = function.args
        parameters = [*own.posonlyargs, *own.args, *own.kwonlyargs, own.vararg, own.kwarg]
        given = {argument.arg for argument in parameters if argument is not None}
        self._known: set[str] = given if is_entry else given - handed
        self._none = _given_none(function.body, empty) | (given - self._known)
        self._own = bound_names(function.body) | given
        self._local = self._own - given - self._none
        self._unset: dict[str, None] = {}

    def follow_outer(self, none: set[str]) -> None:
        """Guard names of the function around this one that may be None."""
        self._none |= none - self._own

    def run(self) -> None:
        """Guard the names, and initialize those that may be unset with None."""
        self._block(self._function.body)
        if self._is_entry and not _returns(self._function.body):
            self._function.body.append(ast.copy_location(ast.Return(_call("NO_ANSWER")), self._function.body[-1]))
        first = self._function.body[0]
        start = [ast.Assign([ast.Name(name, ast.Store())], ast.Constant(None)) for name in self._unset]
        self._function.body[:0] = [ast.copy_location(statement, first) for statement in start]

    def _block(self, statements: list[ast.stmt]) -> bool:
        """Follow statements in order. False when the end cannot be reached."""
        for statement in list(statements):
            match statement:
                case ast.AugAssign(target=ast.Name(id=name)) if name in (self._none | self._local) - self._known:
                    there = self._present(self.visit(ast.Name(name, ast.Load())))
                    sure = ast.copy_location(ast.Assign([ast.Name(name, ast.Store())], there), statement)
                    statements.insert(statements.index(statement), sure)
                    self._known.add(name)
                case _:
                    pass
            if not self._follow(statement):
                return False
        return True

    def _follow(self, statement: ast.stmt) -> bool:
        match statement:
            case ast.If():
                statement.test = self.visit(statement.test)
                return self._meet(statement)
            case ast.For():
                return self._loop(statement)
            case ast.FunctionDef(name=name):
                inner = _Guard(statement, self._empty, self._handed, self._fresh)
                inner.follow_outer(self._none)
                inner.run()
                self._known.add(name)
            case ast.Return():
                self.visit(statement)
                return False
            case ast.Break() | ast.Continue():
                return False
            case ast.Assign():
                statement.value = self.visit(statement.value)
                if not isinstance(statement.value, ast.Tuple) and any(map(_is_several, statement.targets)):
                    statement.value = self._present(statement.value)
                statement.targets = [self.visit(target) for target in statement.targets]
                self._known = (self._known | bound_names([statement])) - _given_none([statement], self._empty)
            case _:
                self.generic_visit(statement)
        return True

    def _meet(self, statement: ast.If) -> bool:
        """Follow both branches; afterwards only names set in every branch that reaches its end are known."""
        before: set[str] = set(self._known)
        reached: list[set[str]] = []
        for block, there in zip((statement.body, statement.orelse), _tested(statement.test), strict=True):
            self._known = before | there
            if self._block(block):
                reached.append(self._known)
        first, *others = reached or [before | self._local]
        self._known = first.intersection(*others)
        return bool(reached)

    def _loop(self, loop: ast.For) -> bool:
        loop.iter = self._present(self.visit(loop.iter))
        before = self._known - _given_none(loop.body, self._empty)
        self._known = before | bound_names([ast.Assign([loop.target], loop.iter)])
        self._block(loop.body)
        self._known = set(before)
        self._block(loop.orelse)
        self._known = before
        return True

    def _present(self, node: ast.expr) -> ast.expr:
        """The expression where a value is needed: None ends the program."""
        match node:
            case ast.Name(id=name) if name in self._none - self._known:
                return _unless_none(node, _call("UNSET", ast.Constant(name)))
            case ast.Constant(value=None):
                return ast.copy_location(_call("UNSET", ast.Constant("None")), node)
            case ast.IfExp(test=test, body=body, orelse=orelse):
                return ast.copy_location(ast.IfExp(test, self._present(body), self._present(orelse)), node)
            case ast.Call(func=ast.Name(id=name)) if name in self._empty:
                template = "[value_ if value_ is not None else UNSET(name) for value_ in [call]][0]"
                return expression(template, self._fresh, call=node, name=ast.Constant(name))
            case _ if _may_be_none(node, self._empty):
                template = "[value_ if value_ is not None else UNSET('This') for value_ in [given]][0]"
                return expression(template, self._fresh, given=node)
            case _:
                return node

    def visit_Name(self, node: ast.Name) -> ast.expr:
        """The name, or a call that ends the program if it was never set."""
        if not isinstance(node.ctx, ast.Load) or node.id in self._known or node.id not in self._local:
            return node
        self._unset[node.id] = None
        return _unless_none(node, _call("UNSET", ast.Constant(node.id)))

    def visit_Call(self, node: ast.Call) -> ast.expr:
        """A call: our tools do not take None, and few of Python's functions do."""
        self.generic_visit(node)
        called = node.func.id if isinstance(node.func, ast.Name) else ""
        if (called.isupper() or called in BUILTINS) and called not in _TAKE_NONE:
            node.args = [self._present(arg) for arg in node.args]
        return node

    def visit_Starred(self, node: ast.Starred) -> ast.expr:
        """None has no items."""
        self.generic_visit(node)
        node.value = self._present(node.value)
        return node

    def visit_UnaryOp(self, node: ast.UnaryOp) -> ast.expr:
        """None has no arithmetic, but `not` works."""
        self.generic_visit(node)
        if not isinstance(node.op, ast.Not):
            node.operand = self._present(node.operand)
        return node

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        """None has no attributes."""
        self.generic_visit(node)
        node.value = self._present(node.value)
        return node

    def visit_Subscript(self, node: ast.Subscript) -> ast.expr:
        """None has no items."""
        self.generic_visit(node)
        node.value, node.slice = self._present(node.value), self._present(node.slice)
        return node

    def visit_BinOp(self, node: ast.BinOp) -> ast.expr:
        """None has no arithmetic."""
        self.generic_visit(node)
        node.left, node.right = self._present(node.left), self._present(node.right)
        return node

    def visit_Compare(self, node: ast.Compare) -> ast.expr:
        """None cannot be ordered, and contains nothing."""
        self.generic_visit(node)
        if any(isinstance(operator, _ORDERS) for operator in node.ops):
            node.left = self._present(node.left)
            node.comparators = [self._present(side) for side in node.comparators]
        elif isinstance(node.ops[-1], ast.In | ast.NotIn):
            node.comparators[-1] = self._present(node.comparators[-1])
        return node

    def visit_Return(self, node: ast.Return) -> ast.Return:
        """None is no answer, but other functions may return it."""
        self.generic_visit(node)
        if self._is_entry:
            node.value = _call("NO_ANSWER") if _is_none(node.value) else self._present(cast("ast.expr", node.value))
        return node

    def visit_Lambda(self, node: ast.Lambda) -> ast.expr:
        """The function, whose parameters are set."""
        return self._inside(node, {argument.arg for argument in node.args.args})

    def visit_ListComp(self, node: ast.expr) -> ast.expr:
        """The comprehension, whose targets are set."""
        targets = {n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
        return self._inside(node, targets)

    visit_SetComp = visit_DictComp = visit_GeneratorExp = visit_ListComp

    def visit_comprehension(self, node: ast.comprehension) -> ast.comprehension:
        """None cannot be looped over."""
        self.generic_visit(node)
        node.iter = self._present(node.iter)
        return node

    def _inside(self, node: ast.expr, own: set[str]) -> ast.expr:
        """An expression with names of its own."""
        before = set(self._known)
        self._known |= own
        self.generic_visit(node)
        self._known = before
        return node


def _tested(test: ast.expr) -> tuple[set[str], set[str]]:
    """Names that are certainly not None where the test is true, and where it is false."""
    match test:
        case ast.Name(id=name):
            return {name}, set()
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            yes, no = _tested(operand)
            return no, yes
        case ast.Compare(left=ast.Name(id=name), ops=[operator], comparators=[ast.Constant(value=None)]):
            known, nothing = {name}, set[str]()
            return (known, nothing) if isinstance(operator, ast.IsNot | ast.NotEq) else (nothing, known)
        case _:
            return set(), set()
