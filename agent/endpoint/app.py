"""The HTTP side of the service: the viewer, `/health`, and OpenAI's API under `/v1`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fastapi import FastAPI
from starlette.responses import Response

from ..session.engine import Engine
from ..web.app import create_app
from ..web.messages import Json
from .routes import ChatApi


def create_service(
    engine: Engine, state: Callable[[], dict[str, Any]], token: str = "", *, private: bool = False
) -> FastAPI:
    """The service's web application. state: for `/health`; token, private: as for the viewer and the API."""
    app = create_app(engine.workshop, token, make=engine.beside, under_way=engine.questions)

    def health() -> Response:
        found = state()
        return Json(found, 200 if found["ready"] else 503)

    app.get("/health")(health)
    app.mount("/v1", ChatApi(engine, private=private).app())
    return app
