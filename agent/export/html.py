"""Static HTML pages: a run or an evaluation's report as one file, or a folder with one page per run."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain, count
from pathlib import Path
from typing import Any
from urllib.parse import quote

from jinja2 import ChoiceLoader, Environment, PackageLoader

from ...tools.core.errors import InputError
from ..evaluate.blame_report import BlameReport
from ..evaluate.evaluation import Row
from ..evaluate.report import EvalReport, report_lines, report_of
from ..pages.page import page_values, render_page, templates
from ..pages.photos import embedded_photo, served_photo
from ..reading.said import answer_text, record_text
from ..reading.view import RunView
from ..traces.encode import one_line
from ..traces.trace import read_stored
from .files import make_folder, write_text, written
from .pick import Evaluated, Picked, Tell

MAX_WRONG = 1000
"""Maximum number of wrong answers in a report."""
_THUMB = 160
"""Longer side of a thumbnail, in pixels."""


@dataclass(frozen=True)
class LinkedRun:
    """A run in a list. thumb: its image, as a link or embedded; href: its page; both "" if there is none.

    spent: seconds and calls of each tool.
    """

    id: str
    question: str
    answer: str
    outcome: str
    seconds: float
    spent: dict[str, tuple[float, int]]
    thumb: str
    href: str = ""


def html_file(picked: Picked, path: Path, tell: Tell) -> Path:
    """Write the page of a run, or the report of an evaluation, as one self-contained file.

    Raises InputError if several runs are picked, or the file cannot be written.
    """
    if picked.evaluation is not None:
        entries = [entry for _, entry in picked.each(lambda run: _entry(run, _embedded(run)), tell)]
        return write_text(path, _list_page(entries, picked.evaluation))
    if len(picked) != 1:
        hint = "Use --to folder for several runs."
        raise InputError(f"An HTML file can show one run or one evaluation, not {len(picked)} runs.", hint=hint)
    for _, html in picked.each(render_page, tell):
        write_text(path, html)
    return path


def html_folder(picked: Picked, path: Path, tell: Tell) -> Path:
    """Write `index.html`, and a page and a thumbnail per run in `runs/`. All links are relative.

    Raises InputError if the folder is not empty or cannot be written.
    """
    make_folder(path)
    with written(path):
        (path / "runs").mkdir()
    page = _environment().get_template("run_in_folder.html")
    entries: list[LinkedRun] = []

    def made(run: RunView) -> tuple[str, bytes, LinkedRun]:
        return page.render(page_values(run)), _thumbnail(run), _entry(run, "")

    for run, (html, picture, entry) in picked.each(made, tell):
        name = _free_name(path / "runs", run.run.name)
        write_text(path / "runs" / f"{name}.html", html)
        with written(path):
            (path / "runs" / f"{name}.jpg").write_bytes(picture)
        entries.append(replace(entry, thumb=f"runs/{quote(name)}.jpg", href=f"runs/{quote(name)}.html"))
    write_text(path / "index.html", _list_page(entries, picked.evaluation))
    return path


def _free_name(folder: Path, name: str) -> str:
    """A unique name: runs from several home folders may have the same name."""
    names = chain([name], (f"{name}-{number}" for number in count(2)))
    return next(free for free in names if not (folder / f"{free}.html").exists())


def _environment() -> Environment:
    """The templates of the pages, plus those of this folder."""
    own = PackageLoader("looksmith.agent", "export")
    environment = templates()
    return environment.overlay(loader=ChoiceLoader([own, *([environment.loader] if environment.loader else [])]))


def _entry(run: RunView, thumb: str, href: str = "") -> LinkedRun:
    record = run.run.record
    answer = record_text(record) if record.outcome == "ok" else record.message
    spent: dict[str, tuple[float, int]] = {}
    for step in run.steps:
        seconds, calls = spent.get(step.tool, (0.0, 0))
        spent[step.tool] = seconds + step.seconds, calls + 1
    shown = one_line(answer, 300)
    return LinkedRun(run.run.name, record.question, shown, run.outcome, record.timing.total, spent, thumb, href)


def _thumbnail(run: RunView) -> bytes:
    return served_photo(run.run, run.run.record.image, _THUMB)


def _embedded(run: RunView) -> str:
    return embedded_photo(run.run, run.run.record.image, _THUMB)


def _list_page(entries: Sequence[LinkedRun], evaluation: Evaluated | None) -> str:
    """The page of several runs. For an evaluation, the report and the wrong answers come first."""
    linked = [entry for entry in entries if entry.href]
    values: dict[str, Any] = {"entries": linked if evaluation else entries, "report": None, "answer_text": answer_text}
    if evaluation is not None:
        values |= _report_values(evaluation, {entry.id: entry for entry in entries})
    return _environment().get_template("list.html").render(values)


def _report_values(evaluation: Evaluated, entries: dict[str, LinkedRun]) -> dict[str, Any]:
    """The template variables of an evaluation."""
    folder, rows = evaluation.folder, evaluation.rows
    report = read_stored(folder.path / "report.json", EvalReport)
    if report is None:
        session = {"resumed": 0, "concurrency": 0, "ended": datetime.now().astimezone(), "wall": 0.0}
        report = report_of(folder, rows, session)
    blame = read_stored(folder.path / "blame.json", BlameReport)
    wrong = [row for row in rows if row.score < 0.5]
    return {
        "report": report,
        "numbers": report_lines(report),
        "blame": blame,
        "blamed": {one.run: one for one in blame.wrong} if blame else {},
        "spent": _spent(entries.values()),
        "wrong": [(row, _answered(row), entries.get(row.run)) for row in wrong[:MAX_WRONG]],
        "more": max(len(wrong) - MAX_WRONG, 0),
    }


def _answered(row: Row) -> str:
    said = answer_text(row.answer) if row.outcome == "ok" else f"{row.outcome}: {row.message}"
    return one_line(said, 300)


def _spent(entries: Iterable[LinkedRun]) -> list[tuple[str, int, float, float]]:
    """For each tool: calls, seconds, and the length of its bar in percent."""
    total: dict[str, tuple[float, int]] = {}
    for entry in entries:
        for tool, (seconds, calls) in entry.spent.items():
            before, earlier = total.get(tool, (0.0, 0))
            total[tool] = before + seconds, earlier + calls
    most = max((seconds for seconds, _ in total.values()), default=0.0) or 1.0
    longest = sorted(total.items(), key=lambda item: -item[1][0])
    return [(tool, calls, seconds, 100 * seconds / most) for tool, (seconds, calls) in longest]
