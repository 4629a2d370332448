"""Numbers, strings, and True and False in the grammar."""

from __future__ import annotations

from .ebnf import Fragment, choice, literal, optional, repeated, separated, sequence
from .expressions import ExpressionRules
from .words import CHANGED, CLOSE, PLUS

_PLUS_MINUS = choice(literal(" + "), literal(" - "))
_TIMES = choice(*(literal(f" {sign} ") for sign in ("*", "/", "//", "%", "**")))
_WHOLE = choice(*(literal(f" {sign} ") for sign in ("+", "-", "*", "//", "%")))
_ORDER = choice(*(literal(f" {sign} ") for sign in ("==", "!=", "<", "<=", ">", ">=")))
_PREDICATES = choice(*map(literal, (".isalpha()", ".isdigit()")))


class Scalars:
    """The rules of numbers, strings and truth values, for the expressions that are in them."""

    def __init__(self, values: ExpressionRules) -> None:
        self._values = values
        self._words = values.words

    def number(self, level: int) -> Fragment:
        """A number, computed or not."""
        atom = choice(self._values.loose(level), self._numeral(level), self._sum(level))
        return self._values.rule("number", level, lambda: sequence(atom, self.computed(level)))

    def numeral_led(self, level: int) -> Fragment:
        """A number that begins with one, not with a variable."""
        return self._values.rule("numeral_led", level, lambda: sequence(self._numeral(level), self.computed(level)))

    def computed(self, level: int) -> Fragment:
        """What may follow a number: operators, each with another one."""

        def body() -> Fragment:
            atom = choice(self._values.loose(level), self._numeral(level))
            times = sequence(_TIMES, choice(atom, self._sum(level)))
            return repeated(choice(sequence(_PLUS_MINUS, atom), times), 0, 4)

        return self._values.rule("computed", level, body)

    def relation(self, level: int) -> Fragment:
        """What may follow a number: a comparison, or two."""
        return self._values.rule("relation", level, lambda: repeated(sequence(_ORDER, self.number(level)), 1, 2))

    def _sum(self, level: int) -> Fragment:
        """Numbers in brackets."""
        inside = self.number(level - 1) if level else ""
        return self._values.rule("sum", level, lambda: sequence(literal("("), inside, CLOSE))

    def whole(self, level: int) -> Fragment:
        """A whole number, computed or not."""
        atom = choice(self._values.loose(level), self._counted(level))
        more = repeated(sequence(_WHOLE, atom), 0, 3)
        return self._values.rule("whole", level, lambda: sequence(atom, more))

    def _counted(self, level: int) -> Fragment:
        """A whole number that is neither a variable's nor computed from several."""

        def body() -> Fragment:
            values = self._values
            parts = [self._words.digits, values.attribute((int,), level), values.given(int, level)]
            if level:
                inner = level - 1
                asked = choice(literal(".count("), literal(".index("))
                number = choice(self.number(inner), self.words_led(inner))
                parts += [
                    sequence(literal("len("), values.containers.counted(inner), CLOSE),
                    sequence(literal("round("), self.number(inner), CLOSE),
                    sequence(literal("int("), number, CLOSE),
                    sequence(self._words.container, asked, values.value(inner), CLOSE),
                    sequence(literal("sum(1"), values.containers.clause(inner), CLOSE),
                ]
            return choice(*parts)

        return self._values.rule("counted", level, body)

    def _numeral(self, level: int) -> Fragment:
        """A number that is neither a variable's nor computed from several."""

        def body() -> Fragment:
            values = self._values
            parts = [self._words.decimal, values.attribute((float,), level), values.given(float, level)]
            return choice(self._counted(level), *parts, *(self._measured(level - 1) if level else ()))

        return self._values.rule("numeral", level, body)

    def _measured(self, level: int) -> list[Fragment]:
        number, inside = self.number(level), self._values.containers
        best = choice(literal("max("), literal("min("))
        default = optional(sequence(literal(", default="), number))
        item = self._values.inside
        each = sequence(item.condition(level), inside.clause(level))
        several = choice(separated(number, 4, least=2), sequence(item.scalars.number(level), inside.clause(level)))
        return [
            sequence(best, choice(several, sequence(inside.sized(level), default)), CLOSE),
            sequence(literal("sum("), choice(each, inside.sized(level)), CLOSE),
            sequence(literal("abs("), number, CLOSE),
            sequence(literal("round("), number, literal(", "), self._words.digit, CLOSE),
            sequence(literal("float("), choice(number, self.words_led(level)), CLOSE),
        ]

    def text(self, level: int) -> Fragment:
        """A string, or several put together."""
        word = self.word(level)
        return self._values.rule("text", level, lambda: sequence(word, repeated(sequence(PLUS, word), 0, 4)))

    def words_led(self, level: int) -> Fragment:
        """The same, when it begins with neither a variable nor one of the few strings that a tool gives."""
        return choice(self.written_led(level), self.spoken_led(level))

    def written_led(self, level: int) -> Fragment:
        """A string that begins with one that is written out."""
        return self._values.rule("written_led", level, lambda: sequence(self._words.string, self._more(level)))

    def spoken_led(self, level: int) -> Fragment:
        """A string that begins with one that is neither written out, nor a variable's, nor one of a few."""
        return self._values.rule("spoken_led", level, lambda: sequence(self.spoken(level), self._more(level)))

    def _more(self, level: int) -> Fragment:
        return repeated(sequence(PLUS, self.word(level)), 0, 4)

    def word(self, level: int) -> Fragment:
        """One string."""
        return self._values.rule("word", level, lambda: choice(self._values.loose(level), self.solid_word(level)))

    def solid_word(self, level: int) -> Fragment:
        """One string that is no variable's."""
        return self._values.rule("solid_word", level, lambda: choice(self._words.string, self.heard(level)))

    def heard(self, level: int) -> Fragment:
        """One string that is neither written out nor a variable's."""

        def body() -> Fragment:
            few = (
                part
                for t in self._values.choices
                for part in (self._values.given(t, level), self._values.items_given(t, level))
            )
            return choice(self.spoken(level), *few)

        return self._values.rule("heard", level, body)

    def spoken(self, level: int) -> Fragment:
        """A string that is neither written out, nor a variable's, nor one of a few."""

        def body() -> Fragment:
            values = self._values
            owned = sequence(self._words.item, repeated(CHANGED, 1, 2))
            parts = [sequence(values.said(level), repeated(CHANGED, 0, 2)), owned, self._words.filled]
            if level:
                inner = level - 1
                each = sequence(values.inside.scalars.text(inner), values.containers.clause(inner))
                joined = choice(each, values.containers.lists(str, inner))
                parts += [
                    sequence(self._words.separator, literal(".join("), joined, CLOSE),
                    sequence(literal("str("), values.value(inner), CLOSE),
                ]
            return choice(*parts)

        return self._values.rule("spoken", level, body)

    def truth(self, level: int) -> Fragment:
        """True or False, other than by comparing."""

        def body() -> Fragment:
            values = self._values
            owner = sequence(choice(self._words.item, values.given(str, level)), repeated(CHANGED, 0, 2))
            parts = [literal("True"), literal("False"), values.given(bool, level), sequence(owner, _PREDICATES)]
            if level:
                inner = level - 1
                each = sequence(values.inside.condition(inner), values.containers.clause(inner))
                several = choice(each, values.containers.iterable(inner))
                begins = choice(literal(".startswith("), literal(".endswith("))
                parts += [
                    sequence(choice(literal("any("), literal("all(")), several, CLOSE),
                    sequence(literal("bool("), values.value(inner), CLOSE),
                    sequence(owner, begins, self.text(inner), CLOSE),
                ]
            return choice(*parts)

        return self._values.rule("truth", level, body)
