"""Evaluations from end to end: real tools, sandbox and processes; only the language model is played."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from evaluating import Look, Numbers, draw, results, right
from played import Server

from looksmith.agent.evaluate.intervals import wilson


def test_every_question_is_asked_and_scored(look: Look, numbers: Numbers, server: Server, home: Path) -> None:
    done = look()
    assert (done.exit_code, "9 of 9 questions, 5 different" in done.output) == (0, True), done.output
    found = numbers()
    assert (found["n"], found["accuracy"], found["consistency"], found["valid_first_try"]) == (9, 1, 1, 1)
    assert (found["complete"], found["outcomes"], found["split"]) == (True, {"ok": 9}, "test")
    assert found["accuracy_interval"] == pytest.approx(wilson(9, 9))
    assert sorted(server.asked) == sorted(
        ["what shape?", "what color?", *(f"is number {i} a circle?" for i in range(3))]
    )
    assert found["tokens"] == {"prompt": 500, "completion": 50}
    assert found["baseline"] == {"answer": "circle", "accuracy": pytest.approx(2 / 9)}
    assert found["command"].startswith("looksmith")
    assert found["versions"]["python"]
    assert found["plan"]["model"] == "played"
    rows = results(home)
    assert len({row["id"] for row in rows}) == 9
    for row in rows:
        (run,) = home.glob(f"evals/*/runs/{row['run']}/run.json")
        assert json.loads(run.read_text())["question"] == row["question"]


def test_failures_are_wrong_and_counted_by_kind(look: Look, numbers: Numbers, server: Server, data: Path) -> None:
    (data / "test" / "images" / "2.png").write_bytes(b"no image")
    server.say = lambda asked: "answer = NO_SUCH_TOOL(image)" if "what color?" in asked else right(asked)
    done = look("easy-vqa", "--data", data, "--repairs", "1")
    found = numbers()
    assert done.exit_code == 0
    assert found["outcomes"]["input_error"] == 3
    assert found["outcomes"]["ok"] == 4
    assert sum(found["outcomes"].values()) == found["n"] == 9
    assert found["accuracy"] == pytest.approx(4 / 9)
    assert found["consistency"] == pytest.approx(2 / 5)
    assert found["valid_first_try"] == pytest.approx(4 / 9)
    assert found["repairs"] == {"total": 2, "questions": 2, "answered": 0}
    assert "looksmith show" in done.output


def test_a_repaired_program_was_not_valid_at_first(look: Look, numbers: Numbers, server: Server) -> None:
    def say(asked: str) -> str:
        first = asked.startswith("Question:") and "what color?" in asked
        return "answer = COLOUR(image)" if first else right(asked)

    server.say = say
    assert look().exit_code == 0
    found = numbers()
    assert (found["accuracy"], found["valid_first_try"]) == (1, pytest.approx(6 / 9))
    assert found["repairs"] == {"total": 3, "questions": 3, "answered": 3}
    assert len(server.asked) == 6


def test_a_limit_takes_the_first_questions(look: Look, numbers: Numbers, home: Path, data: Path) -> None:
    look("easy-vqa", "--data", data, "--limit", "4")
    assert (numbers()["n"], numbers()["total"]) == (4, 4)
    assert {row["id"] for row in results(home)} == {f"test-{i}" for i in range(4)}


def test_questions_of_your_own_with_tools_of_your_own(
    look: Look, numbers: Numbers, server: Server, tmp_path: Path
) -> None:
    draw(tmp_path / "a.png", "circle", "red")
    rows = [
        {"image": "a.png", "question": "Is it wide?", "answer": "yes"},
        {"image": "a.png", "question": "How wide is it?", "answer": 60, "margin": 5},
        {"image": "a.png", "question": "Where is it?", "answer": [0, 0, 64, 64]},
    ]
    (tmp_path / "mine.jsonl").write_text("\n".join(map(json.dumps, rows)))
    (tmp_path / "tools.py").write_text(
        "from looksmith import Box, Image, tool\n\n@tool\ndef ALL(image: Image) -> Box:\n"
        '    """The whole image."""\n    return image.frame\n'
    )
    programs = {"Is it wide?": "answer = ALL(image).width > 50", "How wide is it?": "answer = image.width"}

    def say(asked: str) -> str:
        return programs.get(asked.rpartition("Question: ")[2].splitlines()[0], "answer = ALL(image)")

    server.say = say
    done = look(tmp_path / "mine.jsonl", "--tools", tmp_path / "tools.py", "--only-tools")
    assert (done.exit_code, numbers()["accuracy"], numbers()["split"]) == (0, 1, "mine"), done.output


ORACLE = '''
from looksmith import Image, tool
from looksmith.tools.profiles.plugins import Register


def declared(look):
    @tool
    def THINGS(image: Image) -> int:
        """How many things there are."""
        return look(image)

    return THINGS


def register_tools(register):
    register(declared(lambda image: 0))


def register_oracle(register, truths):
    register(declared(lambda image: sum(map(len, truths[image.source]))))
'''


@pytest.fixture
def statements(tmp_path: Path) -> Path:
    """Two statements in NLVR's form, both true of what their structure says."""
    folder = tmp_path / "nlvr"
    for number in (1, 2):
        draw(folder / "images" / f"dev-{number}-0-0.png", "circle", ("red", "blue")[number - 1])
    rows = [
        {"identifier": f"{n}-0", "sentence": f"Things: {n}", "label": "true", "structured_rep": [[{}] * n, [], []]}
        for n in (1, 2)
    ]
    (folder / "dev.json").write_text("\n".join(map(json.dumps, rows)))
    return folder


