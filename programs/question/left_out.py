"""Programs that leave out what a question asks about a thing, or take the same thing found again for another one."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection

from ...tools.words.english import singular
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


def _behind(name: str, text: str) -> str:
    """What a text says behind a name; "" where it does not start with it."""
    words, said = [singular(word) for word in name.lower().split()], text.split()
    same = [singular(word) for word in said[: len(words)]] == words
    return " ".join(said[len(words) :]) if same else ""
