"""The HTTP server of the service, which ends as gently as it can."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from socket import socket
from typing import Any

import uvicorn

from .engine import Engine
from .wire import GRACE


class Serving(uvicorn.Server):
    """Serves until SIGTERM or SIGINT; then calls what `stopping` holds, and gives the engine GRACE seconds."""

    def __init__(self, app: Any, engine: Engine, stopping: Iterable[Callable[[], None]]) -> None:
        wait = int(GRACE) + 5  # longer than the engine, which ends the questions that requests wait for
        super().__init__(uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=wait))
        self._engine = engine
        self._stopping = tuple(stopping)

    async def shutdown(self, sockets: list[socket] | None = None) -> None:
        """Take no more questions, and wait for those under way."""
        for tell in self._stopping:
            tell()
        ending = asyncio.get_running_loop().run_in_executor(None, self._engine.close, GRACE)
        await super().shutdown(sockets)
        await ending
