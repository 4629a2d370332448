"""Which MCP servers there are: tables `[mcp.NAME]` of a profile, or a command or an address on the command line."""

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
"""Bytes of one message: a picture of the largest size that is read, as text."""
_STARTERS = frozenset({"npx", "bunx", "uvx", "node", "python", "python3", "env", "sh", "bash"})


class RemoteServer(Frozen):
    """A table `[mcp.NAME]`: a server that speaks MCP, as a command that is started or as an address.

    command: as for a shell, or as a list. url: of streamable HTTP. One of the two.
    env: variables of the command besides PATH and HOME; headers: of requests to the address. `$NAME` in them is a
        variable of ours.
    tools: those that are offered, by the server's own names; all of them where nothing is said.
    returns: what tools give whose server does not say it, by the server's name.
    images: arguments that take a picture although their schema does not say so, as "TOOL.ARGUMENT", and how it is sent.
    timeout: seconds that a call may take.
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
            raise ValueError("a server has a command or an url, and not both")
        return self

    @classmethod
    def of(cls, text: str) -> RemoteServer:
        """From the command line. Raises InputError."""
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
        """The command, word for word."""
        return tuple(shlex.split(self.command)) if isinstance(self.command, str) else self.command


@dataclass(frozen=True)
class _Make:
    """Makes the client of a server. log: where a command's standard error goes."""

    server: RemoteServer
    log: Path

    def __call__(self) -> Client:
        """A client that has not begun to talk."""
        from mcp import Client, StdioServerParameters, stdio_client
        from mcp.client.streamable_http import streamable_http_client
        from mcp.shared._httpx_utils import create_mcp_http_client

        if self.server.url:
            http = create_mcp_http_client(headers=_filled(self.server.headers))
            return Client(streamable_http_client(self.server.url, http_client=http, max_sse_event_size=MAX_MESSAGE))
        command, *arguments = self.server.words
        parameters = StdioServerParameters(command=command, args=arguments, env=_filled(self.server.env))
        self.log.parent.mkdir(parents=True, exist_ok=True)
        # The client closes what it opens, and a log is closed with the client, which holds it.
        return Client(stdio_client(parameters, errlog=self.log.open("a", encoding="utf-8")))


class Servers:
    """Conversations with servers, each of which is shared by all who ask for it while somebody has it.

    logs: a folder. Another process that gets this starts servers of its own.
    """

    def __init__(self, logs: Path) -> None:
        self._logs = logs
        self._lock = Lock()
        self._known: WeakValueDictionary[str, Connection] = WeakValueDictionary()

    def __reduce__(self) -> tuple[type[Servers], tuple[Path]]:
        return Servers, (self._logs,)

    def connect(self, name: str, server: RemoteServer) -> Connection:
        """A conversation with a server, which is started where there is none. Raises PrerequisiteError."""
        require("mcp", "mcp")
        key = f"{name} {server.model_dump_json()}"
        with self._lock:
            known = self._known.get(key)
            if known is None:
                known = self._known[key] = Connection(name, _Make(server, self._logs / f"mcp-{name}.log"))
            return known


def named(texts: Iterable[str]) -> dict[str, RemoteServer]:
    """Servers of the command line, each under a name of its own: what its command or its host is called."""
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
    """The program of a command, behind what starts it: of `npx -y @playwright/mcp@latest` it is @playwright/mcp."""
    plain = [word for word in words if not word.startswith("-") and "=" not in word] or [""]
    first = Path(plain[0]).name
    word = plain[1] if first in _STARTERS and len(plain) > 1 else first
    return Path(word).stem if word.endswith((".py", ".js")) else re.sub(r"(?<=.)@[^/]*$", "", word)


def _filled(values: Mapping[str, str]) -> dict[str, str]:
    """The values with variables of ours in place of `$NAME`. Raises InputError."""
    try:
        return {name: Template(value).substitute(os.environ) for name, value in values.items()}
    except KeyError as error:
        raise InputError(f"The variable {error.args[0]} of an MCP server is not set.") from None
    except ValueError as error:
        raise InputError(f"A variable of an MCP server cannot be read: {error}.", hint="`$$` is a dollar.") from None
