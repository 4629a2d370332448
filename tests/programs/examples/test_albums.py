"""The examples about albums: right, run, and of every tool; and what questions about albums say of their answers."""

from __future__ import annotations

from pathlib import Path

import pytest
import xgrammar

from looksmith.agent.setup.settings import Settings
from looksmith.programs.check.check import Checked, check
from looksmith.programs.examples.bank import inputs_of, load_bank
from looksmith.programs.grammar.grammar import grammar
from looksmith.programs.language.diagnostics import render
from looksmith.programs.language.program import Program
from looksmith.programs.question.expected_answer import AnswerKind
from looksmith.programs.question.of_media import expected_of_album
from looksmith.sandbox.run import Sandbox
from looksmith.tools.core.albums import Album
from looksmith.tools.core.example import Example
from looksmith.tools.core.registry import Registry
from looksmith.tools.core.stand_in import blank_image, stand_in_value, stand_ins
from looksmith.tools.core.values import Image
from looksmith.tools.engine.executor import Executor

BANK = load_bank("album")


@pytest.fixture(scope="module")
def offered(shared_home: Path) -> Registry:
    """The tools that questions about albums are offered."""
    return Settings(shared_home, device="cpu").bench(about="album").registry


def test_no_question_is_asked_twice_and_no_example_is_in_another_bank() -> None:
    assert len({example.question.lower() for example in BANK}) == len(BANK) > 150
    assert all("album" in inputs_of(example) for example in BANK)
    assert not any("album" in inputs_of(example) for example in (*load_bank(), *load_bank("video")))


def test_every_example_is_right(offered: Registry) -> None:
    wrong: list[str] = []
    for example in BANK:
        expected = expected_of_album(example.question)
        found = check(Program(example.program, example.question), offered, inputs_of(example), expected)
        if not isinstance(found, Checked):
            wrong.append(f"{example.question} {render(found, example.program)}")
    assert wrong == []


def test_every_tool_about_albums_is_shown_and_every_program_runs(offered: Registry) -> None:
    pretended = stand_ins(offered)
    executor, shown = Executor(pretended), set[str]()
    programs: dict[str, Example] = {example.program: example for example in BANK}
    with Sandbox() as sandbox:
        for program, example in programs.items():
            checked = check(Program(program), pretended, inputs_of(example))
            assert isinstance(checked, Checked)
            shown |= {*checked.tools}
            given = {"album": stand_in_value(Album), "image": blank_image()}

            def call(request):
                return executor.call(request.tool, request.args, request.kwargs).value

            outcome = sandbox.run(checked, {name: given[name] for name in inputs_of(example)}, call)
            assert outcome.kind == "ok", (program, outcome.message)
    of_albums = {tool.name for tool in offered if any(p.type is Album for f in tool.signatures for p in f.parameters)}
    assert of_albums <= shown and len(of_albums) == 8


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("Which of my pictures show a lighthouse?", "photos"),
        ("What photos have a red tram in them?", "photos"),
        ("Where can you see a lighthouse?", "photos"),
        ("Pictures with a tram", "photos"),
        ("Show me the one with the largest number of trams.", "photos"),
        ("Of the pictures with a tram, which shows the most people?", "photos"),
        ("find the three most like this one", "photos"),
        ("how many have nobody in them?", "number"),
        ("In how many photos is there a tram?", "number"),
        ("How many trams are there on all pictures?", "number"),
        ("do all photos show a tram?", "yes/no"),
        ("Are there photos in which a tram is seen?", "yes/no"),
        ("Are there trams in three or more of the pictures?", "yes/no"),
        ("Is a tram or a bus in more of the pictures?", "choice"),
        ("What color is the tram in harbor.jpg?", "color"),
    ],
)
def test_a_question_says_whether_it_asks_for_photos(question: str, kind: AnswerKind) -> None:
    assert expected_of_album(question).kind == kind


def test_a_wrong_kind_of_answer_is_sent_back_with_what_to_write(offered: Registry) -> None:
    chosen, album = 'PHOTOS_WITH(album, "tram")', {"album": Album}

    def hint(question: str, answer: str) -> str:
        found = check(Program(f"answer = {answer}", question), offered, album, expected_of_album(question))
        assert not isinstance(found, Checked)
        return found[0].hint

    assert hint("How many photos show a tram?", chosen) == f"Write answer = len({chosen.replace(chr(34), chr(39))})."
    assert "PHOTOS_WITH(album, name)" in hint("Which photos show a tram?", f"len({chosen})")
    assert "Ask the tools about its photos" in hint("Which photos show a tram?", "sorted(album)")


def test_the_grammar_admits_the_examples_and_no_other_kind_of_answer(offered: Registry) -> None:
    compiler = xgrammar.GrammarCompiler(xgrammar.TokenizerInfo([]), max_threads=1)

    def admits(kind: AnswerKind, program: str) -> bool:
        matcher = xgrammar.GrammarMatcher(compiled[kind], terminate_without_stop_token=True)
        return matcher.accept_string(program.strip()) and matcher.is_terminated()

    kinds: tuple[AnswerKind, ...] = ("photos", "number", "yes/no")
    inputs = {"album": Album, "image": Image}
    compiled = {kind: compiler.compile_grammar(grammar(offered, inputs, kind)) for kind in kinds}
    said = {(expected_of_album(example.question).kind, example.program) for example in BANK}
    assert [program for kind, program in said if kind in kinds and not admits(kind, program)] == []
    counted = 'answer = len(PHOTOS_WITH(album, "horse"))'
    assert admits("number", counted) and not admits("photos", counted)
    assert not admits("yes/no", 'answer = PHOTOS_WITH(album, "horse")')
