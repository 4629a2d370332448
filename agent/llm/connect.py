"""Selects the language model: the server that the user named, else the one started by `looksmith serve`. Clients are
kept while the server stays the same.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from threading import Lock

from ...tools.profiles.profile import Profile
from ...tools.weights.store import Weights
from .chat import ChatClient
from .llm import LLM, MAX_TOKENS, TIMEOUT, NoServer
from .server.process import HOST, read_record
from .server.serve import PORT, ServerManager

_PATIENCE = 5.0
"""Seconds that a server may take to list its models."""
_CLIENTS = 16
"""Maximum number of clients that are kept, one for each pair of timeout and length."""
_STATE = "server.json"
"""The file in the home folder that changes when the language model's server is started or stopped."""


class LLMConnection:
    """Clients of the language model, made on demand and kept while its server stays the same. Thread-safe.

    connect: makes a client with limits on a reply's seconds and tokens; raises NoServer if there is no server.
    """

    def __init__(self, connect: Callable[[float, int], LLM], home: Path) -> None:
        self._connect = connect
        self._state = home / _STATE
        self._clients: dict[tuple[float, int], LLM] = {}
        self._stamp: tuple[int, int] | None = None
        self._lock = Lock()

    def client(self, timeout: float = TIMEOUT, max_tokens: int = MAX_TOKENS) -> LLM:
        """A client with these limits on a reply. Raises NoServer."""
        stamp = self._stamped()
        with self._lock:
            if stamp != self._stamp or len(self._clients) > _CLIENTS:
                self._clients.clear()
            known = self._clients.get((timeout, max_tokens))
        if known is not None:
            return known
        made = self._connect(timeout, max_tokens)
        with self._lock:
            self._stamp = self._stamped()
            self._clients[timeout, max_tokens] = made
        return made

    def drop(self) -> None:
        """Look up the server again next time: it may have been restarted at another address."""
        with self._lock:
            self._clients.clear()

    def _stamped(self) -> tuple[int, int] | None:
        try:
            status = self._state.stat()
        except OSError:
            return None
        return status.st_mtime_ns, status.st_ino


def connect(
    home: Path, base_url: str = "", model: str = "", *, timeout: float = TIMEOUT, max_tokens: int = MAX_TOKENS
) -> ChatClient:
    """A client of the server. The API key is read from `OPENAI_API_KEY`; local servers need none.

    Raises NoServer if no URL is given and no server is running.
    """
    key = os.environ.get("OPENAI_API_KEY", "none")
    if not base_url:
        manager = ServerManager(home, Weights(home / "weights"))
        server = manager.status()
        if server is None and manager.starting():
            raise NoServer("The LLM server is still starting.", hint=f"Its log is {manager.log}.")
        if server is None:
            hint = "Start one with `looksmith serve`, or pass another server's URL with --base-url."
            raise NoServer("No LLM server is running.", hint=hint)
        base_url, model = server.base_url, model or server.model
    return ChatClient(base_url, model, api_key=key, timeout=timeout, max_tokens=max_tokens)


def seeing_by_writer(profile: Profile, home: Path) -> Profile:
    """The profile with the language model's server behind the models that are said to be served by it.

    Where none is named and none runs, the address is the one at which `looksmith serve` would start it.
    """
    if not profile.writer_sees:
        return profile
    base_url, model = profile.llm.base_url, profile.llm.model
    if not base_url:
        record = read_record(home / _STATE)
        base_url = record.base_url if record else f"http://{HOST}:{PORT}/v1"
        model = record.model if record else model
    return profile.seen_by(base_url, model)


def problem_at(base_url: str) -> str:
    """Why no server answers at an address; "" where one does."""
    from http.client import HTTPException
    from urllib.error import HTTPError
    from urllib.request import urlopen

    try:
        with urlopen(f"{base_url.rstrip('/')}/models", timeout=_PATIENCE):  # noqa: S310  (the user's own address)
            return ""
    except HTTPError:
        return ""  # it answers, but may require a key
    except (OSError, ValueError, HTTPException) as error:
        return f"{base_url} does not answer: {error}"
