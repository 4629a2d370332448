"""A vision-language model behind an OpenAI-compatible server, such as vLLM: images travel as data URLs."""

from __future__ import annotations

import base64
import io
import json
import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property, partial
from time import monotonic
from typing import Annotated, Any, Literal

from pydantic import Field

from ..core.errors import ToolError
from ..core.frozen import Frozen
from ..core.values import Image
from ..models.grounding.abilities import Abilities, AbilityStore
from ..models.grounding.families import FAMILIES, NONE, family_named
from ..models.grounding.family import Family
from ..models.grounding.probe import probe
from ..models.language.vlm import Refused, Token, Told, VLMRequest
from ..runtime.spec import Spec
from ..threads.openai_wire import Odd, OpenAIWire, TooLate

MOST = 2_000_000
"""Maximum bytes of a reply: 100 times the longest requested one."""
_PATIENCE = 5.0
"""Timeout in seconds for checking the server at start-up."""
_REFUSALS = (400, 415, 422)
"""Status codes of requests that will never succeed; others may be temporary, such as a wrong key or too many calls."""
_SILENCE = 10.0
"""Seconds before an unresponsive server is probed again."""


class ServedVlmOptions(Frozen):
    """A profile's options for a served model.

    base_url: ends in /v1; "writer" is the server of the language model. model: its name there, "" for the only one.
    timeout: of a whole reply, in seconds. parallel: concurrent requests, which the server batches.
    key_variable: the environment variable with the server's key, if it needs one.
    family: whose conventions it follows for boxes and points; "auto" decides by its name, or by the probe.
    probe: test the model's abilities at the first start, and offer no tool that it cannot serve.
    """

    base_url: str = "http://127.0.0.1:8000/v1"
    model: str = ""
    timeout: Annotated[float, Field(gt=0)] = 120.0
    parallel: Annotated[int, Field(ge=1, le=64)] = 8
    key_variable: str = "LOOKSMITH_VLM_KEY"
    family: Literal["auto", "qwen2.5-vl", "qwen3-vl", "internvl", "molmo", "smolvlm", "none"] = "auto"
    probe: bool = False


