"""Options for writing programs. tests/bench/RESULTS.md measures the effect of each on accuracy."""

from __future__ import annotations

from dataclasses import dataclass

from ...tools.core.errors import InputError

MAX_SAMPLES = 64


@dataclass(frozen=True)
class Writing:
    """Options for writing programs.

    repairs: how often a program that was rejected or failed may be repaired, per question.
    samples: number of programs to write; the majority answer wins. The first is always decoded greedily.
    doubt: draw the other samples only if the first was rejected or may not match the question.
    temperature: for all samples but the first.
    grammar: constrain decoding to the grammar made from the registry.
    nearest: number of similar examples to put into the prompt.
    rerank: break ties by how likely the model finds the question, given the program.
    guess: if no program could answer, let the model guess from notes of what was seen (agent/doubt/guess.py).

    Raises InputError for a number out of range.
    """

    repairs: int = 3
    samples: int = 6
    doubt: bool = True
    temperature: float = 0.7
    grammar: bool = True
    nearest: int = 4
    rerank: bool = False
    guess: bool = True

    def __post_init__(self) -> None:
        if not 1 <= self.samples <= MAX_SAMPLES:
            raise InputError(f"The number of samples must be 1 to {MAX_SAMPLES}, not {self.samples}.")
        if self.repairs < 0 or self.nearest < 0:
            raise InputError("The numbers of repairs and of nearest examples cannot be negative.")
        if self.samples > 1 and not 0 < self.temperature <= 2:
            hint = "Pass a --temperature above 0, at most 2."
            raise InputError(f"At temperature {self.temperature:g} all samples are the same or nonsense.", hint=hint)


DEFAULT = Writing()
"""The defaults of `looksmith ask`."""
