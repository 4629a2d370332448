"""Does the bank have an example already? The same question, or a program of the same shape for the same structure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from ...tools.core.example import Example
from .core import shape
from .masking import Masker


@dataclass(frozen=True)
class Bank:
    """Examples to compare others with."""

    examples: Sequence[Example]

    def duplicates_of(self, new: Example) -> Iterator[Example]:
        """The examples that make a new one superfluous.

        They ask the same question, or show the same: the question is built from the same words around its names,
        colours and numbers, and the program has the same shape.
        """
        plain, masked, form = plain_words(new.question), self._mask(new.question), shape(new.program)
        for example in self.examples:
            alike = shape(example.program) == form and self._mask(example.question) == masked
            if alike or plain_words(example.question) == plain:
                yield example

    def has_shape(self, program: str) -> bool:
        """Whether some program has this shape, whatever its question."""
        return tuple(shape(program)) in self._shapes

    def with_more(self, more: Iterable[Example]) -> Bank:
        """The same and more."""
        return Bank((*self.examples, *more))

    @cached_property
    def _mask(self) -> Masker:
        return Masker(self.examples)

    @cached_property
    def _shapes(self) -> frozenset[tuple[str, ...]]:
        return frozenset(tuple(shape(example.program)) for example in self.examples)


def plain_words(question: str) -> tuple[str, ...]:
    """The words of a question, without case and punctuation."""
    return tuple(re.findall(r"\w+", question.casefold()))
