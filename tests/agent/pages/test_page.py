"""The page of a run: what is drawn, what it says, and how sure it is."""

from __future__ import annotations

from base64 import b64decode
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image as Pillow
from reading_pages import CUP, PHOTO, SHAPE, Page, one_step, page, step

from looksmith.agent.inputs.subject import Subject
from looksmith.agent.pages.page import OPEN_CARDS, render_page
from looksmith.agent.pages.photos import MAX_SIDE
from looksmith.agent.pages.run_pictures import MAX_REJECTED
from looksmith.agent.reading.view import SHOWN_PER_LINE, view
from looksmith.agent.traces.encode import encode
from looksmith.agent.traces.runs import Recorder, Runs
from looksmith.agent.traces.trace import Attempt, Check, End, Execution, Failure
from looksmith.programs.language.diagnostics import Diagnostic
from looksmith.tools.core.errors import InputError
from looksmith.tools.core.values import Box, Image, Point


def test_a_box_is_drawn_where_it_is_in_the_original(tmp_path: Path) -> None:
    found = page(tmp_path, one_step(CUP))
    for box in found.all("rect", "box found"):
        assert [float(box[side]) for side in ("x", "y", "width", "height")] == [10, 8, 30, 22]
    assert len(found.all("rect", "box found")) == 2  # on the card and beside the line
    assert "cup 0.90" in found.text


def test_a_crop_is_a_view_of_the_one_photo(tmp_path: Path) -> None:
    crop = PHOTO.crop(Box(10, 8, 40, 30))
    found = page(tmp_path, one_step(Box(12, 10, 20, 20, "spoon", 0.5), arguments={"image": crop}))
    assert len(found.all("image")) == 1
    assert {view["viewbox"] for view in found.all("svg", "view")} == {"0 0 64 48", "10 8 30 22"}
    assert {use["href"] for use in found.all("use")} == {f"#photo-{PHOTO.source}"}
    assert all((use["x"], use["y"]) == ("0", "0") for use in found.all("use"))


