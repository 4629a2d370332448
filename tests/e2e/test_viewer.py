"""The viewer in a real browser, as a person uses it."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from browsing import browser, messages, served
from PIL import Image as Pillow
from playwright.sync_api import Browser, Page, expect

from looksmith.agent.doors.by_hand import Written
from looksmith.agent.inputs.subject import Subject
from looksmith.agent.llm.llm import GREEDY, LLM, LLMError, Reply, Sampling, Scripted
from looksmith.agent.session.session import Looksmith
from looksmith.agent.session.workshop import Workshop
from looksmith.agent.setup.settings import Settings
from looksmith.agent.traces.runs import Runs, StoredRun
from looksmith.agent.traces.trace import Check, End, Execution, Step
from looksmith.agent.web.app import create_app
from looksmith.agent.web.showing import CARDS
from looksmith.programs.language.program import Program
from looksmith.programs.prompt import Message
from looksmith.tools.core.values import Image
from looksmith.tools.media.images import load_image
from photos import photo_path

PROGRAM = """cups = DETECT(image, "cup")
many = len(cups) > 1
color = COLOR(CROP(image, cups[0]))
answer = "many" if many else color
"""
LOOP = """cups = DETECT(image, "cup")
words = []
for n in range(8):
    part = CROP(image, cups[0], margin=n / 100)
    words.append(COLOR(part))
