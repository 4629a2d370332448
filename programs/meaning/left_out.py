"""Programs that leave out what a question asks about a thing, or take the same thing found again for another one."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Mapping, Sequence
from copy import deepcopy
from types import MappingProxyType

from ...tools.words.english import is_color, singular, word_set
from ...tools.words.vocabulary import is_scene
from ..question.answers_of_tools import (
    answer_of,
    call,
    found_by,
    is_call,
    list_of,
    looked_for,
    name_and_condition,
    plain,
    words_of,
)
from ..question.compared import SIDES, Swap, located
from ..question.expected_answer import Expected, asked_sentence
from ..question.self_comparison import same_on_both_sides
from .not_asked import CONDITION

_THE = "(?:the|this|that|these|those|his|her|its|their|my|our|your)"
_OF_A_THING = re.compile(rf"^(?:is|are|was|were) {_THE} (?P<rest>.+)$")
_OF_WHOLE = re.compile(r"^(?P<whole>of (?:the|this|that|his|her|its|their|my|our|your) [\w-]+) (?P<state>.+)$")
_HERE = re.compile(
    r"^(?:(?:still|really|actually) )?(?:there|here|out|somewhere|visible|present|shown|in view|in sight"
    r"|in (?:the|this) "
    r"(?:picture|photo|image|frame))\b"
)
_BETWEEN = re.compile(
    r"^(?:(?:is|are|was|were) )?(?P<thing>.+?)(?:,? (?:which|that|who))?(?: (?:is|are|was|were))?(?: \w+ing)? "
    r"(?P<between>between (?:the|an?|his|her|its|their|my|our|two|both) .+)$"
)
_DOING: Mapping[str, str] = MappingProxyType(
    {
        **{verb: f"{verb}ing" for verb in ("stand", "hang", "wear", "hold", "carry", "lean", "walk")},
        **{"sit": "sitting", "lie": "lying", "ride": "riding"},
    }
)
"""Verbs of questions such as "How many sailors hold a rope?", and the form that a condition has."""
_VERB = "|".join(_DOING)
_COUNTED = re.compile(
    rf"^how many (?:of (?:the|these|those) )?(?P<name>(?:(?!of\b)[\w-]+ ){{0,3}}?[\w-]+) "
    rf"(?:(?:is|are|was|were) |(?=(?:{_VERB})\b))"
    r"(?P<which>(?!.*\b(?:ph?oto\w*|fotos?|pic|pics|picture|image|selfie|\w*shot|snap|frame|view|scene|room|herd|group"
    r"|team|crowd|pack|flock|family|class|party|race|wild|together"
    r"|here|there|total|posing)\b|(?:in|on) (?:it|this|that)$)"
    r"(?:\w+ing|(?!need|suppos|allow|gather|pictur|display|includ|tak)\w+(?:ed|en)|on|in|at|with|under|behind|near"
    r"|next to|by|inside|against|around|above|below|beside|in front of"
    rf"|{_VERB})\b .+)$"
)
"""A question that counts some of a kind, and does not only say "here"."""
_SIZES = word_set("big large small tall biggest largest smallest tallest wooden striped")
_BESIDE: Mapping[str, str] = MappingProxyType(
    {
        **{"left": "on the left", "leftmost": "on the far left", "left-hand": "on the left"},
        **{"right": "on the right", "rightmost": "on the far right", "right-hand": "on the right"},
    }
)
"""Words before a thing that say where it is, and the condition that says so."""
_ON: Mapping[str, str] = MappingProxyType(
    {
        **{side: f"on the {side}" for side in ("left", "right")},
        **{"upper": "at the top", "top": "at the top", "lower": "at the bottom", "bottom": "at the bottom"},
    }
)
"""Sides that are chosen from, and the condition of what is there."""
_HALF = re.compile(rf"\b({'|'.join(_ON)}) (?:half|side|part)\b")
_OWN_SIDE = re.compile(r"hand|arm|leg|foot|feet|eye|ear|shoe|sock|glove|sleeve|knee|wing|paw|side|half|corner|edge|way")
"""What has a left and a right of its own."""
_COLOR_OF_PART = re.compile(
    rf"^(?:what|which) color (?:is|are) (?:{_THE} (?P<whole>\w+)(?:'s|') (?P<part>\w+)"
    rf"|{_THE} (?P<part2>\w+) of {_THE} (?P<whole2>\w+)(?: .*)?)$"
)
_STATE_OF_PART = re.compile(rf"^(?:is|are|was|were) {_THE} (?P<whole>\w+)(?:'s|') (?P<part>\w+) (?P<state>[\w ]+)$")
_NO_PARTS = re.compile(
    r"\b(?:side|top|bottom|front|back|inside|outside|rest|part|middle|edge|end|kind|type|sort|fur|coat|skin|paint\w*"
    r"|body|surface|exterior|feathers|plumage|finish|picture|photo|image|writing|text|word|letters?|view|sign|piece"
    r"|lights?|place|space|room|area|scene)\b"
)
"""Parts that are looked for by their whole, or by no name."""
_ALSO = re.compile(r"\b(?:and|both|two|like|together|all|each|every|either|too|also|as well|same|or|neither|nor)\b|&")
"""Words of questions about more than one thing."""
_OPPOSITES = tuple(map(word_set, ("left right", "above below", "front behind", "top bottom", "inside outside")))


def state_left_out(tree: ast.Module, question: str, expected: Expected, offered: Collection[str]) -> Swap | None:
    """An EXISTS of the thing alone, where the question asks what it is like: "Is the rear tyre muddy?"."""
    answer = answer_of(tree)
    found = _OF_A_THING.match(asked_sentence(question))
    if expected.kind != "yes/no" or not found or "VERIFY" not in offered or not is_call(answer, "EXISTS"):
        return None
    name = answer.args[1] if len(answer.args) == 2 and not answer.keywords else None
    if (
        not isinstance(name, ast.Constant)
        or not isinstance(name.value, str)
        or not isinstance(answer.args[0], ast.Name)
    ):
        return None
    state = _behind(name.value, found["rest"])
    if not state or _HERE.match(state):
        return None
    whole = _OF_WHOLE.match(state)
    which = [ast.Constant(whole["whole"])] if whole else []
    return Swap(answer, call("VERIFY", call("LOC", name, *which), ast.Constant(whole["state"] if whole else state)))


def condition_left_out(tree: ast.Module, question: str, expected: Expected, offered: Collection[str]) -> Swap | None:
    """A COUNT of all of a kind, where the question counts some: "How many pillows are lying on the bed?"."""
    found = _COUNTED.match(asked_sentence(question))
    if expected.kind != "number" or not found or "COUNT" not in offered:
        return None
    said = _said(tree)
    counts = [node for node in ast.walk(tree) if is_call(node, "COUNT")]
    if len(counts) != 1 or len(counts[0].args) != 2 or counts[0].keywords or said & words_of(found["which"]):
        return None
    where, name = counts[0].args
    if not isinstance(where, ast.Name) or is_scene(found["which"]):
        return None  # counted in a part of the image, or all of them are there
    if not words_of(found["name"]) & words_of(_text(name)):
        return None
    verb, _, rest = found["which"].partition(" ")
    return Swap(counts[0], call("COUNT", name, ast.Constant(f"{_DOING.get(verb, verb)} {rest}")))


def word_before_left_out(tree: ast.Module, question: str, expected: Expected, offered: Collection[str]) -> Swap | None:
    """Any car, where the question says "the red car", "the left car" or "the biggest car"."""
    asked, said = asked_sentence(question), _said(tree)
    words = re.findall(r"[\w'-]+", asked)
    if expected.choices or re.search(r"\b(?:and|or|not|than)\b|n't\b|,", asked):
        return None
    for node in ast.walk(tree):
        if not is_call(node, "LOC", "EXISTS", "COUNT", "DETECT", "THINGS") or len(node.args) < 2:
            continue
        name = _text(node.args[1])
        at = [place for place, word in enumerate(words) if place and singular(word) == name.lower()]
        before = words[at[0] - 1] if len(at) == 1 else ""
        if not before or before in said:
            continue
        if (is_color(before) and not any(map(is_color, said))) or (before in _SIZES and is_call(node, "LOC")):
            return Swap(node.args[1], ast.Constant(f"{before} {name}"))
        is_side = before in _BESIDE and words[at[0] - 2] == "the" and not said & {*_BESIDE}
        if is_side and is_call(node, "LOC") and len(node.args) == 2 and not _OWN_SIDE.search(name):
            return Swap(node, ast.Call(node.func, [*node.args, ast.Constant(_BESIDE[before])], []))
    return None


def part_left_out(tree: ast.Module, question: str, expected: Expected, offered: Collection[str]) -> Swap | None:
    """The bird, where the question asks for the color or the state of its beak."""
    asked, answer = asked_sentence(question), answer_of(tree)
    if found := _COLOR_OF_PART.match(asked):
        whole, part = found["whole"] or found["whole2"], found["part"] or found["part2"]
        looking = answer.args[1] if is_call(answer, "COLOR") and len(answer.args) == 2 else None
    elif (found := _STATE_OF_PART.match(asked)) and is_call(answer, "VERIFY") and len(answer.args) == 3:
        whole, part = found["whole"], found["part"]
        looking = answer.args[1] if _text(answer.args[2]) == found["state"] else None
    else:
        return None
    finding = found_by(tree, looking) if looking is not None else None
    if looking is None or not is_call(finding, "LOC") or len(finding.args) < 2 or finding.keywords:
        return None
    is_part = not _NO_PARTS.search(part) and not words_of(part) & _said(tree)
    if not is_part or words_of(_text(finding.args[1])) != words_of(whole):
        return None
    which = f" {_text(finding.args[2])}" if len(finding.args) > 2 else ""
    return Swap(looking, call("LOC", ast.Constant(singular(part)), ast.Constant(f"of the {singular(whole)}{which}")))


def chosen_before(tree: ast.Module, question: str, expected: Expected, offered: Collection[str]) -> Swap | None:
    """All of those that were chosen by what is asked of them: "Are both wearing hats?" would be true of any photo."""
    answer = answer_of(tree)
    loop = answer.args[0] if is_call(answer, "all") and len(answer.args) == 1 else None
    if not isinstance(loop, ast.GeneratorExp | ast.ListComp) or not is_call(loop.elt, "VERIFY"):
        return None
    finding = found_by(tree, loop.generators[0].iter)
    if not is_call(finding, "DETECT") or len(finding.args) != 3 or len(loop.elt.args) != 3:
        return None
    if ast.unparse(finding.args[2]) != ast.unparse(loop.elt.args[2]):
        return None
    return Swap(finding, ast.Call(finding.func, finding.args[:2], []))


def same_again(tree: ast.Module, question: str, expected: Expected, offered: Collection[str]) -> Swap | None:
    """A list of one and the same LOC, which finds the same thing each time, and the DETECT that finds them all."""
    for node in ast.walk(tree):
        if isinstance(node, ast.List) and len(node.elts) > 1 and len({ast.unparse(one) for one in node.elts}) == 1:
            first = node.elts[0]
            if is_call(first, "LOC") and not first.keywords and "DETECT" in offered:
                return Swap(node, call("DETECT", *first.args[1:]))
    return None


def partner_is(tree: ast.Module, question: str, expected: Expected, offered: Collection[str]) -> Swap | None:
    """A PARTNER that is compared with a box found on its own, which is never quite the same, and the VERIFY instead."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Compare) or len(node.ops) != 1 or "VERIFY" not in offered:
            continue
        partner, other = node.left, node.comparators[0]
        if not isinstance(node.ops[0], ast.Eq | ast.NotEq) or not is_call(partner, "PARTNER"):
            continue
        name, relation = looked_for(tree, other), partner.args[2] if len(partner.args) == 3 else None
        if name and isinstance(relation, ast.Constant):
            verified = call("VERIFY", partner.args[1], ast.Constant(f"{relation.value} the {name}"))
            return Swap(node, ast.UnaryOp(ast.Not(), verified) if isinstance(node.ops[0], ast.NotEq) else verified)
    return None


