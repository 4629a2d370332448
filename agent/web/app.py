"""The viewer as a web application: its routes, and its error pages."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager
from importlib.resources import files
from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, Response
from fastapi.sse import EventSourceResponse
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException

from ...tools.core.errors import InputError, LooksmithError
from ..pages.page import templates
from ..session.under_way import UnderWay
from ..session.workshop import Workshop, Workshops
from .acts import Acts
from .asking import QuestionPages
from .changing import Changing
from .guard import BodyLimit, Guard
from .listing.library import RunLibrary
from .live import QuestionJobs
from .messages import Html, Json
from .showing import Showing


def create_app(
    workshop: Workshop,
    token: str = "",
    others: Sequence[Path] = (),
    make: Callable[[str], Workshop] | None = None,
    acts: Acts | None = None,
    under_way: UnderWay | None = None,
) -> FastAPI:
    """Create the viewer for a home folder.

    token: required from clients on other machines; others: folders of runs elsewhere to show as well.
    make: makes the workshop of another profile, by its name; without it, all questions use the first.
    acts: asks before tools act; its `granted` must be the consent function of the workshops' settings.
    under_way: where questions in progress are counted, if shared with other interfaces.
    """
    workshops, acts = Workshops(workshop, make), acts or Acts()
    library, jobs = RunLibrary(workshop.settings.home, others), QuestionJobs(acts, under_way)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncGenerator[None]:
        yield
        await asyncio.to_thread(jobs.close)
        workshops.close()

    app = FastAPI(title="looksmith", lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None)
    app.add_middleware(BodyLimit)
    app.middleware("http")(Guard(token))
    app.mount("/static", StaticFiles(directory=str(files("looksmith.agent.web") / "static")), "static")
    app.exception_handler(LooksmithError)(_refused)
    app.exception_handler(HTTPException)(_missing)
    app.exception_handler(Exception)(_failed)
    showing = Showing(library, jobs)
    _add_pages(app, showing)
    _add_asking(app, QuestionPages(workshops, jobs, acts, showing))
    _add_actions(app, Changing(workshops, library, showing, acts))
    return app


def _add_pages(app: FastAPI, pages: Showing) -> None:
    for path, page in (
        ("/", pages.runs),
        ("/runs/{name}", pages.run),
        ("/runs/{name}/page.html", pages.export),
        ("/runs/{name}/trace.json", pages.trace),
        ("/runs/{name}/images/{image}", pages.image),
        ("/runs/{name}/clip", pages.clip),
        ("/compare", pages.compare),
        ("/evals", pages.evals),
        ("/evals/compare", pages.compare_evaluations),
        ("/reports/{name}", pages.report),
    ):
        app.get(path, response_class=HTMLResponse)(page)


def _add_asking(app: FastAPI, asking: QuestionPages) -> None:
    app.get("/ask", response_class=HTMLResponse)(asking.ask)
    app.get("/ask/{job}", response_class=HTMLResponse)(asking.watch)
    app.get("/ask/{job}/pictures/{number}")(asking.picture)
    app.get("/ask/{job}/events", response_class=EventSourceResponse)(asking.events)
    app.get("/acts/{about}")(asking.acts)
    app.post("/ask")(asking.start)
    app.post("/ask/{job}/cancel")(asking.cancel)
    app.post("/acts/{about}/{act}")(asking.say)
    app.post("/runs/{name}/follow")(asking.follow)


def _add_actions(app: FastAPI, changing: Changing) -> None:
    app.post("/runs/{name}/replay")(changing.replay)
    app.post("/runs/{name}/blame")(changing.blame)
    app.post("/runs/{name}/verdict")(changing.judge)
    app.post("/runs/{name}/teach")(changing.teach)
    app.post("/examples/{example}/remove")(changing.forget)
    app.post("/marked")(changing.tidy)


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
    """The error, in the format that the request asked for."""
    if request.method != "GET" and not request.url.path.endswith(("/ask", "/follow")):
        return Json({"error": str(error)}, 400)
    page = templates().get_template("problem.html").render(problem=str(error))
    return Html(page, 404 if isinstance(error, InputError) else 500)