class ServedVlm:
    """Replies greedily to interleaved images and text. Thread-safe."""

    backend = "served-vlm"
    Options = ServedVlmOptions

    def __init__(self, spec: Spec, options: ServedVlmOptions | None = None) -> None:
        self._options = options or ServedVlmOptions()
        self._store = AbilityStore(spec.store.root / ".abilities")
        self._refused: set[str] = set()
        self._abilities: Abilities | None = None
        self._silent_until = 0.0

    def load(self) -> None:
        """Find the server and its model. Raises ToolError."""
        _ = self._model

    def reply(self, requests: Sequence[VLMRequest]) -> list[str]:
        """The likeliest reply to each request.

        Raises ToolError if no server answers, it does not have the model, or it does not accept images.
        """
        return [told.text for told in self._each(requests, {})]

    def tell(
        self, requests: Sequence[VLMRequest], *, likely: int = 0, extra: Mapping[str, Any] | None = None
    ) -> list[Told]:
        """The likeliest reply to each request, with its tokens if the server returns them. Raises as `reply`.

        likely: the number of alternatives per token. extra: fields of vLLM, which are no longer sent once the server
        has refused them.
        """
        wanted: dict[str, Any] = {"logprobs": {"logprobs": True, "top_logprobs": likely or None}}
        if extra:
            wanted["extra"] = {"extra_body": dict(extra)}
        return self._each(requests, wanted)

    @property
    def family(self) -> Family:
        """The family whose conventions the model follows. Raises ToolError if the server does not answer."""
        if self._options.family != "auto":
            return FAMILIES[self._options.family]
        known = self.abilities() if self._options.probe else None
        return FAMILIES[known.family] if known else family_named(self._model) or NONE

    def abilities(self, *, again: bool = False) -> Abilities | None:
        """What the model can do, by a probe that is kept; None if no server answers. again: probe again."""
        silent = monotonic() < self._silent_until
        if again or (self._abilities is None and not silent):
            try:
                self._abilities = self._seen(again=again)
            except ToolError:
                self._abilities, self._silent_until = None, monotonic() + _SILENCE
        return self._abilities

    def _seen(self, *, again: bool) -> Abilities:
        model = self._options.model or self._quick_model()
        known = None if again else self._store.get(model)
        if known is None:
            self._quick_model()
            given = self._options.family
            known = probe(self, model, None if given == "auto" else FAMILIES[given])
            self._store.put(known)
        return known

    @property
    def probed(self) -> bool:
        """Does the profile ask for a probe?"""
        return self._options.probe

    def _each(self, requests: Sequence[VLMRequest], wanted: Mapping[str, Any]) -> list[Told]:
        self.load()
        with ThreadPoolExecutor(min(self._options.parallel, max(len(requests), 1))) as pool:
            return list(pool.map(partial(self._ask, wanted=wanted), requests))

    def _ask(self, request: VLMRequest, wanted: Mapping[str, Any]) -> Told:
        """Send one request. Fields that the server refuses are not sent again."""
        while True:
            given = {name: fields for name, fields in wanted.items() if name not in self._refused}
            try:
                return self._sent(request, given)
            except Refused as error:
                reason = error.message.lower()
                name = next((name for name in given if any(word in reason for word in _WORDS[name])), None)
                if name is None:
                    raise
                self._refused.add(name)

    def _sent(self, request: VLMRequest, wanted: Mapping[str, Any]) -> Told:
        message: Any = {"role": "user", "content": [_part(part) for part in request.parts]}
        fields = {name: value for part in wanted.values() for name, value in part.items() if value is not None}
        told = self._wire_told(
            self._wire,
            lambda client: client.chat.completions.with_raw_response.create(
                model=self._model, messages=[message], max_tokens=request.max_tokens, temperature=0.0, **fields
            ),
        )
        try:
            choice = told["choices"][0] if told["choices"] else {"message": {"content": ""}}
            said, tokens = choice["message"]["content"], _tokens(choice)
        except (LookupError, TypeError, AttributeError, ValueError) as error:
            raise self._senseless(error) from None
        if not isinstance(said, str) or not said:
            raise Refused(f"{self._name} replied with nothing.")
        return Told(said, tokens, choice.get("finish_reason") == "length")

    def _wire_of(self, timeout: float) -> OpenAIWire:
        return OpenAIWire(self._options.base_url, os.environ.get(self._options.key_variable) or "none", timeout)

    @cached_property
    def _wire(self) -> OpenAIWire:
        return self._wire_of(self._options.timeout)

    @cached_property
    def _model(self) -> str:
        return self._served(self._wire)

    def _quick_model(self) -> str:
        """As `_model`, with the short timeout."""
        return self._served(self._wire_of(min(_PATIENCE, self._options.timeout)))

    def _served(self, wire: OpenAIWire) -> str:
        told = self._wire_told(wire, lambda client: client.models.with_raw_response.list())
        try:
            served = [str(model["id"]) for model in told["data"]]
        except (LookupError, TypeError) as error:
            raise self._senseless(error) from None
        wanted = self._options.model or (served[0] if len(served) == 1 else "")
        if wanted not in served:
            names = ", ".join(served) or "none"
            raise ToolError(
                f"The server at {self._options.base_url} has no model {wanted!r}."
                if wanted
                else f"The server at {self._options.base_url} has {len(served)} models.",
                hint=f"Name one in the profile (`model`): {names}.",
            )
        return wanted

    @property
    def _name(self) -> str:
        return f"The vision-language model at {self._options.base_url}"

    def _wire_told(self, wire: OpenAIWire, request: Callable[[Any], Any]) -> Any:
        """The response as JSON. Errors of the server become a ToolError."""
        import openai

        try:
            return json.loads(wire.send(request, MOST).content)
        except TooLate:
            hint = "Raise `timeout` in the profile, or look at the server's log."
            raise ToolError(f"{self._name} did not reply within {self._options.timeout:g} s.", hint=hint) from None
        except Odd as error:
            raise ToolError(f"{self._name} {error}.") from None
        except openai.APIConnectionError:
            hint = "Start one (vllm serve MODEL), or change `base_url` in the profile."
            raise ToolError(f"No server answers at {self._options.base_url}.", hint=hint) from None
        except openai.APIStatusError as error:
            reason = " ".join(str(error.message).split())[:300]
            kind = Refused if error.status_code in _REFUSALS else ToolError
            raise kind(f"{self._name} refused the request ({error.status_code}): {reason}") from None
        except ToolError:
            raise
        except Exception as error:  # an invalid response can raise any error while it is read
            raise self._senseless(error) from None

    def _senseless(self, error: Exception) -> ToolError:
        return ToolError(f"{self._name} gave a reply that makes no sense: {type(error).__name__} {error!s:.200}")


_WORDS = {"logprobs": ("logprob",), "extra": ("skip_special_tokens", "unrecognized", "unknown", "extra")}
"""How servers name a field that they do not accept."""


def _tokens(choice: Any) -> tuple[Token, ...]:
    """The tokens of a reply; empty if the server does not return them."""
    told: Any = choice.get("logprobs")
    pieces: Any = (told.get("content") if told else None) or ()
    return tuple(
        Token(
            str(one["token"]),
            float(one["logprob"]),
            {str(other["token"]): float(other["logprob"]) for other in one.get("top_logprobs") or ()},
        )
        for one in pieces
    )


def _part(part: Image | str) -> dict[str, Any]:
    if isinstance(part, str):
        return {"type": "text", "text": part}
    # PNG: what the model sees is exactly what the program holds.
    coded = io.BytesIO()
    part.pixels.save(coded, "PNG", compress_level=1)
    url = f"data:image/png;base64,{base64.b64encode(coded.getvalue()).decode()}"
    return {"type": "image_url", "image_url": {"url": url}}
