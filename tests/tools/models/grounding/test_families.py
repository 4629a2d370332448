"""The conventions of model families: what is written is read back, whatever the picture's size, and nothing else is."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from seeing import boxes_as, points_as

from looksmith.tools.core.errors import PrerequisiteError, ToolError
from looksmith.tools.models.grounding.families import FAMILIES, family_named
from looksmith.tools.models.grounding.family import Family
from looksmith.tools.models.grounding.qwen2_5 import LEAST, MOST, Qwen25Vl
from looksmith.tools.models.grounding.vllm import vllm_flags
from looksmith.tools.models.language.vlm import Token, Told

BOXING = ("qwen2.5-vl", "qwen3-vl", "internvl")
POINTING = {"qwen2.5-vl": "qwen2.5-vl", "qwen3-vl": "qwen3-vl", "molmo": "molmo", "molmo2": "molmo"}
sizes = st.tuples(st.integers(1, 6000), st.integers(1, 6000)).filter(lambda size: max(size) <= 200 * min(size))
shares = st.floats(0, 1)


@st.composite
def boxes(draw: st.DrawFn) -> tuple[float, float, float, float]:
    left, right = sorted((draw(shares), draw(shares)))
    top, bottom = sorted((draw(shares), draw(shares)))
    return left, top, right, bottom


def grid(family: Family, size: tuple[int, int], form: str = "") -> tuple[float, float]:
    """How many pixels of the original a unit of the family's coordinates is, across and down."""
    sent = family.shown(size)
    units = sent if family.name == "qwen2.5-vl" else (1000, 1000)
    return size[0] / units[0], size[1] / units[1]


@pytest.mark.parametrize("form", BOXING)
@given(size=sizes, placed=st.lists(boxes(), min_size=1, max_size=5))
def test_boxes_come_back_within_a_unit_of_the_form_whatever_the_size(form, size, placed) -> None:
    family = FAMILIES[form]
    sent = family.shown(size)
    written = [("cup", (a * sent[0], b * sent[1], c * sent[0], d * sent[1])) for a, b, c, d in placed]
    across, down = grid(family, size)
    seen = family.read_boxes(boxes_as(form, written, sent), sent)
    assert [one.label for one in seen] == ["cup"] * len(placed)
    for one, (left, top, right, bottom) in zip(seen, placed, strict=True):
        assert abs(one.left - left) * size[0] <= 1.01 * across and abs(one.right - right) * size[0] <= 1.01 * across
        assert abs(one.top - top) * size[1] <= 1.01 * down and abs(one.bottom - bottom) * size[1] <= 1.01 * down
        assert 0 <= one.left < one.right <= 1 and 0 <= one.top < one.bottom <= 1


@pytest.mark.parametrize("form", POINTING)
@given(size=sizes, placed=st.lists(st.tuples(shares, shares), min_size=1, max_size=5))
def test_points_come_back_within_a_unit_of_the_form_whatever_the_size(form, size, placed) -> None:
    family = FAMILIES[POINTING[form]]
    sent = family.shown(size)
    reply = points_as(form, [(x * sent[0], y * sent[1]) for x, y in placed], sent)
    across, down = grid(family, size)
    for spot, (x, y) in zip(family.read_points(reply, sent), placed, strict=True):
        assert abs(spot.x - x) * size[0] <= across and abs(spot.y - y) * size[1] <= down


@given(sizes)
def test_a_picture_is_sent_to_qwen_2_5_in_a_size_that_its_processor_leaves_alone(size: tuple[int, int]) -> None:
    width, height = Qwen25Vl().shown(size)
    assert width % 28 == height % 28 == 0 and Qwen25Vl().shown((width, height)) == (width, height)
    assert LEAST <= width * height <= MOST


def test_the_processor_of_transformers_leaves_it_alone() -> None:
    module = pytest.importorskip("transformers.models.qwen2_vl.image_processing_qwen2_vl")
    for size in ((1, 1), (640, 427), (4000, 3000), (30, 5900), (5000, 25), (1000, 1000)):
        width, height = Qwen25Vl().shown(size)
        assert module.smart_resize(height, width) == (height, width)
        assert module.smart_resize(height, width, max_pixels=12845056) == (height, width)


def test_a_picture_that_is_too_slim_is_told() -> None:
    with pytest.raises(ToolError, match="too slim"):
        Qwen25Vl().shown((10, 2001))


@pytest.mark.parametrize(
    ("form", "reply"),
    [
        ("qwen3-vl", "[]"),
        ("qwen3-vl", "```json\n[]\n```"),
        ("qwen2.5-vl", "There are no dogs in the image."),
        ("internvl", "There is no dog in this picture."),
    ],
)
def test_a_model_may_say_that_there_is_nothing(form: str, reply: str) -> None:
    assert FAMILIES[form].read_boxes(reply, (560, 560)) == []


ONE = '{"bbox_2d": [1, 2, 30, 40], "label": "cup"}'


