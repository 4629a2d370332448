"""Questions whose programs fail, and a bench that repairs them."""

from __future__ import annotations

from typing import Any

from PIL import Image as Pillow

from looksmith.agent.ask.loop import Answer, Bench
from looksmith.agent.ask.writing import Writing
from looksmith.agent.inputs.subject import Subject
from looksmith.agent.llm.llm import Scripted
from looksmith.agent.traces.runs import Runs
from looksmith.tools.core.errors import NoDetection, UnknownName, WeightsError
from looksmith.tools.core.tool import tool
from looksmith.tools.core.values import Box, Image

SUBJECT = Subject.of(Image.of(Pillow.new("RGB", (64, 48), "red")), "red.png")
GHOST = 'cup = LOC(image, "cup")\nghost = LOC(image, "ghost")\nanswer = ghost.left < cup.left'
WHERE = "Where is everything?"
"""A question that a box may answer, or anything else."""


@tool
def LOC(image: Image, name: str) -> Box:
    """The box of the named thing."""
    if name == "unicorn":
        raise UnknownName('The detector does not know "unicorn".', hint="The nearest is horse.")
    if name == "ghost":
        raise NoDetection("No ghost was found in the image.")
    return Box(10, 10, 40, 30, name, 0.9)


@tool
def EXISTS(image: Image, name: str) -> bool:
    """Is the named thing there?"""
    return name != "ghost"


@tool
def NAMES(image: Image) -> list[str]:
    """All names."""
    return ["cup", "spoon"]


@tool
def MODEL(image: Image) -> str:
    """Needs weights."""
    raise WeightsError("The weights are missing.", hint="Pull them.")


def ask(bench: Bench, *replies: Any, question: str = WHERE, **options: Any) -> tuple[Answer, Scripted]:
    script = Scripted(replies)
    return bench.ask(SUBJECT, question, script, Writing(**{"samples": 1, **options})), script


def events(answer: Answer, kind: type[Any]) -> list[Any]:
    run = Runs(answer.run.parent).load(answer.run.name)
    return [event for event in run.events if isinstance(event, kind)]
