"""The command line as a person meets it: real processes, real tools, and all that can be wrong with the input."""

from __future__ import annotations

import json
import os
import shutil
import struct
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from PIL import Image as Pillow

from looksmith.sandbox import kernel
from photos import photo_path


@dataclass(frozen=True)
class Done:
    """A finished command."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The object on the last line of standard output."""
        return json.loads(self.out.splitlines()[-1])


Look = Callable[..., Done]


@pytest.fixture
def look(home: Path, tmp_path: Path) -> Look:
    """Run `looksmith` with a home folder of its own."""

    def run(*words: str | Path, env: Mapping[str, str] = {}, before: Callable[[], None] | None = None) -> Done:
        command = [sys.executable, "-m", "looksmith.agent.cli.main", *map(str, words)]
        variables = {**os.environ, "LOOKSMITH_HOME": str(home), "COLUMNS": "120", **env}
        done = subprocess.run(
            command, capture_output=True, text=True, cwd=tmp_path, env=variables, timeout=120, preexec_fn=before
        )
        assert "Traceback" not in done.stderr
        return Done(done.returncode, done.stdout, done.stderr)

    return run


@pytest.fixture
def program(tmp_path: Path) -> Callable[[str], Path]:
    """`program(source)` is the path of a file with it."""

    def write(source: str) -> Path:
        path = tmp_path / "program.py"
        path.write_text(source)
        return path

    return write


Write = Callable[[str], Path]


def test_a_program_by_hand_answers_and_leaves_a_run(look: Look, program: Write) -> None:
    source = 'cup = LOC(image, "mug")\nanswer = cup.label + " " + str(COUNT(image, "cup"))'
    done = look("run", program(source), photo_path("coffee"), "--json")
    assert done.status == 0
    assert done.json["answer"] == "cup 1"
    assert done.json["outcome"] == "ok"
    assert done.json["seconds"] > 0
    assert Path(done.json["run"], "events.jsonl").is_file()
    assert done.json["run"].rsplit("/", 1)[-1] in look("runs").out
    shown = look("show").out
    assert "LOC → cup" in shown
    assert "(145" in shown


def test_without_json_the_answer_alone_is_on_standard_output(look: Look, program: Write) -> None:
    done = look("run", program('answer = EXISTS(image, "motorbike")'), photo_path("motorcycle_left"))
    assert (done.status, done.out) == (0, "yes\n")


@pytest.mark.parametrize(
    ("source", "outcome", "status"),
    [
        ("answer = ", "parse_error", 10),
        ("import os\nanswer = 1", "policy_error", 11),
        ("while True:\n    pass", "policy_error", 11),
        ("answer = COUNT(image)", "type_error", 12),
        ('answer = COUNT(image, "unicorn")', "tool_error", 13),
        ('answer = LOC(image, "zebra")', "no_detection", 14),
        ("for i in range(image.width * 10 ** 12):\n    x = i\nanswer = 1", "budget", 15),
        ("for i in range(10 ** 6):\n    x = sum(range(image.width * 10 ** 3))\nanswer = 1", "timeout", 16),
        ("answer = [1][image.width]", "crashed", 17),
    ],
)
def test_each_outcome_has_its_exit_status(look: Look, program: Write, source: str, outcome: str, status: int) -> None:
    done = look("run", program(source), photo_path("coffee"), "--json")
    assert (done.json["outcome"], done.json["answer"], done.status) == (outcome, None, status)
    assert done.json["message"] in done.err
    assert json.loads(Path(done.json["run"], "run.json").read_text())["outcome"] == outcome


def test_an_unknown_name_is_said_to_be_unknown_with_what_is_near(look: Look, program: Write) -> None:
    done = look("run", program('answer = EXISTS(image, "nurse")'), photo_path("astronaut"), "--json")
    assert done.json["outcome"] == "tool_error"
    assert "person" in done.json["message"]


def bad_images(folder: Path) -> dict[str, Path]:
    whole = folder / "whole.jpg"
    Pillow.new("RGB", (300, 200), "red").save(whole)
    (folder / "half.jpg").write_bytes(whole.read_bytes()[:700])
    (folder / "empty.png").write_bytes(b"")
    (folder / "text.png").write_text("I am no picture.")
    Pillow.new("1", (20_000, 20_000)).save(folder / "huge.png")
    return {name: folder / name for name in ("missing.png", "half.jpg", "empty.png", "text.png", "huge.png")}


@pytest.mark.parametrize("name", ["missing.png", "half.jpg", "empty.png", "text.png", "huge.png"])
def test_a_picture_that_cannot_be_used_is_one_clear_sentence(
    look: Look, program: Write, tmp_path: Path, name: str
) -> None:
    done = look("run", program("answer = image.width"), bad_images(tmp_path)[name], "--json")
    assert (done.status, done.json["outcome"], done.json["answer"], done.json["run"]) == (2, "input_error", None, None)
    assert done.err.startswith("Error: ")
    assert name in done.err
    assert len(done.err.splitlines()) == 1


