"""A vision-language model on an OpenAI-compatible server, such as vLLM; images are sent as data URLs."""

from __future__ import annotations

import base64
import io
import json
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from typing import Annotated, Any

from pydantic import Field

from ...core.errors import ToolError
from ...core.frozen import Frozen
from ...core.values import Image
from ...runtime.spec import Spec
from ...threads.openai_wire import Odd, TooLate, Wire
from .vlm import Request

MOST = 2_000_000
"""Bytes of a reply: the longest that is asked for takes a hundredth of it."""


class ServedVlmOptions(Frozen):
    """Options for a served model in a profile.

    base_url: ends in /v1. model: its name there, "" if there is only one.
    timeout: seconds for a whole reply. parallel: concurrent requests, which the server batches.
    key_variable: the environment variable with the server's API key, if required.
    """

    base_url: str = "http://127.0.0.1:8000/v1"
    model: str = ""
    timeout: Annotated[float, Field(gt=0)] = 120.0
    parallel: Annotated[int, Field(ge=1, le=64)] = 8
    key_variable: str = "LOOKSMITH_VLM_KEY"


class ServedVlm:
    """Replies to interleaved images and text, with greedy decoding. Thread-safe."""

    backend = "served-vlm"
    Options = ServedVlmOptions

    def __init__(self, spec: Spec, options: ServedVlmOptions | None = None) -> None:
        self._options = options or ServedVlmOptions()

    def load(self) -> None:
        """Connect to the server and check the model. Raises ToolError."""
        _ = self._model

    def reply(self, requests: Sequence[Request]) -> list[str]:
        """The reply to each request, with greedy decoding.

        Raises ToolError if no server answers, it does not have the model, or it does not accept images.
        """
        self.load()
        with ThreadPoolExecutor(min(self._options.parallel, max(len(requests), 1))) as pool:
            return list(pool.map(self._ask, requests))

    def _ask(self, request: Request) -> str:
        message: Any = {"role": "user", "content": [_part(part) for part in request.parts]}
        told = self._told(
            lambda client: client.chat.completions.with_raw_response.create(
                model=self._model, messages=[message], max_tokens=request.max_tokens, temperature=0.0
            )
        )
        try:
            said = told["choices"][0]["message"]["content"] if told["choices"] else ""
        except (LookupError, TypeError) as error:
            raise self._senseless(error) from None
        if not isinstance(said, str) or not said:
            raise ToolError(f"{self._name} replied with nothing.")
        return said

    @cached_property
    def _wire(self) -> Wire:
        key = os.environ.get(self._options.key_variable) or "none"
        return Wire(self._options.base_url, key, self._options.timeout)

    @cached_property
    def _model(self) -> str:
        told = self._told(lambda client: client.models.with_raw_response.list())
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

    def _told(self, request: Callable[[Any], Any]) -> Any:
        """What a request is answered with, as JSON; what went wrong with the server becomes a ToolError."""
        import openai

        try:
            return json.loads(self._wire.send(request, MOST).content)
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
            raise ToolError(f"{self._name} refused the request ({error.status_code}): {reason}") from None
        except ToolError:
            raise
        except Exception as error:  # whatever a server sends can make its reader raise anything
            raise self._senseless(error) from None

    def _senseless(self, error: Exception) -> ToolError:
        return ToolError(f"{self._name} sent an invalid reply: {type(error).__name__} {error!s:.200}")


def _part(part: Image | str) -> dict[str, Any]:
    if isinstance(part, str):
        return {"type": "text", "text": part}
    # PNG is lossless: the model sees exactly the program's image.
    coded = io.BytesIO()
    part.pixels.save(coded, "PNG", compress_level=1)
    url = f"data:image/png;base64,{base64.b64encode(coded.getvalue()).decode()}"
    return {"type": "image_url", "image_url": {"url": url}}
