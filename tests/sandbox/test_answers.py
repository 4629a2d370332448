"""What comes back from a worker: answers, printed text, and the place of each tool call."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sandboxed import IMAGE, Served, run

from looksmith.sandbox.run import Request, Sandbox
from looksmith.tools.core.values import Box, Mask, Point, Video

# Answers


@pytest.mark.parametrize(
    "source",
    [
        "None",
        "True",
        "-7",
        "2**63 - 1",
        "1.5",
        "'ä\\n'",
        "[1, [2]]",
        "(1, 'a')",
        "{1, 2}",
        "{'a': (1,), 2: None}",
        "[]",
    ],
)
def test_answers_keep_their_type(sandbox: Sandbox, source: str) -> None:
    outcome = run(sandbox, f"answer = {source}")
    assert outcome.kind == "ok"
    assert repr(outcome.answer) == repr(eval(source))
    assert outcome.message == ""


@pytest.mark.parametrize(
    "source",
    [
        "lambda: 1",
        "len",
        "T",
        "10**400",
        "[" * 20 + "]" * 20,
        "'x' * 2_000_000",
        "(x for x in [1])",
        "[1, zip([1], [2])]",
        "{1: len}",
        "range(3)",
        "b'bytes'",
        "1j",
        "'\\ud800'",
    ],
)
def test_answers_that_cannot_be_told_are_errors(sandbox: Sandbox, source: str) -> None:
    outcome = run(sandbox, f"kept = 3\nprint(1)\nanswer = {source}")
    assert (outcome.kind, outcome.answer) == ("type_error", None), outcome
    assert outcome.message.startswith("The answer cannot be sent")
    assert (outcome.variables, outcome.printed) == ({"kept": 3}, "1\n")


def test_arguments_that_cannot_be_told_are_errors(sandbox: Sandbox) -> None:
    outcome = run(sandbox, "x = 1\nT(lambda: 1)\nanswer = 1")
    assert (outcome.kind, outcome.line) == ("type_error", 2)


@pytest.mark.parametrize("result", [2**70, "x" * 2_000_000, object(), b"x"], ids=["int", "text", "object", "bytes"])
def test_a_result_that_cannot_enter_is_the_tools_error(sandbox: Sandbox, result: object) -> None:
    outcome = run(sandbox, "x = 1\ny = T()\nanswer = y", Served(lambda _request: result))
    assert (outcome.kind, outcome.line) == ("tool_error", 2), outcome
    assert "T" in outcome.message
    assert outcome.variables == {"x": 1}


def test_an_image_is_an_answer_and_comes_back_as_itself(sandbox: Sandbox) -> None:
    part = IMAGE.crop(Box(10, 10, 20, 30))
    mask = Mask(2, 1, (1, 1), "cat", 0.5)
    given: list[Any] = []

    def serve(request: Request) -> Any:
        given.extend(request.args)
        return {"T": part, "U": mask}.get(request.tool, 1)

    source = """\
crop = T(image)
mask = U(crop)
LOC(mask, [crop, image])
answer = [crop, image, mask]
same = crop == T(image)
"""
    outcome = run(sandbox, source, serve)
    assert outcome.kind == "ok", outcome
    assert [id(v) for v in outcome.answer] == [id(part), id(IMAGE), id(mask)]
    assert given[:3] == [IMAGE, part, mask]
    assert given[1] is part
    assert given[2] is mask
    assert given[3][0] is part
    assert outcome.variables["same"] is True
    assert outcome.variables["mask"] is mask


def test_a_program_sees_sizes_and_no_pixels(sandbox: Sandbox) -> None:
    mask = Mask(3, 2, (1, 2, 3), "cat", 0.5)
    source = "m = T()\nanswer = [image.width, image.height, m.area, m.box.left, m.label, m.score, str(image), T(1).x]"
    outcome = run(sandbox, source, Served(lambda r: Point(4, 5) if r.args else mask))
    assert outcome.answer == [60, 40, 2, 0, "cat", 0.5, "<image 60 x 40>", 4]
    for attribute in ("number", "pixels", "source", "array", "crop"):
        assert run(sandbox, f"answer = image.{attribute}").kind == "crashed"


def test_a_video_is_a_handle_with_its_length(sandbox: Sandbox) -> None:
    clip = Video(Path("/home/me/cat.mp4"), "ab" * 32, 60, 40, 25.0, tuple(range(50)))
    source = """\
