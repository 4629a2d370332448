"""The body of a chat completion request: the supported fields of OpenAI's API, and those that are refused."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ..traces.trace import in_utf8
from .errors import ApiError, bad

MODEL = "looksmith"
_REFUSED: Mapping[str, str] = {
    "tools": "Programs call looksmith's own tools; others cannot be passed.",
    "functions": "Programs call looksmith's own tools; others cannot be passed.",
    "audio": "Audio is not supported.",
    "logprobs": "Log-probabilities are not supported.",
}
"""Unsupported fields that would change the response. Other unknown fields are ignored, as by OpenAI's servers."""


class _Sent(BaseModel):
    model_config = ConfigDict(extra="ignore")


class Address(_Sent):
    """The location of a picture: an http or https address, or a data URL."""

    url: str


class PicturePart(_Sent):
    """A picture."""

    type: Literal["image_url"]
    image_url: Address


class TextPart(_Sent):
    """A text."""

    type: Literal["text"]
    text: str


class RequestMessage(_Sent):
    """One message of a conversation. System messages are ignored."""

    role: Literal["system", "developer", "user", "assistant"]
    content: str | list[Annotated[TextPart | PicturePart, Field(discriminator="type")]] | None = None

    @property
    def text(self) -> str:
        """Its texts, joined to one line."""
        parts = self.content if isinstance(self.content, list) else [TextPart(type="text", text=self.content or "")]
        return " ".join(" ".join(part.text.split()) for part in parts if isinstance(part, TextPart)).strip()

    @property
    def pictures(self) -> tuple[str, ...]:
        """Addresses and data URLs of its pictures."""
        parts = self.content if isinstance(self.content, list) else []
        return tuple(part.image_url.url for part in parts if isinstance(part, PicturePart))


class StreamOptions(_Sent):
    """Options of a streamed answer."""

    include_usage: bool | None = False


class ChatRequest(_Sent):
    """A request for a chat completion."""

    model: str
    messages: Annotated[list[RequestMessage], Field(min_length=1)]
    stream: bool | None = False
    stream_options: StreamOptions | None = None
    response_format: dict[str, Any] | None = None
    n: int | None = 1


def read_request(body: Any) -> ChatRequest:
    """The request in a body. Raises ApiError."""
    if not isinstance(body, dict):
        raise ApiError(400, "The body must be a JSON object.")
    given: dict[str, Any] = in_utf8(body)
    for name, reason in _REFUSED.items():
        if given.get(name):
            raise bad(reason, name, "unsupported_parameter")
    try:
        request = ChatRequest.model_validate(given)
    except ValidationError as error:
        raise _told(error) from None
    if request.n not in (None, 1):
        raise bad("n must be 1: a question has one answer.", "n", "unsupported_value")
    require_model(request.model)
    return request


def require_model(name: str) -> None:
    """Raise ApiError for an unknown model."""
    if name != MODEL:
        raise ApiError(404, f"There is no model {name!r:.100}, only {MODEL!r}.", code="model_not_found", param="model")


def _told(error: ValidationError) -> ApiError:
    """The first problem of a body; for a field of several forms, that of the closest form."""
    errors = error.errors(include_url=False)
    first = max((one for one in errors if one["loc"][:2] == errors[0]["loc"][:2]), key=lambda one: len(one["loc"]))
    places = [place for place in first["loc"] if not (isinstance(place, str) and place.startswith(("list[", "str")))]
    path = "".join(f"[{place}]" if isinstance(place, int) else f".{place}" for place in places).lstrip(".")
    return bad(f"{path}: {first['msg']}.", path, first["type"])
