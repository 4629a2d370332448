"""The page of a run, read as a browser reads it."""

from __future__ import annotations

import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from PIL import Image as Pillow

from looksmith.agent.inputs.subject import Subject
from looksmith.agent.pages.page import render_page
from looksmith.agent.reading.view import view
from looksmith.agent.traces.encode import encode
from looksmith.agent.traces.runs import Recorder, Runs
from looksmith.agent.traces.trace import End, Execution, Step
from looksmith.tools.core.values import Box, Image, Mask

PHOTO = Image.of(Pillow.new("RGB", (64, 48), "red"))
CUP = Box(10, 8, 40, 30, "cup", 0.9)
SHAPE = Mask(64, 48, (488, 22, 64 * 48 - 510), "cup", 0.8)
VOID = {"meta", "br", "link", "img", "input", "base", "embed", "source"}


Write = Callable[[Recorder], End]


class Page(HTMLParser):
    """Every element of a page with its attributes, and the text people read."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.html = html
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.open: list[str] = []
        self.text = ""
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element begins."""
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element without contents."""
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        """An element ends, and it is the one that began last."""
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        """Text, of which the style sheet is none."""
        if self.open[-1:] != ["style"]:
            self.text += data

    def all(self, tag: str, css: str = "") -> list[dict[str, str]]:
        """The attributes of each element with this tag and these classes."""
        wanted = set(css.split())
        return [a for name, a in self.elements if name == tag and wanted <= set(a.get("class", "").split())]


def page(folder: Path, write: Write, question: str = "How many?", name: str = "red.png", photo: Image = PHOTO) -> Page:
    """The page of a run to which `write` adds the events and gives the last."""
    stored = Runs(folder / "runs")
    recorder = stored.start(question, Subject.of(photo, name), [])
    recorder.finish(write(recorder), "model")
    return Page(render_page(view(stored.load("last"))))


def step(to: Recorder, line: int, tool: str, result: Any, **more: Any) -> Step:
    arguments = {name: encode(value, to.keep) for name, value in more.pop("arguments", {"image": PHOTO}).items()}
    rejected = [encode(box, to.keep) for box in more.pop("rejected", ())]
    made = Step(
        line=line,
        column=0,
        tool=tool,
        backend="toy",
        arguments=arguments,
        result=encode(result, to.keep),
        rejected=rejected,
        **more,
    )
    return to.add(made)


def one_step(result: Any, **more: Any) -> Write:
    def write(to: Recorder) -> End:
        to.add(Execution(source="answer = TOOL(image)"))
        step(to, 1, "TOOL", result, **more)
        return End(outcome="ok", answer=1)

    return write


HOSTILE = (
    """</title></style></svg></pre>"><script>alert(1)</script><img src=x onerror='alert(1)'>"""
    """{{ 7 * 7 }}{% raw %}&lt;b&gt; <!-- ]]> javascript:alert(1) https://example.org/x.js"""
)


def require_harmless(found: Page) -> None:
    """Nothing runs, nothing is fetched, nothing refers to anything outside."""
    tags = {tag for tag, _ in found.elements}
    assert not tags & {"script", "iframe", "object", "embed", "link", "base", "form", "img", "foreignobject", "animate"}
    for _, attributes in found.elements:
        assert not [name for name in attributes if name.startswith("on") or name in ("src", "srcset", "xlink:href")]
        assert attributes.get("href", "#").startswith(("#", "data:image/png;base64,", "data:image/jpeg;base64,"))
        assert "url(" not in attributes.get("style", "")
    style = found.html[found.html.index("<style>") : found.html.index("</style>")]
    assert not re.search(r"url\(|@import|@font-face", style)
