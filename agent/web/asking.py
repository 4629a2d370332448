"""The pages for asking: the form, a question in progress, and calls that wait for consent."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from itertools import islice
from typing import Annotated

from fastapi import File, Form, UploadFile
from fastapi.responses import RedirectResponse, Response
from fastapi.sse import ServerSentEvent

from ...tools.core.errors import InputError, LooksmithError
from ..ask.loop import Bench
from ..inputs.subject import Subject
from ..session.chat import past_of, subject_with
from ..session.engine import missing_models
from ..session.workshop import Workshops
from ..traces.trace import in_utf8
from .acts import Acts
from .examples import EXAMPLES, example_subject
from .live import QuestionJob, QuestionJobs, found_boxes, told
from .messages import ActReply, Json, rendered
from .showing import Showing
from .uploads import Uploads

GONE = "This question is no longer available."


class QuestionPages:
    """One method per page and action."""

    def __init__(self, workshops: Workshops, jobs: QuestionJobs, acts: Acts, showing: Showing) -> None:
        self._workshops = workshops
        self._jobs = jobs
        self._acts = acts
        self._load = showing.load
        self._uploads = Uploads()

    def ask(self) -> Response:
        """The form."""
        return self._form()

    def _form(self, problem: str = "", question: str = "", profile: str = "") -> Response:
        profiles = self._workshops.profiles
        return rendered(
            "ask.html", problem=problem, question=question, profile=profile, profiles=profiles, examples=EXAMPLES
        )

    def start(
        self,
        question: Annotated[str, Form()],
        image: Annotated[list[UploadFile] | None, File()] = None,
        address: Annotated[str, Form()] = "",
        profile: Annotated[str, Form()] = "",
        example: Annotated[str, Form()] = "",
    ) -> Response:
        """Start answering a question about one or several pictures.

        address: URLs, separated by spaces; example: the name of a built-in example, instead of pictures.
        """
        try:
            workshop = self._workshops.of(profile)
            subject = example_subject(example) if example else None
            images = [] if subject else self._uploads.read(image or [], address.split())
            subject = subject or Subject.named(images)
            bench = workshop.bench()
            notes = _unavailable(bench, workshop.settings.profile)
            job = self._jobs.start(bench, subject, question, workshop.connect())
            job.notes = notes
            self._uploads.count(job, images)
        except LooksmithError as error:
            return self._form(str(error), question, profile)
        return RedirectResponse(f"/ask/{job.id}", 303)

    def follow(self, name: str, question: Annotated[str, Form()]) -> Response:
        """Start answering a follow-up question to a run."""
        run = self._load(name)
        workshop = self._workshops.of_run(run.record)
        subject, past = past_of(run, self._load)
        subject, context = subject_with(subject, past.results), past.context(question)
        bench = workshop.bench(subject.about)
        job = self._jobs.start(bench, subject, question, workshop.connect(), context)
        return RedirectResponse(f"/ask/{job.id}", 303)

    def watch(self, job: str) -> Response:
        """The page of a question in progress."""
        return rendered("watch.html", job=self._job(job))

    def picture(self, job: str, number: int) -> Response:
        """A picture of a question in progress. number: from 0."""
        pictures = self._job(job).pictures
        if not 0 <= number < len(pictures):
            raise InputError(f"This question has no picture {number}.")
        return Response(pictures[number], media_type="image/jpeg")

    async def events(self, job: str) -> AsyncIterator[ServerSentEvent]:
        """A stream of progress events; the last one has the URL of the run."""
        found = self._jobs.get(job)
        if found is None:
            return
        happening = found.events()
        while happened := await asyncio.to_thread(lambda: [*islice(happening, 1)]):
            for event in filter(None, happened):
                kind, text = told(event)
                data = {"kind": kind, "text": text, "at": round(event.at, 2), "boxes": found_boxes(event)}
                yield ServerSentEvent(event="happened", data=data)
        run = found.folder.name if found.folder else ""
        yield ServerSentEvent(event="over", data={"run": run, "problem": in_utf8(found.problem)})

    def cancel(self, job: str) -> Response:
        """Stop at once. A search through a video or an album ends after the pictures in progress."""
        found = self._jobs.get(job)
        if found is not None:
            found.stop.set()
        return Json({"cancelled": found is not None})

    def acts(self, about: str) -> Response:
        """The calls of a question in progress, or of a run being replayed, that wait for consent."""
        waiting = self._acts.waiting(about)
        return Json([{"id": one.id, "tool": one.tool, "backend": one.backend, "text": one.text} for one in waiting])

    def say(self, about: str, act: str, reply: ActReply) -> Response:
        """Allow or refuse an act."""
        return Json({"heard": self._acts.say(about, act, reply.word)})

    def _job(self, name: str) -> QuestionJob:
        found = self._jobs.get(name)
        if found is None:
            raise InputError(GONE, hint="If it started, its run is in the list.")
        return found


def _unavailable(bench: Bench, profile: str) -> tuple[str, ...]:
    """Why tools of a profile cannot be used, a line for each. Raises InputError if none of its models can be loaded."""
    lines = missing_models(bench.registry.missing)
    if lines and not any(tool.load for tool in bench.registry):
        raise InputError(f"None of the models of the profile {profile} can be loaded. {lines[0]}")
    return tuple(lines)
