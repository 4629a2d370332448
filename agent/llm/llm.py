"""What a language model is to looksmith: it turns messages into samples, and knows how likely a text is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from threading import Lock
from typing import Protocol

from ...programs.prompt import Message
from ...tools.core.errors import LooksmithError


class LLMError(LooksmithError):
    """No reply could be had."""


class NoServer(LLMError):
    """Nothing answers at the server's address."""


class WrongModel(LLMError):
    """The server does not have the model."""


class LLMTimeout(LLMError):
    """The reply did not come in time."""


class OutOfTime(LLMError):
    """The time that was set for the whole question is over."""


class TruncatedReply(LLMError):
    """Every sample was cut at the token limit: half a program is no program."""


@dataclass(frozen=True)
class Sampling:
    """How a reply is drawn.

    n: samples; several come with their log-probabilities, and need a temperature above 0.
    greedy: the first of several samples is the likeliest text, whatever the temperature of the others.
    grammar: what the text must follow (GBNF); a server that does not know grammars is asked without.
    seed: the same one gives the same samples, on servers that know seeds; None leaves it to the server.
    logprobs: a single one comes with its log-probability too, where the server can; it does not change the text.
    """

    n: int = 1
    temperature: float = 0.0
    greedy: bool = False
    grammar: str = ""
    seed: int | None = None
    logprobs: bool = field(default=False, repr=False)


TIMEOUT = 300.0
"""Seconds for a reply: many questions at once, or a processor without AVX-512, take minutes."""

GREEDY = Sampling()
"""The likeliest text, by itself."""


@dataclass(frozen=True)
class Sample:
    """One of the texts that the model wrote.

    logprob: mean log-probability of its tokens (natural logarithm), None where the server was not asked or did not say.
    truncated: was it cut at the token limit?
    """

    text: str
    logprob: float | None = None
    truncated: bool = False


@dataclass(frozen=True)
class Reply:
    """What the model said. seconds: wall time of the request.

    grammar: was it decoded under the grammar that was asked for?
    notice: what people should know about how the server took the request; empty when all is well.
    """

    samples: tuple[Sample, ...]
    model: str
    prompt_tokens: int
    completion_tokens: int
    seconds: float
    grammar: bool = False
    notice: str = ""

    @property
    def text(self) -> str:
        """The first sample."""
        return self.samples[0].text


class LLM(Protocol):
    """Whatever turns messages into a reply."""

    @property
    def model(self) -> str:
        """The model's name, as the server knows it."""
        ...

    def complete(self, messages: Sequence[Message], sampling: Sampling = GREEDY) -> Reply:
        """The reply to a conversation. Raises LLMError: TruncatedReply when not one sample came to its end."""
        ...


class Scripted:
    """A model that says what it was told to, in order: for tests and demonstrations.

    replies: the samples of each reply; a text alone is the only one, whatever was asked for.
    asked: the conversations; wanted: what each was asked with.
    """

    model = "scripted"

    def __init__(self, replies: Iterable[str | LLMError | Sequence[str | Sample]]) -> None:
        self._replies = list(replies)
        self._lock = Lock()
        self.asked: list[list[Message]] = []
        self.wanted: list[Sampling] = []

    def complete(self, messages: Sequence[Message], sampling: Sampling = GREEDY) -> Reply:
        """The next reply; raises it when it is an error."""
        with self._lock:
            self.asked.append(list(messages))
            self.wanted.append(sampling)
            if not self._replies:
                raise LLMError("The script has no more replies.")
            reply = self._replies.pop(0)
        if isinstance(reply, LLMError):
            raise reply
        texts = [reply] if isinstance(reply, str) else reply
        samples = tuple(Sample(text) if isinstance(text, str) else text for text in texts)
        return Reply(samples, self.model, 0, 0, 0.0, grammar=bool(sampling.grammar))
