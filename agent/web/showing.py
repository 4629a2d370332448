"""The pages that show what is stored: the list, a run, two runs side by side, evaluations."""

from __future__ import annotations

from typing import Annotated, Any, cast
from urllib.parse import quote

from fastapi import Depends
from fastapi.responses import FileResponse, PlainTextResponse, Response

from ...programs.examples.taught import TaughtFolder
from ...tools.core.errors import InputError
from ..pages.clip import ClipFiles, clip_of, media_type
from ..pages.marks import parts_in
from ..pages.page import page_values, render_page
from ..pages.photos import served_photo
from ..reading.compare import compare
from ..reading.fold import folds
from ..reading.view import RunView, view
from ..session.chat import MAX_TURNS
from ..teach.teaching import may_be_taught, taught_by
from ..traces.damage import reading
from ..traces.runs import StoredRun
from ..traces.tidy import is_kept
from ..traces.trace import to_json
from ..traces.verdicts import Verdicts, read_verdicts
from .beside import beside, image_link
from .examples import EXAMPLES
from .listing.entries import ListedRun, verdict_word
from .listing.evaluation_page import report_values
from .listing.evaluations import comparison, evaluations
from .listing.library import Query, RunLibrary
from .listing.query import NEWEST
from .live import QuestionJobs
from .messages import Html, Json, rendered

CARDS = 120
"""Maximum number of step cards per page, so that runs with thousands of steps stay readable and fast."""


class Filter:
    """The list's query, from the URL."""

    def __init__(
        self,
        q: str = "",
        outcome: str = "",
        tool: str = "",
        model: str = "",
        collection: str | None = None,
        kind: str = "",
        score: str = "",
        verdict: str = "",
        sort: str = NEWEST,
        page: int = 0,
    ) -> None:
        told = (q, outcome, tool, model, collection or None, kind, score, verdict, sort or NEWEST)
        self.query = Query(*told, max(page, 0))


Wanted = Annotated[Filter, Depends()]


