"""Grammars as text, in the EBNF that xgrammar reads.

A fragment is a piece of a rule's right side: the name of a rule, a class of characters, or a node made of others.
The fragment "" stands for what cannot be written at all: a sequence with it cannot either, and a choice leaves it out.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from itertools import groupby
from typing import NamedTuple, TypeAlias

_FIRST = "abcdefghijklmnopqrstuvwxyz"
_LATER = _FIRST + _FIRST.upper() + "0123456789_"
_TAIL = 24
"""Further characters of a name."""


class Node(NamedTuple):
    """A fragment that is made of others. The pattern has a `{}` for each part, or one for all, joined by `join`."""

    parts: tuple[Fragment, ...]
    join: str = " "
    pattern: str = "{}"


Fragment: TypeAlias = str | Node

_END = "end"
NOTHING = '""'
"""The empty text."""


def literal(text: str) -> Fragment:
    """The text itself."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def sequence(*parts: Fragment) -> Fragment:
    """One after the other."""
    kept = tuple(part for part in parts if part != NOTHING)
    if not all(kept):
        return ""
    return kept[0] if len(kept) == 1 else Node(kept) if kept else NOTHING


def choice(*parts: Fragment) -> Fragment:
    """One of them."""
    possible = tuple(dict.fromkeys(part for part in parts if part))
    return Node(possible, " | ") if len(possible) > 1 else possible[0] if possible else ""


def optional(part: Fragment) -> Fragment:
    """The fragment or nothing."""
    return choice(NOTHING, part)


def repeated(part: Fragment, least: int, most: int) -> Fragment:
    """The fragment, `least` to `most` times."""
    if not part:
        return "" if least else NOTHING
    return Node((part,), pattern=f"{{}}{{{{{least},{most}}}}}")


def separated(part: Fragment, most: int, least: int = 1) -> Fragment:
    """The fragment `least` to `most` times, with commas between."""
    return sequence(part, repeated(sequence(literal(", "), part), least - 1, most - 1))


class Rules:
    """The rules of one grammar, by name, in the order in which they were first asked for.

    Equal parts of rules become one rule of their own: xgrammar's time to compile goes with the characters written.
    """

    def __init__(self) -> None:
        self._bodies: dict[str, Fragment] = {}
        self._shared: dict[str, str] = {}

    def rule(self, name: str, body: Callable[[], Fragment]) -> str:
        """The name of a rule, which is made when it is asked for first; "" when nothing fits it."""
        if name not in self._bodies:
            self._bodies[name] = name  # a place in the order, before the rules that the body needs
            self._bodies[name] = body()
        return name if self._bodies[name] else ""

    def text(self) -> str:
        """The grammar, a rule on each line."""
        lines = [f"{name} ::= {self._body(body)}" for name, body in self._bodies.items() if body]
        lines += (f"{name} ::= {body}" for body, name in self._shared.items())
        return "\n".join([*lines, f"{_END} ::= {NOTHING}"]) + "\n"

    def _body(self, fragment: Fragment) -> str:
        if isinstance(fragment, str):
            return fragment
        return fragment.pattern.format(fragment.join.join(map(self._part, fragment.parts)))

    def _part(self, fragment: Fragment) -> str:
        """A name, or a class of characters: whatever else is inside of a rule gets a rule."""
        body = self._body(fragment)
        if body == NOTHING or (isinstance(fragment, str) and fragment[0] != '"'):
            return body
        if isinstance(fragment, str):
            body = f"{body} {_END}"
        return self._shared.setdefault(body, f"part{len(self._shared)}")

    def name_except(self, words: Collection[str]) -> str:
        """A variable's name: a small letter, then letters, digits and underscores, and none of these words."""
        tail = self.rule("name_tail", lambda: f"[a-zA-Z0-9_]{{0,{_TAIL}}}")
        return self.rule("name", lambda: _spell(sorted(w for w in words if w[:1].islower()), "", tail))


def _spell(words: list[str], read: str, tail: str) -> Fragment:
    """What may follow when `read` was written, so that the whole is none of the words, which all start with it."""
    longer = [word for word in words if word != read]
    parts: list[Fragment] = [NOTHING] if read and len(longer) == len(words) else []
    taken = ""
    for char, group in groupby(longer, key=lambda word: word[len(read)]):
        parts.append(sequence(f"[{char}]", _spell(list(group), read + char, tail)))
        taken += char
    free = "".join(char for char in (_LATER if read else _FIRST) if char not in taken)
    return choice(*parts, sequence(f"[{free}]" if free else "", tail))
