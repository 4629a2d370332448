"""Programs that leave out what a question asks about a thing, that take the same thing found again for another one, or
that ask what the question does not: what a small model copies along with an example.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Collection

from ...tools.words.english import singular, word_set
from .answers_of_tools import answer_of, call, is_call, looked_for
from .compared import Swap
from .expected_answer import Expected, asked_sentence

_OF_A_THING = re.compile(
    r"^(?:is|are|was|were) (?:the|this|that|these|those|his|her|its|their|my|our|your) (?P<rest>.+)$"
)
_OF_WHOLE = re.compile(r"^(?P<whole>of (?:the|this|that|his|her|its|their|my|our|your) [\w-]+) (?P<state>.+)$")
_HERE = re.compile(
    r"^(?:(?:still|really|actually) )?(?:there|here|visible|present|shown|in view|in sight|in (?:the|this) "
    r"(?:picture|photo|image|frame))\b"
)
_NEGATES = re.compile(
    r"\b(?:not|no|nobody|none|never|nothing|neither|nor|without|wrong|false|untrue|mistaken|missing|absent|empty|free"
    r"|clear|except|besides|apart|alone|only|lack\w*|hardly|un\w+|in\w+ed|dis\w+|else|other|instead|still|off|cut"
    r"|dont|isnt|arent|doesnt|hasnt)\b|n't\b"
)
"""What can make a question negative."""
_CONDITION = re.compile(r"^(?:\w+ing )?(?:of|in|on|at|with|under|behind|near|next to|by|from|above|below|beside) ")
_STEM = 4
"""Letters by which two forms of a word are the same."""
_SILENT = word_set(
    "the and with that not are was his her its their one for from who which has have than into onto next"
)
_USUAL = word_set(
    "man woman boy girl person people child kid baby top bottom left right middle center centre front back background "
    "foreground camera viewer distance corner edge picture photo image"
)
"""Whom "his" and "her" mean, and places that are said in many ways."""


def state_left_out(tree: ast.Module, question: str, expected: Expected, offered: Collection[str]) -> Swap | None:
    """An EXISTS of the thing alone, where the question asks what it is like: "Is the rear tyre muddy?"."""
    answer = answer_of(tree)
    found = _OF_A_THING.match(asked_sentence(question))
    if expected.kind != "yes/no" or not found or "VERIFY" not in offered or not is_call(answer, "EXISTS"):
        return None
    name = answer.args[1] if len(answer.args) == 2 and not answer.keywords else None
    if not isinstance(name, ast.Constant) or not isinstance(name.value, str):
        return None
    state = _behind(name.value, found["rest"])
    if not state or _HERE.match(state):
        return None
    whole = _OF_WHOLE.match(state)
    which = [ast.Constant(whole["whole"])] if whole else []
    return Swap(answer, call("VERIFY", call("LOC", name, *which), ast.Constant(whole["state"] if whole else state)))


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


def negation_not_asked(tree: ast.Module, question: str, expected: Expected, offered: Collection[str]) -> Swap | None:
    """A `not` of which the question has no trace: "Are the plums ripe yet?"."""
    answer = answer_of(tree)
    if expected.kind != "yes/no" or not isinstance(answer, ast.UnaryOp) or not isinstance(answer.op, ast.Not):
        return None
    plain = is_call(answer.operand, "VERIFY", "EXISTS") and not _NEGATES.search(question.lower())
    return Swap(answer, answer.operand) if plain else None


def condition_not_asked(tree: ast.Module, question: str, expected: Expected, offered: Collection[str]) -> Swap | None:
    """A condition of which the question has no word: "of the stork" where it speaks of wings alone."""
    asked = [word[:_STEM] for word in re.findall(r"[a-z]+", question.lower())]
    for node in ast.walk(tree):
        if not is_call(node, "LOC", "DETECT", "EXISTS", "COUNT", "THINGS") or len(node.args) != 3 or node.keywords:
            continue
        which = node.args[2]
        if not isinstance(which, ast.Constant) or not _CONDITION.match(str(which.value)):
            continue
        said = {word for word in re.findall(r"[a-z]{3,}", str(which.value).lower())} - _SILENT
        if said and not said & _USUAL and not any(word[:_STEM] in asked for word in said):
            return Swap(node, ast.Call(node.func, node.args[:2], []))
    return None


def _behind(name: str, text: str) -> str:
    """What a text says behind a name; "" where it does not start with it."""
    words, said = [singular(word) for word in name.lower().split()], text.split()
    same = [singular(word) for word in said[: len(words)]] == words
    return " ".join(said[len(words) :]) if same else ""
