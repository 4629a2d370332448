"""The interface of vision-language models: replies to interleaved text and images."""

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
    """A message with interleaved images and texts, as in Flamingo (Alayrac et al., NeurIPS 2022).

    max_tokens: maximum length of the reply.
    """

    parts: tuple[Image | str, ...]
    max_tokens: int = 64


class VisionLanguageModel(Loadable, Protocol):
    """A vision-language model."""

    def reply(self, requests: Sequence[Request]) -> list[str]:
        """The reply to each request, with greedy decoding. Raises ToolError."""
        ...


def spoken(reply: str) -> str:
    """Strip chat markup and whitespace from a reply. Raises ToolError if nothing is left."""
    text = _MARKUP.sub(" ", reply).strip()
    if not text:
        raise ToolError("The vision-language model said nothing.", hint="Ask differently, or give a larger image.")
    return text


def quoted(reply: str) -> str:
    """A reply for an error message: one line, truncated."""
    line = " ".join(reply.split())
    return repr(line if len(line) <= 120 else line[:117] + "...")
