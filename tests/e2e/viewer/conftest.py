"""The viewer and a browser, one of each for the tests of a module."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from browsing import browser, messages, served
from playwright.sync_api import Browser, Page, expect
from viewed import Writers, ran

from looksmith.agent.session.workshop import Workshop
from looksmith.agent.setup.settings import Settings
from looksmith.agent.traces.runs import StoredRun
from looksmith.agent.web.app import create_app


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    expect.set_options(timeout=90_000)  # a machine that is busy with other things is slow, not wrong
    with browser() as made:
        yield made


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, fill: Callable[[Path], None]) -> Path:
    folder = tmp_path_factory.mktemp("viewer")
    fill(folder)
    return folder


@pytest.fixture(scope="module")
def writers() -> Writers:
    return Writers()


@pytest.fixture(scope="module")
def address(home: Path, writers: Writers) -> Iterator[str]:
    workshop = Workshop(Settings(home, device="cpu"), lambda: writers.next)
    with served(create_app(workshop)) as at:
        yield at


@pytest.fixture
def page(chromium: Browser, address: str) -> Iterator[Page]:
    context = chromium.new_context(viewport={"width": 1280, "height": 900}, base_url=address)
    context.set_default_timeout(90_000)
    made = context.new_page()
    told = messages(made)
    yield made
    context.close()
    assert [text for text in told if not text.startswith("Failed to load resource")] == []


@pytest.fixture(scope="module")
def run(home: Path) -> StoredRun:
    return ran(home)
