"""What a vision-language model is to the tools: it replies to text and images in any order."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from ...core.errors import ToolError
from ...core.over_model import Loadable
from ...core.values import Image

_MARKUP = re.compile(r"<\|[^|<>]{0,40}\|>|</?s>|<end_of_utterance>")


@dataclass(frozen=True)
class Request:
    """One message to a model, as Flamingo takes it: images and texts interleaved (Alayrac et al., NeurIPS 2022).

    max_tokens: the longest reply.
    """

    parts: tuple[Image | str, ...]
    max_tokens: int = 64


class VisionLanguageModel(Loadable, Protocol):
    """A model that looks and speaks."""

    def reply(self, requests: Sequence[Request]) -> list[str]:
        """The likeliest reply to each request. Raises ToolError."""
        ...


def spoken(reply: str) -> str:
    """A reply without chat markup and without spaces around it. Raises ToolError when nothing is left."""
    text = _MARKUP.sub(" ", reply).strip()
    if not text:
        raise ToolError("The vision-language model said nothing.", hint="Ask differently, or give a larger image.")
    return text


def quoted(reply: str) -> str:
    """A reply in an error message: one line, of bounded length."""
    line = " ".join(reply.split())
    return repr(line if len(line) <= 120 else line[:117] + "...")
