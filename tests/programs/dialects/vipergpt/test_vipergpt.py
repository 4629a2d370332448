"""ViperGPT's programs, read into ours: what they mean, and what is said of those that cannot be read."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import PIL.Image
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from looksmith.programs.check.check import Checked, check
from looksmith.programs.dialects.front import dialect_tools, translate
from looksmith.programs.dialects.vipergpt.front import inputs
from looksmith.programs.dialects.vipergpt.tools import CHOICE, CHOSEN, FRAME_HEIGHT, GAP, NUMBER
from looksmith.programs.language.diagnostics import render
from looksmith.programs.language.program import Program
from looksmith.sandbox.outcome import Outcome
from looksmith.sandbox.run import Request, Sandbox
from looksmith.tools.core.errors import ToolError
from looksmith.tools.core.registry import Registry
from looksmith.tools.core.stand_in import stand_ins
from looksmith.tools.core.tool import tool
from looksmith.tools.core.values import Box, Image
from looksmith.tools.engine.executor import Executor
from looksmith.tools.media.crop import CROP

PROGRAMS = tomllib.loads((Path(__file__).parent / "vipergpt.toml").read_text(encoding="utf-8"))["program"]
THINGS = [
    Box(10, 60, 30, 90, "red cup"),
    Box(80, 20, 100, 50, "blue cup"),
    Box(150, 70, 170, 95, "red cup"),
    Box(60, 55, 140, 100, "brown table"),
    Box(5, 5, 25, 55, "tall person"),
    Box(110, 10, 125, 40, "small kid"),
    Box(125, 10, 140, 40, "small kid"),
    Box(170, 10, 200, 30, "white sign"),
]
DOG = Box(10, 60, 40, 80, "black dog")


def picture(shade: int) -> Image:
    return Image.of(PIL.Image.new("RGB", (200, 100), (shade, shade, shade)))


IMAGE = picture(255)
FRAMES = [picture(shade) for shade in range(4)]
GIVEN = {
    "image": IMAGE,
    "images": FRAMES,
    "possible_answers": ["red", "blue", "the red dog"],
    "query": "Where is it?",
}


def things(image: Image) -> list[Box]:
    """What is in the scene of an image: the dog comes into the video with its third frame."""
    dogs = [DOG] if image.source in (FRAMES[2].source, FRAMES[3].source) else []
    return THINGS if image.source == IMAGE.source else dogs


def shown(image: Image) -> str:
    """The thing that an image is a crop of."""
    return next((box.label for box in things(image) if box.intersection(image.frame) == image.frame), "unknown")


@tool
def DETECT(image: Image, name: str) -> list[Box]:
    """All boxes whose middle lies in the image."""
    frame = image.frame
    inside = (
        b for b in things(image) if frame.left <= b.center_x <= frame.right and frame.top <= b.center_y <= frame.bottom
    )
    return [box for box in inside if box.label.split()[1] == name]


@tool
def EXISTS(image: Image, name: str) -> bool:
    """Is there one?"""
    return bool(DETECT(image, name))


@tool
def CLASSIFY(image: Image, labels: list[str]) -> str:
    """The label with a word of what is seen."""
    words = next(box for box in things(image) if box.left == image.left).label.split()
    return next(label for label in labels if words[0] in label.split())


@tool
def VQA(image: Image, question: str) -> str:
    """The colour of what is seen, or what the question asks for."""
    label = next((box.label for box in things(image) if (box.left, box.top) == (image.left, image.top)), "unknown x")
    color, kind = label.split()
    if kind == "sign":
        return "Rome"
    return kind if question == "What is this?" else color


@tool
def VERIFY(image: Image, statement: str) -> bool:
    """Does the statement name what is seen?"""
    color, kind = next(box.label for box in things(image) if box.left == image.left).split()
    return statement == f"the {kind} is {color}"


@tool
def DEPTH(image: Image, box: Box | None = None) -> float:
    """Things to the right are farther away."""
    return image.center_x / 10


@tool
def MATCH(images: list[Image], text: str) -> int:
    """The first image whose colour is in the text."""
    return next(i for i, image in enumerate(images) if VQA(image, "color") in text)


@tool
def ASK_LLM(question: str) -> str:
    """Knows where Rome is, prefers the second option, and repeats everything else."""
    if question.startswith("Say it: "):
        return question.removeprefix("Say it: ")
    if "Options:" in question:
        return "2"
    text = " ".join(question.split())
    return f"{text} Italy" if "Rome in" in text else text


@pytest.fixture(scope="module")
def registry() -> Registry:
    made = Registry()
    made.add(DETECT, EXISTS, CLASSIFY, VQA, VERIFY, DEPTH, MATCH, ASK_LLM, CROP, *dialect_tools("vipergpt"))
    return made


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as made:
        yield made


def read(source: str) -> Program:
    program = translate("vipergpt", source)
    assert isinstance(program, Program), render(program, source)
    return program


def problems(source: str) -> list[tuple[str, int, int]]:
    found = translate("vipergpt", source)
    assert isinstance(found, tuple)
    return [(d.code, d.line, d.column) for d in found]


def run(
    source: str, registry: Registry, sandbox: Sandbox, inputs_given: Mapping[str, Any] = MappingProxyType(GIVEN)
) -> Outcome:
    """Translate, check and run for real in the sandbox, over these tools."""
    program = read(source)
    wanted = inputs(program)
    checked = check(program, registry, wanted)
    assert isinstance(checked, Checked), f"{program.source}\n{render(checked, program.source)}"
    executor = Executor(registry)

    def call(request: Request) -> Any:
        done = executor.call(request.tool, request.args, request.kwargs)
        if done.error is not None:
            raise done.error
        return done.value

    outcome = sandbox.run(checked, {name: inputs_given[name] for name in wanted}, call)
    sandbox.prepare()  # the next worker starts while the next program is read
    return outcome


def plain(value: Any) -> Any:
    """An answer as the test programs' file spells it."""
    if isinstance(value, Image):
        return [value.left, value.top, value.right, value.bottom]
    return [plain(part) for part in value] if isinstance(value, list | tuple) else value


