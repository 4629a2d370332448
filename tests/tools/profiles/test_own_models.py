"""A user's own model behind a built-in tool: a class in a file, and a profile that names it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PIL import Image as Pillow

from looksmith import run
from looksmith.agent.setup.settings import Settings
from looksmith.tools.core.errors import InputError, ToolDeclarationError

FORKLIFTS = """
class Forklifts:
    names = ("forklift", "cup")

    def __init__(self, spec, threshold: float = 0.5):
        self.threshold, self.weights = threshold, spec.path()

    def load(self):
        self.shift = float(self.weights.read_text())

    def detect(self, picture):
        yield (self.shift, 10, picture.width, 40, "forklift", 0.45)
        yield (5, 5, 9, 9, "cup", 0.9)
"""
PHRASES = """
class Anything:
    def __init__(self, spec):
        pass

    def find(self, picture, phrase):
        return [(1, 2, 30, 40, 0.8)] if phrase == "blorp" else []

    def classify(self, picture, labels):
        return [len(label) for label in labels]
"""
TOOLS = '''
from looksmith import Image, tool

class Reader:
    def __init__(self, spec):
        self.device = spec.device

    @tool
    def READ(self, image: Image) -> str:
        """The text in it."""
        return f"read on {self.device}"
'''
ALL = 'LOC = "mine"\nDETECT = "mine"\nCOUNT = "mine"\nEXISTS = "mine"\nTHINGS = "mine"\n'


def asked(home: Path, folder: Path, code: str, table: str, tools: str, program: str) -> Any:
    (folder / "my_models.py").write_text(code)
    (folder / "mine.toml").write_text(f'extends = "pocket"\ndevice = "cpu"\n[models.mine]\n{table}\n[tools]\n{tools}')
    (folder / "shift.txt").write_text("7")
    settings = Settings(home, profile=str(folder / "mine.toml"))
    return run(program, Pillow.new("RGB", (200, 100)), settings=settings)


OWN = 'backend = "./my_models.py:Forklifts"\nweights = "./shift.txt"\n'


def test_an_own_detector_stands_behind_the_built_in_names(home: Path, tmp_path: Path) -> None:
    program = "answer = [(b.left, b.label) for b in DETECT(image, 'forklift')]"
    assert asked(home, tmp_path, FORKLIFTS, OWN, ALL, program).value == []
    program += "\nanswer = (answer, THINGS(image)[1].right)"
    done = asked(home, tmp_path, FORKLIFTS, OWN + "threshold = 0.3", ALL, program)
    assert done.value == ([(7.0, "forklift")], 200.0), done.message
    assert asked(home, tmp_path, FORKLIFTS, OWN, ALL, "answer = COUNT(image, 'zebra')").outcome == "tool_error"


def test_boxes_in_a_crop_are_in_pixels_of_the_original(home: Path, tmp_path: Path) -> None:
    program = "part = CROP(image, DETECT(image, 'forklift')[0])\nanswer = LOC(part, 'cup').left - part.left"
    assert asked(home, tmp_path, FORKLIFTS, OWN + "threshold = 0.3", ALL, program).value == 5.0


def test_an_own_model_finds_any_phrase_and_classifies(home: Path, tmp_path: Path) -> None:
    tools = ALL + 'CLASSIFY = "mine"\n'
    program = "answer = (LOC(image, 'blorp').right, CLASSIFY(image, ['a', 'abc', 'ab']), COUNT(image, 'cup'))"
    done = asked(home, tmp_path, PHRASES, 'backend = "./my_models.py:Anything"', tools, program)
    assert done.value == (30.0, "abc", 0), done.message


def test_own_tools_take_the_place_of_built_in_ones(home: Path, tmp_path: Path) -> None:
    done = asked(home, tmp_path, TOOLS, 'backend = "./my_models.py:Reader"', 'READ = "mine"\n', "answer = READ(image)")
    assert done.value == "read on cpu", done.message


@pytest.mark.parametrize(
    ("code", "table", "tools", "said"),
    [
        (FORKLIFTS, OWN + "treshold = 0.3", ALL, "Unknown key treshold. Did you mean threshold"),
        (FORKLIFTS, OWN + 'threshold = "high"', ALL, "threshold: .*number"),
        (FORKLIFTS, OWN.replace("Forklifts", "Forks"), ALL, "has no class Forks"),
        (FORKLIFTS, OWN.replace("my_models", "no_models"), ALL, "There is no tools file"),
        (FORKLIFTS, 'backend = "no_such_package:Forklifts"', ALL, "no_such_package cannot be imported"),
        (FORKLIFTS, OWN, ALL + 'READ = "mine"\n', "cannot serve READ. It can serve LOC, DETECT"),
        ("class Forklifts:\n    pass", OWN, ALL, "cannot serve any tool"),
        ("1 / 0", OWN, ALL, "failed on import: ZeroDivisionError"),
        (FORKLIFTS.replace("(self, spec, threshold: float = 0.5)", "(self)"), OWN, ALL, "must be the spec"),
    ],
)
def test_what_is_wrong_is_one_sentence(
    home: Path, tmp_path: Path, code: str, table: str, tools: str, said: str
) -> None:
    with pytest.raises(InputError, match=said):
        asked(home, tmp_path, code, table, tools, "answer = 1")


@pytest.mark.parametrize(
    ("gives", "said"),
    [
        ("return [(1, 2, 3)]", "a list of boxes. Each box is (left, top, right, bottom, label, score), in pixels"),
        ("return 5", "did not return a list of boxes"),
        ("return [(1, 2, 3, 4, 'wolf', 0.9)]", "returned 'wolf', which is not in its `names`"),
        ("return [(1, 2, float('nan'), 4, 'cup', 0.9)]", "not finite"),
        ("raise KeyError('x')", "Forklifts.detect raised KeyError"),
    ],
)
def test_an_own_model_that_misbehaves_is_named(home: Path, tmp_path: Path, gives: str, said: str) -> None:
    code = FORKLIFTS.partition("        yield")[0] + f"        {gives}\n"
    done = asked(home, tmp_path, code, OWN, ALL, "answer = COUNT(image, 'cup')")
    assert done.outcome == "tool_error"
    assert said in done.message


def test_one_that_cannot_be_made_takes_its_own_tools_away_and_no_others(home: Path, tmp_path: Path) -> None:
    code = FORKLIFTS.replace("spec.path()", "1 / 0")
    assert asked(home, tmp_path, code, OWN, ALL, "answer = BRIGHTNESS(image)").value == 0.0
    registry = Settings(home, profile=str(tmp_path / "mine.toml")).registry()
    assert "Forklifts could not be created: ZeroDivisionError" in registry.missing["LOC"]


def test_the_built_in_detectors_have_thresholds_too(home: Path, tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text('extends = "pocket"\n[models.nanodet]\nbackend = "nanodet"\nthreshold = 0.3\n')
    registry = Settings(home, profile=str(tmp_path / "mine.toml")).registry()
    detector = registry.get("LOC").function.__self__.detector  # type: ignore[attr-defined]
    assert set(detector.thresholds.values()) == {0.3}
    (tmp_path / "mine.toml").write_text('extends = "pocket"\n[models.ocr]\nbackend = "rapidocr"\nthreshold = 0.3\n')
    with pytest.raises(InputError, match=r"Unknown key threshold\. Known are backend, weights, device"):
        Settings(home, profile=str(tmp_path / "mine.toml")).registry()


def test_a_tool_that_is_there_already_says_how_to_stand_behind_it(home: Path, tmp_path: Path) -> None:
    (tmp_path / "t.py").write_text(
        TOOLS.replace("class Reader", "class R") + "def register_tools(register):\n    register(R(register))\n"
    )
    with pytest.raises(ToolDeclarationError, match=r"There is a tool READ already.*in a profile"):
        Settings(home, tool_files=(tmp_path / "t.py",)).registry()