def between_by_sides(tree: ast.Module, question: str, expected: Expected, offered: Collection[str]) -> Swap | None:
    """A test of sides where the question asks whether a thing is between others, which it may be in many ways."""
    answer, found = answer_of(tree), _BETWEEN.match(asked_sentence(question))
    if expected.kind != "yes/no" or answer is None or found is None or "VERIFY" not in offered:
        return None
    things = [name for name in located(tree) if words_of(looked_for(tree, _name(name))) & words_of(found["thing"])]
    if len(things) != 1 or "between" in ast.unparse(tree) or not _of_sides_alone(answer):
        return None
    return Swap(answer, call("VERIFY", _name(things[0]), ast.Constant(found["between"])))


def place_untested(tree: ast.Module, question: str, expected: Expected, offered: Collection[str]) -> Swap | None:
    """A test of sides that tells neither of the places to choose from: "Is the kite in the air or on the ground?"."""
    answer = answer_of(tree)
    if len(expected.choices) != 2 or "VERIFY" not in offered or not isinstance(answer, ast.IfExp):
        return None
    said = answer.body.value if isinstance(answer.body, ast.Constant) else None
    if not is_call(answer.test, *SIDES) or len(answer.test.args) != 2 or not isinstance(said, str):
        return None
    thing, other = (found_by(tree, arg) for arg in answer.test.args)
    if not is_call(thing, "LOC"):
        return None
    named = words_of(looked_for(tree, answer.test.args[1])) & words_of(" ".join(expected.choices))
    is_other = named or (other is not None and ast.unparse(thing) == ast.unparse(other))
    if said not in expected.choices or not CONDITION.match(f"{said} ") or not is_other:
        return None
    return Swap(answer.test, call("VERIFY", answer.test.args[0], ast.Constant(said)))