@pytest.mark.parametrize("case", PROGRAMS, ids=[case["name"] for case in PROGRAMS])
def test_a_program_means_what_it_says(case: Mapping[str, Any], registry: Registry, sandbox: Sandbox) -> None:
    outcome = run(case["source"], registry, sandbox)
    if "outcome" in case:
        assert outcome.kind == case["outcome"]
    else:
        assert (outcome.kind, plain(outcome.answer)) == ("ok", case["answer"]), outcome.message


FAILS_DRY = {"counting by item", "overlaps_with"}
"""They look for more, or for other things, than stand-ins give them."""


@pytest.mark.parametrize("case", PROGRAMS, ids=[case["name"] for case in PROGRAMS])
def test_a_program_runs_dry(case: Mapping[str, Any], registry: Registry, sandbox: Sandbox) -> None:
    outcome = run(case["source"], stand_ins(registry), sandbox)
    assert outcome.kind == ("crashed" if case["name"] in FAILS_DRY else "ok"), outcome.message


@pytest.mark.parametrize("case", PROGRAMS, ids=[case["name"] for case in PROGRAMS])
def test_every_line_knows_the_line_that_it_came_from(case: Mapping[str, Any]) -> None:
    program = read(case["source"])
    original = case["source"].splitlines()
    assert len(program.lines) == len(program.source.splitlines())
    assert (program.dialect, program.original) == ("vipergpt", case["source"])
    for line, number in zip(program.source.splitlines(), program.lines, strict=True):
        for word in ("simple_query", "return cup", "verify_property"):
            if line.strip().startswith(word):
                assert word in original[number - 1]


def test_lines_follow_statements() -> None:
    program = read(
        "# Which one?\n"
        "def execute_command(image):\n"
        '    """Doc."""\n'
        "    image_patch = ImagePatch(image)\n"
        "\n"
        "    cups = image_patch.find(\n"
        '        "cup",\n'
        "    )\n"
        "    if cups:\n"
        "        return 1\n"
        "    else:\n"
        "        return 2\n"
    )
    lines = dict(zip((line.strip() for line in program.source.splitlines()), program.lines, strict=True))
    assert lines["image_patch = image"] == 4
    assert lines["if cups:"] == 9
    assert (lines["return 1"], lines["return 2"]) == (10, 12)
    assert next(number for line, number in lines.items() if line.startswith("cups =")) == 6


