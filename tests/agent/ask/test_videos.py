"""Questions about videos, from the file to the answer, with a language model that is played and perfect vision."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from drawn_clips import Actor, Drawn, Visit
from engines import Said
from PIL import Image as Pillow
from PIL import ImageChops

from looksmith import Looksmith, Settings, Writing
from looksmith.agent.inputs.subject import load_subject
from looksmith.agent.pages.page import page_values, render_page
from looksmith.agent.pages.timeline import timeline
from looksmith.agent.reading.said import record_text
from looksmith.agent.reading.view import view
from looksmith.agent.traces.runs import load_run
from looksmith.tools.core.errors import InputError

DRAWN = Drawn(
    (
        Actor("circle", "red", 40, (Visit(1.0, 3.0, (40, 60), (240, 60)), Visit(4.6, 6.0, (240, 60), (40, 60)))),
        Actor("square", "blue", 40, (Visit(2.0, 7.0, (100, 180), (100, 180)),)),
    ),
    7.0,
)


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return DRAWN.write(tmp_path_factory.mktemp("drawn") / "clip.mp4")


@pytest.fixture(scope="module")
def llm() -> Said:
    return Said()


@pytest.fixture(scope="module")
def looksmith(tmp_path_factory: pytest.TempPathFactory, fill: Callable[[Path], None], clip: Path, llm: Said):
    home = tmp_path_factory.mktemp("home")
    fill(home)
    with Looksmith(settings=Settings(home, device="cpu", scenes=DRAWN.graphs(clip)), llm=llm) as made:
        yield made


@pytest.mark.parametrize(
    ("question", "program", "value", "text"),
    [
        ("When does the red circle come?", 'answer = FIRST_SEEN(video, "circle", "red")', 1.0, "0:01.0"),
        ("How long is it there?", 'answer = HOW_LONG(video, "red circle")', 3.4, "3.4 seconds"),
        ("How often does it come?", 'answer = HOW_OFTEN(video, "red circle")', 2, "2"),
        ("Is there a green circle?", 'answer = SEEN(video, "circle", "green")', False, "no"),
        ("What comes first?", 'answer = SEEN_ORDER(video, ["square", "circle"])[0]', "circle", "circle"),
        ("Does the square move?", 'answer = MOVES(video, "square") != "nowhere"', False, "no"),
        ("How many shapes at 2.5 s?", 'answer = COUNT(AT(video, 2.5), "shape")', 2, "2"),
        (
            "What color is the square?",
            'p = CLEAREST(video, "square")\nanswer = COLOR(p, LOC(p, "square"))',
            "blue",
            "blue",
        ),
        ("Is it there after 6.5 s?", 'answer = SEEN(PART(video, 6.5, 7), "red circle")', False, "no"),
    ],
)
def test_a_question_about_a_video_is_answered(
    looksmith: Looksmith, llm: Said, clip: Path, question: str, program: str, value: object, text: str
) -> None:
    llm.say = lambda _: program
    answer = looksmith.ask(clip, question)
    assert answer.outcome == "ok", answer.message
    assert answer.value == (pytest.approx(value, abs=0.11) if isinstance(value, float) else value)
    assert answer.text == record_text(load_run(Path(str(answer.run))).record) == text


def test_the_language_model_is_told_about_the_video_and_nothing_of_an_image(
    looksmith: Looksmith, llm: Said, clip: Path
) -> None:
    llm.asked.clear()
    llm.say = lambda _: 'answer = FIRST_SEEN(video, "circle")'
    looksmith.ask(clip, "When does the circle come?")
    told = "".join(message["content"] for message in llm.asked[0])
    assert "`video` is the video" in told and "FIRST_SEEN(video: Video" in told
    assert llm.asked[0][-1]["content"] == "Question: When does the circle come?\nAnswer: a time in seconds"
    assert not {"`image` is", "GLANCE", "FRAME("} & {
        part for part in ("`image` is", "GLANCE", "FRAME(") if part in told
    }


def test_a_step_says_where_and_when_it_saw_the_thing(looksmith: Looksmith, llm: Said, clip: Path) -> None:
    llm.say = lambda _: 'answer = WHEN(video, "red circle")'
    answer = looksmith.ask(clip, "When is the red circle there?")
    assert answer.text == "0:01.0 to 0:03.0, 0:04.6 to 0:06.0"
    (step,) = (event for event in load_run(Path(str(answer.run))).events if event.kind == "step")
    times = [moment["time"] for moment in step.moments]
    assert times == sorted(times) and all(1 <= time < 3 or 4.6 <= time < 6 for time in times)
    assert step.moments[0]["box"]["type"] == "box"
    made = timeline(view(load_run(Path(str(answer.run)))))
    assert made and [bar.text for bar in made.rows[0].bars] == ["0:01.0 to 0:03.0", "0:04.6 to 0:06.0"]
    assert (made.rows[0].bars[0].left, made.rows[0].bars[0].width) == pytest.approx((100 / 7, 200 / 7), abs=0.1)
    assert made.ticks[-1] == (100, "0:07.0")
    html = render_page(view(load_run(Path(str(answer.run)))))
    assert 'title="0:04.6 to 0:06.0"' in html and "When things were seen" in html


def test_a_step_without_stretches_is_drawn_by_its_moments(looksmith: Looksmith, llm: Said, clip: Path) -> None:
    llm.say = lambda _: 'answer = HOW_OFTEN(video, "red circle")'
    answer = looksmith.ask(clip, "How often is the red circle there?")
    made = timeline(view(load_run(Path(str(answer.run)))))
    assert made and len(made.rows[0].bars) == 2


def test_what_is_never_seen_has_no_first_time(looksmith: Looksmith, llm: Said, clip: Path) -> None:
    llm.say = lambda _: 'answer = FIRST_SEEN(video, "green triangle")'
    answer = looksmith.ask(clip, "When does the green triangle come?")
    assert answer.outcome == "no_detection" and "No green triangle is seen in clip.mp4" in answer.message


def test_a_program_whose_tools_cannot_answer_is_sent_back(looksmith: Looksmith, llm: Said, clip: Path) -> None:
    written = ["answer = len(THINGS(AT(video, 0)))", 'answer = HOW_OFTEN(video, "circle")']
    llm.asked.clear()
    llm.say = lambda _: written[min(len(llm.asked), 2) - 1]
    answer = looksmith.ask(clip, "How many times does the circle come by?", writing=Writing(samples=1))
    assert answer.value == 2 and len(llm.asked) == 2
    assert 'HOW_OFTEN is missing. It is used like this: HOW_OFTEN(video, "thing")' in llm.asked[1][-1]["content"]


def test_where_the_program_says_what_is_meant_the_right_tool_is_taken(
    looksmith: Looksmith, llm: Said, clip: Path
) -> None:
    llm.asked.clear()
    llm.say = lambda _: 'answer = COUNT(AT(video, 0), "circle")'
    answer = looksmith.ask(clip, "How many times does the circle come by?", writing=Writing(samples=1))
    assert answer.value == 2 and len(llm.asked) == 1


def test_a_program_may_not_speak_of_an_image(looksmith: Looksmith, llm: Said, clip: Path) -> None:
    llm.say = lambda _: 'answer = EXISTS(image, "circle")'
    assert looksmith.ask(clip, "Is there a circle?").outcome == "type_error"


def test_a_video_stands_alone(clip: Path) -> None:
    assert load_subject([clip]).video is not None
    with pytest.raises(InputError, match="A video stands alone"):
        load_subject([clip, clip])


@pytest.mark.parametrize(
    ("program", "captions", "boxes"),
    [
        ('answer = FIRST_SEEN(video, "circle", "red")', ["0:01.0"], [1]),
        ('answer = LAST_SEEN(video, "circle", "red")', ["0:05.9"], [1]),
        ('answer = WHEN(video, "red circle")', ["0:01.0", "0:04.6"], [1, 1]),
        ('answer = SEEN_ORDER(video, ["square", "circle"])', ["0:01.0", "0:02.0"], [1, 2]),
        ('answer = MOST_AT_ONCE(video, "shape")', ["0:02.0"], [2]),
        ('answer = SEEN(video, "green triangle")', ["0:00.0"], [0]),
        ('answer = COUNT(AT(video, 2.5), "shape")', ["0:02.5"], [2]),
        ('answer = COLOR(CLEAREST(video, "square"))', ["0:02.0"], [0]),
    ],
)
def test_a_step_is_shown_on_the_frames_that_its_result_rests_on(
    looksmith: Looksmith, clip: Path, program: str, captions: list[str], boxes: list[int]
) -> None:
    run = load_run(Path(str(looksmith.run(program, clip).run)))
    shown = [one for one in page_values(view(run))["cards"][-1].pictures if one.caption]
    assert [one.caption for one in shown] == captions
    assert [sum(mark.role == "found" for mark in one.marks) for one in shown] == boxes
    for one in shown:
        drawn = DRAWN.picture(float(one.caption.removeprefix("0:")) + 1e-3)
        with Pillow.open(run.image_path(one.photo.name)) as stored:
            apart = np.asarray(ImageChops.difference(drawn, stored.convert("RGB"))).max(axis=2)
        assert np.count_nonzero(apart > 60) < 300, "another frame is stored"
