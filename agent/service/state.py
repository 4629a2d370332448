"""The state of the service, for /health and `looksmith up --status`."""

from __future__ import annotations

import os
from typing import Any

from ..traces.run_record import versions
from .engine import ServiceEngine


class State:
    """The state of a service. Thread-safe. address: of the viewer and the API."""

    def __init__(self, engine: ServiceEngine, address: str) -> None:
        self._engine = engine
        self.address = address
        self.stopping = False

    def stop(self) -> None:
        """Not ready any more."""
        self.stopping = True

    def __call__(self) -> dict[str, Any]:
        """The state as JSON values.

        ready: whether it takes questions; models: whether loaded, by tool; problems: why some failed to load;
        questions: the number in progress.
        """
        engine = self._engine
        return {
            "ready": not self.stopping,
            "address": self.address,
            "profile": engine.settings.profile,
            "models": engine.workshop.loaded(),
            "problems": engine.problems,
            "questions": engine.under_way,
            "llm": engine.language_model(),
            "versions": versions(),
            "pid": os.getpid(),
        }
