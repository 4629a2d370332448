"""Request bodies, and the formats of responses."""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal

from fastapi.responses import HTMLResponse, JSONResponse
from pydantic import BaseModel, ConfigDict, Field, model_validator

from ..pages.page import templates
from ..traces.trace import in_utf8
from .acts import Word


class RequestBody(BaseModel):
    """Base of request bodies. Lone surrogates, which JSON allows but text does not, become U+FFFD."""

    model_config = ConfigDict(extra="forbid")

    @model_validator(mode="before")
    @classmethod
    def _whole(cls, data: Any) -> Any:
        return in_utf8(data)


class Change(RequestBody):
    """Changes made on a run's page. results: by step number, as JSON (agent/traces/encode.py)."""

    results: dict[int, Any] = {}
    program: Annotated[str | None, Field(max_length=200_000)] = None
    start: int | None = None


class ExpectedBody(RequestBody):
    """The expected answer entered by the user."""

    expected: Annotated[str, Field(max_length=10_000)]


class Judgement(RequestBody):
    """A person's verdict on a run. Fields that are not sent stay as they are.

    answer: the right one, as they write it; boxes, program: as in `Change`, the right ones.
    """

    right: bool | None = None
    answer: Annotated[str | None, Field(max_length=10_000)] = None
    label_is_wrong: bool = False
    note: Annotated[str, Field(max_length=10_000)] = ""
    boxes: dict[int, Any] = {}
    program: Annotated[str | None, Field(max_length=200_000)] = None


class Marked(RequestBody):
    """Marked runs of the list, by id. action: what to do with them."""

    runs: Annotated[list[str], Field(max_length=1000)]
    action: Literal["remove", "keep", "release"]


class ActReply(RequestBody):
    """What a person says to an act."""

    word: Word


class Html(HTMLResponse):
    """An HTML response; characters that cannot be encoded, such as in odd file names, become `?`."""

    def render(self, content: Any) -> bytes:
        """As bytes."""
        return str(content).encode("utf-8", errors="replace")


class Json(JSONResponse):
    """A JSON response in ASCII, which can represent any Python string."""

    def render(self, content: Any) -> bytes:
        """As bytes."""
        return json.dumps(content).encode()


def rendered(template: str, **values: Any) -> Html:
    """A page made from a template."""
    return Html(templates().get_template(template).render(**values))