def test_inputs_are_those_that_the_program_reads() -> None:
    assert inputs(read("def execute_command(image):\n    return 1")) == {"image": Image}
    video = "def execute_command(video, possible_answers, query):\n    return VideoSegment(video).num_frames"
    assert inputs(read(video)) == {"images": list[Image]}
    chosen = "def execute_command(image, options, question):\n    return [question, options]"
    assert inputs(read(chosen)) == {"image": Image, "possible_answers": list[str], "query": str}
    two = "def execute_command(image_1, image_2):\n    return ImagePatch(image_2).exists('cup')"
    assert inputs(read(two)) == {"images": list[Image]}


REFUSED = {
    "try": (
        "def execute_command(image):\n    try:\n        return 1\n    except Exception:\n        return 2",
        "not-allowed",
        2,
        4,
    ),
    "class": ("class A:\n    pass\ndef execute_command(image):\n    return 1", "not-allowed", 1, 0),
    "with": ("def execute_command(image):\n    with image as x:\n        return x", "not-allowed", 2, 4),
    "raise": ("def execute_command(image):\n    raise ValueError('x')", "not-allowed", 2, 4),
    "eval": ("def execute_command(image):\n    return eval('1')", "not-allowed", 2, 11),
    "exec": ("def execute_command(image):\n    exec('1')\n    return 1", "not-allowed", 2, 4),
    "open": ("def execute_command(image):\n    return open('x').read()", "not-allowed", 2, 11),
    "getattr": ("def execute_command(image):\n    return getattr(image, 'x')", "not-allowed", 2, 11),
    "import function": ("def execute_command(image):\n    return __import__('os')", "not-allowed", 2, 11),
    "dunder": ("def execute_command(image):\n    return image.__class__", "underscore", 2, 11),
    "dunder method": ("def execute_command(image):\n    return image.__getattribute__('x')", "underscore", 2, 11),
    "dunder name": ("def execute_command(image):\n    return __builtins__", "underscore", 2, 11),
    "private": ("def execute_command(image):\n    return ImagePatch(image)._pixels", "underscore", 2, 11),
    "module": ("import os\ndef execute_command(image):\n    return os.getcwd()", "unknown-function", 3, 11),
    "module function": (
        "from os import system\ndef execute_command(image):\n    return system('x')",
        "undefined",
        3,
        11,
    ),
    "unknown function": ("def execute_command(image):\n    return find_all(image)", "undefined", 2, 11),
    "unknown method": ("def execute_command(image):\n    return ImagePatch(image).fnd('x')", "unknown-method", 2, 11),
    "unknown attribute": ("def execute_command(image):\n    return ImagePatch(image).middle", "attribute", 2, 11),
    "attribute set": ("def execute_command(image):\n    image.name = 1\n    return 1", "attribute-set", 2, 4),
    "too few arguments": (
        "def execute_command(image):\n    return ImagePatch(image).crop(1, 2, 3)",
        "argument-count",
        2,
        11,
    ),
    "too many arguments": (
        "def execute_command(image):\n    return ImagePatch(image).find('a', x=1)",
        "unknown-keyword",
        2,
        11,
    ),
    "starred": ("def execute_command(image):\n    return distance(*image)", "argument-count", 2, 11),
    "half a patch": ("def execute_command(image):\n    return ImagePatch(image, 1, 2)", "argument", 2, 11),
    "undefined": ("def execute_command(image):\n    return imag", "undefined", 2, 11),
    "walrus": (
        "def execute_command(image):\n    if (n := 3) > 2:\n        return n\n    return 1",
        "not-allowed",
        2,
        8,
    ),
    "format of an unknown text": (
        "def execute_command(image, query):\n    return query.format(1)",
        "unknown-method",
        2,
        11,
    ),
    "format without a value": ("def execute_command(image):\n    return '{} {}'.format(1)", "argument", 2, 11),
    "unknown input": ("def execute_command(image, depth_map):\n    return depth_map", "unknown-input", 1, 27),
    "broken line above": ("LIMIT = (\ndef execute_command(image):\n    return 1", "syntax", 1, 8),
    "broken line below": ("def execute_command(image):\n    return f(1)\ndef f(x:\n    return x", "syntax", 3, 5),
    "broken line in between": ("def f(x):\n    return x\ndef execute_com):\n    return f(1)", "syntax", 3, 15),
    "return outside": ("def execute_command(image):\n    x = 1\nreturn x", "syntax", 3, 0),
    "decorator": ("@cache\ndef execute_command(image):\n    return 1", "not-allowed", 2, 0),
    "no answer": ("if image:\n    x = 1", "no-answer", 1, 0),
    "syntax": ("def execute_command(image):\n    return (1", "syntax", 2, 11),
    "truncated": ('def execute_command(image):\n    x = ImagePatch(image).find("cup', "syntax", 2, 31),
    "two functions": ("def a(image):\n    return 1\ndef b(image):\n    return 2", "no-entry", 3, 0),
    "original of a frame": (
        "def execute_command(video):\n    return VideoSegment(video).frame_from_index(0).original_image",
        "attribute",
        2,
        11,
    ),
    "while else": (
        "def execute_command(image):\n    while image:\n        pass\n    else:\n        return 1",
        "not-allowed",
        2,
        4,
    ),
    "global": ("def execute_command(image):\n    global x\n    x = 1\n    return x", "not-allowed", 2, 4),
    "bytes": ("def execute_command(image):\n    return b'x'", "not-allowed", 2, 11),
    "random": (
        "import random\ndef execute_command(image):\n    return random.choice([1, 2])",
        "unknown-function",
        3,
        11,
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_read_is_refused_where_it_stands(name: str) -> None:
    source, code, line, column = REFUSED[name]
    assert problems(source)[0] == (code, line, column)


def test_places_are_those_of_the_text_as_it_was_given() -> None:
    fenced = "Here:\n\n```python\ndef execute_command(image):\n    return foo(image)\n```\n"
    assert problems(fenced) == [("undefined", 5, 11)]
    body = "\n        x = 1\n        return foo(image)\n"
    assert problems(body) == [("undefined", 3, 15)]
    session = ">>> def execute_command(image):\n>>>     return foo(image)\n"
    assert problems(session) == [("undefined", 2, 15)]
    assert problems("def execute_command(image):\r\n\r\n    return foo(image)") == [("undefined", 3, 11)]


def test_every_problem_is_told_with_a_hint() -> None:
    for source, *_ in REFUSED.values():
        found = translate("vipergpt", source)
        assert isinstance(found, tuple)
        assert all(d.message for d in found)
    misspelled = translate("vipergpt", "def execute_command(image):\n    return ImagePatch(image).exist('cup')")
    assert isinstance(misspelled, tuple)
    assert "exists" in misspelled[0].hint


HOSTILE = [
    "",
    "\0",
    "x = 1\0",
    "```",
    "```\n```",
    ">>>",
    "# only a comment",
    "(" * 5_000,
    "-" * 20_000 + "1",
    "x = " + "[" * 300 + "]" * 300,
    "x = " + "+".join(["1"] * 5_000),
    "def execute_command(image):\n"
    + "".join("    " * (i + 1) + "if 1:\n" for i in range(120))
    + "    " * 121
    + "return 1",
    "a" * 40_000,
    "\ud800",
    "def execute_command(image):\n    return '\ud800'",
    "return",
    "def execute_command(image): pass",
    "def execute_command(): return 1",
    "def execute_command(*args, **kwargs): return args",
    "async def execute_command(image):\n    await image",
    "def execute_command(image):\n    yield 1",
    "def execute_command(image, image): return 1",
    "x: int",
    "f'{x!r:{y}}'",
    "'{0.__class__}'.format(1)",
    "'{:{}}'.format(1, 2)",
    "'{a[0]}'.format(a=1)",
    "'{'.format()",
    "'{!:}'.format(1)",
    "'{!rx}'.format(1)",
    "'{0!z}'.format(1)",
    "'{9999999999999999999999}'.format(1)",
    "isinstance()",
    "next()",
    "lambda: 0",
    "x = x = x",
    "del x",
    "match x:\n    case 1: pass",
    "for x in y: pass\nelse: pass",
    "[*x] = y",
    "find()",
    "ImagePatch",
    "ImagePatch.find",
    "distance",
    "print()",
    "x.find().find().find()",
    "\x0c\x0bimage.find('a')",
    "\tx = 1\n    return x",
    "from __future__ import annotations\nimport a.b.c as d\nd.e()",
    "math.sqrt",
    "while 1: pass",
    "def f(x=f): return f\ndef execute_command(image): return f(f)",
    "a.b.c.d.e[1:2, ::3].f(*g, **h)",
]


@pytest.mark.parametrize("source", HOSTILE, ids=range(len(HOSTILE)))
def test_no_text_is_too_strange(source: str) -> None:
    found = translate("vipergpt", source)
    assert isinstance(found, Program) or found


WORDS = [
    *(
        "def execute_command(image):",
        "return",
        "if",
        "else:",
        "for x in",
        "while",
        "lambda x:",
        "not",
        "and",
        "is None",
    ),
    *(
        "image",
        "ImagePatch(image)",
        ".find(",
        ".lower",
        ".lower()",
        ".crop(",
        "'cup'",
        '"',
        ")",
        "(",
        "[",
        "]",
        "{",
        "}",
    ),
    *(
        "f'{",
        "}'",
        ".format(",
        "distance(",
        "best_image_match(",
        "x",
        "=",
        "+=",
        ",",
        ":",
        "1",
        "\n",
        "\n    ",
        "\n        ",
    ),
    *(
        "```",
        ">>> ",
        "#",
        "math.",
        "sqrt(",
        "__class__",
        "VideoSegment(video)",
        ".trim(",
        "import math",
        "try:",
        "map(",
    ),
]


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(WORDS), max_size=40).map(" ".join))
@example("def execute_command(image):\n    return f'{image.find('")
def test_pieces_of_programs_never_raise(source: str) -> None:
    found = translate("vipergpt", source)
    assert isinstance(found, Program) or found


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=200))
def test_texts_never_raise(source: str) -> None:
    found = translate("vipergpt", source)
    assert isinstance(found, Program) or found


