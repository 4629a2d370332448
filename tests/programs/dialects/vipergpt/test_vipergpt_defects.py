"""The published system's defects that a program could meet, and the tools that its programs bring along."""

from __future__ import annotations

import numpy as np
import PIL.Image
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from viper_programs import FRAMES, IMAGE, PROGRAMS, picture, plain, problems, read, run

from looksmith.programs.dialects.vipergpt.tools import CHOICE, CHOSEN, FRAME_HEIGHT, GAP, NUMBER
from looksmith.sandbox.run import Sandbox
from looksmith.tools.core.errors import ToolError
from looksmith.tools.core.registry import Registry
from looksmith.tools.core.values import Box, Image

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
    with pytest.raises(ToolError, match="not text"):
        CHOICE({"frame": IMAGE}, "What?", ["red", "blue"])
    with pytest.raises(ToolError, match="nothing to choose"):
        CHOICE({}, "What?", ["red"])
