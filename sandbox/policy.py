"""What a program may say, enforced with RestrictedPython: the compiler's transformations and the guards they call.

The checker (programs/check.py) explains; this layer refuses. It trusts nothing that the checker said.
"""

from __future__ import annotations

import ast
import builtins
import operator
from collections.abc import Callable, ItemsView, Iterable, Iterator, KeysView, Mapping, ValuesView
from types import CodeType
from typing import Any

from RestrictedPython import Guards
from RestrictedPython.compile import compile_restricted_exec
from RestrictedPython.transformer import RestrictingNodeTransformer

from ..programs.language import BUILTINS, METHODS, NODES

_ITERABLE = (list, tuple, set, dict, str, range)
_LAZY = (Iterator, KeysView, ValuesView, ItemsView)
_INDEXABLE = (list, tuple, dict, str, range)
_IN_PLACE: dict[str, str] = {
    **{"+=": "iadd", "-=": "isub", "*=": "imul", "/=": "itruediv", "//=": "ifloordiv", "%=": "imod", "**=": "ipow"},
    **{"|=": "ior", "&=": "iand", "^=": "ixor"},
}


PROGRAM = "program"
"""The file name of a program's code."""


class PolicyError(Exception):
    """The program says something that the language does not have."""


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


def compile_program(source: str) -> CodeType:
    """Code that runs with the names of `guarded_globals` only. Raises PolicyError."""
    try:
        result = compile_restricted_exec(source, filename=PROGRAM, policy=_Transformer)
    except (SyntaxError, ValueError) as error:
        raise PolicyError(str(error)) from None
    if result.errors or result.code is None:
        raise PolicyError("; ".join(result.errors))
    return result.code


def guarded_globals(
    names: dict[str, Any], attributes: Mapping[type, Iterable[str]], printed: PrintBuffer
) -> dict[str, Any]:
    """The whole world of a program: `names`, the built-in functions of the language, and the guards.

    attributes: for each type of value, what may stand behind the dot.
    """
    visible = {kind: frozenset(found) for kind, found in (*attributes.items(), *METHODS.items())}

    def get_attribute(owner: Any, name: str) -> Any:
        kind: type[Any] = owner.__class__
        if name not in visible.get(kind, ()):
            raise AttributeError(f"{kind.__name__} has no attribute {name!r}")
        return getattr(owner, name)

    def print_to_buffer(_get_attribute: object) -> PrintBuffer:
        return printed

    safe = {name: getattr(builtins, name) for name in BUILTINS if name != "print"}
    return {
        "__builtins__": safe,
        "_getattr_": get_attribute,
        "_getitem_": _get_item,
        "_getiter_": _get_iterator,
        "_iter_unpack_sequence_": getattr(Guards, "guarded_iter_unpack_sequence"),  # noqa: B009  (untyped)
        "_unpack_sequence_": getattr(Guards, "guarded_unpack_sequence"),  # noqa: B009
        "_inplacevar_": _in_place,
        "_apply_": _apply,
        "_write_": _writable,
        "_print_": print_to_buffer,
        **names,
    }


def _get_item(owner: Any, key: Any) -> Any:
    if type(owner) not in _INDEXABLE:
        raise TypeError(f"{type(owner).__name__} has no items")
    return owner[key]


def _get_iterator(value: Any) -> Any:
    kind: type[Any] = value.__class__
    if kind not in _ITERABLE and not issubclass(kind, _LAZY):
        raise TypeError(f"{kind.__name__} cannot be looped over")
    return value


def _in_place(symbol: str, left: Any, right: Any) -> Any:
    return getattr(operator, _IN_PLACE[symbol])(left, right)


def _apply(function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    return function(*args, **kwargs)


def _writable(owner: Any) -> Any:
    if type(owner) not in (list, dict):
        raise TypeError(f"{type(owner).__name__} cannot be changed")
    return owner


class PrintBuffer:
    """What the program printed, up to a number of characters."""

    def __init__(self, limit: int) -> None:
        self._parts: list[str] = []
        self._left = limit

    def _call_print(self, *values: Any, sep: str = " ", end: str = "\n") -> None:
        text = (sep.join(map(str, values)) + end)[: self._left]
        self._left -= len(text)
        self._parts.append(text)

    @property
    def text(self) -> str:
        """All of it."""
        return "".join(self._parts)
