"""The page of a run: what is drawn, what it says, and that nothing in it runs or is fetched."""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Callable
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image as Pillow

from looksmith.agent.inputs.subject import Subject
from looksmith.agent.pages.page import MAX_REJECTED, OPEN_CARDS, render_page
from looksmith.agent.pages.photos import MAX_SIDE
from looksmith.agent.reading.view import SHOWN_PER_LINE, view
from looksmith.agent.traces.encode import encode
from looksmith.agent.traces.runs import Recorder, Runs
from looksmith.agent.traces.trace import Attempt, Check, End, Execution, Failure, Step
from looksmith.programs.language.diagnostics import Diagnostic
from looksmith.programs.language.program import Program
from looksmith.tools.core.errors import InputError
from looksmith.tools.core.values import Box, Image, Mask, Point, Video

PHOTO = Image.of(Pillow.new("RGB", (64, 48), "red"))
CUP = Box(10, 8, 40, 30, "cup", 0.9)
SHAPE = Mask(64, 48, (488, 22, 64 * 48 - 510), "cup", 0.8)
VOID = {"meta", "br", "link", "img", "input", "base", "embed", "source"}

Write = Callable[[Recorder], End]


class Page(HTMLParser):
    """Every element of a page with its attributes, and the text people read."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.html = html
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.open: list[str] = []
        self.text = ""
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element begins."""
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element without contents."""
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        """An element ends, and it is the one that began last."""
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        """Text, of which the style sheet is none."""
        if self.open[-1:] != ["style"]:
            self.text += data

    def all(self, tag: str, css: str = "") -> list[dict[str, str]]:
        """The attributes of each element with this tag and these classes."""
        wanted = set(css.split())
        return [a for name, a in self.elements if name == tag and wanted <= set(a.get("class", "").split())]


def page(folder: Path, write: Write, question: str = "How many?", name: str = "red.png", photo: Image = PHOTO) -> Page:
    """The page of a run to which `write` adds the events and gives the last."""
    stored = Runs(folder / "runs")
    recorder = stored.start(question, Subject.of(photo, name), [])
    recorder.finish(write(recorder), "model")
    return Page(render_page(view(stored.load("last"))))


def step(to: Recorder, line: int, tool: str, result: Any, **more: Any) -> Step:
    arguments = {name: encode(value, to.keep) for name, value in more.pop("arguments", {"image": PHOTO}).items()}
    rejected = [encode(box, to.keep) for box in more.pop("rejected", ())]
    made = Step(
        line=line,
        column=0,
        tool=tool,
        backend="toy",
        arguments=arguments,
        result=encode(result, to.keep),
        rejected=rejected,
        **more,
    )
    return to.add(made)


def one_step(result: Any, **more: Any) -> Write:
    def write(to: Recorder) -> End:
        to.add(Execution(source="answer = TOOL(image)"))
        step(to, 1, "TOOL", result, **more)
        return End(outcome="ok", answer=1)

    return write


# -- what is drawn


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


# -- several images, other systems

OTHER = Image.of(Pillow.new("RGB", (80, 30), "blue"))
BOTH = Subject.named([(PHOTO, "red.png"), (OTHER, "blue.png")])


def page_of(folder: Path, subject: Subject, write: Write, program: Program | None = None, *, dry: bool = False) -> Page:
    recorder = Runs(folder / "runs").start("How many?", subject, [], program, dry=dry)
    recorder.finish(write(recorder), "")
    return Page(render_page(view(Runs(folder / "runs").load("last"))))


def boxes_on(found: Page) -> list[tuple[str, str]]:
    """Each picture in order, with the role of each box that is drawn on it."""
    drawn: list[tuple[str, str]] = []
    for tag, attributes in found.elements:
        if tag == "use":
            drawn.append((attributes["href"].removeprefix("#photo-"), ""))
        elif tag == "rect" and drawn:
            drawn[-1] = (drawn[-1][0], f"{drawn[-1][1]} {attributes['class'].split()[1]}".strip())
    return drawn


def test_every_image_is_shown_with_its_name(tmp_path: Path) -> None:
    found = page_of(tmp_path, BOTH, lambda to: End(outcome="ok", answer=2))
    assert [name for name, _ in boxes_on(found)] == [PHOTO.source, OTHER.source]
    assert "0: red.png, 64 × 48" in found.text
    assert "1: blue.png, 80 × 30" in found.text


def test_a_box_is_drawn_on_the_image_that_it_was_found_in(tmp_path: Path) -> None:
    def write(to: Recorder) -> End:
        to.add(Execution(source="a = LOC(images[1])\nanswer = LARGEST([a])"))
        step(to, 1, "LOC", CUP, arguments={"image": OTHER})
        step(to, 2, "LARGEST", CUP, arguments={"boxes": [CUP]})
        return End(outcome="ok", answer=encode(CUP, to.keep))

    found = page_of(tmp_path, BOTH, write)
    first, second, *steps = boxes_on(found)
    assert first == (PHOTO.source, "")
    assert second == (OTHER.source, "found")
    assert {name for name, _ in steps} == {OTHER.source}
    assert "given found" in {roles for _, roles in steps}


def test_boxes_of_two_images_are_drawn_apart(tmp_path: Path) -> None:
    mug = Box(1, 2, 30, 20, "mug", 0.8)

    def write(to: Recorder) -> End:
        to.add(Execution(source="a = LOC(images[0])\nb = LOC(images[1])\nanswer = OVERLAP(a, b)"))
        step(to, 1, "LOC", CUP, arguments={"image": PHOTO})
        step(to, 2, "LOC", mug, arguments={"image": OTHER})
        step(to, 3, "OVERLAP", 0.5, arguments={"a": CUP, "b": mug})
        return End(outcome="ok", answer=0.5)

    overlap = boxes_on(page_of(tmp_path, BOTH, write))[-2:]
    assert overlap == [(PHOTO.source, "given"), (OTHER.source, "given")]


def test_masks_of_a_videos_frames_are_drawn_on_no_other_picture(tmp_path: Path) -> None:
    clip = Video(Path("clip.mp4"), "ab" * 32, 64, 48, 25.0, tuple(range(50)))

    def write(to: Recorder) -> End:
        to.add(Execution(source="a = LOC(FRAME(video, 3))\nb = TRACK(video, a, start=3)\nanswer = b[1]"))
        step(to, 1, "FRAME", OTHER, arguments={"video": clip, "index": 3})
        step(to, 1, "LOC", CUP, arguments={"image": OTHER})
        step(to, 2, "TRACK", [SHAPE], arguments={"video": clip, "where": CUP, "start": 3})
        step(to, 3, "AREA", 22, arguments={"item": SHAPE})
        return End(outcome="ok", answer=encode(SHAPE, to.keep))

    found = page(tmp_path, write, name="clip.mp4")
    assert not [image for image in found.all("image") if image["href"].startswith("data:image/png")]
    assert boxes_on(found)[-1] == (OTHER.source, "given")
    assert "video clip.mp4, 50 frames of 64 x 48" in found.text


def test_a_step_that_looked_at_several_images_shows_them(tmp_path: Path) -> None:
    def write(to: Recorder) -> End:
        to.add(Execution(source='answer = MATCH(images, "a cup")'))
        step(to, 1, "MATCH", 1, arguments={"images": [PHOTO, OTHER], "text": "a cup"})
        return End(outcome="ok", answer=1)

    assert [name for name, _ in boxes_on(page_of(tmp_path, BOTH, write))[-2:]] == [PHOTO.source, OTHER.source]


def test_the_text_of_another_system_stands_above_what_it_was_read_into(tmp_path: Path) -> None:
    source = "BOX0 = DETECT(image, 'cup')\nn = len(BOX0)\nanswer = n"
    original = "BOX0=LOC(image=IMAGE,object='cup')\nFINAL_RESULT=RESULT(var=BOX0)"
    program = Program(source, origin="file", dialect="visprog", original=original, lines=(1, 1, 2))

    def write(to: Recorder) -> End:
        to.add(Execution(source=source))
        return End(outcome="ok", answer=1)

    found = page_of(tmp_path, Subject.of(PHOTO, "red.png"), write, program, dry=True)
    assert found.text.count("1 ▸ BOX0=LOC(image=IMAGE,object='cup')") == 1
    assert found.text.index("1 ▸ BOX0=LOC") < found.text.index("n = len(BOX0)") < found.text.index("2 ▸ FINAL_RESULT")
    assert original in found.text
    assert "A dry run" in found.text


def test_hostile_text_of_a_program_by_hand_is_only_text(tmp_path: Path) -> None:
    def write(to: Recorder) -> End:
        to.add(Execution(source="answer = 1"))
        return End(outcome="ok", answer=1)

    def shown(text: str) -> Page:
        subject = Subject((PHOTO, OTHER), (text, text), {"query": text})
        program = Program("answer = 1", dialect="visprog", original=text, lines=(1,))
        return page_of(tmp_path, subject, write, program)

    found = shown(HOSTILE)
    require_harmless(found)
    assert [tag for tag, _ in found.elements] == [tag for tag, _ in shown("plain").elements]
    assert found.text.count("<script>alert(1)</script>") >= 5


# -- what it cannot do

HOSTILE = (
    """</title></style></svg></pre>"><script>alert(1)</script><img src=x onerror='alert(1)'>"""
    """{{ 7 * 7 }}{% raw %}&lt;b&gt; <!-- ]]> javascript:alert(1) https://example.org/x.js"""
)


