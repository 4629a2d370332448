"""Who asks how many horses are gray says that some are: where none was found to be, all horses are counted.

That is for questions alone. "There are three gray horses" and "more gray than brown ones" may be false, so the tools
count what meets the condition, and nothing else.
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
"""How often that was right on the development photos."""
_COUNTED = ("COUNT", "DETECT")
"""The tools that take what is counted as (image, name, which)."""


def count_of_all(question: str, answer: Any, source: str) -> tuple[str, str] | None:
    """The program without the conditions of what it counts, and what it then takes for granted, in words.

    None where the question does not ask how many, where some were found, or where nothing is counted under a condition.
    source: a program that was checked.
    """
    if type(answer) is not int or answer != 0 or not counts(question):
        return None
    without = _WithoutConditions()
    program = ast.unparse(without.visit(parse(source)))
    return (program, without.told) if without.told else None


class _WithoutConditions(ast.NodeTransformer):
    """Leaves the conditions of counted things out. told: the last ones, in words."""

    told = ""

    def visit_Call(self, node: ast.Call) -> ast.AST:
        """Leave them out of one call."""
        self.generic_visit(node)
        if not (isinstance(node.func, ast.Name) and node.func.id in _COUNTED):
            return node
        name, *which = _texts(node)
        phrase = read_phrase(name) if name else Phrase("")
        said = tuple(one for text in which for one in read_conditions(text, phrase.name))
        colored = any(is_color(word) for word in name.split())  # else "hot dog" is read as a dog that is hot
        conditions = (*phrase.conditions, *said) if colored else said
        if not conditions:
            return node
        name = phrase.name if colored else name
        self.told = f"found no {name} that is: {show(conditions)}; counted all"
        return ast.Call(node.func, [node.args[0], ast.Constant(name)], [])


def _texts(call: ast.Call) -> list[str]:
    """The arguments that are texts: the name, and what is said of it."""
    values = (*call.args, *(given.value for given in call.keywords))
    texts = [one.value for one in values if isinstance(one, ast.Constant) and isinstance(one.value, str)]
    return texts or [""]
