"""`looksmith export` as a command, for the tests of its formats."""

from __future__ import annotations

import json
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from looksmith.agent.cli.main import main


def export(home: Path, *arguments: str | Path) -> Result:
    return CliRunner().invoke(main, ["export", "--home", str(home), *map(str, arguments)])


def done(home: Path, *arguments: str | Path) -> dict[str, Any]:
    """What the command says it did."""
    result = export(home, *arguments, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


class Page(HTMLParser):
    """The elements of a page, and the text people read."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.text = ""
        self._hidden = False
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element begins."""
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        self._hidden = tag == "style"

    def handle_data(self, data: str) -> None:
        """Text, of which the style sheet is none."""
        self.text += "" if self._hidden else data

    def all(self, tag: str, name: str) -> list[str]:
        """The value of an attribute in each element that has it."""
        return [attributes[name] for found, attributes in self.elements if found == tag and name in attributes]
