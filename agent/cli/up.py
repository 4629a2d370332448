"""The command `looksmith up`: the warm service."""

from __future__ import annotations

import os
import secrets
import signal
import sys
from collections.abc import Callable, Mapping
from contextlib import closing, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ...tools.core.errors import PrerequisiteError
from ...tools.core.packages import require
from ..console.command import EXIT, home_option, json_option, note, print_json, say, told
from ..console.options import (
    address_options,
    ahead_options,
    cache_options,
    sandbox_options,
    server_options,
    settings_of,
    tool_options,
)

if TYPE_CHECKING:
    from ..setup.settings import Settings

PORT = 8076
TOKEN = "LOOKSMITH_TOKEN"  # noqa: S105  (the name of a variable)
_OWN = ("foreground", "stop", "status", "as_json")
"""Options that say what to do with a service, not what it is like."""


@click.command("up")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on; others need a token.")
@click.option(
    "--port",
    default=PORT,
    show_default=True,
    envvar="LOOKSMITH_PORT",
    type=click.IntRange(0, 65535),
    help="0 picks a free port.",
)
@click.option("--load/--no-load", default=True, show_default=True, help="Load all models now, not on first use.")
@click.option("--private-urls", is_flag=True, help="Fetch pictures from this machine and its network, too.")
@click.option("--foreground", is_flag=True, help="Stay in this process, as systemd and containers need.")
@click.option("--stop", is_flag=True, help="Stop the service.")
@click.option("--status", is_flag=True, help="Show whether the service is running.")
@address_options
@tool_options
@server_options
@cache_options
@sandbox_options
@ahead_options
@home_option
@json_option
@click.pass_context
def up(context: click.Context, stop: bool, status: bool, home: Path, as_json: bool, **options: Any) -> None:
    """Start the warm service: the language model's server, and looksmith with its models in memory.

    It stays in the background. `looksmith ask` uses it if its options are the same; the viewer, OpenAI's API
    (/v1) and /health are at the address that is printed. Callers from other machines need the token in LOOKSMITH_TOKEN,
    or the one that is printed. When stopped, it gives questions in progress 10 seconds to end.
    """
    home = home.absolute()
    with told(as_json):
        require("view", "fastapi", "uvicorn", "multipart")
        from ..service import running
        from ..service.client import health
        from ..service.wire import fit, misfit

        if stop:
            stopped = running.stop(home)
            print_json({"stopped": stopped}) if as_json else click.echo("Stopped." if stopped else _NONE)
            return
        if options["foreground"]:
            _serve(home, options)
            return
        state = health(home)
        if state and not status and (other := misfit(state["fit"], fit(home, options))):
            hint = "Stop it first: looksmith up --stop"
            raise PrerequisiteError(f"A service with other settings is running: {other}.", hint=hint)
        if state is None and not status:
            options["token"] = _token(options["host"])
            state = running.start(home, _arguments(context), note, {TOKEN: options["token"]})
    _show(state, as_json, options.get("token", ""))


_NONE = "No service is running."


def _show(state: Mapping[str, Any] | None, as_json: bool, token: str) -> None:
    """Print what a service says about itself, and exit."""
    if as_json:
        print_json({"running": state is not None, **{k: v for k, v in (state or {}).items() if k != "fit"}})
    elif state is None:
        click.echo(_NONE)
    else:
        loaded = sum(state["models"].values())
        llm = state["llm"]
        say(f"{state['address']} (process {state['pid']}, profile {state['profile']}, {loaded} tools loaded)")
        say(f"language model: {llm.get('base_url', '')} {llm.get('problem', '')}".rstrip())
        if token:
            say(f"token: {token}")
        for name, problem in state["problems"].items():
            note(f"{name}: {problem}")
    sys.exit(0 if state else EXIT["prerequisite"])


def _arguments(context: click.Context) -> list[str]:
    """The options of this command for another process."""
    words: list[str] = []
    for parameter in context.command.params:
        value = context.params.get(parameter.name or "")
        if parameter.name in _OWN or not isinstance(parameter, click.Option):
            continue
        if parameter.is_flag:
            words += parameter.opts[:1] if value else parameter.secondary_opts[:1]
        elif parameter.multiple:
            words += [word for one in value or () for word in (parameter.opts[0], str(one))]
        elif value not in (None, ""):
            words += [parameter.opts[0], str(value)]
    return words


def _token(host: str) -> str:
    """What callers from other machines have to send; "" where there are none."""
    from ..web.guard import LOOPBACK

    return "" if host in LOOPBACK else os.environ.get(TOKEN) or secrets.token_urlsafe(24)


def _serve(home: Path, options: dict[str, Any]) -> None:
    """Serve in this process until it is stopped."""
    from ..endpoint.app import create_service
    from ..service.local import LocalDoor
    from ..service.running import alone
    from ..service.serving import Serving
    from ..service.state import State
    from ..service.wire import fit
    from ..session.engine import Engine
    from .view import listen

    signal.signal(signal.SIGTERM, _end)  # while models are loaded; uvicorn has a handler of its own
    host, token = options["host"], _token(options["host"])
    made_up = "" if os.environ.get(TOKEN) else token  # one that is known need not stand in a log
    settings = settings_of(home, options)
    with alone(home), closing(listen(host, options["port"])) as listening:
        stop_llm = _language_model(settings)
        try:
            with closing(Engine(settings)) as engine:
                if options["load"]:
                    engine.load()
                shown = f"[{host}]" if ":" in host else host
                state = State(engine, f"http://{shown}:{listening.getsockname()[1]}")
                app = create_service(engine, state, token, private=options["private_urls"])
                listening.listen()  # who hears that the service is ready may call at once
                with closing(LocalDoor(engine, fit(home, options), state)) as door, suppress(KeyboardInterrupt):
                    say(f"{state.address}" + (f"/?token={made_up}" if made_up else ""))
                    Serving(app, engine, (state.stop, door.close)).run(sockets=[listening])
        finally:
            stop_llm()


def _end(_number: int, _frame: object) -> None:
    sys.exit(0)


def _language_model(settings: Settings) -> Callable[[], object]:
    """Start its server where none runs and no other is named; what ends it, if it is ours."""
    if settings.load_profile().llm.base_url:
        return lambda: None
    manager = settings.llm_server()
    others = manager.exists()
    manager.start(device=settings.llm_device, report=note)
    return (lambda: None) if others else manager.stop
