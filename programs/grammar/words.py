"""The lexical parts of the grammar: names, numbers and strings, shared by all bracket depths."""

from __future__ import annotations

import keyword
from collections.abc import Collection, Mapping
from typing import Any

from ..language.language import ANSWER, BUILTINS, RESERVED
from .ebnf import Fragment, Rules, choice, literal, optional, repeated, sequence
from .scope import Scope

CHANGED = choice(*map(literal, (".lower()", ".upper()", ".strip()", ".title()", ".capitalize()")))
EQUAL = choice(literal(" == "), literal(" != "))
IN = choice(literal(" in "), literal(" not in "))
PLUS = literal(" + ")
CLOSE = literal(")")
_WORDS = 12
"""Words of a string: a model that repeats itself stops there. Counting characters instead takes seconds to compile."""
_OUTSIDE = r"\"\\\x00-\x1f\x7f"
"""What no string has: the quote, the backslash, and what cannot be printed."""
_DIGITS = '"0" | [1-9] [0-9]{0,7}'


class WordRules:
    """Fragments without brackets inside, or with brackets that hold no expression.

    name: of a variable; two_names: with a comma between.
    item: a variable's value, or an item of it; container: the same where a list, set or dict is wanted.
    index, cut: what stands behind a list, for one item and for several.
    digit, digits, decimal: numbers; string: a string that is written out; filled: an f-string.
    separator: a string that others are joined with.
    """

    def __init__(
        self, rules: Rules, taken: Collection[str], attributes: Mapping[type, Mapping[str, Any]], scope: Scope
    ) -> None:
        """taken: names of inputs and tools, which no variable may have; attributes: of values, by their class."""
        self._rules = rules
        self._attributes = attributes
        # A small model makes up `image_center` and `image_boxes`; whatever begins so is meant to be there already.
        stems = {"image"} & set(taken)
        self.name = rules.name_except({*keyword.kwlist, *BUILTINS, *RESERVED, *taken, ANSWER}, stems)
        self.two_names = rules.two_names()
        self.digit = rules.leaf("digit", "[0-9]")
        self.digits = rules.leaf("digits", f'"-"? ({_DIGITS})')
        self.decimal = rules.leaf("decimal", f'"-"? ({_DIGITS}) "." [0-9]{{1,4}}')
        self.string = rules.leaf("string", f'"\\"\\"" | "\\"" [^{_OUTSIDE}] {self._chain("word", _OUTSIDE)}')
        self.separator = rules.leaf("separator", r'"\"" ([ ,;:./|&+-]{0,3} | " and " | " or ") "\""')
        place = self._place()
        bound = optional(place)
        cut = sequence(bound, literal(":"), bound, optional(sequence(literal(":"), bound)))
        key = choice(place, self.string, sequence(self.name, literal(".label")))
        self.index = rules.rule("index", lambda: sequence(literal("["), key, literal("]")))
        self.cut = rules.rule("cut", lambda: sequence(literal("["), cut, literal("]")))
        variable = choice(self.name, literal(ANSWER))
        indices = repeated(self.index, 0, 2 if scope == "any" else 0)
        some = "" if scope == "none" else sequence(variable, indices)
        self.item = rules.rule("thing" if scope == "things" else "item", lambda: some) if some else ""
        self.container = self.item if scope == "any" else ""
        filled = f'"f\\"" {self._chain("filling", _OUTSIDE + "{}", self._hole())}'
        self.filled = "" if scope == "none" else rules.leaf("filled", filled)

    def _place(self) -> Fragment:
        """A number, or a variable with a little added: `0`, `-1`, `i`, `i + 1`."""
        moved = optional(sequence(choice(PLUS, literal(" - ")), self.digit))
        number = self._rules.leaf("place_number", '"-"? ("0" | [1-9] [0-9]?)')
        return self._rules.rule("place", lambda: choice(number, sequence(self.name, moved)))

    def _hole(self) -> str:
        """What an f-string is filled with. It has no string inside: Python 3.11 cannot read that."""
        names = dict.fromkeys(f'".{name}"' for names in self._attributes.values() for name in names)
        value = self._rules.leaf("held", f'{self.name} ("[" {self.name} "]" | "[" [0-9] "]")? ({" | ".join(names)})?')
        rounded = f'"round(" {value} (", " [0-9])? ")"'
        form = f'{value} (":." [0-9] "f")? | "len(" {self.name} ")" | {rounded}'
        return self._rules.leaf("hole", f'"{{" ({form}) "}}"')

    def _chain(self, name: str, outside: str, hole: str = "") -> str:
        """Words up to the closing quote: a chain of rules, one for each word."""
        following = ""
        for number in reversed(range(_WORDS)):
            parts = [literal('"'), *(f"{part} {following}" for part in ('" "', hole) if part and following)]
            following = self._rules.leaf(f"{name}{number}", f"[^ {outside}]* ({' | '.join(map(str, parts))})")
        return following
