"""Lists, sets and dicts in the grammar, and loops over them."""

from __future__ import annotations

from typing import Any

from ...tools.core.albums import Album
from .ebnf import Fragment, choice, literal, optional, repeated, separated, sequence
from .expressions import ExpressionRules
from .words import CHANGED, CLOSE, EQUAL, IN, PLUS

_PARTS = 12
"""Items of a list that is written out."""
_COMPARED = choice(*(literal(f" {sign} ") for sign in ("==", "!=", "<=", ">=", "in", "not in")))


class Containers:
    """The rules of containers, for the expressions that are in them."""

    def __init__(self, values: ExpressionRules) -> None:
        self._values = values
        self._words = values.words
        self._numbers: dict[Any, int] = {}

    def led(self, level: int) -> Fragment:
        """A list or set that is no variable, with what it may be compared with."""

        def body() -> Fragment:
            values = self._values
            loose = values.loose_list(level)
            others = choice(loose, self.collection(level))
            added = repeated(sequence(PLUS, others), 1, 2)
            compared = sequence(_COMPARED, others)
            parts = [sequence(self.collection(level, known=False), optional(choice(added, compared)))]
            for t in values.choices:
                given = values.given(list[t], level)
                same = sequence(EQUAL, choice(loose, self._list(t, level)))
                parts.append(sequence(given, optional(choice(same, added, sequence(IN, others)))))
                parts.append(sequence(self._set_of(t, level), optional(sequence(_COMPARED, self.few(t, level)))))
            return choice(*parts)

        return self._values.rule("container_led", level, body)

    def few(self, t: Any, level: int) -> Fragment:
        """A container of some of a few strings."""
        written = separated(self._values.slot(t, level - 1), _PARTS) if level else ""
        forms = (sequence(literal(a), written, literal(b)) for a, b in ("[]", "{}", "()"))
        given = self._values.given(list[t], level)
        return choice(self._values.loose_list(level), given, *forms, self._set_of(t, level))

    def _set_of(self, t: Any, level: int) -> Fragment:
        given = self._values.given(list[t], level - 1) if level else ""
        return sequence(literal("set("), given, CLOSE)

    def lists(self, element: Any, level: int) -> Fragment:
        """A list of such items, or several put together."""
        one = choice(self._values.loose_list(level), self._list(element, level))
        more = repeated(sequence(PLUS, one), 0, 2)
        return self._values.rule(f"lists{self._number(element)}", level, lambda: sequence(one, more))

    def collection(self, level: int, *, known: bool = True) -> Fragment:
        """A list or set that is no variable. known: also the lists of a few strings that tools give."""
        return self._values.rule(
            "collection" if known else "other_collection",
            level,
            lambda: choice(self._list(Any, level, known=known), self._sets(level, known=known)),
        )

    def _number(self, element: Any) -> str:
        return "" if element is Any else str(self._numbers.setdefault(element, len(self._numbers)))

    def _list(self, element: Any, level: int, *, known: bool = True) -> Fragment:
        """A list of such items that is no variable."""
        given = self._values.given(list[element], level, without=() if known else self._values.choices)

        def body() -> Fragment:
            every = self._values.given(list[element], level)
            parts = [literal("[]"), sequence(choice(self._words.container, every), self._words.cut)]
            if element in (Any, str):
                parts.append(self._split(level))
            if level:
                inner = level - 1
                written = choice(
                    separated(self._item(self._values, element, inner), _PARTS),
                    sequence(self._item(self._values.inside, element, inner), self.clause(inner)),
                )
                listed = sequence(literal("list("), choice(self.iterable(inner), self._each(inner)), CLOSE)
                parts += [sequence(literal("["), written, literal("]")), self.sorted(inner), listed]
            return choice(*parts)

        return choice(given, self._values.rule(f"list{self._number(element)}", level, body))

    @staticmethod
    def _item(values: ExpressionRules, element: Any, level: int) -> Fragment:
        return values.value(level) if element is Any else values.slot(element, level)

    def _each(self, level: int) -> Fragment:
        """A comprehension, without its brackets."""
        return sequence(self._values.inside.value(level), self.clause(level))

    def _split(self, level: int) -> Fragment:
        """The parts of a string."""
        owner = choice(self._words.item, self._values.given(str, level))
        at = sequence(literal(".split("), self._words.string, CLOSE)
        return sequence(owner, repeated(CHANGED, 0, 2), choice(literal(".split()"), literal(".splitlines()"), at))

    def sorted(self, level: int) -> Fragment:
        """`sorted(...)`, with so many levels inside."""

        def body() -> Fragment:
            key = optional(sequence(literal(", key="), self._values.key(level)))
            ordered = sequence(self.iterable(level), key, optional(literal(", reverse=True")))
            return sequence(literal("sorted("), choice(ordered, self._each(level)), CLOSE)

        return self._values.rule("sorted", level, body)

    def _sets(self, level: int, *, known: bool = True) -> Fragment:
        """Sets, and what several have in common. known: also those of the few strings that tools give."""

        def body() -> Fragment:
            if not level:
                return ""
            item, inner = self._values.value(level - 1), level - 1
            each = self._each(inner)
            written = sequence(literal("{"), choice(separated(item, _PARTS), each), literal("}"))
            made = choice(self._values.loose_list(inner), self._list(Any, inner, known=known), each)
            one = choice(written, sequence(literal("set("), made, CLOSE))
            joined = choice(literal(" & "), literal(" | "))
            return sequence(one, repeated(sequence(joined, choice(one, self._words.container)), 0, 2))

        return self._values.rule("sets" if known else "other_sets", level, body)

    def mapping(self, level: int) -> Fragment:
        """A dict that is written out."""

        def body() -> Fragment:
            if not level:
                return literal("{}")
            inner = level - 1
            pairs = separated(self._pair(self._values, inner), _PARTS)
            each = sequence(self._pair(self._values.inside, inner), self.clause(inner))
            return choice(literal("{}"), sequence(literal("{"), choice(pairs, each), literal("}")))

        return self._values.rule("mapping", level, body)

    def _pair(self, values: ExpressionRules, level: int) -> Fragment:
        key = choice(values.scalars.text(level), self._words.digits)
        return sequence(key, literal(": "), values.value(level))

    def sized(self, level: int) -> Fragment:
        """What can be counted and looped over: of texts those that were read, and not the letters of a label."""
        values = self._values
        views = sequence(self._words.container, choice(literal(".keys()"), literal(".values()")))
        read = sequence(choice(values.given(str, level), values.items_given(str, level)), repeated(CHANGED, 0, 2))
        parts = (self.lists(Any, level), self._sets(level), read, views)
        return self._values.rule("sized", level, lambda: choice(*parts))

    def counted(self, level: int) -> Fragment:
        """What `len` counts: an album too, which cannot be looped over."""
        return choice(self.sized(level), self._values.given(Album, level))

    def iterable(self, level: int) -> Fragment:
        """What can be looped over with one variable."""

        def body() -> Fragment:
            parts = [self.sized(level)]
            if level:
                inner = level - 1
                parts += [
                    sequence(literal("range("), separated(self._values.scalars.whole(inner), 3), CLOSE),
                    sequence(literal("reversed("), self.sized(inner), CLOSE),
                    sequence(literal("("), separated(self._values.value(inner), _PARTS, least=2), CLOSE),
                ]
            return choice(*parts)

        return self._values.rule("iterable", level, body)

    def loop(self, level: int) -> Fragment:
        """`for` with its variables and what it goes over."""

        def body() -> Fragment:
            one = sequence(choice(self._words.name, literal("_")), literal(" in "), self.iterable(level))
            two = sequence(separated(self._words.name, 2, least=2), literal(" in "), self._pairs(level))
            return sequence(literal("for "), choice(one, two))

        return self._values.rule("loop", level, body)

    def _pairs(self, level: int) -> Fragment:
        """What can be looped over with two variables."""
        parts = [self._values.loose_list(level), sequence(self._words.container, literal(".items()"))]
        if level:
            over = self.iterable(level - 1)
            start = optional(sequence(literal(", "), self._words.digit))
            parts.append(sequence(literal("enumerate("), over, start, CLOSE))
            parts.append(sequence(literal("zip("), over, literal(", "), over, CLOSE))
        if level > 1:
            pair = sequence(literal("("), separated(self._values.value(level - 2), 2, least=2), CLOSE)
            parts.append(sequence(literal("["), separated(pair, _PARTS), literal("]")))
        return choice(*parts)

    def clause(self, level: int) -> Fragment:
        """What stands behind the item of a comprehension."""

        def body() -> Fragment:
            inside = self._values.inside
            again = optional(sequence(literal(" "), inside.containers.loop(level)))
            test = optional(sequence(literal(" if "), inside.condition(level)))
            return sequence(literal(" "), self.loop(level), again, test)

        return self._values.rule("clause", level, body)
