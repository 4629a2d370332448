"""The viewer in a real browser: asking, reports, and runs that are hostile or damaged."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from threading import Event

from PIL import Image as Pillow
from playwright.sync_api import Page, expect
from viewed import PROGRAM, Writers, ran, shot

from looksmith.agent.doors.by_hand import HandWritten
from looksmith.agent.inputs.subject import Subject
from looksmith.agent.llm.llm import GREEDY, LLMError, Reply, Sampling, Scripted
from looksmith.agent.session.session import Looksmith
from looksmith.agent.setup.settings import Settings
from looksmith.agent.traces.runs import Runs, StoredRun
from looksmith.agent.traces.trace import Check, End, Execution, Step
from looksmith.agent.web.showing import CARDS
from looksmith.programs.language.program import Program
from looksmith.programs.prompt import Message
from looksmith.tools.core.values import Image
from looksmith.tools.media.images import load_image
from photos import photo_path

EVIL = "<img src=x onerror=alert(1)></script><script>alert(2)</script>"


# -- ask


def test_a_question_is_asked_and_watched(page: Page, writers: Writers) -> None:
    writers.next = Scripted(["```python\nanswer = CUPS(image)\n```", f"```python\n{PROGRAM}```"])
    page.goto("/ask")
    page.locator("input[type=file]").set_input_files(photo_path("coffee"))
    expect(page.locator("#previews img")).to_have_count(1)
    page.get_by_label("Question").fill("What colour is the cup?")
    shot(page, "ask")
    page.get_by_role("button", name="Ask").click()
    page.wait_for_url("**/runs/**")
    expect(page.get_by_role("heading", name="What colour is the cup?")).to_be_visible()
    expect(page.get_by_text("There is no tool CUPS").first).to_be_visible()


class Held(Scripted):
    """Replies only when let go."""

    def __init__(self, replies: Sequence[str]) -> None:
        super().__init__(replies)
        self.let_go = Event()

    def complete(self, messages: Sequence[Message], sampling: Sampling = GREEDY) -> Reply:
        """As `Scripted.complete`, later."""
        self.let_go.wait(60)
        return super().complete(messages, sampling)


def test_a_question_is_cancelled(page: Page, writers: Writers, tmp_path: Path) -> None:
    held = Held([f"```python\n{PROGRAM}```"])
    writers.next = held
    Pillow.new("RGB", (40, 30), "red").save(tmp_path / "red.png")
    page.goto("/ask")
    page.locator("input[type=file]").set_input_files(tmp_path / "red.png")
    page.get_by_label("Question").fill("What is it?")
    page.get_by_role("button", name="Ask").click()
    page.get_by_role("button", name="Cancel").click()
    page.wait_for_url("**/runs/**")
    expect(page.get_by_text("The question was cancelled.").first).to_be_visible()
    held.let_go.set()


def test_what_cannot_be_asked_is_told(page: Page, writers: Writers, tmp_path: Path) -> None:
    (tmp_path / "note.png").write_text("no picture")
    page.goto("/ask")
    page.locator("input[type=file]").set_input_files(tmp_path / "note.png")
    page.get_by_label("Question").fill("What is it?")
    page.get_by_role("button", name="Ask").click()
    expect(page.get_by_role("alert")).to_contain_text("is not an image")
    writers.next = Scripted([LLMError("The server is gone.")])
    page.locator("input[type=file]").set_input_files(photo_path("coffee"))
    page.get_by_role("button", name="Ask").click()
    expect(page.get_by_text("The server is gone.").first).to_be_visible()


# -- a data set


def test_a_report_leads_to_each_failure(page: Page, home: Path) -> None:
    folder = home / "evals" / "mine-1"
    settings = Settings(home, device="cpu")
    written = HandWritten.of(Program('answer = len(DETECT(image, "cup"))', "How many cups?"), "")
    answer = Looksmith(settings=settings).run_written(
        written, Subject.of(load_image(photo_path("coffee")), "coffee.png")
    )
    (folder / "runs").mkdir(parents=True)
    answer.run.rename(folder / "runs" / answer.run.name)
    row = {"run": answer.run.name, "score": 0.0, "expected": 2}
    (folder / "results.jsonl").write_text(json.dumps(row) + "\n")
    page.goto("/reports/mine-1")
    shot(page, "report")
    expect(page.get_by_text("expected 2")).to_be_visible()
    page.get_by_role("link", name="How many cups?").click()
    expect(page.get_by_label("Expected answer")).to_have_value("2")
    page.get_by_role("link", name="mine-1").click()
    page.get_by_role("link", name="ok", exact=True).click()
    expect(page.locator("#count")).to_have_text("1 question")


def test_two_marked_runs_are_compared(page: Page, run: StoredRun, home: Path) -> None:
    other = ran(home, PROGRAM.replace('"cup"', '"mug"'), "What colour is the mug?")
    page.goto("/")
    page.get_by_label(f"Mark {run.record.id}").check()
    page.get_by_label(f"Mark {other.record.id}").check()
    page.get_by_role("button", name="Compare the two selected runs").click()
    expect(page.get_by_role("heading", name="Two runs side by side")).to_be_visible()
    expect(page.locator("tr.differs").first).to_contain_text('cups = DETECT(image, "mug")')
    expect(page.locator("tr.first")).to_contain_text("DETECT('cup')")


# -- bad input


def hand_made(home: Path, question: str, steps: int = 1, end: bool = True, size: tuple[int, int] = (64, 48)) -> str:
    image = Image.of(Pillow.new("RGB", size, "red"))
    recorder = Runs(home / "runs").start(question, Subject.of(image, f"{EVIL}.png"), [])
    source = f'for n in range({steps}):\n    x = EXISTS(image, "{EVIL}")\nanswer = "{EVIL}"'
    parent = recorder.add(Check(source=source)).id
    execution = recorder.add(Execution(parent=parent, source=source)).id
    for number in range(steps):
        told = {"line": 2, "column": 8, "tool": "EXISTS", "backend": "x", "arguments": {"name": f"{EVIL}{number}"}}
        recorder.add(Step.model_validate({"parent": execution, **told, "result": EVIL}))
    if end:
        recorder.finish(End(outcome="ok", execution=execution, answer=EVIL), EVIL)
    return recorder.folder.name


def test_html_in_a_question_is_only_text(page: Page, home: Path) -> None:
    name = hand_made(home, EVIL)
    for path in ("/", f"/runs/{name}", f"/compare?left={name}&right={name}"):
        page.goto(path)
        expect(page.get_by_text(EVIL).first).to_be_attached()
        assert page.locator("img[src=x]").count() == 0


def test_a_loop_of_thousands_is_shown_in_parts(page: Page, home: Path) -> None:
    name = hand_made(home, "How often?", steps=5000)
    page.goto(f"/runs/{name}")
    expect(page.get_by_text("5000 iterations, 5000 calls")).to_be_visible()
    expect(page.get_by_text(f"Steps 1 to {CARDS} of 5000.")).to_be_visible()
    page.get_by_role("link", name="later").click()
    expect(page.get_by_text(f"Steps {CARDS + 1} to {2 * CARDS} of 5000.")).to_be_visible()


def test_runs_that_are_killed_written_or_damaged_say_so(page: Page, home: Path) -> None:
    name = hand_made(home, "Unfinished?", end=False)
    folder = home / "runs" / name
    page.goto(f"/runs/{name}")
    expect(page.locator(".verdict")).to_contain_text("interrupted")
    with (folder / "events.jsonl").open("a") as log:
        log.write('{"id":3,"parent":1,"kind":"st')
    page.reload()
    expect(page.locator(".verdict")).to_contain_text("interrupted")
    for path in (folder / "images").iterdir():
        path.unlink()
    page.reload()
    expect(page.get_by_role("alert")).to_contain_text("cannot be read")
    (folder / "run.json").write_text('{"schema_version": 99}')
    page.reload()
    expect(page.get_by_role("alert")).to_contain_text("was written in schema version 99")