class Showing:
    """One method per page."""

    def __init__(self, library: RunLibrary, jobs: QuestionJobs) -> None:
        self._library = library
        self._jobs = jobs
        self._clips = ClipFiles()

    def runs(self, wanted: Wanted) -> Response:
        """The list of runs."""
        self._library.refresh()
        found = self._library.search(wanted.query)
        return rendered(
            "runs.html",
            found=found,
            wanted=wanted.query,
            choices=self._library.choices(),
            running=self._jobs.running(),
            kept={entry.id for entry in found.entries if is_kept(entry.path)},
            examples=EXAMPLES if not found.total and wanted.query == Query() else (),
        )

    def run(self, name: str, wanted: Wanted, start: int = 1) -> Response:
        """The page of a run. start: the first step with a card; the rest of the URL is the list that it is from."""
        stored = self.load(name)
        entry = self._library.entry(stored.record.id)
        if entry is None or entry.outcome == "interrupted":  # it was not there yet, or had not ended
            self._library.refresh()
        with reading(stored.folder):
            return self._run_page(view(stored), wanted.query, range(max(start, 1), max(start, 1) + CARDS))

    def _run_page(self, shown: RunView, query: Query, numbers: range) -> Response:
        address = shown.run.record.id
        values = page_values(shown, lambda image: image_link(shown, image), numbers)
        before, after = self._library.neighbours(address, query)
        return rendered(
            "viewer.html",
            live=True,
            steps=[_step_data(shown, number) for number in numbers if number <= len(shown.steps)],
            total=len(shown.steps),
            numbers=numbers,
            entry=self._library.entry(address),
            earlier=self._earlier(shown.run),
            children=self._library.children(address),
            before=before,
            after=after,
            query=query,
            kept=is_kept(shown.run.folder),
            clip=clip_of(shown),
            notes=self._jobs.notes_of(shown.run.folder),
            running=next((job for job in self._jobs.running() if job.folder == shown.run.folder), None),
            folds=folds(shown.source, shown.steps),
            by_number={card.number: card for card in values["cards"]},
            **self._judged(shown.run),
            **values,
        )

    def export(self, name: str) -> Response:
        """A run as one self-contained HTML file."""
        stored = self.load(name)
        attached = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(stored.record.id)}.html"}
        with reading(stored.folder):
            return Html(render_page(view(stored)), headers=attached)

    def trace(self, name: str) -> Response:
        """Record and events as JSON."""
        stored = self.load(name)
        return Json({"run": to_json(stored.record), "events": [to_json(event) for event in stored.events]})

    def image(self, name: str, image: str, side: int = 1600) -> Response:
        """A stored image."""
        kept = {"Cache-Control": "private, max-age=31536000, immutable"}
        photo = served_photo(self.load(name), image, min(max(side, 16), 1600))
        return Response(photo, media_type="image/jpeg", headers=kept)

    def clip(self, name: str) -> Response:
        """The video of a run, or the requested part of it; a message if it is gone or has changed."""
        stored = self.load(name)
        try:
            path = self._clips.file(stored)
        except InputError as error:
            return PlainTextResponse(str(error), 404)
        return FileResponse(path, media_type=media_type(path), headers={"Cache-Control": "private, no-cache"})

    def compare(self, left: str, right: str) -> Response:
        """Two runs side by side."""
        runs = [self.load(name) for name in (left, right)]
        with reading(runs[0].folder), reading(runs[1].folder):
            compared = compare(view(runs[0]), view(runs[1]))
            return rendered("compare.html", compared=compared, **beside(compared))

    def evals(self) -> Response:
        """The list of evaluations."""
        self._library.refresh()
        return rendered("evals.html", evaluations=evaluations(self._library))

    def report(self, name: str, wanted: Wanted) -> Response:
        """An evaluation: its numbers, and its questions."""
        self._library.refresh()
        return rendered(
            "report.html", **report_values(self._library, wanted.query.but(collection=name, page=wanted.query.page))
        )

    def compare_evaluations(self, left: str, right: str) -> Response:
        """Two evaluations of the same questions, side by side."""
        return Html(comparison(self._library.home, left, right))

    def _judged(self, run: StoredRun) -> dict[str, Any]:
        """The verdicts on a run, and the examples taught with it."""
        problem, verdicts = "", Verdicts()
        try:
            verdicts = read_verdicts(run.folder)
        except InputError as error:
            problem = str(error)
        taught = taught_by(run, TaughtFolder(self._library.home / "examples").load())
        return {
            "verdict": verdicts.latest,
            "verdicts": verdicts,
            "verdict_problem": problem,
            "verdict_word": verdict_word,
            "taught": taught,
            "may_teach": may_be_taught(run, verdicts.latest) and not taught,
        }

    def _earlier(self, run: StoredRun) -> list[ListedRun]:
        """The questions that a run follows up, oldest first."""
        found: list[ListedRun] = []
        after = run.record.after
        while after and len(found) < MAX_TURNS and (entry := self._library.entry(after)):
            found.append(entry)
            try:
                after = self._library.load(entry.id).record.after
            except InputError:
                break
        return found[::-1]

    def load(self, name: str) -> StoredRun:
        """A run by its id, also one that was stored just now. Raises InputError."""
        try:
            return self._library.load(name)
        except InputError:
            self._library.refresh()
            return self._library.load(name)


def _step_data(shown: RunView, number: int) -> dict[str, Any]:
    """The data of a step for the page's script."""
    step = shown.steps[number - 1]
    given = step.arguments.values()
    lists = [cast("list[Any]", value) for value in given if isinstance(value, list)]
    return {
        "number": number,
        "image": next((part["image"] for part in parts_in([*given]) if part["type"] == "image"), ""),
        "tool": step.tool,
        "line": step.line,
        "result": step.result,
        "error": step.error.kind if step.error else None,
        "rejected": step.rejected,
        "scores": step.scores,
        "choices": [text for texts in lists for text in texts if isinstance(text, str)],
        "name": next((value for value in given if isinstance(value, str)), ""),
    }
