"""The page about Python names all that is public, and its programs check under pyright strict; tests/docs runs them."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import looksmith

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "pages" / "how-to" / "session.md").read_text(encoding="utf-8")
PROGRAMS = re.findall(r"^```python\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


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
    assert any('"upper" for class "int"' in one for one in told)  # the answer's type is known: an int has no upper()
