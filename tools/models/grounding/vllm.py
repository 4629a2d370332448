"""How vLLM serves a vision-language model that also writes programs."""

from __future__ import annotations

from typing import Final

from ...core.errors import PrerequisiteError
from .families import NONE, family_named

MAX_LENGTH: Final = 8192
"""Tokens of prompt and reply together: the longest prompts for programs, or a few pictures of 1280 tokens each."""
_FLAGS: Final = (
    "--limit-mm-per-prompt",
    '{"image": 4, "video": 0}',
    # A model's own defaults, such as a penalty for repetition, change the likeliest reply and its probabilities.
    "--generation-config",
    "vllm",
    "--max-logprobs",
    "20",
)


def vllm_flags(model: str) -> tuple[str, ...]:
    """The additional flags of `vllm serve` for a model of that name.

    Raises PrerequisiteError for a family whose repositories contain code, which looksmith never runs.
    """
    family = family_named(model) or NONE
    if family.own_code:
        raise PrerequisiteError(
            f"{model} comes with code of its own, which looksmith does not run.",
            hint="Start vLLM yourself with --trust-remote-code where you trust it, and name it with --base-url.",
        )
    return (*_FLAGS, *family.flags)
