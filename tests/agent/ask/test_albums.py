"""Questions about albums, from the folder to the answer, with a language model that is played and perfect vision."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from drawn_albums import draw_album
from engines import Said

from looksmith import Looksmith, Settings
from looksmith.agent.inputs.subject import load_subject
from looksmith.agent.pages.page import render_page
from looksmith.agent.reading.said import record_text
from looksmith.agent.reading.view import view
from looksmith.agent.traces.runs import load_run
from looksmith.tools.core.albums import Album
from looksmith.tools.core.errors import InputError

RED, BLUE = ("red", "circle"), ("blue", "square")
PHOTOS = {
    "a.png": [RED],
    "b.png": [RED, RED, BLUE],
    "c.png": [BLUE],
    "d.png": [],
    "trip/e.png": [RED, BLUE, BLUE, BLUE],
    "trip/f.png": [("green", "triangle")],
}


@pytest.fixture(scope="module")
def llm() -> Said:
    return Said()


@pytest.fixture(scope="module")
def album(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("drawn") / "holiday"


@pytest.fixture(scope="module")
def looksmith(tmp_path_factory: pytest.TempPathFactory, fill: Callable[[Path], None], album: Path, llm: Said):
    home = tmp_path_factory.mktemp("home")
    fill(home)
    scenes = draw_album(album, PHOTOS)
    (album / "broken.jpg").write_bytes(b"\xff\xd8\xff no picture")
    with Looksmith(settings=Settings(home, device="cpu", scenes=scenes), llm=llm) as made:
        yield made


@pytest.mark.parametrize(
    ("question", "program", "names", "text"),
    [
        (
            "Which photos show a red circle?",
            'answer = PHOTOS_WITH(album, "circle", "red")',
            ["a.png", "b.png", "trip/e.png"],
            "3 of 7 photos: a.png, b.png, trip/e.png",
        ),
        (
            "Which photos show a circle but no square?",
            'answer = PHOTOS_WITHOUT(PHOTOS_WITH(album, "circle"), "square")',
            ["a.png"],
            "1 of 7 photos: a.png",
        ),
        (
            "Which photos show exactly two circles?",
            'answer = PHOTOS_WITH(album, "circle", least=2, most=2)',
            ["b.png"],
            "",
        ),
        ("Which photo has the most squares?", 'answer = PHOTO_WITH_MOST(album, "square")', ["trip/e.png"], ""),
        ("Which photo has the fewest shapes?", 'answer = PHOTO_WITH_FEWEST(album, "shape")', ["d.png"], ""),
        (
            "Find the photos with a circle or a triangle.",
            'answer = EITHER(PHOTOS_WITH(album, "circle"), PHOTOS_WITH(album, "triangle"))',
            ["a.png", "b.png", "trip/e.png", "trip/f.png"],
            "",
        ),
        ("Which photos show a star?", 'answer = PHOTOS_WITH(album, "star")', [], "none of 7 photos"),
        ("Which photo has the most stars?", 'answer = PHOTO_WITH_MOST(album, "star")', [], "none of 7 photos"),
    ],
)
def test_photos_are_chosen_by_what_they_show(
    looksmith: Looksmith, llm: Said, album: Path, question: str, program: str, names: list[str], text: str
) -> None:
    llm.say = lambda _: program
    answer = looksmith.ask(album, question)
    assert answer.outcome == "ok", answer.message
    assert isinstance(answer.value, Album) and list(answer.value.names) == names
    assert answer.text == record_text(load_run(answer.run).record) == (text or answer.text)
    assert answer.assumptions == ("1 photo could not be opened: broken.jpg",)


def test_a_condition_that_nobody_asked_for_is_left_out(looksmith: Looksmith, llm: Said, album: Path) -> None:
    llm.say = lambda _: 'answer = PHOTOS_WITH(album, "triangle", "on the table")'
    answer = looksmith.ask(album, "Which photos show a triangle?")
    assert answer.program == "answer = PHOTOS_WITH(album, 'triangle')"
    assert isinstance(answer.value, Album) and list(answer.value.names) == ["trip/f.png"]


@pytest.mark.parametrize(
    ("question", "program", "value"),
    [
        ("How many photos show a circle?", 'answer = len(PHOTOS_WITH(album, "circle"))', 3),
        ("How many show no shape?", 'answer = len(PHOTOS_WITHOUT(album, "shape"))', 1),
        ("How many squares are there in all?", 'answer = TOTAL(album, "square")', 5),
        ("Do all photos show a circle?", 'answer = len(PHOTOS_WITH(album, "circle")) == len(album)', False),
        ("What color is the shape in f.png?", 'p = OPEN(album, "f")\nanswer = COLOR(p, LOC(p, "shape"))', "green"),
    ],
)
def test_what_photos_show_is_counted_and_compared(
    looksmith: Looksmith, llm: Said, album: Path, question: str, program: str, value: object
) -> None:
    llm.say = lambda _: program
    answer = looksmith.ask(album, question)
    assert (answer.outcome, answer.value) == ("ok", value), answer.message


def test_the_language_model_is_told_about_the_album_and_of_an_image_only_where_one_was_given(
    looksmith: Looksmith, llm: Said, album: Path
) -> None:
    llm.asked.clear()
    llm.say = lambda _: 'answer = PHOTOS_WITH(album, "circle")'
    looksmith.ask(album, "Which photos show a circle?")
    looksmith.ask([album, album / "a.png"], "Which photos show a circle?")
    alone, beside = ("".join(message["content"] for message in talk) for talk in llm.asked)
    assert "PHOTOS_WITH(album: Album" in alone and "LOOK_AT" not in alone and "DETECT" not in alone
    assert "`image`" not in alone and "`image` is the picture that the question speaks of" in beside
    assert llm.asked[0][-1]["content"] == "Question: Which photos show a circle?\nAnswer: photos"


def test_the_page_and_the_trace_show_the_chosen_photos(looksmith: Looksmith, llm: Said, album: Path) -> None:
    llm.say = lambda _: 'answer = PHOTOS_WITH(album, "square")'
    run = load_run(looksmith.ask(album, "Which photos show a square?").run)
    told = json.loads((run.folder / "run.json").read_text())["answer"]
    assert (told["count"], told["whole"], told["photos"]) == (3, 7, ["b.png", "c.png", "trip/e.png"])
    assert run.image_path(told["sheet"]["image"]).is_file()
    html = render_page(view(run))
    assert "3 of 7 photos: b.png, c.png, trip/e.png" in html and html.count("data:image/") >= 2


def test_a_run_about_an_album_is_replayed_until_a_photo_changes(looksmith: Looksmith, llm: Said, album: Path) -> None:
    llm.say = lambda _: 'answer = len(PHOTOS_WITH(album, "square"))'
    run = load_run(looksmith.ask(album, "How many photos show a square?").run)
    replayer = looksmith._engine.workshop.replayer(run)  # pyright: ignore[reportPrivateUsage]
    assert replayer.replay(run).answer.value == 3
    (album / "late.png").write_bytes((album / "a.png").read_bytes())
    try:
        with pytest.raises(InputError, match="have changed since the run"):
            replayer.replay(run)
    finally:
        (album / "late.png").unlink()


def test_a_question_is_about_one_folder_and_one_picture(album: Path, tmp_path: Path) -> None:
    assert load_subject([album]).about == "album"
    for given in ([album, album], [album, album / "a.png", album / "b.png"]):
        with pytest.raises(InputError, match="one folder, and one picture at most"):
            load_subject(given)
    with pytest.raises(InputError, match="no image in the folder"):
        load_subject([tmp_path])
