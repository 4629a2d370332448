"""The real vLLM server: the one that runs, or one that is started for the tests and stopped after them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from looksmith.agent.llm.server.serve import Server, ServerManager
from looksmith.tools.weights.store import Weights


@pytest.fixture(scope="session")
def server(shared_home: Path, weights: Weights) -> Iterator[Server]:
    """VLLM with the pocket profile's model."""
    manager = ServerManager(shared_home, weights)
    running = manager.status()
    yield running or manager.start(report=print)
    if running is None:
        manager.stop()
