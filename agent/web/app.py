"""The viewer's routes: pages and actions."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import asynccontextmanager
from importlib.resources import files
from itertools import islice
from pathlib import Path
from typing import Annotated, Any, cast
from urllib.parse import quote, urlencode

from fastapi import Depends, FastAPI, File, Form, Request, UploadFile
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from fastapi.sse import EventSourceResponse, ServerSentEvent
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException

from ...tools.core.errors import InputError, LooksmithError
from ..datasets.scorers import Scoring, usual_scorer
from ..debug.blame import Case, blame, judge
from ..debug.parse_change import NOTHING_FOUND, read_value, value_of
from ..debug.replay import Edits, Script
from ..inputs.subject import Subject
from ..pages.page import page_values, render_page, templates
from ..pages.photos import served_photo
from ..reading.compare import compare
from ..reading.fold import folds
from ..reading.view import RunView, view
from ..session.chat import past_of, subject_with
from ..session.workshop import Workshop
from ..traces.damage import reading
from ..traces.encode import encode
from ..traces.runs import StoredRun
from ..traces.trace import in_utf8, to_json
from .beside import beside, image_link
from .guard import BodyLimit, Guard
from .library import PAGE, Library, Query
from .live import Jobs, told
from .messages import Change, Expected, Html, Json
from .report import report_values
from .uploads import Uploads

CARDS = 120
"""Maximum number of step cards per page, so that runs with thousands of steps stay readable and fast."""
_NOTHING = {"error": NOTHING_FOUND}


def create_app(workshop: Workshop, token: str = "", others: Sequence[Path] = ()) -> FastAPI:
    """Create the viewer for a home folder.

    token: required from clients on other machines; others: folders of runs elsewhere to show as well.
    """
    jobs = Jobs()

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncGenerator[None]:
        yield
        await asyncio.to_thread(jobs.close)
        workshop.close()

    app = FastAPI(title="looksmith", lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None)
    app.add_middleware(BodyLimit)
    app.middleware("http")(Guard(token))
    app.mount("/static", StaticFiles(directory=str(files("looksmith.agent.web") / "static")), "static")
    app.exception_handler(LooksmithError)(_refused)
    app.exception_handler(HTTPException)(_missing)
    app.exception_handler(Exception)(_failed)
    pages = Pages(workshop, Library(workshop.settings.home, others), jobs)
    for path, page in (
        ("/", pages.runs),
        ("/runs/{name}", pages.run),
        ("/runs/{name}/page.html", pages.export),
        ("/runs/{name}/trace.json", pages.trace),
        ("/runs/{name}/images/{image}", pages.image),
        ("/compare", pages.compare),
        ("/ask", pages.ask),
        ("/ask/{job}", pages.watch),
        ("/reports/{name}", pages.report),
    ):
        app.get(path, response_class=HTMLResponse)(page)
    app.get("/ask/{job}/events", response_class=EventSourceResponse)(pages.events)
    app.post("/ask")(pages.start)
    app.post("/ask/{job}/cancel")(pages.cancel)
    app.post("/runs/{name}/follow")(pages.follow)
    app.post("/runs/{name}/replay")(pages.replay)
    app.post("/runs/{name}/blame")(pages.blame)
    return app


def _missing(_: Request, error: Exception) -> Response:
    """Handle an unknown URL, or an invalid request."""
    status = error.status_code if isinstance(error, HTTPException) else 500
    page = templates().get_template("problem.html").render(problem="Page not found.")
    return Html(page, status)


def _failed(_: Request, error: Exception) -> Response:
    """Handle an internal error; the traceback is printed where the viewer was started."""
    problem = f"Internal error: {type(error).__name__}. The traceback is in the viewer's terminal."
    return Html(templates().get_template("problem.html").render(problem=problem), 500)


def _refused(request: Request, error: Exception) -> Response:
    """What went wrong, in the form that was asked for."""
    if request.method != "GET" and not request.url.path.endswith(("/ask", "/follow")):
        return Json({"error": str(error)}, 400)
    page = templates().get_template("problem.html").render(problem=str(error))
    return Html(page, 404 if isinstance(error, InputError) else 500)


def _render(template: str, **values: Any) -> Html:
    return Html(templates().get_template(template).render(**values))


class Pages:
    """One method per page and action."""

    def __init__(self, workshop: Workshop, library: Library, jobs: Jobs) -> None:
        self._workshop = workshop
        self._library = library
        self._jobs = jobs
        self._uploads = Uploads()

    def runs(self, query: Annotated[_Filter, Depends()]) -> Response:
        """The list of runs."""
        self._library.refresh()
        found, wanted = self._library.search(query.query), query.query
        pages = (found.total + PAGE - 1) // PAGE
        return _render(
            "runs.html", found=found, wanted=wanted, choices=self._library.choices(), pages=pages, link=query.link
        )

    def run(self, name: str, start: int = 1) -> Response:
        """The page of a run. start: the first step with a card."""
        stored = self._load(name)
        with reading(stored.folder):
            return self._run_page(view(stored), range(max(start, 1), max(start, 1) + CARDS))

    def _run_page(self, shown: RunView, numbers: range) -> Response:
        address = shown.run.record.id
        values = page_values(shown, lambda image: image_link(shown, image), numbers)
        return _render(
            "viewer.html",
            live=True,
            steps=[_step_data(shown, number) for number in numbers if number <= len(shown.steps)],
            total=len(shown.steps),
            numbers=numbers,
            entry=self._library.entry(address),
            children=self._library.children(address),
            folds=folds(shown.source, shown.steps),
            by_number={card.number: card for card in values["cards"]},
            **values,
        )

    def export(self, name: str) -> Response:
        """A run as one self-contained HTML file."""
        stored = self._load(name)
        attached = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(stored.record.id)}.html"}
        with reading(stored.folder):
            return Html(render_page(view(stored)), headers=attached)

    def trace(self, name: str) -> Response:
        """Record and events as JSON."""
        stored = self._load(name)
        return Json({"run": to_json(stored.record), "events": [to_json(event) for event in stored.events]})

    def image(self, name: str, image: str, side: int = 1600) -> Response:
        """A stored image."""
        kept = {"Cache-Control": "private, max-age=31536000, immutable"}
        photo = served_photo(self._load(name), image, min(max(side, 16), 1600))
        return Response(photo, media_type="image/jpeg", headers=kept)

    def compare(self, left: str, right: str) -> Response:
        """Two runs side by side."""
        runs = [self._load(name) for name in (left, right)]
        with reading(runs[0].folder), reading(runs[1].folder):
            compared = compare(view(runs[0]), view(runs[1]))
            return _render("compare.html", compared=compared, **beside(compared))

    def report(self, name: str) -> Response:
        """The report of an evaluation."""
        self._library.refresh()
        folder = self._workshop.settings.home / "evals" / in_utf8(Path(name).name)
        return _render("report.html", **report_values(folder, self._library.entries(folder.name)))

    # -- asking

    def ask(self) -> Response:
        """The form."""
        return _render("ask.html", problem="", question="")

    def start(
        self,
        question: Annotated[str, Form()],
        image: Annotated[list[UploadFile] | None, File()] = None,
        address: Annotated[str, Form()] = "",
    ) -> Response:
        """Begin to answer a question about one or several pictures. address: of the web, several apart by spaces."""
        try:
            images = self._uploads.read(image or [], address.split())
            job = self._jobs.start(self._workshop.bench(), Subject.named(images), question, self._workshop.connect())
            self._uploads.count(job, images)
        except LooksmithError as error:
            return _render("ask.html", problem=str(error), question=question)
        return RedirectResponse(f"/ask/{job.id}", 303)

    def follow(self, name: str, question: Annotated[str, Form()]) -> Response:
        """Begin to answer a question that goes on from a run."""
        subject, past = past_of(self._load(name), self._load)
        subject, context = subject_with(subject, past.results), past.context(question)
        job = self._jobs.start(self._workshop.bench(), subject, question, self._workshop.connect(), context)
        return RedirectResponse(f"/ask/{job.id}", 303)

    def watch(self, job: str) -> Response:
        """The page of a question in progress."""
        found = self._jobs.get(job)
        if found is None:
            raise InputError("This question is no longer available.", hint="If it started, its run is in the list.")
        return _render("watch.html", job=found)

    async def events(self, job: str) -> AsyncIterator[ServerSentEvent]:
        """A stream of progress events; the last one has the URL of the run."""
        found = self._jobs.get(job)
        if found is None:
            return
        happening = found.events()
        while happened := await asyncio.to_thread(lambda: [*islice(happening, 1)]):
            for event in filter(None, happened):
                kind, text = told(event)
                yield ServerSentEvent(event="happened", data={"kind": kind, "text": text, "at": round(event.at, 2)})
        run = found.folder.name if found.folder else ""
        yield ServerSentEvent(event="over", data={"run": run, "problem": in_utf8(found.problem)})

    def cancel(self, job: str) -> Response:
        """Stop before the next step."""
        found = self._jobs.get(job)
        if found is not None:
            found.stop.set()
        return Json({"cancelled": found is not None})

    # -- correcting

    def replay(self, name: str, change: Change) -> Response:
        """Replay a run with a change; returns the new run's URL and outcome."""
        stored = self._load(name)
        script = Script.of(stored)
        results = {number: _value(data, script) for number, data in change.results.items()}
        edits = Edits(results, change.program, change.start)
        replayed = self._workshop.replayer(stored).replay(stored, edits)
        self._library.refresh()
        return Json(
            {
                "run": replayed.run.record.id,
                "answer": replayed.answer.text,
                "differences": list(replayed.comparison.differences),
                "notices": list(replayed.notices),
            }
        )

    def blame(self, name: str, wanted: Expected) -> Response:
        """Find out why an answer is not the expected one, and which changes would correct it."""
        stored = self._load(name)
        script = Script.of(stored)
        expected = read_value(wanted.expected, script.pictures)
        is_right = judge(Scoring(usual_scorer(expected)), expected)
        found = blame(Case(script, self._workshop.replayer(stored), is_right), expected=expected)
        flips = [{"step": one.step, "told": one.told, "change": _change(one.edits)} for one in found.flips[:12]]
        return Json({"stage": found.stage, "step": found.step, "why": found.why, "flips": flips})

    def _load(self, name: str) -> StoredRun:
        try:
            return self._library.load(name)
        except InputError:
            self._library.refresh()
            return self._library.load(name)


