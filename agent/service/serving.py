"""The HTTP server of the service, with a graceful shutdown."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from socket import socket
from typing import Any

import uvicorn

from ..session.engine import Engine
from .wire import GRACE


class Serving(uvicorn.Server):
    """Serves until SIGTERM or SIGINT; then calls the functions in `stopping`, and gives the engine GRACE seconds."""

    def __init__(self, app: Any, engine: Engine, stopping: Iterable[Callable[[], None]]) -> None:
        super().__init__(uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=5))
        self._engine = engine
        self._stopping = tuple(stopping)

    async def shutdown(self, sockets: list[socket] | None = None) -> None:
        """Accept no more connections, wait for the questions in progress, then for the clients that receive their
        answers.
        """
        for tell in self._stopping:
            tell()
        for server in self.servers:
            server.close()
        await asyncio.get_running_loop().run_in_executor(None, self._engine.drain, GRACE)
        await super().shutdown(sockets)
