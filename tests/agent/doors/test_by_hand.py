"""Programs by hand: dry runs, several images, further inputs, other systems; in the real sandbox."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import clips
import pytest
from click.testing import CliRunner, Result
from PIL import Image as Pillow

from looksmith import Box, Image, run, tool
from looksmith.agent.cli.main import main
from looksmith.agent.doors.by_hand import HandWritten
from looksmith.agent.setup.settings import Settings
from looksmith.agent.traces.runs import Runs, StoredRun
from looksmith.agent.traces.trace import Step
from looksmith.programs.language.program import Program
from looksmith.tools.core.errors import InputError
from looksmith.tools.core.tool import is_tool
from looksmith.tools.profiles.unserved import Declared

CALLS = {
    "VQA": 'VQA(image, "What is it?") + "!"',
    "CAPTION": "CAPTION(image).lower()",
    "POINT": '[p.x + p.y for p in POINT(image, "cup")]',
    "DEPTH": "DEPTH(image) + DEPTH(image, FACES(image)[0])",
    "VERIFY": 'VERIFY(image, "it is red")',
    "MATCH": 'MATCH([image, image], "a cup") + 1',
    "TRACK": '[mask.area for mask in TRACK(video, LOC(image, "cup"), count=2)]',
    "SEGMENT_ALL": "[(m.label, m.box.width) for m in SEGMENT_ALL(image)]",
    "FACES": "len(FACES(image))",
    "REPLACE": 'REPLACE(image, SEGMENT_ALL(image)[0], "a dog").width',
    "ASK_LLM": 'int(ASK_LLM("How many legs has a dog?"))',
    "LIST": '", ".join(LIST("fruit", 3))',
}


@pytest.fixture
def settings(home: Path) -> Settings:
    return Settings(home, device="cpu")


@pytest.fixture
def look(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """`look("run", ...)` is the command, in this process."""
    monkeypatch.chdir(tmp_path)
    for name, color in (("red.png", "red"), ("blue.png", "blue")):
        Pillow.new("RGB", (64, 48), color).save(tmp_path / name)
    runner = CliRunner(env={"COLUMNS": "160", "LOOKSMITH_HOME": str(home)})
    return lambda *words: runner.invoke(main, list(map(str, words)))


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str], Path]:
    """`write(source)` is the path of a file with it."""

    def text(source: str) -> Path:
        (tmp_path / "program").write_text(source)
        return tmp_path / "program"

    return text


def stored(home: Path) -> StoredRun:
    return Runs(home / "runs").load("last")


def steps(home: Path) -> list[Step]:
    return [event for event in stored(home).events if isinstance(event, Step)]


# -- dry runs


def test_there_is_a_call_of_every_declared_tool() -> None:
    assert set(CALLS) == {name for name, thing in vars(Declared).items() if is_tool(thing)}


SERVED = ("FACES", "CAPTION", "VERIFY")
"""What the pocket profile has a backend for."""


@pytest.mark.parametrize("name", [name for name in CALLS if name not in SERVED])
def test_a_tool_without_a_backend_runs_dry_and_fails_for_real(
    name: str, settings: Settings, photo: Callable[[str], Image], tmp_path: Path
) -> None:
    program = f"answer = {CALLS[name]}"
    dry = run(program, dry_run=True, settings=settings)
    assert (dry.outcome, dry.message) == ("ok", "")
    assert {step.backend for step in steps(settings.home)} == {"stand-in"}
    assert stored(settings.home).record.dry
    about = Pillow.new("RGB", (8, 8))
    if "video" in program:
        about = clips.still(tmp_path / "clip.mp4", photo("coffee"), 3)
    real = run(program, about, settings=settings)
    assert (real.outcome, real.value) == ("tool_error", None)
    assert "has no backend here" in real.message


def test_a_dry_run_looks_at_nothing_and_says_so(
    look: Callable[..., Result], write: Callable[[str], Path], home: Path
) -> None:
    (home / "weights").unlink()
    program = write('boat = LOC(image, "boat")\nanswer = f"{boat.label} {COUNT(image, boat.label)} {image.width}"')
    done = look("run", "--dry-run", program)
    assert (done.exit_code, done.stdout) == (0, "boat 1 640\n")
    assert look("run", "--dry-run", program).stdout == done.stdout
    assert "stand-ins answered" in look("show").output


def test_a_dry_run_takes_the_picture_that_it_is_given(settings: Settings) -> None:
    box = run('answer = LOC(image, "cup")', Pillow.new("RGB", (20, 10)), dry_run=True, settings=settings).value
    assert 0 <= box.left < box.right <= 20


def test_a_tool_of_ones_own_is_not_called_in_a_dry_run(settings: Settings) -> None:
    @tool
    def EXPENSIVE(image: Image) -> list[Box]:
        """Costs a lot."""
        raise AssertionError("called")

    assert run("answer = len(EXPENSIVE(image))", dry_run=True, tools=(EXPENSIVE,), settings=settings).value == 2


def test_a_dry_run_still_checks_and_still_fails(look: Callable[..., Result], write: Callable[[str], Path]) -> None:
    assert look("run", "--dry-run", write("answer = CAPTION()")).exit_code == 12
    assert look("run", "--dry-run", write("answer = 1 / (len(CAPTION(image)) - 1)")).exit_code == 17


def test_a_tool_without_a_backend_can_be_looked_up(look: Callable[..., Result]) -> None:
    one = look("tools", "VQA")
    assert one.exit_code == 0
    assert "VQA(image: Image, question: str) -> str" in one.stdout
    assert "backend: none" in one.stdout
    listed = look("tools")
    assert "VQA" not in listed.stdout
    assert "VQA is unavailable: no backend in this profile" in listed.stderr


# -- several images


def test_a_program_gets_several_images_in_their_order(
    look: Callable[..., Result], write: Callable[[str], Path], home: Path
) -> None:
    program = write("answer = [COLOR(i) for i in images] + [str(len(images))]")
    done = look("run", program, "red.png", "blue.png", "red.png", "--json")
    assert json.loads(done.stdout)["answer"] == ["red", "blue", "red", "3"]
    record = stored(home).record
    assert [p.name for p in record.pictures] == ["red.png", "blue.png", "red.png"]
    assert record.image_name == "red.png"
    assert len(list((stored(home).folder / "images").iterdir())) == 2
    assert "red.png, 64 x 48; blue.png, 64 x 48" in look("show").output
    assert "red.png and" in look("runs").output


@pytest.mark.parametrize(
    ("source", "images", "told"),
    [
        ("answer = len(images)", ["red.png"], "reads several images, but only one was given"),
        ("answer = image.width", ["red.png", "blue.png"], "reads one image, but 2 were given"),
        ("answer = 1", [], "There is no image."),
        ("answer = 1", ["red.png", "nowhere.png"], "nowhere.png"),
    ],
)
def test_images_that_do_not_fit_the_program(
    look: Callable[..., Result], write: Callable[[str], Path], source: str, images: list[str], told: str
) -> None:
    done = look("run", write(source), *images)
    assert (done.exit_code, done.stdout) == (2, "")
    assert told in done.stderr


def test_a_dry_run_of_a_program_about_several_images_makes_two_up(settings: Settings) -> None:
    program = 'answer = [len(images), images[0] == images[1], MATCH(images, "a cup")]'
    assert run(program, dry_run=True, settings=settings).value == [2, False, 1]


def test_several_pictures_from_python(settings: Settings) -> None:
    pictures = [Pillow.new("RGB", (size, 8)) for size in (8, 9, 10)]
    assert run("answer = [i.width for i in images]", pictures, settings=settings).value == [8, 9, 10]
    with pytest.raises(InputError, match="no image"):
        run("answer = 1", [], settings=settings)


# -- further inputs


def test_further_inputs_are_typed_and_kept(
    look: Callable[..., Result], write: Callable[[str], Path], home: Path
) -> None:
    program = write("answer = [option.upper() for option in options if len(option) > least]")
    done = look("run", program, "red.png", "--input", 'options=["tea", "coffee"]', "--input", "least=3", "--json")
    assert json.loads(done.stdout)["answer"] == ["COFFEE"]
    assert stored(home).record.inputs == {"options": ["tea", "coffee"], "least": 3}
    assert "options = ['tea', 'coffee']" in look("show").output
    wrong = look("check", program, "--input", "options=3", "--input", "least=3")
    assert wrong.exit_code == 12
    assert look("check", program, "--input", 'options=["a"]', "--input", "least=3").exit_code == 0


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("options=[1", "looks like JSON but is invalid"),
        ("options", "has no value"),
        ("LOC=3", "LOC has the name of a tool"),
        ("image=3", "The name image is reserved"),
    ],
)
def test_an_input_that_cannot_be_used(
    look: Callable[..., Result], write: Callable[[str], Path], given: str, told: str
) -> None:
    done = look("run", write("answer = 1"), "red.png", "--input", given)
    assert done.exit_code == 2
    assert told in done.stderr


# -- other systems' programs

VISPROG = "BOX0=LOC(image=IMAGE,object='cup')\nANSWER0=COUNT(box=BOX0)\n{line}\nFINAL_RESULT=RESULT(var=ANSWER1)\n"


def test_a_program_of_another_system_keeps_its_text(
    look: Callable[..., Result], write: Callable[[str], Path], home: Path
) -> None:
    text = VISPROG.format(line='ANSWER1=EVAL(expr="{ANSWER0} >= 1")')
    done = look("run", "--dry-run", "--dialect", "visprog", write(text))
    assert done.exit_code == 0, done.stderr
    run = stored(home)
    assert (run.record.dialect, run.record.original) == ("visprog", text)
    source = next(event.source for event in run.events if event.kind == "execution")
    assert len(run.record.lines) == len(source.rstrip("\n").split("\n"))
    shown = look("show").output
    assert "written for visprog" in shown
    assert "BOX0=LOC(image=IMAGE,object='cup')" in shown
    look("show", "-o", "page.html")
    assert "The original visprog program" in Path("page.html").read_text()


@pytest.mark.parametrize(
    ("line", "status", "told"),
    [
        ("ANSWER1=NOPE(image=IMAGE)", range(10, 13), "NOPE"),
        ("ANSWER1=VQA(image=IMAGE,question='Why?')", (13,), "VQA has no backend here"),
        ('ANSWER1=EVAL(expr="1 / ({ANSWER0} - {ANSWER0})")', (17,), "Line 3 raised ZeroDivisionError"),
    ],
)
def test_what_goes_wrong_is_told_by_the_lines_of_the_original(
    look: Callable[..., Result], write: Callable[[str], Path], line: str, status: Any, told: str
) -> None:
    done = look("run", "--dialect", "visprog", write(VISPROG.format(line=line)), "red.png")
    assert done.exit_code in status, done.stderr
    assert told in done.stderr
    assert "line 3" in done.stderr
    assert line in done.stderr


def test_check_reads_a_dialect_too(look: Callable[..., Result], write: Callable[[str], Path]) -> None:
    right = write(VISPROG.format(line="ANSWER1=VQA(image=RIGHT,question='Why?')").replace("IMAGE", "LEFT"))
    assert look("check", "--dialect", "visprog", right).stdout == "The program is valid.\n"
    done = look("check", "--dialect", "visprog", write("X=NOPE(image=IMAGE)"), "--json")
    assert json.loads(done.stdout)["diagnostics"][0]["line"] == 1
    assert done.exit_code in range(10, 13)


@pytest.mark.parametrize("command", [["run", "--dry-run"], ["check"]])
def test_a_dialect_that_nobody_speaks(
    look: Callable[..., Result], write: Callable[[str], Path], command: list[str]
) -> None:
    done = look(*command, "--dialect", "latin", write("answer = 1"))
    assert done.exit_code == 2
    assert "There is no dialect 'latin'. There are visprog and vipergpt." in done.stderr


VIPER = "def execute_command(image, possible_answers, query):\n    return ImagePatch(image).simple_query(query)\n"


def test_what_a_dialect_hands_to_its_programs_must_be_given(
    look: Callable[..., Result], write: Callable[[str], Path], home: Path
) -> None:
    look_at = ("run", "--dialect", "vipergpt", write(VIPER))
    assert "The program reads" in look(*look_at, "red.png").stderr
    given = ("--input", "query=3 cups?", "--input", 'possible_answers=["a", "b"]')
    assert "VQA has no backend" in look(*look_at, "red.png", *given).stderr
    assert steps(home)[-1].arguments["question"] == "3 cups?"
    assert look(*look_at, "--dry-run").exit_code == 0
    assert look("check", *look_at[1:]).exit_code == 0


def test_what_a_program_asks_for_is_what_it_reads_from_outside() -> None:
    def asked(source: str) -> set[str]:
        return HandWritten.of(Program(source)).asked

    assert asked("answer = [image.width for image in images]") == {"images"}
    assert asked("def f(image):\n    return g(image)\nanswer = f(query)") == {"g", "query"}
    assert asked("images = [image]\nanswer = images") == {"image"}
    assert asked("answer = (") == set()


# -- videos


def test_a_program_about_a_video_has_its_frames_and_the_trace_says_which_file_it_was(
    look: Callable[..., Result], write: Callable[[str], Path], home: Path, tmp_path: Path
) -> None:
    clips.clip(tmp_path / "clip.mp4")
    program = write("""\
