"""The viewer in a real browser, on runs in a folder: no model is needed to look at them and correct them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from browsing import browser, messages, served
from playwright.sync_api import Browser, Locator, Page, expect

from looksmith.agent.llm.llm import Scripted
from looksmith.agent.session.workshop import Workshop
from looksmith.agent.setup.settings import Settings
from looksmith.agent.traces.runs import Recorder, Runs, StoredRun
from looksmith.agent.traces.trace import End, Execution, Failure, Step
from looksmith.agent.traces.verdicts import read_verdicts
from looksmith.agent.web.acts import Acts
from looksmith.agent.web.app import create_app
from looksmith.tools.core.values import Box
from stored import CUP, PHOTO, Write, add_step, no_step, one_step, store

TOOLS = '''
from looksmith import Box, Image, tool

@tool
def DETECT(image: Image, name: str) -> list[Box]:
    """All boxes."""
    return []

@tool
def LOC(image: Image, name: str) -> Box:
    """The best box."""
    return Box(1, 2, 3, 4, name)

@tool(acts=True)
def PRESS(image: Image, button: str) -> str:
    """Press a button."""
    return button
'''
LOW = Box(110, 20, 180, 90, "cup", 0.3)
PRESSES = '```python\nanswer = PRESS(image, "red")\n```'


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    expect.set_options(timeout=90_000)  # a machine that is busy with other things is slow, not wrong
    with browser() as made:
        yield made


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("viewing")


@pytest.fixture(scope="module")
def address(home: Path) -> Iterator[str]:
    (home / "tools.py").write_text(TOOLS)
    (home / "none.toml").write_text("[models]\n[tools]\n")
    acts, profile = Acts(), str(home / "none.toml")
    settings = Settings(home, tool_files=(home / "tools.py",), installed=False, profile=profile, consent=acts.granted)

    def workshop(name: str) -> Workshop:
        return Workshop(replace(settings, profile=name), lambda: Scripted([PRESSES]))

    with served(create_app(workshop(profile), make=workshop, acts=acts)) as at:
        yield at


@pytest.fixture
def page(chromium: Browser, address: str) -> Iterator[Page]:
    context = chromium.new_context(viewport={"width": 1400, "height": 900}, base_url=address)
    context.set_default_timeout(90_000)
    made = context.new_page()
    told = messages(made)
    yield made
    context.close()
    assert [text for text in told if not text.startswith("Failed to load resource")] == []


def detects(to: Recorder) -> End:
    """A program that finds one cup, and another one nearly; the spoon is not found at all."""
    source = 'cups = DETECT(image, "cup")\nspoon = LOC(image, "spoon")\nanswer = len(cups)'
    execution = to.add(Execution(source=source)).id
    add_step(to, [CUP], "DETECT", parent=execution, rejected=(LOW,), scores={"cup 1": 0.9, "cup 2": 0.3})
    failure = Failure(kind="NoDetection", message="No spoon was found.")
    arguments = {"image": PHOTO, "name": "spoon"}
    add_step(to, None, "LOC", 2, parent=execution, error=failure, arguments=arguments)
    return End(outcome="no_detection", message="No spoon was found.", execution=execution, line=2)


@pytest.fixture(scope="module")
def run(home: Path) -> StoredRun:
    return store(home, detects)


def evaluation(home: Path, name: str, write: Write = no_step) -> list[StoredRun]:
    """An evaluation with a right and a wrong answer."""
    folder = home / "evals" / name
    runs = [store(folder, write, question=question) for question in ("Are there cups?", "Are there spoons?")]
    rows = [
        {"id": str(at), "run": run.name, "score": float(at == 0), "expected": "a long expected answer", "kind": "exist"}
        for at, run in enumerate(runs)
    ]
    (folder / "results.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return runs


def open_editor(page: Page, run: StoredRun, step: int) -> None:
    page.goto(f"/runs/{run.name}")
    page.locator(f'article[data-step="{step}"] [data-change]').click()


# -- the editor of boxes


def test_boxes_are_clicked_moved_and_resized_and_the_list_follows(page: Page, run: StoredRun, home: Path) -> None:
    open_editor(page, run, 1)
    threshold = float(page.locator("dialog input[type=range]").input_value())
    assert LOW.score < threshold <= CUP.score
    rows, low = page.locator("dialog .candidates li"), page.locator('dialog [data-number="1"]')
    expect(low).to_have_class(re.compile("free"))
    low.click()
    expect(low).to_have_class(re.compile("taken"))
    expect(low).to_have_css("stroke", "rgb(34, 197, 94)")
    expect(rows.nth(1).locator("input[type=checkbox]")).to_be_checked()
    expect(rows.nth(1)).to_have_class("chosen")
    at = low.bounding_box()
    assert at
    drag(page, at["x"] + at["width"] / 2, at["y"] + at["height"] / 2, 0, at["height"] / 2)
    assert place(rows.nth(1)) == pytest.approx([110, 55, 180, 125], abs=1.5)
    handle = page.locator('dialog .handle[data-x="right"][data-y=""]').bounding_box()
    assert handle
    drag(page, handle["x"] + handle["width"] / 2, handle["y"] + handle["height"] / 2, -at["width"] / 2, 0)
    assert place(rows.nth(1)) == pytest.approx([110, 55, 145, 125], abs=1.5)
    rows.nth(0).locator("input[type=checkbox]").uncheck()
    expect(page.locator('dialog [data-number="0"]')).to_have_class(re.compile("free"))
    page.get_by_role("button", name="Run with this change").click()
    page.wait_for_url(lambda url: not url.endswith(run.name))
    changed = next(event for event in Runs(home / "runs").load("last").events if isinstance(event, Step))
    assert [box["right"] for box in changed.result] == pytest.approx([145], abs=1.5)


def place(row: Locator) -> list[int]:
    """The sides of a box, as its row tells them."""
    return [int(side) for side in row.locator(".place").inner_text().split(", ")]


def drag(page: Page, x: float, y: float, by_x: float, by_y: float) -> None:
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + by_x / 2, y + by_y / 2, steps=3)
    page.mouse.move(x + by_x, y + by_y)
    page.mouse.up()


def test_boxes_are_taken_and_moved_with_keys_alone(page: Page, run: StoredRun) -> None:
    page.goto(f"/runs/{run.name}#step-{run.events[1].id}")
    expect(page.locator("#stage h3")).to_contain_text("DETECT")
    page.keyboard.press("e")
    low = page.locator('dialog [data-number="1"]')
    low.focus()
    page.keyboard.press("Space")
    expect(low).to_have_attribute("aria-checked", "true")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Shift+ArrowDown")
    expect(page.locator("dialog .candidates li").nth(1).locator(".place")).to_have_text("109, 20, 179, 91")
    page.keyboard.press("Escape")
    expect(page.locator("#editor")).to_be_hidden()


def test_a_step_that_found_nothing_offers_what_other_steps_found(page: Page, run: StoredRun, home: Path) -> None:
    open_editor(page, run, 2)
    rows = page.locator("dialog .candidates li")
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text("of step 1")
    expect(page.get_by_label("The result is")).to_have_value("one")
    rows.locator("input[type=radio]").check()
    page.get_by_role("button", name="Only record it as right").click()
    expect(page.locator("#judged-by")).to_contain_text("steps corrected: 2")
    verdict = read_verdicts(run.folder).latest
    assert verdict and verdict.boxes and verdict.boxes[2]["left"] == CUP.left and verdict.right is False


# -- moving, zoom, keys


def test_runs_of_the_list_are_walked_through_with_keys(page: Page, home: Path) -> None:
    right, wrong = evaluation(home, "walked")
    page.goto("/reports/walked?sort=time")
    page.get_by_role("link", name="Are there cups?").click()
    expect(page.locator("h1")).to_have_text("Are there cups?")
    expect(page.locator(".pills")).to_have_text("right")
    page.wait_for_load_state()
    page.keyboard.press("]")
    page.wait_for_url(lambda url: wrong.name in url)
    expect(page.locator(".pills")).to_have_text("wrong")
    expect(page.get_by_text("a long expected answer").first).to_be_visible()
    page.wait_for_load_state()
    page.keyboard.press("[")
    page.wait_for_url(lambda url: right.name in url)


def test_keys_are_told_and_the_picture_is_zoomed_without_labels(page: Page, run: StoredRun) -> None:
    page.goto(f"/runs/{run.name}#step-{run.events[1].id}")
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_contain_text("zoom in, zoom out")
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_hidden()
    view = page.locator("#stage-body svg.view > svg").first
    expect(view).to_have_attribute("viewBox", "0 0 200 150")
    page.keyboard.press("+")
    expect(page.locator("#zoom-fit")).to_have_text("1.5×")
    left, top, width, height = map(float, (view.get_attribute("viewBox") or "").split())
    assert (round(width), round(height)) == (133, 100) and left > 0 and top > 0
    page.keyboard.press("0")
    expect(view).to_have_attribute("viewBox", "0 0 200 150")
    expect(page.locator("#stage .tag").first).to_be_visible()
    page.keyboard.press("l")
    expect(page.locator("#stage .tag").first).to_be_hidden()
    page.keyboard.press("ArrowLeft")
    expect(page.locator("#stage-at")).to_have_text("the picture")


def test_every_control_is_reached_with_the_tab_key_and_shows_it(page: Page, run: StoredRun) -> None:
    for path in ("/", f"/runs/{run.name}", "/ask"):
        page.goto(path)
        wanted = page.evaluate(
            """() => [...document.querySelectorAll('a[href], button, input, select, textarea, summary')].filter(
                (e) => e.checkVisibility() && !e.disabled && e.tabIndex >= 0 && e.type !== 'hidden').length"""
        )
        reached: list[str] = []
        for _ in range(wanted + 5):
            page.keyboard.press("Tab")
            reached.append(
                page.evaluate("""() => { const e = document.activeElement;
                e.dataset.seen ??= String(Math.random()); return e === document.body ? '' : e.dataset.seen; }""")
            )
        assert len({*reached} - {""}) >= wanted, path
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none" or "" in reached


# -- judging and tidying


def test_a_thumb_and_a_note_are_kept_and_listed(page: Page, home: Path) -> None:
    judged = store(home, one_step(), question="Judged?")
    page.goto(f"/runs/{judged.name}")
    page.keyboard.press("w")
    expect(page.get_by_role("button", name="Wrong")).to_have_attribute("aria-pressed", "true")
    page.get_by_role("button", name="Note").click()
    page.get_by_label("Note", exact=True).fill("two are hidden")
    page.get_by_label("Right answer").fill("3")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("p.note")).to_have_text("two are hidden")
    page.goto("/?verdict=wrong")
    expect(page.locator("tr", has_text="Judged?")).to_contain_text("✗ wrong")
    found = read_verdicts(judged.folder).latest
    assert found and (found.right, found.answer, found.note) == (False, 3, "two are hidden")


def test_runs_are_removed_by_the_second_click(page: Page, home: Path) -> None:
    gone = store(home, no_step, question="Gone?")
    page.goto("/?q=Gone")
    page.get_by_label(f"Mark {gone.name}").check()
    page.get_by_role("button", name="Remove").click()
    assert gone.folder.exists()
    page.get_by_role("button", name="Really remove it?").click()
    expect(page.get_by_text("No runs found.")).to_be_visible()
    assert not gone.folder.exists()


# -- asking


def test_the_photo_and_a_clock_are_shown_and_an_act_is_asked_for(page: Page, home: Path) -> None:
    PHOTO.pixels.save(home / "photo.png")
    page.goto("/ask")
    expect(page.get_by_label("Profile")).to_have_value(str(home / "none.toml"))
    page.locator("input[type=file]").set_input_files([home / "photo.png", home / "photo.png"])
    expect(page.locator("#previews img")).to_have_count(2)
    page.get_by_role("button", name="Without photo.png").first.click()
    expect(page.locator("#previews img")).to_have_count(1)
    page.get_by_label("Question").fill("Which button?")
    page.get_by_role("button", name="Ask").click()
    expect(page.locator(".act pre")).to_contain_text('button="red"', timeout=240_000)
    expect(page.locator("#happened")).to_contain_text("passed the checks")
    shown = page.locator(".watch svg.view image")
    assert page.request.get(shown.get_attribute("href") or "").headers["content-type"] == "image/jpeg"
    assert float(page.locator("#clock").inner_text()) > 0
    page.get_by_role("button", name="Allow", exact=True).click()
    page.wait_for_url("**/runs/**")
    expect(page.locator(".answer").first).to_have_text("red")


# -- sizes


def test_program_and_picture_are_on_one_screen(page: Page, run: StoredRun) -> None:
    page.goto(f"/runs/{run.name}")
    for part in (".program", "#stage svg.view"):
        at = page.locator(part).first.bounding_box()
        assert at and at["y"] >= 0 and at["y"] + at["height"] <= 900, part


def test_a_phone_shows_the_program_before_the_step_and_clips_nothing(
    chromium: Browser, address: str, run: StoredRun, home: Path
) -> None:
    evaluation(home, "on-a-phone", detects)
    context = chromium.new_context(viewport={"width": 390, "height": 844}, base_url=address)
    context.set_default_timeout(90_000)
    page = context.new_page()
    for path in ("/", f"/runs/{run.name}", "/evals", "/reports/on-a-phone", "/ask"):
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, path
        for pill in page.locator(".verdict").all():
            assert pill.evaluate("e => e.scrollWidth <= e.clientWidth && e.clientHeight < 40"), path
    page.goto(f"/runs/{run.name}")
    program, stage = page.locator(".program").bounding_box(), page.locator("#stage").bounding_box()
    assert program and stage and program["y"] + program["height"] <= stage["y"]
    context.close()
