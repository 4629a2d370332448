"""One sandbox for the tests of a module, and a place for their runs."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from looksmith.sandbox.run import Limits, Sandbox


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(Limits(seconds=60, tool_calls=40)) as made:
        yield made
