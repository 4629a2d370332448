"""Shows a run in the terminal. Untrusted text from models and images is printed as plain text, never as markup."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rich.console import Console, Group, RenderableType
from rich.syntax import Syntax
from rich.table import Table
from rich.text import Text

from ..reading.said import record_text, sureness
from ..reading.view import RunView, WrittenProgram, attempt_name, vote_text
from ..traces.damage import Unreadable
from ..traces.encode import describe, one_line, printable
from ..traces.run_record import RunRecord
from ..traces.trace import Attempt

_STYLES = {"ok": "bold green", "no_detection": "bold yellow", "interrupted": "bold yellow"}


def print_run(console: Console, run: RunView) -> None:
    """Print question, program with values, attempts, timing, and answer."""
    record = run.run.record
    console.print(Text(printable(record.question) or "(a program without a question)", style="bold"))
    console.print(Text(printable(f"{_images(record)} · {record.id}"), style="dim"))
    for name, value in record.inputs.items():
        console.print(Text(f"{name} = {describe(value)}", style="dim"))
    if record.dialect:
        read = ": each line is shown above its translation" if record.lines else ""
        console.print(Text(f"written for {record.dialect}{read}", style="dim"))
    if record.parent:
        console.print(
            Text(printable(f"replay of {record.parent}: {'; '.join(record.changes) or 'no changes'}"), style="dim")
        )
    if record.after:
        console.print(Text(printable(f"follows up {record.after}"), style="dim"))
    if record.expected:
        console.print(Text(printable(f"asks for: {record.expected}"), style="dim"))
    if record.dry:
        console.print(Text("dry run: stand-ins answered instead of the tools", style="yellow"))
    console.print()
    console.print(_program(run))
    for attempt, proposals in run.attempts:
        for line in _written(attempt, proposals):
            console.print(line)
    if run.vote:
        console.print(Text(vote_text(run.vote), style="dim"))
    for assumption in record.assumptions:
        console.print(Text(printable(f"assumed: {assumption}"), style="yellow"))
    if record.fragile:
        console.print(Text(printable(f"fragile: {record.fragile}"), style="yellow"))
    for notice in run.end.notices if run.end else ():
        console.print(Text(printable(notice), style="yellow"))
    if run.end and run.end.printed:
        console.print(Text("printed: " + printable(run.end.printed.rstrip()), style="dim"))
    console.print(_end(run))


def _written(attempt: Attempt, proposals: Iterable[WrittenProgram]) -> Iterator[Text]:
    """A line for each program except the one that gave the answer."""
    name = attempt_name(attempt)
    if attempt.error:
        yield Text(f"{name} was refused: {printable(attempt.error)}", style="yellow")
    elif not attempt.number:
        yield Text(f"{name}: {one_line(attempt.reply)}", style="yellow")
    for one in proposals:
        if one.taken:
            continue
        if one.problem:
            yield Text(f"{name}{one.share and ', '}{one.share} {printable(one.problem)}", style="yellow")
        elif one.share:
            yield Text(f"{name}, {one.share} {one.fate}", style="dim")


def _images(record: RunRecord) -> str:
    return "; ".join(f"{picture.name}, {picture.size[0]} x {picture.size[1]}" for picture in record.pictures)


def _program(run: RunView) -> RenderableType:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column("", justify="right", style="dim", no_wrap=True)
    table.add_column("program", ratio=1, overflow="fold")
    table.add_column("values", ratio=1, overflow="fold")
    table.add_column("ms", justify="right", no_wrap=True)
    for line in run.lines:
        if line.written:
            number, text = line.written
            table.add_row(f"{number} ▸", Text(printable(text.expandtabs(4)), style="dim"), "", "")
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
        verdict = Text(printable(record_text(record)), style=style)
    else:
        verdict = Text(_failure(record), style=style)
    spent = f"{timing.total:.1f} s: LLM {timing.llm:.1f}, models {timing.tools:.2f}, loading {timing.load:.2f}"
    sure = Text(sureness(record.confidence), style="dim")
    told = Text(f"{spent}, own {timing.own * 1000:.0f} ms", style="dim")
    return Group(Text(), verdict, *([sure] if sure else []), told)


def print_runs(console: Console, records: Iterable[RunRecord | Unreadable]) -> None:
    """A line for each run, newest first; for an unreadable run, the reason."""
    table = Table(box=None, pad_edge=False, expand=True)
    for heading, width in (("run", 22), ("image", 14)):
        table.add_column(heading, no_wrap=True, width=width)
    table.add_column("question", no_wrap=True, ratio=1)
    table.add_column("answer", no_wrap=True, ratio=1)
    table.add_column("s", no_wrap=True, justify="right", width=5)
    for record in records:
        if isinstance(record, Unreadable):
            why = Text(one_line(record.why), style="red")
            table.add_row(Text(one_line(record.name)), "", Text("unreadable", style="red"), why, "")
            continue
        more = f" and {len(record.more_images)} more" if record.more_images else ""
        about = (Text(one_line(text)) for text in (record.id, record.image_name + more, record.question))
        table.add_row(*about, _said(record), f"{record.timing.total:.1f}")
    console.print(table)


def _said(record: RunRecord) -> Text:
    outcome = record.outcome or "interrupted"
    if outcome == "ok":
        return Text(one_line(record_text(record)))
    return Text(one_line(_failure(record)), style=_STYLES.get(outcome, "red").removeprefix("bold "))


def _failure(record: RunRecord) -> str:
    outcome = record.outcome or "interrupted"
    return f"{outcome}: {printable(record.message)}" if record.message else outcome
