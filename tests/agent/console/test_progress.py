"""While a question is answered, a terminal says what is being done; `--verbose` says it in a line each."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from PIL import Image as Pillow
from played import Server

from looksmith.agent.cli.main import main

PROGRAM = "a = BRIGHTNESS(image)\nanswer = a < 10"


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    (tmp_path / "p.py").write_text(PROGRAM)
    Pillow.new("RGB", (8, 6)).save(tmp_path / "p.png")
    return [str(tmp_path / "p.py"), str(tmp_path / "p.png")]


def test_verbose_says_each_step_in_a_line(home: Path, files: list[str]) -> None:
    done = CliRunner().invoke(main, ["run", *files, "--home", str(home), "--verbose"])
    assert done.stdout == "yes\n"
    told = [line.partition(" s  ")[2] for line in done.stderr.splitlines() if " s  " in line]
    assert told == ["checking the program", "running line 1: BRIGHTNESS"]


def test_without_it_nothing_is_said_where_there_is_no_terminal(home: Path, files: list[str]) -> None:
    done = CliRunner().invoke(main, ["run", *files, "--home", str(home)])
    assert "checking" not in done.stderr


def test_a_question_says_its_attempts(home: Path, files: list[str]) -> None:
    server = Server(lambda _question: f"```python\n{PROGRAM}\n```")
    try:
        command = ["ask", files[1], "Is it dark?", "--base-url", server.url, "--home", str(home), "--verbose"]
        done = CliRunner().invoke(main, command)
    finally:
        server.stop()
    told = [line.partition(" s  ")[2] for line in done.stderr.splitlines() if " s  " in line]
    assert told[0] == "attempt 1: the language model writes a program", done.stderr
    assert "checking the program" in told
    assert told[-1] == "running line 1: BRIGHTNESS"


def test_a_terminal_says_it_in_one_line(home: Path, files: list[str]) -> None:
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "looksmith.agent.cli.main", "run", *files, "--home", str(home), "--json"]
    with subprocess.Popen(
        command, stderr=theirs, stdout=subprocess.PIPE, env={**os.environ, "TERM": "xterm"}
    ) as running:
        os.close(theirs)
        said = b""
        while part := _read(ours):
            said += part
        out = running.stdout.read() if running.stdout else b""
    os.close(ours)
    assert b"running line 1" in said
    assert b'"answer": true' in out


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 4096)
    except OSError:  # the other end is closed
        return b""
