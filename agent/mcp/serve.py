"""Serves the protocol: over standard input and output, or as streamable HTTP."""

from __future__ import annotations

import secrets
import socket
from typing import Any

import anyio
import uvicorn
from mcp.server import Server
from mcp.server.stdio import stdio_server
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

MAX_BODY = 200_000_000
"""Maximum bytes of a request: the largest accepted picture, in base64."""


def serve_stdio(server: Server[Any]) -> None:
    """Serve over standard input and output until the client closes its end."""
    anyio.run(_stdio, server)


def serve_http(server: Server[Any], listening: socket.socket, host: str, token: str = "") -> None:
    """Serve over HTTP until interrupted. token: required from callers; without one, only this machine may call."""
    app: ASGIApp = server.streamable_http_app(host=host, max_request_body_size=MAX_BODY)
    app = Bearer(app, token) if token else app
    running = uvicorn.Server(uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=2))
    running.run(sockets=[listening])


class Bearer:
    """Requires the token."""

    def __init__(self, app: ASGIApp, token: str) -> None:
        self._app = app
        self._wanted = f"Bearer {token}".encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or refuse it."""
        given = dict(scope.get("headers", ())).get(b"authorization", b"")
        if scope["type"] == "http" and not secrets.compare_digest(given, self._wanted):
            refusal = PlainTextResponse("Send the header `Authorization: Bearer TOKEN`.", 401)
            refusal.headers["WWW-Authenticate"] = "Bearer"
            await refusal(scope, receive, send)
            return
        await self._app(scope, receive, send)


async def _stdio(server: Server[Any]) -> None:
    async with stdio_server() as (read, write):
        await server.run(read, write, server.create_initialization_options())
