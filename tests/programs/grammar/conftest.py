"""Programs as the grammar writes them."""

from __future__ import annotations

import pytest
from admitting import REGISTRY, Recognizer

from looksmith.programs.grammar.grammar import grammar


@pytest.fixture(scope="module")
def written() -> Recognizer:
    return Recognizer(grammar(REGISTRY))
