"""A small bench whose model says what a test says."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from repairing import EXISTS, LOC, MODEL, NAMES

from looksmith.agent.ask.loop import Bench
from looksmith.agent.traces.runs import Runs
from looksmith.sandbox.run import Limits, Sandbox
from looksmith.tools.core.registry import Registry
from looksmith.tools.engine.executor import Executor


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(Limits(seconds=20, compute_seconds=2, tool_calls=20)) as made:
        yield made


@pytest.fixture
def bench(tmp_path: Path, sandbox: Sandbox) -> Bench:
    registry = Registry()
    registry.add(LOC, EXISTS, NAMES, MODEL)
    return Bench(registry, Executor(registry), sandbox, Runs(tmp_path / "runs"), [])
