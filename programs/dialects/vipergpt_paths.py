"""Paths on which Python fails or gives None by itself: there the program ends with an error that says so.

Python finds out at run time that a name was never set, or holds None. Our checker refuses what some path leads to,
since it speaks to a model that can mend its program. A published program cannot be mended, and mostly goes another way.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable

from ..scope import bound_names
from .vipergpt_build import Fresh, expression

_ORDERS = (ast.Lt, ast.LtE, ast.Gt, ast.GtE)


def guard(statements: list[ast.stmt], entry: str, fresh: Fresh) -> None:
    """Guard each function: uses of names that may not be set, of None where a value must be, and the entry's end."""
    functions = [node for node in _walk(statements) if isinstance(node, ast.FunctionDef)]
    for function in functions:
        if function.name == entry:
            _guard_end(function)
    empty = {function.name for function in functions if _gives_none(function)}
    for statement in statements:
        if isinstance(statement, ast.FunctionDef):
            _Guard(statement, empty, fresh, is_entry=statement.name == entry).run()


def _guard_end(function: ast.FunctionDef) -> None:
    """Make the function end the program where it would give None."""
    for node in ast.walk(function):
        match node:
            case ast.Return(value=None | ast.Constant(value=None)):
                node.value = _call("NO_ANSWER")
            case _:
                pass
    if not _returns(function.body):
        function.body.append(ast.copy_location(ast.Return(_call("NO_ANSWER")), function.body[-1]))


def _gives_none(function: ast.FunctionDef) -> bool:
    """May the function give None?"""
    returned = (node.value for node in ast.walk(function) if isinstance(node, ast.Return))
    return not _returns(function.body) or any(value is None or _may_be_none(value, set()) for value in returned)


def _returns(block: list[ast.stmt]) -> bool:
    """Does no path reach the block's end?"""
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
    """May the expression be None? empty: functions that may give None."""
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
        case _:
            return False


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

    `_known`: names that are set, and not to None, on every path to here. `_none`: names that may be set to None: those
    are guarded only where a value must be. `_local`: the other names of the function.
    """

    def __init__(self, function: ast.FunctionDef, empty: set[str], fresh: Fresh, *, is_entry: bool = False) -> None:
        self._function = function
        self._is_entry = is_entry
        self._empty = empty
        self._fresh = fresh
        own = function.args
        parameters = [*own.posonlyargs, *own.args, *own.kwonlyargs, own.vararg, own.kwarg]
        self._known: set[str] = {argument.arg for argument in parameters if argument is not None}
        self._none = _given_none(function.body, empty)
        self._local = bound_names(function.body) - self._known - self._none
        self._unset: dict[str, None] = {}

    def run(self) -> None:
        """Guard the names, and give those that may not be set None to start with."""
        self._block(self._function.body)
        first = self._function.body[0]
        start = [ast.Assign([ast.Name(name, ast.Store())], ast.Constant(None)) for name in self._unset]
        self._function.body[:0] = [ast.copy_location(statement, first) for statement in start]

    def _block(self, statements: list[ast.stmt]) -> bool:
        """Follow statements in order. False when the end cannot be reached."""
        return all(self._follow(statement) for statement in statements)

    def _follow(self, statement: ast.stmt) -> bool:
        match statement:
            case ast.If():
                statement.test = self.visit(statement.test)
                return self._meet(statement)
            case ast.For():
                return self._loop(statement)
            case ast.FunctionDef(name=name):
                _Guard(statement, self._empty, self._fresh).run()
                self._known.add(name)
            case ast.Return():
                self.visit(statement)
                return False
            case ast.Break() | ast.Continue():
                return False
            case ast.Assign():
                statement.value = self.visit(statement.value)
                statement.targets = [self.visit(target) for target in statement.targets]
                self._known = (self._known | bound_names([statement])) - _given_none([statement], self._empty)
            case _:
                self.generic_visit(statement)
        return True

    def _meet(self, statement: ast.If) -> bool:
        """Follow both branches from here; afterwards only what each one that reaches its end set is known."""
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
        """The expression where a value must be: None ends the program."""
        match node:
            case ast.Name(id=name) if name in self._none - self._known:
                return _unless_none(node, _call("UNSET", ast.Constant(name)))
            case ast.Call(func=ast.Name(id=name)) if name in self._empty:
                template = "[value_ if value_ is not None else UNSET(name) for value_ in [call]][0]"
                return expression(template, self._fresh, call=node, name=ast.Constant(name))
            case _:
                return node

    def visit_Name(self, node: ast.Name) -> ast.expr:
        """The name, or what ends the program when it was never set."""
        if not isinstance(node.ctx, ast.Load) or node.id in self._known or node.id not in self._local:
            return node
        self._unset[node.id] = None
        return _unless_none(node, _call("UNSET", ast.Constant(node.id)))

    def visit_Call(self, node: ast.Call) -> ast.expr:
        """A call; our tools take no None."""
        self.generic_visit(node)
        if isinstance(node.func, ast.Name) and node.func.id.isupper() and node.func.id != "KIND":
            node.args = [self._present(arg) for arg in node.args]
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
        """None cannot be reckoned with."""
        self.generic_visit(node)
        node.left, node.right = self._present(node.left), self._present(node.right)
        return node

    def visit_Compare(self, node: ast.Compare) -> ast.expr:
        """None is not more or less than anything."""
        self.generic_visit(node)
        if any(isinstance(operator, _ORDERS) for operator in node.ops):
            node.left = self._present(node.left)
            node.comparators = [self._present(side) for side in node.comparators]
        return node

    def visit_Return(self, node: ast.Return) -> ast.Return:
        """None is no answer, but other functions may give it."""
        self.generic_visit(node)
        if self._is_entry and node.value is not None:
            node.value = self._present(node.value)
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
