"""Expressions in the grammar, by the type of their value and by the levels of brackets that they may still open.

What a call gives has a type; what a variable holds, a context-free grammar cannot know. So a variable (`loose`) may
stand anywhere, and everything else only where its type fits.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ..tools.registry import Registry
from ..tools.tool import Signature
from . import types
from .ebnf import Fragment, Rules, choice, literal, optional, repeated, separated, sequence
from .grammar_calls import constants, sources
from .grammar_words import Words
from .language import ATTRIBUTES

_PARTS = 12
"""Items of a list that is written out."""
_PREDICATES = choice(*map(literal, (".isalpha()", ".isdigit()")))
_CHANGED = choice(*map(literal, (".lower()", ".upper()", ".strip()", ".title()", ".capitalize()")))
_SPLIT = choice(*map(literal, (".split()", ".splitlines()")))
_EQUAL = choice(literal(" == "), literal(" != "))
_IN = choice(literal(" in "), literal(" not in "))
_ORDER = choice(*(literal(f" {sign} ") for sign in ("==", "!=", "<", "<=", ">", ">=")))
_SUBSET = choice(literal(" <= "), literal(" >= "))
_NONE = choice(*(literal(f" {sign} None") for sign in ("is", "is not", "==", "!=")))


class Values:
    """The rules of expressions. helpers: the program has functions of its own, so that names can be called."""

    def __init__(self, rules: Rules, registry: Registry, inputs: Mapping[str, Any], *, helpers: bool = False) -> None:
        self.words = Words(rules, {*inputs, *(tool.name for tool in registry)})
        self._rules = rules
        self._helpers = helpers
        self._family = "h_" if helpers else ""
        self._sources = sources(rules, registry, inputs, self.slot, self._family)
        self._elements: dict[Any, int] = {}
        self._keys = [tool.name for tool in registry if any(map(_takes_one, tool.signatures))]

    def _rule(self, name: str, level: int, body: Callable[[], Fragment]) -> Fragment:
        return self._rules.rule(f"{self._family}{name}_{level}", body)

    def value(self, level: int) -> Fragment:
        """Anything that a variable may be set to."""
        plain = self.condition(level)
        other = sequence(literal(" if "), plain, literal(" else "), plain)
        return self._rule("value", level, lambda: sequence(plain, optional(other)))

    def condition(self, level: int) -> Fragment:
        """Anything but `a if b else c`: what may stand behind `if`."""

        def body() -> Fragment:
            test = sequence(optional(literal("not ")), self._rule("test", level, lambda: self._test(level)))
            both = self._rule("both", level, lambda: sequence(test, repeated(sequence(literal(" and "), test), 0, 4)))
            return sequence(both, repeated(sequence(literal(" or "), both), 0, 4))

        return self._rule("condition", level, body)

    def _test(self, level: int) -> Fragment:
        return choice(
            self._compared(level),
            self.number(level),
            self.text(level),
            self.truth(level),
            *(self.object(cls, level) for cls in ATTRIBUTES),
            self.listed(Any, level),
            self.set(level),
            self._mapping(level),
            self._tuple(level),
            literal("None"),
        )

    def slot(self, t: Any, level: int) -> Fragment:
        """An argument of this type."""
        return choice(*(self._slot(member, level) for member in types.members(t)))

    def _slot(self, t: Any, level: int) -> Fragment:
        allowed, kind = types.literal_values(t), types.base(t)
        if allowed:
            # What a string that is computed says is not known, as with a variable.
            said = choice(self.spoken(level), self.given(t, level)) if kind is str else ""
            return choice(constants(allowed), self.loose(level), said)
        if kind is types.NONE:
            return literal("None")
        if kind is bool:
            return choice(self.loose(level), self.truth(level), self._compared(level))
        if kind in (int, float):
            return self._whole(level) if kind is int else self.number(level)
        if kind is str:
            return self.text(level)
        if kind is list:
            return self.listed(types.element(t), level)
        return choice(self.loose(level), self.object(kind, level)) if kind in ATTRIBUTES else self.value(level)

    def given(self, wanted: Any, level: int) -> Fragment:
        """The inputs, and the calls of tools, whose value is of this type."""
        return choice(*(s.write(level) for s in self._sources if any(_fits(m, wanted) for m in s.gives)))

    def items_given(self, wanted: Any, level: int) -> Fragment:
        """The same, taken from a list that is given."""
        return sequence(self.given(list[wanted], level), self.words.index)

    def loose(self, level: int) -> Fragment:
        """A value of a type that is not known: of a variable, or of a call that gives what it is given."""

        def body() -> Fragment:
            unknown = [s.write(level) for s in self._sources if any(m is Any or types.base(m) is dict for m in s.gives)]
            return choice(self.words.item, *unknown, *(self._picked(level - 1) if level else ()))

        return self._rule("loose", level, body)

    def _picked(self, level: int) -> list[str]:
        key = sequence(literal(", key="), self._key(level))
        default = optional(sequence(literal(", default="), self.value(level)))
        best = sequence(choice(literal("max("), literal("min(")), self.sized(level), key, default, literal(")"))
        arguments = optional(separated(self.value(level), 4))
        called = sequence(self.words.name, literal("("), arguments, literal(")")) if self._helpers else ""
        get = sequence(self.words.item, literal(".get("), separated(self.value(level), 2), literal(")"))
        return [best, sequence(self.sorted(level), self.words.index), get, called]

    def _key(self, level: int) -> Fragment:
        one = choice(self.number(level), self.text(level))
        several = sequence(literal("("), separated(one, 3, least=2), literal(")"))
        made = sequence(literal("lambda "), self.words.name, literal(": "), choice(one, several))
        return self._rule("key", level, lambda: choice(made, *map(literal, self._keys)))

    def sorted(self, level: int) -> Fragment:
        key = optional(sequence(literal(", key="), self._key(level)))
        turned = optional(literal(", reverse=True"))
        return self._rule(
            "sorted", level, lambda: sequence(literal("sorted("), self.iterable(level), key, turned, literal(")"))
        )

    def object(self, cls: type, level: int) -> Fragment:
        """A box, image, mask or point, other than a variable's."""
        return self._rule(
            cls.__name__.lower(),
            level,
            lambda: choice(self.given(cls, level), self.items_given(cls, level), self._attribute((cls,), level)),
        )

    def _attribute(self, kinds: tuple[type, ...], level: int) -> Fragment:
        """An attribute of one of these types, of anything that has it."""

        def names(*classes: type) -> Fragment:
            found = (name for cls in classes for name, t in ATTRIBUTES[cls].items() if t in kinds)
            return sequence(literal("."), choice(*map(literal, found)))

        owned = (sequence(self.object(cls, level), names(cls)) for cls in ATTRIBUTES if names(cls))
        return choice(sequence(self.loose(level), names(*ATTRIBUTES)), *owned)

    def number(self, level: int) -> Fragment:
        """A sum of products."""
        signs = ("*", "/", "//", "%", "**")
        return self._rule("number", level, lambda: self._sum(self._number(level), signs))

    def _whole(self, level: int) -> Fragment:
        return self._rule("whole", level, lambda: self._sum(self._counted(level), ("*", "//", "%")))

    def _sum(self, atom: str, signs: tuple[str, ...]) -> Fragment:
        signed = sequence(optional(literal("-")), atom)
        times = choice(*(literal(f" {sign} ") for sign in signs))
        product = sequence(signed, repeated(sequence(times, atom), 0, 2))
        return sequence(product, repeated(sequence(choice(literal(" + "), literal(" - ")), product), 0, 3))

    def _counted(self, level: int) -> Fragment:
        """A whole number that is no sum."""

        def body() -> Fragment:
            parts = [self.loose(level), self.words.digits, self._attribute((int,), level), self.given(int, level)]
            if level:
                inner = level - 1
                value = sequence(self.value(inner), literal(")"))
                parts += [
                    sequence(literal("("), self._whole(inner), literal(")")),
                    sequence(literal("len("), self.sized(inner), literal(")")),
                    sequence(literal("sum(1"), self.clause(inner), literal(")")),
                    sequence(literal("round("), self.number(inner), literal(")")),
                    sequence(literal("int("), choice(self.number(inner), self.text(inner)), literal(")")),
                    sequence(self.words.item, choice(literal(".count("), literal(".index(")), value),
                ]
            return choice(*parts)

        return self._rule("counted", level, body)

    def _number(self, level: int) -> Fragment:
        """A number that is no sum."""

        def body() -> Fragment:
            parts = [self._counted(level), self.words.decimal, self._attribute((float,), level), self.given(float, level)]
            return choice(*parts, *(self._measured(level - 1) if level else ()))

        return self._rule("atom", level, body)

    def _measured(self, level: int) -> list[str]:
        number, close = self.number(level), literal(")")
        default = optional(sequence(literal(", default="), number))
        many = choice(separated(number, 4, least=2), sequence(number, self.clause(level)), self.sized(level))
        each = sequence(self.condition(level), self.clause(level))
        return [
            sequence(literal("("), number, close),
            sequence(choice(literal("max("), literal("min(")), many, default, close),
            sequence(literal("sum("), choice(each, self.sized(level)), close),
            sequence(literal("abs("), number, close),
            sequence(literal("round("), number, literal(", "), self.words.digit, close),
            sequence(literal("float("), choice(number, self.text(level)), close),
        ]

    def text(self, level: int) -> Fragment:
        """A string, or several put together."""

        def body() -> Fragment:
            word = self._rule("word", level, lambda: choice(self._word(level), self.given(str, level)))
            return sequence(word, repeated(sequence(literal(" + "), word), 0, 4))

        return self._rule("text", level, body)

    def _word(self, level: int) -> Fragment:
        """One string, other than one of the few that a tool may give."""
        return choice(self.loose(level), self.words.string, self.spoken(level))

    def spoken(self, level: int) -> Fragment:
        """A string that is neither written out, nor a variable's, nor one of a few."""

        def body() -> Fragment:
            owner = choice(self.words.item, self._said(level), self.given(str, level))
            parts = [self._said(level), sequence(owner, repeated(_CHANGED, 1, 2)), self.words.filled]
            if level:
                inner = level - 1
                each = sequence(self.text(inner), self.clause(inner))
                parts += [
                    sequence(self.words.string, literal(".join("), choice(each, self.listed(str, inner)), literal(")")),
                    sequence(literal("str("), self.value(inner), literal(")")),
                ]
            return choice(*parts)

        return self._rule("spoken", level, body)

    def _said(self, level: int) -> Fragment:
        plain = choice(*(s.write(level) for s in self._sources if str in s.gives))
        return choice(plain, self.items_given(str, level), self._attribute((str,), level))

    def truth(self, level: int) -> Fragment:
        """True or False, other than by comparing."""

        def body() -> Fragment:
            owner = sequence(choice(self.words.item, self.given(str, level)), repeated(_CHANGED, 0, 2))
            parts = [literal("True"), literal("False"), self.given(bool, level), sequence(owner, _PREDICATES)]
            if level:
                inner = level - 1
                each = choice(sequence(self.condition(inner), self.clause(inner)), self.iterable(inner))
                begins = choice(literal(".startswith("), literal(".endswith("))
                parts += [
                    sequence(literal("("), self.value(inner), literal(")")),
                    sequence(choice(literal("any("), literal("all(")), each, literal(")")),
                    sequence(literal("bool("), self.value(inner), literal(")")),
                    sequence(owner, begins, self.text(inner), literal(")")),
                ]
            return choice(*parts)

        return self._rule("truth", level, body)

    def listed(self, element: Any, level: int) -> Fragment:
        """A list of such items, or several put together."""

        def body() -> Fragment:
            one = choice(self.loose(level), self.list(element, level))
            return sequence(one, repeated(sequence(literal(" + "), one), 0, 2))

        return self._rule(f"lists{self._number_of(element)}", level, body)

    def _number_of(self, element: Any) -> Fragment:
        return "" if element is Any else str(self._elements.setdefault(element, len(self._elements)))

    def list(self, element: Any, level: int) -> Fragment:
        """A list of such items, other than a variable's."""

        def body() -> Fragment:
            given = self.given(list[element], level)
            parts = [literal("[]"), given, sequence(choice(self.words.item, given), self.words.slice)]
            if element in (Any, str):
                owner = choice(self.words.item, self.given(str, level))
                parts.append(sequence(owner, repeated(_CHANGED, 0, 2), _SPLIT))
            if level:
                inner = level - 1
                item = self.value(inner) if element is Any else self.slot(element, inner)
                written = choice(separated(item, _PARTS), sequence(item, self.clause(inner)))
                parts += [
                    sequence(literal("["), written, literal("]")),
                    self.sorted(inner),
                    sequence(literal("list("), self.iterable(inner), literal(")")),
                ]
            return choice(*parts)

        return self._rule(f"list{self._number_of(element)}", level, body)

    def set(self, level: int) -> Fragment:
        """Sets, that is what several have in common, or what any of them has."""

        def body() -> Fragment:
            if not level:
                return ""
            item, inner = self.value(level - 1), level - 1
            written = choice(separated(item, _PARTS), sequence(item, self.clause(inner)))
            one = choice(
                sequence(literal("{"), written, literal("}")), sequence(literal("set("), self.iterable(inner), literal(")"))
            )
            joined = choice(literal(" & "), literal(" | "), literal(" - "))
            return sequence(one, repeated(sequence(joined, choice(one, self.words.item)), 0, 2))

        return self._rule("set", level, body)

    def _mapping(self, level: int) -> Fragment:
        def body() -> Fragment:
            if not level:
                return literal("{}")
            pair = sequence(choice(self.text(level - 1), self._whole(level - 1)), literal(": "), self.value(level - 1))
            inside = choice(separated(pair, _PARTS), sequence(pair, self.clause(level - 1)))
            return choice(literal("{}"), sequence(literal("{"), inside, literal("}")))

        return self._rule("mapping", level, body)

    def _tuple(self, level: int) -> Fragment:
        parts = separated(self.value(level - 1), _PARTS, least=2) if level else ""
        return self._rule("tuple", level, lambda: sequence(literal("("), parts, literal(")")))

    def sized(self, level: int) -> Fragment:
        """What can be counted and looped over."""
        views = sequence(self.words.item, choice(*map(literal, (".keys()", ".values()"))))
        return self._rule(
            "sized",
            level,
            lambda: choice(self.listed(Any, level), self.set(level), self._tuple(level), self.spoken(level), views),
        )

    def iterable(self, level: int) -> Fragment:
        """What can be looped over, with one variable."""

        def body() -> Fragment:
            parts = [self.sized(level)]
            if level:
                numbers = separated(self._whole(level - 1), 3)
                parts.append(sequence(literal("range("), numbers, literal(")")))
                parts.append(sequence(literal("reversed("), self.sized(level - 1), literal(")")))
            return choice(*parts)

        return self._rule("iterable", level, body)

    def loop(self, level: int) -> Fragment:
        """`for` with its variables and what it goes over."""

        def body() -> Fragment:
            one = sequence(choice(self.words.name, literal("_")), literal(" in "), self.iterable(level))
            pairs = [self.loose(level), sequence(self.words.item, literal(".items()"))]
            if level:
                start = optional(sequence(literal(", "), self.words.digit))
                pairs.append(sequence(literal("enumerate("), self.iterable(level - 1), start, literal(")")))
                pairs.append(sequence(literal("zip("), separated(self.iterable(level - 1), 2, least=2), literal(")")))
            two = sequence(separated(self.words.name, 2, least=2), literal(" in "), choice(*pairs))
            return sequence(literal("for "), choice(one, two))

        return self._rule("loop", level, body)

    def clause(self, level: int) -> Fragment:
        """What stands behind the item of a comprehension."""

        def body() -> Fragment:
            once = sequence(literal(" "), self.loop(level))
            return sequence(repeated(once, 1, 2), optional(sequence(literal(" if "), self.condition(level))))

        return self._rule("clause", level, body)

    def _compared(self, level: int) -> Fragment:
        """A comparison of like with like."""

        def body() -> Fragment:
            number, loose = self.number(level), self.loose(level)
            things = [choice(self.object(cls, level), loose) for cls in ATTRIBUTES]
            truth = choice(self.truth(level), loose)
            many = choice(self.list(Any, level), self.set(level), self._tuple(level))
            none = (s.write(level) for s in self._sources if types.NONE in s.gives)
            return choice(
                sequence(number, repeated(sequence(_ORDER, number), 1, 2)),
                *self._compared_text(level),
                *(part for t in self._choices() for part in self._compared_choice(t, level)),
                *(sequence(thing, _EQUAL, thing) for thing in things),
                sequence(truth, _EQUAL, truth),
                sequence(choice(many, loose), choice(_EQUAL, _SUBSET), choice(many, loose)),
                *(sequence(thing, _IN, choice(many, loose)) for thing in (number, *things, many)),
                sequence(choice(loose, *none), _NONE),
            )

        return self._rule("compared", level, body)

    def _compared_text(self, level: int) -> list[str]:
        word = self._word(level)
        few = choice(*(self.given(t, level) for t in self._choices()))
        holding = choice(word, few, self.list(Any, level), self.set(level), self._tuple(level))
        return [
            sequence(word, _EQUAL, word),
            sequence(choice(self.loose(level), self.spoken(level)), _EQUAL, few),
            sequence(word, _IN, holding),
        ]

    def _compared_choice(self, t: Any, level: int) -> list[str]:
        """A call that gives one of a few strings, or a list of them, with what it may be."""
        few = self.slot(t, level)
        said = choice(self.given(t, level), self.items_given(t, level))
        listed = self.given(list[t], level)
        written = separated(self.slot(t, level - 1), _PARTS) if level else ""
        braced = sequence(literal("{"), written, literal("}"))
        grouped = sequence(literal("set("), self.given(list[t], level - 1), literal(")")) if level else ""
        return [
            sequence(said, _EQUAL, few),
            sequence(said, _IN, choice(self.listed(t, level), braced, sequence(literal("("), written, literal(")")))),
            sequence(few, _IN, listed),
            sequence(listed, _EQUAL, self.listed(t, level)),
            sequence(grouped, choice(_EQUAL, _SUBSET), choice(braced, grouped, self.loose(level))),
        ]

    def _choices(self) -> list[Any]:
        """The types of the strings of which a tool gives one, or a list."""
        found = (types.element(m) if types.base(m) is list else m for s in self._sources for m in s.gives)
        return [t for t in dict.fromkeys(found) if types.base(t) is str and types.literal_values(t)]


def _takes_one(signature: Signature) -> bool:
    """Can it be called with one argument by position, as a key is?"""
    first, *others = signature.parameters or (None,)
    return first is not None and not first.keyword_only and not any(p.required for p in others)


def _fits(given: Any, wanted: Any) -> bool:
    """Is a value of type `given` what is wanted, for certain?"""
    if given is Any or given is types.NONE:
        return False
    allowed = types.literal_values(wanted)
    if allowed:
        values = types.literal_values(given)
        return bool(values) and set(values) <= set(allowed)
    if wanted in (bool, int, float):
        return given is wanted
    if types.base(wanted) is list:
        return types.base(given) is list and _holds(types.element(given), types.element(wanted))
    return types.base(given) is types.base(wanted)


def _holds(given: Any, wanted: Any) -> bool:
    return wanted is Any or any(_fits(m, w) for m in types.members(given) for w in types.members(wanted))
