"""What is known of a question besides its text."""

from __future__ import annotations

from dataclasses import dataclass

from ..question.expected_answer import Expected, expected_answer
from .turns import Turn


@dataclass(frozen=True)
class Context:
    """What is known of a question besides its text.

    expected: what the answer has to be; None leaves it to the question.
    turns: the questions that it follows up, oldest first; after: id of the run of the last of them, "" for none.
    """

    expected: Expected | None = None
    turns: tuple[Turn, ...] = ()
    after: str = ""

    def expects(self, question: str) -> Expected:
        """What the answer has to be."""
        return self.expected or expected_answer(question)


ALONE = Context()
"""Of a question that is about nothing but its images."""
