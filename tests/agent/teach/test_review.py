"""A person says of runs what is right: key by key in the terminal, beside the runs, and as questions for eval."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from looksmith.agent.cli.main import main
from looksmith.agent.datasets.own_file import own_questions
from looksmith.agent.evaluate.evaluation import Row
from looksmith.agent.traces.runs import Recorder, StoredRun
from looksmith.agent.traces.trace import End, Execution
from looksmith.agent.traces.verdicts import Verdict, author, read_verdicts, write_verdict
from stored import no_step, one_step, store

PLAN = {"dataset": "mine", "split": "", "n": 4, "oracle": False, "model": "coder", "data": "", "tools": "", "code": ""}


def unsure(to: Recorder) -> End:
    return no_step(to).model_copy(update={"confidence": 0.4})


def failed(to: Recorder) -> End:
    return End(outcome="no_detection", execution=to.add(Execution(source='LOC(image, "cup")')).id)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An evaluation with a wrong, a right, an unsure and a failed run, in this order."""
    questions = {"How many cups?": one_step(), "How many cats?": no_step, "How many dogs?": unsure, "Where?": failed}
    expected: list[Any] = [["2", "two"], 1, 1, "left"]
    runs = [store(tmp_path, write, question) for question, write in questions.items()]
    rows = [
        Row(id=f"q{i}", question=run.record.question, kind="count", outcome=run.record.outcome or "ok", run=run.name)
        for i, run in enumerate(runs)
    ]
    scored = [
        row.model_copy(update={"expected": answer, "scorer": "exact", "score": float(i in (1, 2)), "answer": 1})
        for i, (row, answer) in enumerate(zip(rows, expected, strict=True))
    ]
    (tmp_path / "results.jsonl").write_text("".join(f"{row.model_dump_json()}\n" for row in scored))
    about = {"started": "2026-01-01T00:00:00Z", "command": "", "commit": "", "versions": {}, "plan": PLAN}
    (tmp_path / "eval.json").write_text(json.dumps(about))
    return tmp_path


def review(folder: Path, *words: str, keys: str = "") -> tuple[str, str]:
    done = CliRunner().invoke(main, ["review", str(folder), *words], input=keys, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.stdout, done.stderr


def verdicts(folder: Path) -> dict[str, Verdict]:
    """The latest verdict of each judged run, by its question."""
    runs = [run_at(one) for one in sorted((folder / "runs").iterdir())]
    found = {run.record.question: read_verdicts(run.folder).latest for run in runs}
    return {question: verdict for question, verdict in found.items() if verdict}


def run_at(folder: Path) -> StoredRun:
    from looksmith.agent.traces.stored import load_run

    return load_run(folder)


def test_wrong_and_doubtful_runs_are_judged_key_by_key(folder: Path) -> None:
    keys = "x" + "n" + "dark\n" + "w" + "3\n" + "r" + "l" + "\n"
    out, err = review(folder, keys=keys)
    assert "── 1 of 3 · wrong" in out and "── 2 of 3 · 40 % sure" in out and "── 3 of 3 · wrong: no_detection" in out
    assert "expected: ['2', 'two']" in out and "How many cats?" not in out
    assert "3 judged, 0 left." in err
    found = verdicts(folder)
    wrong, right, mislabelled = found["How many cups?"], found["How many dogs?"], found["Where?"]
    assert (wrong.right, wrong.answer, wrong.note, wrong.author) == (False, 3, "dark", author())
    assert (right.right, right.answer) == (True, None)
    assert (mislabelled.right, mislabelled.answer, mislabelled.label_is_wrong) == (None, None, True)
    assert "There is nothing to judge." in review(folder)[1]


def test_skipping_and_quitting_leaves_the_rest_for_later(folder: Path) -> None:
    assert "0 judged, 3 left." in review(folder, keys="sq")[1]
    assert "1 judged, 2 left." in review(folder, keys="r")[1]
    assert "2 judged" in review(folder, keys="rrr")[1]


def test_a_verdict_may_be_given_again_and_keeps_what_was_said_before(folder: Path) -> None:
    review(folder, keys="n" + "hazy\n" + "w" + "2\n" + "q")
    out, _ = review(folder, "--again", keys="w" + "3\n" + "q")
    assert '"note":"hazy"' in out
    first = verdicts(folder)["How many cups?"]
    assert (first.answer, first.note) == (3, "hazy")
    assert len(read_verdicts(folder / "runs" / first.run).all) == 2


def test_lines_of_the_program_are_corrected_one_after_the_other(folder: Path) -> None:
    keys = "p" + "9\nanswer = 2\n" + "p" + "2\nanswer = 2\n" + "p" + '1\ncup = LOC(image, "mug")\n' + "w" + "2\n" + "q"
    out, _ = review(folder, keys=keys)
    assert "The program has no line 9: it has 2." in out
    assert verdicts(folder)["How many cups?"].program == 'cup = LOC(image, "mug")\nanswer = 2'


def test_an_answer_that_cannot_be_compared_is_refused_and_asked_again(folder: Path) -> None:
    out, _ = review(folder, keys="w" + "[1, 2\n" + "w" + "two\n" + "q")
    assert "looks like JSON but is invalid" in out
    assert verdicts(folder)["How many cups?"].answer == "two"


def test_without_a_terminal_nothing_is_shown_first(folder: Path) -> None:
    command = [sys.executable, "-m", "looksmith.agent.cli.main", "review", str(folder)]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, start_new_session=True)
    assert (done.returncode, done.stdout) == (4, "")
    assert "The review needs a terminal" in done.stderr


