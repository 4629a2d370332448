"""One session for the tests of a module."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from engines import Said, Tools, bare_settings

from looksmith import Looksmith


@pytest.fixture(scope="module")
def llm() -> Said:
    """The language model; a test says what it says."""
    return Said()


@pytest.fixture(scope="module")
def tools() -> Tools:
    """The tools."""
    return Tools()


@pytest.fixture(scope="module")
def looksmith(llm: Said, tools: Tools, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Looksmith]:
    """The session."""
    with Looksmith(tools=[tools], llm=llm, settings=bare_settings(tmp_path_factory.mktemp("home"))) as made:
        yield made
