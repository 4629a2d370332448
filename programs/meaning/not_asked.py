"""Programs that ask what the question does not: what a small model copies along with an example."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection

from ...tools.words.english import singular, word_set
from ..question.answers_of_tools import answer_of, found_by, is_call, words_of
from ..question.compared import Swap
from ..question.expected_answer import Expected

_NEGATES = re.compile(
    r"\b(?:not|no|nobody|none|never|nothing|neither|nor|without|wrong|false|untrue|mistaken|missing|absent|empty|free"
    r"|clear|except|besides|apart|alone|only|lack\w*|hardly|un\w+|in\w+ed|dis\w+|else|other|instead|still|off|cut"
    r"|dont|isnt|arent|doesnt|hasnt|gone|away|over|finished|available|vacant|bare\w+"
    r"|nowhere|cannot|cant|\w{3,}less|out of|forg[eo]t\w*|los[et]\w*|refus\w+|disappeared|vanished|eaten|sold)\b|n't\b"
    r"|\bout\W*$"
)
"""What can make a question negative."""
CONDITION = re.compile(r"^(?:\w+ing )?(?:of|in|on|at|with|under|behind|near|next to|by|from|above|below|beside) ")
_IT = re.compile(r"\b(?:it|its|they|their|them)\b")
_NOUN = re.compile(r"\b(?:the|an?|my|our|your|his|her|this|that|these|those) (?!it\b)\w+")
"""A thing that "it" may stand for."""
_DUMMY = re.compile(
    r"\bis it (?:windy|late|early|cold|warm|hot|safe|calm|rush hour|raining|snowing|sunny|cloudy|foggy|dark|night|day"
    r"|morning|evening|summer|winter|spring|autumn|weekend|crowded|busy|possible|allowed)\b"
)
"""Where "it" stands for nothing."""
_OWNER = re.compile(
    r"\b(?!(?:it|what|who|that|there|he|she|where|how|here)'s)\w+(?:'s\b|s'(?= ))|\bof (?:the|an?|this|that|his"
    r"|her|my|our)\b"
    r"|\b(?:does|do|has|have) (?:the|an?|this|that|these|those|his|her|my|our) "
)
"""A question that says whose part it asks about."""
_NO_VERBS = word_set(
    "anything something nothing everything during ceiling building wing king ring string evening morning wedding"
)
_STEM = 4
"""Letters by which two forms of a word are the same."""
_SILENT = word_set(
    "the and with that not are was his her its their one for from who which has have than into onto next"
)
_USUAL = word_set(
    "top bottom left right middle center centre front back background foreground camera viewer distance corner edge "
    "picture photo image"
)
"""Places that are said in many ways."""
_PEOPLE = word_set("man woman boy girl person people child kid baby guy lady gentleman")
_ABOUT_PEOPLE = re.compile(
    r"\b(?:he|she|they|him|his|hers?|their|them|who|whose|whom|(?:some|any|every|no)(?:body|one)|people|persons?|dude"
    r"|friend|daddy|mommy|mummy|fellow|chap|player|worker|somebody|human|we|us|our|i|my|me)\b"
)
"""Words of questions that may speak of people."""
_WIDE = _PEOPLE | word_set(
    "thing object item animal pet vehicle fruit food plant hand scene place sky sun ground floor background room text "
    "sign word label board poster logo clock"
)
"""Nouns that a question need not have: "What time is it?" is told by a clock, "Is it sunny?" by the sky."""


def negation_not_asked(tree: ast.Module, question: str, expected: Expected, offered: Collection[str]) -> Swap | None:
    """A `not` of which the question has no trace: "Are the plums ripe yet?".

    What is verified has to be in the question: "closed" may be said as `not VERIFY(image, door, "open")`.
    """
    answer, asked = answer_of(tree), question.lower()
    if expected.kind != "yes/no" or not isinstance(answer, ast.UnaryOp) or not isinstance(answer.op, ast.Not):
        return None
    test = answer.operand
    if not is_call(test, "VERIFY", "EXISTS") or not test.args or _NEGATES.search(asked):
        return None
    said = test.args[1:] if is_call(test, "EXISTS") else test.args[-1:]
    state = " ".join(str(one.value) for one in said if isinstance(one, ast.Constant))
    same = words_of(state) <= words_of(asked) and not _NEGATES.search(ast.unparse(test))
    return Swap(answer, test) if same else None


def condition_not_asked(tree: ast.Module, question: str, expected: Expected, offered: Collection[str]) -> Swap | None:
    """A condition of which the question has no word: "of the stork" where it speaks of wings alone.

    Where the question says an owner, a place of the same kind, or what somebody does, the condition may be that in
    other words: "of the bicycle" for "the bike's".
    """
    words = re.findall(r"[a-z]+|\d+", question.lower())
    asked = {word[:_STEM] for word in words} | {singular(word)[:_STEM] for word in words}
    does = any(word.endswith("ing") for word in words if word not in _NO_VERBS) or "whose" in words
    owned = _OWNER.search(question.lower())
    calls = {ast.unparse(node) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    for node in ast.walk(tree):
        if not is_call(node, "LOC", "DETECT", "EXISTS", "COUNT", "THINGS") or len(node.args) != 3 or node.keywords:
            continue
        which = node.args[2]
        if not isinstance(which, ast.Constant) or not CONDITION.match(str(which.value)):
            continue
        condition = str(which.value).lower()
        said = {singular(word) for word in re.findall(r"[a-z]{3,}|\d+", condition)} - _SILENT
        place = condition.split()[0]
        plain_call = ast.Call(node.func, node.args[:2], [])
        in_other_words = owned if place == "of" else does or place in words
        if in_other_words or ast.unparse(plain_call) in calls:
            continue
        about_people = said & _PEOPLE and _ABOUT_PEOPLE.search(question.lower())
        if said and not (said & _USUAL or about_people) and not any(word[:_STEM] in asked for word in said):
            return Swap(node, plain_call)
    return None


def noun_not_asked(tree: ast.Module, question: str, expected: Expected, offered: Collection[str]) -> Swap | None:
    """A thing of which the question has no word, where it only says "it" or "they": what is mainly seen is meant."""
    asked = [singular(word) for word in re.findall(r"[a-z]+", question.lower())]
    pronoun = _IT.search(question.lower())
    if not pronoun or _NOUN.search(question.lower()[: pronoun.start()]):
        return None
    if _DUMMY.search(question.lower()):
        return None
    read = {id(found_by(tree, arg)) for node in ast.walk(tree) if is_call(node, "READ") for arg in node.args}
    for node in ast.walk(tree):
        if id(node) in read:
            continue
        name = node.args[1] if is_call(node, "LOC") and len(node.args) > 1 else None
        text = name.value if isinstance(name, ast.Constant) else None
        if not isinstance(text, str) or not text.isascii() or not text.strip() or name is None:
            continue
        said = [singular(word) for word in re.findall(r"[a-z]+", ast.unparse(node).lower())]
        head = singular(text.lower().split()[-1])
        if head in _WIDE or any(_alike(head, word) for word in asked) or {*said} & {*asked} - _SILENT:
            continue
        return Swap(name, ast.Constant("thing"))
    return None


def _alike(one: str, other: str) -> bool:
    """Are they forms of one word: "dog" and "doggy"?"""
    return one[:_STEM] == other[:_STEM] or (min(len(one), len(other)) > 2 and (one in other or other in one))
