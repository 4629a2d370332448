"""The command `looksmith mcp`: looksmith as a server for MCP clients."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Any

import click

from ...tools.core.errors import InputError
from ...tools.core.packages import require
from ..console.command import home_option, note, told
from ..console.options import (
    cache_options,
    llm_from,
    llm_options,
    sandbox_options,
    server_options,
    settings_of,
    tool_options,
    writing_from,
    writing_options,
)
from .replay import only_option
from .view import listen


@click.command("mcp")
@click.option(
    "--http",
    "address",
    metavar="HOST:PORT",
    help="Serve streamable HTTP at this address instead of standard input and output.",
)
@click.option(
    "--root",
    "roots",
    multiple=True,
    type=click.Path(path_type=Path),
    help="Let clients name pictures below this folder.",
)
@click.option("--private-urls", is_flag=True, help="Fetch pictures from this machine and its network, too.")
@only_option
@llm_options
@writing_options
@tool_options
@server_options
@cache_options
@sandbox_options
@home_option
def mcp_command(address: str | None, roots: tuple[Path, ...], private_urls: bool, home: Path, **options: Any) -> None:
    """Serve looksmith's tools over MCP: ask_image, run_program, explain_run, and each vision tool.

    It uses standard input and output, as clients expect; with --http, it is a server of its own. Callers from other
    machines then need the token that is printed, or the one in LOOKSMITH_TOKEN.
    """
    with told(as_json=False):
        require("mcp", "mcp", "supervision")
        from importlib.metadata import version

        from ..mcp.client_pictures import PictureDoor
        from ..mcp.held_values import HeldValues
        from ..mcp.serve import serve_http, serve_stdio
        from ..mcp.server import McpServer
        from ..session.engine import Engine

        for root in roots:
            if not root.is_dir():
                raise InputError(f"There is no folder {root}.")
        settings, held = settings_of(home, options), HeldValues()
        settings.load_profile()
        engine = Engine(settings, lambda _seconds, _tokens: llm_from(options, settings))
        made = McpServer(engine, PictureDoor(held, roots, private=private_urls), held, writing_from(options))
        server = made.server(version("looksmith"))
        try:
            if address is None:
                serve_stdio(server)
                return
            host, port = _address(address)
            token = "" if host in ("127.0.0.1", "localhost", "::1") else _token()
            listening = listen(host, port)
            listening.listen()  # who reads the address may call at once
            shown = f"[{host}]" if ":" in host else host
            note(f"http://{shown}:{listening.getsockname()[1]}/mcp")
            if token:
                note(f"Authorization: Bearer {token}")
            serve_http(server, listening, host, token)
        finally:
            engine.close()


def _address(text: str) -> tuple[str, int]:
    """Host and port. Raises InputError."""
    host, _, port = text.rpartition(":")
    if not host or not port.isdigit() or int(port) > 65535:
        raise InputError(f"{text} is not an address.", hint="Write HOST:PORT, such as 127.0.0.1:8079.")
    return host.strip("[]"), int(port)


def _token() -> str:
    return os.environ.get("LOOKSMITH_TOKEN") or secrets.token_urlsafe(24)
