"""Runs as resources: their list, their contents, pages and pictures."""

from __future__ import annotations

import json
from base64 import b64encode
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote

import anyio
from mcp import MCPError
from mcp.types import (
    INVALID_PARAMS,
    BlobResourceContents,
    ListResourcesResult,
    ListResourceTemplatesResult,
    ReadResourceRequestParams,
    ReadResourceResult,
    Resource,
    ResourceTemplate,
    TextResourceContents,
)

from ...tools.core.errors import InputError
from ..pages.page import render_page
from ..pages.photos import served_photo
from ..reading.said import record_text
from ..reading.view import view
from ..traces.damage import Unreadable, reading
from ..traces.encode import printable
from ..traces.runs import Runs, StoredRun
from .results import RUNS, run_result

if TYPE_CHECKING:
    from mcp.server.context import ServerRequestContext

    Context = ServerRequestContext[Any, Any]

LATEST = 20
"""Maximum number of listed runs."""
_SIDE = 1600


class Resources:
    """Reads the runs of the home folder."""

    def __init__(self, runs: Runs) -> None:
        self._runs = runs

    async def list(self, ctx: Context, params: Any) -> ListResourcesResult:
        """The list of runs, and the pages of the latest."""
        return await anyio.to_thread.run_sync(self._listed)

    async def templates(self, ctx: Context, params: Any) -> ListResourceTemplatesResult:
        """The resources that every run has."""
        return ListResourceTemplatesResult(
            resource_templates=[
                _template("", "run", "application/json", "Answer, program and steps of a run."),
                _template("/page", "page of a run", "text/html", "Program, steps and pictures in one HTML file."),
                _template("/images/{image}", "picture of a run", "image/jpeg", "A stored picture, by its SHA-256."),
            ]
        )

    async def read(self, ctx: Context, params: ReadResourceRequestParams) -> ReadResourceResult:
        """Read a resource. Raises MCPError if it does not exist."""
        try:
            return await anyio.to_thread.run_sync(lambda: ReadResourceResult(contents=[self._read(params.uri)]))
        except InputError as error:
            raise MCPError(INVALID_PARAMS, printable(str(error))) from None

    def _listed(self) -> ListResourcesResult:
        rows = [Resource(name="runs", uri=RUNS, mime_type="application/json", description="The latest runs.")]
        for record in self._runs.list(LATEST):
            if isinstance(record, Unreadable):
                continue
            rows.append(
                Resource(
                    name=f"run {record.id}",
                    title=printable(record.question) or "a program by hand",
                    uri=f"{RUNS}/{quote(record.id)}/page",
                    mime_type="text/html",
                    description=f"{record.outcome or 'interrupted'}: {printable(record_text(record))[:200]}",
                )
            )
        return ListResourcesResult(resources=rows)

    def _read(self, uri: str) -> TextResourceContents | BlobResourceContents:
        """The contents at an address. Raises InputError."""
        if uri == RUNS:
            return _text(uri, "application/json", json.dumps(self._rows(), ensure_ascii=False))
        match [unquote(part) for part in uri.removeprefix(f"{RUNS}/").split("/")] if uri.startswith(f"{RUNS}/") else []:
            case [name]:
                stored = self._load(name)
                with reading(stored.folder):
                    return _text(uri, "application/json", run_result(view(stored)).model_dump_json())
            case [name, "page"]:
                stored = self._load(name)
                with reading(stored.folder):
                    return _text(uri, "text/html", render_page(view(stored)))
            case [name, "images", image]:
                photo = served_photo(self._load(name), image, _SIDE)
                return BlobResourceContents(uri=uri, mime_type="image/jpeg", blob=b64encode(photo).decode())
            case _:
                raise InputError(f"There is no resource {uri!r:.200}.")

    def _rows(self) -> list[dict[str, Any]]:
        found = [one for one in self._runs.list(LATEST) if not isinstance(one, Unreadable)]
        return [
            {"run": one.id, "question": one.question, "outcome": one.outcome, "text": record_text(one)} for one in found
        ]

    def _load(self, name: str) -> StoredRun:
        """A run of the home folder, by its id alone."""
        return self._runs.load(self._runs.named(name).name)


def _template(end: str, name: str, mime_type: str, description: str) -> ResourceTemplate:
    uri = f"{RUNS}/{{run}}{end}"
    return ResourceTemplate(name=name, uri_template=uri, mime_type=mime_type, description=description)


def _text(uri: str, mime_type: str, text: str) -> TextResourceContents:
    return TextResourceContents(uri=uri, mime_type=mime_type, text=text)
