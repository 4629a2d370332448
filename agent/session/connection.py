"""The client of the language model, made on first use and kept as long as the server answers."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock

from ..llm.llm import LLM


class LLMConnection:
    """Threads may share it. connect: makes a client; it raises LLMError where there is no server."""

    def __init__(self, connect: Callable[[], LLM]) -> None:
        self._connect = connect
        self._client: LLM | None = None
        self._lock = Lock()

    def client(self) -> LLM:
        """The client. Raises LLMError."""
        with self._lock:
            if self._client is None:
                self._client = self._connect()
            return self._client

    def drop(self) -> None:
        """Look for the server anew next time: it may have been started again at another address."""
        with self._lock:
            self._client = None
