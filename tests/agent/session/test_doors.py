"""The same door for pictures everywhere, and chats, on the command line, in the viewer, and in files of questions."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from engines import bare_settings, red
from fastapi.testclient import TestClient
from played import Server

from looksmith import Looksmith
from looksmith.agent.cli.main import main
from looksmith.agent.datasets.own_file import own_questions
from looksmith.agent.inputs.open_images import OpenImages
from looksmith.agent.llm.connect import connect
from looksmith.agent.session.workshop import Workshop
from looksmith.agent.web.app import create_app

TOOLS = '''
from looksmith import Image, tool

@tool
def SHADE(image: Image) -> int:
    """The red of the first pixel, 0 to 255."""
    return int(image.array()[0, 0, 0])
'''
PROGRAMS = {
    "How much red is there?": "shade = SHADE(image)\nanswer = shade",
    "And half of that?": "answer = shade // 2",
}
Look = Callable[..., Result]


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """A language model."""
    made = Server(lambda asked: PROGRAMS[asked.rpartition("Question: ")[2].splitlines()[0]])
    yield made
    made.stop()


@pytest.fixture
def look(tmp_path: Path, server: Server) -> Look:
    """`look("ask", ...)` with the test's own tool and language model."""
    settings = bare_settings(tmp_path)
    (tmp_path / "tools.py").write_text(TOOLS)
    given = ["--home", str(tmp_path), "--profile", settings.profile, "--tools", str(tmp_path / "tools.py")]
    given += ["--base-url", server.url, "--samples", "1"]

    def run(name: str, *words: str, **more: Any) -> Result:
        return CliRunner().invoke(main, [name, *words, *given], catch_exceptions=False, **more)

    return run


def png(shade: int = 200) -> bytes:
    """A picture as a file."""
    buffer = BytesIO()
    red(shade).save(buffer, "PNG")
    return buffer.getvalue()


def test_the_command_line_reads_standard_input_and_data_urls(look: Look) -> None:
    done = look("ask", "-", "How much red is there?", input=png(99))
    assert (done.exit_code, done.stdout.strip()) == (0, "99"), done.output
    wrong = look("ask", "file:///etc/passwd", "How much red is there?")
    assert wrong.exit_code == 2
    assert "begin with file: are not read" in wrong.stderr


def test_a_chat_on_the_command_line(look: Look, tmp_path: Path) -> None:
    (tmp_path / "photo.png").write_bytes(png(60))
    asked = "How much red is there?\n\nAnd half of that?\n"
    done = look("chat", str(tmp_path / "photo.png"), "--program", input=asked)
    assert (done.exit_code, done.stdout.split()) == (0, ["60", "30"]), done.output
    assert "answer = shade // 2" in done.stderr
    again = look("chat", "--after", "last", input="And half of that?\n")
    assert again.stdout.split() == ["30"], again.output
    assert "> How much red is there?\n60\n> And half of that?\n30\n" in again.stderr
    neither = look("chat")
    assert (neither.exit_code, "Name an image" in neither.stderr) == (2, True)


def test_files_of_questions_name_pages_and_addresses(tmp_path: Path) -> None:
    red().save(tmp_path / "report.pdf", "PDF", save_all=True, append_images=[red(50)])
    (tmp_path / "photo.png").write_bytes(png())
    data = "data:image/png,%89PNG"
    lines = [{"image": image, "question": "Why?", "answer": 1} for image in ("photo.png", "report.pdf#2", data)]
    path = tmp_path / "mine.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    first, second, third = own_questions(path)
    images = OpenImages()
    shade = images.get(second.given).pixels.getpixel((5, 5))
    assert isinstance(shade, tuple)
    assert abs(shade[0] - 50) < 9
    assert (first.given, third.given, second.image.name) == (tmp_path / "photo.png", data, "report.pdf")
    assert images.get(first.given) is images.get(first.given)


