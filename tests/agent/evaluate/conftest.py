"""A few drawn pictures with questions, and `looksmith eval` on them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from evaluating import PLAIN, Look, draw, right
from played import Server

from looksmith.agent.cli.main import main


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Three images with three questions each, as easy-VQA has them: two questions are asked of every image."""
    folder = tmp_path / "data"
    rows: list[Any] = []
    for number, (shape, color) in enumerate((("circle", "red"), ("rectangle", "blue"), ("circle", "black"))):
        draw(folder / "test" / "images" / f"{number}.png", shape, color)
        rows.append(["what shape?", shape, number])
        rows.append(["what color?", color, number])
        rows.append([f"is number {number} a circle?", "yes" if shape == "circle" else "no", number])
    (folder / "test" / "questions.json").write_text(json.dumps(rows))
    return folder


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server(right)
    yield made
    made.stop()


@pytest.fixture
def look(home: Path, data: Path, server: Server, tmp_path: Path) -> Look:
    """Run `looksmith eval easy-vqa` on `data`, or with other words."""

    def run(*words: str | Path) -> Result:
        words = words or ("easy-vqa", "--data", data)
        command = ["eval", *map(str, words), "--home", str(home), *PLAIN]
        command += ["--base-url", server.url, "--json", str(tmp_path / "out.json")]
        return CliRunner().invoke(main, command, catch_exceptions=False)

    return run


@pytest.fixture
def numbers(tmp_path: Path) -> Callable[[], Any]:
    """What was written with --json."""
    return lambda: json.loads((tmp_path / "out.json").read_text())
