"""What to write instead of a part of a program that answers another question, or that can only be wrong."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Protocol

from ..question.answers_of_tools import (
    answer_of,
    asked_whole,
    call,
    color_beyond,
    color_of_few,
    is_call,
    label_for_choice,
    label_for_look,
    label_for_text,
    label_of,
    labels_beside,
    list_of,
    looked_for,
    made_of,
    one_label,
    one_or_other,
    part_of_text,
    plain,
    single_for_plural,
    there_is_one,
    words_of,
)
from ..question.compared import SIDES, Swap, compares_other, faces_other, located, meant
from ..question.expected_answer import Expected, asked_sentence
from .left_out import (
    between_by_sides,
    chosen_before,
    condition_left_out,
    halves_compared,
    itself_compared,
    one_for_two,
    part_left_out,
    partner_is,
    place_untested,
    same_again,
    side_of_one,
    state_left_out,
    state_of_another,
    two_in_one,
    word_before_left_out,
)
from .not_asked import condition_not_asked, negation_not_asked, noun_not_asked


class Finder(Protocol):
    """Finds such a part; None where there is none, or where the tools that are offered do not know better."""

    def __call__(self, tree: ast.Module, question: str, expected: Expected, offered: Collection[str]) -> Swap | None:
        """tree: of the program; offered: the names of the tools."""
        ...


_HERE = re.compile(r"^(?:shown |seen |visible |pictured )?(?:in|on|of) (?:the|this|that) (?:photo\w*|picture|image)$")
_PLACES = (
    "on|in|at|with|from|into|onto|to|for|by|under|underneath|over|against|through|behind|above|below|beside|near"
    "|next to|in front of|out of|on top of|inside|between|around|up|down"
)
_BE = r"(?:'s| is| are| was| were)"
_DOER = re.compile(
    rf"^(?P<asked>who|what(?: \w+)??|which \w+){_BE} (?P<which>(?:\w+ing(?: \w+)*?|(?:{_PLACES}))"
    r" (?:the|an?|his|her|its|their|this|that|him|it|them) ?.*)$"
)
"""What or who meets a condition: "What is lying on the sofa?"."""
_OTHER = re.compile(
    rf"^(?P<asked>who|what|which \w+){_BE}"
    r" (?P<thing>(?:the|an?|his|her|its|their|this|that) (?!thing\b|object\b|one\b).+?)"
    rf" (?P<relation>(?!doing)\w+ing(?: (?:{_PLACES}))*(?: (?:his|her|its|their|the) \w+)?)$"
)
"""What is related to a thing: "What is the cat lying on?"."""
_OF_PLACES = re.compile(
    r"\b(?:left|right|raised|lowered|above|below|over|under|underneath|beneath|inside|outside|behind|before|front|back|top|bottom"
    r"|middle|higher|lower|upper|further|farther|nearer|closer|near|far|next|first|second|last|side|where|who|which"
    r"|whose|than|\w+est)\b"
)
"""Words of questions that places can answer."""
_WHO_HAS = re.compile(
    r"^(?:who|which (?:one|of (?:the |these |those )?\w+(?: \w+)?|\w+))"
    r"(?:(?:'s| is) (?P<doing>(?!on\b|in\b)\w+ing (?:the|an?) \w+.*)"
    r"|(?:'s| has) (?P<done>(?!got\b)\w+(?:ed|wn|en) .+)|(?:'s| has)(?: got)? "
    r"(?P<had>(?:the (?!most\b|more\b|\w+(?:er|est) )|an? )\w+(?: \w+)?))$"
)
_CONDITION = re.compile(rf"^(?:\w+ing (?:{_PLACES})|(?:{_PLACES}) (?:the|an?|his|her|its|their))\b")
_PRONOUN = re.compile(r"\b(?:he|she|they|him|his|hers?|their|them)\b")
"""Somebody of whom a sentence before may speak, or whom one sees."""
_ON_WHAT = re.compile(
    rf"^(?P<place>{_PLACES}) (?P<asked>what|whom|which \w+){_BE} (?P<thing>(?:the|an?|his|her|its|their|this|that) .+?)"
    r" (?P<verb>\w+ing)$"
)


def repeats_question(tree: ast.Module, question: str, expected: Expected, offered: Collection[str]) -> Swap | None:
    """The label of what the question itself names, where it asks for what is related to that.

    "What is the cat lying on?" is not answered by `LOC(image, "cat").label`, nor "Who wears the scarf?" by a name for
    the scarf.
    """
    answer = answer_of(tree)
    if expected.kind not in ("name", "any") or answer is None or not {"LOC", "PARTNER"} <= {*offered}:
        return None
    asked = asked_sentence(question)
    named = _named_by(tree, answer)
    if not named:
        return _invented(tree, answer, question)
    if found := _OTHER.match(asked) or _ON_WHAT.match(asked):
        if not words_of(named) <= words_of(found["thing"]) and not _turned_round(answer, found):
            return None
        parts = found.groupdict()
        relation = parts.get("relation") or f"{parts['verb']} {parts['place']}"
        thing = call("LOC", ast.Constant(plain(found["thing"])))
        return Swap(answer, label_of(call("PARTNER", thing, ast.Constant(relation))))
    found = _DOER.match(asked)
    if not found or not (
        words_of(named) <= words_of(found["which"]) or (named == "person" and found["asked"] == "what")
    ):
        return None
    return Swap(answer, _doer(found))


def _turned_round(answer: ast.expr, found: re.Match[str]) -> bool:
    """Does `LOC(image, "thing", "hanging on the lamp").label` look for what is on the lamp, and not what it is on?"""
    if not isinstance(answer, ast.Attribute) or not is_call(answer.value, "LOC") or len(answer.value.args) != 3:
        return False
    which = answer.value.args[2]
    verb = (found.groupdict().get("relation") or found.groupdict().get("verb") or "").split()[0]
    return isinstance(which, ast.Constant) and words_of(f"{verb} {found['thing']}") <= words_of(str(which.value))


def _doer(found: re.Match[str]) -> ast.Attribute:
    name = {"who": "person", "what": "thing"}.get(found["asked"]) or found["asked"].split()[-1]
    return label_of(call("LOC", ast.Constant(name), ast.Constant(found["which"])))


def _invented(tree: ast.Module, answer: ast.expr, question: str) -> Swap | None:
    """What is related to somebody of whom the question does not speak, or a name by a condition alone."""
    if isinstance(answer, ast.Attribute) and answer.attr == "label" and is_call(answer.value, "PARTNER"):
        thing = looked_for(tree, answer.value.args[1]) if len(answer.value.args) == 3 else ""
        found = _DOER.match(asked_sentence(question))
        speaks = bool(words_of(thing) & words_of(question)) or bool(_PRONOUN.search(question.lower()))
        return Swap(answer, _doer(found)) if found and thing and not speaks else None
    if not is_call(answer, "NAME"):
        return None
    kind = answer.args[1].value if len(answer.args) == 2 and isinstance(answer.args[1], ast.Constant) else ""
    if not isinstance(kind, str) or not _CONDITION.match(kind):
        return None
    return Swap(answer, label_of(call("LOC", ast.Constant("thing"), ast.Constant(kind))))


def other_than_related(tree: ast.Module, question: str, expected: Expected, offered: Collection[str]) -> Swap | None:
    """A test of places, sizes or brightness that chooses what a thing leans on, or who holds it or has done something.

    As in "What is the man leaning on, the wall or the car?" and "Who has the hat, the man or the woman?".
    """
    answer = answer_of(tree)
    if len(expected.choices) != 2 or "VERIFY" not in offered or not isinstance(answer, ast.IfExp):
        return None
    first = answer.body.value if isinstance(answer.body, ast.Constant) else None
    calls = [node for node in ast.walk(answer.test) if isinstance(node, ast.Call)]
    is_measured = isinstance(answer.test, ast.Compare) and all(is_call(one, "BRIGHTNESS", "AREA") for one in calls)
    if not first or not (is_measured or is_call(answer.test, *SIDES)):
        return None
    asked = asked_sentence(question).partition(",")[0]
    if (found := _OTHER.match(asked)) and first in expected.choices:
        thing = call("LOC", ast.Constant(plain(found["thing"])))
        statement = ast.Constant(f"{found['relation']} the {first}")
        return Swap(answer.test, call("VERIFY", thing, statement))
    found, box = _WHO_HAS.match(asked), meant(tree, str(first))
    if not found or not box:
        return None
    statement = found["doing"] or found["done"] or f"with {found['had']}"
    return Swap(answer.test, call("VERIFY", ast.Name(box, ast.Load()), ast.Constant(statement)))


def state_by_place(tree: ast.Module, question: str, expected: Expected, offered: Collection[str]) -> Swap | None:
    """A test of places where the question asks for a state: "Are his arms crossed or hanging down?"."""
    answer = answer_of(tree)
    if len(expected.choices) != 2 or "CLASSIFY" not in offered or not isinstance(answer, ast.IfExp):
        return None
    if not is_call(answer.test, *SIDES) or _OF_PLACES.search(question.lower()):
        return None
    thing = answer.test.args[0] if answer.test.args else None
    said = {one.value for one in (answer.body, answer.orelse) if isinstance(one, ast.Constant)}
    if not isinstance(thing, ast.Name) or said != {*expected.choices}:
        return None
    if any(words_of(looked_for(tree, arg)) & words_of(" ".join(expected.choices)) for arg in answer.test.args):
        return None  # which of two things, and not how one is
    return Swap(answer, call("CLASSIFY", thing, list_of(expected.choices)))


def one_of_several(tree: ast.Module, question: str, expected: Expected, offered: Collection[str]) -> Swap | None:
    """A choice that leaves out one of three alternatives or more, and the CLASSIFY that chooses among all."""
    answer = answer_of(tree)
    if (
        len(expected.choices) < 3
        or " or " not in question
        or "CLASSIFY" not in offered
        or not isinstance(answer, ast.IfExp)
    ):
        return None
    said = {str(one.value).lower() for one in ast.walk(answer) if isinstance(one, ast.Constant)}
    things = located(tree)
    if not said & {*expected.choices} or said >= {*expected.choices} or len(things) > 1:
        return None
    place = [ast.Name(name, ast.Load()) for name in things]
    return Swap(answer, call("CLASSIFY", *place, list_of(expected.choices)))


def related_to_picture(tree: ast.Module, question: str, expected: Expected, offered: Collection[str]) -> Swap | None:
    """`PARTNER(image, food, "in the photo")`, which is the food itself."""
    for node in ast.walk(tree):
        if is_call(node, "PARTNER") and len(node.args) == 3:
            relation = node.args[2]
            if isinstance(relation, ast.Constant) and _HERE.match(str(relation.value).lower()):
                return Swap(node, node.args[1])
    return None


def always_found(tree: ast.Module, question: str, expected: Expected, offered: Collection[str]) -> Swap | None:
    """A test whether LOC or PARTNER has found a thing, which it always has, or the program had ended.

    EXISTS asks instead whether there is such a thing, and VERIFY whether something is so related: "spread out".
    """
    for node in ast.walk(tree):
        if isinstance(node, ast.BoolOp) and isinstance(node.op, ast.Or) and is_call(node.values[0], "LOC"):
            return Swap(node, node.values[0])  # what stands behind it is never looked at
    found = {
        ast.unparse(node.targets[0]): node.value
        for node in tree.body
        if isinstance(node, ast.Assign) and is_call(node.value, "LOC", "PARTNER")
    }
    for node, test in _truths(tree):
        found_by = found.get(test.id) if isinstance(test, ast.Name) else test
        if is_call(found_by, "LOC") and "EXISTS" in offered and isinstance(test, ast.Name):
            return Swap(node, ast.Call(ast.Name("EXISTS", ast.Load()), found_by.args, found_by.keywords))
        if is_call(found_by, "PARTNER") and "VERIFY" in offered and not found_by.keywords:
            return Swap(node, call("VERIFY", *found_by.args[1:]))
    return None


def _truths(tree: ast.Module) -> Iterator[tuple[ast.expr, ast.expr]]:
    """Expressions whose truth is tested: each with what is true if it is; `x is not None` with x."""
    for node in ast.walk(tree):
        tests: list[ast.expr] = []
        if isinstance(node, ast.IfExp | ast.If):
            tests = [node.test]
        elif isinstance(node, ast.BoolOp):
            tests = node.values
        elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            tests = [node.operand]
        for test in tests:
            yield test, test
        if isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.IsNot):
            yield node, node.left


_FITTING: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"color": ("COLOR",), "text": ("READ",), "number": ("COUNT", "len"), "name": ("NAME", "PARTNER")}
)
"""Tools that answer what is asked for."""


def fitting(tree: ast.Module, expected: Expected) -> Swap | None:
    """What an answer of another type was meant to be.

    Of a test, the color, text, number or name that it compares; of an EXISTS the thing itself, its color or text; of a
    test that names one alternative of an either-or question, the choice between both.
    """
    answer = answer_of(tree)
    if answer is None:
        return None
    if expected.kind == "choice" and isinstance(answer, ast.Call | ast.Compare) and len(expected.choices) == 2:
        return _chosen_by(answer, expected.choices)
    tools = _FITTING.get(expected.kind, ())
    if inside := next((node for node in ast.walk(answer) if is_call(node, *tools) and node is not answer), None):
        return Swap(answer, label_of(inside) if is_call(inside, "PARTNER") else inside)
    if not is_call(answer, "EXISTS") or answer.keywords:
        return None
    found = call("LOC", *answer.args[1:])
    of_kind = {"name": label_of(found), "color": call("COLOR", found), "text": call("READ", found)}
    of_kind["number"] = call("COUNT", *answer.args[1:])
    return Swap(answer, of_kind[expected.kind]) if expected.kind in of_kind else None


def _chosen_by(test: ast.expr, choices: Sequence[str]) -> Swap | None:
    said = words_of(" ".join(str(one.value) for one in ast.walk(test) if isinstance(one, ast.Constant)))
    named = [choice for choice in choices if words_of(choice) <= said]
    if len(named) != 1:
        return None
    other = next(choice for choice in choices if choice != named[0])
    return Swap(test, ast.IfExp(test, ast.Constant(named[0]), ast.Constant(other)))


FINDERS: Mapping[str, tuple[Finder, str]] = MappingProxyType(
    {
        "other-comparison": (
            lambda tree, question, expected, offered: compares_other(tree, question),
            "The question compares something else than {}.",
        ),
        "faces-other": (
            lambda tree, question, expected, offered: faces_other(tree, question, offered),
            "{} tells where a thing is, and not which way it faces.",
        ),
        "label-for-text": (
            lambda tree, question, expected, offered: label_for_text(tree, expected, offered),
            "The question asks for a text, and {} is the name of a thing.",
        ),
        "label-for-look": (
            lambda tree, question, expected, offered: label_for_look(tree, question, offered),
            "{} looks at the name of a thing, and not at the thing.",
        ),
        "repeats-question": (repeats_question, "The question itself names {}, and asks for something else."),
        "other-than-related": (other_than_related, "{} does not test what the question asks."),
        "state-by-place": (state_by_place, "{} tells places, and the question asks for a state."),
        "one-of-several": (one_of_several, "The question names more alternatives than {} can answer."),
        "color-beyond": (color_beyond, "COLOR never answers that: {}."),
        "label-for-choice": (label_for_choice, "The question offers words to choose from, and {} names a thing."),
        "always-found": (always_found, "{} is always true: a thing is found, or the program ends."),
        "color-of-few": (color_of_few, "The question asks for any color, and {} knows a few."),
        "labels-beside": (labels_beside, "The question offers other words than {}."),
        "single-for-plural": (single_for_plural, "The question has a word without a singular, and not {}."),
        "one-or-other": (one_or_other, "{} asks for one thing that is both."),
        "there-is-one": (there_is_one, "The question asks about all of them, and {} about one."),
        "made-of": (made_of, "The question asks for a material, and {} names a thing."),
        "part-of-text": (part_of_text, "The question asks for a part of what {} reads."),
        "one-label": (one_label, "CLASSIFY needs two labels or more to choose from: {}."),
        "state-left-out": (state_left_out, "{} leaves out what the question asks about it."),
        "part-left-out": (part_left_out, "{} is the whole, and the question asks about its part."),
        "chosen-before": (chosen_before, "{} takes only those of which the answer is true."),
        "word-before-left-out": (word_before_left_out, "{} leaves out what the question says before it."),
        "condition-left-out": (condition_left_out, "{} counts all of them, and the question asks about some."),
        "negation-not-asked": (negation_not_asked, "The question has no negation, and {} has one."),
        "condition-not-asked": (condition_not_asked, "The question has no word of the condition in {}."),
        "noun-not-asked": (noun_not_asked, "The question does not speak of {}."),
        "same-again": (same_again, "LOC finds the same thing each time: {}."),
        "partner-is": (partner_is, "A box is never quite the same as another one: {}."),
        "between-by-sides": (between_by_sides, "A thing may be between others in many ways, and not only by {}."),
        "place-untested": (place_untested, "{} tells neither of the places that the question names."),
        "side-of-one": (side_of_one, "{} depends on how a thing compares with itself."),
        "halves-compared": (halves_compared, "{} compares a thing with itself."),
        "itself-compared": (itself_compared, "{} depends on how a thing compares with itself."),
        "asked-whole": (asked_whole, "{} is given the whole question."),
        "state-of-another": (state_of_another, "The question asks about one thing, and {} about more."),
        "one-for-two": (one_for_two, "{} may be about two things, and the question asks about one."),
        "two-in-one": (two_in_one, "The question names two things, and {} takes one for what the other is like."),
        "related-to-picture": (related_to_picture, "Everything is in the picture, so {} tells nothing."),
    }
)
"""What finds each kind of such parts, and what is said of it, with {} for the part."""


def _named_by(tree: ast.Module, answer: ast.expr) -> str:
    """What `LOC(image, "cat").label` or `NAME(image, cat, "cat")` can only say; "" for other answers."""
    if isinstance(answer, ast.Attribute) and answer.attr == "label":
        return looked_for(tree, answer.value)
    if not is_call(answer, "NAME") or not answer.args:
        return ""
    kind = answer.args[-1]
    named = kind.value if isinstance(kind, ast.Constant) and isinstance(kind.value, str) else ""
    thing = looked_for(tree, answer.args[1]) if len(answer.args) > 2 else ""
    return thing if thing and words_of(named) <= words_of(thing) else named if named == "person" else ""
