"""The smallest parts of the grammar: names, numbers and strings. All levels of brackets share them."""

from __future__ import annotations

import keyword
from collections.abc import Collection

from .ebnf import Fragment, Rules, choice, literal, optional, repeated, sequence
from .language import ANSWER, ATTRIBUTES, BUILTINS, RESERVED

_WORDS = 12
"""Words of a string: a model that repeats itself stops there. Counting characters instead takes seconds to compile."""
_NO_WORD = r" \"\\\x00-\x1f\x7f"
"""What is no part of a word: the space, the quote, the backslash, and what cannot be printed."""


class Words:
    """Fragments without brackets inside, each the name of a rule.

    name: of a variable; item: a variable's value, or an item of it; index, slice: what stands behind a list.
    digit, digits, decimal: numbers; string: a string that is written out; filled: an f-string.
    """

    def __init__(self, rules: Rules, taken: Collection[str]) -> None:
        """taken: names of inputs and tools, which no variable may have."""
        self._rules = rules
        self.name = rules.name_except({*keyword.kwlist, *BUILTINS, *RESERVED, *taken, ANSWER})
        self.digit = rules.rule("digit", lambda: "[0-9]")
        self.digits = rules.rule("digits", lambda: choice(literal("0"), sequence("[1-9]", "[0-9]{0,7}")))
        self.decimal = rules.rule("decimal", lambda: sequence(self.digits, literal("."), "[0-9]{1,4}"))
        self.string = rules.rule("string", self._string)
        self.index = rules.rule("index", lambda: sequence(literal("["), choice(self._place(), self.string), literal("]")))
        self.slice = rules.rule("slice", self._slice)
        variable = choice(self.name, literal(ANSWER))
        self.item = rules.rule("item", lambda: sequence(variable, repeated(self.index, 0, 2)))
        self.filled = rules.rule("filled", self._filled)

    def _place(self) -> Fragment:
        """A number, or a variable with a little added: `0`, `-1`, `i`, `i + 1`."""
        moved = optional(sequence(choice(literal(" + "), literal(" - ")), self.digit))
        number = sequence(optional(literal("-")), self.digit, optional(self.digit))
        return self._rules.rule("place", lambda: choice(number, sequence(self.name, moved)))

    def _slice(self) -> Fragment:
        bound = optional(self._place())
        step = optional(sequence(literal(":"), bound))
        return sequence(literal("["), bound, literal(":"), bound, step, literal("]"))

    def _string(self) -> Fragment:
        begun = choice(f"[^{_NO_WORD}]", literal(" "))
        return choice(literal('""'), sequence(literal('"'), begun, self._words("word", _NO_WORD)))

    def _filled(self) -> Fragment:
        """An f-string. What it is filled with has no string inside: Python 3.11 cannot read that."""
        number = sequence(literal("["), self._place(), literal("]"))
        attribute = sequence(literal("."), choice(*(literal(name) for names in ATTRIBUTES.values() for name in names)))
        value = sequence(self.name, optional(number), optional(attribute))
        length = sequence(literal("len("), self.name, literal(")"))
        rounded = sequence(literal("round("), value, optional(sequence(literal(", "), self.digit)), literal(")"))
        places = optional(sequence(literal(":."), self.digit, literal("f")))
        hole = sequence(literal("{"), choice(sequence(value, places), length, rounded), literal("}"))
        return sequence(literal('f"'), self._words("filling", _NO_WORD + "{}", hole))

    def _words(self, name: str, outside: str, hole: Fragment = "") -> Fragment:
        """Words up to the closing quote: a chain of rules, one for each word."""
        following = ""
        for number in reversed(range(_WORDS)):
            more = sequence(choice(literal(" "), hole), following)
            body = sequence(f"[^{outside}]*", choice(literal('"'), more))
            following = self._rules.rule(f"{name}{number}", lambda body=body: body)
        return following
