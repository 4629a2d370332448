"""`looksmith ask --images` from end to end: real tools, sandbox and files; only the language model is played."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from PIL import Image as Pillow
from played import Server

from looksmith.agent.cli.main import main
from looksmith.agent.datasets.image_files import find_images
from looksmith.tools.core.errors import InputError

QUESTION = "What color is it?"
TOOLS = '''
from looksmith import Image, tool

@tool
def SHADE(image: Image) -> str:
    """The shade of the image: red or blue."""
    red, _, blue = image.array()[0, 0]
    return "red" if red > blue else "blue"
'''


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """Five pictures, two of them blue, and a text."""
    folder = tmp_path / "photos"
    folder.mkdir()
    for number in range(5):
        Pillow.new("RGB", (20 + number, 20), "blue" if number in (1, 3) else "red").save(folder / f"{number}.png")
    (folder / "about.txt").write_text("Five pictures.")
    return folder


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server(lambda asked: "answer = SHADE(image)")
    yield made
    made.stop()


Look = Callable[..., Result]


def words(home: Path, server: Server, tools: Path, *more: str | Path) -> list[str]:
    """The command's words."""
    options = ("--home", home, "--base-url", server.url, "--tools", tools, "--samples", "1", "--nearest", "0")
    return ["ask", *map(str, (*more, *options)), "--no-grammar"]


@pytest.fixture
def tools(tmp_path: Path) -> Path:
    path = tmp_path / "shades.py"
    path.write_text(TOOLS)
    return path


@pytest.fixture
def look(home: Path, server: Server, tools: Path) -> Look:
    """Ask QUESTION with further words."""
    return lambda *more: CliRunner().invoke(main, words(home, server, tools, QUESTION, *more), catch_exceptions=False)


def test_the_program_is_written_once_and_every_image_answered(
    look: Look, server: Server, photos: Path, home: Path
) -> None:
    done = look("--images", f"{photos}/*.png")
    assert done.exit_code == 0, done.output
    wanted = ["red", "blue", "red", "blue", "red"]
    assert sorted(done.stdout.splitlines()) == [f"{photos}/{n}.png: {color}" for n, color in enumerate(wanted)]
    assert "5 of 5 images" in done.stderr
    assert "red: 3, blue: 2" in done.stderr
    assert server.asked == [QUESTION]
    runs = [json.loads(path.read_text()) for path in home.glob("asks/*/runs/*/run.json")]
    assert sorted((run["image_name"], run["answer"]) for run in runs) == [(f"{n}.png", c) for n, c in enumerate(wanted)]


def test_each_line_of_json_says_which_image_and_which_run(look: Look, photos: Path) -> None:
    (photos / "4.png").write_bytes(b"no image")
    done = look("--images", photos, "--json")
    told: dict[str, Any] = {Path(one["image"]).name: one for one in map(json.loads, done.stdout.splitlines())}
    assert sorted(told) == [f"{n}.png" for n in range(5)]
    assert {name: one["answer"] for name, one in told.items() if one["outcome"] == "ok"} == {
        "0.png": "red",
        "1.png": "blue",
        "2.png": "red",
        "3.png": "blue",
    }
    assert (told["4.png"]["outcome"], told["4.png"]["run"], done.exit_code) == ("input_error", None, 2)
    assert "4.png is not an image" in told["4.png"]["message"]
    assert json.loads((Path(told["1.png"]["run"]) / "run.json").read_text())["answer"] == "blue"


def test_what_was_stopped_goes_on_and_nothing_is_asked_twice(
    look: Look, home: Path, server: Server, tools: Path, photos: Path
) -> None:
    for number in range(5, 15):
        Pillow.new("RGB", (20 + number, 20), "red").save(photos / f"{number}.png")
    tools.write_text(TOOLS.replace("    red, _", "    __import__('time').sleep(0.3)\n    red, _"))
    command = [sys.executable, "-m", "looksmith.agent.cli.main"]
    command += words(home, server, tools, QUESTION, "--images", photos)
    started = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    end = time.monotonic() + 600
    while sum(path.read_bytes().count(b"\n") for path in home.glob("asks/*/results.jsonl")) < 3:
        assert started.poll() is None
        assert time.monotonic() < end
        time.sleep(0.02)
    started.kill()
    started.wait()
    (results,) = home.glob("asks/*/results.jsonl")
    before = results.read_text().rpartition("\n")[0]
    server.asked.clear()
    done = look("--images", photos)
    assert (done.exit_code, len(done.stdout.splitlines()), server.asked) == (0, 15, []), done.output
    assert before.count("\n") < 14
    assert results.read_text().startswith(before)
    assert sorted(json.loads(line)["id"] for line in results.read_text().splitlines()) == find_images([str(photos)])


def test_a_pattern_without_images_and_images_without_a_pattern(look: Look, photos: Path) -> None:
    none = look("--images", f"{photos}/*.jpg")
    assert (none.exit_code, "There is no image" in none.stderr) == (2, True)
    both = look("--images", photos, photos / "0.png")
    assert (both.exit_code, "not both" in both.stderr) == (2, True)
    neither = look()
    assert (neither.exit_code, "Missing argument" in neither.stderr) == (2, True)


def test_patterns_name_each_image_once(photos: Path) -> None:
    (photos / "more").mkdir()
    Pillow.new("RGB", (9, 9)).save(photos / "more" / "6.JPG")
    found = find_images([f"{photos}/**/*.JPG", str(photos), f"{photos}/0.png"])
    assert [Path(path).name for path in found] == ["6.JPG", "0.png", "1.png", "2.png", "3.png", "4.png"]
    with pytest.raises(InputError, match="There is no image"):
        find_images([str(photos / "none")])
    (photos / "none").mkdir()
    with pytest.raises(InputError, match="There is no image in the folder"):
        find_images([str(photos / "none")])
