"""Requests to an OpenAI-compatible server, with limits on the time, the bytes and the nesting of a whole response."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import wait
from functools import cached_property
from time import monotonic
from typing import TYPE_CHECKING, Any, TypeVar

from .crew import aside

if TYPE_CHECKING:
    from openai import OpenAI

T = TypeVar("T")

_DEEPEST = 100
"""Maximum nesting of a response's JSON. A parser that hits Python's recursion limit leaves nothing for what runs in it,
such as the garbage collector's finalizers."""
_BRACKETS = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?|([\[{])|([\]}])', re.DOTALL)


class TooLate(Exception):
    """The reply was not there in time."""


class Odd(Exception):
    """An invalid reply. The message is appended to the server's name."""


class OpenAIWire:
    """Sends requests. Thread-safe. timeout: seconds from the request to the last byte of the response."""

    def __init__(self, base_url: str, api_key: str, timeout: float) -> None:
        self._base_url = base_url
        self._api_key = api_key
        self._timeout = timeout
        self._local = threading.local()

    def send(self, request: Callable[[OpenAI], T], most: int) -> T:
        """The response to a request, limited in size and nesting. Raises TooLate, Odd, and what openai raises.

        The limits also hold for a server that trickles bytes, or sends endless headers.
        """
        import openai

        end = monotonic() + self._timeout
        try:
            return self._sent(request, most, end)
        except openai.APITimeoutError:
            raise TooLate from None
        except openai.APIConnectionError as error:
            if isinstance(error.__cause__, TooLate | Odd):
                raise error.__cause__ from None
        # A server may close a kept connection at the very moment at which the next request takes it.
        try:
            return self._sent(request, most, end)
        except openai.APITimeoutError:
            raise TooLate from None
        except openai.APIConnectionError as error:
            raise (error.__cause__ if isinstance(error.__cause__, TooLate | Odd) else error) from None

    def _sent(self, request: Callable[[OpenAI], T], most: int, end: float) -> T:
        def work() -> T:
            self._local.limits = (end, most)
            return request(self._client)

        sent = aside(work)  # nothing waits for it, not even the end of the process
        if not wait([sent], max(end - monotonic(), 0.0)).done:
            raise TooLate
        return sent.result()

    @cached_property
    def _client(self) -> OpenAI:
        import openai

        # A compressed response could expand to any size.
        plain = {"Accept-Encoding": "identity"}
        http = openai.DefaultHttpxClient(event_hooks={"response": [self._limit]}, timeout=self._timeout)
        return openai.OpenAI(
            base_url=self._base_url,
            api_key=self._api_key,
            timeout=self._timeout,
            max_retries=0,
            http_client=http,
            default_headers=plain,
        )

    def _limit(self, response: Any) -> None:
        """Read the response within the limits. response: of the HTTP client."""
        if response.headers.get("content-encoding", "identity") != "identity":
            raise Odd("compresses its responses, although it was asked not to")
        end, most = self._local.limits
        response.stream = _counting(response.stream, lambda came: _check(came, end, most))
        body = response.read()
        if json.detect_encoding(body) not in ("utf-8", "utf-8-sig"):  # its brackets would not be seen
            raise Odd("sent a response that is not in UTF-8")
        if _deep(body):
            raise Odd(f"sent a response that is nested over {_DEEPEST} levels deep")


def _check(came: int, end: float, most: int) -> None:
    if came > most:
        raise Odd(f"sent a response that is longer than {most / 1e6:.0f} MB")
    if monotonic() > end:
        raise TooLate


def _deep(body: bytes) -> bool:
    """Whether brackets outside of strings are nested deeper than any reply."""
    depth = 0
    for found in _BRACKETS.finditer(body):
        depth += (found[1] is not None) - (found[2] is not None)
        if depth > _DEEPEST:
            return True
    return False


def _counting(stream: Any, check: Callable[[int], None]) -> Any:
    """A response stream that counts its chunks, of the HTTP client's type."""
    kind: Any = next(base for base in type(stream).__mro__ if base.__name__ == "SyncByteStream")

    class Counting(kind):
        def __iter__(self) -> Iterator[bytes]:
            came = 0
            for part in stream:
                came += len(part)
                check(came)
                yield part

        def close(self) -> None:
            stream.close()

    return Counting()
