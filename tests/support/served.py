"""The service in this process: an engine over tools of the tests' own, and its HTTP side on a free port."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import uvicorn
from engines import Tools, bare_settings

from looksmith.agent.endpoint.app import create_service
from looksmith.agent.service.state import State
from looksmith.agent.session.engine import Engine


def options_of(home: Path, base_url: str, **more: Any) -> dict[str, Any]:
    """The options that a service is started with, as on the command line."""
    given = {"profile": str(home / "none.toml"), "base_url": base_url, "model": "", "device": "cpu"}
    return {**given, "tool_files": (), "servers": (), "isolation": "process", "ahead": True, "cache": True, **more}


@contextmanager
def engine(home: Path, base_url: str, tools: Tools) -> Iterator[Engine]:
    """An engine whose language model is at an address."""
    made = Engine(replace(bare_settings(home), base_url=base_url), tools=[tools])
    try:
        yield made
    finally:
        made.close()


@contextmanager
def http(made: Engine, token: str = "", *, private: bool = False) -> Iterator[str]:
    """The address of the engine's HTTP side."""
    listening = socket.create_server(("127.0.0.1", 0))
    address = f"http://127.0.0.1:{listening.getsockname()[1]}"
    app = create_service(made, State(made, address), token, private=private)
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", timeout_graceful_shutdown=1))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        yield address
    finally:
        server.should_exit = True
        thread.join()
        listening.close()
