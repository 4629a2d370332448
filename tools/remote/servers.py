"""Configuration of MCP servers: tables `[mcp.NAME]` of a profile, or a command or address on the command line."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from string import Template
from threading import Lock
from typing import TYPE_CHECKING, Annotated, Literal
from weakref import WeakValueDictionary

from pydantic import Field, model_validator

from ..core.errors import InputError
from ..core.frozen import Frozen
from ..core.packages import require
from .connection import Connection
from .content import Sent

if TYPE_CHECKING:
    from mcp import Client

MAX_MESSAGE = 150_000_000
"""Maximum bytes of a message: the largest accepted picture, as text."""
_STARTERS = frozenset({"npx", "bunx", "uvx", "node", "python", "python3", "env", "sh", "bash"})


class RemoteServer(Frozen):
    """A table `[mcp.NAME]`: an MCP server, either as a command to start or as an address.

    command: as for a shell, or as a list. url: of streamable HTTP. Exactly one of the two.
    env: variables for the command in addition to PATH and HOME; headers: of requests to the address. `$NAME` in them
        is a variable of this process's environment.
    tools: the offered ones, by the server's names; default: all.
    returns: result types of tools without an output schema, by the server's names.
    images: arguments, as "TOOL.ARGUMENT", that take a picture without saying so in their schema, and how to send it.
    timeout: of a call, in seconds.
    """

    command: str | tuple[str, ...] = ()
    url: str = ""
    env: Mapping[str, str] = {}
    headers: Mapping[str, str] = {}
    tools: tuple[str, ...] = ()
    returns: Mapping[str, Literal["Image", "list[Image]", "str", "Any"]] = {}
    images: Mapping[str, Sent] = {}
    timeout: Annotated[float, Field(gt=0)] = 120.0

    @model_validator(mode="after")
    def _require_one(self) -> RemoteServer:
        if bool(self.command) == bool(self.url):
            raise ValueError("a server has either a command or an url")
        return self

    @classmethod
    def of(cls, text: str) -> RemoteServer:
        """Parse a server from the command line. Raises InputError."""
        if text.startswith(("http://", "https://")):
            return cls(url=text)
        try:
            words = tuple(shlex.split(text))
        except ValueError as error:
            raise InputError(f"The command {text!r} cannot be read: {error}.") from None
        if not words:
            raise InputError("The command of an MCP server is empty.", hint="Name a command, or an address.")
        return cls(command=words)

    @property
    def words(self) -> tuple[str, ...]:
        """The command as a list of words."""
        return tuple(shlex.split(self.command)) if isinstance(self.command, str) else self.command


@dataclass(frozen=True)
class _Make:
    """Makes clients of a server. log: the file for a command's standard error."""

    server: RemoteServer
    log: Path

    def __call__(self) -> Client:
        """A client that is not connected yet."""
        from mcp import Client, StdioServerParameters, stdio_client
        from mcp.client.streamable_http import streamable_http_client
        from mcp.shared._httpx_utils import create_mcp_http_client

        if self.server.url:
            http = create_mcp_http_client(headers=_filled(self.server.headers))
            return Client(streamable_http_client(self.server.url, http_client=http, max_sse_event_size=MAX_MESSAGE))
        command, *arguments = self.server.words
        parameters = StdioServerParameters(command=command, args=arguments, env=_filled(self.server.env))
        self.log.parent.mkdir(parents=True, exist_ok=True)
        # The client closes what it opens; it holds the log, which is closed with it.
        return Client(stdio_client(parameters, errlog=self.log.open("a", encoding="utf-8")))


class Servers:
    """Connections to servers, each shared by its users and closed after the last one.

    logs: a folder. In another process, a copy starts its own servers.
    """

    def __init__(self, logs: Path) -> None:
        self._logs = logs
        self._lock = Lock()
        self._known: WeakValueDictionary[str, Connection] = WeakValueDictionary()

    def __reduce__(self) -> tuple[type[Servers], tuple[Path]]:
        return Servers, (self._logs,)

    def connect(self, name: str, server: RemoteServer) -> Connection:
        """The connection to a server, which is started if needed. Raises PrerequisiteError."""
        require("mcp", "mcp")
        key = f"{name} {server.model_dump_json()}"
        with self._lock:
            known = self._known.get(key)
            if known is None:
                known = self._known[key] = Connection(name, _Make(server, self._logs / f"mcp-{name}.log"))
            return known


def named(texts: Iterable[str]) -> dict[str, RemoteServer]:
    """Servers from the command line, each with a unique name from its command or host."""
    found: dict[str, RemoteServer] = {}
    for text in texts:
        server = RemoteServer.of(text)
        name = _name(server)
        number = 2
        while name in found:
            name, number = f"{_name(server)}{number}", number + 1
        found[name] = server
    return found


def _name(server: RemoteServer) -> str:
    told = server.url.split("//")[-1].split("/")[0].split(":")[0] if server.url else _called(server.words)
    return "".join(c if c.isalnum() and c.isascii() else "_" for c in told).strip("_") or "server"


def _called(words: tuple[str, ...]) -> str:
    """The program of a command without its launcher: @playwright/mcp for `npx -y @playwright/mcp@latest`."""
    plain = [word for word in words if not word.startswith("-") and "=" not in word] or [""]
    first = Path(plain[0]).name
    word = plain[1] if first in _STARTERS and len(plain) > 1 else first
    return Path(word).stem if word.endswith((".py", ".js")) else re.sub(r"(?<=.)@[^/]*$", "", word)


def _filled(values: Mapping[str, str]) -> dict[str, str]:
    """The values with `$NAME` replaced from the environment. Raises InputError."""
    try:
        return {name: Template(value).substitute(os.environ) for name, value in values.items()}
    except KeyError as error:
        raise InputError(f"The variable {error.args[0]} of an MCP server is not set.") from None
    except ValueError as error:
        raise InputError(f"A variable of an MCP server cannot be read: {error}.", hint="`$$` is a dollar.") from None
