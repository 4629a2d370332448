"""The tools of these tests, and one sandbox for the tests of a module."""

from __future__ import annotations

import pytest
from checking import TOOLS

from looksmith.tools.core.registry import Registry


@pytest.fixture(scope="module")
def registry() -> Registry:
    made = Registry()
    made.add(*TOOLS)
    return made
