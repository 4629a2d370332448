"""The client of language models: works with any OpenAI-compatible chat server, primarily vLLM."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from threading import Lock
from time import perf_counter
from typing import TYPE_CHECKING, Any

from ...programs.prompt import Message
from ...tools.threads.crew import aside
from ...tools.threads.openai_wire import Odd, OpenAIWire, TooLate
from ..traces.crash import told
from ..traces.trace import in_utf8
from .chat_reply import read_chat, read_json, read_models
from .llm import (
    GREEDY,
    MAX_TOKENS,
    TIMEOUT,
    LLMError,
    LLMTimeout,
    NoServer,
    Reply,
    Sampling,
    TruncatedReply,
    WrongModel,
)

if TYPE_CHECKING:
    from openai import OpenAI


_MOST = 2_000_000
_PER_TOKEN = 2_000
"""Maximum bytes of a response: a constant, plus so many per token with its log-probability."""


class ChatClient:
    """A model on an OpenAI-compatible server. Thread-safe.

    base_url: ends in `/v1`; model: its name on the server, "" if the server has only one.
    timeout: seconds for a whole reply; max_tokens: maximum length of a reply.
    """

    def __init__(
        self,
        base_url: str,
        model: str = "",
        *,
        api_key: str = "none",
        timeout: float = TIMEOUT,
        max_tokens: int = MAX_TOKENS,
    ) -> None:
        self.base_url = base_url
        self._model = model
        self._api_key = api_key
        self._timeout = timeout
        self._max_tokens = max_tokens
        self._wire = OpenAIWire(base_url, api_key, timeout)
        self._lock = Lock()
        self._refused: set[str] = set()

    def __reduce__(self) -> Any:
        """Unpickling creates a new client of the same server."""
        same = {"api_key": self._api_key, "timeout": self._timeout, "max_tokens": self._max_tokens}
        return partial(ChatClient, **same), (self.base_url, self._model)

    @property
    def model(self) -> str:
        """The model's name. Asks the server if needed; raises LLMError if it does not answer."""
        if not self._model:
            self._model = self._served()[0]
        return self._model

    def complete(self, messages: Sequence[Message], sampling: Sampling = GREEDY) -> Reply:
        """The reply to a conversation.

        vLLM cannot mix greedy and sampled decoding in one request: a greedy first sample is a second, parallel request.
        Raises NoServer, WrongModel, LLMTimeout, TruncatedReply or LLMError.
        """
        start = perf_counter()
        parts = [sampling]
        if sampling.greedy and sampling.n > 1:
            parts = [replace(sampling, n=1, temperature=0.0), replace(sampling, n=sampling.n - 1)]
        logprobs = sampling.n > 1 or sampling.logprobs
        asked = [aside(partial(self._ask, messages, part, logprobs=logprobs)) for part in parts]
        reply = _merged([one.result() for one in asked])
        if all(sample.truncated for sample in reply.samples):
            hint = "Ask a shorter question, or raise --max-tokens."
            raise TruncatedReply(
                f"The reply was truncated at {self._max_tokens} tokens: {reply.text[-60:]!r}.", hint=hint
            )
        return replace(reply, seconds=perf_counter() - start)

    def _ask(self, messages: Sequence[Message], sampling: Sampling, *, logprobs: bool) -> Reply:
        """Make one request. Parameters that the server rejects are left out from then on, with one notice."""
        wanted: dict[str, dict[str, Any]] = {}
        if sampling.grammar:
            wanted["grammar"] = {"extra_body": {"structured_outputs": {"grammar": sampling.grammar}}}
        if logprobs:
            wanted["logprobs"] = {"logprobs": True}
        notices: list[str] = []
        while True:
            extras = {name: fields for name, fields in wanted.items() if name not in self._refused}
            try:
                answer = self._send(
                    lambda client, given=extras: self._chat(client, messages, sampling, given),
                    _MOST + _PER_TOKEN * max(sampling.n, 1) * self._max_tokens,
                )
            except _Refused as error:
                name = next((name for name in extras if error.names(name)), None)
                if name is None:
                    raise
                notices += self._give_up(name, error)
            else:
                break
        reply = read_chat(answer, self.model, sampling.n)
        if len(reply.samples) < sampling.n:
            notices.append(f"The LLM server wrote {len(reply.samples)} of {sampling.n} samples.")
        return replace(reply, grammar="grammar" in extras, notice=" ".join(notices))

    def _chat(
        self, client: OpenAI, messages: Sequence[Message], sampling: Sampling, extras: Mapping[str, dict[str, Any]]
    ) -> Any:
        fields = {field: value for part in extras.values() for field, value in part.items()}
        if sampling.n > 1:
            fields["n"] = sampling.n
        if sampling.seed is not None:
            fields["seed"] = sampling.seed
        chat: Any = in_utf8([dict(message) for message in messages])
        create: Callable[..., Any] = client.chat.completions.with_raw_response.create
        return create(
            model=self.model,
            messages=chat,
            temperature=sampling.temperature,
            max_tokens=self._max_tokens,
            **fields,
        )

    def _give_up(self, name: str, error: LLMError) -> list[str]:
        """Stop sending a rejected parameter; returns a notice the first time."""
        with self._lock:
            if name in self._refused:
                return []
            self._refused.add(name)
        return [f"Requests no longer use {name}: {error}"]

    def _send(self, request: Callable[[OpenAI], Any], most: int = _MOST, *, about: bool = True) -> dict[str, Any]:
        """The JSON object in a response; any failure becomes an LLMError.

        most: maximum bytes of the response; about: whether the request names a model, which the server may not have.
        """
        import openai

        try:
            response = self._wire.send(request, most)
        except LLMError:
            raise
        except TooLate:
            hint = "Raise --timeout, or look at the server's log (`looksmith serve --status`)."
            raise LLMTimeout(f"The LLM server did not reply within {self._timeout:g} s.", hint=hint) from None
        except Odd as error:
            raise LLMError(f"The LLM server at {self.base_url} {error}.") from None
        except openai.APIConnectionError:
            raise self._unreachable() from None
        except openai.APIStatusError as error:
            if about and error.status_code == 404:
                raise self._not_found(error) from None
            raise _Refused(f"The LLM server refused the request ({error.status_code}): {_reason(error)}") from None
        except Exception as error:  # a malformed response can make the parser raise anything
            raise LLMError(f"Invalid reply from the LLM server: {told(error)}") from None
        return read_json(response.content, response.headers.get("content-type", ""))

    def _served(self) -> list[str]:
        try:
            names = read_models(self._send(lambda client: client.models.with_raw_response.list(), about=False))
        except _Refused as error:
            raise LLMError(f"{self.base_url} does not list its models: {error}") from None
        if not names:
            raise WrongModel(f"The server at {self.base_url} has no model.")
        return names

    def _unreachable(self) -> NoServer:
        hint = "Start one with `looksmith serve`, or pass another server's URL with --base-url."
        return NoServer(f"No LLM server answers at {self.base_url}.", hint=hint)

    def _not_found(self, error: Any) -> LLMError:
        served = self._served()
        if self.model in served:
            return _Refused(f"The LLM server refused the request ({error.status_code}): {_reason(error)}")
        names = ", ".join(served)
        return WrongModel(f"The server at {self.base_url} has no model {self.model!r}.", hint=f"It has {names}.")


class _Refused(LLMError):
    """The server rejected the request and gave a reason."""

    def names(self, extra: str) -> bool:
        """Whether the reason is about this parameter."""
        reason = self.message.lower()
        return any(word in reason for word in _WORDS[extra])


_WORDS = {
    "grammar": ("grammar", "structured_output", "structured output"),
    "logprobs": ("logprobs",),
}
"""The names that servers use for a parameter they reject."""


def _merged(parts: Sequence[Reply]) -> Reply:
    """Merge replies to the same conversation."""
    return Reply(
        tuple(sample for part in parts for sample in part.samples),
        parts[0].model,
        parts[0].prompt_tokens,
        sum(part.completion_tokens for part in parts),
        max(part.seconds for part in parts),
        grammar=all(part.grammar for part in parts),
        notice=" ".join(part.notice for part in parts if part.notice),
    )


def _reason(error: Any) -> str:
    """The server's message for an HTTP error, in one line."""
    return in_utf8(" ".join(str(error.message).split()))[:300]
