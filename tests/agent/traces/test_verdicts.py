"""Verdicts of people, kept beside the run."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from looksmith.agent.traces.verdicts import FILE, Verdict, read_verdicts, write_verdict
from looksmith.tools.core.errors import InputError, PrerequisiteError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "run.json").write_text("{}")
    return tmp_path


def test_the_last_verdict_counts_and_the_earlier_ones_stay(folder: Path) -> None:
    assert read_verdicts(folder).latest is None
    first = Verdict(run="a", author="ada", right=False, answer=3, note="two are hidden\nbehind the bus")
    box = {"type": "box", "left": 1.5, "top": 2.0, "right": 3.0, "bottom": 4.0, "label": "cup", "score": 1.0}
    second = Verdict(run="a", right=True, label_is_wrong=True, boxes={2: [box], 10: False}, program="answer = 1")
    write_verdict(folder, first)
    write_verdict(folder, second)
    assert read_verdicts(folder).all == (first, second)
    assert read_verdicts(folder).latest == second


def test_times_are_kept_in_utc(folder: Path) -> None:
    at = datetime(2026, 11, 23, 1, 30, tzinfo=timezone(timedelta(hours=2)))
    write_verdict(folder, Verdict(run="a", at=at))
    kept = read_verdicts(folder).all[0].at
    assert kept == at and kept.utcoffset() == timedelta(0) and '"2026-11-22T23:30:00Z"' in (folder / FILE).read_text()
    assert Verdict(run="a").at <= datetime.now(UTC)


@pytest.mark.parametrize("damage", [b"{\n", b"\xff\xfe\n", b'{"run": "a", "at": "yesterday"}\n', b'{"run": "a", "ri'])
def test_a_damaged_line_hides_no_other(folder: Path, damage: bytes) -> None:
    write_verdict(folder, Verdict(run="a", note="before"))
    with (folder / FILE).open("ab") as file:
        file.write(damage)
    write_verdict(folder, Verdict(run="a", note="after"))
    read = read_verdicts(folder)
    assert [verdict.note for verdict in read.all] == ["before", "after"]
    assert read.damaged == (2,)


def test_a_pipe_in_place_of_the_file_is_neither_read_nor_written(folder: Path) -> None:
    os.mkfifo(folder / FILE)
    with pytest.raises(InputError, match="not a regular file"):
        read_verdicts(folder)
    with pytest.raises(PrerequisiteError, match="not a regular file"):
        write_verdict(folder, Verdict(run="a"))


def test_only_a_run_is_judged(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="There is no run"):
        write_verdict(tmp_path, Verdict(run="a"))
    assert list(tmp_path.iterdir()) == []


def test_text_that_is_no_unicode_is_kept_as_readable_text(folder: Path) -> None:
    write_verdict(folder, Verdict(run="a", note="lone \ud800 half"))
    assert read_verdicts(folder).all[0].note == "lone \N{REPLACEMENT CHARACTER} half"