def itself_compared(tree: ast.Module, question: str, expected: Expected, offered: Collection[str]) -> Swap | None:
    """A choice by how a thing compares with itself.

    Instead CLASSIFY chooses, or, of "What is to the right of the cup, a plate or a fork?", an EXISTS; of "Which half of
    the pear is darker, left or right?" the halves are compared.
    """
    answer = answer_of(tree)
    if len(expected.choices) != 2 or not {"CLASSIFY", "EXISTS"} <= {*offered} or not isinstance(answer, ast.IfExp):
        return None
    things = {node.id for node in ast.walk(answer.test) if isinstance(node, ast.Name)} & {*located(tree)}
    test = _Unscaled().visit(deepcopy(answer.test))
    compared = same_on_both_sides(ast.Module([*tree.body, ast.Expr(test)], []))
    if len(things) != 1 or ast.unparse(test) not in {said for _, said in compared}:
        return None
    thing, said = things.pop(), answer.body.value if isinstance(answer.body, ast.Constant) else None
    name = looked_for(tree, _name(thing))
    in_order = sorted(expected.choices, key=lambda choice: choice != said)
    if name and (halves := _halves(answer.test, name, in_order)):
        return Swap(answer.test, halves)
    if not is_call(answer.test, *SIDES) or not isinstance(said, str):
        return Swap(answer, call("CLASSIFY", _name(thing), list_of(expected.choices)))
    if not name or not asked_sentence(question).startswith(("what ", "which ", "who ")):
        return None
    where = f"{ast.unparse(answer.test.func).lower().replace('_', ' ')} the {name}"
    return Swap(answer.test, call("EXISTS", ast.Constant(said), ast.Constant(where)))


