"""What a program may say, enforced with RestrictedPython: the compiler's transformations and the guards they call.

The checker (programs/check/check.py) explains; this layer refuses. It trusts nothing that the checker said.

Where this differs from RestrictedPython's own transformer, and why:

- only the nodes of our language pass, and every loop and comprehension counts its steps;
- items are read, names are changed in place and loop targets are unpacked natively: whatever a program can hold is a
  value of Python's own types or a handle, so RestrictedPython's guards there would only cost time;
- products, powers and formats are bounded, since one of them can make a value larger than any memory;
- texts of generators and functions hold no addresses: all workers share the layout of their memory.
"""

from __future__ import annotations

import ast
import builtins
from collections.abc import Callable, ItemsView, Iterable, Iterator, KeysView, Mapping, Sized, ValuesView
from types import CodeType
from typing import Any

from RestrictedPython.transformer import INSPECT_ATTRIBUTES, RestrictingNodeTransformer

from ..programs.language.language import BUILTINS, MAX_SOURCE_BYTES, METHODS, NODES
from .limits import OverBudget
from .texts import PrintBuffer, formatted, modulo, string, without_addresses

PROGRAM = "program"
"""The file name of a program's code."""
MAX_NODES = 10_000
MAX_DEPTH = 100
"""Nodes of a program's syntax tree, and how deep they may lie in one another."""
MAX_BITS = 1 << 14
"""Bits of a whole number that a product or a power gives: about 4,900 digits."""
MAX_ITEMS = 10_000_000
"""Numbers of one range; items or characters of one repetition."""
MAX_FACTOR = 1_000_000
"""Up to this, a factor that is written out is not looked at when the program runs."""

