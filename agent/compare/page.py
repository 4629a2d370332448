"""A comparison of two evaluations as one self-contained page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import groupby
from pathlib import Path

from ...tools.core.errors import InputError
from ..pages.page import templates
from ..pages.photos import embedded_photo
from ..traces.damage import reading
from ..traces.stored import load_run
from .comparison import ChangedQuestion, Comparison, Group
from .paired import Paired
from .terminal import FEWEST, chance, difference, large, told_p

MOST = 500
"""Questions that are listed on each side."""
_THUMB = 160
"""Longer side of a thumbnail, in pixels."""
_SCALE = 0.5
"""The difference at either end of the scale."""


def comparison_page(found: Comparison, *, live: bool = False) -> str:
    """The page as HTML. All text in it is escaped. live: it is a page of the viewer, with links to other pages."""
    thumbs = lru_cache(maxsize=None)(_thumb)
    pictures = {case.id: thumbs(case.image, case.right.run or case.left.run) for case in _listed(found)}
    by = [(name, list(groups)) for name, groups in groupby(large(found.groups), key=lambda group: group.by)]
    return (
        templates()
        .get_template("evaluations.html")
        .render(
            found=found,
            live=live,
            by=by,
            most=MOST,
            fewest=FEWEST,
            pictures=pictures,
            chance=chance,
            difference=difference,
            told_p=told_p,
            whisker=whisker,
            settled=settled,
            causes=_causes(found.groups),
        )
    )


def whisker(one: Paired) -> tuple[float, float, float]:
    """Where a difference and the ends of its interval lie on the scale, in percent of its width."""
    low, high = one.interval or (one.difference or 0.0, one.difference or 0.0)
    return _placed(low), _placed(one.difference or 0.0), _placed(high)


def _placed(difference: float) -> float:
    return 50 + 50 * max(-1.0, min(difference / _SCALE, 1.0))


def settled(one: Paired) -> str:
    """Whether an interval excludes zero: "good", "bad", or "" if it does not."""
    low, high = one.interval or (0.0, 0.0)
    return "good" if low > 0 else "bad" if high < 0 else ""


def _causes(groups: Sequence[Group]) -> list[Group]:
    return [group for group in groups if group.by == "cause"]


def _listed(found: Comparison) -> Iterator[ChangedQuestion]:
    yield from found.lost[:MOST]
    yield from found.gained[:MOST]


def _thumb(image: str, run: str) -> str:
    """The picture of a run, embedded; "" if it cannot be read."""
    if not run:
        return ""
    folder = Path(run)
    try:
        with reading(folder):
            stored = load_run(folder)
            return embedded_photo(stored, stored.record.image, _THUMB)
    except (InputError, OSError):
        return ""
