"""The page about Python: its programs run with the real pocket, check under pyright strict, and name what is public."""

from __future__ import annotations

import json
import re
import runpy
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from played import Server

import looksmith
from photos import photo_path

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "pages" / "how-to" / "session.md").read_text(encoding="utf-8")
PROGRAMS = re.findall(r"^```python\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
WRITTEN = {
    "Is there a cup": 'answer = EXISTS(image, "cup")',
    "ow many": 'cups = DETECT(image, "cup")\nanswer = COUNT(cups)',
}


def written(asked: str) -> str:
    question = asked.rpartition("Question: ")[2].splitlines()[0]
    return next(program for words, program in WRITTEN.items() if words in question)


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """A language model."""
    made = Server(written)
    yield made
    made.stop()


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, shared_home: Path) -> Path:
    """One home for all programs: what one found, the next one need not look for."""
    folder = tmp_path_factory.mktemp("home")
    (folder / "weights").symlink_to(shared_home / "weights")
    return folder


@pytest.mark.parametrize("number", range(len(PROGRAMS)))
def test_a_program_of_the_page_runs(
    number: int, tmp_path: Path, home: Path, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, photo in (("photo.jpg", "coffee"), ("left.jpg", "coffee"), ("right.jpg", "chelsea")):
        shutil.copy(photo_path(photo), tmp_path / name)
    monkeypatch.setenv("LOOKSMITH_HOME", str(home))
    monkeypatch.setenv("LOOKSMITH_BASE_URL", server.url)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "program.py").write_text(PROGRAMS[number], encoding="utf-8")
    runpy.run_path(str(tmp_path / "program.py"))
    assert (tmp_path / "annotated.png").exists() == ("annotated.png" in PROGRAMS[number])


def test_every_public_name_has_a_program_that_uses_it() -> None:
    shown = {name for program in PROGRAMS for name in re.findall(r"\w+", program)}
    assert set(looksmith.__all__) <= shown
    for name in looksmith.__all__:
        assert getattr(looksmith, name) is not None


def test_the_programs_check_under_pyright_strict(tmp_path: Path) -> None:
    folders = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["package-dir"]
    for package in ("looksmith", *(f"looksmith.{name}" for name in ("tools", "programs", "sandbox", "agent"))):
        place = tmp_path / "site" / package.replace(".", "/")
        shutil.copytree(ROOT / folders[package], place, ignore=shutil.ignore_patterns("__pycache__"))
    client = tmp_path / "client"
    client.mkdir()
    for number, program in enumerate(PROGRAMS):
        (client / f"program{number}.py").write_text(program, encoding="utf-8")
    (client / "wrong.py").write_text(
        'from looksmith import ask\n\nprint(ask("a.jpg", "Why?", answer_type=int).unwrap().upper())\n', encoding="utf-8"
    )
    chosen = {"include": ["client"], "strict": ["client"], "extraPaths": ["site"], "pythonVersion": "3.11"}
    (tmp_path / "pyrightconfig.json").write_text(json.dumps({**chosen, "venvPath": str(ROOT), "venv": ".venv"}))
    command = [sys.executable, "-m", "pyright", "--project", str(tmp_path), "--outputjson"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=900)
    problems = json.loads(done.stdout)["generalDiagnostics"]
    told = [f"{Path(p['file']).name}:{p['range']['start']['line'] + 1}: {p['message']}" for p in problems]
    assert [one for one in told if not one.startswith("wrong.py")] == []
    assert len(told) == 1  # the answer's type is known: an int has no upper()
