"""The video of a run in a real browser: it starts where it matters, with boxes, or says why it cannot be played."""

from __future__ import annotations

from pathlib import Path

import av
from av.video.frame import VideoFrame
from clip_runs import clip_run
from clips import clip, pixels, square
from playwright.sync_api import Browser, Page, expect
from viewed import shot

CLIP = "document.querySelector('#clip')"
TIME = f"{CLIP}.currentTime"


def wait_until(page: Page, condition: str) -> None:
    """`page.wait_for_function` needs `eval`, which the viewer's pages do not allow."""
    for _ in range(600):
        if page.evaluate(condition):
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"{condition}: {page.evaluate(f'[{TIME}, {CLIP}.readyState, {CLIP}.error?.message]')}")


def test_the_part_that_matters_is_played_with_its_boxes(page: Page, home: Path, tmp_path: Path) -> None:
    run = clip_run(home, clip(tmp_path / "clip.mp4"))
    page.goto(f"/runs/{run.name}")
    wait_until(page, f"{TIME} == 0.5 && !{CLIP}.seeking")
    box, here = page.locator("#clip-boxes rect"), square(5)
    expect(box).to_have_attribute("x", f"{here.left:g}")
    expect(box).to_have_attribute("width", f"{here.width:g}")
    shown, film = box.bounding_box(), page.locator("#clip").bounding_box()
    assert shown and film
    assert abs((shown["x"] - film["x"]) / film["width"] - here.left / 128) < 0.02, "it lies on the square"
    assert not box.get_attribute("stroke-dasharray")
    page.evaluate(f"{TIME} = 0.6")
    expect(box).to_have_attribute("x", f"{square(6).left:g}")
    assert box.get_attribute("stroke-dasharray"), "in between, where nothing was looked at, it is drawn as a guess"
    page.locator("#clip-spans button").focus()
    page.keyboard.press("Enter")
    wait_until(page, f"{CLIP}.paused && {TIME} > 1.4")
    assert page.evaluate(TIME) < 2.3, "it stops at the end of the part"
    page.keyboard.press("v")
    wait_until(page, f"{CLIP}.ended")
    expect(box).to_have_count(0)
    page.locator(".timeline .line button").click()
    wait_until(page, f"{TIME} < 1.4")


def odd_clip(path: Path) -> Path:
    """In a codec that browsers do not have."""
    with av.open(str(path), "w") as output:
        stream = output.add_stream("mpeg4", rate=10)
        stream.width, stream.height, stream.pix_fmt = 128, 64, "yuv420p"
        for number in range(20):
            output.mux(stream.encode(VideoFrame.from_ndarray(pixels(number, (128, 64)), format="rgb24")))
        output.mux(stream.encode())
    return path


def test_a_codec_that_the_browser_lacks_is_told(page: Page, home: Path, tmp_path: Path) -> None:
    run = clip_run(home, odd_clip(tmp_path / "odd.mp4"))
    page.goto(f"/runs/{run.name}")
    expect(page.locator("#clip-problem")).to_contain_text("This browser cannot play the video: its codec")
    expect(page.locator("#clip")).to_be_hidden()
    expect(page.locator("#stage figcaption")).to_have_text("0:00.5")
    path = tmp_path / "odd.mp4"
    path.write_bytes(path.read_bytes() + b"\0")
    page.reload()
    expect(page.locator("#clip-problem")).to_contain_text("has changed since the run")


def test_a_video_fits_into_a_narrow_window(chromium: Browser, address: str, home: Path, tmp_path: Path) -> None:
    run = clip_run(home, clip(tmp_path / "clip.mp4"))
    for width, scheme in ((390, "dark"), (1400, "light"), (390, "light"), (1400, "dark")):
        size = {"width": width, "height": 900}
        context = chromium.new_context(viewport=size, base_url=address, color_scheme=scheme)  # type: ignore[arg-type]
        page = context.new_page()
        page.goto(f"/runs/{run.name}")
        wait_until(page, f"{TIME} == 0.5 && !{CLIP}.seeking")
        shot(page, f"clip-{width}-{scheme}")
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        context.close()
