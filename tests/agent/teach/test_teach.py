"""Corrected programs become examples, which the next questions are shown."""

from __future__ import annotations

import json
import re
import shutil
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from engines import Said, Tools, bare_settings, red
from played import Server

from looksmith import Looksmith
from looksmith.agent.ask.writing import Writing
from looksmith.agent.cli.main import main
from looksmith.agent.debug.replay import Replayer
from looksmith.agent.setup.home import find_home
from looksmith.agent.setup.settings import Settings
from looksmith.agent.teach.lesson import RunCorrection, Teacher
from looksmith.agent.teach.right_answer import RightAnswer
from looksmith.agent.traces.run_record import RunRecord
from looksmith.agent.traces.runs import StoredRun
from looksmith.agent.traces.verdicts import Verdict, write_verdict
from looksmith.programs.examples.duplicates import Bank
from looksmith.programs.examples.taught import TaughtExample, TaughtFolder, append_to, export_text
from looksmith.tools.core.errors import InputError
from looksmith.tools.core.example import Example, read_examples
from looksmith.tools.engine.executor import Executor

TOOLS = '''
from looksmith import Image, tool

@tool
def SHADE(image: Image) -> int:
    """The red of the first pixel, 0 to 255."""
    return int(image.array()[0, 0, 0])

@tool
def HALF(number: int) -> int:
    """Half of a number."""
    return number // 2
'''
RED, HALF_RED = "How much red is there?", "How much is half of the red?"
DARK, VERY_DARK = "Is the picture dark?", "Is it very dark?"
PROGRAMS = {
    RED: "shade = SHADE(image)\nanswer = shade",
    HALF_RED: "shade = SHADE(image)\nanswer = shade",
    DARK: "answer = SHADE(image) > 99",
}
HALVED = "shade = SHADE(image)\nanswer = HALF(shade)"
Look = Callable[..., Result]


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """A language model."""
    made = Server(lambda asked: PROGRAMS.get(asked.rpartition("Question: ")[2].splitlines()[0], "answer = SHADE()"))
    yield made
    made.stop()


def looking(home: Path, server: Server) -> Look:
    settings = bare_settings(home)
    tools = ["--profile", settings.profile, "--tools", str(home / "tools.py")]
    given = {
        "ask": [*tools, "--base-url", server.url, "--samples", "1", "--repairs", "0"],
        "eval": [*tools, "--base-url", server.url, "--samples", "1", "--repairs", "0", "--only-tools"],
        "teach": tools,
    }

    def run(name: str, *words: str, **more: Any) -> Result:
        words = (*words, "--home", str(home), *given.get(name, []))
        return CliRunner().invoke(main, [name, *words], catch_exceptions=False, **more)

    return run


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with a run for each question."""
    home = tmp_path_factory.mktemp("asked")
    (home / "tools.py").write_text(TOOLS)
    red(60).save(home / "photo.png")
    llm, once = Said(), Writing(samples=1, repairs=0)
    llm.say = lambda question: PROGRAMS.get(question, "answer = SHADE()")
    with Looksmith(llm=llm, settings=replace(bare_settings(home), tool_files=(home / "tools.py",))) as looksmith:
        for question in (RED, HALF_RED, DARK, VERY_DARK):
            looksmith.ask(home / "photo.png", question, writing=once)
    return home


@pytest.fixture
def home(asked: Path, tmp_path: Path) -> Path:
    """The same for a test alone."""
    return Path(shutil.copytree(asked, tmp_path / "home"))


@pytest.fixture
def look(home: Path, server: Server) -> Look:
    """`look("teach", ...)` with the test's own tools and language model."""
    return looking(home, server)


def link_weights(home: Path) -> None:
    """Let a home find examples by meaning."""
    (home / "weights").symlink_to(find_home() / "weights")


