"""The one door to language models: any server that speaks OpenAI's chat API, vLLM above all."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from time import perf_counter
from typing import TYPE_CHECKING, Any, Protocol

from ..programs.prompt import Message
from ..tools.errors import LooksmithError

if TYPE_CHECKING:
    from openai import OpenAI


class LLMError(LooksmithError):
    """No reply could be had."""


class NoServer(LLMError):
    """Nothing answers at the server's address."""


class WrongModel(LLMError):
    """The server does not have the model."""


class LLMTimeout(LLMError):
    """The reply did not come in time."""


class TruncatedReply(LLMError):
    """The reply was cut at the token limit: half a program is no program."""


@dataclass(frozen=True)
class Reply:
    """What the model said. seconds: wall time of the request."""

    text: str
    model: str
    prompt_tokens: int
    completion_tokens: int
    seconds: float


class LLM(Protocol):
    """Whatever turns messages into a reply."""

    @property
    def model(self) -> str:
        """The model's name, as the server knows it."""
        ...

    def complete(self, messages: Sequence[Message]) -> Reply:
        """The reply to a conversation. Raises LLMError."""
        ...


class ChatClient:
    """A model behind an OpenAI-compatible server, decoded greedily.

    base_url: ends in `/v1`; model: the served name, "" for the only one that the server has.
    timeout: seconds for a reply; max_tokens: length of a reply.
    """

    def __init__(
        self, base_url: str, model: str = "", *, api_key: str = "none", timeout: float = 120.0, max_tokens: int = 512
    ) -> None:
        self.base_url = base_url
        self._model = model
        self._api_key = api_key
        self._timeout = timeout
        self._max_tokens = max_tokens

    @property
    def model(self) -> str:
        """The model's name. Raises LLMError when the server has to be asked and does not answer."""
        if not self._model:
            self._model = self._served()[0]
        return self._model

    def complete(self, messages: Sequence[Message]) -> Reply:
        """The reply to a conversation. Raises NoServer, WrongModel, LLMTimeout, TruncatedReply or LLMError."""
        import openai

        start = perf_counter()
        try:
            chat: Any = messages
            response = self._client.chat.completions.create(
                model=self.model, messages=chat, temperature=0.0, max_tokens=self._max_tokens
            )
        except openai.APITimeoutError:
            raise self._late() from None
        except openai.APIConnectionError:
            raise self._unreachable() from None
        except openai.NotFoundError:
            raise self._unknown_model() from None
        except openai.APIStatusError as error:
            raise LLMError(f"The LLM server refused the request ({error.status_code}): {_reason(error)}") from None
        except (openai.OpenAIError, ValueError) as error:
            raise LLMError(f"The LLM server's reply makes no sense: {error}") from None
        choices = response.choices or ()
        if not choices:
            raise LLMError("The LLM server's reply is empty.")
        usage = response.usage
        reply = Reply(
            choices[0].message.content or "",
            response.model,
            usage.prompt_tokens if usage else 0,
            usage.completion_tokens if usage else 0,
            perf_counter() - start,
        )
        if choices[0].finish_reason == "length":
            hint = "Ask a shorter question, or raise --max-tokens."
            raise TruncatedReply(f"The reply was cut after {self._max_tokens} tokens: {reply.text[-60:]!r}.", hint=hint)
        return reply

    @cached_property
    def _client(self) -> OpenAI:
        import openai

        return openai.OpenAI(base_url=self.base_url, api_key=self._api_key, timeout=self._timeout, max_retries=0)

    def _served(self) -> list[str]:
        import openai

        try:
            names = [model.id for model in self._client.models.list()]
        except openai.APITimeoutError:
            raise self._late() from None
        except openai.APIConnectionError:
            raise self._unreachable() from None
        except (openai.OpenAIError, ValueError) as error:
            raise LLMError(f"{self.base_url} does not list its models: {error}") from None
        if not names:
            raise WrongModel(f"The server at {self.base_url} has no model.")
        return names

    def _unreachable(self) -> NoServer:
        hint = "Start one with `looksmith serve`, or name another with --base-url."
        return NoServer(f"No LLM server answers at {self.base_url}.", hint=hint)

    def _late(self) -> LLMTimeout:
        hint = "Raise --timeout, or look at the server's log (`looksmith serve --status`)."
        return LLMTimeout(f"The LLM server did not reply within {self._timeout:g} s.", hint=hint)

    def _unknown_model(self) -> WrongModel:
        names = ", ".join(self._served())
        return WrongModel(f"The server at {self.base_url} has no model {self.model!r}.", hint=f"It has {names}.")


class Scripted:
    """A model that says what it was told to, in order: for tests and demonstrations."""

    model = "scripted"

    def __init__(self, replies: Iterable[str | LLMError]) -> None:
        self._replies = list(replies)
        self.asked: list[list[Message]] = []

    def complete(self, messages: Sequence[Message]) -> Reply:
        """The next reply; raises it when it is an error."""
        self.asked.append(list(messages))
        if not self._replies:
            raise LLMError("The script has no more replies.")
        reply = self._replies.pop(0)
        if isinstance(reply, LLMError):
            raise reply
        return Reply(reply, self.model, 0, 0, 0.0)


def _reason(error: Any) -> str:
    """The server's own words for an HTTP error, in one line."""
    return " ".join(str(error.message).split())[:300]