def halves_compared(tree: ast.Module, question: str, expected: Expected, offered: Collection[str]) -> Swap | None:
    """A thing's brightness beside itself where two of its sides are asked about, and that of the sides."""
    answer, sides = answer_of(tree), [found[1] for found in _HALF.finditer(question.lower())]
    things = [node for node in ast.walk(answer) if isinstance(node, ast.Name)] if answer else []
    names = {looked_for(tree, thing) for thing in things if thing.id in located(tree)}
    if not isinstance(answer, ast.Compare) or len({*sides}) != 2 or len(sides) != 2 or len(names) != 1:
        return None
    halves = _halves(answer, names.pop(), sides)
    return Swap(answer, halves) if halves and next(iter(same_on_both_sides(tree)), None) else None


def _halves(test: ast.expr, name: str, sides: Sequence[str]) -> ast.Compare | None:
    """The brightness of the one side of a thing beside that of the other, in this order."""
    if not isinstance(test, ast.Compare) or not {*sides} <= _ON.keys():
        return None
    if not all(is_call(one, "BRIGHTNESS") for one in (test.left, *test.comparators)):
        return None
    places = [call("LOC", ast.Constant(f"{side} half"), ast.Constant(f"of the {name}")) for side in sides]
    first, second = (call("BRIGHTNESS", place) for place in places)
    return ast.Compare(first, test.ops, [second])


def side_of_one(tree: ast.Module, question: str, expected: Expected, offered: Collection[str]) -> Swap | None:
    """A choice of a side by how one thing, found twice, compares with itself: "Which ape sits, the left or right one?".

    Instead the one on the first side is tested.
    """
    answer = answer_of(tree)
    if not {*expected.choices} <= _ON.keys() or "VERIFY" not in offered or not isinstance(answer, ast.IfExp):
        return None
    sides = answer.test.args if isinstance(answer.test, ast.Call) else []
    found = [found_by(tree, side) for side in sides]
    said = answer.body.value if isinstance(answer.body, ast.Constant) else None
    if len(found) != 2 or said not in expected.choices or len({ast.unparse(one) for one in found if one}) != 1:
        return None
    thing = found[0]
    if not is_call(thing, "LOC") or len(thing.args) != 3:
        return None
    _, name, which = thing.args
    return Swap(answer.test, call("VERIFY", call("LOC", name, ast.Constant(_ON[said])), which))