@pytest.fixture
def teacher(home: Path) -> Iterator[Teacher]:
    """Who teaches in that home."""
    settings = replace(bare_settings(home), tool_files=(home / "tools.py",))
    registry = settings.offered()
    with settings.sandbox() as sandbox:
        replayer = Replayer(registry, sandbox, settings.runs, Executor(registry))
        yield Teacher(replayer, registry, Bank(()))


@pytest.fixture
def runs(home: Path) -> dict[str, StoredRun]:
    """The run of each question."""
    stored = [
        Settings(home).runs.load(record.id) for record in Settings(home).runs.list() if isinstance(record, RunRecord)
    ]
    return {run.record.question: run for run in stored}


def taught(home: Path) -> list[TaughtExample]:
    return list(TaughtFolder(home / "examples").load().examples.values())


def test_a_corrected_line_becomes_an_example_that_can_be_read_and_removed(
    look: Look, home: Path, runs: dict[str, StoredRun]
) -> None:
    run = runs[HALF_RED].name
    done = look("teach", run, "--line", "2", "answer = HALF(shade)", "--answer", "30")
    assert done.exit_code == 0, done.output
    (example,) = taught(home)
    assert (example.question, example.program.strip(), example.answer, example.run) == (HALF_RED, HALVED, "30", run)
    (path,) = (home / "examples").iterdir()
    assert HALVED in path.read_text()
    proof = Settings(home).runs.load("last").record
    assert (proof.parent, proof.answer) == (run, 30)

    assert path.stem in look("examples").stdout
    assert HALVED in look("examples", "show", path.stem[:8]).stdout
    assert look("examples", "export", str(home / "mine.toml")).exit_code == 0
    (exported,) = tomllib.loads((home / "mine.toml").read_text())["example"]
    assert (exported["question"], exported["program"].strip()) == (HALF_RED, HALVED)
    again = look("teach", run, "--line", "2", "answer = HALF(shade)", "--answer", "30")
    assert again.exit_code == 2
    assert "There is such an example already" in again.stderr and HALF_RED in again.stderr
    assert look("examples", "rm", path.stem).exit_code == 0
    assert taught(home) == []


@pytest.mark.parametrize(
    ("program", "said"),
    [
        ("answer = SHADE(image) + 1", "The program answers 61, and 30 is right."),
        ("answer = SHADE(image", "This is not Python"),
        ("answer = NONE(image)", "NONE"),
        ("answer = SHADE(image) > 3", "The question asks for a number"),
        ("answer = SHADE(images[0])", "The question is about 1 images"),
        ("answer = [1][SHADE(image)]", "ends with crashed"),
    ],
)
def test_a_program_that_is_not_right_is_refused(
    teacher: Teacher, runs: dict[str, StoredRun], program: str, said: str
) -> None:
    with pytest.raises(InputError, match=re.escape(said)):
        teacher.lesson(runs[HALF_RED], RunCorrection(program, RightAnswer.told(30)))


def test_a_run_whose_program_was_refused_can_be_taught(teacher: Teacher, runs: dict[str, StoredRun]) -> None:
    assert runs[VERY_DARK].record.outcome == "type_error"
    example, proof = teacher.lesson(
        runs[VERY_DARK], RunCorrection("answer = SHADE(image) < 99", RightAnswer.told("yes"))
    )
    assert (example.question, example.answer, proof.record.answer) == (VERY_DARK, "yes", True)


def test_a_wrong_result_of_a_tool_can_be_corrected_beside_the_program(
    teacher: Teacher, runs: dict[str, StoredRun]
) -> None:
    example, proof = teacher.lesson(runs[HALF_RED], RunCorrection(HALVED, RightAnswer.told(50), {1: 100}))
    assert (example.answer, proof.record.answer) == ("50", 50)


