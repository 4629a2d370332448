"""In the viewer too, a person is asked before a tool acts; what nobody allowed is not done."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from threading import Thread
from typing import Any, cast

import pytest
from fastapi.testclient import TestClient

from looksmith.agent.ask.loop import Bench
from looksmith.agent.ask.stop import Stop
from looksmith.agent.llm.llm import Scripted
from looksmith.agent.session.workshop import Workshop
from looksmith.agent.setup.settings import Settings
from looksmith.agent.traces.runs import Runs
from looksmith.agent.web.acts import MAX_SHOWN, Acts
from looksmith.agent.web.app import create_app
from looksmith.tools.core.call import Call
from looksmith.tools.core.registry import Registry
from looksmith.tools.core.tool import tool
from looksmith.tools.engine.executor import Executor
from looksmith.tools.remote.consent import Consent, consenting
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


def until(look: Callable[[], Any]) -> Any:
    """What `look` finds, within a while."""
    end = time.monotonic() + 300
    while time.monotonic() < end:
        if found := look():
            return found
        time.sleep(0.02)
    raise AssertionError("nothing came")


class Machine:
    """A button that is pressed for a question called "mine"."""

    def __init__(self, acts: Acts, consent: Consent | None = None) -> None:
        self.acts, self.pressed, self.stop = acts, list[str](), Stop()

        @tool(acts=True)
        def PRESS(button: str) -> str:
            """Press a button."""
            self.pressed.append(button)
            return button

        registry = Registry()
        registry.add(PRESS)
        registry = consenting(registry, consent or acts.granted)
        bench = Bench(registry, Executor(registry), cast("Any", None), cast("Any", None), ())
        self.unasked, self.bench = bench, acts.bench(bench, "mine", self.stop)
        self._threads = ThreadPoolExecutor()

    def press(self, button: str = "red", bench: Bench | None = None) -> Future[Call]:
        """A program's call."""
        return self._threads.submit((bench or self.bench).executor.call, "PRESS", (button,), {})

    def say(self, word: Any) -> bool:
        """Reply to the act that waits; was it heard?"""
        act = until(lambda: self.acts.waiting("mine"))[0]
        return self.acts.say("mine", act.id, word)


@pytest.mark.parametrize(("word", "pressed"), [("yes", ["red"]), ("no", [])])
def test_what_is_allowed_is_done_once_and_what_is_not_is_not(word: str, pressed: list[str]) -> None:
    machine = Machine(Acts())
    call = machine.press()
    act = until(lambda: machine.acts.waiting("mine"))[0]
    assert (act.tool, act.text) == ("PRESS", 'PRESS(button="red")')
    assert machine.pressed == [] and machine.acts.waiting("another") == []
    assert not machine.acts.say("another", act.id, "yes")
    assert machine.say(word)
    done = call.result(60)
    assert machine.pressed == pressed
    assert done.error is None if pressed else "was not allowed" in str(done.error)
    assert not machine.acts.say("mine", act.id, "yes")


def test_always_holds_for_later_calls_of_the_tool() -> None:
    machine = Machine(Acts())
    call = machine.press()
    machine.say("always")
    call.result(60)
    assert machine.press("blue").result(60).value == "blue"
    assert machine.pressed == ["red", "blue"]


def test_a_cancelled_question_asks_no_more() -> None:
    machine = Machine(Acts())
    call = machine.press()
    (act,) = until(lambda: machine.acts.waiting("mine"))
    machine.stop.set()
    assert "was not allowed" in str(call.result(60).error)
    assert not machine.acts.say("mine", act.id, "yes") and machine.pressed == []


def test_silence_is_a_no() -> None:
    machine = Machine(Acts(patience=0.05))
    assert "nobody answered within 0.05 s" in str(machine.press().result(60).error)
    assert machine.pressed == []


def test_a_call_that_nobody_could_read_is_refused() -> None:
    machine = Machine(Acts())
    assert "is refused" in str(machine.press("x" * MAX_SHOWN).result(60).error)
    assert machine.pressed == []


def test_a_yes_to_one_call_allows_no_other_and_none_that_did_not_ask() -> None:
    machine = Machine(Acts())
    call = machine.press()
    machine.say("yes")
    call.result(60)
    assert "nobody is here to allow it" in str(machine.press("red", machine.unasked).result(60).error)
    other = Machine(Acts(), consent=Acts().granted)  # the settings know of other acts than the pages
    call = other.press()
    other.say("yes")
    assert "nobody is here to allow it" in str(call.result(60).error)
    assert (machine.pressed, other.pressed) == (["red"], [])


def test_the_pages_ask_for_questions_and_replays_and_finding_the_cause_never_acts(tmp_path: Path) -> None:
    (tmp_path / "tools.py").write_text(TOOLS.replace("{pressed}", str(tmp_path / "pressed")))
    (tmp_path / "none.toml").write_text("[models]\n[tools]\n")
    PHOTO.pixels.save(tmp_path / "photo.png")
    acts, runs = Acts(), Runs(tmp_path / "runs")
    profile = str(tmp_path / "none.toml")
    settings = Settings(tmp_path, tool_files=(tmp_path / "tools.py",), installed=False, profile=profile)
    shop = Workshop(replace(settings, consent=acts.granted), lambda: Scripted([WRITTEN]))

    def allow(about: str) -> None:
        act = until(lambda: next(iter(here.get(f"/acts/{about}").json()), None))
        assert here.post(f"/acts/{about}/{act['id']}", json={"word": "yes"}).json() == {"heard": True}

    def pressed() -> list[str]:
        return (tmp_path / "pressed").read_text().split()

    with TestClient(create_app(shop, acts=acts), base_url="http://127.0.0.1") as here:
        sent = {"image": ("photo.png", (tmp_path / "photo.png").read_bytes(), "image/png")}
        told = here.post("/ask", data={"question": "Which button?"}, files=sent, follow_redirects=False)
        job = told.headers["location"].rpartition("/")[2]
        assert 'viewBox="0 0 200 150"' in here.get(f"/ask/{job}").text
        assert here.get(f"/ask/{job}/pictures/0").headers["content-type"] == "image/jpeg"
        assert here.get(f"/ask/{job}/pictures/1").status_code == 404
        allow(job)
        run = until(lambda: next((run for run in runs.list(1) if getattr(run, "outcome", None) == "ok"), None))
        assert pressed() == ["red"]
        assert here.post(f"/runs/{run.id}/blame", json={"expected": "blue"}).status_code == 200
        assert pressed() == ["red"]
        replayed: list[Any] = []
        again = Thread(target=lambda: replayed.append(here.post(f"/runs/{run.id}/replay", json={"start": 1}).json()))
        again.start()
        allow(run.id)
        again.join(300)
        assert replayed[0]["answer"] == "red" and pressed() == ["red", "red"]