def test_a_point_and_a_mask_are_drawn(tmp_path: Path) -> None:
    def write(to: Recorder) -> End:
        to.add(Execution(source="a = MIDDLE(image)\nanswer = OUTLINE(image)"))
        step(to, 1, "MIDDLE", Point(25, 19, "cup"))
        step(to, 2, "OUTLINE", SHAPE)
        return End(outcome="ok", answer=encode(SHAPE, to.keep))

    found = page(tmp_path, write)
    assert (found.all("circle", "point found")[0]["cx"], found.all("circle")[0]["cy"]) == ("25.0", "19.0")
    hrefs = {image["href"] for image in found.all("image") if image["href"].startswith("data:image/png")}
    (href,) = hrefs
    with Pillow.open(BytesIO(b64decode(href.split(",")[1]))) as drawn:
        assert drawn.size == (64, 48)
        alpha = drawn.convert("RGBA").getchannel("A")
    shown = [(i % 64, i // 64) for i, a in enumerate(alpha.tobytes()) if a]
    assert shown == [(10, y) for y in range(8, 30)]


def test_what_was_given_and_what_was_not_taken_are_told_apart(tmp_path: Path) -> None:
    worse = [Box(1, 1, 5, 5, "mug", 0.01 * i) for i in range(30)]
    found = page(tmp_path, one_step(True, arguments={"image": PHOTO, "box": CUP}, rejected=worse, scores={"cup": 0.25}))
    cards = found.html[found.html.index("<article") :]
    assert len(Page(cards[: cards.index("</article>") + 10]).all("rect", "box rejected")) == MAX_REJECTED
    assert f"and {30 - MAX_REJECTED} more" in found.text
    assert found.all("rect", "box given")
    assert not found.all("rect", "box found")
    assert found.all("div", "bar") == [{"class": "bar", "style": "width: 25.0%"}]


def test_an_image_can_be_the_answer_and_one_made_by_a_tool_is_embedded(tmp_path: Path) -> None:
    green = Image.of(Pillow.new("RGB", (20, 10), "green"))

    def write(to: Recorder) -> End:
        to.add(Execution(source="answer = PAINT(image)"))
        step(to, 1, "PAINT", green)
        return End(outcome="ok", answer=encode(green, to.keep))

    found = page(tmp_path, write)
    photos = {image["id"]: image["href"] for image in found.all("image")}
    assert photos.keys() == {f"photo-{PHOTO.source}", f"photo-{green.source}"}
    with Pillow.open(BytesIO(b64decode(photos[f"photo-{green.source}"].split(",")[1]))) as picture:
        pixel = picture.convert("RGB").getpixel((5, 5))
    assert isinstance(pixel, tuple)
    assert pixel[1] > 100 > pixel[0]
    assert "image 20 x 10" in found.text
    assert [view["viewbox"] for view in found.all("svg", "view") if view["aria-label"] == "answer"] == ["0 0 20 10"]


def test_a_large_photo_is_embedded_smaller_but_keeps_its_coordinates(tmp_path: Path) -> None:
    large = Image.of(Pillow.new("RGB", (4000, 1000), "blue"))
    found = page(tmp_path, lambda to: End(outcome="ok", answer=1), photo=large)
    (image,) = found.all("image")
    assert (image["width"], image["height"]) == ("4000", "1000")
    with Pillow.open(BytesIO(b64decode(image["href"].split(",")[1]))) as picture:
        assert picture.size == (MAX_SIDE, MAX_SIDE // 4)


# -- what it says


def test_every_step_of_a_loop_has_a_card_and_the_line_names_the_first(tmp_path: Path) -> None:
    count = OPEN_CARDS + 6

    def write(to: Recorder) -> End:
        to.add(Execution(source="for name in names:\n    ok = EXISTS(image, name)\nanswer = 1"))
        for number in range(count):
            step(to, 2, "EXISTS", True, arguments={"image": PHOTO, "name": f"thing {number}"})
        return End(outcome="ok", answer=1)

    found = page(tmp_path, write)
    cards = found.all("article")
    assert len(cards) == count
    assert len(found.all("a", "call")) == SHOWN_PER_LINE
    assert f"… and {count - SHOWN_PER_LINE} more calls, up to step {count}" in found.text
    assert "6 more steps" in found.text
    assert "EXISTS('thing 29')" in found.text


def test_links_lead_to_places_on_the_page(tmp_path: Path) -> None:
    found = page(tmp_path, one_step(CUP))
    places = {f"#{attributes['id']}" for _, attributes in found.elements if "id" in attributes}
    links = {attributes["href"] for tag, attributes in found.elements if tag in ("a", "use")}
    assert links <= places
    assert len(places) == sum("id" in attributes for _, attributes in found.elements)


def test_a_failure_is_marked_on_its_line_and_card(tmp_path: Path) -> None:
    def write(to: Recorder) -> End:
        to.add(Execution(source='a = 1\nanswer = FIND(image, "ghost")'))
        step(to, 2, "FIND", None, error=Failure(kind="NoDetection", message="No ghost was found."))
        return End(outcome="no_detection", message="No ghost was found.", line=2)

    found = page(tmp_path, write)
    assert [row["id"] for row in found.all("div", "row failed")] == ["line-2"]
    assert len(found.all("article", "failed")) == 1
    assert found.all("span", "verdict no_detection")
    assert "NoDetection: No ghost was found." in found.text
    assert found.all("div", "answer failed")


def test_repaired_attempts_and_printed_text_are_told(tmp_path: Path) -> None:
    def write(to: Recorder) -> End:
        talk = [{"role": "user", "content": "Question: How many?"}]
        first = to.add(Attempt(number=1, model="m", messages=talk, reply="answer = NO()"))
        problem = Diagnostic(kind="type_error", code="unknown-tool", line=1, column=9, message="There is no tool NO.")
        to.add(Check(parent=first.id, source="answer = NO()", diagnostics=(problem,)))
        second = to.add(Attempt(number=2, model="m", messages=talk, reply="answer = 1"))
        to.add(Check(parent=second.id, source="answer = 1"))
        to.add(Execution(source="answer = 1"))
        return End(outcome="ok", answer=1, printed="hello there\n", layers=("seccomp", "landlock"))

    found = page(tmp_path, write)
    for told in ("refused", "line 1: There is no tool NO.", "accepted", "hello there", "seccomp, landlock"):
        assert told in found.text
    assert found.text.count("Question: How many?") == 2
    assert "No tool was called." in found.text


def test_a_run_that_never_ended_has_a_page(tmp_path: Path) -> None:
    stored = Runs(tmp_path / "runs")
    recorder = stored.start("How many?", Subject.of(PHOTO, "red.png"), [])
    recorder.finish(End(outcome="ok", answer=1), "")
    # As a kill leaves it: no last event, and the record of the start.
    (recorder.folder / "events.jsonl").write_text(Execution(id=0, source="answer = 1").model_dump_json() + "\n")
    text = (recorder.folder / "run.json").read_text()
    (recorder.folder / "run.json").write_text(text.replace('"outcome": "ok"', '"outcome": null'))
    found = Page(render_page(view(stored.load("last"))))
    assert found.all("span", "verdict interrupted")
    assert "No answer." in found.text
    assert not found.all("div", "meter")


def test_a_damaged_picture_is_told(tmp_path: Path) -> None:
    stored = Runs(tmp_path / "runs")
    stored.start("How many?", Subject.of(PHOTO, "red.png"), []).finish(End(outcome="ok", answer=1), "")
    run = stored.load("last")
    run.image_path(PHOTO.source).write_bytes(b"no picture")
    with pytest.raises(InputError, match=PHOTO.source):
        render_page(view(run))


# -- how sure it is


def test_what_was_assumed_and_how_sure_it_is_stand_at_the_step_and_at_the_end(tmp_path: Path) -> None:
    told = {"assumptions": ("took 'boy' for 'person'",), "confidence": 0.55}

    def write(to: Recorder) -> End:
        to.add(Execution(source="answer = TOOL(image)"))
        step(to, 1, "TOOL", True, **told)
        return End(outcome="ok", answer=True, **told)

    shown = page(tmp_path, write, question="Is there a boy?")
    assert "asks for: yes or no" in shown.text
    assert "probably yes" in shown.text
    assert shown.text.count("55 % sure") == 3  # the answer, the line, what can change it
    assert shown.text.count("55 %") == 4  # and the step's card
    assert shown.text.count("took 'boy' for 'person'") == 4
    assert len(shown.all("p", "doubt")) == len(shown.all("dd", "doubt")) == 1
    assert len(shown.all("span", "doubt")) == 2  # the line, and what can change it


def test_a_sure_step_is_told_without_doubt(tmp_path: Path) -> None:
    shown = page(tmp_path, one_step(1), question="Where is it?")
    assert not any(word in shown.text for word in ("sure", "probably", "asks for"))
    assert not shown.all("p", "doubt")


def test_a_guess_is_headed_so(tmp_path: Path) -> None:
    def write(to: Recorder) -> End:
        to.add(Attempt(number=1, model="m", messages=[], reply="answer = NOPE()"))
        to.add(Attempt(number=0, model="m", messages=[{"role": "user", "content": "Things seen: 1 dog."}], reply="yes"))
        return End(outcome="ok", answer=True, assumptions=("guessed",), confidence=0.45)

    shown = page(tmp_path, write, question="Is there a boy?")
    assert "Guess from notes:" in shown.text
    assert "Things seen: 1 dog." in shown.text
    assert "Attempt 1:" in shown.text
    assert "Attempt 0" not in shown.text
