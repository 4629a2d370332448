"""The part of Python that programs are written in. Checker and sandbox both go by this one definition."""

from __future__ import annotations

import ast

from ..tools.values import Box, Image, Mask, Point

MAX_SOURCE_BYTES = 32_000
"""Longer programs are refused before they are parsed."""

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
    ast.Try: "Test with EXISTS or `if` instead of catching an error.",
    ast.AnnAssign: "Assign without a type: `name = value`.",
    ast.ClassDef: "Use functions.",
    ast.With: "Nothing needs to be opened or closed.",
    ast.NamedExpr: "Assign on a line of its own.",
}

CONSTANTS: frozenset[type] = frozenset({bool, int, float, str, type(None)})

RESERVED: frozenset[str] = frozenset({"print", "printed", "builtins", "breakpoint"})
"""Names that RestrictedPython keeps to itself: a program cannot set them."""

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

ATTRIBUTES: dict[type, dict[str, type]] = {cls: cls.visible for cls in (Image, Box, Mask, Point)}

INPUTS: dict[str, type] = {"image": Image}
ANSWER = "answer"
