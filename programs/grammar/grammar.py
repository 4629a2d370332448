"""The grammar of programs for constrained decoding, made from the available tools.

The text is xgrammar's EBNF (Dong et al., XGrammar, 2024), which vLLM accepts as `structured_outputs`. It is meant for
generation: it allows only one form of most constructs, with the spacing of `ast.unparse`, and leaves out rare ones.
Every text it allows can be parsed and is in the language; the checker decides whether it is valid.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from ...tools.core.registry import Registry
from ..language.language import ANSWER, INPUTS
from ..question.expected_answer import AnswerKind
from .ebnf import Fragment, Rules, choice, literal, optional, repeated, separated, sequence
from .values import Values
from .words import CLOSE

LEVELS = 5
"""Maximum nesting of brackets: `COUNT([p for p in DETECT(CROP(image, LOC(image, "pond")), "duck")])` has five."""
HELPER_LEVELS = 3
"""The same for programs with their own functions."""
BLOCKS = 4
"""Maximum nesting of blocks."""
LINES = 20
"""Maximum number of top-level statements, which stops a model that repeats itself."""
BLOCK_LINES = 8
_BRANCHES = 4
_HELPERS = 3


Rule = Literal["truth", "number", "text", "box", "boxes", "photos", "any"]
"""What may stand behind `answer = `."""
_RULES: Mapping[AnswerKind, Rule] = {
    "yes/no": "truth",
    "number": "number",
    "duration": "number",
    "time": "any",
    "choice": "text",
    "color": "text",
    "name": "text",
    "text": "text",
    "box": "box",
    "boxes": "boxes",
    "photos": "photos",
    "any": "any",
}


def answer_rule(kind: AnswerKind) -> Rule:
    """The key of a grammar: kinds of answers with the same syntax share one, which the server compiles once."""
    return _RULES[kind]


def grammar(registry: Registry, inputs: Mapping[str, Any] = INPUTS, kind: AnswerKind = "any") -> str:
    """The grammar of the programs that call these tools, and give an answer of this kind as far as a grammar can tell.

    inputs: type of each name that is set before the program starts.
    """
    rules = Rules()
    rules.rule("program", lambda: _root(rules, registry, inputs, answer_rule(kind)))
    return rules.text("program")


def _root(rules: Rules, registry: Registry, inputs: Mapping[str, Any], rule: Rule) -> Fragment:
    plain = _Statements(rules, Values(rules, registry, inputs), "", LEVELS, rule)
    calling = _Statements(rules, Values(rules, registry, inputs, helpers=True), "h_", HELPER_LEVELS, rule)
    function = sequence(plain.function(), repeated(literal("\n"), 1, 3))
    return choice(plain.program(), sequence(repeated(function, 1, _HELPERS), calling.program()))


@dataclass(frozen=True)
class _Place:
    """The context of a statement. depth: of blocks; inside: a loop, a function; answers: it may set the answer."""

    depth: int = 0
    loop: bool = False
    function: bool = False
    answers: bool = False

    @property
    def line(self) -> Fragment:
        """A new line, indented."""
        return literal("\n" + "    " * self.depth)

    @property
    def name(self) -> str:
        """For the names of rules."""
        flags = f"{'l' if self.loop else ''}{'f' if self.function else ''}{'a' if self.answers else ''}"
        return f"{self.depth}{flags}"


@dataclass(frozen=True)
class _Statements:
    """The rules of statements. family: marks their names; rule: of the answer."""

    rules: Rules
    values: Values
    family: str
    levels: int
    rule: Rule = "any"

    def program(self) -> Fragment:
        """Statements, the last of which sets the answer. Only a block that may change it can follow."""
        top = _Place()
        last = self._closing(top, self._answer())
        changed = sequence(self._answer(), top.line, self._compound(replace(top, answers=True)))
        again = optional(sequence(top.line, self._answer()))
        lead = repeated(sequence(self._statement(top), top.line), 0, LINES)
        return sequence(lead, choice(last, sequence(changed, again)))

    def function(self) -> Fragment:
        """A function that gives something back on every path."""
        inside = _Place(depth=1, function=True)
        opening = sequence(literal("def "), self.values.words.name, literal("("), self._parameters(), literal("):"))
        return self.rules.rule("function", lambda: sequence(opening, self._closing_block(inside, self._return())))

    def _parameters(self) -> Fragment:
        """One or two, behind the inputs that it may be handed."""
        handed = (literal(f"{name}, ") for name in self.values.inputs)
        named = choice(self.values.words.name, self.values.words.two_names)
        return choice(named, *(sequence(first, named) for first in handed), *map(literal, self.values.inputs))

    def _answer(self) -> Fragment:
        return sequence(literal(f"{ANSWER} = "), self.values.answer(self.rule, self.levels))

    def _return(self) -> Fragment:
        return sequence(literal("return "), self.values.value(self.levels))

    def _statement(self, place: _Place) -> Fragment:
        def body() -> Fragment:
            answer = ""
            if place.answers:
                more = sequence(literal(ANSWER), _AUGMENTED, self.values.value(self.levels))
                grown = sequence(literal(ANSWER), self._changed())
                answer = choice(self._answer(), more, grown)
            return choice(self._simple(), answer, self._compound(place))

        return self.rules.rule(f"{self.family}statement{place.name}", body)

    def _simple(self) -> Fragment:
        values, words = self.values, self.values.words
        value = values.value(self.levels)
        several = sequence(separated(words.name, 3, least=2), literal(" = "), separated(value, 3))
        one = choice(words.name, sequence(words.name, repeated(words.index, 1, 2)))
        return self.rules.rule(
            f"{self.family}simple",
            lambda: choice(
                sequence(one, literal(" = "), value),
                several,
                sequence(words.name, _AUGMENTED, value),
                sequence(words.name, self._changed()),
            ),
        )

    def _changed(self) -> Fragment:
        """What changes a list or set in place."""
        level, inside = self.levels - 1, self.values.containers
        grown = sequence(choice(literal(".append("), literal(".add("), literal(".remove(")), self.values.value(level))
        longer = sequence(literal(".extend("), inside.iterable(level))
        sorted_ = sequence(literal(".sort(key="), self.values.key(level), optional(literal(", reverse=True")))
        return sequence(choice(grown, longer, sorted_), CLOSE)

    def _compound(self, place: _Place) -> Fragment:
        """`if` and `for`; nothing where blocks are nested too deep."""
        if place.depth == BLOCKS:
            return ""

        def body() -> Fragment:
            inside = replace(place, depth=place.depth + 1)
            test = sequence(self.values.condition(self.levels), literal(":"))
            block = self._block(inside)
            elif_ = sequence(place.line, literal("elif "), test, block)
            else_ = sequence(place.line, literal("else:"), block)
            if_ = sequence(literal("if "), test, block, repeated(elif_, 0, _BRANCHES), optional(else_))
            loop = sequence(
                self.values.containers.loop(self.levels), literal(":"), self._block(replace(inside, loop=True))
            )
            return choice(if_, loop)

        return self.rules.rule(f"{self.family}compound{place.name}", body)

    def _block(self, place: _Place) -> Fragment:
        def body() -> Fragment:
            leaving = choice(
                *((literal("break"), literal("continue")) if place.loop else ()),
                self._return() if place.function else "",
            )
            one = sequence(place.line, self._statement(place))
            left = sequence(place.line, leaving)
            return choice(sequence(repeated(one, 1, BLOCK_LINES), optional(left)), left)

        return self.rules.rule(f"{self.family}block{place.name}", body)

    def _closing(self, place: _Place, final: Fragment) -> Fragment:
        """The statement that ends every path as it must: the final one, or an `if` with it in all branches."""
        if place.depth == BLOCKS:
            return final

        def body() -> Fragment:
            test = sequence(self.values.condition(self.levels), literal(":"))
            block = self._closing_block(replace(place, depth=place.depth + 1), final)
            elif_ = sequence(place.line, literal("elif "), test, block)
            else_ = sequence(place.line, literal("else:"), block)
            return choice(final, sequence(literal("if "), test, block, repeated(elif_, 0, _BRANCHES), else_))

        return self.rules.rule(f"{self.family}closing{place.name}", body)

    def _closing_block(self, place: _Place, final: Fragment) -> Fragment:
        lead = repeated(sequence(place.line, self._statement(place)), 0, BLOCK_LINES)
        return sequence(lead, place.line, self._closing(place, final))


_AUGMENTED = choice(literal(" += "), literal(" -= "), literal(" *= "))
