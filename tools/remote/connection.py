"""A conversation with one MCP server, for threads that wait: it has a thread of its own with an event loop in it."""

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
"""Seconds that a server may take to start and to say what it has; npx may have to fetch it first."""
CLOSING = 8.0
"""Seconds that a server has to end before it is killed."""
MAX_TOOLS = 200
_CLOSED = -32000
"""The SDK's code for a conversation that is over."""

MakeClient = Callable[[], "Client"]


@dataclass(frozen=True)
class Offer:
    """What a server says of itself. name: its own; tools: as the protocol has them."""

    name: str
    tools: tuple[Listed, ...]


class Connection:
    """Asks a server, which is started at once, and again at the next call where it has ended. Threads may share it.

    It is closed when it is forgotten, and when this process ends.
    Raises PrerequisiteError when the server cannot be reached, or is no MCP server.
    """

    def __init__(self, name: str, make: MakeClient) -> None:
        self.name = name
        self._make = make
        self._lock = Lock()
        self._asked: Future[CallToolResult] | None = None
        self._line, self.offer = self._connected()

    def call(self, tool: str, arguments: Mapping[str, Any], seconds: float) -> CallToolResult:
        """What the server says to a call. Raises ToolError, ToolTimeout when it takes longer than that."""
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
        """Give up the call that is under way; the server is told."""
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
    """One conversation, from its start to its end. It knows nothing of the Connection, which may be forgotten."""

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
        """Call a tool, some time."""
        assert self._loop is not None and self._client is not None
        return asyncio.run_coroutine_threadsafe(self._client.call_tool(tool, arguments), self._loop)

    def close(self) -> None:
        """End it, and wait for a server that is a process of ours."""
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
    """What went wrong, in one line: the first of several."""
    while isinstance(error, BaseExceptionGroup):
        error = cast("BaseExceptionGroup[BaseException]", error).exceptions[0]
    return " ".join(str(error).split()).rstrip(".") or type(error).__name__
