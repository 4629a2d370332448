"""Tools that no backend serves yet: known to programs, never offered, and never an answer."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image as Pillow

from looksmith.agent.setup.settings import Settings
from looksmith.tools.core.errors import ToolError
from looksmith.tools.core.registry import Registry
from looksmith.tools.core.stand_in import stand_in_value
from looksmith.tools.core.tool import is_tool, tool
from looksmith.tools.core.values import Image
from looksmith.tools.engine.executor import Executor
from looksmith.tools.profiles.unserved import REASON, Declared, register_declared

NAMES = [name for name, thing in vars(Declared).items() if is_tool(thing)]
SERVED = ("CAPTION", "VERIFY", "FACES")
"""What the pocket profile serves, and others need not."""
PHOTO = Image.of(Pillow.new("RGB", (8, 6)))


def declared() -> Registry:
    registry = Registry()
    register_declared(registry, usable=True)
    return registry


def test_the_language_model_is_not_offered_what_nobody_serves(home: Path) -> None:
    settings = Settings(home, device="cpu")
    offered = settings.registry()
    unserved = [name for name in NAMES if name not in SERVED]
    assert {name: offered.missing[name] for name in unserved} == dict.fromkeys(unserved, REASON)
    assert [name for name in NAMES if f"{name}(" in offered.describe()] == list(SERVED)
    by_hand = settings.registry(declared=True)
    assert [name for name in NAMES if name not in by_hand] == []
    assert by_hand.missing == {}


@pytest.mark.parametrize("name", NAMES)
def test_a_call_is_an_error_that_says_what_to_do(name: str) -> None:
    registry = declared()
    (form,) = registry.get(name).signatures
    arguments = {p.name: stand_in_value(p.type) for p in form.parameters if p.required}
    done = Executor(registry).call(name, (), arguments)
    assert isinstance(done.error, ToolError)
    assert str(done.error).startswith(f"{name} has no backend here. ")
    assert "--dry-run" in done.error.hint
    assert (done.backend, done.value) == ("none", None)


@tool
def VQA(image: Image, question: str) -> str:
    """A short answer, from a real model."""
    return f"{image.width} {question}"


def test_a_tool_of_the_same_name_takes_the_place() -> None:
    registry = Registry()
    registry.add(VQA)
    register_declared(registry, usable=True)
    assert Executor(registry).call("VQA", (PHOTO, "px"), {}).value == "8 px"
    assert len(registry) == len(NAMES)


def test_a_reason_that_a_plug_in_gave_stays() -> None:
    registry = Registry()
    registry.refuse("VQA", "needs 80 GB")
    register_declared(registry, usable=False)
    assert registry.missing["VQA"] == "needs 80 GB"
    assert registry.missing["DEPTH"] == REASON


def test_docs_are_short_enough_for_a_prompt() -> None:
    for one in declared():
        assert len(one.summary.split()) <= 12, one.name
