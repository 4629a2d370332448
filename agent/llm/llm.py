"""The interface of a language model: it turns messages into samples."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING, Protocol

from ...tools.core.errors import LooksmithError

if TYPE_CHECKING:
    from ...programs.prompt import Message


class LLMError(LooksmithError):
    """There is no usable reply."""


class NoServer(LLMError):
    """No server answers at the URL."""


class WrongModel(LLMError):
    """The server does not have the model."""


class LLMTimeout(LLMError):
    """The reply took too long."""


class OutOfTime(LLMError):
    """The time limit of the whole question is exceeded."""


class TruncatedReply(LLMError):
    """Every sample was truncated at the token limit, so there is no complete program."""


@dataclass(frozen=True)
class Sampling:
    """Sampling parameters.

    n: number of samples; several include log-probabilities, and need a temperature above 0.
    greedy: decode the first of several samples greedily, whatever the temperature of the others.
    grammar: a GBNF grammar for the text; left out for servers without grammar support.
    seed: makes samples repeatable on servers that support seeds; None leaves it to the server.
    logprobs: request the log-probability of a single sample too, if the server supports it.
    """

    n: int = 1
    temperature: float = 0.0
    greedy: bool = False
    grammar: str = ""
    seed: int | None = None
    logprobs: bool = field(default=False, repr=False)


TIMEOUT = 300.0
"""Seconds to wait for a reply: many parallel questions, or a CPU without AVX-512, take minutes."""
MAX_TOKENS = 512
"""The longest program, in tokens."""

GREEDY = Sampling()
"""A single greedy sample."""


@dataclass(frozen=True)
class Sample:
    """One text written by the model.

    logprob: mean log-probability of its tokens (natural logarithm), None if not requested or not returned.
    truncated: whether it hit the token limit.
    """

    text: str
    logprob: float | None = None
    truncated: bool = False


@dataclass(frozen=True)
class Reply:
    """The samples of a request. seconds: wall time.

    grammar: whether decoding was constrained to the requested grammar.
    notice: a warning about how the server handled the request; usually empty.
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
    """Turns messages into a reply."""

    @property
    def model(self) -> str:
        """The model's name on the server."""
        ...

    def complete(self, messages: Sequence[Message], sampling: Sampling = GREEDY) -> Reply:
        """The reply to a conversation. Raises LLMError; TruncatedReply if every sample is truncated."""
        ...


class Scripted:
    """A model with scripted replies, for tests and demonstrations.

    replies: the samples of each reply; a text alone is the only sample, whatever number was requested.
    asked: the conversations; wanted: the sampling parameters of each.
    """

    model = "scripted"

    def __init__(self, replies: Iterable[str | LLMError | Sequence[str | Sample]]) -> None:
        self._replies = list(replies)
        self._lock = Lock()
        self.asked: list[list[Message]] = []
        self.wanted: list[Sampling] = []

    def complete(self, messages: Sequence[Message], sampling: Sampling = GREEDY) -> Reply:
        """The next reply; an exception in the script is raised."""
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