def test_an_oracle_looks_up_what_the_tools_would_have_to_see(
    look: Look, numbers: Numbers, server: Server, statements: Path, tmp_path: Path
) -> None:
    (tmp_path / "tools.py").write_text(ORACLE)
    server.say = lambda asked: f"answer = THINGS(image) == {asked.strip().splitlines()[0][-1]}"
    words = ("nlvr", "--data", statements, "--tools", tmp_path / "tools.py")
    assert look(*words).exit_code == 0
    assert (numbers()["accuracy"], numbers()["always_true"], numbers()["plan"]["oracle"]) == (0, 1, False)
    assert look(*words, "--oracle").exit_code == 0
    assert (numbers()["accuracy"], numbers()["consistency"], numbers()["plan"]["oracle"]) == (1, 1, True)


def test_an_oracle_needs_truth_and_tools_that_can_use_it(
    look: Look, data: Path, statements: Path, tmp_path: Path
) -> None:
    no_truth = look("easy-vqa", "--data", data, "--oracle")
    assert (no_truth.exit_code, "has no ground truth" in no_truth.output) == (2, True)
    (tmp_path / "tools.py").write_text(ORACLE.partition("def register_oracle")[0])
    no_oracle = look("nlvr", "--data", statements, "--tools", tmp_path / "tools.py", "--oracle")
    assert (no_oracle.exit_code, "has no oracle" in no_oracle.output) == (2, True)


def test_what_cannot_be_evaluated_is_told_in_one_sentence(look: Look, data: Path, tmp_path: Path) -> None:
    for words, part in [
        (("vqa2", "--data", data), "Unknown data set: 'vqa2'. `looksmith eval --list`"),
        (("nope.jsonl",), "There is no file nope.jsonl."),
        (("nlvr",), "--data DIR"),
        (("nlvr", "--data", data), "has no files of nlvr"),
        (("easy-vqa", "--data", data, "--split", "dev"), "--split"),
        (("easy-vqa", "--data", data, "--tools", tmp_path / "none.py"), "There is no tools file"),
        (("easy-vqa", "--data", data, "--resume"), "no evaluation to resume"),
    ]:
        done = look(*words)
        assert (done.exit_code, part in done.output) == (2, True), done.output
    assert look("easy-vqa", "--data", data, "--limit", "0").exit_code == 2


def test_the_file_for_the_numbers_is_tried_before_the_work(
    look: Look, data: Path, server: Server, tmp_path: Path
) -> None:
    (tmp_path / "out.json").mkdir()
    done = look()
    assert (done.exit_code, "Cannot write to" in done.output and "out.json" in done.output, server.asked) == (
        2,
        True,
        [],
    )
