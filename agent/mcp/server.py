"""The MCP server: handles each request of the protocol. Its only state is the engine and the tools' results."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import anyio
from mcp import MCPError
from mcp.server import Server
from mcp.types import INTERNAL_ERROR, INVALID_PARAMS, CallToolRequestParams, CallToolResult, ListToolsResult
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ...programs.language.program import Program
from ...tools.core.errors import InputError, LooksmithError
from ...tools.core.tool import Tool
from ..ask.stop import Stop
from ..ask.writing import DEFAULT, Writing
from ..doors.by_hand import HandWritten
from ..inputs.subject import Subject
from ..session.engine import Engine, Hearing
from ..traces.runs import Watch
from ..traces.stored import load_run
from ..traces.trace import Event, Execution, in_utf8
from ..web.live import told
from .client_pictures import PictureDoor
from .held_values import HeldValues
from .json_values import bound
from .listing import ASK, EXPLAIN, INSTRUCTIONS, RUN, listed_tools
from .resources import Resources
from .results import explained, refused, told_call, told_run

if TYPE_CHECKING:
    from mcp.server.context import ServerRequestContext

    Context = ServerRequestContext[Any, Any]

Work = Callable[[Watch, Stop], CallToolResult]
"""Does the work of a call, in a thread. watch: called with each event; stop: set when the client no longer waits."""


class _Given(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class AskImageArguments(_Given):
    """Arguments of `ask_image`. images: a single one may be given without a list."""

    images: list[str] | str
    question: str


class Programmed(_Given):
    """Arguments of `run_program`. images: as in `AskImageArguments`."""

    images: list[str] | str
    program: str
    inputs: dict[str, Any] = Field(default_factory=dict[str, Any])


class Explained(_Given):
    """Arguments of `explain_run`."""

    run: str = "last"
    step: int | None = None


class McpServer:
    """looksmith as an MCP server. pictures: reads the clients' pictures; writing: how programs are written."""

    def __init__(self, engine: Engine, pictures: PictureDoor, held: HeldValues, writing: Writing = DEFAULT) -> None:
        self._engine = engine
        self._writing = writing
        self._pictures = pictures
        self._held = held

    def server(self, version: str) -> Server[Any]:
        """The SDK's server, for any transport."""
        resources = Resources(self._engine.settings.runs)
        return Server(
            "looksmith",
            version=version,
            title="looksmith",
            instructions=INSTRUCTIONS,
            on_list_tools=self._list,
            on_call_tool=self._call,
            on_list_resources=resources.list,
            on_list_resource_templates=resources.templates,
            on_read_resource=resources.read,
        )

    async def _list(self, ctx: Context, params: Any) -> ListToolsResult:
        registry = await anyio.to_thread.run_sync(lambda: self._engine.registry)
        return ListToolsResult(tools=listed_tools(registry))

    async def _call(self, ctx: Context, params: CallToolRequestParams) -> CallToolResult:
        name, given = params.name, in_utf8(params.arguments or {})
        works: dict[str, Callable[[Any], Work]] = {ASK: self._ask, RUN: self._run, EXPLAIN: self._explain}
        if name in works:
            return await _watched(ctx, works[name](given))
        registry = await anyio.to_thread.run_sync(lambda: self._engine.registry)
        if name not in registry:
            raise MCPError(INVALID_PARAMS, f"There is no tool {name!r:.100}.")
        return await _watched(ctx, self._tool(registry.get(name), given))

    def _ask(self, given: Any) -> Work:
        def work(watch: Watch, stop: Stop) -> CallToolResult:
            asked = _read(AskImageArguments, given)
            subject = Subject.named(self._pictures.named(_listed(asked.images)))
            hearing = Hearing(stop, watch=watch)
            return told_run(load_run(self._engine.ask(subject, asked.question, hearing, writing=self._writing).run))

        return work

    def _run(self, given: Any) -> Work:
        def work(watch: Watch, stop: Stop) -> CallToolResult:
            asked = _read(Programmed, given)
            subject = Subject.named(self._pictures.named(_listed(asked.images)), asked.inputs)
            written = HandWritten.of(Program(asked.program))
            return told_run(load_run(self._engine.run(subject, written, Hearing(stop, watch=watch)).run))

        return work

    def _explain(self, given: Any) -> Work:
        def work(_watch: Watch, _stop: Stop) -> CallToolResult:
            asked = _read(Explained, given)
            # By its id alone: a path would lead out of the home folder.
            runs = self._engine.settings.runs
            return explained(runs.load(runs.named(asked.run).name), asked.step)

        return work

    def _tool(self, tool: Tool, given: Any) -> Work:
        def work(_watch: Watch, stop: Stop) -> CallToolResult:
            arguments = bound(tool, given, self._held, self._pictures.read)
            return told_call(self._engine.call(tool.name, arguments, stop), self._held.keep)

        return work


def _read(kind: type[Any], given: Any) -> Any:
    """The arguments of one of our own tools. Raises InputError."""
    try:
        return kind.model_validate(given)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(map(str, first["loc"]))
        raise InputError(f"{where}: {first['msg']}.") from None


def _listed(images: list[str] | str) -> list[str]:
    return [images] if isinstance(images, str) else images


async def _watched(ctx: Context, work: Work) -> CallToolResult:
    """Do it in a thread, and notify the client of each step. Cancelling the request stops it."""
    loop, events, stop = asyncio.get_running_loop(), asyncio.Queue[Event | None](), Stop()

    def hear(event: Event | None) -> None:
        with suppress(RuntimeError):  # the server was closed meanwhile
            loop.call_soon_threadsafe(events.put_nowait, event)

    def watch(_folder: Path, event: Event) -> None:
        hear(event)

    def done() -> CallToolResult | Exception:
        try:
            return work(watch, stop)
        except LooksmithError as error:
            return refused(error)
        except Exception as error:  # a defect of ours, whose report stands where the server was started
            logging.getLogger(__name__).exception("A call failed")
            return error
        finally:
            hear(None)

    result: CallToolResult | Exception | None = None
    async with anyio.create_task_group() as group:
        group.start_soon(_tell, ctx, events)
        try:
            result = await anyio.to_thread.run_sync(done, abandon_on_cancel=True)
        except BaseException:
            stop.set()
            group.cancel_scope.cancel()
            raise
    if not isinstance(result, CallToolResult):
        raise MCPError(INTERNAL_ERROR, f"Internal error: {type(result).__name__}.")
    return result


async def _tell(ctx: Context, events: asyncio.Queue[Event | None]) -> None:
    """Send a notification for each event, until the last one."""
    number = 0
    while (event := await events.get()) is not None:
        if isinstance(event, Execution):
            continue
        number += 1
        _, text = told(event)
        await ctx.session.report_progress(number, message=text[:500])
