"""The subset of Python for programs: the common definition for checker and sandbox."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import Any

from ...tools.core.albums import Album
from ...tools.core.times import Moment, Segment
from ...tools.core.values import Box, Image, Mask, Point, Video

MAX_SOURCE_BYTES = 32_000
"""Longer programs are rejected before parsing."""

NODES: frozenset[type[ast.AST]] = frozenset(
    {
        *(
            ast.Module,
            ast.Expr,
            ast.Assign,
            ast.AugAssign,
            ast.If,
            ast.For,
            ast.Break,
            ast.Continue,
            ast.Pass,
        ),
        *(ast.FunctionDef, ast.Return, ast.arguments, ast.arg, ast.Lambda, ast.Call, ast.keyword),
        *(ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp, ast.comprehension),
        *(ast.BoolOp, ast.And, ast.Or, ast.UnaryOp, ast.Not, ast.USub, ast.UAdd, ast.IfExp),
        *(ast.BinOp, ast.Add, ast.Sub, ast.Mult, ast.Div, ast.FloorDiv, ast.Mod, ast.Pow),
        *(ast.BitAnd, ast.BitOr, ast.BitXor),
        *(
            ast.Compare,
            ast.Eq,
            ast.NotEq,
            ast.Lt,
            ast.LtE,
            ast.Gt,
            ast.GtE,
            ast.In,
            ast.NotIn,
            ast.Is,
            ast.IsNot,
        ),
        *(ast.Name, ast.Load, ast.Store, ast.Constant, ast.JoinedStr, ast.FormattedValue),
        *(ast.Attribute, ast.Subscript, ast.Slice, ast.List, ast.Tuple, ast.Dict, ast.Set, ast.Starred),
    }
)

INSTEAD: dict[type[ast.AST], str] = {
    ast.While: "Loop with `for` over a list or a range.",
    ast.Import: "Call the tools; nothing can be imported.",
    ast.ImportFrom: "Call the tools; nothing can be imported.",
    ast.Try: "Test with `if` instead of catching an error.",
    ast.Raise: "Set `answer` to a word that says so.",
    ast.Assert: "Test with `if`.",
    ast.Delete: "Leave it as it is.",
    ast.Global: "Hand the value to the function, and return the new one.",
    ast.Nonlocal: "Hand the value to the function, and return the new one.",
    ast.Match: "Write `if` and `elif`.",
    ast.Yield: "Return a list.",
    ast.LShift: "Write n * 2 ** k.",
    ast.RShift: "Write n // 2 ** k.",
    ast.Invert: "For the opposite write `not x`.",
    ast.AnnAssign: "Assign without a type: `name = value`.",
    ast.ClassDef: "Use functions.",
    ast.With: "Nothing needs to be opened or closed.",
    ast.NamedExpr: "Assign on a line of its own.",
}

CONSTANTS: frozenset[type] = frozenset({bool, int, float, str, type(None)})

RESERVED: frozenset[str] = frozenset({"print", "printed", "builtins", "breakpoint"})
"""Names reserved by RestrictedPython, which programs cannot assign."""

BUILTINS: tuple[str, ...] = tuple(
    [
        "abs",
        "all",
        "any",
        "bool",
        "dict",
        "enumerate",
        "float",
        "int",
        "len",
        "list",
        "max",
        "min",
        "print",
        "range",
        "reversed",
        "round",
        "set",
        "sorted",
        "str",
        "sum",
        "tuple",
        "zip",
    ]
)

_DISTANCE = "Write ((a.center_x - b.center_x) ** 2 + (a.center_y - b.center_y) ** 2) ** 0.5."
MISSING: dict[str, str] = {
    **dict.fromkeys(("argmax", "argmin"), "Write max(range(len(xs)), key=lambda i: xs[i]), or min."),
    **dict.fromkeys(("ascii", "format", "repr"), "Write str(x), or an f-string."),
    **dict.fromkeys(("avg", "average", "mean"), "Write sum(xs) / len(xs)."),
    **dict.fromkeys(("delattr", "getattr", "hasattr", "setattr"), "Write the attribute behind a dot, such as b.left."),
    **dict.fromkeys(("dist", "distance"), _DISTANCE),
    **dict.fromkeys(("eval", "exec", "compile"), "Write the expression itself."),
    **dict.fromkeys(("exit", "quit"), "A program ends with its last line."),
    **dict.fromkeys(("input", "open"), "Nothing is read: use the names that are given."),
    **dict.fromkeys(("isinstance", "issubclass", "type"), "The tools say what they give; test with `is None` or `==`."),
    **dict.fromkeys(("length", "size"), "Write len(xs)."),
    **dict.fromkeys(("permutations", "product"), "Write [(a, b) for a in xs for b in ys]."),
    "ceil": "Write -int(-x // 1).",
    "combinations": "Write [(a, b) for i, a in enumerate(xs) for b in xs[i + 1:]].",
    "Counter": "Write {x: xs.count(x) for x in xs}.",
    "defaultdict": "Write d[k] = d.get(k, 0) + 1.",
    "divmod": "Write a // b and a % b.",
    "fabs": "Write abs(x).",
    "filter": "Write [x for x in xs if ...].",
    "floor": "Write int(x // 1).",
    "frozenset": "Write set(xs).",
    "hypot": "Write (x ** 2 + y ** 2) ** 0.5.",
    "inf": 'Write float("inf").',
    "iter": "Loop with `for`.",
    "map": "Write [f(x) for x in xs].",
    "median": "Write sorted(xs)[len(xs) // 2].",
    "next": "Write [x for x in xs if ...][0], or loop with `for` and `break`.",
    "pi": "Write 3.14159.",
    "pow": "Write a ** b.",
    "reduce": "Loop with `for`, or write sum(xs).",
    "slice": "Write xs[a:b].",
    "sqrt": "Write x ** 0.5.",
    "trunc": "Write int(x).",
}
"""Functions and constants of Python and its modules that programs do not have, with replacements."""
MODULES: frozenset[str] = frozenset(
    ["collections", "cv2", "functools", "itertools", "json", "math", "np", "numpy", "os", "random", "re", "statistics"]
)
"""Modules that models use without an import; programs have none."""

METHODS: dict[type, frozenset[str]] = {
    str: frozenset(
        [
            "capitalize",
            "count",
            "endswith",
            "find",
            "isalpha",
            "isdigit",
            "join",
            "lower",
            "lstrip",
            "replace",
            "rstrip",
            "split",
            "splitlines",
            "startswith",
            "strip",
            "title",
            "upper",
        ]
    ),
    list: frozenset(["append", "count", "extend", "index", "insert", "pop", "remove", "reverse", "sort"]),
    dict: frozenset(["get", "items", "keys", "values"]),
    set: frozenset(["add", "difference", "intersection", "issubset", "issuperset", "union"]),
    tuple: frozenset(["count", "index"]),
}

OF_VIDEOS: tuple[type, ...] = (Segment, Moment)
_VALUES = (Image, Box, Mask, Point, Video, *OF_VIDEOS, Album)
ATTRIBUTES: dict[type, dict[str, type]] = {cls: cls.visible for cls in _VALUES}


def attributes_for(inputs: Mapping[str, Any]) -> dict[type, dict[str, type]]:
    """The attributes of the values that a program on these inputs can have."""
    without = (*(() if VIDEO in inputs else OF_VIDEOS), *(() if ALBUM in inputs else (Album,)))
    return {cls: names for cls, names in ATTRIBUTES.items() if cls not in without}


VIDEO, ALBUM = "video", "album"
INPUTS: dict[str, type] = {"image": Image}
ANSWER = "answer"