@settings(max_examples=200, deadline=None)
@given(st.sampled_from([case["source"] for case in PROGRAMS]), st.data())
def test_damaged_programs_never_raise(source: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(source)))
    end = data.draw(st.integers(start, min(start + 30, len(source))))
    put = data.draw(st.sampled_from(["", " ", "(", ")", ":", "\n", "'", ".x", "__y__", "None", "\0"]))
    found = translate("vipergpt", source[:start] + put + source[end:])
    assert isinstance(found, Program) or found


# The published system's defects that a program could meet


def test_failing_tools_end_the_program_and_give_no_answer(registry: Registry, sandbox: Sandbox) -> None:
    """Defect 9, 20: a crash was replaced by another program, and its None scored as "no"."""
    source = "def execute_command(image):\n    return ImagePatch(image).crop(500, 0, 600, 50).exists('cup')"
    outcome = run(source, registry, sandbox)
    assert (outcome.kind, outcome.answer) == ("tool_error", None)


def test_the_property_is_asked_for_itself() -> None:
    """Defect 10: the queried attribute stood among its own negatives. Here it is one statement."""
    source = "def execute_command(image):\n    return ImagePatch(image).verify_property('cup', 'blue')"
    assert "VERIFY(image, 'the cup is blue')" in read(source).source


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("25 to 26", 25),
        ("25to26", 25),
        ("10-15 years", 10),
        ("about 1,200 m", 1200),
        ("1.5 million people", 1_500_000),
        ("twenty-five", 25),
        ("two hundred and one", 201),
        ("one of the two", 1),
        ("a dozen", 12),
        ("-3 degrees", -3),
        ("minus four", -4),
        ("$-5.50", -5.5),
        ("50%", 50),
        (".5", 0.5),
        (7, 7),
        (2.0, 2),
    ],
)
def test_numbers_in_texts(text: str | float, number: float) -> None:
    """Defect 11: `25to26` became 2526."""
    found = NUMBER(text)
    assert found == number
    assert isinstance(found, int) == float(number).is_integer()