def test_an_answer_of_a_mislabelled_question_says_whether_the_run_was_right(folder: Path) -> None:
    review(folder, keys="l" + "1\n" + "q")
    first = verdicts(folder)["How many cups?"]
    assert (first.right, first.answer, first.label_is_wrong) == (True, 1, True)


def test_the_runs_of_a_home_are_reviewed_without_replays_and_what_was_right(folder: Path) -> None:
    done = CliRunner().invoke(main, ["review", "--home", str(folder)], input="ss", catch_exceptions=False)
    assert "── 1 of 2 · no_detection" in done.stdout and "── 2 of 2 · 40 % sure" in done.stdout


def test_judged_questions_are_a_file_that_eval_reads(folder: Path, tmp_path: Path) -> None:
    review(folder, "--all", keys="w" + "3\n" + "r" + "l" + "5\n" + "l" + "\n")
    out = tmp_path / "out" / "mine.jsonl"
    out.parent.mkdir()
    _, err = review(folder, "--export", str(out))
    assert "Wrote 3 questions" in err and "No right answer is known" in err
    records = own_questions(out)
    assert [(record.id, record.answer, record.kind) for record in records] == [
        ("q0", 3, "count"),
        ("q1", 1, "count"),
        ("q2", 5, "count"),
    ]
    assert {record.image.parent for record in records} == {tmp_path / "out" / "mine_images"}
    assert all(record.image.stem == "photo 0" for record in records)


def test_what_the_data_set_says_stays_where_nobody_corrects_it(folder: Path, tmp_path: Path) -> None:
    review(folder, keys="w" + "\n" + "q")
    review(folder, "--export", str(tmp_path / "mine.jsonl"))
    (record,) = own_questions(tmp_path / "mine.jsonl")
    assert record.answer == ["2", "two"]


def test_a_damaged_run_is_left_out(folder: Path) -> None:
    (folder / "runs" / sorted(one.name for one in (folder / "runs").iterdir())[0] / "run.json").write_text("{")
    out, _ = review(folder, keys="ss")
    assert "── 1 of 2" in out and "How many cups?" not in out
    assert "── 1 of 2 · 40 % sure" in out


def test_a_program_from_a_verdict_is_taught(folder: Path) -> None:
    run = next(run_at(one) for one in (folder / "runs").iterdir() if run_at(one).record.question == "How many dogs?")
    write_verdict(run.folder, Verdict(run=run.name, right=False, answer=2, program="answer = 1 + 1"))
    profile = folder / "none.toml"
    profile.write_text("[models]\n[tools]\n")
    words = ["teach", str(run.folder), "--home", str(folder), "--profile", str(profile), "--only-tools"]
    done = CliRunner().invoke(main, words, catch_exceptions=False)
    assert "Added the example how-many-dogs" in done.stderr, done.output
