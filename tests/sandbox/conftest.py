"""One sandbox for the tests of a module."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sandboxed import LIMITS

from looksmith.sandbox.run import Sandbox


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    """A sandbox without spare workers."""
    with Sandbox(LIMITS, spares=0) as made:
        yield made
