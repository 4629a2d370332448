"""Runs of the coffee photo to look at in the viewer, and a language model that writes what a test says."""

from __future__ import annotations

import os
from pathlib import Path

from playwright.sync_api import Page

from looksmith.agent.doors.by_hand import HandWritten
from looksmith.agent.inputs.subject import Subject
from looksmith.agent.llm.llm import LLM, Scripted
from looksmith.agent.session.session import Looksmith
from looksmith.agent.setup.settings import Settings
from looksmith.agent.traces.runs import StoredRun
from looksmith.programs.language.program import Program
from looksmith.tools.media.images import load_image
from photos import photo_path

PROGRAM = """cups = DETECT(image, "cup")
many = len(cups) > 1
color = COLOR(CROP(image, cups[0]))
answer = "many" if many else color
"""


SHOTS = os.environ.get("LOOKSMITH_SHOTS", "")


class Writers:
    """The language model of the tests: what it will write next."""

    next: LLM = Scripted([])


def ran(home: Path, program: str = PROGRAM, question: str = "What colour is the cup?") -> StoredRun:
    settings = Settings(home, device="cpu")
    written = HandWritten.of(Program(program, question), "")
    answer = Looksmith(settings=settings).run_written(
        written, Subject.of(load_image(photo_path("coffee")), "coffee.png")
    )
    assert answer.ok, answer.message
    return settings.runs.load(str(answer.run))


def shot(page: Page, name: str) -> None:
    """A picture for people, where a folder for them is named."""
    if SHOTS:
        page.screenshot(path=str(Path(SHOTS) / f"{name}.png"))
