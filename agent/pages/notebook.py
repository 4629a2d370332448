"""A run in a notebook: its page in a frame of its own.

The frame is sandboxed and has neither scripts nor an origin: nothing in it can reach the notebook, and the notebook's
styles do not reach it. All text goes through the template engine's escaping, twice: as text of the page, and the page
as an attribute.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ...tools.core.errors import InputError
from ..reading.view import RunView, view
from ..traces.damage import reading
from ..traces.stored import StoredRun, load_run
from .page import page_values, templates

MAX_STEPS = 50
"""Steps with a card; a notebook keeps what it shows, and a loop may make thousands."""
_FRAME = """\
<iframe sandbox srcdoc="{{ page }}" title="{{ title }}" loading="lazy"
  style="width: 100%; height: {{ height }}px; border: 1px solid #8884; border-radius: 8px; resize: vertical"></iframe>
{% if more %}<div>{{ more }}</div>{% endif %}
"""
_PLAIN = "<div><strong>{{ title }}</strong> {{ text }}</div>"
_HEIGHT = 640


@dataclass(frozen=True)
class ShownRun(StoredRun):
    """A stored run that a notebook shows."""

    @classmethod
    def of(cls, run: StoredRun) -> ShownRun:
        """The same run."""
        return cls(run.folder, run.record, run.events)

    def _repr_html_(self) -> str:
        """How a notebook shows it."""
        return show_run(self)


def show_run(run: StoredRun) -> str:
    """The HTML that a notebook shows of a run. Of one whose pictures are gone it is what went wrong, as text."""
    title = run.record.question or run.name
    try:
        with reading(run.folder):
            shown = view(run)
            page = _page(shown)
    except InputError as error:
        return _plain(title, error)
    hidden = len(shown.steps) - MAX_STEPS
    more = f"The first {MAX_STEPS} of {len(shown.steps):,} steps; `looksmith show {run.name}` has all."
    return (
        templates().from_string(_FRAME).render(page=page, title=title, height=_HEIGHT, more=more if hidden > 0 else "")
    )


def show_folder(folder: Path) -> str:
    """The same for a run by its folder; of one that cannot be read it is what went wrong."""
    try:
        return show_run(load_run(folder))
    except InputError as error:
        return _plain(folder.name, error)


def _plain(title: str, error: InputError) -> str:
    return templates().from_string(_PLAIN).render(title=title, text=str(error))


def _page(run: RunView) -> str:
    values = page_values(run, shown=range(1, min(len(run.steps), MAX_STEPS) + 1))
    return templates().get_template("run.html").render(values)
