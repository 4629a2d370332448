"""Translates Python constructs that published programs use but our language lacks."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from string import Formatter

from .api import World
from .build import text_of

Build = Callable[[World, Sequence[ast.expr]], ast.expr | str]
"""Makes the expression from the arguments of a call, or says what is wrong with them."""

MODULES = frozenset(["math", "np", "numpy"])
"""Modules with numeric functions, known even if the program does not import them."""

CONSTANTS: dict[str, str] = {
    "inf": "float('inf')",
    "infty": "float('inf')",
    "pi": "3.141592653589793",
    "e": "2.718281828459045",
}

NEVER: frozenset[str] = frozenset(
    {
        *("__import__", "breakpoint", "compile", "delattr", "dir", "eval", "exec", "exit", "getattr", "globals"),
        *(
            "hasattr",
            "help",
            "id",
            "input",
            "locals",
            "memoryview",
            "object",
            "open",
            "quit",
            "setattr",
            "super",
            "vars",
        ),
    }
)
"""Built-in functions that no program needs to look at an image."""


def _plain(count: int, template: str) -> Build:
    """A template with that many arguments, called a, b."""

    def build(world: World, args: Sequence[ast.expr]) -> ast.expr | str:
        if len(args) != count:
            return f"It takes {count} argument{'s' if count > 1 else ''}, got {len(args)}."
        return world.make(template, **dict(zip("ab", args, strict=False)))

    return build


def _map(world: World, args: Sequence[ast.expr]) -> ast.expr | str:
    if len(args) != 2:
        return "It takes a function and one list."
    return _for_each(world, args[0], args[1], "[{call} for {name} in items]")


def _filter(world: World, args: Sequence[ast.expr]) -> ast.expr | str:
    if len(args) != 2:
        return "It takes a function and one list."
    return _for_each(world, args[0], args[1], "[{name} for {name} in items if {call}]")


def _for_each(world: World, function: ast.expr, items: ast.expr, template: str) -> ast.expr:
    """A comprehension that calls the function; the parameter of a lambda becomes the loop variable."""
    match function:
        case ast.Lambda(args=ast.arguments(posonlyargs=[], args=[ast.arg(arg=name)], kwonlyargs=[]), body=body):
            return world.make(template.format(call="call", name=name), call=body, items=items)
        case ast.Constant(value=None):
            return world.make(template.format(call="item_", name="item_"), items=items)
        case _:
            return world.make(template.format(call="function(item_)", name="item_"), function=function, items=items)


def _next(world: World, args: Sequence[ast.expr]) -> ast.expr | str:
    if len(args) not in (1, 2):
        return "It takes a list and a default for an empty one."
    first = args[0]
    if isinstance(first, ast.GeneratorExp):
        first = ast.ListComp(first.elt, first.generators)
    if len(args) == 1:
        return world.make("list(items)[0]" if not isinstance(first, ast.ListComp) else "items[0]", items=first)
    return world.make("[*items, default][0]", items=first, default=args[1])


_KINDS: dict[str, tuple[str, ...]] = {
    **{name: (name,) for name in ("str", "float", "list", "dict", "tuple", "set", "bool")},
    "int": ("int", "bool"),
    "ImagePatch": ("Image",),
}


def _isinstance(world: World, args: Sequence[ast.expr]) -> ast.expr | str:
    if len(args) != 2:
        return "It takes a value and a type."
    wanted = args[1].elts if isinstance(args[1], ast.Tuple) else [args[1]]
    kinds = [_KINDS.get(node.id) if isinstance(node, ast.Name) else None for node in wanted]
    if None in kinds:
        return f"The types are {', '.join(_KINDS)}."
    names = dict.fromkeys(kind for found in kinds for kind in found or ())
    listed = ast.Tuple([ast.Constant(kind) for kind in names], ast.Load())
    if len(names) == 1:
        return world.make("KIND(value) == kind", value=args[0], kind=listed.elts[0])
    return world.make("KIND(value) in kinds", value=args[0], kinds=listed)


_QUANTILE = (
    "[ordered_[int(place_)] + (ordered_[-int(-place_ // 1)] - ordered_[int(place_)]) * (place_ - int(place_))"
    " for ordered_ in [sorted(a)] for place_ in [(len(ordered_) - 1) * {share}]][0]"
)
"""NumPy's default: linear interpolation between the two nearest values."""


