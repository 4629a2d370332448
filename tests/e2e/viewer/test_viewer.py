"""The viewer in a real browser: the list, a run, and correcting it."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Browser, Page, expect
from viewed import PROGRAM, ran, shot

from looksmith.agent.traces.runs import StoredRun
from looksmith.agent.traces.trace import Step

LOOP = """cups = DETECT(image, "cup")
words = []
for n in range(8):
    part = CROP(image, cups[0], margin=n / 100)
    words.append(COLOR(part))
answer = len(words)
"""


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
    expect(page.get_by_text("the outcome: ok before, crashed now")).to_be_visible()
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
