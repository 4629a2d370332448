"""What calls, containers and operators need of the inference that they are parts of."""

from __future__ import annotations

import ast
from typing import Any, Protocol

from ...tools.core.registry import Registry
from ..language.names import Names
from .functions import Functions
from .scope import Scope


class Inferring(Protocol):
    """Walks expressions in a scope and reports what is certainly wrong in them (infer.py)."""

    @property
    def registry(self) -> Registry:
        """The tools that programs may call."""
        ...

    @property
    def names(self) -> Names:
        """Which names the program sets, and where."""
        ...

    @property
    def functions(self) -> Functions:
        """The program's own functions."""
        ...

    def report(self, node: ast.AST, code: str, message: str, hint: str = "", /) -> None:
        """Note a finding at a node."""
        ...

    def type_of(self, node: ast.expr | None, scope: Scope) -> Any:
        """The type of the expression's value; `Any` where it cannot be known."""
        ...

    def look(self, node: ast.expr, scope: Scope) -> Any:
        """The type of a value that is only looked at: no other name holds it afterwards."""
        ...

    def value(self, node: ast.expr, scope: Scope) -> Any:
        """The type of a value that must be there and must not be a function."""
        ...

    def called(self, node: ast.expr, given: Any) -> Any:
        """Reports a function where its result is meant."""
        ...

    def present(self, node: ast.expr, given: Any, scope: Scope) -> Any:
        """Reports a value that may be None where it must not be; the type without None."""
        ...

    def test(self, node: ast.expr, scope: Scope) -> None:
        """Look into a condition; reports one that can only come out true."""
        ...

    def member(self, node: ast.Attribute, scope: Scope) -> Any:
        """The type of what stands before the dot; reports what does not stand behind it."""
        ...