@settings(deadline=None)
@given(st.integers(0, 10**9), st.sampled_from(["{}", "about {}.", "{} of them", "x {} y", "({})"]))
def test_digits_are_read_as_they_stand(number: int, frame: str) -> None:
    assert NUMBER(frame.format(number)) == number
    assert NUMBER(frame.format(f"{number:,}")) == number


def test_no_number_is_an_error() -> None:
    with pytest.raises(ToolError, match="no number"):
        NUMBER("none at all")


def test_the_same_text_is_read_the_same_twice() -> None:
    """Defects 12, 24: answers came from a cache or a state of another program."""
    source = PROGRAMS[0]["source"]
    assert read(source) == read(source)


def test_bottom_left_is_the_origin_whatever_the_crop(registry: Registry, sandbox: Sandbox) -> None:
    """Defect 19: places in different conventions. A patch's own sides cut it out of any image again."""
    source = (
        "def execute_command(image):\n"
        "    image_patch = ImagePatch(image)\n"
        "    cup = image_patch.find('cup')[0]\n"
        "    left_half = image_patch.crop(0, 0, 100, 100)\n"
        "    again = left_half.crop(cup.left, cup.lower, cup.right, cup.upper)\n"
        "    return again == cup, again\n"
    )
    assert plain(run(source, registry, sandbox).answer) == [True, [10, 60, 30, 90]]


