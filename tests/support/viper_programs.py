"""ViperGPT's programs, and tools that see a few coloured things, for the tests of the dialect."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import PIL.Image

from looksmith.programs.check.check import Checked, check
from looksmith.programs.dialects.front import translate
from looksmith.programs.dialects.vipergpt.front import inputs
from looksmith.programs.language.diagnostics import render
from looksmith.programs.language.program import Program
from looksmith.sandbox.outcome import Outcome
from looksmith.sandbox.run import Request, Sandbox
from looksmith.tools.core.registry import Registry
from looksmith.tools.core.tool import tool
from looksmith.tools.core.values import Box, Image
from looksmith.tools.engine.executor import Executor

PROGRAMS = tomllib.loads(
    (Path(__file__).parents[1] / "programs/dialects/vipergpt/vipergpt.toml").read_text(encoding="utf-8")
)["program"]
THINGS = [
    Box(10, 60, 30, 90, "red cup"),
    Box(80, 20, 100, 50, "blue cup"),
    Box(150, 70, 170, 95, "red cup"),
    Box(60, 55, 140, 100, "brown table"),
    Box(5, 5, 25, 55, "tall person"),
    Box(110, 10, 125, 40, "small kid"),
    Box(125, 10, 140, 40, "small kid"),
    Box(170, 10, 200, 30, "white sign"),
]
DOG = Box(10, 60, 40, 80, "black dog")


def picture(shade: int) -> Image:
    return Image.of(PIL.Image.new("RGB", (200, 100), (shade, shade, shade)))


IMAGE = picture(255)
FRAMES = [picture(shade) for shade in range(4)]
GIVEN = {
    "image": IMAGE,
    "images": FRAMES,
    "possible_answers": ["red", "blue", "the red dog"],
    "query": "Where is it?",
}


def things(image: Image) -> list[Box]:
    """What is in the scene of an image: the dog comes into the video with its third frame."""
    dogs = [DOG] if image.source in (FRAMES[2].source, FRAMES[3].source) else []
    return THINGS if image.source == IMAGE.source else dogs


@tool
def DETECT(image: Image, name: str) -> list[Box]:
    """All boxes whose middle lies in the image."""
    frame = image.frame
    inside = (
        b for b in things(image) if frame.left <= b.center_x <= frame.right and frame.top <= b.center_y <= frame.bottom
    )
    return [box for box in inside if box.label.split()[1] == name]


@tool
def EXISTS(image: Image, name: str) -> bool:
    """Is there one?"""
    return bool(DETECT(image, name))


@tool
def CLASSIFY(image: Image, labels: list[str]) -> str:
    """The label with a word of what is seen."""
    words = next(box for box in things(image) if box.left == image.left).label.split()
    return next(label for label in labels if words[0] in label.split())


@tool
def VQA(image: Image, question: str) -> str:
    """The colour of what is seen, or what the question asks for."""
    label = next((box.label for box in things(image) if (box.left, box.top) == (image.left, image.top)), "unknown x")
    color, kind = label.split()
    if kind == "sign":
        return "Rome"
    return kind if question == "What is this?" else color


@tool
def VERIFY(image: Image, statement: str) -> bool:
    """Does the statement name what is seen?"""
    color, kind = next(box.label for box in things(image) if box.left == image.left).split()
    return statement == f"the {kind} is {color}"


@tool
def DEPTH(image: Image, box: Box | None = None) -> float:
    """Things to the right are farther away."""
    return image.center_x / 10


@tool
def MATCH(images: list[Image], text: str) -> int:
    """The first image whose colour is in the text."""
    return next(i for i, image in enumerate(images) if VQA(image, "color") in text)


@tool
def ASK_LLM(question: str) -> str:
    """Knows where Rome is, prefers the second option, and repeats everything else."""
    if question.startswith("Say it: "):
        return question.removeprefix("Say it: ")
    if "Options:" in question:
        return "2"
    text = " ".join(question.split())
    return f"{text} Italy" if "Rome in" in text else text


def read(source: str) -> Program:
    program = translate("vipergpt", source)
    assert isinstance(program, Program), render(program, source)
    return program


def problems(source: str) -> list[tuple[str, int, int]]:
    found = translate("vipergpt", source)
    assert isinstance(found, tuple)
    return [(d.code, d.line, d.column) for d in found]


def run(
    source: str, registry: Registry, sandbox: Sandbox, inputs_given: Mapping[str, Any] = MappingProxyType(GIVEN)
) -> Outcome:
    """Translate, check and run for real in the sandbox, over these tools."""
    program = read(source)
    wanted = inputs(program)
    checked = check(program, registry, wanted)
    assert isinstance(checked, Checked), f"{program.source}\n{render(checked, program.source)}"
    executor = Executor(registry)

    def call(request: Request) -> Any:
        done = executor.call(request.tool, request.args, request.kwargs)
        if done.error is not None:
            raise done.error
        return done.value

    outcome = sandbox.run(checked, {name: inputs_given[name] for name in wanted}, call)
    sandbox.prepare()  # the next worker starts while the next program is read
    return outcome


def plain(value: Any) -> Any:
    """An answer as the test programs' file spells it."""
    if isinstance(value, Image):
        return [value.left, value.top, value.right, value.bottom]
    return [plain(part) for part in value] if isinstance(value, list | tuple) else value