def test_a_rotated_photo_is_seen_upright(look: Look, program: Write, tmp_path: Path) -> None:
    exif = Pillow.Exif()
    exif[0x0112] = 6
    Pillow.new("RGB", (80, 40)).save(tmp_path / "turned.jpg", exif=exif)
    assert look("run", program("answer = [image.width, image.height]"), tmp_path / "turned.jpg", "--json").json[
        "answer"
    ] == [40, 80]


@pytest.mark.parametrize("question", ["", "why? " * 20_000])
def test_a_question_that_cannot_be_asked(look: Look, question: str) -> None:
    done = look("ask", photo_path("coffee"), question, "--base-url", "http://127.0.0.1:9/v1", "--model", "m", "--json")
    assert (done.status, done.json["outcome"]) == (2, "input_error")


def test_without_a_server_ask_says_how_to_start_one(look: Look) -> None:
    done = look("ask", photo_path("coffee"), "How many cups are there?", "--json")
    assert (done.status, done.json["outcome"]) == (3, "llm_error")
    assert "looksmith serve" in done.err


def test_a_server_that_does_not_answer_leaves_a_run_that_says_so(look: Look) -> None:
    done = look(
        "ask", photo_path("coffee"), "How many?", "--base-url", "http://127.0.0.1:9/v1", "--model", "m", "--json"
    )
    assert (done.status, done.json["outcome"]) == (3, "llm_error")
    assert json.loads(Path(done.json["run"], "run.json").read_text())["question"] == "How many?"


def test_missing_weights_name_the_command_that_pulls_them(look: Look, program: Write, home: Path) -> None:
    (home / "weights").unlink()
    done = look("run", program('answer = COUNT(image, "cup")'), photo_path("coffee"), "--json")
    assert done.json["outcome"] == "tool_error"
    assert "looksmith models pull nanodet" in done.json["message"]


TOOLS_FILE = '''
from looksmith import Image, tool

@tool
def LUMINANCE(image: Image) -> float:
    """How bright the image is, 0 to 255."""
    return float(image.array().mean())
'''


def test_a_tool_from_a_file_works_everywhere(look: Look, program: Write, tmp_path: Path) -> None:
    (tmp_path / "my_tools.py").write_text(TOOLS_FILE)
    Pillow.new("RGB", (10, 10), (51, 51, 51)).save(tmp_path / "dark.png")
    assert "LUMINANCE(image: Image) -> float" in look("tools", "--tools", "my_tools.py").out
    wrong = look("check", program("answer = LUMINANCE(3)"), "--tools", "my_tools.py")
    assert (wrong.status, "wants Image for image, got int" in wrong.out) == (12, True)
    done = look("run", program("answer = LUMINANCE(image)"), "dark.png", "--tools", "my_tools.py", "--json")
    assert done.json["answer"] == 51.0
    assert "LUMINANCE → 51" in look("show").out


def test_a_tools_file_that_cannot_be_used(look: Look, program: Write, tmp_path: Path) -> None:
    (tmp_path / "bad.py").write_text("def oops(:")
    done = look("run", program("answer = 1"), photo_path("coffee"), "--tools", "bad.py")
    assert done.status == 2
    assert "bad.py failed on import: SyntaxError" in done.err


def test_check_says_what_is_wrong_and_where(look: Look, program: Write) -> None:
    done = look("check", program('cups = DETECT(image, "cup")\nanswer = cups == 2'), "--json")
    assert done.status == 12
    (finding,) = done.json["diagnostics"]
    assert (finding["code"], finding["line"]) == ("never-equal", 2)
    assert look("check", program("answer = 1")).out == "The program is valid.\n"


