"""A program about a video calls a tool that can answer its question."""

from __future__ import annotations

import pytest

from looksmith.programs.examples.bank import load_bank
from looksmith.programs.question.of_videos import expected_of_video
from looksmith.programs.question.video_tools import USED_LIKE, wrong_tools

OFFERED = (*USED_LIKE, "LAST_SEEN", "WHEN", "SEEN_ORDER", "PATH", "AT", "SEEN", "COUNT", "EXISTS")


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
