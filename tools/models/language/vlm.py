"""The interface of vision-language models: replies to interleaved text and images."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from ...core.errors import ToolError
from ...core.over_model import Loadable
from ...core.values import Image

_MARKUP = re.compile(r"<\|[^|<>]{0,40}\|>|</?s>|<end_of_utterance>")


class Refused(ToolError):
    """The model's server answers, and does not take such a request: asked again, it would say the same."""


@dataclass(frozen=True)
class VLMRequest:
    """A message with interleaved images and texts, as in Flamingo (Alayrac et al., NeurIPS 2022).

    max_tokens: maximum length of the reply.
    """

    parts: tuple[Image | str, ...]
    max_tokens: int = 64


@dataclass(frozen=True)
class Token:
    """A piece of a reply, and its log-probability (natural logarithm).

    likely: the log-probabilities of the likeliest pieces in its place, as far as they were asked for.
    """

    text: str
    logprob: float
    likely: Mapping[str, float] = field(default_factory=dict[str, float])


@dataclass(frozen=True)
class Told:
    """A reply, with its pieces where the model tells how likely they were. cut: it ended at the token limit."""

    text: str
    tokens: tuple[Token, ...] = ()
    cut: bool = False

    def sureness(self, span: tuple[int, int]) -> float | None:
        """The geometric mean of the probabilities of the numbers in a part of the text; None without pieces.

        What stands between the numbers is as good as certain, and says nothing.

        span: offsets of its first character and of the one behind its last.
        """
        # The pieces may have chat markup before and after the text.
        offset = "".join(token.text for token in self.tokens).find(self.text)
        if not self.tokens or offset < 0:
            return None
        start, end = span[0] + offset, span[1] + offset
        inside, place = list[float](), 0
        for token in self.tokens:
            number = any(character.isdigit() for character in token.text)
            if number and place < end and place + len(token.text) > start:
                inside.append(token.logprob)
            place += len(token.text)
        return min(math.exp(sum(inside) / len(inside)), 1.0) if inside else None


class VisionLanguageModel(Loadable, Protocol):
    """A vision-language model."""

    def reply(self, requests: Sequence[VLMRequest]) -> list[str]:
        """The reply to each request, with greedy decoding. Raises ToolError."""
        ...


def told(
    model: VisionLanguageModel,
    requests: Sequence[VLMRequest],
    *,
    likely: int = 0,
    extra: Mapping[str, Any] | None = None,
) -> list[Told]:
    """The reply to each request, with its pieces where the model can tell them. Raises ToolError.

    likely: how many of the likeliest pieces are wanted for each place. extra: more fields for a server.
    """
    tell = getattr(model, "tell", None)
    if tell is None:
        return [Told(reply) for reply in model.reply(requests)]
    return tell(requests, likely=likely, extra=extra or {})


def blanked(reply: str) -> str:
    """The reply with spaces in place of chat markup: whatever else is in it stays where it is."""
    return _MARKUP.sub(lambda found: " " * len(found[0]), reply)


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
