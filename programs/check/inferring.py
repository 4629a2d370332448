"""The interface of the inference for its parts: calls, containers and operators."""

from __future__ import annotations

import ast
from typing import Any, Protocol

from ...tools.core.registry import Registry
from ..language.names import Names
from .functions import Functions
from .scope import Scope


class Inferring(Protocol):
    """Infers types of expressions in a scope, and reports certain errors (infer.py)."""

    @property
    def registry(self) -> Registry:
        """The tools that programs may call."""
        ...

    @property
    def names(self) -> Names:
        """The names that the program assigns, and where."""
        ...

    @property
    def functions(self) -> Functions:
        """The program's own functions."""
        ...

    def report(self, node: ast.AST, code: str, message: str, hint: str = "", /) -> None:
        """Report a finding at a node."""
        ...

    def type_of(self, node: ast.expr | None, scope: Scope) -> Any:
        """The type of the expression's value; `Any` if unknown."""
        ...

    def look(self, node: ast.expr, scope: Scope) -> Any:
        """The type of a value that is only read, without creating an alias."""
        ...

    def value(self, node: ast.expr, scope: Scope) -> Any:
        """The type of a value that must be neither None nor an uncalled function."""
        ...

    def called(self, node: ast.expr, given: Any) -> Any:
        """Report a function that should be called."""
        ...

    def present(self, node: ast.expr, given: Any, scope: Scope) -> Any:
        """Report a value that may be None where it must not be; returns the type without None."""
        ...

    def test(self, node: ast.expr, scope: Scope) -> None:
        """Check a condition; reports one that is always true."""
        ...

    def member(self, node: ast.Attribute, scope: Scope) -> Any:
        """The type of an attribute; reports unknown attributes."""
        ...