video = T()
LOC(video, [video, image])
same = video == T() and video != image
answer = [video, video.width, video.height, video.fps, video.frames, video.seconds, str(video)]
"""
    served = Served(lambda request: {"T": clip}.get(request.tool, 1))
    outcome = run(sandbox, source, served)
    assert outcome.answer == [clip, 60, 40, 25.0, 50, 2.0, "<video of 50 frames>"], outcome
    assert outcome.answer[0] is clip
    assert [given is clip for given in (served.requests[1].args[0], served.requests[1].args[1][0])] == [True, True]
    assert outcome.variables["same"] is True
    for attribute in ("number", "path", "source", "times"):
        assert run(sandbox, f"video = T()\nanswer = video.{attribute}", served).kind == "crashed"


def test_a_print_flood_is_bounded(sandbox: Sandbox) -> None:
    outcome = run(sandbox, "for i in range(50_000):\n    print('x' * 100)\nprint('y' * 10_000_000)\nanswer = 1")
    assert outcome.kind == "ok"
    assert 1_000 < len(outcome.printed) <= 20_000


# Places of tool calls


def test_each_call_has_its_line_and_column() -> None:
    source = """\
a = T(1)
b = [T(i) for i in range(2)]
for i in range(2):
    U(i)
c = (T(1) +
     U(2))
d = T(
    U(1),
    x=LOC(2),
)
def helper(n):
    return LOC(n)
e = helper(1) + helper(2)
f = sorted([1, 2], key=lambda n: T(n))
g = T(1) if U(0) else 3
h = sorted([2], key=U)
i = f"{T(1)}"
j = LOC(*[1], **{"x": 2})
k = {n: T(n) for n, _ in [(1, 2)]}
l = sum(T(n) for n in [1])
a += T(1)
image.width; T(2)
answer = T(T(1))
"""
    served = Served()
    with Sandbox() as roomy:
        assert run(roomy, source, served).kind == "ok"
    assert served.places == [
        ("T", 1, 4),
        *(("T", 2, 5), ("T", 2, 5)),
        *(("U", 4, 4), ("U", 4, 4)),
        *(("T", 5, 5), ("U", 6, 5)),
        *(("U", 8, 4), ("LOC", 9, 6), ("T", 7, 4)),
        *(("LOC", 12, 11), ("LOC", 12, 11)),
        *(("T", 14, 33), ("T", 14, 33)),
        *(("U", 15, 12), ("T", 15, 4)),
        ("U", 16, 4),
        ("T", 17, 7),
        ("LOC", 18, 4),
        ("T", 19, 8),
        ("T", 20, 8),
        ("T", 21, 5),
        ("T", 22, 13),
        *(("T", 23, 11), ("T", 23, 9)),
    ]


def test_arguments_arrive_as_they_were_given(sandbox: Sandbox) -> None:
    served = Served()
    run(sandbox, "answer = T(image, 'boat', [1, (2, None)], margin=0.5, **{'deep': {'k': {1}}})", served)
    (request,) = served.requests
    assert request.args == (IMAGE, "boat", [1, (2, None)])
    assert request.kwargs == {"margin": 0.5, "deep": {"k": {1}}}


@pytest.mark.parametrize(
    "source", ["(a, b) = (c, d) = [T(), T()]", "a = (b, c) = T(), U()", "a, *b = c = [T(2), T(3)]"]
)
def test_a_value_for_several_names_is_made_once(sandbox: Sandbox, source: str) -> None:
    served = Served()
    assert run(sandbox, f"{source}\nanswer = a", served).kind == "ok"
    assert len(served.requests) == 2
