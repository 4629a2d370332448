"""In the viewer too, a person is asked before a tool acts; what nobody allowed is not done."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from fastapi.testclient import TestClient

from looksmith.agent.llm.llm import Scripted
from looksmith.agent.session.workshop import Workshop
from looksmith.agent.setup.settings import Settings
from looksmith.agent.traces.runs import Runs
from looksmith.agent.web.acts import Acts
from looksmith.agent.web.app import create_app
from stored import PHOTO

TOOLS = '''
from pathlib import Path
from looksmith import Image, tool

@tool(acts=True)
def PRESS(image: Image, button: str) -> str:
    """Press a button."""
    with Path("{pressed}").open("a") as file:
        file.write(button + "\\n")
    return button
'''
WRITTEN = '```python\nanswer = PRESS(image, "red")\n```'


class Viewer:
    """A viewer whose language model always presses the red button."""

    def __init__(self, home: Path, *, patience: float = 60.0, asks: bool = True) -> None:
        self.pressed_file = home / "pressed"
        (home / "tools.py").write_text(TOOLS.replace("{pressed}", str(self.pressed_file)))
        (home / "none.toml").write_text("[models]\n[tools]\n")
        acts = Acts(patience)
        files, profile = (home / "tools.py",), str(home / "none.toml")
        settings = Settings(home, tool_files=files, installed=False, profile=profile)
        if asks:
            settings = replace(settings, consent=acts.granted)
        self.runs = Runs(home / "runs")
        self.here = TestClient(
            create_app(Workshop(settings, lambda: Scripted([WRITTEN] * 3)), acts=acts), base_url="http://127.0.0.1"
        )

    @property
    def pressed(self) -> list[str]:
        """The buttons that were pressed."""
        return self.pressed_file.read_text().split() if self.pressed_file.exists() else []

    def ask(self, home: Path) -> str:
        """The id of a question in progress."""
        path = home / "photo.png"
        PHOTO.pixels.save(path)
        sent = {"image": ("photo.png", path.read_bytes(), "image/png")}
        told = self.here.post("/ask", data={"question": "Which button?"}, files=sent, follow_redirects=False)
        assert told.status_code == 303, told.text
        return told.headers["location"].rpartition("/")[2]

    def waiting(self, about: str) -> dict[str, Any]:
        """The act that waits for a word."""
        return until(lambda: next(iter(self.here.get(f"/acts/{about}").json()), None))

    def say(self, about: str, act: str, word: str) -> bool:
        """Reply; was it heard?"""
        return self.here.post(f"/acts/{about}/{act}", json={"word": word}).json()["heard"]

    def ended(self) -> Any:
        """The record of the latest run, when it has ended."""
        return until(lambda: next((run for run in self.runs.list(1) if getattr(run, "outcome", None)), None))


def until(look: Callable[[], Any]) -> Any:
    """What `look` finds, within a while."""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        if found := look():
            return found
        time.sleep(0.02)
    raise AssertionError("nothing came")


@pytest.fixture
def viewer(tmp_path: Path) -> Iterator[Viewer]:
    viewer = Viewer(tmp_path)
    with viewer.here:
        yield viewer


@pytest.mark.parametrize(("word", "pressed"), [("yes", ["red"]), ("no", [])])
def test_what_is_allowed_is_done_once_and_what_is_not_is_not(
    viewer: Viewer, tmp_path: Path, word: str, pressed: list[str]
) -> None:
    job = viewer.ask(tmp_path)
    act = viewer.waiting(job)
    assert act["tool"] == "PRESS" and 'button="red"' in act["text"]
    assert viewer.pressed == []
    assert not viewer.say("another-question", act["id"], "yes")
    assert viewer.say(job, act["id"], word)
    record = viewer.ended()
    assert viewer.pressed == pressed
    assert (record.outcome, record.answer) == (("ok", "red") if pressed else ("tool_error", None))
    assert not viewer.say(job, act["id"], "yes")


def test_always_holds_for_later_questions(viewer: Viewer, tmp_path: Path) -> None:
    job = viewer.ask(tmp_path)
    viewer.say(job, viewer.waiting(job)["id"], "always")
    viewer.ended()
    viewer.ask(tmp_path)
    until(lambda: viewer.pressed == ["red", "red"])


def test_a_cancelled_question_asks_no_more(viewer: Viewer, tmp_path: Path) -> None:
    job = viewer.ask(tmp_path)
    act = viewer.waiting(job)
    viewer.here.post(f"/ask/{job}/cancel")
    viewer.ended()
    until(lambda: viewer.here.get(f"/acts/{job}").json() == [])
    assert not viewer.say(job, act["id"], "yes")
    assert viewer.pressed == []


def test_silence_is_a_no(tmp_path: Path) -> None:
    viewer = Viewer(tmp_path, patience=0.1)
    with viewer.here:
        viewer.ask(tmp_path)
        assert "nobody answered within 0.1 s" in viewer.ended().message
    assert viewer.pressed == []


def test_a_viewer_that_does_not_ask_refuses(tmp_path: Path) -> None:
    viewer = Viewer(tmp_path, asks=False)
    with viewer.here:
        job = viewer.ask(tmp_path)
        # The person says yes to the page, but the settings know nobody who was asked.
        viewer.say(job, viewer.waiting(job)["id"], "yes")
        assert "nobody is here to allow it" in viewer.ended().message
    assert viewer.pressed == []


def test_a_replay_asks_and_finding_the_cause_never_acts(viewer: Viewer, tmp_path: Path) -> None:
    job = viewer.ask(tmp_path)
    viewer.say(job, viewer.waiting(job)["id"], "yes")
    run = viewer.ended().id
    blamed = viewer.here.post(f"/runs/{run}/blame", json={"expected": "blue"})
    assert blamed.status_code == 200 and viewer.pressed == ["red"]
    replayed: list[Any] = []
    thread = Thread(target=lambda: replayed.append(viewer.here.post(f"/runs/{run}/replay", json={"start": 1}).json()))
    thread.start()
    viewer.say(run, viewer.waiting(run)["id"], "yes")
    thread.join(60)
    assert replayed[0]["answer"] == "red" and viewer.pressed == ["red", "red"]