def test_what_is_no_program_is_told_without_pythons_words(look: Look, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    assert look("check", "folder").err == "Error: folder is a folder, and not a program. Pass a file in it.\n"
    picture = look("check", photo_path("coffee"))
    assert (picture.status, "is no text in UTF-8" in picture.err) == (2, True)


def test_a_question_that_the_shell_took_apart_is_told(look: Look) -> None:
    done = look("ask", photo_path("coffee"), "how", "many", "cups")
    assert (done.status, done.err[:36]) == (2, "Error: These are no files: how, many")
    assert "in quotation marks" in done.err
    alone = look("ask", photo_path("coffee"), "How many cups?", "--workers", "3")
    assert (alone.status, alone.err) == (2, "Error: --workers only works with --images.\n")


def test_tools_are_shown_with_their_schema(look: Look) -> None:
    names = [row["name"] for row in look("tools", "--json").json["tools"]]
    assert {"LOC", "DETECT", "CROP", "CLASSIFY", "COLOR", "READ", "SEGMENT", "NEAREST"} <= set(names)
    (crop,) = look("tools", "CROP", "--json").json["tools"]
    assert crop["schema"]["properties"]["margin"]["default"] == 0.0
    unknown = look("tools", "CROPP")
    assert (unknown.status, "CROP" in unknown.err) == (2, True)


def test_models_are_listed_and_verified(look: Look) -> None:
    states = {row["name"]: row["state"] for row in look("models", "list", "--json").json}
    assert {"nanodet": "present", "minilm": "present", "siglip-vit-b-16": "absent"}.items() <= states.items()
    assert look("models", "verify", "nanodet").out == "nanodet: OK\n"


def test_models_offline_does_not_try(look: Look, home: Path) -> None:
    (home / "weights").unlink()
    done = look("models", "pull", "nanodet", "--offline")
    assert done.status == 4
    assert "--offline" in done.err


def test_a_missing_npm_is_named_with_what_to_install(look: Look, home: Path, tmp_path: Path) -> None:
    (home / "weights").unlink()
    (tmp_path / "bin").mkdir()
    done = look("models", "pull", "nanodet", env={"PATH": str(tmp_path / "bin")})
    assert done.status == 4
    assert "Node.js" in done.err


def without_namespaces() -> None:
    """What some containers do: unshare(2) is refused."""
    allowed, refused = 0x7FFF0000, 0x00050001
    number = {"x86_64": 272, "aarch64": 97}[os.uname().machine]
    instructions = [(0x20, 0, 0, 0), (0x15, 0, 1, number), (0x06, 0, 0, refused), (0x06, 0, 0, allowed)]
    kernel.give_up_new_privileges()
    kernel.install_filter(b"".join(struct.pack("HBBI", *instruction) for instruction in instructions))


@pytest.mark.skipif(sys.platform != "linux", reason="seccomp is Linux's")
def test_less_isolation_than_required_is_refused(look: Look, program: Write) -> None:
    arguments = ("run", program("answer = image.width"), photo_path("coffee"), "--json", "--require-isolation")
    refused = look(*arguments, "full", before=without_namespaces)
    assert (refused.status, refused.json["answer"]) == (4, None)
    assert "pid_namespace" in refused.err
    assert "--require-isolation" in refused.err
    assert look(*arguments, "kernel", before=without_namespaces).json["answer"] == 600
    told = look("doctor", "--json", before=without_namespaces)
    (sandbox,) = [row for row in told.json if row["name"] == "sandbox"]
    assert sandbox["ok"]
    assert "`kernel`" in sandbox["text"]
    assert "pid_namespace" in sandbox["remedy"]
    assert look(*arguments, "everything").status == 2


def test_doctor_knows_what_is_there_and_what_is_not(look: Look, home: Path) -> None:
    good = look("doctor", "--json")
    by_name = {finding["name"]: finding for finding in good.json}
    assert by_name["sandbox"]["ok"]
    assert "no_new_privs" in by_name["sandbox"]["text"]
    assert by_name["weights nanodet"]["ok"]
    assert not by_name["LLM server"]["ok"]
    assert good.status == 0
    (home / "weights").unlink()
    bad = look("doctor", "--json")
    assert bad.status == 4
    assert "looksmith models pull nanodet" in {f["name"]: f for f in bad.json}["weights nanodet"]["remedy"]


def test_show_writes_a_page_that_stands_alone(look: Look, program: Write, tmp_path: Path) -> None:
    look("run", program('answer = COLOR(image, LOC(image, "cup"))'), photo_path("coffee"))
    assert look("show", "--html", "-o", "run.html").status == 0
    page = (tmp_path / "run.html").read_text()
    assert "data:image/jpeg;base64," in page
    assert page.count("<article") == 2


def test_an_unknown_run_is_told(look: Look) -> None:
    done = look("show", "nope")
    assert done.status == 2
    assert "looksmith runs" in done.err


def test_the_command_is_installed() -> None:
    assert shutil.which("looksmith", path=str(Path(sys.executable).parent))


BOY = '''
from looksmith import Image, tool
from looksmith.tools.core.tool import Scored


@tool
def BOY(image: Image) -> Scored[bool]:
    """Is there a boy?"""
    return Scored(True, assumptions=("took 'boy' for 'person'",), confidence=0.55)
'''


def test_what_was_assumed_and_how_sure_it_is_are_told(look: Look, program: Write, tmp_path: Path) -> None:
    (tmp_path / "boy.py").write_text(BOY)
    words = ("run", program("answer = BOY(image)"), photo_path("coffee"), "--tools", "boy.py")
    told = look(*words, "--json").json
    assert (told["answer"], told["text"], told["expected"]) == (True, "probably yes", "")
    assert (told["assumptions"], told["confidence"]) == (["took 'boy' for 'person'"], 0.55)
    plain = look(*words)
    assert plain.out == "probably yes\n"
    assert "assumed: took 'boy' for 'person'" in plain.err
    assert "55 % sure" in plain.err
