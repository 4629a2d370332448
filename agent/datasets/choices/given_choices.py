"""Questions with given choices, as a program is asked them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

_OPTION = re.compile(r"^\s*\(?([A-Z])[).:]\s*(.+?)\s*$")


def offered(question: str, choices: Sequence[str]) -> str:
    """The question followed by its choices, so that they are its alternatives: "What is it: a cab, a bus or a van?"."""
    asked = " ".join(question.split()).rstrip(" ?.:")
    *first, last = [" ".join(choice.split()).rstrip(" .") for choice in choices]
    return f"{asked}: {', '.join(first)} or {last}?"


def options_of(text: str) -> tuple[str, list[str]]:
    """A question, and the options `(A) ...` on the lines below it; whatever else is there is left out."""
    lines = text.strip().splitlines()
    found = [match[2].rstrip(".") for line in lines if (match := _OPTION.match(line))]
    question = " ".join(line.strip() for line in lines[: next((n for n, x in enumerate(lines) if _OPTION.match(x)), 1)])
    return question, found


def lettered(label: Any, choices: Sequence[str]) -> str | None:
    """The choice of a letter `B` or `(B)`; None if there is none."""
    match = re.fullmatch(r"\(?([A-Z])\)?", str(label).strip())
    place = ord(match[1]) - ord("A") if match else len(choices)
    return choices[place] if place < len(choices) else None
