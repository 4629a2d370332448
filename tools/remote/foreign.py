"""The tools of an MCP server as tools of the registry, typed by their schemas."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from ..core.errors import LooksmithError, ToolError
from ..core.registry import Registry
from ..core.tool import Options, Tool
from ..core.values import Image
from ..engine.failures import plain
from .connection import Connection
from .content import came, sent
from .schema import defaults, parameter_name, signatures_of, type_of, unwrapped
from .servers import RemoteServer, Servers

if TYPE_CHECKING:
    from mcp.types import Tool as Listed

PATIENCE = 240.0
"""Seconds for a person to allow a call of an acting tool."""
MAX_SUMMARY = 160
_RETURNS: Mapping[str, Any] = {"Image": Image, "list[Image]": list[Image], "str": str, "Any": Any}


def add_server(registry: Registry, servers: Servers, name: str, server: RemoteServer) -> None:
    """Add the tools of a server under their names in capitals, prefixed with the server's if a name is taken.

    Tools not declared read-only count as acting. Results are not cached.
    Raises PrerequisiteError if the server cannot be used, ToolError for a tool that it does not have.
    """
    connection = servers.connect(name, server)
    listed = connection.offer.tools
    for wanted in server.tools:
        if wanted not in (one.name for one in listed):
            had = ", ".join(one.name for one in listed)
            raise ToolError(f"The MCP server {name} has no tool {wanted}.", hint=f"It has {had:.1000}.")
    for one in listed:
        if not server.tools or one.name in server.tools:
            _add(registry, _Foreign(connection, server, one))


def add_servers(registry: Registry, servers: Servers, tables: Mapping[str, RemoteServer]) -> None:
    """Add the tools of several servers; unusable ones are noted as missing, with the reason."""
    for name, server in tables.items():
        try:
            add_server(registry, servers, name, server)
        except LooksmithError as error:
            registry.refuse(name, str(error))


def _add(registry: Registry, foreign: _Foreign) -> None:
    taken = (tool_name(foreign.listed.name), tool_name(f"{foreign.connection.name}_{foreign.listed.name}"))
    name = next((one for one in taken if one not in registry), "")
    try:
        if not name:
            raise ToolError("There is a tool of that name already.")
        registry.put(foreign.tool(name))
    except LooksmithError as error:
        registry.refuse(taken[-1], str(error))


def tool_name(name: str) -> str:
    """The name of a tool in programs, in capitals like all tools."""
    return parameter_name(re.sub(r"\W", "_", name, flags=re.ASCII)).upper()


@dataclass(frozen=True)
class _Foreign:
    """A tool of a server. listed: the server's description."""

    connection: Connection
    server: RemoteServer
    listed: Listed

    @property
    def acts(self) -> bool:
        """Can it change anything? It can, unless it is declared read-only."""
        hints = self.listed.annotations
        return hints is None or hints.read_only_hint is not True

    @property
    def returns(self) -> Any:
        """The type of its results: from the profile, or else from its schema."""
        said = self.server.returns.get(self.listed.name)
        return _RETURNS[said] if said else type_of(unwrapped(self.listed.output_schema))

    def tool(self, name: str) -> Tool:
        """The tool under this name."""
        doc = plain(self.listed.description or self.listed.title or name)
        # The wait for a person counts for the program's limit, not for the server's.
        options = Options(
            deterministic=False,
            acts=self.acts,
            timeout=(PATIENCE if self.acts else 0.0) + self.server.timeout + 5.0,
        )
        return Tool(
            name=name,
            function=self._call,
            signatures=signatures_of(self.listed.input_schema, self.returns, self._pictured),
            summary=_summary(doc),
            doc=doc,
            details=self._details,
            options=options,
            backend=f"mcp {self.connection.name}",
            occupies=(f"the MCP server {self.connection.name}",),
            stop=self.connection.stop,
            origin=self.connection.name,
        )

    def _call(self, **arguments: Any) -> Any:
        """Call the tool with arguments by parameter name. Raises ToolError."""
        images = [value for value in arguments.values() if isinstance(value, Image)]
        about = images[0] if len(images) == 1 else None
        properties = self._properties
        keys = {parameter_name(key): key for key in properties}
        required = self.listed.input_schema.get("required") or ()
        with ExitStack() as files:
            given = {key: value for key, value in defaults(properties).items() if key in required} | {
                keys.get(name, name): sent(value, self._how(keys.get(name, name)), about, files)
                for name, value in arguments.items()
                if value is not None
            }
            return came(self.connection.call(self.listed.name, given, self.server.timeout), self.returns, about)

    @property
    def _properties(self) -> dict[str, Any]:
        """All properties of its arguments, in any of its signatures."""
        schema = self.listed.input_schema
        found: dict[str, Any] = {}
        for form in [schema, *cast("list[Any]", schema.get("anyOf") or [])]:
            found |= cast("dict[str, Any]", form).get("properties") or {} if isinstance(form, dict) else {}
        return found

    @property
    def _pictured(self) -> Iterable[str]:
        return [key for key in self._properties if f"{self.listed.name}.{key}" in self.server.images]

    def _how(self, key: str) -> Any:
        return self.server.images.get(f"{self.listed.name}.{key}", "base64")

    @property
    def _details(self) -> dict[str, str]:
        schemas = {key: cast("dict[str, Any]", one) for key, one in self._properties.items() if isinstance(one, dict)}
        told = {key: " ".join(str(one["description"]).split()) for key, one in schemas.items() if "description" in one}
        return {parameter_name(key): plain(text) for key, text in told.items()}


def _summary(doc: str) -> str:
    """The first sentence in one line, truncated, since it is part of every prompt."""
    line = " ".join(doc.split())
    first = re.split(r"(?<=[.!?])\s", line, maxsplit=1)[0]
    return first if len(first) <= MAX_SUMMARY else f"{first[:MAX_SUMMARY].rstrip()} ..."
