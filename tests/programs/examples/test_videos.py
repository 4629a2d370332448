"""The examples about videos: right, run, of every tool, and never in the prompt of a question about images."""

from __future__ import annotations

from pathlib import Path

import pytest

from looksmith.agent.setup.settings import Settings
from looksmith.programs.check.check import Checked, check
from looksmith.programs.examples import bank
from looksmith.programs.examples.bank import FILMED, inputs_of, load_bank, load_kinds
from looksmith.programs.language.diagnostics import render
from looksmith.programs.language.program import Program
from looksmith.programs.prompt import messages
from looksmith.programs.question.expected_answer import expected_answer
from looksmith.programs.question.of_media import expected_of_video
from looksmith.sandbox.run import Sandbox
from looksmith.tools.core.example import Example
from looksmith.tools.core.registry import Registry
from looksmith.tools.core.stand_in import stand_in_value, stand_ins
from looksmith.tools.core.values import Image, Video
from looksmith.tools.engine.executor import Executor

BANK = load_bank("video")


@pytest.fixture(scope="module")
def offered(shared_home: Path) -> Registry:
    """The tools that questions about videos are offered."""
    return Settings(shared_home, device="cpu").bench(about="video").registry


def test_the_examples_are_about_videos_alone_and_no_question_is_asked_twice() -> None:
    assert all(inputs_of(example) is FILMED for example in BANK) and len(BANK) > 120
    assert len({example.question.lower() for example in BANK}) == len(BANK)
    assert not any("video" in example.program for example in load_bank())
    others = {*load_bank()} | {*load_bank("album")}
    assert {*BANK} | others == {example for examples in load_kinds().values() for example in examples}


@pytest.mark.parametrize("example", BANK, ids=lambda example: example.question)
def test_every_example_is_right(example: Example, offered: Registry) -> None:
    found = check(Program(example.program, example.question), offered, FILMED, expected_of_video(example.question))
    assert isinstance(found, Checked), render(found, example.program)


def test_every_tool_about_videos_is_shown_and_every_program_runs(offered: Registry) -> None:
    pretended = stand_ins(offered)
    executor, shown = Executor(pretended), set[str]()
    with Sandbox() as sandbox:
        for program in {example.program: example for example in BANK}.values():
            checked = check(Program(program.program, program.question), pretended, FILMED)
            assert isinstance(checked, Checked)
            shown |= {*checked.tools}

            def call(request):
                return executor.call(request.tool, request.args, request.kwargs).value

            outcome = sandbox.run(checked, {"video": stand_in_value(Video)}, call)
            # Stand-ins see everything, so that none of three is never seen.
            assert outcome.kind == "ok" or "not SEEN" in program.program, (program.program, outcome.message)
    of_videos = {tool.name for tool in offered if any(p.type is Video for f in tool.signatures for p in f.parameters)}
    assert of_videos <= shown and len(of_videos) > 12


def test_a_prompt_about_images_is_the_same_as_if_there_were_no_videos_and_albums(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def asked() -> list[object]:
        made = Settings(home, device="cpu").bench()
        assert made.retriever and made.grammar
        told: list[object] = []
        for inputs in ({"image": Image}, {"images": list[Image]}):
            for question in ("When does it rain?", "How many dogs come first?", "Is the bus left or right?"):
                near = made.retriever.nearest(question, 4, inputs)
                told += messages(made.registry, made.examples, question, (), inputs, nearest=near)
            told.append(made.grammar(inputs, expected_answer("Is it?").kind))
        return told

    with_others, kinds, wordings = asked(), load_kinds(), load_kinds("wordings")
    said = "".join(str(text).lower() for text in with_others)
    assert "video" not in said and "album" not in said
    images = {kind: one for kind, one in kinds.items() if kind not in ("videos", "albums")}
    monkeypatch.setattr(bank, "load_kinds", lambda folder="": wordings if folder else images)
    for offer in ("_offer_videos", "offer_albums"):
        monkeypatch.setattr(f"looksmith.tools.profiles.builtin_tools.{offer}", lambda *_: None)
    assert asked() == with_others
