"""What each expression of a program stands for, as far as that can be known before it runs."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from ..language.language import BUILTINS
from .steps import Apply, Called, Constant, Expression, Listed, LoopItem, PlannedAttribute

MAX_SIZE = 400
"""Nodes of one expression, those behind its names counted."""
Names = dict[str, Expression]
"""The names that stand for a known expression at one point of the program."""
_COMPARE: dict[type[ast.cmpop], str] = {
    **{ast.Eq: "==", ast.NotEq: "!=", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">="},
    **{ast.In: "in", ast.NotIn: "not in", ast.Is: "is", ast.IsNot: "is not"},
}
_FUNCTIONS = frozenset({"all", "any", "enumerate", "len", "list", "range", "reversed", "tuple", "zip"})
ORDERED = frozenset({"max", "min", "sorted"})
OPERATORS: frozenset[str] = frozenset(
    {*_COMPARE.values(), *_FUNCTIONS, *ORDERED, "[]", "[:]", "[,]", "(,)", "not", "negative", "text"}
)
"""What `Apply` does. `[,]` and `(,)` make a list and a tuple of the parts, `text` is an f-string, `[:]` takes the
owner and two bounds; `max`, `min` and `sorted` take the items, the list of their keys, and whether to reverse."""


class ExpressionPlanner:
    """Reads the expressions of one program.

    tools: the deterministic ones; shadowed: built-in functions whose names mean something else in the program.
    Names hold the expression that they stand for at that point; a name that is not there may hold anything.
    """

    def __init__(self, tools: frozenset[str], shadowed: frozenset[str]) -> None:
        self.tools = tools
        self.builtins = frozenset(BUILTINS) - shadowed
        self._loops: dict[ast.AST, int] = {}
        self._known: dict[ast.AST, Expression | None] = {}
        self._sizes: dict[Expression, int] = {}

    def read(self, node: ast.expr, names: Names) -> Expression | None:
        """What the node stands for; None when that cannot be known. A node is met with the same names each time."""
        if node not in self._known:
            self._known[node] = self.made(self._node(node, names))
        return self._known[node]

    def bind(self, target: ast.expr, held: Expression | None, names: Names) -> None:
        """Let the names of a target hold what follows; without an expression they may hold anything."""
        match target:
            case ast.Name(id=name):
                names.pop(name, None)
                if held is not None:
                    names[name] = held
            case ast.Tuple(elts=parts) | ast.List(elts=parts):
                starred = any(isinstance(part, ast.Starred) for part in parts)
                for number, part in enumerate(parts):
                    place = None if starred else self.apply("[]", held, self.made(Constant(number)))
                    self.bind(part, place, names)
            case ast.Starred(value=inner) | ast.Subscript(value=inner) | ast.Attribute(value=inner):
                self.bind(inner, None, names)
            case _:
                pass

    def round(self, generator: ast.comprehension, names: Names) -> Names:
        """The names in one round of a comprehension."""
        inner = names.copy()
        self.bind(generator.target, self.made(LoopItem(self.loop(generator))), inner)
        return inner

    def inside(self, key: ast.Lambda, names: Names) -> Names:
        """The names inside of a key."""
        return {**names, key.args.args[0].arg: self.made(LoopItem(self.loop(key))) or Constant(None)}

    def loop(self, node: ast.AST) -> int:
        """The number of the loop, comprehension or key function."""
        return self._loops.setdefault(node, len(self._loops))

    def apply(self, operator: str, *parts: Expression | None) -> Expression | None:
        """The operator with its parts; None where one of them is not known."""
        known = tuple(part for part in parts if part is not None)
        return self.made(Apply(operator, known)) if len(known) == len(parts) else None

    def made(self, made: Expression | None) -> Expression | None:
        """The expression, unless it has grown too large."""
        if made is None or made in self._sizes:
            return made
        self._sizes[made] = 1 + sum(self._sizes[part] for part in _parts(made))
        return made if self._sizes[made] <= MAX_SIZE else None

    def _node(self, node: ast.expr, names: Names) -> Expression | None:
        match node:
            case ast.Constant(value=value):
                return Constant(value)
            case ast.Name(id=name):
                return names.get(name)
            case ast.Attribute(value=value, attr=name):
                of = self.read(value, names)
                return None if of is None else PlannedAttribute(of, name)
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

    def _all(self, operator: str, nodes: Sequence[ast.expr], names: Names) -> Expression | None:
        return self.apply(operator, *(self.read(node, names) for node in nodes))

    def _listed(self, generator: ast.comprehension, element: ast.expr, names: Names) -> Expression | None:
        items, inner = self.read(generator.iter, names), self.round(generator, names)
        tests = [self.read(test, inner) for test in generator.ifs]
        each = self.read(element, inner)
        known = tuple(test for test in tests if test is not None)
        if items is None or each is None or len(known) < len(tests):
            return None
        return Listed(self.loop(generator), items, known, each)

    def _called(self, name: str, node: ast.Call, names: Names) -> Expression | None:
        if name in self.tools:
            args = [self.read(part, names) for part in node.args]
            kwargs = [(keyword.arg, self.read(keyword.value, names)) for keyword in node.keywords]
            known = tuple(part for part in args if part is not None)
            named = tuple((key, part) for key, part in kwargs if key is not None and part is not None)
            whole = len(known) == len(args) and len(named) == len(kwargs)
            return Called(name, known, named) if whole else None
        if name in self.builtins & ORDERED:
            return self._ordered(name, node, names)
        if name not in self.builtins & _FUNCTIONS or node.keywords:
            return None
        return self.apply(name, *(self._argument(part, names) for part in node.args))

    def _argument(self, node: ast.expr, names: Names) -> Expression | None:
        """An argument of a built-in function, which takes a generator for a list."""
        match node:
            case ast.GeneratorExp(generators=[generator], elt=element):
                return self.made(self._listed(generator, element, names))
            case _:
                return self.read(node, names)

    def _ordered(self, name: str, node: ast.Call, names: Names) -> Expression | None:
        """`sorted(xs, key=lambda x: ..., reverse=True)`, and `max` and `min` of one list."""
        given = {keyword.arg: keyword.value for keyword in node.keywords}
        if len(node.args) != 1 or not given.keys() <= {"key", "reverse"}:
            return None
        items = self._argument(node.args[0], names)
        reverse = self.read(given.get("reverse", ast.Constant(False)), names)
        key = given.get("key")
        if key is None or items is None:
            return self.apply(name, items, items, reverse)
        if not isinstance(key, ast.Lambda) or not takes_one(key):
            return None
        each = self.read(key.body, self.inside(key, names))
        keys = None if each is None else self.made(Listed(self.loop(key), items, (), each))
        return self.apply(name, items, keys, reverse)


def _parts(made: Expression) -> Sequence[Expression]:
    match made:
        case PlannedAttribute(of=of):
            return (of,)
        case Called(args=args, kwargs=kwargs):
            return (*args, *(part for _, part in kwargs))
        case Apply(parts=parts):
            return parts
        case Listed(items=items, tests=tests, element=element):
            return (items, *tests, element)
        case _:
            return ()


def _written(part: ast.expr) -> ast.expr:
    """The value of a part of an f-string that is written as `str` writes it; the part itself where it is not."""
    match part:
        case ast.FormattedValue(value=value, conversion=-1, format_spec=None):
            return value
        case _:
            return part


def takes_one(function: ast.Lambda) -> bool:
    """Does it take exactly one?"""
    rest = function.args
    extra = (rest.vararg, rest.kwarg, *rest.kwonlyargs, *rest.posonlyargs, *rest.defaults)
    return len(rest.args) == 1 and not any(extra)
