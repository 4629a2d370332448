"""One declaration reaches the prompt, the stub, the JSON Schema, the checker and the program."""

from __future__ import annotations

import ast
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from declared import Side
from PIL import Image as Pillow

from looksmith.agent.ask.loop import Answer, Bench
from looksmith.agent.inputs.subject import Subject
from looksmith.agent.traces.runs import Runs
from looksmith.agent.traces.trace import Step
from looksmith.programs.check.check import Checked, check
from looksmith.programs.language.program import Program
from looksmith.sandbox.run import Sandbox
from looksmith.tools.core.registry import Registry
from looksmith.tools.core.tool import tool
from looksmith.tools.core.values import Box, Image
from looksmith.tools.engine.executor import Executor


@pytest.fixture
def run(registry: Registry, tmp_path: Path) -> Callable[[str], tuple[Answer, list[Step]]]:
    """Run a program with those tools; its answer and its steps as they are stored."""
    subject = Subject.of(Image.of(Pillow.new("RGB", (40, 30), "teal")), "teal.png")

    def run_source(source: str) -> tuple[Answer, list[Step]]:
        runs = Runs(tmp_path / "runs")
        with Sandbox() as sandbox:
            answer = Bench(registry, Executor(registry), sandbox, runs, ()).run(subject, Program(source))
        steps = [event for event in runs.load("last").events if isinstance(event, Step)]
        return answer, steps

    return run_source


def test_prompt_lines(registry: Registry) -> None:
    assert registry.describe().splitlines() == [
        "EDGE(image: Image, boxes: list[Box], side: Literal['left', 'right'] = 'left', *, "
        "mode: Literal['mean', 'max'] = 'mean', where: Box | Point | None = None, "
        "size: tuple[int, int] = (1, 1), weights: dict[str, float] | None = None) -> list[float]"
        "  # Where the edges of boxes are.",
        "HOW_MANY(items: list[Box]) -> int  # How many there are.",
        "HOW_MANY(image: Image, name: str, side: Literal['left', 'right'] | None = None) -> int",
        "SHOUT(text: str) -> str  # The text, louder.",
        "SIDE(box: Box) -> Literal['left', 'right']  # The side that the box is on.",
    ]


def test_details_are_read_from_the_docstring(registry: Registry) -> None:
    assert registry.get("EDGE").details == {"boxes": "whose edges are asked for.", "side": "which edge."}


def test_several_details_on_one_line_are_told_apart() -> None:
    @tool
    def PICK(image: Image, name: str, which: str = "") -> Box:
        """Picks.

        name: a noun, "cup". which: a condition, such as
          "in red".
        """
        return Box(0, 0, 1, 1, name + which)

    registry = Registry()
    registry.add(PICK)
    details = registry.get("PICK").details
    assert details == {"name": 'a noun, "cup".', "which": 'a condition, such as "in red".'}


def test_stub_is_python_with_the_same_parameters(registry: Registry) -> None:
    tree = ast.parse("\n".join(each.stub for each in registry))
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    assert [f.name for f in functions] == ["EDGE", "HOW_MANY", "HOW_MANY", "SHOUT", "SIDE"]
    assert [a.arg for a in functions[0].args.kwonlyargs] == ["mode", "where", "size", "weights"]
    assert [ast.unparse(d) for d in functions[1].decorator_list] == ["overload"]


def test_schema_describes_every_parameter(registry: Registry) -> None:
    schema = registry.get("EDGE").schema
    properties = schema["properties"]
    assert list(properties) == ["image", "boxes", "side", "mode", "where", "size", "weights"]
    assert schema["required"] == ["image", "boxes"]
    assert schema["additionalProperties"] is False
    assert properties["image"] == {"type": "string", "format": "image"}
    assert properties["mode"]["enum"] == ["mean", "max"]
    assert properties["mode"]["default"] == "mean"
    assert properties["side"]["default"] == "left"
    assert properties["side"]["description"] == "which edge."
    assert [item["type"] for item in properties["size"]["prefixItems"]] == ["integer", "integer"]
    assert properties["size"]["default"] == [1, 1]
    assert {"type": "null"} in properties["where"]["anyOf"]


@pytest.mark.parametrize("name", ["EDGE", "HOW_MANY", "SHOUT", "SIDE"])
def test_schema_is_json_whose_references_lead_somewhere(registry: Registry, name: str) -> None:
    schema = json.loads(json.dumps(registry.get(name).schema))
    for reference in _references(schema):
        target: Any = schema
        for part in reference.removeprefix("#/").split("/"):
            target = target[part]
        assert "type" in target


def test_schema_takes_what_the_tool_takes(registry: Registry) -> None:
    schema = registry.get("EDGE").schema
    box = {"left": 1, "top": 2, "right": 3, "bottom": 4}
    assert _accepts(schema, {"image": "photo", "boxes": [box], "side": "right", "where": None, "size": [2, 3]})
    assert not _accepts(schema, {"image": "photo", "boxes": [box], "side": "up"})
    assert not _accepts(schema, {"image": "photo", "boxes": [{"left": 1}]})
    assert not _accepts(schema, {"image": "photo"})
    assert not _accepts(schema, {"image": "photo", "boxes": [], "colour": "red"})
    either = registry.get("HOW_MANY").schema
    assert _accepts(either, {"items": [box]})
    assert _accepts(either, {"image": "photo", "name": "cup", "side": "left"})
    assert not _accepts(either, {"name": "cup"})


