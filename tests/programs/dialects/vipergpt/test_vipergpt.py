"""ViperGPT's programs, read into ours: what they mean."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from viper_programs import PROGRAMS, plain, read, run

from looksmith.programs.dialects.vipergpt.front import inputs
from looksmith.sandbox.run import Sandbox
from looksmith.tools.core.registry import Registry
from looksmith.tools.core.stand_in import stand_ins
from looksmith.tools.core.values import Image


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
