"""looksmith from Python."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image as Pillow

from looksmith import Image, InputError, Settings, ask, run, tool
from looksmith.agent.llm.llm import Scripted
from looksmith.agent.setup.home import find_home
from photos import photo_path


@tool
def CORNER(image: Image) -> int:
    """The red of the top left pixel, 0 to 255."""
    return int(image.array()[0, 0, 0])


def test_a_question_in_three_lines(home: Path) -> None:
    llm = Scripted(['answer = COUNT(image, "cup")'])
    answer = ask(photo_path("coffee"), "How many cups are there?", llm=llm, settings=Settings(home))
    assert (answer.ok, answer.value) == (True, 1)
    assert answer.run.parent == home / "runs"


def test_a_pillow_image_and_a_tool_of_ones_own(home: Path) -> None:
    picture = Pillow.new("RGB", (4, 4), (200, 10, 10))
    answer = run("answer = CORNER(image) + 1", picture, tools=(CORNER,), settings=Settings(home))
    assert answer.value == 201


def test_a_program_in_a_file(home: Path, tmp_path: Path) -> None:
    (tmp_path / "p.py").write_text("answer = image.width")
    assert run(tmp_path / "p.py", Pillow.new("L", (7, 4)), settings=Settings(home)).value == 7


def test_a_question_about_several_pictures(home: Path) -> None:
    llm = Scripted(["answer = [i.width for i in images]"])
    pictures = [Pillow.new("RGB", (4, 4)), photo_path("coffee")]
    answer = ask(pictures, "What are their widths?", llm=llm, settings=Settings(home, device="cpu"))
    assert answer.value == [4, 600]
    assert "`images` is the list of the images." in llm.asked[0][0]["content"]
    wrong = ask(
        pictures, "How wide?", llm=Scripted(["answer = image.width"] * 9), settings=Settings(home, device="cpu")
    )
    assert wrong.outcome == "type_error"


def test_a_program_of_another_system(home: Path) -> None:
    text = "def execute_command(image):\n    return image.width > 5 and 'wide' or 'small'\n"
    done = run(text, Pillow.new("RGB", (7, 4)), dialect="vipergpt", settings=Settings(home))
    assert (done.outcome, done.value) == ("ok", "wide"), done.message
    with pytest.raises(InputError, match="no dialect 'latin'"):
        run(text, dialect="latin", dry_run=True)


def test_a_dry_run_needs_no_picture(home: Path) -> None:
    settings = Settings(home)
    assert run("answer = VQA(image, question)", dry_run=True, inputs={"question": "Why?"}, settings=settings).ok
    with pytest.raises(InputError, match="no image"):
        run("answer = 1", settings=settings)


def test_a_picture_that_is_not_there(home: Path) -> None:
    with pytest.raises(InputError, match=r"nowhere\.png"):
        run("answer = 1", "nowhere.png", settings=Settings(home))


def test_the_home_folder_is_named_or_the_nearest_or_the_users(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert find_home({"LOOKSMITH_HOME": str(tmp_path)}) == tmp_path
    (tmp_path / ".looksmith").mkdir()
    (tmp_path / "deep" / "er").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "deep" / "er")
    assert find_home({}) == tmp_path / ".looksmith"
    (tmp_path / ".looksmith").rmdir()
    assert find_home({}).name == "looksmith"