def test_with_the_answer_alone_a_person_chooses_among_programs_that_give_it(
    look: Look, home: Path, runs: dict[str, StoredRun]
) -> None:
    run = runs[DARK].name
    refused = look("teach", run, "--answer", "yes", input="n\n" * 9)
    assert (refused.exit_code, "No program was accepted" in refused.stderr) == (2, True)
    done = look("teach", run, "--answer", "yes", input="y\n")
    assert done.exit_code == 0, done.output
    assert "by line 1: answer = SHADE(image) < 99 instead of" in done.stdout
    assert [one.program.strip() for one in taught(home)] == ["answer = SHADE(image) < 99"]


def test_without_anybody_who_says_what_is_right_nothing_is_taught(look: Look, runs: dict[str, StoredRun]) -> None:
    run = runs[DARK]
    correct = ("teach", run.name, "--line", "1", "answer = SHADE(image) < 99")
    done = look(*correct)
    assert (done.exit_code, "Pass --answer VALUE" in done.stderr) == (2, True)
    write_verdict(run.folder, Verdict(run=run.name, right=False, answer=True))
    assert look(*correct).exit_code == 0


def test_a_plug_in_gets_the_example_in_its_own_file(look: Look, home: Path, runs: dict[str, StoredRun]) -> None:
    own = home / "own.toml"
    own.write_text("# Mine.\n" + export_text([Example(question="What?", program="answer = SHADE(image)")]))
    correct = ("--line", "2", "answer = HALF(shade)", "--answer", "30", "--plugin", str(own))
    assert look("teach", runs[HALF_RED].name, *correct).exit_code == 0
    assert own.read_text().startswith("# Mine.\n")
    assert [one.question for one in read_examples(own.read_text(), "own")] == ["What?", HALF_RED]
    assert taught(home) == []
    assert look("teach", runs[HALF_RED].name, *correct).exit_code == 2


def test_a_damaged_example_is_told_once_and_the_others_are_used(look: Look, home: Path) -> None:
    TaughtFolder(home / "examples").add(TaughtExample(question=HALF_RED, program=HALVED))
    broken = home / "examples" / "a-broken.toml"
    for text in (b"question = ", b'question = "What?"\n', b"\xff", b'question = "Q"\nprogram = "p"\nother = 1\n'):
        broken.write_bytes(text)
        listed = look("examples")
        assert listed.exit_code == 0 and len(listed.stdout.splitlines()) == 1
        assert listed.stderr.count("a-broken.toml is not an example") == 1
    link_weights(home)
    answered = look("ask", str(home / "photo.png"), RED)
    assert answered.stdout == "60\n"
    assert answered.stderr.count("a-broken.toml") == 1
    assert look("examples", "rm", "a-broken").exit_code == 0


# -- from evaluations


