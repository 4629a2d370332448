"""HTTP requests to a language model's server, with limits on the time and the bytes of a whole response."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, wait
from functools import cached_property
from time import monotonic
from typing import TYPE_CHECKING, Any, TypeVar

from .llm import LLMError, LLMTimeout

if TYPE_CHECKING:
    from openai import OpenAI

T = TypeVar("T")


class Wire:
    """Sends requests. Thread-safe. timeout: seconds from the request to the last byte of the response."""

    def __init__(self, base_url: str, api_key: str, timeout: float) -> None:
        self._base_url = base_url
        self._api_key = api_key
        self._timeout = timeout
        self._local = threading.local()

    def send(self, request: Callable[[OpenAI], T], most: int) -> T:
        """The response to a request, limited in size. Raises LLMTimeout, LLMError, and what openai raises.

        The limits also hold for a server that trickles bytes, or sends endless headers.
        """
        end = monotonic() + self._timeout

        def work() -> T:
            self._local.limits = (end, most)
            return request(self._client)

        sent = in_thread(work)
        if not wait([sent], self._timeout).done:
            raise self.late()
        return sent.result()

    def late(self) -> LLMTimeout:
        """The error for a missing reply."""
        hint = "Raise --timeout, or check the server's log (`looksmith serve --status` prints its path)."
        return LLMTimeout(f"The LLM server did not reply within {self._timeout:g} s.", hint=hint)

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
        """Count the bytes that arrive. response: of the HTTP client."""
        if response.headers.get("content-encoding", "identity") != "identity":
            raise LLMError(
                f"The LLM server at {self._base_url} compresses its responses, although it was asked not to."
            )
        end, most = self._local.limits
        response.stream = _counting(response.stream, lambda came: self._check(came, end, most))

    def _check(self, came: int, end: float, most: int) -> None:
        if came > most:
            raise LLMError(f"The LLM server's response is longer than {most / 1e6:.0f} MB.")
        if monotonic() > end:
            raise self.late()


def in_thread(work: Callable[[], T]) -> Future[T]:
    """Run a function in a daemon thread, which does not delay the end of the process."""
    done: Future[T] = Future()

    def run() -> None:
        try:
            done.set_result(work())
        except BaseException as error:
            done.set_exception(error)

    threading.Thread(target=run, name="reply", daemon=True).start()
    return done


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
