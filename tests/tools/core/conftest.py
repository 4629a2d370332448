"""A registry with tools of every kind."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from looksmith.tools.core.registry import Registry

if TYPE_CHECKING:
    pass
from declared import EDGE, HOW_MANY, Shouter


@pytest.fixture
def registry() -> Registry:
    made = Registry()
    made.add(EDGE, HOW_MANY, Shouter("!"))
    return made
