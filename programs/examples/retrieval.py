"""Finds the examples whose questions are built like the given one.

A sentence encoder compares the questions with their names, colors and numbers masked: a model that copies the nearest
example needs one with the same structure, not one about the same thing. Examples that ask for the same kind of answer
come first. Of several similar ones only one is taken, by maximal marginal relevance (Carbonell and Goldstein, SIGIR
1998).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING, Protocol

from ...tools.core.example import Example
from ...tools.name.classify import SentenceEncoder
from ..language.language import INPUTS
from ..question.of_media import expecting
from .bank import fitting
from .masking import Masker
from .vectors import VectorStore

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

# Measured by leaving one example out (tests/bench/RESULTS.md, "Examples and prefix cache").
_RELEVANCE = 0.7
SAME_ANSWER = 0.1
"""What is added to the likeness of an example that asks for the same kind of answer."""
_CANDIDATES = 256
"""How many are compared in that: reading what all examples ask for would take a second."""


class Retriever(Protocol):
    """Finds the examples most similar to a question."""

    def nearest(self, question: str, k: int, inputs: Iterable[str] = INPUTS) -> tuple[Example, ...]:
        """At most k examples, the nearest last. inputs: the names that the program will be given."""
        ...


@dataclass(frozen=True)
class _Fitting:
    """The examples that fit some inputs. vectors: of shape (examples, size); likeness: cosines of each two of them."""

    examples: tuple[Example, ...]
    vectors: NDArray[np.float32]
    likeness: NDArray[np.float32]


class NearestExamples:
    """Finds examples by meaning. Thread-safe. Nothing is loaded before the first question."""

    def __init__(self, examples: Sequence[Example], encoder: SentenceEncoder, store: VectorStore) -> None:
        self._examples = tuple(examples)
        self._encoder = encoder
        self._store = store
        self._lock = Lock()
        self._waiting: list[str] = []
        self._ready: tuple[Masker, NDArray[np.float32]] | None = None
        self._fitting: dict[frozenset[str], _Fitting] = {}

    def over(self, examples: Sequence[Example]) -> NearestExamples:
        """The same encoder over other examples."""
        return NearestExamples(examples, self._encoder, self._store)

    def nearest(self, question: str, k: int, inputs: Iterable[str] = INPUTS) -> tuple[Example, ...]:
        """At most k examples that fit the inputs, the nearest last.

        Raises WeightsError when the encoder's weights have not been pulled.
        """
        import numpy as np

        inputs = tuple(inputs)
        if k <= 0 or not self._examples:
            return ()
        with self._lock:
            mask, fits = self._prepare(frozenset(inputs))
        if not fits.examples:
            return ()
        relevance = fits.vectors @ self._encoded(mask(question))
        rows = [int(row) for row in np.argsort(-relevance, kind="stable")[:_CANDIDATES]]
        expects = expecting(inputs)
        kind = expects(question).kind
        same = [SAME_ANSWER * (expects(fits.examples[row].question).kind == kind) for row in rows]
        chosen = pick(relevance[rows] + np.array(same, np.float32), fits.likeness[rows][:, rows], k)
        return tuple(fits.examples[rows[i]] for i in reversed(chosen))

    def _encoded(self, text: str) -> NDArray[np.float32]:
        """The vector of a text. The first thread encodes for all that wait, and the encoder caches the result."""
        self._waiting.append(text)
        with self._lock:
            waiting, self._waiting = self._waiting, []
            return self._encoder.encode(list(dict.fromkeys((text, *waiting))))[0]

    def _prepare(self, inputs: frozenset[str]) -> tuple[Masker, _Fitting]:
        """The masker, and the examples that fit the inputs."""
        if self._ready is None:
            self._encoder.load()
            mask = Masker(self._examples)
            vectors = self._store.get([mask(example.question) for example in self._examples], self._encoder.encode)
            self._ready = mask, vectors
        mask, vectors = self._ready
        if inputs not in self._fitting:
            fits = set(fitting(self._examples, inputs))
            rows = [i for i, example in enumerate(self._examples) if example in fits]
            chosen = vectors[rows]
            self._fitting[inputs] = _Fitting(tuple(self._examples[i] for i in rows), chosen, chosen @ chosen.T)
        return mask, self._fitting[inputs]


def pick(relevance: NDArray[np.float32], likeness: NDArray[np.float32], k: int) -> list[int]:
    """The rows to take, the best first: each relevant, and unlike those that were taken before it.

    relevance: cosine of each row and the question, shape (rows,); likeness: of the rows, shape (rows, rows).
    """
    import numpy as np

    chosen: list[int] = []
    nearest_taken = np.zeros_like(relevance)
    left = np.ones(len(relevance), np.bool_)
    while len(chosen) < k and left.any():
        value = _RELEVANCE * relevance - (1 - _RELEVANCE) * nearest_taken
        best = int(np.where(left, value, -np.inf).argmax())
        chosen.append(best)
        left[best] = False
        nearest_taken = np.maximum(nearest_taken, likeness[best])
    return chosen