def evaluated(look: Look, home: Path, name: str, answers: dict[str, Any]) -> Path:
    rows = [{"id": q, "image": "photo.png", "question": q, "answer": answer} for q, answer in answers.items()]
    (home / "questions.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    done = look("eval", str(home / "questions.jsonl"), "--out", str(home / name))
    assert done.exit_code == 0, done.output
    return home / name


def test_right_programs_of_an_evaluation_are_proposed_where_their_shape_is_new(look: Look, home: Path) -> None:
    folder = evaluated(look, home, "first", {RED: 60, HALF_RED: 30, DARK: "yes"})
    # One shape was right for a question and wrong for another: only a person may take it.
    done = look("teach", "--from", str(folder), "--yes")
    assert (done.exit_code, taught(home)) == (0, [])
    runs = {Settings(home).runs.load(str(one)).record.question: one for one in (folder / "runs").iterdir()}
    write_verdict(runs[DARK], Verdict(run=runs[DARK].name, right=True))
    assert look("teach", "--from", str(folder), "--yes").exit_code == 0
    assert [one.question for one in taught(home)] == [DARK]
    done = look("teach", "--from", str(folder), input="y\n")
    assert "right 1 and wrong 1 times" in done.stdout
    assert {one.question for one in taught(home)} == {DARK, RED}
    assert "0 of 0 proposals" in look("teach", "--from", str(folder), "--yes").stderr


def test_an_example_that_harms_others_is_named(look: Look, home: Path) -> None:
    link_weights(home)
    before = evaluated(look, home, "before", {RED: 60, HALF_RED: 60, DARK: "yes"})
    folder = TaughtFolder(home / "examples")
    name = folder.add(TaughtExample(question=HALF_RED, program=HALVED)).stem
    wrong = {**PROGRAMS, RED: "answer = 0", DARK: "answer = SHADE(image) < 99"}
    kept = dict(PROGRAMS)
    PROGRAMS.update(wrong)
    try:
        after = evaluated(look, home, "after", {RED: 60, HALF_RED: 60, DARK: "yes"})
    finally:
        PROGRAMS.update(kept)
    done = look("examples", "effect", str(before), str(after), "--json")
    found = json.loads(done.stdout.splitlines()[-1])
    assert (found["before"], found["after"], found["better"], found["worse"]) == (2, 2, [DARK], [RED])
    (effect,) = found["examples"]
    assert (effect["shown"], effect["worse"], found["harmful"]) == (3, [RED], [])
    folder.add(TaughtExample(question="Never asked?", program="answer = 1"))
    text = look("examples", "effect", str(before), str(after)).stdout
    assert f"Became wrong: {RED}" in text and name[:12] in text and "Never" not in text


# -- what questions are shown


def test_the_next_question_is_shown_what_was_just_taught(home: Path) -> None:
    link_weights(home)
    llm = Said()
    llm.say = lambda question: "answer = SHADE(image)"
    settings = bare_settings(home)
    with Looksmith(tools=[Tools()], llm=llm, settings=settings) as looksmith:
        looksmith.ask(red(), RED)
        folder = settings.taught
        folder.add(TaughtExample(question=HALF_RED, program="answer = SHADE(image) // 2"))
        looksmith.ask(red(), "How much is half of the blue?")
        shown = [message["content"] for message in llm.asked[-1]]
        assert "answer = SHADE(image) // 2" in shown
        folder.find("how").unlink()
        looksmith.ask(red(), "How much is half of the blue?")
        assert "answer = SHADE(image) // 2" not in [message["content"] for message in llm.asked[-1]]


@pytest.mark.parametrize(
    ("question", "program", "new"),
    [
        ("how many DOGS are there", "answer = 3", False),
        ("How many cats are there?", 'cats = COUNT(image, "cat")\nanswer = cats', False),
        ("How many cats are there?", 'answer = COUNT(image, "cat") + 1', True),
        ("Are there many cats?", 'cats = COUNT(image, "cat")\nanswer = cats', True),
    ],
)
def test_an_example_is_new_if_question_or_shape_is(question: str, program: str, new: bool) -> None:
    bank = Bank((Example(question="How many dogs are there?", program='dogs = COUNT(image, "dog")\nanswer = dogs'),))
    assert any(bank.duplicates_of(Example(question=question, program=program))) != new


@pytest.mark.parametrize(
    "program", ["a = '''x'''\nanswer = a", "a = \"\"\"x\"\"\"\nanswer = '''y'''", 'answer = "\\n"']
)
def test_every_program_is_written_to_a_file_and_read_back(home: Path, program: str) -> None:
    folder = TaughtFolder(home / "examples")
    path = folder.add(TaughtExample(question='Is "it" \\ red?', program=program))
    assert folder.load().examples[path.stem].program.strip() == program
    append_to(home / "own.toml", Example(question="Why?", program=program))
    append_to(home / "own.toml", Example(question="How?", program=program))
    assert [one.program.strip() for one in read_examples((home / "own.toml").read_text(), "own")] == [program] * 2


def test_a_folder_without_examples_has_no_problems(home: Path) -> None:
    folder = TaughtFolder(home / "nothing")
    assert (folder.load().examples, folder.load().told, folder.stamp()) == ({}, "", ())
    with pytest.raises(InputError, match="There is no example 'x'"):
        folder.find("x")
