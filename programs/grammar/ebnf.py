"""Writes grammars in xgrammar's EBNF, optimized for fast decoding.

A fragment is a piece of a rule's right side: the name of a rule, a literal, a class of characters, or a node made of
others. The fragment "" stands for what cannot be written at all: a sequence with it cannot either, and a choice leaves
it out.

xgrammar decides beforehand about the tokens that lie within one rule, and at every step about all others (XGrammar,
2024, section 3.1). So the rules are cut where tokens are cut: a space, or an opening bracket, goes into the rule of
what follows it. The time to compile goes with the literals' characters: each literal has one rule.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from itertools import groupby
from string import ascii_letters, ascii_lowercase, digits
from typing import Literal, NamedTuple, TypeAlias

_LATER = ascii_letters + digits + "_"
_ACCENTED = r"\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u0148\u014a-\u017e\u1ea0-\u1ef9"
"""More letters of Latin alphabets: without them in names, tokens such as "für" would be looked at at every step."""
_TAIL = 24
"""Further characters of a name."""
_GLUED = (" ", "(")
"""What tokens begin with, before a word."""
_END = "end"
"""A rule without text. xgrammar copies a rule of nothing but characters to where it is used; not one that has this."""
NOTHING = '""'
"""The empty text."""


class EbnfNode(NamedTuple):
    """A fragment that is made of others.

    least, most: the number of repetitions; prefix: the text before it.
    """

    kind: Literal["sequence", "choice", "repeated", "prefixed"]
    parts: tuple[Fragment, ...]
    least: int = 1
    most: int = 1
    prefix: str = ""


Fragment: TypeAlias = str | EbnfNode


def literal(text: str) -> Fragment:
    """The text itself."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def sequence(*parts: Fragment) -> Fragment:
    """One after the other."""
    if not all(parts):
        return ""
    first, rest = parts[0] if parts else NOTHING, parts[1:]
    if not rest:
        return first
    for glue in _GLUED:
        bare = _without(first, glue)
        if bare:
            return sequence(bare, EbnfNode("prefixed", (sequence(*rest),), prefix=glue))
    following = sequence(*rest)
    if NOTHING in (first, following):
        return first if following == NOTHING else following
    joined = following.parts if isinstance(following, EbnfNode) and following.kind == "sequence" else (following,)
    return EbnfNode("sequence", (first, *joined))


def _without(fragment: Fragment, glue: str) -> Fragment:
    """The literal, or choice of literals, without this at its end; "" when it does not end so."""
    if isinstance(fragment, str):
        return f'{fragment[:-2]}"' if fragment.startswith('"') and fragment.endswith(f'{glue}"') else ""
    if fragment.kind != "choice" or not _without(fragment.parts[0], glue):
        return ""
    bare = [_without(part, glue) for part in fragment.parts]
    return choice(*bare) if all(bare) else ""


def choice(*parts: Fragment) -> Fragment:
    """One of them."""
    possible = tuple(dict.fromkeys(part for part in parts if part))
    return EbnfNode("choice", possible) if len(possible) > 1 else possible[0] if possible else ""


def optional(part: Fragment) -> Fragment:
    """The fragment or nothing."""
    return choice(NOTHING, part)


def repeated(part: Fragment, least: int, most: int) -> Fragment:
    """The fragment, `least` to `most` times."""
    if not part:
        return "" if least else NOTHING
    return EbnfNode("repeated", (part,), least, most) if most else NOTHING


def separated(part: Fragment, most: int, least: int = 1) -> Fragment:
    """The fragment `least` to `most` times, with commas between."""
    return sequence(part, repeated(sequence(literal(", "), part), least - 1, most - 1))


