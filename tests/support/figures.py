"""Figures that were measured, kept in `tests/bench/figures.json` for pages that compute from them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

PATH = Path(__file__).parents[1] / "bench" / "figures.json"


def read() -> dict[str, dict[str, Any]]:
    """The figures by name, each with `value` and `source`, a sentence that says how it was measured."""
    return json.loads(PATH.read_text(encoding="utf-8")) if PATH.exists() else {}


def note(name: str, value: float, source: str) -> None:
    """Keep a figure in place of an older one of that name."""
    figures = read() | {name: {"value": float(f"{value:.4g}"), "source": source}}
    PATH.write_text(json.dumps(figures, indent=1, sort_keys=True) + "\n", encoding="utf-8")
