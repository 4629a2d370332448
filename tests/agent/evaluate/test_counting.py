"""Questions are counted and not lines, and what cannot be read or written spoils no other question."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tracemalloc
from dataclasses import replace
from pathlib import Path

import pytest

from looksmith.agent.datasets.data_set import DataSet
from looksmith.agent.datasets.records import record_of
from looksmith.agent.evaluate.folder import EvalFolder, EvalRecord, Plan, data_digest, open_folder
from looksmith.agent.llm.llm import Scripted
from looksmith.agent.llm.remember import Remembering
from looksmith.agent.traces.journal import append
from looksmith.programs.prompt import Message


def evaluation(root: Path, rows: list[tuple[str, str]], n: int) -> EvalRecord:
    """An evaluation of n questions, of which these rows, id and outcome, were written."""
    plan = Plan(dataset="d", split="s", n=n, oracle=False, model="m", data="1", tools="2", code="3")
    from datetime import UTC, datetime

    record = EvalRecord(started=datetime.now(UTC), command="", commit="", versions={}, plan=plan)
    (root / "one").mkdir(parents=True)
    (root / "one" / "eval.json").write_text(record.model_dump_json())
    lines = [json.dumps({"id": id, "outcome": outcome}) + "\n" for id, outcome in rows]
    (root / "one" / "results.jsonl").write_text("".join(lines))
    return record


@pytest.mark.parametrize(
    ("rows", "goes_on"),
    [
        ([(str(i), "llm_error") for i in range(5)] * 2, True),
        ([(str(i), "ok") for i in range(3)] + [("0", "ok"), ("4", "llm_error")], True),
        ([("0", "llm_error"), ("0", "ok"), *[(str(i), "ok") for i in range(1, 5)]], False),
    ],
)
def test_questions_are_counted_and_not_lines(tmp_path: Path, rows: list[tuple[str, str]], goes_on: bool) -> None:
    record = evaluation(tmp_path, rows, 5)
    found = open_folder(tmp_path, record, None, "auto", lambda _: None)
    assert isinstance(found, EvalFolder)
    assert (found.path == tmp_path / "one") == goes_on


def test_a_picture_file_of_gigabytes_is_not_read_into_memory(tmp_path: Path) -> None:
    huge = tmp_path / "huge.png"
    huge.touch()
    os.truncate(huge, 2 << 30)
    data = DataSet("jsonl", "a", (record_of("line 1", "a", huge, "How many?", 1),))
    tracemalloc.start()
    try:
        assert data_digest(data) != data_digest(replace(data, records=()))
        assert tracemalloc.get_traced_memory()[1] < 50_000_000
    finally:
        tracemalloc.stop()


def test_a_reply_that_cannot_be_read_is_asked_for_again(tmp_path: Path) -> None:
    path = tmp_path / "replies.jsonl"
    talk = [Message(role="user", content="a")]
    Remembering(Scripted(["first"]), path).complete(talk)
    line = json.loads(path.read_text())
    path.write_text(json.dumps({**line, "value": {"samples": 5}}) + "\n" + '{"key": "zz"}\n[1]\n')
    again = Remembering(Scripted(["second"]), path)
    assert again.complete(talk).text == "second"
    assert Remembering(Scripted([]), path).complete(talk).text == "second"


def test_half_a_line_on_a_full_disk_spoils_no_other(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    append(path, {"a": 1})
    code = (
        "import resource, signal, sys; from pathlib import Path; from looksmith.agent.traces.journal import append\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN); resource.setrlimit(resource.RLIMIT_FSIZE, (5000, 5000))\n"
        "from looksmith.tools.core.errors import PrerequisiteError\n"
        "try:\n    append(Path(sys.argv[1]), 'x' * 20_000)\nexcept PrerequisiteError: sys.exit(4)"
    )
    assert subprocess.run([sys.executable, "-c", code, str(path)], timeout=300).returncode == 4
    append(path, {"b": 2})
    assert path.read_text() == '{"a": 1}\n{"b": 2}\n'
