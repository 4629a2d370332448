"""Laws of the checker: what runs without a mistake in types passes; what breaks a program's types is refused."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any, Literal

import PIL.Image
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from typed_programs import COLORS, typed_programs

from looksmith.programs.check.check import Checked, check
from looksmith.programs.language.diagnostics import render
from looksmith.programs.language.program import Program
from looksmith.tools.core.registry import Registry
from looksmith.tools.core.tool import tool
from looksmith.tools.core.values import Box, Image

IMAGE = Image.of(PIL.Image.new("RGB", (200, 100)))
BOXES = {
    "dog": [Box(10, 10, 30, 40, "dog", 0.9), Box(50, 20, 90, 80, "dog", 0.8), Box(100, 5, 120, 25, "dog", 0.7)],
    "cat": [Box(60, 60, 80, 90, "cat", 0.6)],
    "bird": [],
}


@tool
def DETECT(image: Image, name: str) -> list[Box]:
    """All boxes."""
    return list(BOXES[name])


@tool
def LOC(image: Image, name: str) -> Box:
    """The best box."""
    return (BOXES[name] or BOXES["dog"])[0]


@tool
def FIND(image: Image, name: str) -> Box | None:
    """The best box, if there is one."""
    return next(iter(BOXES[name]), None)


@tool
def COUNT(items: list[Box]) -> int:
    """How many."""
    return len(items)


@tool
def COLOR(image: Image, where: Box | None = None) -> Literal["red", "green", "blue"]:
    """The color."""
    return COLORS[round(where.left) % 3] if where else "red"


@tool
def ITEMS(image: Image, *, color: Literal["red", "green", "blue"] | None = None) -> list[Box]:
    """All items of a color."""
    return BOXES["dog"] if color == "red" else BOXES["cat"]


@tool
def LEFT_OF(a: Box, b: Box) -> bool:
    """Is a to the left of b?"""
    return a.center_x < b.center_x


@tool
def CROP(image: Image, box: Box, *, margin: float = 0.0) -> Image:
    """The part inside the box."""
    return image.crop(box)


TOOLS: tuple[Callable[..., Any], ...] = (DETECT, LOC, FIND, COUNT, COLOR, ITEMS, LEFT_OF, CROP)


@pytest.fixture(scope="module")
def registry() -> Registry:
    made = Registry()
    made.add(*TOOLS)
    return made


def run(source: str) -> dict[str, Any]:
    """What the program leaves in plain Python. Raises what it raises."""
    names: dict[str, Any] = {"image": IMAGE, **{t.__name__: t for t in TOOLS}}
    exec(compile(source, "plain", "exec"), names)
    return names


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(source=typed_programs())
def test_a_program_that_runs_without_a_mistake_in_types_passes(source: str, registry: Registry) -> None:
    run(source)
    found = check(Program(source), registry)
    assert isinstance(found, Checked), source + "\n\n" + render(found, source)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(source=typed_programs(), data=st.data())
def test_a_name_that_was_never_set_is_found(source: str, data: st.DataObject, registry: Registry) -> None:
    tree = ast.parse(source)
    reads = [node for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)]
    assume(reads)
    data.draw(st.sampled_from(reads)).id = "never_set"
    found = check(Program(ast.unparse(tree)), registry)
    assert not isinstance(found, Checked)
    assert {"undefined", "unknown-tool"} & {d.code for d in found}


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(source=typed_programs(), data=st.data())
def test_a_tool_without_its_arguments_is_found(source: str, data: st.DataObject, registry: Registry) -> None:
    tree = ast.parse(source)
    calls = [n for n in ast.walk(tree) if isinstance(n, ast.Call) and isinstance(n.func, ast.Name)]
    mine = [call for call in calls if ast.unparse(call.func) in registry and call.args]
    assume(mine)
    data.draw(st.sampled_from(mine)).args.clear()
    found = check(Program(ast.unparse(tree)), registry)
    assert not isinstance(found, Checked)
    assert "argument-count" in {d.code for d in found}
