"""The table of known data sets, for `looksmith eval --list`."""

from __future__ import annotations

from ..datasets.catalog import KNOWN


def print_known() -> None:
    """Name, task, metric and licence of each, and below where to get it."""
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for heading in ("name", "task", "metric", "licence", "where to get it"):
        table.add_column(heading, overflow="fold", no_wrap=heading in ("name", "where to get it"))
    for one in KNOWN.values():
        home = one.home + (f" (--hub: {one.hub.name})" if one.hub else "")
        table.add_row(one.name, one.task, one.metric, one.licence, home)
    Console(width=200).print(table)
