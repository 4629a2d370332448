"""The page of a run about several images, or with a program of another system."""

from __future__ import annotations

from pathlib import Path

from PIL import Image as Pillow
from reading_pages import CUP, HOSTILE, PHOTO, SHAPE, Page, Write, page, require_harmless, step

from looksmith.agent.inputs.subject import Subject
from looksmith.agent.pages.page import render_page
from looksmith.agent.reading.view import view
from looksmith.agent.traces.encode import encode
from looksmith.agent.traces.runs import Recorder, Runs
from looksmith.agent.traces.trace import End, Execution
from looksmith.programs.language.program import Program
from looksmith.tools.core.values import Box, Image, Video

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
