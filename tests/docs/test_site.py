"""The documentation as a site: it builds strictly, fetches nothing, and its reference is current."""

from __future__ import annotations

import re
import subprocess
import sys
from html import unescape
from importlib.metadata import entry_points
from inspect import signature
from pathlib import Path
from typing import get_args

import click
import pytest
from pages import DOCS, ROOT

import looksmith
from looksmith import Registry
from looksmith.sandbox.outcome import OutcomeKind


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built pages. Strict: a broken link or a missing snippet ends the build."""
    folder = tmp_path_factory.mktemp("docs") / "site"
    build = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "-f", str(DOCS / "mkdocs.yml"), "-d"]
    made = subprocess.run([*build, str(folder)], capture_output=True, text=True, cwd=folder.parent)
    assert made.returncode == 0, made.stdout + made.stderr
    return folder


def text_of(page: Path) -> str:
    html = re.sub(r"(?s)<(script|style|nav).*?</\1>", "", page.read_text(encoding="utf-8"))
    return " ".join(unescape(re.sub(r"<[^>]+>", "", html)).split())


def every_command(command: click.Command, path: str) -> list[tuple[str, click.Command]]:
    below = command.commands.items() if isinstance(command, click.Group) else ()
    return [(path, command), *(one for name, c in below for one in every_command(c, f"{path} {name}"))]


def test_a_page_fetches_nothing_from_elsewhere(site: Path) -> None:
    pages = [page for page in site.rglob("*.html") if "wrong_answers" not in page.parts]
    fetched = re.compile(
        r'<(?:script|img|iframe|link rel="(?:stylesheet|preconnect|icon)")[^>]*?(?:src|href)="([^"]+)"'
    )
    addresses = {address for page in pages for address in fetched.findall(page.read_text(encoding="utf-8"))}
    assert len(addresses) > 3
    assert [address for address in addresses if re.match(r"(https?:)?//", address)] == []


def test_every_command_and_option_is_in_the_reference(site: Path) -> None:
    (entry,) = entry_points(group="console_scripts", name="looksmith")
    page = text_of(site / "reference" / "cli.html")
    commands = every_command(entry.load(), "looksmith")
    assert len(commands) > 15
    for path, command in commands:
        assert path in page
        for parameter in command.params:
            if isinstance(parameter, click.Option) and not parameter.hidden:
                assert max(parameter.opts, key=len) in page, path
                help_text = " ".join((parameter.help or "").replace("`", "").split())
                assert help_text in page, f"{path} {parameter.opts}"


def test_every_public_name_and_its_parameters_are_in_the_reference(site: Path) -> None:
    html = (site / "reference" / "python.html").read_text(encoding="utf-8")
    page = text_of(site / "reference" / "python.html")
    for name in looksmith.__all__:
        assert re.search(rf'id="looksmith[\w.]*\.{name}"', html), name
    for name in ("ask", "run"):
        for parameter in signature(getattr(looksmith, name)).parameters:
            assert re.search(rf"\b{parameter}: ", page), (name, parameter)


def test_every_tool_of_the_pocket_is_in_the_reference(site: Path, pocket: Registry) -> None:
    html = (site / "reference" / "tools.html").read_text(encoding="utf-8")
    assert [tool.name for tool in pocket if f">{tool.name}<" not in html and f">{tool.name}</h3>" not in html] == []


def test_every_outcome_is_described_with_the_exit_status_of_the_commands() -> None:
    page = (DOCS / "pages" / "reference" / "outcomes.md").read_text(encoding="utf-8")
    told = dict(re.findall(r"^\| `(\w+)` \| (\d+) \|", page, re.MULTILINE))
    (entry,) = entry_points(group="console_scripts", name="looksmith")
    statuses = {name: number for number, name in re.findall(r"(\d+) (\w+)", entry.load().help)}
    assert set(told) == set(get_args(OutcomeKind))
    assert {name: told[name] for name in told if name != "ok"} == {n: statuses[n] for n in told if n != "ok"}


def test_the_readme_is_short_and_its_numbers_are_those_that_were_measured() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    table = readme.split("[start:numbers]")[1].split("[end:numbers]")[0]
    measured = (ROOT / "tests" / "bench" / "RESULTS.md").read_text(encoding="utf-8")
    figures = re.findall(r"\d+\.\d+ %|\d+(?:\.\d+)? to \d+(?:\.\d+)?", table)
    assert len(readme.splitlines()) <= 120
    assert len(figures) > 8
    assert [figure for figure in figures if figure.removesuffix(" %") not in measured] == []


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md", "SECURITY.md"])
def test_links_of_the_files_at_the_top_lead_somewhere(name: str) -> None:
    links = re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", (ROOT / name).read_text(encoding="utf-8"))
    assert links
    assert [link for link in links if not link.startswith("https://") and not (ROOT / link).exists()] == []


def test_pictures_are_small() -> None:
    assert [p.name for p in (DOCS / "pages" / "images").iterdir() if p.stat().st_size > 200_000] == []