middle = FRAME(video, video.frames // 2)
several = FRAMES(video, 3)
answer = [video.seconds, middle.width, len(several), middle in several, image == FRAME(video, 0), image == middle]
""")
    done = look("run", program, "clip.mp4", "--json")
    assert json.loads(done.stdout)["answer"] == [2.4, 128, 3, True, True, False], done.output
    record = stored(home).record
    sha256 = hashlib.sha256((tmp_path / "clip.mp4").read_bytes()).hexdigest()
    path = str((tmp_path / "clip.mp4").resolve())
    told = {"name": "clip.mp4", "path": path, "sha256": sha256, "width": 128, "height": 64, "frames": 24, "fps": 10.0}
    assert record.inputs == {"video": {"type": "video", **told}}
    assert (record.image_name, record.image_size) == ("clip.mp4", (128, 64))
    assert [step.backend for step in steps(home)] == ["pyav"] * 3
    shown = look("show").output
    assert "video = video clip.mp4, 24 frames of 128 x 64" in shown
    assert look("show", "last", "--html").exit_code == 0
    assert "Results are identical." in look("replay", "last", "--backend", "recorded").output
    assert run(program, tmp_path / "clip.mp4", settings=Settings(home)).value == json.loads(done.stdout)["answer"]
    (tmp_path / "clip.mp4").write_bytes(clips.clip(tmp_path / "other.mp4", 12).read_bytes())
    assert "has changed since the run" in look("replay", "last").output


def test_a_video_that_cannot_be_used_or_is_not_there_is_bad_input(
    look: Callable[..., Result], write: Callable[[str], Path], tmp_path: Path
) -> None:
    program = write("answer = video.frames")
    clips.clip(tmp_path / "clip.mp4")
    (tmp_path / "cut.mp4").write_bytes((tmp_path / "clip.mp4").read_bytes()[:-50])
    for words, told in (
        ((program, "cut.mp4"), "cut.mp4 is "),
        ((program, "clip.mp4", "red.png"), "Name one file"),
        ((program, "clip.mp4", "clip.mp4"), "Name one file"),
        ((program, "red.png"), "reads video, which is not defined. Pass a video file."),
        ((program, "red.png", "--input", "video=clip.mp4"), "The input video must be Video, got str"),
    ):
        done = look("run", *words)
        assert (done.exit_code, told in done.stderr) == (2, True), done.stderr


def test_a_question_is_about_one_video_and_nothing_else(look: Callable[..., Result], tmp_path: Path) -> None:
    clips.clip(tmp_path / "clip.mp4")
    done = look("ask", "clip.mp4", "clip.mp4", "What happens?")
    assert done.exit_code == 2 and "a program is about one video, or about images" in done.stderr


def test_tools_that_need_a_video_are_not_offered_to_the_language_model(settings: Settings) -> None:
    offered = settings.bench().registry
    assert {"FRAME", "FRAMES", "TRACK"}.isdisjoint(tool.name for tool in offered)
    assert "videos" in offered.missing["FRAME"]


def test_a_program_about_a_video_is_checked_and_runs_dry(
    look: Callable[..., Result], write: Callable[[str], Path], tmp_path: Path
) -> None:
    program = write('box = LOC(FRAME(video, 0), "dog")\nanswer = [m.area > 0 for m in TRACK(video, box)] + [video.fps]')
    assert look("check", program).exit_code == 0
    assert look("run", "--dry-run", program).stdout == "[True, True, 25]\n"
    clips.clip(tmp_path / "clip.mp4")
    assert look("run", "--dry-run", program, "clip.mp4").stdout == "[True, True, 10]\n"
    wrong = look("check", write("answer = FRAME(image, 0).width"))
    assert wrong.exit_code == 12 and "Video" in wrong.output


def test_the_next_command_knows_what_a_model_said_unless_it_is_to_ask_anew(look, write, home: Path) -> None:
    program = write('answer = EXISTS(image, "cup")')
    seen: list[tuple[bool, Any, int]] = []
    for more in ([], [], ["--no-cache"]):
        assert look("run", program, "red.png", *more).exit_code == 0
        seen += [(step.cached, step.result, step.batch) for step in steps(home)]
    assert seen == [(False, False, 1), (True, False, 1), (False, False, 1)]