@pytest.mark.parametrize(
    ("form", "reply", "said"),
    [
        ("qwen3-vl", "", "said nothing"),
        ("qwen3-vl", "I see a cup.", "no JSON"),
        ("qwen3-vl", "A cup at [1, 2, 30, 40].", "no JSON"),
        ("qwen3-vl", f'```json\n[{ONE}, {{"bbox_2d": [1', "cut off"),
        ("qwen3-vl", f"[{ONE}, ", "no JSON"),
        ("qwen3-vl", f"```json\n[{ONE}]\n``` or ```json\n[]\n```", "several"),
        ("qwen3-vl", '{"bbox_2d": [1, 2, 30], "label": "cup"}', "bbox_2d of 4 numbers"),
        ("qwen3-vl", '{"bbox_2d": [1, 2, 30, "40"], "label": "cup"}', "no list of numbers"),
        ("qwen3-vl", '{"bbox_2d": [1, 2, 30, true]}', "no list of numbers"),
        ("qwen3-vl", '{"bbox_2d": [1, 2, 30, NaN]}', "no list of numbers"),
        ("qwen3-vl", '{"bbox_2d": [1, 2, 30, 1e400]}', "no list of numbers"),
        ("qwen3-vl", '{"bbox_2d": [1, 2, 30, 40], "label": 7}', "with a label"),
        ("qwen3-vl", '{"bbox_2d": [1, 2, 30, 40], "bbox_2d": [1, 2, 3, 4]}', "or with two"),
        ("qwen3-vl", '{"point_2d": [1, 2]}', "without its bbox_2d"),
        ("qwen3-vl", "[1, 2, 30, 40]", "without its bbox_2d"),
        ("qwen3-vl", "[" * 100_000, "no JSON"),
        ("qwen3-vl", '{"bbox_2d": [30, 2, 1, 40]}', "wrong way round"),
        ("qwen3-vl", '{"bbox_2d": [1, 2, 30, 1001]}', "outside the picture"),
        ("qwen2.5-vl", '{"bbox_2d": [1, 2, 30, 561]}', "outside the picture"),
        ("qwen3-vl", '{"bbox_2d": [-1, 2, 30, 40]}', "outside the picture"),
        ("qwen3-vl", json.dumps([{"bbox_2d": [1, 2, 3, 4]}] * 1001), "1001 entries"),
        ("internvl", "cup[[1, 2, 30, 40]]", "no list of boxes"),
        ("internvl", "<ref>cup</ref><box>[[1, 2, 30, 40]]", "no list of boxes"),
        ("internvl", "<ref>cup</ref><box>[[1, 2, 30]]</box>", "four whole numbers"),
        ("internvl", "<box>[1, 2, 30, 40</box>", "broken markup"),
        ("internvl", "<box>[[1, 2, 30, 4.5]]</box>", "four whole numbers"),
        ("internvl", "<box>[[1, 2, 30, 1001]]</box>", "outside the picture"),
        ("molmo", "a", "draws no boxes"),
        ("smolvlm", "a", "draws no boxes"),
    ],
)
def test_anything_else_is_an_error_that_shows_it(form: str, reply: str, said: str) -> None:
    with pytest.raises(ToolError, match=said):
        FAMILIES[form].read_boxes(reply, (560, 560))


@pytest.mark.parametrize(
    "reply", ['{"point_2d": [1001, 1]}', '{"point_2d": [1]}', "over there", '{"bbox_2d": [1, 2, 3, 4]}']
)
def test_points_are_read_as_strictly(reply: str) -> None:
    with pytest.raises(ToolError, match="asked for points"):
        FAMILIES["qwen3-vl"].read_points(reply, (560, 560))


@pytest.mark.parametrize("form", BOXING)
@given(st.text() | st.text(alphabet='[]{}",:.0123456789 bboxref_2dlabel<>/`'))
def test_of_any_text_nothing_but_a_tool_error_is_raised(form: str, reply: str) -> None:
    try:
        seen = FAMILIES[form].read_boxes(reply, (560, 560))
    except ToolError:
        return
    assert all(0 <= one.left < one.right <= 1 and 0 <= one.top < one.bottom <= 1 for one in seen)


@pytest.mark.parametrize(
    ("name", "family"),
    [
        ("Qwen/Qwen2.5-VL-3B-Instruct", "qwen2.5-vl"),
        ("qwen2.5-vl-7b-instruct", "qwen2.5-vl"),
        ("Qwen/Qwen3-VL-30B-A3B-Instruct-FP8", "qwen3-vl"),
        ("OpenGVLab/InternVL3-8B-hf", "internvl"),
        ("allenai/Molmo2-4B", "molmo"),
        ("HuggingFaceTB/SmolVLM2-2.2B-Instruct", "smolvlm"),
    ],
)
def test_a_model_is_known_by_its_name(name: str, family: str) -> None:
    assert family_named(name) is FAMILIES[family]


@pytest.mark.parametrize("name", ["Qwen/Qwen3-8B", "Qwen/Qwen2.5-Coder-1.5B-Instruct", "my-model"])
def test_other_names_say_nothing(name: str) -> None:
    assert family_named(name) is None


def test_vllm_is_told_what_the_family_needs() -> None:
    flags = vllm_flags("Qwen/Qwen2.5-VL-3B-Instruct")
    told = dict(zip(flags[::2], flags[1::2], strict=True))
    assert json.loads(told["--mm-processor-kwargs"])["max_pixels"] >= MOST
    assert json.loads(told["--limit-mm-per-prompt"])["image"] >= 1
    assert int(told["--max-logprobs"]) == 20 and told["--generation-config"] == "vllm"
    assert "--mm-processor-kwargs" not in vllm_flags("HuggingFaceTB/SmolVLM-Instruct")
    with pytest.raises(PrerequisiteError, match="code of its own"):
        vllm_flags("allenai/Molmo2-4B")


def test_a_box_is_as_sure_as_the_pieces_that_spell_its_numbers() -> None:
    pieces = [Token("<|im_start|>", -9.0), Token("a [", -9.0), Token("12", -0.2), Token(", ", -7.0), Token("3", -0.4)]
    reply = Told("a [12, 3", tuple(pieces))
    assert reply.sureness((3, 8)) == pytest.approx(2.718281828 ** (-0.3))
    assert Told("a [12, 3").sureness((3, 8)) is None
    assert Told("other text", tuple(pieces)).sureness((3, 6)) is None
