"""The viewer's pages and what their buttons do."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import asynccontextmanager
from difflib import SequenceMatcher
from importlib.resources import files
from itertools import islice, zip_longest
from pathlib import Path
from typing import Annotated, Any, cast

from fastapi import Depends, FastAPI, File, Form, Request, UploadFile
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from fastapi.sse import EventSourceResponse, ServerSentEvent
from fastapi.staticfiles import StaticFiles
from pydantic import BaseModel, ConfigDict
from starlette.exceptions import HTTPException

from ...tools.errors import InputError, LooksmithError
from ...tools.images import load_image
from ..blame import Case, blame, judge
from ..change import NOTHING_FOUND, read_value, value_of
from ..compare import Comparison, compare
from ..encode import encode
from ..fold import folds
from ..page import page_values, render_page, templates
from ..photos import served_photo
from ..replay import Edits, Script
from ..runs import StoredRun
from ..said import record_text
from ..scorers import Scoring, usual_scorer
from ..subject import Subject
from ..trace import to_json
from ..view import RunView, call_text, result_text, view
from .guard import Guard
from .library import PAGE, Library, Query
from .live import Jobs, told
from .report import report_values
from .workshop import Workshop

CARDS = 120
"""Steps with a card on one page of a run: a loop of thousands stays readable, and quick."""
_MAX_UPLOAD = 100_000_000
_NOTHING = {"error": NOTHING_FOUND}


class Change(BaseModel):
    """What a person changed on a run's page. results: by the number of the step, as JSON (encode.py)."""

    model_config = ConfigDict(extra="forbid")

    results: dict[int, Any] = {}
    program: str | None = None
    start: int | None = None


class Expected(BaseModel):
    """What a person says the answer should have been."""

    model_config = ConfigDict(extra="forbid")

    expected: str


