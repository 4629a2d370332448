"""A synchronous connection to one MCP server, which runs an event loop in its own thread."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from threading import Lock, Thread
from typing import TYPE_CHECKING, Any, cast
from weakref import finalize

from ..core.errors import PrerequisiteError, ToolError, ToolTimeout
from ..engine.failures import plain

if TYPE_CHECKING:
    from mcp import Client
    from mcp.types import CallToolResult
    from mcp.types import Tool as Listed

CONNECTING = 60.0
"""Seconds for a server to start and list its tools; npx may have to download it first."""
CLOSING = 8.0
"""Seconds that a server has to end before it is killed."""
MAX_TOOLS = 200
_CLOSED = -32000
"""The SDK's error code for a closed connection."""

MakeClient = Callable[[], "Client"]


@dataclass(frozen=True)
class Offer:
    """A server's description of itself. name: its own; tools: in the protocol's form."""

    name: str
    tools: tuple[Listed, ...]


class Connection:
    """A connection to a server, which is started at once, and restarted by the next call if it has ended. Thread-safe.

    It is closed when it is garbage collected, and when this process ends.
    Raises PrerequisiteError if the server cannot be reached, or is not an MCP server.
    """

    def __init__(self, name: str, make: MakeClient) -> None:
        self.name = name
        self._make = make
        self._lock = Lock()
        self._asked: Future[CallToolResult] | None = None
        self._line, self.offer = self._connected()

    def call(self, tool: str, arguments: Mapping[str, Any], seconds: float) -> CallToolResult:
        """Call a tool. Raises ToolError, and ToolTimeout after `seconds`."""
        with self._lock:
            if self._line.over:
                self._line, _ = self._connected()
            self._asked = asked = self._line.ask(tool, dict(arguments))
        try:
            return asked.result(seconds)
        except TimeoutError:
            asked.cancel()
            raise ToolTimeout(f"{self.name} did not answer within {seconds:g} s.") from None
        except Exception as error:
            raise self._failed(error) from None

    def stop(self) -> None:
        """Cancel the call in progress; the server is notified."""
        asked = self._asked
        if asked is not None:
            asked.cancel()

    def close(self) -> None:
        """End the conversation."""
        self._line.close()

    def _connected(self) -> tuple[_Line, Offer]:
        line = _Line(self._make, self.name)
        try:
            offer = line.offer.result(CONNECTING)
        except Exception as error:
            line.close()
            said = "it did not answer in time" if isinstance(error, TimeoutError) else plain(_told(error))
            raise PrerequisiteError(f"The MCP server {self.name} cannot be used: {said}.") from None
        finalize(self, line.close)
        return line, offer

    def _failed(self, error: Exception) -> ToolError:
        if getattr(error, "code", None) == _CLOSED or self._line.over:
            self._line.close()
            hint = "The next call starts it again."
            return ToolError(f"The MCP server {self.name} ended in the middle of the call.", hint=hint)
        return ToolError(plain(_told(error)))


class _Line:
    """One session with the server. It has no reference to the Connection, so that this can be garbage collected."""

    def __init__(self, make: MakeClient, name: str) -> None:
        self.offer: Future[Offer] = Future()
        self.over = False
        self._make = make
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None
        self._client: Client | None = None
        self._thread = Thread(target=self._run, name=f"MCP {name}", daemon=True)
        self._thread.start()

    def ask(self, tool: str, arguments: dict[str, Any]) -> Future[CallToolResult]:
        """Schedule a call of a tool."""
        assert self._loop is not None and self._client is not None
        return asyncio.run_coroutine_threadsafe(self._client.call_tool(tool, arguments), self._loop)

    def close(self) -> None:
        """End the session, and wait for the server's process if we started it."""
        with suppress(RuntimeError):  # the loop may be closed already
            if self._loop is not None and self._stop is not None:
                self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(CLOSING)
        self.over = True

    def _run(self) -> None:
        try:
            asyncio.run(self._live())
        except BaseException as error:
            if not self.offer.done():
                self.offer.set_exception(error)
        finally:
            self.over = True

    async def _live(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        async with self._make() as self._client:
            self.offer.set_result(await _offer(self._client))
            await self._stop.wait()


async def _offer(client: Client) -> Offer:
    tools: list[Listed] = []
    page = await client.list_tools()
    tools += page.tools
    while page.next_cursor and len(tools) < MAX_TOOLS:
        page = await client.list_tools(cursor=page.next_cursor)
        tools += page.tools
    info = client.server_info
    return Offer(info.name if info else "", tuple(tools[:MAX_TOOLS]))


def _told(error: BaseException) -> str:
    """The error in one line: the first of a group."""
    while isinstance(error, BaseExceptionGroup):
        error = cast("BaseExceptionGroup[BaseException]", error).exceptions[0]
    return " ".join(str(error).split()).rstrip(".") or type(error).__name__
