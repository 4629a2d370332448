"""A program that looks at a page and clicks: the tools of a real MCP server, Playwright's, with a real browser.

`npm install --prefix $LOOKSMITH_HOME/playwright-mcp @playwright/mcp` brings the server.
"""

from __future__ import annotations

import os
import pty
import select
import shutil
import subprocess
import sys
import time
from base64 import b64encode
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from browsing import NAMES

from looksmith.agent.session.one_line import run
from looksmith.agent.setup.settings import Settings
from looksmith.tools.remote.consent import Act
from photos import photo_path

TOOLS = '''
from looksmith import Box, Image, tool
from looksmith.tools.core.errors import NoDetection


@tool
def LOC(image: Image, name: str) -> Box:
    """The best box of the named thing: of a red one, where the picture is purely red."""
    import numpy as np

    rows, columns = np.nonzero((image.array() == (255, 0, 0)).all(axis=2))
    box = (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1) if len(rows) > 1000 else None
    if box is None or not name.startswith("red"):
        raise NoDetection(f"No {name} was found.")
    return Box(*box, name)
'''
CLICK = """\
page = BROWSER_NAVIGATE("{url}")
button = LOC(BROWSER_TAKE_SCREENSHOT(), "{thing}")
BROWSER_MOUSE_CLICK_XY(button.center_x, button.center_y)
answer = button.label
"""


class Site:
    """A page with a red and a blue button and two photos, which says what was clicked."""

    def __init__(self) -> None:
        self.clicked: list[str] = []
        photos = {name: b64encode(photo_path(name).read_bytes()).decode() for name in ("chelsea", "coffee")}
        things = [
            '<button style="background:#00f" onclick="tell(\'blue\')">Buy</button>',
            '<button style="background:#f00" onclick="tell(\'red\')">Buy</button>',
            *(f'<img src="data:image/png;base64,{data}" onclick="tell(\'{name}\')">' for name, data in photos.items()),
        ]
        page = (
            "<style>button{width:180px;height:60px;border:0;margin:20px;color:#fff}img{width:420px;margin:20px}</style>"
            "<script>function tell(what){fetch('/clicked/'+what,{method:'POST'})}</script>" + "".join(things)
        )
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._send(page.encode())

            def do_POST(self) -> None:
                site.clicked.append(self.path.rpartition("/")[2])
                self._send(b"")

            def _send(self, body: bytes) -> None:
                self.send_response(200)
                self.send_header("Content-Type", "text/html")
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}/"

    def saw(self, what: str) -> bool:
        """Was that clicked, within a while, and nothing else?"""
        until = time.monotonic() + 120
        while not self.clicked and time.monotonic() < until:
            time.sleep(0.1)
        return self.clicked == [what]


@pytest.fixture
def site() -> Iterator[Site]:
    site = Site()
    yield site
    site.server.shutdown()
    site.server.server_close()


@pytest.fixture
def playwright(shared_home: Path) -> str:
    """The command that starts Playwright's MCP server."""
    command = shared_home / "playwright-mcp" / "node_modules" / ".bin" / "playwright-mcp"
    browser = next(filter(None, map(shutil.which, NAMES)), None)
    assert command.is_file(), f"npm install --prefix {shared_home}/playwright-mcp @playwright/mcp"
    assert browser, "apt-get install chromium"
    return f"{command} --headless --no-sandbox --isolated --caps vision --executable-path {browser}"


def test_click_the_red_button(home: Path, tmp_path: Path, site: Site, playwright: str) -> None:
    (tmp_path / "red.py").write_text(TOOLS)
    asked: list[Act] = []

    def consent(act: Act) -> bool:
        asked.append(act)
        return True

    files = (tmp_path / "red.py",)
    settings = Settings(home, tool_files=files, installed=False, mcp=(playwright,), consent=consent)
    done = run(CLICK.format(url=site.url, thing="red button"), photo_path("coffee"), settings=settings)
    assert (done.outcome, done.value) == ("ok", "red button"), done.message
    assert site.saw("red"), site.clicked
    assert [act.tool for act in asked] == ["BROWSER_NAVIGATE", "BROWSER_MOUSE_CLICK_XY"]


def test_click_the_cat_that_the_detector_finds(home: Path, site: Site, playwright: str) -> None:
    settings = Settings(home, device="cpu", mcp=(playwright,), consent=lambda act: True)
    done = run(CLICK.format(url=site.url, thing="cat"), photo_path("coffee"), settings=settings)
    assert (done.outcome, done.value) == ("ok", "cat"), done.message
    assert site.saw("chelsea"), site.clicked


@pytest.mark.parametrize(("replies", "clicked"), [(["y", "y"], ["red"]), (["y", "n"], []), ([], [])])
def test_a_person_at_the_terminal_is_asked_and_what_is_not_allowed_is_not_done(
    home: Path, tmp_path: Path, site: Site, playwright: str, replies: list[str], clicked: list[str]
) -> None:
    (tmp_path / "red.py").write_text(TOOLS)
    (tmp_path / "click.txt").write_text(CLICK.format(url=site.url, thing="red button"))
    photo = str(photo_path("coffee"))
    (tmp_path / "red.toml").write_text("models = {}\ntools = {}\n")
    args = ["run", str(tmp_path / "click.txt"), photo, "--profile", str(tmp_path / "red.toml"), "--home", str(home)]
    args += ["--tools", str(tmp_path / "red.py"), "--mcp", playwright]
    said = at_a_terminal([sys.executable, "-m", "looksmith.agent.cli.main", *args], replies)
    assert said.count("Allow it?") == len(replies), said
    assert 'BROWSER_NAVIGATE(url="http://127.0.0.1' in said or not replies
    if clicked:
        assert site.saw("red"), said
    else:
        assert not site.clicked and ("was not allowed" in said or "nobody is here" in said), said


def at_a_terminal(command: list[str], replies: list[str]) -> str:
    """What a command says to somebody at a terminal, who replies to each question; without replies there is none."""
    if not replies:
        done = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=300)
        return done.stdout + done.stderr
    pid, terminal = pty.fork()
    if pid == 0:
        os.execv(command[0], command)
    said, left = "", list(replies)
    until = time.monotonic() + 300
    while time.monotonic() < until:
        if not select.select([terminal], [], [], 1)[0]:
            continue
        try:
            part = os.read(terminal, 4096)
        except OSError:  # how Linux tells that the other side is gone
            break
        said += part.decode(errors="replace")
        if left and said.count("[n]:") == len(replies) - len(left) + 1:
            os.write(terminal, left.pop(0).encode() + b"\n")
    os.waitpid(pid, 0)
    os.close(terminal)
    return said
