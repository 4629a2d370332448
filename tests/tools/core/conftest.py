"""A registry with tools of every kind."""

from __future__ import annotations

import pytest
from declared import EDGE, HOW_MANY, Shouter

from looksmith.tools.core.registry import Registry


@pytest.fixture
def registry() -> Registry:
    made = Registry()
    made.add(EDGE, HOW_MANY, Shouter("!"))
    return made
