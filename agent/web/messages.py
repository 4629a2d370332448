"""What pages send, and the forms of what goes back."""

from __future__ import annotations

import json
from typing import Annotated, Any

from fastapi.responses import HTMLResponse, JSONResponse
from pydantic import BaseModel, ConfigDict, Field, model_validator

from ..traces.trace import in_utf8


class Sent(BaseModel):
    """What a page sends. Halves of surrogate pairs, which JSON can have and text cannot, come as U+FFFD."""

    model_config = ConfigDict(extra="forbid")

    @model_validator(mode="before")
    @classmethod
    def _whole(cls, data: Any) -> Any:
        return in_utf8(data)


class Change(Sent):
    """What a person changed on a run's page. results: by the number of the step, as JSON (agent/traces/encode.py)."""

    results: dict[int, Any] = {}
    program: Annotated[str | None, Field(max_length=200_000)] = None
    start: int | None = None


class Expected(Sent):
    """What a person says the answer should have been."""

    expected: Annotated[str, Field(max_length=10_000)]


class Html(HTMLResponse):
    """A page; what is no text in it, such as a file name of other bytes, is `?`."""

    def render(self, content: Any) -> bytes:
        """As bytes."""
        return str(content).encode("utf-8", errors="replace")


class Json(JSONResponse):
    """JSON in ASCII: any text of Python can be written down so."""

    def render(self, content: Any) -> bytes:
        """As bytes."""
        return json.dumps(content).encode()
