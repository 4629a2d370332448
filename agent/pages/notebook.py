"""Shows a run in a notebook: its page in an iframe.

The iframe is sandboxed, without scripts or an origin: its content cannot access the notebook, and the notebook's styles
do not affect it. All text is escaped by the template engine twice: as text in the page, and the page as an attribute.
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
"""Maximum number of step cards, because notebooks store their output, and a loop may have thousands of steps."""
_FRAME = """\
<iframe sandbox srcdoc="{{ page }}" title="{{ title }}" loading="lazy"
  style="width: 100%; height: {{ height }}px; border: 1px solid #8884; border-radius: 8px; resize: vertical"></iframe>
{% if more %}<div>{{ more }}</div>{% endif %}
"""
_PLAIN = "<div><strong>{{ title }}</strong> {{ text }}</div>"
_HEIGHT = 640


@dataclass(frozen=True)
class ShownRun(StoredRun):
    """A stored run with a notebook representation."""

    @classmethod
    def of(cls, run: StoredRun) -> ShownRun:
        """Wrap a stored run."""
        return cls(run.folder, run.record, run.events)

    def _repr_html_(self) -> str:
        """The notebook representation."""
        return show_run(self)


def show_run(run: StoredRun) -> str:
    """The HTML for a run in a notebook; if its images are missing, the error as text."""
    title = run.record.question or run.name
    try:
        with reading(run.folder):
            shown = view(run)
            page = _page(shown)
    except InputError as error:
        return _plain(title, error)
    hidden = len(shown.steps) - MAX_STEPS
    more = f"The first {MAX_STEPS} of {len(shown.steps):,} steps; `looksmith show {run.name}` has all."
    return framed(page, title, more if hidden > 0 else "")


def framed(page: str, title: str, more: str = "") -> str:
    """A whole page for a notebook. more: what is not on it."""
    return templates().from_string(_FRAME).render(page=page, title=title, height=_HEIGHT, more=more)


def show_folder(folder: Path) -> str:
    """The same for a run's folder; for an unreadable run, the error as text."""
    try:
        return show_run(load_run(folder))
    except InputError as error:
        return _plain(folder.name, error)


def _plain(title: str, error: InputError) -> str:
    return templates().from_string(_PLAIN).render(title=title, text=str(error))


def _page(run: RunView) -> str:
    values = page_values(run, shown=range(1, min(len(run.steps), MAX_STEPS) + 1))
    return templates().get_template("run.html").render(values)
