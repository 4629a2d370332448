"""Which names exist at a point of a program, and what is known about their values."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from typing import Any

from .types import join


@dataclass
class Scope:
    """Names at one point of the flow.

    types: type of each name that may be set here.
    unsure: names that are set on some of the paths to this point only.
    helpers: functions that the program defined, by name.
    """

    types: dict[str, Any] = field(default_factory=dict[str, Any])
    unsure: set[str] = field(default_factory=set[str])
    helpers: dict[str, ast.arguments] = field(default_factory=dict[str, ast.arguments])

    def copy(self) -> Scope:
        """A scope that can go another way."""
        return Scope(dict(self.types), set(self.unsure), dict(self.helpers))

    def bind(self, name: str, value: Any) -> None:
        """The name holds a value of this type from here on."""
        self.types[name] = value
        self.unsure.discard(name)
        self.helpers.pop(name, None)

    def merge(self, paths: list[Scope]) -> None:
        """Continue where these paths meet: what only some of them set is unsure."""
        names = dict.fromkeys(name for path in paths for name in path.types)
        self.types = {name: join(*(p.types[name] for p in paths if name in p.types)) for name in names}
        self.unsure = {n for n in names if any(n not in p.types or n in p.unsure for p in paths)}
        self.helpers = {name: a for path in paths for name, a in path.helpers.items()}
