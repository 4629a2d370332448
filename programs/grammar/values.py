"""Expressions in the grammar, by type and by remaining bracket depth.

The result of a call has a type; a context-free grammar knows little about the values of variables (scope.py). So a
variable (`loose`) is allowed wherever one of its scope may fit, and everything else only where its type fits.
An expression is determined by its beginning as far as possible: with an ambiguous grammar, decoding follows all
readings at every token.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial
from typing import Any

from ...tools.core.albums import Album
from ...tools.core.annotations import Signature
from ...tools.core.registry import Registry
from ...tools.core.values import Box, Image
from ..language import types
from ..language.language import attributes_for
from .calls import Source, constants, sources
from .containers import Containers
from .ebnf import Fragment, Rules, choice, literal, optional, repeated, separated, sequence
from .scalars import Scalars
from .scope import Scope
from .words import CHANGED, CLOSE, EQUAL, IN, PLUS, WordRules

_AND_OR = choice(literal(" and "), literal(" or "))
_JOINED = 3
"""Further tests that may be joined to one: no example has more than three in all."""
_NONE = choice(*(literal(f" {sign} None") for sign in ("is", "is not", "==", "!=")))


class Values:
    """The rules of expressions.

    scope: of the variables in them; helpers: the program has functions of its own, so that names can be called.
    family: marks the names of their rules.
    """

    def __init__(
        self,
        rules: Rules,
        registry: Registry,
        inputs: Mapping[str, Any],
        scope: Scope = "any",
        *,
        helpers: bool = False,
    ) -> None:
        self.inputs = tuple(inputs)
        self.scope: Scope = scope
        self.family = ("h_" if helpers else "") + ("" if scope == "any" else f"{scope}_")
        self.attributes = attributes_for(inputs)
        names = {*inputs, *(tool.name for tool in registry)}
        self.words = WordRules(rules, names, self.attributes, scope)
        self._rules = rules
        self._helpers = helpers
        self._in = partial(Values, rules, registry, inputs)
        self._inside: Values | None = None
        self._sources = sources(rules, registry, inputs, self.slot, self.family)
        self._giving: dict[tuple[Any, tuple[Any, ...]], list[Source]] = {}
        self._keys = [tool.name for tool in registry if any(map(_takes_one, tool.signatures))]
        found = (types.element(m) if types.base(m) is list else m for s in self._sources for m in s.gives)
        self.choices = [t for t in dict.fromkeys(found) if types.base(t) is str and types.literal_values(t)]
        """The types of which a tool gives one of a few strings, or a list of them."""
        self.scalars = Scalars(self)
        self.containers = Containers(self)

    def rule(self, name: str, level: int, body: Callable[[], Fragment]) -> Fragment:
        """A rule of this family and level."""
        return self._rules.rule(f"{self.family}{name}_{level}", body)

    @property
    def inside(self) -> Values:
        """The rules of the item of a comprehension, which has the loop's variable."""
        if self._inside is None:
            loops = (types.element(m) for s in self._sources for m in s.gives if types.base(m) is list)
            scope: Scope = "any" if self.scope == "any" or any(map(_no_thing, loops)) else "things"
            self._inside = self if scope == self.scope else self._in(scope)
        return self._inside

    def thing(self, level: int) -> Fragment:
        """What sets a variable to a single value, other than an image."""
        led = sequence(choice(self.words.item, self._picked(level)), self._loose_rest(level))
        simple = self.rule("thing_test", level, lambda: choice(led, *self._single(level)))
        classes = [cls for cls in self.attributes if cls is not Image]
        plain = self.rule("thing_value", level, lambda: self._joined(simple, classes, level, tested=False))
        return sequence(plain, optional(sequence(literal(" if "), self.condition(level), literal(" else "), plain)))

    def other(self, level: int) -> Fragment:
        """What sets a variable to something else, such as a list or an image."""
        inside = self.containers
        led = sequence(choice(self._unknown(level), self._group(level)), self._loose_rest(level))
        picture = sequence(self.object(Image, level), optional(self._compared_thing(Image, level)))
        rest = (picture, inside.led(level), inside.mapping(level), literal("None"))
        return self.rule("other", level, lambda: choice(led, *rest))

    def value(self, level: int) -> Fragment:
        """Anything that a variable may be set to."""
        plain = self.rule("plain", level, lambda: self._joined(self._simple(level), [*self.attributes], level))
        other = sequence(literal(" if "), self.condition(level), literal(" else "), plain)
        return self.rule("value", level, lambda: sequence(plain, optional(other)))

    def answer(self, rule: str, level: int) -> Fragment:
        """What may be the answer: "truth", "number", "text", "box" ... or "any"; a variable may be each of them."""
        if rule == "any":
            return self.value(level)
        kinds: dict[str, Callable[[int], Fragment]] = {
            "truth": self._truth,
            "number": self.scalars.number,
            "text": self._said_text,
            "box": partial(self.slot, Box),
            "boxes": partial(self.slot, list[Box]),
            "photos": partial(self.slot, Album),
        }
        plain = self.rule(f"answer_{rule}", level, lambda: kinds[rule](level))
        other = sequence(literal(" if "), self.condition(level), literal(" else "), plain)
        return self.rule(f"answered_{rule}", level, lambda: sequence(plain, optional(other)))

    def _truth(self, level: int) -> Fragment:
        """True or False: what tools say, comparisons, and what is put together from them."""
        scalars, loose, group = self.scalars, self.loose(level), self._group(level)
        held, truth = sequence(IN, self._holder(level)), scalars.truth(level)
        same = sequence(EQUAL, scalars.word(level))
        few = (
            sequence(choice(self.given(t, level), self.items_given(t, level)), self._compared(t, level))
            for t in self.choices
        )
        one = choice(
            sequence(choice(loose, group), self._loose_rest(level)),
            sequence(truth, optional(sequence(EQUAL, choice(loose, truth)))),
            sequence(scalars.numeral_led(level), choice(scalars.relation(level), held)),
            sequence(scalars.words_led(level), choice(same, held)),
            *few,
        )
        test = self.rule("true", level, lambda: choice(one, sequence(literal("not "), one)))
        return sequence(test, repeated(sequence(_AND_OR, test), 0, _JOINED))

    def _compared(self, t: Any, level: int) -> Fragment:
        """What may follow one of a few strings to make a truth of it."""
        return choice(sequence(EQUAL, self.slot(t, level)), sequence(IN, self.containers.few(t, level)), _NONE)

    def _said_text(self, level: int) -> Fragment:
        """A string, or a list of them."""
        return choice(self.scalars.text(level), self.containers.lists(str, level) if level else "")

    def condition(self, level: int) -> Fragment:
        """What may stand behind `if`."""
        every = [*self.attributes]
        return self.rule("condition", level, lambda: self._joined(self._simple(level), every, level, alone=False))

    def _joined(
        self, simple: Fragment, classes: Sequence[type], level: int, *, alone: bool = True, tested: bool = True
    ) -> Fragment:
        """One test, or a few with `and` and `or`. alone: or a thing of these classes or a string, by itself.

        These are always true, so a test compares them: behind `LOC(...) or ` small models go on for ever. tested: may
        it begin with a thing? They go on for ever behind `LOC(...) == ` too, where a thing is to be set.
        """
        opposite = sequence(literal("not "), self._test(level))
        always = self._always_true(classes, level)
        test = choice(simple, opposite, *(sequence(value, compared) for value, compared in always))
        more = repeated(sequence(_AND_OR, test), 0, _JOINED)
        if not alone:
            return sequence(test, more)
        never_tested = () if tested else [cls for cls in classes if not self._may_be_none(cls)]
        led = (
            value if cls in never_tested else sequence(value, optional(sequence(compared, more)))
            for cls, (value, compared) in zip((*classes, str), always, strict=True)
        )
        return choice(sequence(choice(simple, opposite), more), *led)

    def _always_true(self, classes: Sequence[type], level: int) -> list[tuple[Fragment, Fragment]]:
        """Things of these classes and strings that are written out, each with what makes a test of it."""
        heard = choice(self.loose(level), self.scalars.heard(level))
        same = choice(sequence(EQUAL, heard), sequence(IN, self._holder(level, known=False)))
        things = [(self.object(cls, level), self._compared_thing(cls, level)) for cls in classes]
        return [*things, (self.scalars.written_led(level), same)]

    def _test(self, level: int) -> Fragment:
        """A value, or a comparison of like with like."""
        always = (sequence(*pair) for pair in self._always_true([*self.attributes], level))
        return self.rule("test", level, lambda: choice(self._simple(level), *always))

    def _simple(self, level: int) -> Fragment:
        """The same, but not of a box, image, mask or point, nor of a string that is written out."""

        def body() -> Fragment:
            return choice(
                sequence(choice(self.loose(level), self._group(level)), self._loose_rest(level)),
                *self._single(level),
                self.containers.led(level),
                self.containers.mapping(level),
                literal("None"),
            )

        return self.rule("simple_test", level, body)

    def _single(self, level: int) -> list[Fragment]:
        """A single value that begins with no variable and is no thing, or a comparison of it."""
        scalars, loose, truth = self.scalars, self.loose(level), self.scalars.truth(level)
        held = sequence(IN, self._holder(level))
        return [
            sequence(scalars.numeral_led(level), optional(choice(scalars.relation(level), held))),
            self._text_test(level),
            sequence(truth, optional(sequence(EQUAL, choice(loose, truth)))),
            *(self._choice_led(t, level) for t in self.choices),
        ]

    def _compared_thing(self, cls: type, level: int) -> Fragment:
        """What makes a test of a box, image, mask or point: nothing is needed if a tool may give None instead."""
        same = sequence(EQUAL, self.loose(level))  # two calls are never asked whether they found the same
        compared = choice(same, sequence(IN, self._holder(level)))
        return optional(choice(compared, _NONE)) if self._may_be_none(cls) else compared

    def _may_be_none(self, cls: type) -> bool:
        """May a tool give None in place of one?"""
        return any(cls in source.gives and types.NONE in source.gives for source in self._sources)

    def _loose_rest(self, level: int) -> Fragment:
        """What may follow a value of a type that is not known: operands of one type, and a comparison."""

        def body() -> Fragment:
            scalars, others = self.scalars, self.containers.collection(level)
            added = repeated(sequence(PLUS, choice(scalars.solid_word(level), others)), 1, 4)
            things = (self.object(cls, level) for cls in self.attributes)
            solid = choice(*things, scalars.solid_word(level), scalars.truth(level), others)
            held = sequence(IN, self._holder(level))
            compared = choice(scalars.relation(level), sequence(EQUAL, solid), held, _NONE)
            return sequence(choice(scalars.computed(level), added), optional(compared))

        return self.rule("loose_rest", level, body)

    def _text_test(self, level: int) -> Fragment:
        """A string that somebody said, with what it may be compared with; one of a few in a list of them."""
        scalars = self.scalars
        same = sequence(EQUAL, scalars.word(level))
        held = sequence(IN, self._holder(level, known=False))
        few = (
            sequence(choice(constants(types.literal_values(t)), self.said(level)), IN, self.given(list[t], level))
            for t in self.choices
        )
        return choice(sequence(scalars.spoken_led(level), optional(choice(same, held))), *few)

    def _holder(self, level: int, *, known: bool = True) -> Fragment:
        """What may have a value in it. known: also the lists of a few strings that tools give."""
        held = self.containers.collection(level, known=known)
        parts = (self.loose(level), self.scalars.solid_word(level), held, self._group(level))
        return self.rule("holder" if known else "text_holder", level, lambda: choice(*parts))

    def _choice_led(self, t: Any, level: int) -> Fragment:
        """A call that gives one of a few strings, with what it may be."""
        same = sequence(EQUAL, self.slot(t, level))
        held = sequence(IN, self.containers.few(t, level))
        word = self.scalars.word(level)
        changed = sequence(repeated(CHANGED, 1, 2), optional(sequence(EQUAL, word)))
        rest = choice(same, held, _NONE, changed, repeated(sequence(PLUS, word), 1, 4))
        return sequence(choice(self.given(t, level), self.items_given(t, level)), optional(rest))

    def _group(self, level: int) -> Fragment:
        """Something in brackets, or a tuple."""
        inside = separated(self.value(level - 1), 8) if level else ""
        return self.rule("group", level, lambda: sequence(literal("("), inside, CLOSE))

    def slot(self, t: Any, level: int) -> Fragment:
        """An argument of this type."""
        return choice(*(part for member in types.members(t) for part in self._slot(member, level)))

    def _slot(self, t: Any, level: int) -> list[Fragment]:
        allowed, kind, loose = types.literal_values(t), types.base(t), self.loose(level)
        if allowed:
            # What a tool says, or a label, is not known, as with a variable.
            given = (self.given(t, level), self.items_given(t, level))
            return [constants(allowed), loose, *given, self.said(level) if kind is str else ""]
        if kind is types.NONE:
            return [literal("None")]
        if kind is bool:
            return [loose, self.scalars.truth(level), *self._judged(level)]
        if kind in (int, float):
            return [self.scalars.whole(level) if kind is int else self.scalars.number(level)]
        if kind is str:
            return [self.scalars.text(level)]
        if kind is list:
            return [self.containers.lists(types.element(t), level)]
        if kind is Image and self.scope != "any":
            return [self._unknown(level), self.object(kind, level)]
        return [loose, self.object(kind, level)] if kind in self.attributes else [self.value(level)]

    def _judged(self, level: int) -> list[Fragment]:
        """Comparisons of numbers, and the opposite of anything."""
        opposite = sequence(literal("not "), self._test(level))
        begun = choice(self.loose(level), self.scalars.numeral_led(level))
        return [opposite, sequence(begun, self.scalars.relation(level))]

    def given(self, wanted: Any, level: int, without: Collection[Any] = ()) -> Fragment:
        """The inputs, and the calls of tools, whose value is of this type. without: not the lists of these."""
        key = (wanted, tuple(without))
        if key not in self._giving:
            self._giving[key] = [
                source
                for source in self._sources
                if any(_fits(m, wanted) and types.element(m) not in without for m in source.gives)
            ]
        return choice(*(source.write(level) for source in self._giving[key]))

    def items_given(self, wanted: Any, level: int) -> Fragment:
        """The same, taken from a list that is given."""
        return sequence(self.given(list[wanted], level), self.words.index)

    def said(self, level: int) -> Fragment:
        """The strings that are given, which may say anything, and those that belong to something."""
        return choice(self.given(str, level), self.items_given(str, level), self.attribute((str,), level))

    def loose(self, level: int) -> Fragment:
        """A value of a type that is not known: of a variable, or of a call that gives what it is given."""

        def body() -> Fragment:
            return choice(self.words.item, self._unknown(level), self._picked(level))

        return self.rule("loose", level, body)

    def loose_list(self, level: int) -> Fragment:
        """The same, where a list or set is wanted."""
        if self.scope == "any":
            return self.loose(level)
        return self.rule("loose_list", level, lambda: self._unknown(level))

    def _unknown(self, level: int) -> Fragment:
        """A call of a tool whose type the grammar cannot follow."""
        return choice(*(sequence(s.write(level), optional(self.words.index)) for s in self._sources if s.unknown))

    def _picked(self, level: int) -> Fragment:
        """One of several, and what the program's own functions give."""
        if not level:
            return ""
        level, inside = level - 1, self.containers
        key = sequence(literal(", key="), self.key(level))
        default = optional(sequence(literal(", default="), self.value(level)))
        best = sequence(choice(literal("max("), literal("min(")), inside.sized(level), key, default, CLOSE)
        called = sequence(self.words.name, literal("("), optional(separated(self.value(level), 4)), CLOSE)
        found = sequence(self.words.container, literal(".get("), separated(self.value(level), 2), CLOSE)
        return choice(best, sequence(inside.sorted(level), self.words.index), found, called if self._helpers else "")

    def key(self, level: int) -> Fragment:
        """What things are ordered by: a function of one of them."""
        scalars = self.inside.scalars
        number = scalars.number(level)
        one = choice(number, sequence(literal("-"), number), scalars.words_led(level))
        several = sequence(literal("("), separated(one, 3, least=2), CLOSE)
        made = sequence(literal("lambda "), self.words.name, literal(": "), choice(one, several))
        return self.rule("key", level, lambda: choice(made, *map(literal, self._keys)))

    def object(self, cls: type, level: int) -> Fragment:
        """A box, image, mask or point, other than a variable's."""
        return self.rule(
            cls.__name__.lower(),
            level,
            lambda: choice(self.given(cls, level), self.items_given(cls, level), self.attribute((cls,), level)),
        )

    def attribute(self, kinds: tuple[type, ...], level: int) -> Fragment:
        """An attribute of one of these types, of anything that has it."""

        def names(*classes: type) -> Fragment:
            found = (name for cls in classes for name, t in self.attributes[cls].items() if t in kinds)
            return choice(*(literal(f".{name}") for name in found))

        owned = (sequence(self.object(cls, level), names(cls)) for cls in self.attributes if names(cls))
        return choice(sequence(self.loose(level), names(*self.attributes)), *owned)


def _takes_one(signature: Signature) -> bool:
    """Can it be called with one argument by position, as a key is?"""
    parameters = signature.parameters
    return bool(parameters) and not parameters[0].keyword_only and not any(p.required for p in parameters[1:])


def _fits(given: Any, wanted: Any) -> bool:
    """Is a value of type `given` what is wanted, for certain? One of a few strings is not any string here."""
    if types.base(wanted) is list:
        return types.base(given) is list and _holds(types.element(given), types.element(wanted))
    allowed = types.literal_values(wanted)
    if allowed:
        values = types.literal_values(given)
        return bool(values) and types.base(given) is types.base(wanted) and set(values) <= set(allowed)
    return given is wanted or (wanted in types.NUMBERS and types.base(given) is wanted)


def _no_thing(t: Any) -> bool:
    """Can a variable of this type be an image or a container?"""
    return any(member in (Image, Any) or types.base(member) in (list, dict, tuple) for member in types.members(t))


def _holds(given: Any, wanted: Any) -> bool:
    return wanted is Any or any(_fits(m, w) for m in types.members(given) for w in types.members(wanted))