def create_app(workshop: Workshop, token: str = "") -> FastAPI:
    """The viewer over a home folder. token: what callers from other machines must bring."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncGenerator[None]:
        yield
        workshop.close()

    app = FastAPI(title="looksmith", lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None)
    app.middleware("http")(Guard(token))
    app.mount("/static", StaticFiles(directory=str(files("looksmith.agent.web") / "static")), "static")
    app.exception_handler(LooksmithError)(_refused)
    app.exception_handler(HTTPException)(_missing)
    pages = Pages(workshop, Library(workshop.settings.home), Jobs())
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
    app.post("/runs/{name}/replay")(pages.replay)
    app.post("/runs/{name}/blame")(pages.blame)
    return app


def _missing(_: Request, error: Exception) -> Response:
    """An address that leads nowhere, or a request that does not fit it."""
    status = error.status_code if isinstance(error, HTTPException) else 500
    page = templates().get_template("problem.html").render(problem="There is no such page.")
    return HTMLResponse(page, status)


def _refused(request: Request, error: Exception) -> Response:
    """What went wrong, in the form that was asked for."""
    if request.method != "GET" and request.url.path != "/ask":
        return JSONResponse({"error": str(error)}, 400)
    page = templates().get_template("problem.html").render(problem=str(error))
    return HTMLResponse(page, 404 if isinstance(error, InputError) else 500)


def _render(template: str, **values: Any) -> HTMLResponse:
    return HTMLResponse(templates().get_template(template).render(**values))


class Pages:
    """One method for each page and each button."""

    def __init__(self, workshop: Workshop, library: Library, jobs: Jobs) -> None:
        self._workshop = workshop
        self._library = library
        self._jobs = jobs

    def runs(self, query: Annotated[_Filter, Depends()]) -> Response:
        """The list of runs."""
        self._library.refresh()
        found, wanted = self._library.search(query.query), query.query
        pages = (found.total + PAGE - 1) // PAGE
        return _render(
            "runs.html", found=found, wanted=wanted, choices=self._library.choices(), pages=pages, link=query.link
        )

    def run(self, name: str, start: int = 1) -> Response:
        """A run. start: the first step that has a card."""
        stored = self._load(name)
        shown = view(stored)
        numbers = range(max(start, 1), max(start, 1) + CARDS)
        values = page_values(shown, lambda image: f"/runs/{stored.record.id}/images/{image}", numbers)
        entry = self._library.entry(stored.record.id)
        return _render(
            "viewer.html",
            live=True,
            steps=[_step_data(shown, number) for number in numbers if number <= len(shown.steps)],
            total=len(shown.steps),
            numbers=numbers,
            entry=entry,
            children=self._library.children(stored.record.id),
            folds=folds(shown.source, shown.steps),
            by_number={card.number: card for card in values["cards"]},
            **values,
        )

    def export(self, name: str) -> Response:
        """A run as one file that needs nothing else."""
        stored = self._load(name)
        attached = {"Content-Disposition": f'attachment; filename="{stored.record.id}.html"'}
        return HTMLResponse(render_page(view(stored)), headers=attached)

    def trace(self, name: str) -> Response:
        """Record and events as JSON."""
        stored = self._load(name)
        return JSONResponse({"run": to_json(stored.record), "events": [to_json(event) for event in stored.events]})

    def image(self, name: str, image: str, side: int = 1600) -> Response:
        """A stored picture."""
        kept = {"Cache-Control": "private, max-age=31536000, immutable"}
        photo = served_photo(self._load(name), image, min(max(side, 16), 1600))
        return Response(photo, media_type="image/jpeg", headers=kept)

    def compare(self, left: str, right: str) -> Response:
        """Two runs side by side."""
        runs = [self._load(name) for name in (left, right)]
        compared = compare(view(runs[0]), view(runs[1]))
        return _render("compare.html", compared=compared, **_compared(compared))

    def report(self, name: str) -> Response:
        """The report of an evaluation."""
        self._library.refresh()
        folder = self._workshop.settings.home / "evals" / Path(name).name
        return _render("report.html", **report_values(folder, self._library.entries(folder.name)))

    # -- asking

    def ask(self) -> Response:
        """The form."""
        return _render("ask.html", problem="", question="")

    def start(self, question: Annotated[str, Form()], image: Annotated[list[UploadFile], File()]) -> Response:
        """Begin to answer a question about one or several pictures."""
        try:
            images = [(_uploaded(file), Path(file.filename or "image").name) for file in image]
            job = self._jobs.start(self._workshop.bench(), Subject.named(images), question, self._workshop.connect())
        except LooksmithError as error:
            return _render("ask.html", problem=str(error), question=question)
        return RedirectResponse(f"/ask/{job.id}", 303)

    def watch(self, job: str) -> Response:
        """A question under way."""
        found = self._jobs.get(job)
        if found is None:
            raise InputError("This question is not known any more.", hint="Its run is in the list, if it began.")
        return _render("watch.html", job=found)

    async def events(self, job: str) -> AsyncIterator[ServerSentEvent]:
        """What happens, as it happens; the last event says where the run is."""
        found = self._jobs.get(job)
        if found is None:
            return
        happening = found.events()
        while happened := await asyncio.to_thread(lambda: [*islice(happening, 1)]):
            for event in filter(None, happened):
                kind, text = told(event)
                yield ServerSentEvent(event="happened", data={"kind": kind, "text": text, "at": round(event.at, 2)})
        run = found.folder.name if found.folder else ""
        yield ServerSentEvent(event="over", data={"run": run, "problem": found.problem})

    def cancel(self, job: str) -> Response:
        """Stop before the next step."""
        found = self._jobs.get(job)
        if found is not None:
            found.stop.set()
        return JSONResponse({"cancelled": found is not None})

    # -- correcting

    def replay(self, name: str, change: Change) -> Response:
        """Repeat a run with a change; where the new run is, and what came of it."""
        stored = self._load(name)
        script = Script.of(stored)
        results = {number: _value(data, script) for number, data in change.results.items()}
        edits = Edits(results, change.program, change.start)
        replayed = self._workshop.replayer(stored).replay(stored, edits)
        self._library.refresh()
        return JSONResponse(
            {
                "run": replayed.run.record.id,
                "answer": replayed.answer.text,
                "differences": list(replayed.comparison.differences),
                "notices": list(replayed.notices),
            }
        )

    def blame(self, name: str, wanted: Expected) -> Response:
        """Why an answer is not the expected one, with the changes that would mend it."""
        stored = self._load(name)
        script = Script.of(stored)
        expected = read_value(wanted.expected, script.pictures)
        is_right = judge(Scoring(usual_scorer(expected)), expected)
        found = blame(Case(script, self._workshop.replayer(stored), is_right), expected=expected)
        flips = [{"step": one.step, "told": one.told, "change": _change(one.edits)} for one in found.flips[:12]]
        return JSONResponse({"stage": found.stage, "step": found.step, "why": found.why, "flips": flips})

    def _load(self, name: str) -> StoredRun:
        try:
            return self._library.load(name)
        except InputError:
            self._library.refresh()
            return self._library.load(name)


class _Filter:
    """The query of the list, from the address."""

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
        """The address of another page of the same list."""
        from urllib.parse import urlencode

        wanted = self.query
        named = {"q": wanted.text, "outcome": wanted.outcome, "tool": wanted.tool, "model": wanted.model}
        more = {"collection": wanted.collection or "", "score": wanted.score, "page": page}
        return "/?" + urlencode({name: value for name, value in (named | more).items() if value})


def _uploaded(file: UploadFile) -> Any:
    """The image in an uploaded file. Raises InputError."""
    data = file.file.read(_MAX_UPLOAD + 1)
    name = Path(file.filename or "image").name
    if not data:
        raise InputError("There is no picture.", hint="Drop one, paste one, or choose a file.")
    if len(data) > _MAX_UPLOAD:
        raise InputError(f"{name} is larger than {_MAX_UPLOAD // 1_000_000} MB.")
    with tempfile.TemporaryDirectory(prefix="looksmith-") as folder:
        path = Path(folder) / (name or "image")
        path.write_bytes(data)
        return load_image(path)


def _value(data: Any, script: Script) -> Any:
    """A step's new result, from what the page sent."""
    if data == _NOTHING:
        return read_value(NOTHING_FOUND, script.pictures)
    return value_of(data, script.pictures)


