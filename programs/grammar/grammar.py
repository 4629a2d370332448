"""The grammar of programs for constrained decoding, made from the available tools.

The text is xgrammar's EBNF (Dong et al., XGrammar, 2024), which vLLM accepts as `structured_outputs`. It is meant for
generation: it allows only one form of most constructs, with the spacing of `ast.unparse`, and leaves out rare ones.
Every text it allows can be parsed and is in the language; the checker decides whether it is valid.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from ...tools.core.registry import Registry
from ..language.language import ANSWER, INPUTS
from ..question.expected_answer import AnswerKind
from .ebnf import Fragment, Rules, choice, literal, optional, repeated, separated, sequence
from .scope import Scope
from .values import Values
from .words import CLOSE

LEVELS = 5
"""Maximum nesting of brackets: `COUNT([p for p in DETECT(CROP(image, LOC(image, "pond")), "duck")])` has five."""
NARROW_LEVELS = 3
"""The same while it is known what the variables hold."""
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
    scopes: tuple[Scope, ...] = ("any", "things", "none")
    plain: dict[Scope, _Statements] = {}
    for scope in scopes:
        levels = LEVELS if scope == "any" else NARROW_LEVELS
        plain[scope] = _Statements(rules, Values(rules, registry, inputs, scope), levels, rule, plain)
    calling = _Statements(rules, Values(rules, registry, inputs, helpers=True), HELPER_LEVELS, rule)
    function = sequence(plain["any"].function(), repeated(literal("\n"), 1, 3))
    return choice(plain["none"].program(), sequence(repeated(function, 1, _HELPERS), calling.program()))


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
    """The rules of statements in one scope. rule: of the answer; scopes: the statements in all scopes."""

    rules: Rules
    values: Values
    levels: int
    rule: Rule = "any"
    scopes: Mapping[Scope, _Statements] = field(default_factory=dict[Scope, "_Statements"])

    def program(self) -> Fragment:
        """Statements up to the end, the last of which sets the answer."""
        scope, line = self.values.scope, _Place().line
        if scope == "any":
            lead = repeated(sequence(self._statement(_Place()), line), 0, LINES)
            return self._rule("lines", lambda: sequence(lead, self._end()))
        thing = sequence(self.values.words.name, literal(" = "), self.values.thing(self.levels), line)
        other = choice(self._other(), self._several(), self._compound(_Place()))
        then = choice(sequence(other, line, self.scopes["any"].program()), self._end())
        if scope == "none":
            then = choice(sequence(thing, self.scopes["things"].program()), then)
        else:
            then = sequence(repeated(choice(thing, sequence(self._grown(), line)), 0, LINES), then)
        return self._rule("lines", lambda: then)

    def _other(self) -> Fragment:
        """A variable set to something other than a single value."""
        return sequence(self.values.words.name, literal(" = "), self.values.other(self.levels))

    def _grown(self) -> Fragment:
        """A single value added to a variable."""
        return sequence(self.values.words.name, _AUGMENTED, self.values.thing(self.levels))

    @property
    def _blocks(self) -> _Statements:
        """The rules of what is in blocks, which may set variables in any order."""
        return self.scopes.get("any", self)

    def _rule(self, name: str, body: Callable[[], Fragment]) -> Fragment:
        return self.rules.rule(f"{self.values.family}{name}", body)

    def _end(self) -> Fragment:
        """The statement that sets the answer. Only a block that may change it can follow."""
        top = _Place()
        last = self._closing(top)
        changed = sequence(self._answer(), top.line, self._compound(replace(top, answers=True)))
        again = optional(sequence(top.line, self._answer()))
        return choice(last, sequence(changed, again))

    def function(self) -> Fragment:
        """A function that gives something back on every path."""
        inside = _Place(depth=1, function=True)
        opening = sequence(literal("def "), self.values.words.name, literal("("), self._parameters(), literal("):"))
        return self.rules.rule("function", lambda: sequence(opening, self._closing_block(inside)))

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

        return self._rule(f"statement{place.name}", body)

    def _simple(self) -> Fragment:
        words, value = self.values.words, self.values.value(self.levels)
        one = choice(words.name, sequence(words.name, repeated(words.index, 1, 2)))
        return self._rule(
            "simple",
            lambda: choice(
                sequence(one, literal(" = "), value),
                self._several(),
                sequence(words.name, _AUGMENTED, value),
                sequence(words.name, self._changed()),
            ),
        )

    def _several(self) -> Fragment:
        """Several variables set at once."""
        value = separated(self.values.value(self.levels), 3)
        return sequence(separated(self.values.words.name, 3, least=2), literal(" = "), value)

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
            block = self._blocks._block(inside)
            elif_ = sequence(place.line, literal("elif "), test, block)
            else_ = sequence(place.line, literal("else:"), block)
            if_ = sequence(literal("if "), test, block, repeated(elif_, 0, _BRANCHES), optional(else_))
            repeated_block = self._blocks._block(replace(inside, loop=True))
            loop = sequence(self.values.containers.loop(self.levels), literal(":"), repeated_block)
            return choice(if_, loop)

        return self._rule(f"compound{place.name}", body)

    def _block(self, place: _Place) -> Fragment:
        def body() -> Fragment:
            leaving = choice(
                *((literal("break"), literal("continue")) if place.loop else ()),
                self._return() if place.function else "",
            )
            one = sequence(place.line, self._statement(place))
            left = sequence(place.line, leaving)
            return choice(sequence(repeated(one, 1, BLOCK_LINES), optional(left)), left)

        return self._rule(f"block{place.name}", body)

    def _closing(self, place: _Place) -> Fragment:
        """The statement that ends every path as it must: the final one, or an `if` with it in all branches."""
        final = self._return() if place.function else self._answer()
        if place.depth == BLOCKS:
            return final

        def body() -> Fragment:
            test = sequence(self.values.condition(self.levels), literal(":"))
            block = self._blocks._closing_block(replace(place, depth=place.depth + 1))
            elif_ = sequence(place.line, literal("elif "), test, block)
            else_ = sequence(place.line, literal("else:"), block)
            return choice(final, sequence(literal("if "), test, block, repeated(elif_, 0, _BRANCHES), else_))

        return self._rule(f"closing{place.name}", body)

    def _closing_block(self, place: _Place) -> Fragment:
        lead = repeated(sequence(place.line, self._statement(place)), 0, BLOCK_LINES)
        return sequence(lead, place.line, self._closing(place))


_AUGMENTED = choice(literal(" += "), literal(" -= "), literal(" *= "))
