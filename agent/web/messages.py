"""Request bodies, and the formats of responses."""

from __future__ import annotations

import json
from typing import Annotated, Any

from fastapi.responses import HTMLResponse, JSONResponse
from pydantic import BaseModel, ConfigDict, Field, model_validator

from ..traces.trace import in_utf8


class Sent(BaseModel):
    """Base of request bodies. Lone surrogates, which JSON allows but text does not, become U+FFFD."""

    model_config = ConfigDict(extra="forbid")

    @model_validator(mode="before")
    @classmethod
    def _whole(cls, data: Any) -> Any:
        return in_utf8(data)


class Change(Sent):
    """Changes made on a run's page. results: by step number, as JSON (agent/traces/encode.py)."""

    results: dict[int, Any] = {}
    program: Annotated[str | None, Field(max_length=200_000)] = None
    start: int | None = None


class Expected(Sent):
    """The expected answer entered by the user."""

    expected: Annotated[str, Field(max_length=10_000)]


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
