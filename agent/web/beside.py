"""The template variables of the page that compares two runs."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import SequenceMatcher
from itertools import zip_longest
from typing import Any
from urllib.parse import quote

from ..pages.page import page_values
from ..reading.compare import RunComparison
from ..reading.said import record_text
from ..reading.view import RunView, call_text, result_text, shown_lines

LONG = 300
"""Lines from which alignment is simplified; no model writes programs that long."""


def image_link(run: RunView, image: str) -> str:
    """The URL of a run's image."""
    return f"/runs/{quote(run.run.record.id)}/images/{quote(image)}"


def beside(compared: RunComparison) -> dict[str, Any]:
    """Additional variables of the comparison: both images, and the lines of both programs."""
    runs = (compared.left, compared.right)
    return {
        "pictures": [
            page_values(run, lambda image, run=run: image_link(run, image), _around(compared, run)) for run in runs
        ],
        "lines": _lines_beside(*(shown_lines(run.source) for run in runs)),
        "answers": [record_text(run.run.record) if run.outcome == "ok" else _failure(run) for run in runs],
        "call_text": call_text,
        "result_text": result_text,
    }


def _failure(run: RunView) -> str:
    return f"{run.outcome}: {run.run.record.message}"


def _around(compared: RunComparison, run: RunView) -> range:
    """The step whose image is shown: the first that differs."""
    if compared.first is None:
        return range(0)
    pair = compared.pairs[compared.first]
    step = pair.left if run is compared.left else pair.right
    number = run.steps.index(step) + 1 if step is not None else 0
    return range(number, number + 1)


def _lines_beside(left: Sequence[str], right: Sequence[str]) -> list[tuple[str | None, str | None, bool]]:
    """Aligned lines, and whether they are equal; None where one program is shorter."""
    found: list[tuple[str | None, str | None, bool]] = []
    # Of long programs, lines that come again and again are no anchors: that would take the square of their number.
    long = max(len(left), len(right)) > LONG
    for tag, start, end, begin, stop in SequenceMatcher(None, left, right, autojunk=long).get_opcodes():
        pairs = zip_longest(left[start:end], right[begin:stop])
        found += [(one, other, tag == "equal") for one, other in pairs]
    return found