PLACES = """
def execute_command(image):
    whole = ImagePatch(image)
    part = whole.crop({area})
    inner = part.crop(part.left, part.lower, part.horizontal_center, part.vertical_center)
    own = part.crop(0, 0, part.width / 2, part.height / 2)
    again = ImagePatch(image, part.left, part.lower, part.right, part.upper)
    sides = [part.left, part.lower, part.right, part.upper, part.width, part.height]
    return sides, [part.horizontal_center, part.vertical_center], part, again == part, inner == own
"""


@settings(max_examples=40, deadline=None)
@given(st.tuples(*[st.integers(1, 60)] * 2), st.data())
def test_places_are_those_of_an_array_turned_upside_down(
    registry: Registry, sandbox: Sandbox, size: tuple[int, int], data: st.DataObject
) -> None:
    """Row 0 of the upside-down array is the bottom: there a crop is a plain slice."""
    width, height = size
    left, lower = data.draw(st.integers(0, width - 1)), data.draw(st.integers(0, height - 1))
    right, upper = data.draw(st.integers(left + 1, width)), data.draw(st.integers(lower + 1, height))
    pixels = np.arange(height * width * 3, dtype=np.uint32).astype(np.uint8).reshape(height, width, 3)
    image = Image.of(PIL.Image.fromarray(pixels))
    source = PLACES.format(area=f"{left}, {lower}, {right}, {upper}")
    outcome = run(source, registry, sandbox, {"image": image})
    sides, centers, part, *same = outcome.answer
    assert sides == [left, lower, right, upper, right - left, upper - lower]
    assert centers == [(left + right) / 2, (lower + upper) / 2]
    assert (np.flipud(part.array()) == np.flipud(pixels)[lower:upper, left:right]).all()
    assert same == [True, True]


@pytest.mark.parametrize(
    "expression",
    [
        "np.percentile([3, 1, 4, 1, 5], 25)",
        "np.percentile([7], 50)",
        "np.quantile([3, 1, 4, 2], 0.9)",
        "np.median([3, 1, 4, 2])",
        "np.round([1.26, 2.74, 3.5], 1)",
        "np.round(np.percentile([1, 2, 4], 40), 2)",
    ],
)
def test_statistics_are_those_of_numpy(expression: str, registry: Registry, sandbox: Sandbox) -> None:
    source = f"import numpy as np\ndef execute_command(image):\n    return {expression}\n"
    wanted = eval(expression, {"np": np})
    assert np.allclose(run(source, registry, sandbox).answer, wanted)


