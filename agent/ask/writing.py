"""Options for writing programs. tests/bench/RESULTS.md measures the effect of each on accuracy."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ...tools.core.errors import InputError

MAX_SAMPLES = 64


@dataclass(frozen=True)
class Writing:
    """Options for writing programs.

    repairs: how often a rejected or failed program may be repaired, for each question.
    samples: number of programs to write; their answers are voted on. The first is always decoded greedily.
    doubt: write the others only if the first was rejected or may not mean what the question says.
    temperature: of all samples but the first. grammar: decode with the grammar made from the registry.
    nearest: number of examples most similar to the question, shown next to it.
    scenes: try programs on drawn scenes, if a plug-in draws some (agent/doubt/drawn.py); no gain on NLVR.
    guess: if no program can answer, let the model guess from notes of what was seen (agent/doubt/guess.py).
    Raises InputError for a number out of range.
    """

    repairs: int = 3
    samples: int = 6
    doubt: bool = True
    temperature: float = 0.7
    grammar: bool = True
    nearest: int = 4
    scenes: bool = False
    guess: bool = True

    def __post_init__(self) -> None:
        if not 1 <= self.samples <= MAX_SAMPLES:
            raise InputError(f"The number of samples must be 1 to {MAX_SAMPLES}, not {self.samples}.")
        if self.repairs < 0 or self.nearest < 0:
            raise InputError("The numbers of repairs and of nearest examples cannot be negative.")
        if self.samples > 1 and not 0 < self.temperature <= 2:
            hint = "Pass a --temperature above 0, at most 2."
            raise InputError(f"At temperature {self.temperature:g} all samples are the same or nonsense.", hint=hint)

    @property
    def once(self) -> Writing:
        """The same with one program at a time, because each program that runs may call tools that act."""
        return replace(self, samples=1, doubt=False)


DEFAULT = Writing()
"""The defaults of `looksmith ask`."""