def _change(edits: Edits) -> dict[str, Any]:
    """Edits as the page sends them back."""

    def sent(value: Any) -> Any:
        return _NOTHING if isinstance(value, Exception) else encode(value, lambda image: image.source)

    return {"results": {str(number): sent(value) for number, value in edits.results.items()}, "program": edits.program}


def _step_data(shown: RunView, number: int) -> dict[str, Any]:
    """What the page's script needs to know of a step."""
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


def _compared(compared: Comparison) -> dict[str, Any]:
    """What the page of two runs shows besides them: both pictures, and the lines of both programs."""
    runs = (compared.left, compared.right)
    return {
        "pictures": [
            page_values(run, lambda image, run=run: f"/runs/{run.run.record.id}/images/{image}", _around(compared, run))
            for run in runs
        ],
        "lines": _lines_beside(*(run.source.split("\n") for run in runs)),
        "answers": [record_text(run.run.record) if run.outcome == "ok" else _failure(run) for run in runs],
        "call_text": call_text,
        "result_text": result_text,
    }


def _failure(run: RunView) -> str:
    return f"{run.outcome}: {run.run.record.message}"


def _around(compared: Comparison, run: RunView) -> range:
    """The one step of a run whose picture is shown: the first that differs."""
    if compared.first is None:
        return range(0)
    pair = compared.pairs[compared.first]
    step = pair.left if run is compared.left else pair.right
    number = run.steps.index(step) + 1 if step is not None else 0
    return range(number, number + 1)


def _lines_beside(left: Sequence[str], right: Sequence[str]) -> list[tuple[str | None, str | None, bool]]:
    """Lines beside each other, and whether they are the same; None where the other has more."""
    found: list[tuple[str | None, str | None, bool]] = []
    for tag, start, end, begin, stop in SequenceMatcher(None, left, right, autojunk=False).get_opcodes():
        pairs = zip_longest(left[start:end], right[begin:stop])
        found += [(one, other, tag == "equal") for one, other in pairs]
    return found
