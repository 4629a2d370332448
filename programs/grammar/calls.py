"""Calls in the grammar: inputs and tool calls, with their types."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ...tools.core.annotations import Parameter, Signature
from ...tools.core.registry import Registry
from ..language import types
from .ebnf import NOTHING, Fragment, Rules, choice, literal, sequence

Slot = Callable[[Any, int], Fragment]
"""The fragment for an argument: of this type, with so many levels of brackets inside."""

_ANY_ORDER = 5
"""Keyword-only parameters that may come in any order. More of them come in declared order: orders double with each."""


@dataclass(frozen=True)
class Source:
    """Something that gives a value: an input, or one way to call a tool.

    gives: the alternatives of its type.
    write: the fragment, for so many levels of brackets; "" when it needs more of them.
    """

    gives: tuple[Any, ...]
    write: Callable[[int], Fragment]

    @property
    def unknown(self) -> bool:
        """Does it give what the grammar cannot follow? Of the containers, it follows lists alone."""
        return any(member is Any or types.base(member) in (dict, tuple) for member in self.gives)


def sources(rules: Rules, registry: Registry, inputs: Mapping[str, Any], slot: Slot, family: str) -> list[Source]:
    """All that gives values: inputs first, then each signature of each tool. family: marks the rules' names."""
    found = [Source(types.members(t), lambda _, name=name: literal(name)) for name, t in inputs.items()]
    for number, tool in enumerate(registry):
        for form, signature in enumerate(tool.signatures):
            call = _Call(rules, signature, slot, literal(f"{tool.name}("), f"{family}call{number}_{form}")
            found.append(Source(types.members(signature.returns), call.write))
    return found


def constants(values: Iterable[Any]) -> Fragment:
    """The values of a Literal or an enumeration, as a program writes them."""
    return choice(*(literal(json.dumps(v, ensure_ascii=False) if isinstance(v, str) else repr(v)) for v in values))


@dataclass(frozen=True)
class _Call:
    """One way to call a tool.

    opening: the fragment for the tool's name and the bracket; name: of its rules.
    """

    rules: Rules
    signature: Signature
    slot: Slot
    opening: Fragment
    name: str

    def write(self, level: int) -> Fragment:
        """The call, with so many levels of brackets."""
        if level < 1:
            return ""
        return self.rules.rule(
            f"{self.name}_{level}", lambda: sequence(self.opening, self._positional(0, level - 1), literal(")"))
        )

    def _positional(self, count: int, level: int) -> Fragment:
        """What comes when `count` arguments were given by position: another one, or those with names."""
        named = self._named(count, level, first=count == 0)
        if count == len(self._places):
            return named
        comma = literal(", ") if count else NOTHING
        more = sequence(comma, self._value(self._places[count], level), self._positional(count + 1, level))
        return choice(more, named)

    def _named(self, count: int, level: int, *, first: bool) -> Fragment:
        """Optional parameters from number `count` on, by name in declared order; then the keyword-only ones.

        What must be given is given by position, as in the examples.
        """
        if count == len(self._places):
            return self._keywords(tuple(p for p in self.signature.parameters if p.keyword_only), level, first=first)
        parameter = self._places[count]
        if parameter.required:
            return ""
        given = sequence(self._argument(parameter, level, first=first), self._named(count + 1, level, first=False))
        return choice(given, self._named(count + 1, level, first=first))

    def _keywords(self, left: tuple[Parameter, ...], level: int, *, first: bool) -> Fragment:
        """Those of the keyword-only parameters that are left, each once at most."""

        def body() -> Fragment:
            several = left if len(left) <= _ANY_ORDER else left[:1]
            parts = [
                sequence(
                    self._argument(parameter, level, first=first),
                    self._keywords(tuple(p for p in left if p is not parameter), level, first=False),
                )
                for parameter in several
            ]
            if len(left) > _ANY_ORDER and not left[0].required:
                parts.append(self._keywords(left[1:], level, first=first))
            if not any(p.required for p in left):
                parts.append(NOTHING)
            return choice(*parts)

        if not left:
            return NOTHING
        places = "_".join(str(self.signature.parameters.index(p)) for p in left)
        return self.rules.rule(f"{self.name}_{level}_{'first' if first else 'then'}_{places}", body)

    def _argument(self, parameter: Parameter, level: int, *, first: bool) -> Fragment:
        return sequence(literal(f"{'' if first else ', '}{parameter.name}="), self._value(parameter, level))

    def _value(self, parameter: Parameter, level: int) -> Fragment:
        return self.slot(parameter.type, level)

    @property
    def _places(self) -> list[Parameter]:
        return [p for p in self.signature.parameters if not p.keyword_only]
