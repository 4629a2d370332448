"""Enforces the language with RestrictedPython: the compiler's transformations, and the guards they call.

The checker (programs/check/check.py) explains errors; this layer enforces the rules, without relying on the checker.

Differences from RestrictedPython's own transformer:

- only AST nodes of our language are allowed, and every loop and comprehension counts its iterations;
- reading items, in-place changes of names and unpacking of loop targets are native: programs only hold values of
built-in types and handles, for which RestrictedPython's guards would only cost time;
- products, powers and formats are limited, since a single one can exhaust the memory;
- texts of generators and functions contain no addresses, because all workers share the same memory layout.
"""

from __future__ import annotations

import ast
import builtins
from collections.abc import Callable, ItemsView, Iterable, Iterator, KeysView, Mapping, Sized, ValuesView
from types import CodeType
from typing import Any

from RestrictedPython.transformer import INSPECT_ATTRIBUTES, RestrictingNodeTransformer

from ..programs.language.language import BUILTINS, MAX_SOURCE_BYTES, METHODS, NODES
from .limits import LimitExceeded
from .texts import PrintBuffer, formatted, modulo, string, without_addresses

PROGRAM = "program"
"""The file name of a program's code."""
MAX_NODES = 10_000
MAX_DEPTH = 100
"""Maximum number of nodes in a program's syntax tree, and maximum depth."""
MAX_BITS = 1 << 14
"""Maximum bits of an integer from a product or a power: about 4,900 digits."""
MAX_ITEMS = 10_000_000
"""Maximum length of a range, and of a repeated list or text."""
MAX_FACTOR = 1_000_000
"""Literal factors up to this need no check at run time."""

_SMALL = 1 << (MAX_BITS // 2)
_ITERABLE = (list, tuple, set, dict, str, range)
_LAZY = (Iterator, KeysView, ValuesView, ItemsView)
_GUARDED: dict[type[ast.operator], str] = {ast.Mult: "_multiply_", ast.Pow: "_power_", ast.Mod: "_modulo_"}


class PolicyError(Exception):
    """The program uses something that is not part of the language."""


def compile_program(source: str) -> CodeType:
    """Compile a program, to be run with `guarded_globals`. Raises PolicyError."""
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
    """Check size and depth. Raises PolicyError. Iterative, so that a deep tree does not overflow the stack."""
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
        """RestrictedPython evaluates the value once per target, which would repeat its tool calls."""
        return super().visit_Assign(node) if len(node.targets) == 1 else self.node_contents_visit(node)

    def visit_AugAssign(self, node: ast.AugAssign) -> Any:
        """`x *= y` becomes `x = _multiply_(x, y)`, since products are limited; `x += y` is unchanged."""
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
        """Literal parts may contain anything; results of `_format_` are sanitized."""
        open_parts = [part for part in node.values if isinstance(part, ast.FormattedValue) and not part.format_spec]
        node = self.node_contents_visit(node)
        return _call(node, "_text_", node) if open_parts else node

    def visit_Subscript(self, node: ast.Subscript) -> Any:
        """Items are written through `_write_`, but read natively."""
        if isinstance(node.ctx, ast.Load):
            return self.node_contents_visit(node)
        return super().visit_Subscript(node)

    def visit_Attribute(self, node: ast.Attribute) -> Any:
        """Use RestrictedPython's transformation, including its rejections."""
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
        """A call of `_step_()`, which is true until it raises."""
        node = self._guard_iterable(node)
        node.ifs.insert(0, _call(node.iter, "_step_"))
        return node

    def _guard_iterable(self, node: Any) -> Any:
        node = self.node_contents_visit(node)
        node.iter = _call(node.iter, "_getiter_", node.iter)
        return node


def _call(place: ast.expr | ast.AugAssign, guard: str, *arguments: ast.expr) -> ast.Call:
    """Locations for new nodes; RestrictedPython's own helper would walk the whole subtree each time."""
    name = ast.copy_location(ast.Name(guard, ast.Load()), place)
    return ast.copy_location(ast.Call(name, list(arguments), []), place)


def _is_harmless(node: ast.BinOp) -> bool:
    """Whether a literal number guarantees that the result is within the limit."""
    sides = (
        (node.left,) if isinstance(node.op, ast.Mod) else (node.left, node.right)
    )  # the left side of `%` may be a text
    values = [side.value for side in sides if isinstance(side, ast.Constant)]
    small = isinstance(node.op, ast.Mult)
    return any(type(value) is float or (small and type(value) is int and abs(value) <= MAX_FACTOR) for value in values)


def guarded_globals(
    names: dict[str, Any], attributes: Mapping[type, Iterable[str]], printed: PrintBuffer, step: Callable[[], int]
) -> dict[str, Any]:
    """The globals of a program: `names`, the built-in functions of the language, and the guards.

    attributes: the readable attributes of each type; step: called once per loop iteration, raises if there were too
        many, and otherwise returns a positive number.
    """
    # Called for each attribute access, so it must be fast: a plain dict, and a `try` that rarely raises.
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
        raise LimitExceeded(f"a range of more than {MAX_ITEMS:,} numbers")
    return made


def _multiply(left: Any, right: Any) -> Any:
    if left.__class__ is int and right.__class__ is int and -_SMALL < left < _SMALL and -_SMALL < right < _SMALL:
        return left * right
    if left.__class__ is float or right.__class__ is float:
        return left * right
    if isinstance(left, int) and isinstance(right, int):
        if left.bit_length() + right.bit_length() > MAX_BITS:
            raise LimitExceeded(f"a whole number of more than {MAX_BITS:,} bits")
        return left * right
    for sequence, times in ((left, right), (right, left)):
        if isinstance(times, int) and isinstance(sequence, Sized) and len(sequence) * times > MAX_ITEMS:
            raise LimitExceeded(f"a {type(sequence).__name__} of more than {MAX_ITEMS:,} items")
    return left * right


def _power(left: Any, right: Any) -> Any:
    if isinstance(left, int) and isinstance(right, int) and left.bit_length() * right > MAX_BITS:
        raise LimitExceeded(f"a whole number of more than {MAX_BITS:,} bits")
    return left**right
