"""The contents of `run.json`: the question, everything that can change an answer, and the outcome."""

from __future__ import annotations

import platform
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from pydantic import Field

from ...programs.language.program import Program
from ..inputs.subject import Subject
from .trace import SCHEMA_VERSION, AnswerKind, Stored

_PACKAGES = (
    "looksmith",
    "torch",
    "transformers",
    "av",
    "rapidocr",
    "opencv-python-headless",
    "onnxruntime",
    "RestrictedPython",
)


class Timing(Stored):
    """How a run spent its time, in seconds. `own` is the rest: the overhead of looksmith itself."""

    total: float = 0.0
    llm: float = 0.0
    load: float = 0.0
    tools: float = 0.0
    own: float = 0.0


class Pictured(Stored):
    """An image of a question. image: name in `images/`; name: the user's file."""

    image: str
    name: str
    size: tuple[int, int]


class RunRecord(Stored):
    """The contents of `run.json`.

    expected: the kind of answer that the question asks for, in words; "" if unknown.
    image, image_name, image_size: as in `Pictured`; more_images: those after the first.
    inputs: further inputs of the program, as JSON (encode.py).
    dialect, original: of a program in another system's dialect, and its text as it was written; lines: for each
    line of the program that ran, the line of `original` that it came from, 1-based.
    dry: did stand-ins answer in place of the tools?
    parent: id of the run that this one repeats, "" for a run of its own; changes: what was changed, in words.
    after: id of the run whose question this one follows up, "" for a question of its own.
    profile: which models served the tools: a name or an absolute path; "" in runs of older versions.
    assumptions, confidence, fragile: of the answer, as in `trace.End`.
    """

    schema_version: int = SCHEMA_VERSION
    id: str
    started: datetime
    question: str
    expected: str = ""
    image: str
    image_name: str
    image_size: tuple[int, int]
    more_images: list[Pictured] = Field(default_factory=list[Pictured])
    inputs: dict[str, Any] = Field(default_factory=dict[str, Any])
    dialect: str = ""
    original: str = ""
    lines: list[int] = Field(default_factory=list[int])
    dry: bool = False
    parent: str = ""
    changes: list[str] = Field(default_factory=list[str])
    after: str = ""
    profile: str = ""
    model: str = ""
    tools: list[str] = Field(default_factory=list[str])
    versions: dict[str, str] = Field(default_factory=dict[str, str])
    outcome: AnswerKind | None = None
    answer: Any = None
    message: str = ""
    assumptions: tuple[str, ...] = ()
    confidence: float | None = None
    fragile: str = ""
    timing: Timing = Timing()

    @property
    def pictures(self) -> list[Pictured]:
        """All images of the question."""
        return [Pictured(image=self.image, name=self.image_name, size=self.image_size), *self.more_images]


@dataclass(frozen=True)
class Lineage:
    """The run that a replay repeats: its id, and what was changed, in words."""

    parent: str = ""
    changes: tuple[str, ...] = ()


ORIGINAL = Lineage()
"""For a run that is not a replay."""


def pictured(subject: Subject) -> list[Pictured]:
    """The images of a subject."""
    return [
        Pictured(image=image.source, name=name, size=(image.width, image.height))
        for image, name in zip(subject.images, subject.names, strict=True)
    ]


def origin(program: Program | None) -> dict[str, Any]:
    """The fields of a record for a program in another dialect; empty for any other."""
    if program is None or program.dialect == "python":
        return {}
    return {"dialect": program.dialect, "original": program.written, "lines": list(program.lines)}


@cache
def versions() -> dict[str, str]:
    """Versions of the installed packages that can change an answer."""
    found = {"python": platform.python_version()}
    for package in _PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found
