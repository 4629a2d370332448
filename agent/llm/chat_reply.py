"""Validates responses, because servers and the proxies in front of them may send anything.

Missing or malformed optional parts (token counts, log-probabilities) are dropped; a reply without text is an error.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from typing import Any, cast

from ..traces.trace import in_utf8
from .llm import LLMError, Reply, Sample

MAX_TEXT = 128_000
"""Maximum characters of a sample. No program is longer; samples are parsed, stored and sent back to the model."""


def read_json(body: bytes, kind: str = "") -> dict[str, Any]:
    """Parse the JSON object of a response. kind: its Content-Type. Raises LLMError."""
    try:
        found = json.loads(body)
    except ValueError as error:
        said = " ".join(body[:200].decode("utf-8", errors="replace").split())
        form = f" ({kind})" if kind and "json" not in kind else ""
        hint = "Check that --base-url ends in the server's /v1." if form else ""
        raise _senseless(f"not JSON{form}: {type(error).__name__}, {said!r:.120}", hint) from None
    if not isinstance(found, dict):
        raise _senseless(f"not an object: {found!r:.60}")
    told = cast("dict[str, Any]", found)
    if told.get("error") and not told.get("choices") and not told.get("data"):
        raise LLMError(f"The LLM server failed: {_line(told['error'])}")
    return told


def read_chat(told: dict[str, Any], model: str, n: int) -> Reply:
    """Parse a reply of the chat API. Raises LLMError.

    model: the requested model; n: the requested number of samples.
    """
    choices = _list(told.get("choices"))
    if not choices:
        raise LLMError("The LLM server's reply is empty.")
    usage = _table(told.get("usage"))
    name = told.get("model")
    return Reply(
        tuple(map(_sample, choices[: max(n, 1)])),
        in_utf8(name)[:200] if isinstance(name, str) and name else model,
        _count(usage.get("prompt_tokens")),
        _count(usage.get("completion_tokens")),
        0.0,
    )


def read_models(told: dict[str, Any]) -> list[str]:
    """Parse the names of a server's models."""
    names = (_table(one).get("id") for one in _list(told.get("data")))
    return [in_utf8(name) for name in names if isinstance(name, str) and name]


def _sample(choice: Any) -> Sample:
    part = _table(choice)
    message = part.get("message")
    if not isinstance(message, dict):
        raise _senseless("a choice has no message")
    text = in_utf8(_text(cast("dict[str, Any]", message).get("content")))
    tokens = [_number(_table(one).get("logprob")) for one in _list(_table(part.get("logprobs")).get("content"))]
    known = [logprob for logprob in tokens if logprob is not None]
    mean = sum(known) / len(known) if known and len(known) == len(tokens) else None
    return Sample(text[:MAX_TEXT], mean, part.get("finish_reason") == "length" or len(text) > MAX_TEXT)


def _text(content: Any) -> str:
    """A message's text, which may come in parts; None or "" if the model only called functions."""
    if content is None:
        return ""
    if isinstance(content, str):
        return content
    if not isinstance(content, list):
        raise _senseless(f"a message's content is {content!r:.60}")
    parts = (_table(part).get("text") for part in cast("list[Any]", content))
    return "".join(part for part in parts if isinstance(part, str))


def _count(value: Any) -> int:
    number = _number(value)
    return int(number) if number is not None and 0 <= number < 1e12 else 0


def _number(value: Any) -> float | None:
    try:
        number = float(value) if isinstance(value, int | float) else math.nan
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def _table(value: Any) -> dict[str, Any]:
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def _list(value: Any) -> Sequence[Any]:
    return cast("list[Any]", value) if isinstance(value, list) else ()


def _line(error: Any) -> str:
    said = _table(error).get("message", error)
    return in_utf8(" ".join(str(said).split()))[:300]


def _senseless(what: str, hint: str = "") -> LLMError:
    return LLMError(f"Invalid reply from the LLM server: {in_utf8(what)}.", hint=hint)
