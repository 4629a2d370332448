"""Writes descriptions with the language model."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property

from ...programs.prompt import Message
from .llm import LLM, Sampling, TruncatedReply


class ChatWriter:
    """Asks a language model each question in a separate conversation.

    llm: returns the model, called for the first question; its exceptions propagate.
    """

    def __init__(self, llm: Callable[[], LLM]) -> None:
        self._connect = llm

    @cached_property
    def _llm(self) -> LLM:
        return self._connect()

    @property
    def model(self) -> str:
        """The model's name. Asks the server if needed; raises LLMError if it does not answer."""
        return self._llm.model

    def write(self, prompts: Sequence[str], n: int, temperature: float, seed: int | None) -> list[list[str]]:
        """`n` replies to each prompt; none if all were truncated. Raises LLMError."""
        sampling = Sampling(n=n, temperature=temperature, seed=seed)
        return [self._ask(prompt, sampling) for prompt in prompts]

    def _ask(self, prompt: str, sampling: Sampling) -> list[str]:
        try:
            reply = self._llm.complete([Message(role="user", content=prompt)], sampling)
        except TruncatedReply:
            return []
        return [sample.text for sample in reply.samples]
