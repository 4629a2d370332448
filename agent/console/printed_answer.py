"""How an answer is printed: the same lines, whether it was found in this process or by the warm service."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

from ...tools.core.errors import LooksmithError
from ..reading.said import sureness
from .command import EXIT, exit_status, note, print_json, say

if TYPE_CHECKING:
    from ..answers.answer import Answer


@dataclass(frozen=True)
class PrintedAnswer:
    """What is printed about an answer, as JSON values. The fields have the meaning of those of `Answer`.

    run: the folder; total, llm, tools, load: seconds.
    """

    outcome: str
    answer: Any
    text: str
    message: str
    run: str
    expected: str
    confidence: float | None
    assumptions: tuple[str, ...]
    fragile: str
    notices: tuple[str, ...]
    total: float
    llm: float
    tools: float
    load: float


def said(answer: Answer) -> PrintedAnswer:
    """What is printed about an answer."""
    record = json.loads((answer.run / "run.json").read_text(encoding="utf-8"))
    timing = answer.timing
    return PrintedAnswer(
        answer.outcome,
        record["answer"],
        answer.text,
        answer.message,
        str(answer.run),
        answer.expected,
        answer.confidence,
        answer.assumptions,
        answer.fragile,
        answer.notices,
        timing.total,
        timing.llm,
        timing.tools,
        timing.load,
    )


def report(find: Callable[[], PrintedAnswer], as_json: bool) -> None:
    """Print the answer, or what prevented it, and exit with its status."""
    start = perf_counter()
    try:
        found = find()
    except LooksmithError as error:
        status = exit_status(error)
        kind = "llm_error" if status == EXIT["llm_error"] else "input_error"
        if as_json:
            seconds = round(perf_counter() - start, 3)
            print_json({"answer": None, "outcome": kind, "run": None, "seconds": seconds, "message": str(error)})
        say(f"Error: {error}", fg="red", err=True)
        sys.exit(status)
    if as_json:
        _print_answer(found)
    elif found.outcome == "ok":
        say(found.text)
    if found.outcome != "ok":
        say(f"{found.outcome}: {found.message}", fg="red", err=True)
    doubts = (f"fragile: {found.fragile}",) if found.fragile else ()
    for line in (*(f"assumed: {one}" for one in found.assumptions), *doubts, *found.notices):
        say(line, fg="yellow", err=True)
    about = (f"asks for: {found.expected}" if found.expected else "", sureness(found.confidence))
    if any(about):
        note(" · ".join(filter(None, about)))
    spent = f"{found.total:.1f} s: LLM {found.llm:.1f}, models {found.tools:.1f}, loading {found.load:.1f}"
    note(f"{spent} · looksmith show {Path(found.run).name}")
    sys.exit(EXIT[found.outcome])


def _print_answer(found: PrintedAnswer) -> None:
    names = ("answer", "text", "expected", "confidence", "assumptions", "fragile", "outcome", "run")
    told = {name: getattr(found, name) for name in names}
    print_json({**told, "seconds": round(found.total, 3), "message": found.message})
