"""Presuppositions: "How many horses are gray?" presumes that some are; if none was found gray, all are counted.
Where none was found at all, by models that often miss them, there is no answer.

This only applies to questions. Statements such as "There are three gray horses" or "more gray than brown ones" may be
false, so for them only objects that meet the condition are counted.
"""

from __future__ import annotations

import ast
from typing import Any

from ...programs.language.program import parse
from ...programs.question.expected_answer import counts
from ...tools.phrases.condition_values import Phrase, show
from ...tools.phrases.conditions import read_conditions, read_phrase
from ...tools.words.english import is_color

RIGHT = 0.35
"""The accuracy of this on the development photos."""
_EVEN = 0.5
_COUNTED = ("COUNT", "DETECT")
"""The counting tools with parameters (image, name, which)."""


def count_of_all(question: str, answer: Any, source: str) -> tuple[str, str] | None:
    """The program without the conditions of what it counts, and the resulting assumption in words.

    None if the question does not ask how many, if some were found, or if nothing is counted under a condition.
    source: a checked program.
    """
    if type(answer) is not int or answer != 0 or not counts(question):
        return None
    without = _WithoutConditions()
    program = ast.unparse(without.visit(parse(source)))
    return (program, without.told) if without.told else None


def nothing_counted(question: str, answer: Any, confidence: float | None) -> str:
    """Why a count of none is no answer; "" if it is one.

    "How many hooks are there?" presumes that there are some, so a 0 that is more likely wrong than right is not told.
    confidence: that of the answer.
    """
    if type(answer) is not int or answer != 0 or confidence is None or confidence >= _EVEN or not counts(question):
        return ""
    return "None was found, but the question asks how many there are, and the models here often miss such things."


class _WithoutConditions(ast.NodeTransformer):
    """Removes the conditions from counting calls. told: the last conditions, in words."""

    told = ""

    def visit_Call(self, node: ast.Call) -> ast.AST:
        """Remove them from one call."""
        self.generic_visit(node)
        if not (isinstance(node.func, ast.Name) and node.func.id in _COUNTED):
            return node
        name, *which = _texts(node)
        phrase = read_phrase(name) if name else Phrase("")
        said = tuple(one for text in which for one in read_conditions(text, phrase.name))
        colored = any(is_color(word) for word in name.split())  # otherwise "hot dog" is read as a dog that is hot
        conditions = (*phrase.conditions, *said) if colored else said
        if not conditions:
            return node
        name = phrase.name if colored else name
        self.told = f"found no {name} that is: {show(conditions)}; counted all"
        return ast.Call(node.func, [node.args[0], ast.Constant(name)], [])


def _texts(call: ast.Call) -> list[str]:
    """The text arguments: the name and the condition."""
    values = (*call.args, *(given.value for given in call.keywords))
    texts = [one.value for one in values if isinstance(one, ast.Constant) and isinstance(one.value, str)]
    return texts or [""]
