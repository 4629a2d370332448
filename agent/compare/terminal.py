"""A comparison of two evaluations in the terminal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from .comparison import ChangedQuestion, Comparison, Group
from .paired import Paired

if TYPE_CHECKING:
    from rich.console import Console

FEWEST = 5
"""Questions of a group that is shown. JSON has all groups."""


def print_comparison(console: Console, found: Comparison, most: int) -> None:
    """The difference, overall and by group, then up to `most` questions each that became wrong and right."""
    from rich.table import Table
    from rich.text import Text

    console.print(Text(f"{found.left.name} → {found.right.name}: {headline(found.overall)}"))
    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0))
    for heading in ("", "n", "before", "after", "difference (95 %)", "gained", "lost", "p"):
        table.add_column(heading, justify="left" if not heading else "right", no_wrap=True)
    by = ""
    for group in large(found.groups):
        if group.by != by:
            by = group.by
            table.add_row(Text(f"by {by}", style="bold"))
        table.add_row(Text(f"  {group.value}"), *cells(group.paired))
    console.print(table)
    causes = (group for group in found.groups if group.by == "cause")
    told = (f"{one.value}: {one.paired.gained} became right, {one.paired.lost} became wrong" for one in causes)
    console.print(Text(f"changed first: {'; '.join(told) or 'nothing'}", overflow="fold"))
    _print_cases(console, "became wrong", found.lost, most)
    _print_cases(console, "became right", found.gained, most)


def large(groups: Sequence[Group]) -> list[Group]:
    """Groups that are large enough to say something; causes are of changed questions only, and stand apart."""
    return [group for group in groups if group.by != "cause" and group.paired.n >= FEWEST]


def headline(one: Paired) -> str:
    """The difference in a sentence, with what chance would do."""
    if one.left is None or one.right is None:
        return "no questions"
    told = f"{one.left:.1%} to {one.right:.1%} of {one.n:,} questions, {difference(one)}"
    return f"{told}; {one.gained} became right, {one.lost} became wrong, {chance(one.p)}"


def chance(p: float | None) -> str:
    """What a p-value says."""
    if p is None:
        return "nothing changed"
    return f"{'chance could do that' if p >= 0.05 else 'hardly chance'} (p {told_p(p)})"


def told_p(p: float) -> str:
    """A p-value with its sign."""
    return "< 0.001" if p < 0.001 else f"= {p:.3f}"


def difference(one: Paired) -> str:
    """The difference in points of a percent, with its interval."""
    if one.difference is None:
        return "-"
    ends = f" ({100 * one.interval[0]:+.1f} to {100 * one.interval[1]:+.1f})" if one.interval else ""
    return f"{100 * one.difference:+.1f}{ends}"


def cells(one: Paired) -> Sequence[str]:
    """The columns of a group: questions, before, after, difference, gained, lost, p."""
    shares = ("-" if share is None else f"{share:.1%}" for share in (one.left, one.right))
    p = "" if one.p is None else told_p(one.p).removeprefix("= ")
    return [f"{one.n:,}", *shares, difference(one), str(one.gained), str(one.lost), p]


def _print_cases(console: Console, heading: str, cases: Sequence[ChangedQuestion], most: int) -> None:
    from rich.text import Text

    if cases:
        console.print(Text(f"\n{heading} ({len(cases)})", style="bold"))
    for case in cases[:most]:
        told = f"{case.question}  expected {case.expected}: {case.left.answer} → {case.right.answer}"
        console.print(Text(f"{told}  [{case.cause}]", overflow="fold"))
    if len(cases) > most:
        console.print(f"and {len(cases) - most} more (--limit, --html or --json for all)")