@pytest.mark.parametrize(
    "lines",
    [
        ["return VideoSegment(video)"],
        ["segment = VideoSegment(video)", "return segment.trim(0, 2)"],
        ["segment = VideoSegment(video)", "part = segment.trim(0, 2)", "return part"],
    ],
)
def test_a_segment_as_the_answer_is_the_numbers_of_its_frames(
    lines: list[str], registry: Registry, sandbox: Sandbox
) -> None:
    source = "def execute_command(video):\n" + "".join(f"    {line}\n" for line in lines)
    outcome = run(source, registry, sandbox, {"images": [picture(shade) for shade in (1, 2, 3)]})
    assert outcome.answer == ([0, 1, 2] if len(lines) == 1 else [0, 1])


def test_a_blank_line_ends_nothing() -> None:
    """Defect 23: programs were cut at the first blank line."""
    program = read("def execute_command(image):\n    x = 1\n\n\n    return x\n")
    assert "return x" in program.source


def test_hash_signs_in_texts_stay(registry: Registry, sandbox: Sandbox) -> None:
    """Defect 35: programs were split at `#` inside of strings."""
    source = "def execute_command(image):\n    return 'a # b'  # c"
    assert run(source, registry, sandbox).answer == "a # b"


def test_generated_code_meets_nothing_but_the_language() -> None:
    """Defect 35: programs ran beside the system's own modules."""
    for name in ("os", "pathlib", "pd", "torch", "config"):
        assert problems(f"def execute_command(image):\n    return {name}.x")[0][0] in ("undefined", "attribute")


def test_a_list_of_contents_is_no_list_of_letters(registry: Registry, sandbox: Sandbox) -> None:
    """A bare string was matched letter by letter."""
    source = (
        "def execute_command(image, query):\n"
        "    cups = ImagePatch(image).find('cup')\n"
        "    words = ['a', 'blue cup']\n"
        "    return [best_image_match(cups, 'blue', True), best_image_match(cups, words, return_index=True)]"
    )
    assert run(source, registry, sandbox).answer == [1, 1]


# The tools that programs bring along


@settings(deadline=None)
@given(st.tuples(*[st.integers(0, 180)] * 2), st.tuples(*[st.integers(0, 80)] * 2), st.integers(1, 20))
def test_distance_is_the_same_both_ways_and_orders_nearness(x: tuple[int, int], y: tuple[int, int], size: int) -> None:
    a, b = (IMAGE.crop(Box(left, top, left + size, top + size)) for left, top in zip(x, y, strict=True))
    assert GAP(a, b) == GAP(b, a)
    assert GAP(a, a) == -1
    assert (GAP(a, b) < 0) == (a.frame.intersection(b.frame) is not None)


def test_distance_of_unlike_things_is_an_error() -> None:
    with pytest.raises(ToolError, match="number"):
        GAP(IMAGE, 3)
    with pytest.raises(ToolError, match="different images"):
        GAP(IMAGE, FRAMES[0])


def test_frames_of_several_heights_have_no_common_bottom() -> None:
    assert FRAME_HEIGHT(FRAMES) == 100
    other = Image.of(PIL.Image.new("RGB", (200, 90)))
    with pytest.raises(ToolError, match="different heights"):
        FRAME_HEIGHT([*FRAMES, other])


@pytest.mark.parametrize(
    ("reply", "option"),
    [
        ("red", "red"),
        ("The answer is: Blue.", "blue"),
        ("It is the red dog", "the red dog"),
        ("3", "the red dog"),
        ("2.", "blue"),
    ],
)
def test_a_reply_names_an_option(reply: str, option: str) -> None:
    assert CHOSEN(reply, ["red", "blue", "the red dog"]) == option


@pytest.mark.parametrize("reply", ["green", "", "red or blue", "7", "reddish"])
def test_a_reply_that_names_no_option_is_an_error(reply: str) -> None:
    with pytest.raises(ToolError, match="options"):
        CHOSEN(reply, ["red", "blue", "the red dog"])


def test_a_choice_tells_what_is_known() -> None:
    text = CHOICE({"caption": "a dog", "seen": ["cat", 3]}, "What?", ["red", "blue"])
    assert all(part in text for part in ("caption: a dog", "seen: cat, 3", "What?", "- red", "- blue"))
    with pytest.raises(ToolError, match="no text"):
        CHOICE({"frame": IMAGE}, "What?", ["red", "blue"])
    with pytest.raises(ToolError, match="nothing to choose"):
        CHOICE({}, "What?", ["red"])