def test_a_run_can_be_followed_up_in_the_viewer(look: Look, tmp_path: Path, server: Server) -> None:
    (tmp_path / "photo.png").write_bytes(png(60))
    assert look("ask", str(tmp_path / "photo.png"), "How much red is there?").exit_code == 0
    settings = replace(bare_settings(tmp_path), tool_files=(tmp_path / "tools.py",))
    first = settings.runs.load("last").record
    app = create_app(Workshop(settings, lambda: connect(tmp_path, server.url)))
    with TestClient(app, base_url="http://localhost") as viewer:
        assert f'action="/runs/{first.id}/follow"' in viewer.get(f"/runs/{first.id}").text
        page = viewer.post(f"/runs/{first.id}/follow", data={"question": "And half of that?"}, follow_redirects=False)
        assert page.status_code == 303, page.text
        with viewer.stream("GET", f"{page.headers['location']}/events") as events:
            told = "".join(events.iter_text())
        second = settings.runs.load("last").record
        assert (second.answer, second.after) == (30, first.id), told
        page = viewer.get(f"/runs/{second.id}").text
        assert f'<a href="/runs/{first.id}">How much red is there?</a>' in page
        assert "There is no run" in viewer.post("/runs/nothing/follow", data={"question": "Why?"}).text


def test_a_follow_up_is_answered_by_the_profile_of_its_run(look: Look, tmp_path: Path, server: Server) -> None:
    (tmp_path / "photo.png").write_bytes(png(60))
    assert look("ask", str(tmp_path / "photo.png"), "How much red is there?").exit_code == 0
    first = bare_settings(tmp_path).runs.load("last").record
    (tmp_path / "profiles").mkdir()
    (tmp_path / "profiles" / "mine.toml").write_text("[models]\n[tools]\n")
    (tmp_path / "photo.png").write_bytes(png(80))
    settings = replace(bare_settings(tmp_path), tool_files=(tmp_path / "tools.py",), profile="mine")
    Looksmith(settings=settings, base_url=server.url).ask(tmp_path / "photo.png", "How much red is there?")
    second = settings.runs.load("last").record
    assert (first.profile, second.profile) == (str(tmp_path / "none.toml"), "mine")

    def make(profile: str) -> Workshop:
        return Workshop(replace(settings, profile=profile), lambda: connect(tmp_path, server.url))

    app = create_app(make("pocket"), make=make)
    with TestClient(app, base_url="http://localhost") as viewer:
        asked = {"question": "And half of that?"}
        page = viewer.post(f"/runs/{second.id}/follow", data=asked, follow_redirects=False)
        with viewer.stream("GET", f"{page.headers['location']}/events") as events:
            told = "".join(events.iter_text())
        third = settings.runs.load("last").record
        assert (third.answer, third.after, third.profile) == (40, second.id, "mine"), told
        page = viewer.post(f"/runs/{first.id}/follow", data=asked)
        assert "none.toml, which is not offered here" in page.text
        changed = viewer.post(f"/runs/{first.id}/replay", json={"program": "answer = 1"})
        assert "looksmith view --profile" in changed.json()["error"]


def test_the_viewer_reads_the_same_files_and_no_address_of_its_own_network(tmp_path: Path, server: Server) -> None:
    app = create_app(Workshop(bare_settings(tmp_path)))
    with TestClient(app, base_url="http://localhost") as viewer:
        form = {"question": "Why?", "address": server.url}
        page = viewer.post("/ask", data=form, follow_redirects=False)
        assert "private network" in page.text
        page = viewer.post("/ask", data={"question": "Why?", "address": "file:///etc/passwd"}, follow_redirects=False)
        assert "begins with http" in page.text
        page = viewer.post("/ask", data={"question": "Why?"}, follow_redirects=False)
        assert "There is no picture" in page.text
        pdf = BytesIO(b"%PDF-1.7 nonsense")
        page = viewer.post("/ask", data={"question": "Why?"}, files={"image": ("a.pdf", pdf)}, follow_redirects=False)
        assert "a.pdf is damaged" in page.text
