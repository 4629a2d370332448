"""The context of a question."""

from __future__ import annotations

from dataclasses import dataclass

from ..question.expected_answer import Expected, expected_answer
from .turns import Turn


@dataclass(frozen=True)
class Context:
    """The context of a question. expected: the required answer; None derives it from the question.

    turns: the questions that it follows up, oldest first; after: id of the run of the last of them, "" if there are
        none.
    """

    expected: Expected | None = None
    turns: tuple[Turn, ...] = ()
    after: str = ""

    def expects(self, question: str) -> Expected:
        """The expected answer."""
        return self.expected or expected_answer(question)


ALONE = Context()
"""Of a question that is about nothing but its images."""
