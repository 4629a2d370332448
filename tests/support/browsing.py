"""A viewer that is served, and a real browser to look at it with."""

from __future__ import annotations

import shutil
import socket
from collections.abc import Generator
from contextlib import contextmanager
from threading import Thread
from typing import Any

import uvicorn
from fastapi import FastAPI
from playwright.sync_api import Browser, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")


@contextmanager
def served(app: FastAPI) -> Generator[str]:
    """The address of a server in a thread."""
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=1))
    thread = Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(10)


@contextmanager
def browser() -> Generator[Browser]:
    """Chromium without a window. On Debian: apt-get install chromium."""
    path = next(filter(None, map(shutil.which, NAMES)), None)
    assert path, "These tests look at pages in a real browser: apt-get install chromium"
    with sync_playwright() as playwright:
        # Without a user namespace of its own, as in a container, Chromium's sandbox cannot start.
        chromium = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-dev-shm-usage"])
        yield chromium
        chromium.close()


def messages(page: Any) -> list[str]:
    """What the page complains about, as it goes on."""
    told: list[str] = []
    page.on("pageerror", lambda error: told.append(str(error)))
    page.on("console", lambda message: told.append(message.text) if message.type == "error" else None)
    page.on("dialog", lambda dialog: (told.append(f"dialog {dialog.message}"), dialog.dismiss()))
    return told