def _rounded(world: World, args: Sequence[ast.expr]) -> ast.expr | str:
    """A number, or each item of a list, rounded to that many digits."""
    if len(args) not in (1, 2):
        return "It takes a number or a list, and the number of digits."
    digits = "" if len(args) == 1 else ", b"
    parts = dict(zip("ab", args, strict=False))
    match args[0]:
        case ast.List() | ast.ListComp() | ast.Call(func=ast.Name(id="list" | "sorted")):
            return world.make(f"[round(one_{digits}) for one_ in a]", **parts)
        case _:
            return world.make(f"round(a{digits})", **parts)


BUILTINS: dict[str, Build] = {
    "map": _map,
    "filter": _filter,
    "next": _next,
    "isinstance": _isinstance,
    "iter": _plain(1, "a"),
    "pow": _plain(2, "a ** b"),
    "divmod": _plain(2, "(a // b, a % b)"),
    "frozenset": _plain(1, "set(a)"),
}
IN_MODULES: dict[str, Build] = {
    "sqrt": _plain(1, "a ** 0.5"),
    "hypot": _plain(2, "(a ** 2 + b ** 2) ** 0.5"),
    "dist": _plain(2, "sum([(one_ - other_) ** 2 for one_, other_ in zip(a, b)]) ** 0.5"),
    "degrees": _plain(1, "a * 180 / 3.141592653589793"),
    "radians": _plain(1, "a * 3.141592653589793 / 180"),
    "pow": _plain(2, "a ** b"),
    "exp": _plain(1, "2.718281828459045 ** a"),
    "floor": _plain(1, "int(a // 1)"),
    "ceil": _plain(1, "-int(-a // 1)"),
    "trunc": _plain(1, "int(a)"),
    "fabs": _plain(1, "abs(a)"),
    "abs": _plain(1, "abs(a)"),
    "round": _rounded,
    "around": _rounded,
    "percentile": _plain(2, _QUANTILE.format(share="b / 100")),
    "quantile": _plain(2, _QUANTILE.format(share="b")),
    "median": _plain(1, _QUANTILE.format(share="0.5")),
    "min": _plain(1, "min(a)"),
    "max": _plain(1, "max(a)"),
    "sum": _plain(1, "sum(a)"),
    "mean": _plain(1, "sum(a) / len(a)"),
    "average": _plain(1, "sum(a) / len(a)"),
    "argmin": _plain(1, "a.index(min(a))"),
    "argmax": _plain(1, "a.index(max(a))"),
    "array": _plain(1, "a"),
}
METHODS: dict[str, Build] = {
    "copy": _plain(1, "a[:]"),
    "casefold": _plain(1, "a.lower()"),
    "isnumeric": _plain(1, "a.isdigit()"),
    "isdecimal": _plain(1, "a.isdigit()"),
}
"""Methods of strings and lists; the argument is the value itself."""


def formatted(template: str, args: Sequence[ast.expr], named: dict[str, ast.expr]) -> ast.expr | str:
    """`"...{}...".format(...)` as an f-string, or what is wrong with it."""
    parts: list[str | ast.expr] = []
    count = 0
    try:
        fields = list(Formatter().parse(template))
    except ValueError as error:
        return f"The format string is invalid: {error}."
    for literal, name, spec, conversion in fields:
        parts.append(literal)
        if name is None:
            continue
        if name == "":
            name, count = str(count), count + 1
        given = args[int(name)] if name.isdecimal() and int(name) < len(args) else named.get(name)
        if given is None or "{" in (spec or "") or conversion not in (None, "s", "r", "a"):
            return f"There is no argument for {{{name}}}."
        parts.append(_field(given, spec or "", conversion))
    return text_of(*parts)


def _field(given: ast.expr, spec: str, conversion: str | None) -> ast.expr:
    if not spec and not conversion:
        return given if not isinstance(given, ast.Constant) else ast.Constant(str(given.value))
    wanted = ast.JoinedStr([ast.Constant(spec)]) if spec else None
    return ast.JoinedStr([ast.FormattedValue(given, ord(conversion) if conversion else -1, wanted)])