def said_everywhere(text: str) -> Write:
    """A run in which every text that comes from a model, an image or a person is this one."""

    def write(to: Recorder) -> End:
        attempt = to.add(Attempt(number=1, model=text, messages=[{"role": "user", "content": text}], reply=text))
        problem = Diagnostic(kind="type_error", code="x", line=1, column=0, message=text, hint=text)
        to.add(Check(parent=attempt.id, source=text, diagnostics=(problem,)))
        to.add(Attempt(number=2, model=text, messages=[], error=text))
        to.add(Execution(source=f"x = READ(image)  # {text}"))
        box = Box(1, 2, 30, 40, text, 0.5)
        result = [text, box, Point(3, 4, text), {text: text}]
        arguments = {"image": PHOTO, "name": text, text: box}
        step(to, 1, text, result, arguments=arguments, scores={text: 0.5}, rejected=[box])
        step(to, 1, "READ", None, error=Failure(kind=text, message=text))
        variables = {"x": text}
        return End(outcome="ok", answer=text, variables=variables, printed=text, layers=(text,))

    return write


def require_harmless(found: Page) -> None:
    """Nothing runs, nothing is fetched, nothing refers to anything outside."""
    tags = {tag for tag, _ in found.elements}
    assert not tags & {"script", "iframe", "object", "embed", "link", "base", "form", "img", "foreignobject", "animate"}
    for _, attributes in found.elements:
        assert not [name for name in attributes if name.startswith("on") or name in ("src", "srcset", "xlink:href")]
        assert attributes.get("href", "#").startswith(("#", "data:image/png;base64,", "data:image/jpeg;base64,"))
        assert "url(" not in attributes.get("style", "")
    style = found.html[found.html.index("<style>") : found.html.index("</style>")]
    assert not re.search(r"url\(|@import|@font-face", style)


def test_hostile_text_is_only_text(tmp_path: Path) -> None:
    found = page(tmp_path, said_everywhere(HOSTILE), HOSTILE, HOSTILE)
    require_harmless(found)
    plain = page(tmp_path, said_everywhere("plain"), "plain", "plain")
    assert [tag for tag, _ in found.elements] == [tag for tag, _ in plain.elements]
    assert found.text.count("{{ 7 * 7 }}") > 10
    assert found.text.count("<script>alert(1)</script>") > 10
    assert "49}" not in found.text


@settings(deadline=None, max_examples=50)
@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40))
def test_no_text_changes_the_page_around_it(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    found = page(tmp_path_factory.mktemp("any"), said_everywhere(text), text, text)
    require_harmless(found)
    assert found.all("article")


def test_a_page_comes_out_the_same_twice(tmp_path: Path) -> None:
    stored = Runs(tmp_path / "runs")
    recorder = stored.start("How many?", Subject.of(PHOTO, "red.png"), [])
    recorder.finish(one_step(CUP)(recorder), "")
    run = view(stored.load("last"))
    assert render_page(run) == render_page(run)


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
