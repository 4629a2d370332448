"""How well a program explains its question: the model's own likelihood of the question, given the program.

p(question | program) tells programs apart that p(program | question) likes equally: Zhang et al., "Coder Reviewer
Reranking for Code Generation" (ICML 2023).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from ...programs.prompt import inert
from ...tools.core.example import Example
from ...tools.threads.crew import aside
from ..llm.llm import LLM

SHOTS = 3
"""Examples that show how a program becomes a question."""


def rate(llm: LLM, examples: Sequence[Example], question: str, programs: Sequence[str]) -> list[float]:
    """Mean log-probability of the question's tokens after each program. Raises LLMError."""
    shots = "".join(f"{_prompt(example.program)} {example.question}\n\n" for example in _spread(examples))
    prompts = [shots + _prompt(inert(program)) for program in programs]
    # An interruption does not wait for them.
    asked = [aside(partial(llm.score, prompt, f" {inert(question)}")) for prompt in prompts]
    return [score.result() for score in asked]


def _spread(examples: Sequence[Example]) -> list[Example]:
    """A few examples from all over the bank, always the same."""
    step = max(len(examples) // SHOTS, 1)
    return list(examples[::step])[:SHOTS]


def _prompt(program: str) -> str:
    return f"Program:\n{program.strip()}\nQuestion:"
