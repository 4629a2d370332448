"""Chooses the language model: the server that the user named, else the one started by `looksmith serve`."""

from __future__ import annotations

import os
from pathlib import Path

from ...tools.profiles.profile import Profile
from ...tools.weights.store import Weights
from .chat import ChatClient
from .llm import TIMEOUT, NoServer
from .server.process import HOST, read_record
from .server.serve import PORT, ServerManager

_PATIENCE = 5.0
"""Seconds that a server may take to list its models."""


def connect(
    home: Path, base_url: str = "", model: str = "", *, timeout: float = TIMEOUT, max_tokens: int = 512
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
        record = read_record(home / "server.json")
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