_SMALL = 1 << (MAX_BITS // 2)
_ITERABLE = (list, tuple, set, dict, str, range)
_LAZY = (Iterator, KeysView, ValuesView, ItemsView)
_GUARDED: dict[type[ast.operator], str] = {ast.Mult: "_multiply_", ast.Pow: "_power_", ast.Mod: "_modulo_"}


class PolicyError(Exception):
    """The program says something that the language does not have."""


def compile_program(source: str) -> CodeType:
    """Code that runs with the names of `guarded_globals` only. Raises PolicyError."""
    if len(source.encode("utf-8", "replace")) > MAX_SOURCE_BYTES:
        raise PolicyError(f"The program has more than {MAX_SOURCE_BYTES:,} bytes.")
    try:
        tree = ast.parse(source)
        _refuse_large(tree)
        errors: list[str] = []
        _Transformer(errors, [], {}).visit(tree)
        if errors:
            raise PolicyError("; ".join(dict.fromkeys(errors)))
        return compile(tree, PROGRAM, "exec", dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise PolicyError(str(error) or "The program is nested too deeply.") from None


def _refuse_large(tree: ast.Module) -> None:
    """Raises PolicyError. Goes level by level: a deep tree must not need a deep stack here."""
    level: list[ast.AST] = [tree]
    nodes = depth = 0
    while level:
        nodes += len(level)
        depth += 1
        if depth > MAX_DEPTH:
            raise PolicyError(f"The program is nested more than {MAX_DEPTH} deep.")
        if nodes > MAX_NODES:
            raise PolicyError(f"The program has more than {MAX_NODES:,} parts.")
        level = [child for node in level for child in ast.iter_child_nodes(node)]


class _Transformer(RestrictingNodeTransformer):
    """RestrictedPython's transformer, narrowed to the nodes of the language."""

    def visit(self, node: Any) -> Any:
        if type(node) not in NODES:
            self.error(node, f"{type(node).__name__} is not part of the language.")
            return node
        return super().visit(node)

    def visit_Assign(self, node: ast.Assign) -> Any:
        """RestrictedPython evaluates the value once for each target, which would call its tools again."""
        return super().visit_Assign(node) if len(node.targets) == 1 else self.node_contents_visit(node)

    def visit_AugAssign(self, node: ast.AugAssign) -> Any:
        """`x *= y` becomes `x = _multiply_(x, y)`, since a product is bounded; `x += y` stays."""
        target = node.target
        if not isinstance(target, ast.Name):
            return super().visit_AugAssign(node)
        node = self.node_contents_visit(node)
        guard = _GUARDED.get(type(node.op))
        if guard is None:
            return node
        read = ast.copy_location(ast.Name(target.id, ast.Load()), target)
        return ast.copy_location(ast.Assign([target], _call(node, guard, read, node.value)), node)

    def visit_BinOp(self, node: ast.BinOp) -> Any:
        node = self.node_contents_visit(node)
        guard = _GUARDED.get(type(node.op))
        if guard is None or _is_harmless(node):
            return node
        return _call(node, guard, node.left, node.right)

    def visit_FormattedValue(self, node: ast.FormattedValue) -> Any:
        """`{x:8.2f}` becomes `{_format_(x, "8.2f")}`."""
        node = self.node_contents_visit(node)
        if node.format_spec is None:
            return node
        conversion = ast.copy_location(ast.Constant(node.conversion), node)
        guarded = _call(node, "_format_", node.value, conversion, node.format_spec)
        return ast.copy_location(ast.FormattedValue(guarded, -1, None), node)

    def visit_JoinedStr(self, node: ast.JoinedStr) -> Any:
        """What stands in a text as it is may be anything; what `_format_` gives is clean."""
        open_parts = [part for part in node.values if isinstance(part, ast.FormattedValue) and not part.format_spec]
        node = self.node_contents_visit(node)
        return _call(node, "_text_", node) if open_parts else node

    def visit_Subscript(self, node: ast.Subscript) -> Any:
        """Items are written through `_write_`, and read as they are."""
        if isinstance(node.ctx, ast.Load):
            return self.node_contents_visit(node)
        return super().visit_Subscript(node)

    def visit_Attribute(self, node: ast.Attribute) -> Any:
        """What RestrictedPython refuses, it refuses; the rest is its own transformation."""
        odd = node.attr.startswith("_") or node.attr.endswith("__roles__") or node.attr in INSPECT_ATTRIBUTES
        if odd or not isinstance(node.ctx, ast.Load):
            return super().visit_Attribute(node)
        node = self.node_contents_visit(node)
        return _call(node, "_getattr_", node.value, ast.copy_location(ast.Constant(node.attr), node))

    def visit_For(self, node: ast.For) -> Any:
        node = self._guard_iterable(node)
        node.body.insert(0, ast.copy_location(ast.Expr(_call(node.iter, "_step_")), node.iter))
        return node

    def visit_comprehension(self, node: ast.comprehension) -> Any:
        """`_step_()` is true, until it raises."""
        node = self._guard_iterable(node)
        node.ifs.insert(0, _call(node.iter, "_step_"))
        return node

    def _guard_iterable(self, node: Any) -> Any:
        node = self.node_contents_visit(node)
        node.iter = _call(node.iter, "_getiter_", node.iter)
        return node


def _call(place: ast.expr | ast.AugAssign, guard: str, *arguments: ast.expr) -> ast.Call:
    """RestrictedPython's own way to give new nodes a place walks all that is below them, each time."""
    name = ast.copy_location(ast.Name(guard, ast.Load()), place)
    return ast.copy_location(ast.Call(name, list(arguments), []), place)


def _is_harmless(node: ast.BinOp) -> bool:
    """Does a number that is written out say that the result is no longer than it may be?"""
    sides = (node.left,) if isinstance(node.op, ast.Mod) else (node.left, node.right)  # a text may stand before `%`
    values = [side.value for side in sides if isinstance(side, ast.Constant)]
    small = isinstance(node.op, ast.Mult)
    return any(type(value) is float or (small and type(value) is int and abs(value) <= MAX_FACTOR) for value in values)


def guarded_globals(
    names: dict[str, Any], attributes: Mapping[type, Iterable[str]], printed: PrintBuffer, step: Callable[[], int]
) -> dict[str, Any]:
    """The whole world of a program: `names`, the built-in functions of the language, and the guards.

    attributes: for each type of value, what may stand behind the dot; step: called once for each round of a loop,
    raises when there were too many, and gives a number above 0 else.
    """
    # Looked up at each dot, so it has to be quick: a plain dict is, and so is a `try` that nothing is raised in.
    visible = {kind: frozenset(found) for kind, found in (*attributes.items(), *METHODS.items())}

    def get_attribute(owner: Any, name: str) -> Any:
        try:
            if name in visible[owner.__class__]:
                return getattr(owner, name)
        except KeyError:
            pass
        raise AttributeError(f"{owner.__class__.__name__} has no attribute {name!r}")

    def print_to_buffer(_get_attribute: object) -> PrintBuffer:
        return printed

    safe = {name: getattr(builtins, name) for name in BUILTINS if name != "print"}
    return {
        "__builtins__": safe | {"range": _bounded_range, "str": string},
        "_getattr_": get_attribute,
        "_getiter_": _get_iterator,
        "_unpack_sequence_": _unpack,
        "_apply_": _apply,
        "_write_": _writable,
        "_print_": print_to_buffer,
        "_step_": step,
        "_multiply_": _multiply,
        "_power_": _power,
        "_modulo_": modulo,
        "_format_": formatted,
        "_text_": without_addresses,
        **names,
    }


def _get_iterator(value: Any) -> Any:
    kind: type[Any] = value.__class__
    if kind not in _ITERABLE and not issubclass(kind, _LAZY):
        raise TypeError(f"{kind.__name__} cannot be looped over")
    return value


def _unpack(value: Any, _spec: object, _get_iterator_: object) -> Any:
    return _get_iterator(value)


def _apply(function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    return function(*args, **kwargs)


def _writable(owner: Any) -> Any:
    if type(owner) not in (list, dict):
        raise TypeError(f"{type(owner).__name__} cannot be changed")
    return owner


def _bounded_range(*bounds: Any) -> range:
    made = range(*bounds)
    # len() itself fails beyond 63 bits.
    if made and abs(made[-1] - made[0]) // abs(made.step) >= MAX_ITEMS:
        raise OverBudget(f"a range of more than {MAX_ITEMS:,} numbers")
    return made


def _multiply(left: Any, right: Any) -> Any:
    if left.__class__ is int and right.__class__ is int and -_SMALL < left < _SMALL and -_SMALL < right < _SMALL:
        return left * right
    if left.__class__ is float or right.__class__ is float:
        return left * right
    if isinstance(left, int) and isinstance(right, int):
        if left.bit_length() + right.bit_length() > MAX_BITS:
            raise OverBudget(f"a whole number of more than {MAX_BITS:,} bits")
        return left * right
    for sequence, times in ((left, right), (right, left)):
        if isinstance(times, int) and isinstance(sequence, Sized) and len(sequence) * times > MAX_ITEMS:
            raise OverBudget(f"a {type(sequence).__name__} of more than {MAX_ITEMS:,} items")
    return left * right


def _power(left: Any, right: Any) -> Any:
    if isinstance(left, int) and isinstance(right, int) and left.bit_length() * right > MAX_BITS:
        raise OverBudget(f"a whole number of more than {MAX_BITS:,} bits")
    return left**right