@pytest.mark.parametrize(
    "call",
    [
        "EDGE(image, [], 'left')",
        "EDGE(image, [], side='right', mode='max', where=None, size=(1, 2))",
        "EDGE(image, [], weights={'a': 1})",
        "HOW_MANY([])",
        "HOW_MANY(image, 'cup')",
        "HOW_MANY(image, 'cup', 'left')",
        "SHOUT('a') + 'b'",
    ],
)
def test_checker_accepts_a_right_call(registry: Registry, call: str) -> None:
    assert isinstance(check(Program(f"answer = {call}"), registry), Checked)


@pytest.mark.parametrize(
    "call",
    [
        "EDGE(image, [], 'up')",
        "EDGE(image, [], mode='min')",
        "EDGE(image, [], 'left', 'mean')",
        "EDGE(image)",
        "EDGE(image, [], where='here')",
        "EDGE(image, 'boxes')",
        "HOW_MANY()",
        "HOW_MANY(image)",
        "HOW_MANY(image, 3)",
        "HOW_MANY(image, 'cup', 'up')",
        "SHOUT(3)",
        "SHOUT(text='a', louder=True)",
        "shout('a')",
    ],
)
def test_checker_refuses_a_wrong_call(registry: Registry, call: str) -> None:
    found = check(Program(f"answer = {call}"), registry)
    assert not isinstance(found, Checked)
    assert found[0].kind == "type_error"


def test_program_calls_every_kind_of_tool(run: Callable[[str], tuple[Answer, list[Step]]]) -> None:
    answer, steps = run(
        "n = HOW_MANY(image, 'cup', side='left')\nanswer = [EDGE(image, [], 'right', size=(2, 3)), n, SHOUT('hey')]"
    )
    assert (answer.outcome, answer.value) == ("ok", [[], 7, "HEY!"])
    assert [(s.tool, s.line, s.backend) for s in steps] == [
        ("HOW_MANY", 1, "python"),
        ("EDGE", 2, "python"),
        ("SHOUT", 2, "shouter!"),
    ]
    assert steps[0].scores == {"seven": 0.7}
    assert steps[0].arguments["side"] == "left"
    assert steps[1].arguments["size"] == {"type": "tuple", "items": [2, 3]}
    assert steps[1].arguments["image"]["type"] == "image"


def test_enumeration_reaches_the_program_as_its_value(tmp_path: Path) -> None:
    @tool
    def OTHER(side: Side) -> Side:
        """The other side."""
        return Side.LEFT if side is Side.RIGHT else Side.RIGHT

    done = Executor(_registry(OTHER)).call("OTHER", ("left",), {})
    assert type(done.value) is str
    assert done.value == "right"
    with Sandbox() as sandbox:
        bench = Bench(_registry(OTHER), Executor(_registry(OTHER)), sandbox, Runs(tmp_path), ())
        picture = Subject.of(Image.of(Pillow.new("RGB", (4, 4))), "x.png")
        answer = bench.run(picture, Program("answer = OTHER(OTHER('left')) == 'left'"))
    assert (answer.outcome, answer.value) == ("ok", True)


def _registry(*tools: Any) -> Registry:
    made = Registry()
    made.add(*tools)
    return made


def _references(schema: Any) -> list[str]:
    if isinstance(schema, list):
        return [reference for item in schema for reference in _references(item)]
    if not isinstance(schema, dict):
        return []
    here = [schema["$ref"]] if "$ref" in schema else []
    return here + [reference for item in schema.values() for reference in _references(item)]


def _accepts(schema: dict[str, Any], value: Any, root: dict[str, Any] | None = None) -> bool:
    """Does a JSON value fit a JSON Schema? The keywords that tools' schemas use, and no others."""
    root = schema if root is None else root
    if "$ref" in schema:
        return _accepts(root["$defs"][schema["$ref"].rsplit("/", 1)[1]], value, root)
    if "anyOf" in schema:
        return any(_accepts(form, value, root) for form in schema["anyOf"])
    if "enum" in schema and value not in schema["enum"]:
        return False
    types = {"object": dict, "array": list, "string": str, "integer": int, "number": int | float, "null": type(None)}
    if "type" in schema and not isinstance(value, types[schema["type"]]):
        return False
    if isinstance(value, list):
        wanted = schema.get("prefixItems") or [schema.get("items", {})] * len(value)
        fits = len(wanted) == len(value)
        return fits and all(_accepts(w, v, root) for w, v in zip(wanted, value, strict=True))
    if isinstance(value, dict) and "properties" in schema:
        known = schema["properties"]
        closed = schema.get("additionalProperties") is not False or set(value) <= set(known)
        complete = set(schema.get("required", [])) <= set(value)
        return closed and complete and all(_accepts(known[k], v, root) for k, v in value.items() if k in known)
    return True
