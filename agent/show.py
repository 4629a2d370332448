"""A run in the terminal. Everything that a model or an image said is printed as plain text, never as markup."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Console, Group, RenderableType
from rich.syntax import Syntax
from rich.table import Table
from rich.text import Text

from .ask import answer_text
from .encode import one_line, printable
from .runs import RunRecord
from .view import RunView

_STYLES = {"ok": "bold green", "no_detection": "bold yellow", "interrupted": "bold yellow"}


def print_run(console: Console, run: RunView) -> None:
    """Question, program with values, attempts, where the time went, and the answer."""
    record = run.run.record
    console.print(Text(printable(record.question) or "(a program without a question)", style="bold"))
    width, height = record.image_size
    console.print(Text(printable(f"{record.image_name}, {width} x {height} · {record.id}"), style="dim"))
    console.print()
    console.print(_program(run))
    rejected = [(attempt, check) for attempt, check in run.attempts if attempt.error or (check and check.diagnostics)]
    for attempt, check in rejected:
        problems = attempt.error or "; ".join(d.render() for d in (check.diagnostics if check else ()))
        console.print(Text(f"attempt {attempt.number} was refused: {printable(problems)}", style="yellow"))
    if run.end and run.end.printed:
        console.print(Text("printed: " + printable(run.end.printed.rstrip()), style="dim"))
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
    if not code.strip():
        return Text("")
    return Syntax(printable(code.expandtabs(4)), "python", background_color="default", word_wrap=True)


def _end(run: RunView) -> RenderableType:
    record, timing = run.run.record, run.run.record.timing
    style = _STYLES.get(run.outcome, "bold red")
    if record.outcome == "ok":
        verdict = Text(printable(answer_text(record.answer)), style=style)
    else:
        verdict = Text(_failure(record), style=style)
    spent = f"{timing.total:.1f} s: LLM {timing.llm:.1f}, models {timing.tools:.2f}, loading {timing.load:.2f}"
    return Group(Text(), verdict, Text(f"{spent}, own {timing.own * 1000:.0f} ms", style="dim"))


def print_runs(console: Console, records: Iterable[RunRecord]) -> None:
    """A line for each run, newest first."""
    table = Table(box=None, pad_edge=False, expand=True)
    for heading, width in (("run", 22), ("image", 14)):
        table.add_column(heading, no_wrap=True, width=width)
    table.add_column("question", no_wrap=True, ratio=1)
    table.add_column("answer", no_wrap=True, ratio=1)
    table.add_column("s", no_wrap=True, justify="right", width=5)
    for record in records:
        about = (Text(one_line(text)) for text in (record.id, record.image_name, record.question))
        table.add_row(*about, _said(record), f"{record.timing.total:.1f}")
    console.print(table)


def _said(record: RunRecord) -> Text:
    outcome = record.outcome or "interrupted"
    if outcome == "ok":
        return Text(one_line(answer_text(record.answer)))
    return Text(one_line(_failure(record)), style=_STYLES.get(outcome, "red").removeprefix("bold "))


def _failure(record: RunRecord) -> str:
    outcome = record.outcome or "interrupted"
    return f"{outcome}: {printable(record.message)}" if record.message else outcome