def state_of_another(tree: ast.Module, question: str, expected: Expected, offered: Collection[str]) -> Swap | None:
    """One state of two things, where the question asks about one: "Is the lamp next to the bed switched on?"."""
    answer, asked = answer_of(tree), asked_sentence(question)
    if expected.kind != "yes/no" or not isinstance(answer, ast.BoolOp) or _ALSO.search(asked):
        return None
    tests = [one for one in answer.values if is_call(one, "VERIFY") and len(one.args) == 3]
    if len(tests) != len(answer.values) or len({ast.unparse(one.args[2]) for one in tests}) != 1:
        return None
    names = [looked_for(tree, one.args[1]) for one in tests]
    if not all(names) or len({*names}) != len(names) or not all(name in asked for name in names):
        return None
    return Swap(answer, min(zip(tests, names, strict=True), key=lambda pair: asked.index(pair[1]))[0])


def one_for_two(tree: ast.Module, question: str, expected: Expected, offered: Collection[str]) -> Swap | None:
    """Two EXISTS of one name, where the question asks for one thing that meets both conditions."""
    answer = answer_of(tree)
    if not isinstance(answer, ast.BoolOp) or not isinstance(answer.op, ast.And) or _ALSO.search(question.lower()):
        return None
    found = [one for one in answer.values if is_call(one, "EXISTS") and len(one.args) in (2, 3) and not one.keywords]
    if len(found) != len(answer.values) or len({ast.unparse(one.args[1]) for one in found}) != 1:
        return None
    name = looked_for(tree, call("LOC", found[0].args[1]))
    nouns = [singular(word) for word in re.findall(r"[a-z]+", question.lower())]
    if nouns.count(singular(name.lower())) > 1:
        return None  # "a black cat next to a white cat"
    texts = [one.args[2].value for one in found if len(one.args) == 3 and isinstance(one.args[2], ast.Constant)]
    said = [text for text in texts if isinstance(text, str)]
    if len(said) != sum(len(one.args) == 3 for one in found) or _are_apart(said):
        return None
    return Swap(answer, call("EXISTS", found[0].args[1], ast.Constant(" ".join(said))))


def two_in_one(tree: ast.Module, question: str, expected: Expected, offered: Collection[str]) -> Swap | None:
    """A second thing as a condition of the first: "Has it got something red and something blue on it?"."""
    for node in ast.walk(tree):
        which = node.args[2] if is_call(node, "EXISTS") and len(node.args) == 3 else None
        said = which.value if isinstance(which, ast.Constant) and isinstance(which.value, str) else ""
        if isinstance(node, ast.Call) and said.startswith("and ") and plain(said[4:]):
            first = ast.Call(node.func, node.args[:2], [])
            second = call("EXISTS", *name_and_condition(plain(said[4:])))
            return Swap(node, ast.BoolOp(ast.And(), [first, second]))
    return None


class _Unscaled(ast.NodeTransformer):
    """Leaves out factors: half of an area is compared with the same area."""

    def visit_BinOp(self, node: ast.BinOp) -> ast.expr:
        """Leave out one."""
        self.generic_visit(node)
        return node.left if isinstance(node.right, ast.Constant) else node


def _said(tree: ast.Module) -> frozenset[str]:
    """The words that a program writes out."""
    return words_of(" ".join(str(node.value) for node in ast.walk(tree) if isinstance(node, ast.Constant)))


def _text(node: ast.expr) -> str:
    """A text that is written out; "" for anything else."""
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def _name(name: str) -> ast.Name:
    return ast.Name(name, ast.Load())


def _of_sides_alone(test: ast.expr) -> bool:
    """Is it made of tests of sides alone?"""
    if isinstance(test, ast.BoolOp):
        return all(map(_of_sides_alone, test.values))
    return is_call(test, *SIDES)


def _are_apart(conditions: Sequence[str]) -> bool:
    """Do they say opposite places, so that nothing is at both: "left of the door", "right of the door"?"""
    said = {word for text in conditions for word in re.findall(r"[a-z]+", text.lower())}
    return any(pair <= said for pair in _OPPOSITES)


def _behind(name: str, text: str) -> str:
    """What a text says behind a name; "" where it does not start with it."""
    words, said = [singular(word) for word in name.lower().split()], text.split()
    same = [singular(word) for word in said[: len(words)]] == words
    return " ".join(said[len(words) :]) if same else ""
