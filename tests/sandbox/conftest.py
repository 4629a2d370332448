"""One sandbox for the tests of a module, whose processes alone are counted."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sandboxed import LIMITS, STRANGERS

from looksmith.sandbox.run import Sandbox


@pytest.fixture(scope="module", autouse=True)
def only_ours() -> None:
    """Processes of sandboxes that are open already are not counted."""
    STRANGERS.leave_out()


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    """A sandbox without spare workers."""
    with Sandbox(LIMITS, spares=0) as made:
        yield made