class Rules:
    """The rules of one grammar, by name."""

    def __init__(self) -> None:
        self._bodies: dict[str, Fragment] = {}
        self._leaves: dict[str, str] = {}
        self._lines: dict[str, str] = {}
        self._shared: dict[str, str] = {}
        self._empty: dict[str, bool] = {}

    def rule(self, name: str, body: Callable[[], Fragment]) -> Fragment:
        """The name of a rule, which is made when it is asked for first; "" when nothing fits it."""
        if name not in self._bodies:
            self._bodies[name] = body()
        return name if self._bodies[name] else ""

    def leaf(self, name: str, body: str) -> str:
        """A rule for a word, given as text: its characters stay together, and it is never empty."""
        self._leaves[name] = body
        return name

    def name_except(self, words: Collection[str], stems: Collection[str] = ()) -> str:
        """A variable's name: a small letter, then letters, digits and underscores, and none of these words.

        stems: no name begins with one of them either.

        The names with each first letter are a rule of their own: `name_a` ...
        """
        self.leaf("name_tail", f"[a-zA-Z0-9_{_ACCENTED}]{{0,{_TAIL}}}")
        for first in ascii_lowercase:
            begun = sorted(word for word in {*words, *stems} if word[0] == first)
            self.leaf(f"name_{first}", f"[{first}] ({_spell(begun, first, stems)})")
        return self.leaf("name", " | ".join(f"name_{first}" for first in ascii_lowercase))

    def two_names(self) -> str:
        """Two variables' names, which are not the same: they begin with different letters."""
        pairs = (
            f'name_{a} ", " ({" | ".join(f"name_{b}" for b in ascii_lowercase if b != a)})' for a in ascii_lowercase
        )
        return self.leaf("two_names", " | ".join(pairs))

    def text(self, start: str) -> str:
        """The grammar of what a rule stands for, a rule on each line."""
        self._write(start)
        lines = [f"root ::= {start}", *(f"{name} ::= {body}" for name, body in self._lines.items())]
        lines += (f"{name} ::= {body}" for name, body in self._leaves.items())
        lines += (f"{name} ::= {body}" for body, name in self._shared.items())
        return "\n".join([*lines, f"{_END} ::= {NOTHING}"]) + "\n"

    def _write(self, name: str) -> str:
        """Write a rule, and those that it needs."""
        if name in self._bodies and name not in self._lines:
            self._lines[name] = ""  # a place for it, before the rules that it needs
            self._lines[name] = self._render(self._bodies[name])
        return name

    def _render(self, fragment: Fragment) -> str:
        """A rule's right side."""
        if isinstance(fragment, str):
            return self._write(fragment)
        match fragment.kind:
            case "sequence":
                return " ".join(map(self._part, fragment.parts))
            case "choice":
                return " | ".join(map(self._part, fragment.parts))
            case "repeated":
                return f"{self._part(fragment.parts[0])}{{{fragment.least},{fragment.most}}}"
            case "prefixed":
                return self._render(self._prefixed(fragment.parts[0], fragment.prefix))

    def _part(self, fragment: Fragment) -> str:
        """The name of a rule: whatever else is inside of a rule gets one."""
        if isinstance(fragment, EbnfNode) and fragment.kind == "prefixed":
            return self._part(self._prefixed(fragment.parts[0], fragment.prefix))
        body = self._render(fragment)
        if isinstance(fragment, str):
            if body == NOTHING or body[0] != '"':
                return body
            body = f"{body} {_END}"
        return self._shared.setdefault(body, f"part{len(self._shared)}")

    def _prefixed(self, fragment: Fragment, prefix: str) -> Fragment:
        """What the fragment stands for, if that is not nothing, with text in front."""
        if isinstance(fragment, str):
            return f'"{prefix}{fragment[1:]}' if fragment[0] == '"' else self._twin(fragment, prefix)
        first, rest = fragment.parts[0], sequence(*fragment.parts[1:])
        begun = EbnfNode("prefixed", (first,), prefix=prefix)
        match fragment.kind:
            case "sequence" if self._may_be_empty(first):
                return choice(sequence(begun, rest), EbnfNode("prefixed", (rest,), prefix=prefix))
            case "sequence":
                return sequence(begun, rest)
            case "choice":
                parts = (part for part in fragment.parts if part != NOTHING)
                return choice(*(EbnfNode("prefixed", (part,), prefix=prefix) for part in parts))
            case "repeated":
                return sequence(begun, repeated(first, max(fragment.least - 1, 0), fragment.most - 1))
            case "prefixed":
                if prefix == " ":
                    return self._prefixed(first, prefix + fragment.prefix)
                return EbnfNode("sequence", (literal(prefix + fragment.prefix), first))

    def _twin(self, name: str, prefix: str) -> str:
        """The rule with text in front."""
        twin = f"{name}_after_{'_'.join(str(ord(char)) for char in prefix)}"
        if name in self._leaves:
            self._leaves[twin] = f'"{prefix}" {name}'
        elif twin not in self._bodies:
            self._bodies[twin] = self._prefixed(self._bodies[name], prefix)
        return twin

    def _may_be_empty(self, fragment: Fragment) -> bool:
        if isinstance(fragment, str):
            if fragment in self._bodies and fragment not in self._empty:
                self._empty[fragment] = self._may_be_empty(self._bodies[fragment])
            return self._empty.get(fragment, fragment == NOTHING)
        match fragment.kind:
            case "sequence":
                return all(map(self._may_be_empty, fragment.parts))
            case "choice":
                return any(map(self._may_be_empty, fragment.parts))
            case "repeated":
                return not fragment.least
            case "prefixed":
                return False


def _spell(words: list[str], read: str, stems: Collection[str]) -> str:
    """What may follow when `read` was written: the whole is none of the words, which all start so, nor has a stem."""
    longer = [word for word in words if word != read]
    parts: list[str] = []
    taken = ""
    for char, group in groupby(longer, key=lambda word: word[len(read)]):
        if read + char not in stems:
            parts.append(f"[{char}] ({_spell(list(group), read + char, stems)})")
        taken += char
    free = "".join(char for char in _LATER if char not in taken)
    parts.append(f"[{free}{_ACCENTED}] name_tail")
    return " | ".join([*parts, NOTHING] if len(longer) == len(words) else parts)
