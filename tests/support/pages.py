"""The code blocks of a page of the documentation, with what they take from other files put in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
_FENCE = re.compile(r'^```(\w+)(?: title="([^"]+)")?\n(.*?)^```$', re.MULTILINE | re.DOTALL)
_SNIPPET = re.compile(r'^--8<-- "([^":]+)(?::(\w+))?"$', re.MULTILINE)
_NOT_RUN = re.compile(r"<!-- not run: (.+) -->\n\Z")


@dataclass(frozen=True)
class Block:
    """A fenced block. name: its title, a file's name; not_run: why the tests do not run it, "" where they do."""

    language: str
    name: str
    text: str
    not_run: str
    place: str


def blocks(page: Path) -> Iterator[Block]:
    """All blocks of a page, from the top."""
    source = page.read_text(encoding="utf-8")
    for found in _FENCE.finditer(source):
        before = _NOT_RUN.search(source[: found.start()])
        place = f"{page.relative_to(ROOT)}:{source.count(chr(10), 0, found.start()) + 1}"
        text = _SNIPPET.sub(lambda mark: _snippet(mark[1], mark[2]), found[3])
        yield Block(found[1], found[2] or "", text, before[1] if before else "", place)


def _snippet(file: str, section: str | None) -> str:
    text = next(path for folder in (DOCS, ROOT) if (path := folder / file).is_file()).read_text(encoding="utf-8")
    if not section:
        return text.rstrip()
    return text.split(f"[start:{section}]\n")[1].split(f"# --8<-- [end:{section}]")[0].strip()
