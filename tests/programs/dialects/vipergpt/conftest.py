"""The tools that ViperGPT's programs are read for, and one sandbox for the tests of a module."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from viper_programs import ASK_LLM, CLASSIFY, DEPTH, DETECT, EXISTS, MATCH, VERIFY, VQA

from looksmith.programs.dialects.front import dialect_tools
from looksmith.sandbox.run import Sandbox
from looksmith.tools.core.registry import Registry
from looksmith.tools.media.crop import CROP


@pytest.fixture(scope="module")
def registry() -> Registry:
    made = Registry()
    made.add(DETECT, EXISTS, CLASSIFY, VQA, VERIFY, DEPTH, MATCH, ASK_LLM, CROP, *dialect_tools("vipergpt"))
    return made


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as made:
        yield made
