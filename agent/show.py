"""A run in the terminal. Everything that a model or an image said is printed as plain text, never as markup."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Console, Group, RenderableType
from rich.syntax import Syntax
from rich.table import Table
from rich.text import Text

from .ask import answer_text
from .runs import RunRecord
from .view import RunView

_STYLES = {"ok": "bold green", "no_detection": "bold yellow", "interrupted": "bold yellow"}


def print_run(console: Console, run: RunView) -> None:
    """Question, program with values, attempts, where the time went, and the answer."""
    record = run.run.record
    console.print(Text(record.question or "(a program without a question)", style="bold"))
    width, height = record.image_size
    console.print(Text(f"{record.image_name}, {width} x {height} · {record.id}", style="dim"))
    console.print()
    console.print(_program(run))
    rejected = [(attempt, check) for attempt, check in run.attempts if attempt.error or (check and check.diagnostics)]
    for attempt, check in rejected:
        problems = attempt.error or "; ".join(d.render() for d in (check.diagnostics if check else ()))
        console.print(Text(f"attempt {attempt.number} was refused: {_clean(problems)}", style="yellow"))
    if run.end and run.end.printed:
        console.print(Text("printed: " + _clean(run.end.printed.rstrip()), style="dim"))
    console.print(_end(run))


def _program(run: RunView) -> RenderableType:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column("", justify="right", style="dim", no_wrap=True)
    table.add_column("program", ratio=1, overflow="fold")
    table.add_column("values", ratio=1, overflow="fold")
    table.add_column("ms", justify="right", no_wrap=True)
    for line in run.lines:
        failed = any(step.error for step in line.steps)
        style = "red" if failed or (run.end and run.end.outcome != "ok" and run.end.line == line.number) else "cyan"
        notes = Text("\n".join(line.notes), style=style)
        spent = "" if line.milliseconds is None else f"{line.milliseconds:.0f}"
        table.add_row(str(line.number), _code(line.code), notes, spent)
    return table


def _code(code: str) -> RenderableType:
    return Syntax(_clean(code), "python", background_color="default", word_wrap=True) if code.strip() else Text("")


def _end(run: RunView) -> RenderableType:
    record, timing = run.run.record, run.run.record.timing
    style = _STYLES.get(run.outcome, "bold red")
    if record.outcome == "ok":
        verdict = Text(_clean(answer_text(record.answer)), style=style)
    else:
        verdict = Text(f"{run.outcome}: {_clean(record.message)}", style=style)
    spent = f"{timing.total:.1f} s: LLM {timing.llm:.1f}, models {timing.tools:.2f}, loading {timing.load:.2f}"
    return Group(Text(), verdict, Text(f"{spent}, own {timing.own * 1000:.0f} ms", style="dim"))


def print_runs(console: Console, records: Iterable[RunRecord]) -> None:
    """A line for each run, newest first."""
    table = Table(box=None, pad_edge=False)
    for heading in ("run", "image", "question", "outcome", "answer", "s"):
        table.add_column(heading, overflow="fold" if heading in ("question", "answer") else "ellipsis")
    for record in records:
        outcome = record.outcome or "interrupted"
        said = answer_text(record.answer) if record.outcome == "ok" else record.message
        row = (record.id, record.image_name, record.question, outcome, said[:100], f"{record.timing.total:.1f}")
        table.add_row(*(Text(_clean(cell)) for cell in row))
    console.print(table)


def _clean(text: str) -> str:
    """Text without control characters: what an image says must not steer the terminal."""
    return "".join(c if c.isprintable() or c == "\n" else "\ufffd" for c in text)
