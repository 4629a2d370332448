"""The state of the service, for /health and `looksmith up --status`."""

from __future__ import annotations

import os
from typing import Any

from ...tools.core.errors import LooksmithError
from ..llm.chat import ChatClient
from ..llm.connect import problem_at
from ..session.engine import Engine
from ..traces.run_record import versions


class State:
    """The state. Thread-safe. address: of the pages and the API."""

    def __init__(self, engine: Engine, address: str) -> None:
        self._engine = engine
        self.address = address
        self.stopping = False

    def stop(self) -> None:
        """The service is not ready any more."""
        self.stopping = True

    def __call__(self) -> dict[str, Any]:
        """The state as JSON values. ready: whether questions are accepted; models: by tool, whether loaded.

        problems: why some could not be loaded; questions: the number in progress.
        """
        engine = self._engine
        return {
            "ready": not self.stopping,
            "address": self.address,
            "profile": engine.settings.profile,
            "models": engine.workshop.loaded(),
            "problems": engine.problems,
            "questions": engine.under_way,
            "llm": _language_model(engine),
            "versions": versions(),
            "pid": os.getpid(),
        }


def _language_model(engine: Engine) -> dict[str, Any]:
    """Address of the language model, and whether its server answers."""
    try:
        client = engine.connection.client()
    except LooksmithError as error:
        return {"reachable": False, "problem": str(error)}
    if not isinstance(client, ChatClient):
        return {"reachable": True}
    problem = problem_at(client.base_url)
    return {"reachable": not problem, "base_url": client.base_url, **({"problem": problem} if problem else {})}
