"""How a program is written: what each option does for the answer is measured in tests/bench/RESULTS.md."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Writing:
    """The options of the writer.

    repairs: chances to mend a program that was refused or that failed, for each question.
    samples: programs to write; their answers are voted on. 1 decodes greedily.
    temperature: of the samples when there are several.
    grammar: decode under the grammar made from the registry.
    nearest: examples most like the question, shown next to it.
    rerank: break ties by how likely the model finds the question, given the program.
    """

    repairs: int = 3
    samples: int = 1
    temperature: float = 0.6
    grammar: bool = True
    nearest: int = 4
    rerank: bool = False