answer = len(words)
"""
EVIL = "<img src=x onerror=alert(1)></script><script>alert(2)</script>"
SHOTS = os.environ.get("LOOKSMITH_SHOTS", "")


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser() as made:
        yield made


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, shared_home: Path) -> Path:
    folder = tmp_path_factory.mktemp("viewer")
    (folder / "weights").symlink_to(shared_home / "weights")
    return folder


class Writers:
    """The language model of the tests: what it will write next."""

    next: LLM = Scripted([])


@pytest.fixture(scope="module")
def writers() -> Writers:
    return Writers()


@pytest.fixture(scope="module")
def address(home: Path, writers: Writers) -> Iterator[str]:
    workshop = Workshop(Settings(home, device="cpu"), lambda: writers.next)
    with served(create_app(workshop)) as at:
        yield at


@pytest.fixture
def page(chromium: Browser, address: str) -> Iterator[Page]:
    context = chromium.new_context(viewport={"width": 1280, "height": 900}, base_url=address)
    made = context.new_page()
    told = messages(made)
    yield made
    context.close()
    assert [text for text in told if not text.startswith("Failed to load resource")] == []


def ran(home: Path, program: str = PROGRAM, question: str = "What colour is the cup?") -> StoredRun:
    settings = Settings(home, device="cpu")
    written = Written.of(Program(program, question), "")
    answer = Looksmith(settings=settings).run_written(
        written, Subject.of(load_image(photo_path("coffee")), "coffee.png")
    )
    assert answer.ok, answer.message
    return settings.runs.load(str(answer.run))


@pytest.fixture(scope="module")
def run(home: Path) -> StoredRun:
    return ran(home)


def shot(page: Page, name: str) -> None:
    """A picture for people, where a folder for them is named."""
    if SHOTS:
        page.screenshot(path=str(Path(SHOTS) / f"{name}.png"))


def open_run(page: Page, run: StoredRun) -> None:
    page.goto(f"/runs/{run.record.id}")
    expect(page.locator("#stage .result")).to_be_visible()


# -- the list


def test_runs_are_listed_filtered_and_opened(page: Page, run: StoredRun, home: Path) -> None:
    ran(home, 'answer = EXISTS(image, "dog")', "Is there a dog?")
    page.goto("/")
    shot(page, "runs")
    expect(page.get_by_role("link", name="Is there a dog?")).to_be_visible()
    page.get_by_label("Search").fill("colour")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_role("link", name="Is there a dog?")).to_have_count(0)
    page.get_by_role("link", name="What colour is the cup?").first.click()
    expect(page.get_by_role("heading", name="What colour is the cup?")).to_be_visible()
    page.goto("/")
    page.locator("select[name=tool]").select_option("EXISTS")
    page.get_by_role("button", name="Show").click()
    expect(page.locator("#count")).to_contain_text("1 run")
    assert page.locator("table.runs img").first.evaluate("i => i.decode().then(() => i.naturalWidth)") > 0


def test_an_empty_list_says_how_to_begin(page: Page) -> None:
    page.goto("/?q=nothinglikethis")
    expect(page.get_by_text("No runs found.")).to_be_visible()


# -- a run


def test_what_belongs_together_lights_up_together(page: Page, run: StoredRun) -> None:
    open_run(page, run)
    page.locator('.row[data-line="1"] .code').hover()
    expect(page.locator('article[data-step="1"]')).to_have_class("lit")
    expect(page.locator("#stage h3")).to_contain_text("DETECT")
    shot(page, "run")
    page.locator('.row[data-line="3"] .call').last.hover()
    expect(page.locator("#stage h3")).to_contain_text("COLOR")
    expect(page.locator('article[data-step="1"]')).not_to_have_class("lit")
    box = page.locator('article[data-step="1"] rect.found').first
    box.scroll_into_view_if_needed()
    box.hover()
    assert page.locator("[data-mark].lit").count() >= 2, "the box where it was found, and where it was used"
    expect(page.locator('article[data-step="2"]')).to_have_class("lit")


def test_steps_are_reached_with_keys_and_by_a_link(page: Page, run: StoredRun) -> None:
    open_run(page, run)
    page.keyboard.press("ArrowLeft")
    expect(page.locator("#stage h3")).to_contain_text("CROP")
    page.keyboard.press("k")
    expect(page.locator("#stage h3")).to_contain_text("DETECT")
    linked = page.url
    assert linked.endswith(f"#step-{run.events[2].id}")
    page.goto("/")
    page.goto(linked)
    expect(page.locator("#stage h3")).to_contain_text("DETECT")


def test_a_loop_is_folded_by_its_rounds(page: Page, home: Path) -> None:
    open_run(page, ran(home, LOOP))
    loop = page.get_by_text("The loop on line 3: 8 iterations, 16 calls")
    loop.click()
    page.get_by_text("iteration 3:").click()
    shot(page, "loop")
    expect(page.locator('article[data-step="7"]')).to_be_visible()
    expect(page.locator('article[data-step="9"]')).to_be_hidden()


# -- correct and re-run


def test_a_box_is_taken_away_and_what_follows_is_told(page: Page, run: StoredRun, home: Path) -> None:
    before = len(list((home / "runs").iterdir()))
    open_run(page, run)
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    page.locator("#stage [data-change]").click()
    shot(page, "change")
    page.locator("dialog .candidates input[type=checkbox]").first.uncheck()
    page.get_by_role("button", name="Run with this change").click()
    expect(page.get_by_text("step 1 = []")).to_be_visible()
    expect(page.locator(".verdict")).to_contain_text("crashed")
    assert len(list((home / "runs").iterdir())) == before + 1
    page.get_by_role("link", name=f"Compare with {run.record.id}").click()
    expect(page.get_by_text("the outcome: ok or crashed")).to_be_visible()
    shot(page, "compare")


def test_a_box_is_drawn_and_a_threshold_is_moved(page: Page, run: StoredRun) -> None:
    open_run(page, run)
    page.locator('article[data-step="1"] [data-change]').click()
    view = page.locator("dialog svg.view").first
    at = view.bounding_box()
    assert at
    page.mouse.move(at["x"] + 40, at["y"] + 40)
    page.mouse.down()
    page.mouse.move(at["x"] + 140, at["y"] + 160, steps=4)
    page.mouse.up()
    shot(page, "draw")
    expect(page.locator("dialog .candidates li")).to_have_count(1 + len(run_step(run).rejected) + 1)
    page.get_by_role("button", name="Run with this change").click()
    expect(page.locator(".answer").first).to_have_text("probably many")
    open_run(page, run)
    page.locator('article[data-step="1"] [data-change]').click()
    page.locator("dialog input[type=range]").fill("0.01")
    expect(page.locator("dialog .candidates input:checked")).to_have_count(1 + len(run_step(run).rejected))
    page.get_by_role("button", name="Run with this change").click()
    expect(page.locator(".answer").first).to_have_text("probably many")


def run_step(run: StoredRun) -> Step:
    return next(event for event in run.events if isinstance(event, Step))


def test_a_label_is_changed(page: Page, run: StoredRun) -> None:
    open_run(page, run)
    page.locator('article[data-step="3"] [data-change]').click()
    page.locator("dialog input").fill("blue")
    page.keyboard.press("Enter")
    expect(page.locator(".answer").first).to_have_text("blue")


def test_a_program_that_the_checker_refuses_changes_nothing(page: Page, run: StoredRun, home: Path) -> None:
    before = sorted((home / "runs").iterdir())
    open_run(page, run)
    page.get_by_role("button", name="Change the program").click()
    area = page.get_by_role("textbox", name="The program")
    area.fill(PROGRAM.replace("len(cups) > 1", "len(cups"))
    page.get_by_role("button", name="Run with this change").click()
    expect(page.locator("#editor-problem")).to_contain_text("The changed program is invalid")
    shot(page, "refused")
    assert sorted((home / "runs").iterdir()) == before
    area.fill(PROGRAM.replace("> 1", ">= 1"))
    page.get_by_role("button", name="Run with this change").click()
    expect(page.locator(".answer").first).to_have_text("probably many")
    expect(page.get_by_text("another program")).to_be_visible()


def test_blame_names_changes_that_can_be_run(page: Page, run: StoredRun) -> None:
    open_run(page, run)
    page.get_by_label("Expected answer").fill("many")
    page.get_by_role("button", name="Find the cause").click()
    said = page.locator("#said")
    expect(said).to_contain_text("the most likely single change that leads to the expected answer")
    shot(page, "blame")
    said.get_by_role("button", name="Try this change").first.click()
    expect(page.locator(".answer").first).to_have_text("probably many")


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


class Slow(Scripted):
    """Takes its time."""

    def complete(self, messages: Sequence[Message], sampling: Sampling = GREEDY) -> Reply:
        """As `Scripted.complete`, later."""
        time.sleep(1.5)
        return super().complete(messages, sampling)


def test_a_question_is_cancelled(page: Page, writers: Writers, tmp_path: Path) -> None:
    writers.next = Slow([f"```python\n{PROGRAM}```"])
    Pillow.new("RGB", (40, 30), "red").save(tmp_path / "red.png")
    page.goto("/ask")
    page.locator("input[type=file]").set_input_files(tmp_path / "red.png")
    page.get_by_label("Question").fill("What is it?")
    page.get_by_role("button", name="Ask").click()
    page.get_by_role("button", name="Cancel").click()
    page.wait_for_url("**/runs/**")
    expect(page.get_by_text("The question was cancelled.").first).to_be_visible()


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
    written = Written.of(Program('answer = len(DETECT(image, "cup"))', "How many cups?"), "")
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
    page.get_by_role("button", name="Compare the two marked runs").click()
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


# -- everybody


def test_a_narrow_window_and_the_dark(chromium: Browser, address: str, run: StoredRun) -> None:
    context = chromium.new_context(viewport={"width": 390, "height": 800}, base_url=address, color_scheme="dark")
    page = context.new_page()
    for name, path in (("runs", "/"), ("run", f"/runs/{run.record.id}"), ("ask", "/ask")):
        page.goto(path)
        shot(page, f"narrow-{name}")
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, path
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(13, 17, 23)"
    context.close()


def test_every_control_has_a_name(page: Page, run: StoredRun) -> None:
    for path in ("/", "/ask", f"/runs/{run.record.id}"):
        page.goto(path)
        unnamed = page.evaluate(
            """() => [...document.querySelectorAll('button, input:not([type=hidden]), select, textarea')].filter(
                (e) => !(e.labels?.length || e.getAttribute('aria-label') || e.textContent.trim())
            ).map((e) => e.outerHTML)"""
        )
        assert unnamed == [], path
