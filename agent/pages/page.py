"""A run as one self-contained HTML file: image, program, and an SVG drawing for each step.

Each image is embedded once; steps show views of it, so that a crop is a `viewBox` and boxes are sharp at any size.
All text is escaped by the template engine.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from itertools import islice
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from ..reading.doubts import doubts
from ..reading.said import record_text, sureness
from ..reading.view import (
    SHOWN_PER_LINE,
    ProgramLine,
    RunView,
    attempt_name,
    call_text,
    doubt_text,
    result_text,
    vote_text,
)
from ..traces.encode import describe, printable
from .clip import small_clip
from .marks import drawn_parts, parts_in
from .run_pictures import MAX_PARTS, RunPictures, card_of
from .timeline import timeline

OPEN_CARDS = 24
"""Number of steps whose cards are initially open."""


def render_page(run: RunView) -> str:
    """The page's HTML. Raises InputError if an image of the run is missing."""
    return templates().get_template("run.html").render({**page_values(run), "clip_href": small_clip(run.run)})


@cache
def templates() -> Environment:
    """The templates of the pages, compiled once, with autoescaping."""
    return Environment(
        loader=PackageLoader("looksmith.agent.pages"),
        autoescape=select_autoescape(default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_shown,
    )


def page_values(run: RunView, link: Callable[[str], str] | None = None, shown: range | None = None) -> dict[str, Any]:
    """The template variables of a run's page.

    link: returns the URL of an image; None embeds it. shown: the numbers of the steps with a card; by default all.
    Raises InputError if an image of the run is missing.
    """
    record, album = run.run.record, RunPictures(run.run, link)
    numbers = range(1, len(run.steps) + 1) if shown is None else shown
    cards = [card_of(number, step, album) for number, step in enumerate(run.steps, start=1) if number in numbers]
    answer = list(islice(parts_in(record.answer), MAX_PARTS))
    subjects = album.views(album.subjects, drawn_parts(answer, "found"))
    by_step = {card.step.id: card for card in cards}
    return dict(
        run=run,
        record=record,
        subjects=list(zip(subjects, record.pictures, strict=True)),
        answer=record_text(record) if record.outcome == "ok" else record.message,
        answer_pictures=[album.view(part) for part in answer if part["type"] == "image"],
        rows=[
            (line, [by_step[step.id] for step in line.steps if step.id in by_step], _failed(run, line))
            for line in run.lines
        ],
        shown_per_line=SHOWN_PER_LINE,
        cards=cards,
        doubts=doubts(run),
        timeline=timeline(run),
        clip_href="",
        open_cards=OPEN_CARDS,
        spent=_spent(run),
        photos=list(album.photos.values()),
        describe=describe,
        call_text=call_text,
        result_text=result_text,
        vote_text=vote_text,
        sureness=sureness,
        doubt_text=doubt_text,
        attempt_name=attempt_name,
    )


def _shown(value: Any) -> Any:
    """A value as displayed; markup made by Jinja is kept."""
    return printable(value) if type(value) is str else value


def _spent(run: RunView) -> list[tuple[str, str, float, float]]:
    """The timing bar: name, class, seconds, and percentage of the total."""
    timing = run.run.record.timing
    parts = [
        ("language model", "llm", timing.llm),
        ("loading models", "load", timing.load),
        ("vision models", "tools", timing.tools),
        ("looksmith", "own", timing.own),
    ]
    whole = sum(seconds for _, _, seconds in parts) or 1.0
    return [(name, kind, seconds, 100 * seconds / whole) for name, kind, seconds in parts]


def _failed(run: RunView, line: ProgramLine) -> bool:
    ended_here = run.end is not None and run.end.outcome != "ok" and run.end.line == line.number
    return ended_here or any(step.error for step in line.steps)
