"""`looksmith view`: starts the viewer, a local web server."""

from __future__ import annotations

import secrets
import socket
import webbrowser
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import click

from ...tools.core.errors import InputError, PrerequisiteError
from ..console.command import home_option, note, say, told
from ..console.options import llm_from, llm_options, sandbox_options, server_options, settings_of, tool_options
from .replay import only_option

PORT = 8078


@click.command("view")
@click.argument("names", nargs=-1, metavar="[RUN]...")
@click.option(
    "--host",
    default="127.0.0.1",
    show_default=True,
    help="Address to listen on; any other than localhost requires a token.",
)
@click.option("--port", default=PORT, show_default=True, type=click.IntRange(0, 65535), help="0 picks a free port.")
@click.option("--open", "open_page", is_flag=True, help="Open the page in your browser.")
@llm_options
@only_option
@tool_options
@server_options
@sandbox_options
@home_option
def view_command(names: tuple[str, ...], host: str, port: int, open_page: bool, home: Path, **options: Any) -> None:
    """View runs in your browser: what each step saw, what went wrong, and what a different result would change.

    Lists the runs of the home folder, plus each RUN, a folder elsewhere.
    """
    with told(as_json=False):
        missing = [name for name in ("fastapi", "uvicorn", "multipart") if find_spec(name) is None]
        if missing:
            raise PrerequisiteError(f"The viewer needs {', '.join(missing)}.", hint="pip install 'looksmith[view]'")
        listening = listen(host, port)
        import uvicorn

        from ..session.workshop import Workshop
        from ..web.acts import Acts
        from ..web.app import create_app
        from ..web.guard import LOOPBACK

        token = "" if host in LOOPBACK else secrets.token_urlsafe(16)
        acts = Acts()
        settings = replace(settings_of(home, options), consent=acts.granted)

        def workshop(profile: str) -> Workshop:
            chosen = replace(settings, profile=profile)
            return Workshop(chosen, lambda: llm_from(options, chosen))

        others = [settings.runs.find(name) for name in names]
        app = create_app(workshop(settings.profile), token, others, workshop, acts)
        shown = f"[{host}]" if ":" in host else host
        address = f"http://{shown}:{listening.getsockname()[1]}/" + (f"?token={token}" if token else "")
        say(address)
        note("Press Ctrl+C to stop.")
        if open_page:
            webbrowser.open(address)
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=2))
        server.run(sockets=[listening])


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens there. Raises InputError."""
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        made = socket.socket(family, socket.SOCK_STREAM)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind((host, port))
    except OSError as error:
        hint = "Choose another port; --port 0 picks a free one."
        raise InputError(f"Cannot listen on {host}, port {port}: {error.strerror}.", hint=hint) from None
    return made
