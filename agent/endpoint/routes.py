"""OpenAI's chat API: `/chat/completions` and `/models`, to be mounted at `/v1`."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import AsyncGenerator
from typing import Any
from uuid import uuid4

from anyio import CapacityLimiter, create_task_group
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from ...tools.core.errors import LooksmithError
from ..session.engine import Engine, Hearing
from ..web.messages import Json
from .conversation import Conversation, read_conversation, subject_of
from .errors import BUSY, ApiError, error_of, failed
from .form import AnswerForm, read_form
from .reply import ChatReply, chunk, completion, reply_of, usage_chunk
from .request import MODEL, ChatRequest, read_request, require_model
from .sent_pictures import PictureReader
from .work import Work, in_thread, told_meanwhile

AT_ONCE = 32
"""Maximum number of questions answered at once; others wait."""
WAITING = 256
"""Maximum number of waiting questions; more are refused."""


class ChatApi:
    """The routes. private: allow pictures from this machine's network."""

    def __init__(self, engine: Engine, *, private: bool = False) -> None:
        self._engine = engine
        self._pictures = PictureReader(private=private)
        self._places = CapacityLimiter(AT_ONCE)
        self._started = int(time.time())

    def app(self) -> Starlette:
        """The application."""
        routes = [
            Route("/chat/completions", self.complete, methods=["POST"]),
            Route("/models", self.models, methods=["GET"]),
            Route("/models/{name:path}", self.model, methods=["GET"]),
        ]
        errors = (ApiError, LooksmithError, HTTPException, Exception)
        return Starlette(routes=routes, exception_handlers=dict.fromkeys(errors, failed))

    async def models(self, _: Request) -> Response:
        """The one model, which stands for the profile that the service was started with."""
        return Json({"object": "list", "data": [self._model()]})

    async def model(self, request: Request) -> Response:
        """The description of a model."""
        require_model(request.path_params["name"])
        return Json(self._model())

    async def complete(self, request: Request) -> Response:
        """Answer the last question of a conversation."""
        asked = read_request(await _body(request))
        talk, form = read_conversation(asked.messages), read_form(asked.response_format)
        if self._places.statistics().tasks_waiting >= WAITING:
            raise ApiError(BUSY, "Too many questions are waiting.", code="too_many_questions")
        work = self._work(talk, form, str(request.base_url).removesuffix("/").removesuffix("/v1"))
        name, created = f"chatcmpl-{uuid4().hex}", int(time.time())
        if asked.stream:
            parts = self._streamed(work, asked, request, (name, created))
            return StreamingResponse(parts, media_type="text/event-stream", headers={"Cache-Control": "no-cache"})
        return Json(completion(name, created, await self._awaited(work, request)))

    async def _awaited(self, work: Work, request: Request) -> ChatReply:
        """The reply; if the client disconnects first, the question is stopped. Raises like `Work.run`."""
        problem: Exception | None = None
        async with create_task_group() as group:
            group.start_soon(_hang_up, request, work)
            try:
                await in_thread(work, self._places)
            except Exception as error:  # raised below, outside of the group, which would wrap it
                problem = error
            group.cancel_scope.cancel()
        if problem is not None:
            raise problem
        return work.reply()

    def _work(self, talk: Conversation, form: AnswerForm, base: str) -> Work:
        def answer(hearing: Hearing) -> ChatReply:
            with self._pictures.held(talk.pictures) as images:
                subject, context = subject_of(talk, images, form, self._engine.settings.runs)
                found = self._engine.ask(subject, talk.question, hearing, context=context)
            if found.outcome == "llm_error":
                raise ApiError(503, found.message, code="llm_error")
            return reply_of(found, form, base)

        return Work(answer)

    async def _streamed(
        self, work: Work, asked: ChatRequest, request: Request, head: tuple[str, int]
    ) -> AsyncGenerator[str]:
        """The steps as they happen, as the model's reasoning; then the answer. head: id and time of the response."""
        name, created = head
        # Sending does not fail after the client has disconnected, because of the viewer's middleware.
        hanging_up = asyncio.ensure_future(_hang_up(request, work))
        yield _event(chunk(name, created, {"role": "assistant", "content": ""}))
        try:
            async for kind, text in told_meanwhile(work, self._places):
                if not kind:
                    yield ": still working\n\n"
                    continue
                told = {"event": kind, "text": text}
                yield _event(chunk(name, created, {"reasoning_content": f"{text}\n"}, looksmith=told))
            reply = work.reply()
        except Exception as error:  # the response has begun, so an error can only be sent as an event
            if not isinstance(error, ApiError | LooksmithError):
                logging.getLogger(__name__).exception("A question failed")
            yield _event(error_of(error).body())
        else:
            field = {"content": reply.content} if reply.refusal is None else {"refusal": reply.refusal}
            yield _event(chunk(name, created, field))
            yield _event(chunk(name, created, {}, finish_reason="stop", looksmith=reply.details))
            if asked.stream_options and asked.stream_options.include_usage:
                yield _event(usage_chunk(name, created, reply.usage))
        finally:
            hanging_up.cancel()
            work.stop.set()
        yield "data: [DONE]\n\n"

    def _model(self) -> dict[str, Any]:
        return {"id": MODEL, "object": "model", "created": self._started, "owned_by": "looksmith"}


async def _body(request: Request) -> Any:
    try:
        return json.loads(await request.body())
    except (ValueError, RecursionError):
        raise ApiError(400, "The body is not JSON.") from None


async def _hang_up(request: Request, work: Work) -> None:
    """Stop the question once the client has disconnected."""
    while (await request.receive())["type"] != "http.disconnect":
        pass
    work.stop.set()


def _event(data: dict[str, Any]) -> str:
    return f"data: {json.dumps(data)}\n\n"
