"""Plans for run-ahead: which tool calls of a program are certain to be needed.

Only calls that follow from the inputs and from results of deterministic tools are planned. A plan never affects a
program's result: if it is wrong, the only cost is wasted computation.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from ..tools.core.registry import Registry
from .check.check import Checked
from .check.scope import bound_names
from .language.language import BUILTINS
from .language.methods import CHANGING
from .language.program import parse
from .language.tree import children, walk

DOUBTFUL = 8
"""Number of iterations planned for a loop that may end early."""
MAX_SIZE = 400
"""Maximum nodes of an expression, including those of its variables."""


@dataclass(frozen=True, eq=False)
class Constant:
    """A literal in the program."""

    value: Any


@dataclass(frozen=True, eq=False)
class Given:
    """An input."""

    name: str


@dataclass(frozen=True, eq=False)
class Item:
    """The current item of a loop, by its number."""

    loop: int


@dataclass(frozen=True, eq=False)
class Attribute:
    """A visible attribute of a value."""

    of: Expression
    name: str


@dataclass(frozen=True, eq=False)
class Called:
    """The result of a tool."""

    tool: str
    args: tuple[Expression, ...]
    kwargs: tuple[tuple[str, Expression], ...]


@dataclass(frozen=True, eq=False)
class Apply:
    """An operator or built-in function.

    operator: a name of `OPERATORS`, or `and`, `or`, `if`, which evaluate their parts lazily as in Python.
    """

    operator: str
    parts: tuple[Expression, ...]


@dataclass(frozen=True, eq=False)
class Listed:
    """A comprehension: the element for each item that passes all tests."""

    loop: int
    items: Expression
    tests: tuple[Expression, ...]
    element: Expression


Expression: TypeAlias = Constant | Given | Item | Attribute | Called | Apply | Listed


@dataclass(frozen=True, eq=False)
class Issue:
    """Make this call."""

    call: Called


@dataclass(frozen=True, eq=False)
class Each:
    """Do this for each item. most: maximum number of items; None for all."""

    loop: int
    items: Expression
    most: int | None
    body: tuple[Planned, ...]


@dataclass(frozen=True, eq=False)
class When:
    """Do this if the test is true."""

    test: Expression
    body: tuple[Planned, ...]


Planned: TypeAlias = Issue | Each | When
NOTHING: tuple[Planned, ...] = ()

_COMPARE: dict[type[ast.cmpop], str] = {
    **{ast.Eq: "==", ast.NotEq: "!=", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">="},
    **{ast.In: "in", ast.NotIn: "not in", ast.Is: "is", ast.IsNot: "is not"},
}
_FUNCTIONS = frozenset({"all", "any", "enumerate", "len", "list", "range", "reversed", "tuple", "zip"})
_ORDERED = frozenset({"max", "min", "sorted"})
OPERATORS: frozenset[str] = frozenset(
    {*_COMPARE.values(), *_FUNCTIONS, *_ORDERED, "[]", "[:]", "[,]", "(,)", "not", "negative", "text"}
)
"""The operators of `Apply`. `[,]` and `(,)` make a list and a tuple, `text` is an f-string, `[:]` takes the
owner and two bounds; `max`, `min` and `sorted` take the items, the list of their keys, and whether to reverse."""

_EARLY = frozenset({"all", "any"})
_WHOLE = frozenset({"dict", "list", "max", "min", "set", "sorted", "sum", "tuple"})
_Comprehension = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp
_Names = dict[str, Expression]


def plan(checked: Checked, registry: Registry, inputs: Iterable[str]) -> tuple[Planned, ...]:
    """The plan of a program, in its order; empty if there is only one call. inputs: their names."""
    tools = frozenset(name for name in checked.tools if registry.get(name).options.deterministic)
    try:
        body = parse(checked.program.source).body
        steps = _Planner(tools, _shadowed(body)).block(body, {name: Given(name) for name in inputs})
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return NOTHING
    return NOTHING if len(steps) == 1 and isinstance(steps[0], Issue) else steps


def _shadowed(body: Sequence[ast.stmt]) -> frozenset[str]:
    """Built-in functions whose names the program assigns anywhere."""
    nodes = [node for statement in body for node in walk(statement)]
    stored = {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    stored |= {node.arg for node in nodes if isinstance(node, ast.arg)}
    stored |= {node.name for node in nodes if isinstance(node, ast.FunctionDef)}
    return frozenset(stored.intersection(BUILTINS))


class _Planner:
    """Builds the plan of a program. tools: the deterministic ones; shadowed: redefined built-in functions.

    `names` maps variables to their expressions at the current point; other variables are unknown.
    """

    def __init__(self, tools: frozenset[str], shadowed: frozenset[str]) -> None:
        self._tools = tools
        self._builtins = frozenset(BUILTINS) - shadowed
        self._loops: dict[ast.AST, int] = {}
        self._known: dict[ast.AST, Expression | None] = {}
        self._sizes: dict[Expression, int] = {}

    def block(self, statements: Sequence[ast.stmt], names: _Names) -> tuple[Planned, ...]:
        """Plan what the statements are certain to do, unless an error ends them. Updates `names`."""
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

    def _assign(self, targets: Sequence[ast.expr], value: ast.expr, names: _Names) -> None:
        held = self._expression(value, names)
        for target in targets:
            self._bind(target, held, names)

    def _bind(self, target: ast.expr, held: Expression | None, names: _Names) -> None:
        """Assign an expression to the names of a target; None makes them unknown."""
        match target:
            case ast.Name(id=name):
                names.pop(name, None)
                if held is not None:
                    names[name] = held
            case ast.Tuple(elts=parts) | ast.List(elts=parts):
                starred = any(isinstance(part, ast.Starred) for part in parts)
                for number, part in enumerate(parts):
                    place = None if starred else self._apply("[]", held, self._made(Constant(number)))
                    self._bind(part, place, names)
            case ast.Starred(value=inner) | ast.Subscript(value=inner) | ast.Attribute(value=inner):
                self._bind(inner, None, names)
            case _:
                pass

    def _for(self, loop: ast.For, names: _Names) -> tuple[Planned, ...]:
        before = self._calls(loop.iter, names)
        items = self._expression(loop.iter, names)
        _forget(names, [loop])
        if items is None:
            return before
        inner, number = names.copy(), self._loop(loop)
        self._bind(loop.target, self._made(Item(number)), inner)
        body = self.block(loop.body, inner)
        most = DOUBTFUL if any(isinstance(node, ast.Break) for node in walk(loop)) else None
        return (*before, *_each(number, items, most, body))

    def _if(self, statement: ast.If, names: _Names) -> tuple[Planned, ...]:
        steps = self._calls(statement.test, names)
        test = self._expression(statement.test, names)
        if test is not None:
            steps += _when(test, self.block(statement.body, names.copy()))
            steps += _when(self._apply("not", test), self.block(statement.orelse, names.copy()))
        _forget(names, [statement])
        return steps

    def _unless_left(self, statement: ast.If, rest: Sequence[ast.stmt], names: _Names) -> tuple[Planned, ...]:
        """The statements after `if ...: continue`; nothing for more complex cases."""
        test = self._expression(statement.test, names)
        plain = not statement.orelse and isinstance(statement.body[-1], ast.Break | ast.Continue)
        if test is None or not plain or _leaves(statement) > 1:
            return NOTHING
        return _when(self._apply("not", test), self.block(rest, names))

    def _calls(self, node: ast.AST, names: _Names) -> tuple[Planned, ...]:
        """The calls in an expression, in order of evaluation."""
        match node:
            case ast.Lambda():
                return NOTHING
            case ast.BoolOp(op=op, values=[first, *rest]):
                return self._operands(op, first, rest, names)
            case ast.IfExp(test=test, body=body, orelse=orelse):
                known = self._expression(test, names)
                steps = self._calls(test, names)
                steps += _when(known, self._calls(body, names))
                return steps + _when(self._apply("not", known), self._calls(orelse, names))
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

    def _operands(
        self, op: ast.boolop, first: ast.expr, rest: Sequence[ast.expr], names: _Names
    ) -> tuple[Planned, ...]:
        """The calls of `first and ...` or `first or ...`, the later ones only if evaluated."""
        steps = self._calls(first, names)
        if not rest:
            return steps
        test = self._expression(first, names)
        inner = self._operands(op, rest[0], rest[1:], names)
        return steps + _when(test if isinstance(op, ast.And) else self._apply("not", test), inner)

    def _call(self, node: ast.Call, names: _Names) -> tuple[Planned, ...]:
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        steps = NOTHING if name else self._calls(node.func, names)
        for part in (*node.args, *(keyword.value for keyword in node.keywords)):
            if isinstance(part, ast.GeneratorExp) and (name in self._builtins & (_EARLY | _WHOLE) or not name):
                steps += self._comprehension(part, names, DOUBTFUL if name in _EARLY else None)
            else:
                steps += self._calls(part, names)
        if name in self._builtins & _ORDERED:
            steps += self._key_calls(node, names)
        called = self._expression(node, names) if name in self._tools else None
        return (*steps, Issue(called)) if isinstance(called, Called) else steps

    def _key_calls(self, node: ast.Call, names: _Names) -> tuple[Planned, ...]:
        """The calls that `key=lambda x: ...` makes for each item."""
        key = next((keyword.value for keyword in node.keywords if keyword.arg == "key"), None)
        items = self._expression(node.args[0], names) if len(node.args) == 1 else None
        if items is None or not isinstance(key, ast.Lambda) or not _one_argument(key):
            return NOTHING
        return _each(self._loop(key), items, None, self._calls(key.body, self._inside(key, names)))

    def _inside(self, key: ast.Lambda, names: _Names) -> _Names:
        """The names inside a key function."""
        return {**names, key.args.args[0].arg: self._made(Item(self._loop(key))) or Constant(None)}

    def _comprehension(self, node: _Comprehension, names: _Names, most: int | None) -> tuple[Planned, ...]:
        parts = [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]
        return self._generators(node.generators, parts, names, most)

    def _generators(
        self, generators: Sequence[ast.comprehension], parts: Sequence[ast.expr], names: _Names, most: int | None
    ) -> tuple[Planned, ...]:
        if not generators:
            return _joined(self._calls(part, names) for part in parts)
        first, *rest = generators
        before = self._calls(first.iter, names)
        items = self._expression(first.iter, names)
        if items is None:
            return before
        inner = self._round(first, names)
        body = self._tested(first.ifs, lambda: self._generators(rest, parts, inner, most), inner)
        return (*before, *_each(self._loop(first), items, most, body))

    def _round(self, generator: ast.comprehension, names: _Names) -> _Names:
        """The names in one iteration of a comprehension."""
        inner = names.copy()
        self._bind(generator.target, self._made(Item(self._loop(generator))), inner)
        return inner

    def _tested(
        self, tests: Sequence[ast.expr], then: Callable[[], tuple[Planned, ...]], names: _Names
    ) -> tuple[Planned, ...]:
        if not tests:
            return then()
        test = self._expression(tests[0], names)
        return self._calls(tests[0], names) + _when(test, self._tested(tests[1:], then, names))

    def _expression(self, node: ast.expr, names: _Names) -> Expression | None:
        """The expression of a node; None if unknown. Each node is always visited with the same names."""
        if node not in self._known:
            self._known[node] = self._made(self._read(node, names))
        return self._known[node]

    def _read(self, node: ast.expr, names: _Names) -> Expression | None:
        match node:
            case ast.Constant(value=value):
                return Constant(value)
            case ast.Name(id=name):
                return names.get(name)
            case ast.Attribute(value=value, attr=name):
                of = self._expression(value, names)
                return None if of is None else Attribute(of, name)
            case ast.Subscript(value=value, slice=ast.Slice(lower=lower, upper=upper, step=None)):
                bounds = [bound or ast.Constant(None) for bound in (lower, upper)]
                return self._all("[:]", [value, *bounds], names)
            case ast.Subscript(value=value, slice=index):
                return self._all("[]", [value, index], names)
            case ast.List(elts=parts):
                return self._all("[,]", parts, names)
            case ast.Tuple(elts=parts):
                return self._all("(,)", parts, names)
            case ast.UnaryOp(op=ast.Not() | ast.USub() as op, operand=operand):
                return self._all("not" if isinstance(op, ast.Not) else "negative", [operand], names)
            case ast.BoolOp(op=op, values=values):
                return self._all("and" if isinstance(op, ast.And) else "or", values, names)
            case ast.IfExp(test=test, body=body, orelse=orelse):
                return self._all("if", [test, body, orelse], names)
            case ast.Compare(left=left, ops=[op], comparators=[right]):
                return self._all(_COMPARE[type(op)], [left, right], names)
            case ast.JoinedStr(values=values):
                return self._all("text", [_written(part) for part in values], names)
            case ast.ListComp(generators=[generator], elt=element):
                return self._listed(generator, element, names)
            case ast.Call(func=ast.Name(id=name)):
                return self._called(name, node, names)
            case _:
                return None

    def _all(self, operator: str, nodes: Sequence[ast.expr], names: _Names) -> Expression | None:
        return self._apply(operator, *(self._expression(node, names) for node in nodes))

    def _apply(self, operator: str, *parts: Expression | None) -> Expression | None:
        known = tuple(part for part in parts if part is not None)
        return self._made(Apply(operator, known)) if len(known) == len(parts) else None

    def _listed(self, generator: ast.comprehension, element: ast.expr, names: _Names) -> Expression | None:
        items, inner = self._expression(generator.iter, names), self._round(generator, names)
        tests = [self._expression(test, inner) for test in generator.ifs]
        each = self._expression(element, inner)
        known = tuple(test for test in tests if test is not None)
        if items is None or each is None or len(known) < len(tests):
            return None
        return Listed(self._loop(generator), items, known, each)

    def _called(self, name: str, node: ast.Call, names: _Names) -> Expression | None:
        if name in self._tools:
            args = [self._expression(part, names) for part in node.args]
            kwargs = [(keyword.arg, self._expression(keyword.value, names)) for keyword in node.keywords]
            known = tuple(part for part in args if part is not None)
            named = tuple((key, part) for key, part in kwargs if key is not None and part is not None)
            whole = len(known) == len(args) and len(named) == len(kwargs)
            return Called(name, known, named) if whole else None
        if name in self._builtins & _ORDERED:
            return self._ordered(name, node, names)
        if name not in self._builtins & _FUNCTIONS or node.keywords:
            return None
        return self._apply(name, *(self._argument(part, names) for part in node.args))

    def _argument(self, node: ast.expr, names: _Names) -> Expression | None:
        """An argument of a built-in function, for which a generator is the same as a list."""
        match node:
            case ast.GeneratorExp(generators=[generator], elt=element):
                return self._made(self._listed(generator, element, names))
            case _:
                return self._expression(node, names)

    def _ordered(self, name: str, node: ast.Call, names: _Names) -> Expression | None:
        """`sorted(xs, key=lambda x: ..., reverse=True)`, and `max` and `min` of one list."""
        given = {keyword.arg: keyword.value for keyword in node.keywords}
        if len(node.args) != 1 or not given.keys() <= {"key", "reverse"}:
            return None
        items = self._argument(node.args[0], names)
        reverse = self._expression(given.get("reverse", ast.Constant(False)), names)
        key = given.get("key")
        if key is None or items is None:
            return self._apply(name, items, items, reverse)
        if not isinstance(key, ast.Lambda) or not _one_argument(key):
            return None
        each = self._expression(key.body, self._inside(key, names))
        keys = None if each is None else self._made(Listed(self._loop(key), items, (), each))
        return self._apply(name, items, keys, reverse)

    def _loop(self, node: ast.AST) -> int:
        return self._loops.setdefault(node, len(self._loops))

    def _made(self, made: Expression | None) -> Expression | None:
        """The expression, unless it is too large."""
        if made is None or made in self._sizes:
            return made
        self._sizes[made] = 1 + sum(self._sizes[part] for part in _parts(made))
        return made if self._sizes[made] <= MAX_SIZE else None


def _parts(made: Expression) -> Sequence[Expression]:
    match made:
        case Attribute(of=of):
            return (of,)
        case Called(args=args, kwargs=kwargs):
            return (*args, *(part for _, part in kwargs))
        case Apply(parts=parts):
            return parts
        case Listed(items=items, tests=tests, element=element):
            return (items, *tests, element)
        case _:
            return ()


def _each(loop: int, items: Expression, most: int | None, body: tuple[Planned, ...]) -> tuple[Planned, ...]:
    return (Each(loop, items, most, body),) if body else NOTHING


def _when(test: Expression | None, body: tuple[Planned, ...]) -> tuple[Planned, ...]:
    return (When(test, body),) if test is not None and body else NOTHING


def _joined(parts: Iterable[tuple[Planned, ...]]) -> tuple[Planned, ...]:
    return tuple(step for part in parts for step in part)


def _leaves(statement: ast.stmt) -> int:
    """How many ways there are to leave the current iteration within the statement."""
    match statement:
        case ast.Break() | ast.Continue():
            return 1
        case ast.If(body=body, orelse=orelse):
            return sum(_leaves(inner) for inner in (*body, *orelse))
        case _:
            return 0


def _forget(names: _Names, statements: Sequence[ast.stmt]) -> None:
    """Forget the names that these statements assign, or whose list or dict they modify."""
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


def _written(part: ast.expr) -> ast.expr:
    """The value of an f-string part formatted like `str`; otherwise the part itself."""
    match part:
        case ast.FormattedValue(value=value, conversion=-1, format_spec=None):
            return value
        case _:
            return part


def _one_argument(function: ast.Lambda) -> bool:
    """Whether it takes exactly one argument."""
    rest = function.args
    extra = (rest.vararg, rest.kwarg, *rest.kwonlyargs, *rest.posonlyargs, *rest.defaults)
    return len(rest.args) == 1 and not any(extra)
