"""A program about a video or an album calls a tool that can answer its question."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from looksmith.programs.check.check import check
from looksmith.programs.examples.bank import load_bank
from looksmith.programs.language.diagnostics import Diagnostic
from looksmith.programs.language.program import Program
from looksmith.programs.mend import mend
from looksmith.programs.question.needed_calls import better_call
from looksmith.programs.question.needed_tools import wrong_tools
from looksmith.programs.question.of_media import expected_given, expected_of_album, expected_of_video
from looksmith.tools.core.albums import Album
from looksmith.tools.core.registry import Registry
from looksmith.tools.core.values import Video

OFFERED = (
    *("HOW_OFTEN", "HOW_MANY", "MOST_AT_ONCE", "TOGETHER", "FIRST_SEEN", "HOW_LONG", "PART", "MOVES", "SPEED"),
    *("LAST_SEEN", "WHEN", "SEEN_ORDER", "PATH", "AT", "SEEN", "COUNT", "EXISTS"),
)


@pytest.mark.parametrize(
    ("question", "called", "better"),
    [
        ("How many times does the parcel come by?", "COUNT", "HOW_OFTEN"),
        ("Does the parcel turn up before the letter?", "MOVES", "FIRST_SEEN"),
        ("Who turns up earlier, the baker or the tailor?", "MOVES", "FIRST_SEEN"),
        ("How many different parcels come by?", "COUNT", "HOW_MANY"),
        ("Are the baker and the tailor ever together?", "FIRST_SEEN", "TOGETHER"),
        ("What is there for longer, the parcel or the letter?", "SPEED", "HOW_LONG"),
        ("Is the parcel there in the second half?", "SEEN", "PART"),
        ("Does the parcel move left or right?", "FIRST_SEEN", "MOVES"),
        ("Which is faster, the cart or the sled?", "MOVES", "SPEED"),
        ("How long does the sled stay in view?", "AREA", "HOW_LONG"),
        ("Is there ever a parcel on the sled?", "EXISTS", "SEEN"),
        ("Does the first clerk smile or frown?", "LOC", ""),
        ("Is the sled gone after 3 seconds?", "COUNT", "AT"),
    ],
)
def test_a_tool_that_tells_something_else_is_refused(question: str, called: str, better: str) -> None:
    kind = expected_of_video(question).kind
    assert wrong_tools([called], question, kind, OFFERED) == better
    assert wrong_tools([called, better], question, kind, OFFERED) == ""
    assert wrong_tools([called], question, kind, ["SEEN"]) in ("", "SEEN"), "nothing is missed that is not offered"


@pytest.mark.parametrize("example", load_bank("video"), ids=lambda example: example.question)
def test_no_right_program_is_refused(example) -> None:
    called = [name for name in (*OFFERED, "CLEAREST", "BRIGHTNESS") if f"{name}(" in example.program]
    assert wrong_tools(called, example.question, expected_of_video(example.question).kind, OFFERED) == ""


@pytest.mark.parametrize(
    ("question", "program", "line"),
    [
        (
            "How many different red sleds come by?",
            'answer = COUNT(AT(video, 0), "sled")',
            'HOW_MANY(video, "red sled")',
        ),
        (
            "Does a wooden sled ever appear?",
            'answer = EXISTS(AT(video, 0), "sled", "wooden")',
            'SEEN(video, "wooden sled")',
        ),
        (
            "Which turns up first, the sled or the red cart?",
            'answer = "sled" if COUNT(AT(video, 0), "sled") > 0 else "red cart"',
            '"sled" if FIRST_SEEN(video, "sled") < FIRST_SEEN(video, "red cart") else "red cart"',
        ),
        (
            "How long is the red cart in view?",
            'answer = AREA(LOC(CLEAREST(video, "red cart"), "cart"))',
            'HOW_LONG(video, "red cart")',
        ),
        (
            "Is the red cart there at 2.5 s?",
            'answer = SEEN(video, "cart", "2.5")',
            'EXISTS(AT(video, 2.5), "red cart")',
        ),
        ("At which second does the cart appear?", 'answer = COUNT(AT(video, 0), "cart")', 'FIRST_SEEN(video, "cart")'),
        (
            "How many different orange carts come by?",
            'answer = COUNT(AT(video, 0), "orange")',
            'HOW_MANY(video, "orange cart")',
        ),
        (
            "How many times does the green square come in?",
            'answer = COUNT(AT(video, 0), "green square")',
            'HOW_OFTEN(video, "green square")',
        ),
        (
            "Does the cart go left or right?",
            'answer = "left" if SEEN(video, "cart") else "right"',
            'MOVES(video, "cart")',
        ),
    ],
)
def test_the_line_to_write_is_told_and_taken(question: str, program: str, line: str, pocket: Registry) -> None:
    is_mended(question, program, line, pocket, {"video": Video})


def is_mended(question: str, program: str, line: str, pocket: Registry, inputs: Mapping[str, Any]) -> None:
    expected = expected_given(question, inputs)
    refused = check(Program(program, question), pocket, inputs, expected)
    assert isinstance(refused, tuple) and refused[0].hint == f"Write answer = {line}"

    def problems(source: str) -> Sequence[Diagnostic]:
        found = check(Program(source, question), pocket, inputs, expected)
        return found if isinstance(found, tuple) else ()

    assert mend(program, question, problems) == f"answer = {line}".replace('"', "'")


@pytest.mark.parametrize(
    ("question", "program", "line"),
    [
        (
            "How many of our photos have a sled in them?",
            'answer = TOTAL(album, "sled")',
            'len(PHOTOS_WITH(album, "sled"))',
        ),
        (
            "On how many of them is there no red sled?",
            'answer = TOTAL(album, "sled")',
            'len(PHOTOS_WITHOUT(album, "red sled"))',
        ),
        (
            "Which picture has the largest number of sleds?",
            'answer = PHOTOS_WITH(album, "sled", least=1)',
            'PHOTO_WITH_MOST(album, "sled")',
        ),
        (
            "Is there a sled in any of the pictures?",
            'answer = EXISTS(OPEN(album), "sled")',
            'len(PHOTOS_WITH(album, "sled")) > 0',
        ),
        (
            "Does every photo show a sled?",
            'answer = EXISTS(OPEN(album), "sled")',
            'len(PHOTOS_WITH(album, "sled")) == len(album)',
        ),
    ],
)
def test_so_it_is_with_albums(question: str, program: str, line: str, pocket: Registry) -> None:
    is_mended(question, program, line, pocket, {"album": Album})


@pytest.mark.parametrize(
    ("question", "program"),
    [
        ("How many photos show two sleds?", 'answer = TOTAL(album, "sled")'),
        ("How many photos show a sled and a goose?", 'answer = TOTAL(album, "sled")'),
    ],
)
def test_nothing_is_left_out_of_a_question_about_an_album(question: str, program: str) -> None:
    expected = expected_of_album(question)
    assert better_call("PHOTOS_WITH", question, expected, ast.parse(program))[1] is False


@pytest.mark.parametrize("example", load_bank("album"), ids=lambda example: example.question)
def test_no_right_program_about_an_album_is_refused(example) -> None:
    called = re.findall(r"[A-Z_]{3,}", example.program)
    kind = expected_of_album(example.question).kind
    assert wrong_tools(called, example.question, kind, ["PHOTOS_WITH", "PHOTO_WITH_MOST"], "album") == ""


@pytest.mark.parametrize(
    ("question", "program"),
    [
        ("How many different sleds come by?", 'answer = COUNT(AT(video, 0), "goose")'),
        ("How many different sleds come by?", "answer = len(THINGS(AT(video, 0)))"),
        ("Does the cart stand still?", 'answer = EXISTS(AT(video, 0), "cart")'),
        ("Do you ever see a cart and a goose?", 'answer = EXISTS(AT(video, 0), "cart")'),
        ("Is there a cart but no goose at 2 seconds?", 'answer = EXISTS(CLEAREST(video, "cart"), "cart")'),
    ],
)
def test_what_to_look_for_is_never_made_up(question: str, program: str) -> None:
    expected = expected_of_video(question)
    tool = wrong_tools(["COUNT"], question, expected.kind, OFFERED)
    assert better_call(tool, question, expected, ast.parse(program))[1] is False


@pytest.mark.parametrize("tool", OFFERED)
@pytest.mark.parametrize("question", ["Is it there at 3 seconds?", "When is it gone?", "Red?", "How long?", ""])
def test_every_tool_can_be_told(tool: str, question: str) -> None:
    call, answers = better_call(tool, question, expected_of_video(question), ast.parse("answer = 1"))
    assert ast.parse(call) and not answers