class _Filter:
    """The list's query, from the URL."""

    def __init__(
        self,
        q: str = "",
        outcome: str = "",
        tool: str = "",
        model: str = "",
        collection: str | None = None,
        score: str = "",
        page: int = 0,
    ) -> None:
        self.query = Query(q, outcome, tool, model, collection or None, score, max(page, 0))

    def link(self, page: int) -> str:
        """The URL of another page of the same list."""
        wanted = self.query
        named = {"q": wanted.text, "outcome": wanted.outcome, "tool": wanted.tool, "model": wanted.model}
        more = {"collection": wanted.collection or "", "score": wanted.score, "page": page}
        return "/?" + urlencode({name: value for name, value in (named | more).items() if value})


def _value(data: Any, script: Script) -> Any:
    """Parse a step's new result, sent by the page."""
    if data == _NOTHING:
        return read_value(NOTHING_FOUND, script.pictures)
    return value_of(data, script.pictures)


def _change(edits: Edits) -> dict[str, Any]:
    """Edits in the page's format."""

    def sent(value: Any) -> Any:
        return _NOTHING if isinstance(value, Exception) else encode(value, lambda image: image.source)

    return {"results": {str(number): sent(value) for number, value in edits.results.items()}, "program": edits.program}


def _step_data(shown: RunView, number: int) -> dict[str, Any]:
    """The data of a step for the page's script."""
    step = shown.steps[number - 1]
    given = step.arguments.values()
    lists = [cast("list[Any]", value) for value in given if isinstance(value, list)]
    return {
        "number": number,
        "tool": step.tool,
        "line": step.line,
        "result": step.result,
        "error": step.error.kind if step.error else None,
        "rejected": step.rejected,
        "scores": step.scores,
        "choices": [text for texts in lists for text in texts if isinstance(text, str)],
        "name": next((value for value in given if isinstance(value, str)), ""),
    }
