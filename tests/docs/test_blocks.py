"""What the documentation tells people to type works: every block of every page, in the order of the page."""

from __future__ import annotations

import os
import re
import runpy
import shlex
import shutil
import socket
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import replace
from importlib.metadata import entry_points
from pathlib import Path

import clips
import nbformat
import pytest
from click.testing import CliRunner, Result
from nbclient import NotebookClient
from pages import DOCS, ROOT, Block, blocks
from played import Server

from looksmith import Box, run
from looksmith.agent.service.running import stop
from looksmith.tools.media.images import load_image
from photos import photo_path

PAGES = sorted((DOCS / "pages").rglob("*.md"))
EXAMPLES = sorted(path for path in (DOCS / "examples").glob("*.py") if path.name != "mcp_client.py")
"""All but the one that tests/agent/mcp/test_server.py runs against a server."""
NOTEBOOKS = sorted((DOCS / "examples").glob("*.ipynb"))
ADDRESS = "http://127.0.0.1:8000/v1"
SERVICE = "127.0.0.1:8076"
LEFT_OR_RIGHT = (DOCS / "examples" / "spoon.txt").read_text(encoding="utf-8")
WRITTEN = {
    "photos show a cat": 'answer = PHOTOS_WITH(album, "cat")',
    "nobody in them": 'answer = len(PHOTOS_WITHOUT(album, "person"))',
    "most like this one": "answer = PHOTOS_LIKE(album, image)",
    "When does the cat": 'answer = FIRST_SEEN(video, "cat")',
    "How long is the cat": 'answer = HOW_LONG(video, "cat")',
    "left or": LEFT_OR_RIGHT,
    "first image": 'answer = COUNT(images[0], "cup") > COUNT(images[1], "cup")',
    "bright": "answer = LUMINANCE(image)",
    "color": 'answer = COLOR(image, LOC(image, "cup"))',
    "dog": 'answer = EXISTS(image, "dog")',
    "Is there a cup": 'answer = EXISTS(image, "cup")',
    "How many": 'answer = COUNT(image, "cup")',
}
"""The program for a question, by what the question says."""


def written(asked: str) -> str:
    question = asked.rpartition("Question: ")[2].splitlines()[0]
    return next(program for words, program in WRITTEN.items() if words in question)


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    made = Server(written)
    yield made
    made.stop()


@pytest.fixture
def place(
    tmp_path: Path, fill: Callable[[Path], None], server: Server, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Path]:
    """A folder as the pages assume it: photos, the examples, and a language model that is played.

    A service that a page starts listens on a free port, and ends with the page.
    """
    home, folder = tmp_path / "home", tmp_path / "work"
    (home / "profiles").mkdir(parents=True)
    fill(home)
    shutil.copytree(DOCS / "examples", folder)
    (folder / "photos").mkdir()
    cup, cat = photo_path("coffee"), photo_path("chelsea")
    for name in ("photo.jpg", "left.jpg", "photos/1.jpg", "coffee.png"):
        shutil.copy(cup, folder / name)  # pixel by pixel: in a compressed copy the spoon is not found
    for name in ("right.jpg", "photos/2.jpg"):
        shutil.copy(cat, folder / name)
    shown = load_image(cat)
    clips.still(folder / "clip.mp4", shown.crop(Box(0, 0, shown.width & ~1, shown.height & ~1)), 10)
    text = (ROOT / "tools" / "profiles" / "pocket.toml").read_text(encoding="utf-8")
    (home / "profiles" / "pocket.toml").write_text(f'{text}\n[llm]\nbase_url = "{server.url}"\n')
    monkeypatch.setenv("LOOKSMITH_HOME", str(home))
    with socket.create_server(("127.0.0.1", 0)) as free:
        monkeypatch.setenv("LOOKSMITH_PORT", str(free.getsockname()[1]))
    monkeypatch.chdir(folder)
    yield folder
    stop(home)


def command(line: str) -> Result:
    name, *arguments = shlex.split(line, comments=True)
    assert name == "looksmith", f"only looksmith's commands are run: {line}"
    (entry,) = entry_points(group="console_scripts", name="looksmith")
    return CliRunner().invoke(entry.load(), arguments)


def shell(block: Block, server: Server) -> None:
    """Run each line; a comment may say with which status it ends."""
    for line in filter(None, block.text.splitlines()):
        wanted = int(found[1]) if (found := re.search(r"# .*exits with (\d+)", line)) else 0
        done = command(line.replace(ADDRESS, server.url))
        assert done.exit_code == wanted, f"{block.place}: {line}\n{done.output}\n{done.exception!r}"


def python(block: Block, folder: Path) -> None:
    """Run a script, or a program without its models."""
    if "import " in block.text:
        script = folder / (block.name or "block.py")
        script.write_text(block.text, encoding="utf-8")
        runpy.run_path(str(script))
    elif not block.name:
        answer = run(block.text, dry_run=True)
        assert answer.ok, f"{block.place}: {answer.message}"


def test_every_block_of_a_page_is_run_or_says_why_not() -> None:
    every = [block for page in PAGES for block in blocks(page)]
    shells = [block for block in every if block.language == "sh"]
    assert len(shells) > 20
    assert len([block for block in shells if block.not_run]) * 2 < len(shells)
    known = {"sh", "python", "toml", "json", "text"}
    assert {block.language for block in every} <= known


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(DOCS / "pages")))
def test_the_blocks_of_a_page_work(page: Path, place: Path, server: Server) -> None:
    for block in blocks(page):
        text = block.text.replace(ADDRESS, server.url).replace(SERVICE, f"127.0.0.1:{os.environ['LOOKSMITH_PORT']}")
        if block.name:
            (place / block.name).write_text(text, encoding="utf-8")
        if block.not_run:
            continue
        if block.language == "sh":
            shell(block, server)
        elif block.language == "python":
            python(replace(block, text=text), place)
        elif block.language == "toml" and "extends" in text:
            (place / "checked.toml").write_text(text, encoding="utf-8")
            done = command("looksmith profiles ./checked.toml")
            assert done.exit_code == 0, f"{block.place}: {done.output}"
        elif block.language == "toml":
            tomllib.loads(text)


def test_the_blocks_of_the_readme_work(place: Path, server: Server) -> None:
    found = list(blocks(ROOT / "README.md"))
    assert len(found) == 2
    for number, block in enumerate(found):
        python(Block(**{**block.__dict__, "name": "my_tools.py" if number else ""}), place)
    for line in re.findall(
        r"^    (?:\$ )?(looksmith .*)$", (ROOT / "README.md").read_text(encoding="utf-8"), re.MULTILINE
    ):
        assert (done := command(line)).exit_code == 0, f"{line}\n{done.output}"


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.name)
def test_an_example_runs(example: Path, place: Path) -> None:
    runpy.run_path(str(place / example.name))


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.name)
def test_a_notebook_runs_and_shows_its_runs(notebook: Path, place: Path) -> None:
    made = nbformat.read(notebook, as_version=4)
    NotebookClient(made, timeout=600, resources={"metadata": {"path": str(place)}}).execute()
    outputs = [output for cell in made.cells for output in cell.get("outputs", [])]
    assert any("text/html" in output.get("data", {}) for output in outputs)
