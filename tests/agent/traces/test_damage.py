"""Stored runs that are damaged in every way: each is named with why, and none breaks a list, a page or a command."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from fastapi.testclient import TestClient

from looksmith.agent.cli.main import main
from looksmith.agent.export.rows import run_rows, step_rows
from looksmith.agent.reading.view import view
from looksmith.agent.session.workshop import Workshop
from looksmith.agent.setup.settings import Settings
from looksmith.agent.traces.damage import Unreadable, below, plain
from looksmith.agent.traces.runs import Runs, StoredRun
from looksmith.agent.traces.trace import Check, End
from looksmith.agent.web.app import create_app
from looksmith.agent.web.listing.library import Query, RunLibrary
from looksmith.tools.core.errors import InputError, PrerequisiteError
from stored import no_step, one_step, store

Damage = Callable[[Path], Any]


def viewer(home: Path) -> TestClient:
    return TestClient(create_app(Workshop(Settings(home, device="cpu"))), base_url="http://127.0.0.1")


def look(home: Path, *command: str) -> Any:
    told = CliRunner().invoke(main, [*command, "--home", str(home)], catch_exceptions=False)
    return told.exit_code, told.stdout, told.stderr


def record(folder: Path, **changes: Any) -> None:
    file = folder / "run.json"
    file.write_text(json.dumps({**json.loads(file.read_text()), **changes}))


def last_event(folder: Path, **changes: Any) -> None:
    file = folder / "events.jsonl"
    *lines, last = file.read_text().splitlines()
    file.write_text("\n".join([*lines, json.dumps({**json.loads(last), **changes})]) + "\n")


def no_events(folder: Path) -> None:
    (folder / "events.jsonl").unlink()


def pipe(folder: Path) -> None:
    (folder / "events.jsonl").unlink()
    os.mkfifo(folder / "events.jsonl")


def itself(folder: Path) -> None:
    shutil.rmtree(folder)
    folder.symlink_to(folder)


def nowhere(folder: Path) -> None:
    shutil.rmtree(folder)
    folder.symlink_to("/nowhere")


def emptied(folder: Path) -> None:
    for name in ("run.json", "events.jsonl"):
        (folder / name).unlink()


def file_is_folder(folder: Path) -> None:
    (folder / "run.json").unlink()
    (folder / "run.json").mkdir()


UNREADABLE: list[Damage] = [
    no_events,
    pipe,
    itself,
    nowhere,
    emptied,
    file_is_folder,
    lambda folder: (folder / "run.json").write_bytes(b"\xff\x00"),
    lambda folder: (folder / "run.json").write_text("[" * 200_000),
    lambda folder: (folder / "events.jsonl").write_text("{" * 200_000 + "\n"),
    lambda folder: record(folder, timing={"total": "long"}),
    lambda folder: record(folder, model=None),
    lambda folder: last_event(folder, kind="odd"),
]


@pytest.mark.parametrize("damage", UNREADABLE)
def test_a_damaged_run_is_named_in_every_list_and_breaks_none(tmp_path: Path, damage: Damage) -> None:
    whole, broken = store(tmp_path, one_step()), store(tmp_path, one_step())
    name = broken.name
    damage(broken.folder)
    page = viewer(tmp_path).get("/")
    assert page.status_code == 200
    assert whole.name in page.text
    assert name in page.text
    entries = {entry.name: entry.outcome for entry in RunLibrary(tmp_path).search(Query()).entries}
    assert entries == {whole.name: "ok", name: "unreadable"}
    assert look(tmp_path, "runs")[0] == 0
    assert name[:20] in look(tmp_path, "runs")[1]
    assert {row.id for row in run_rows(tmp_path)} == {whole.name, name}
    list(step_rows(tmp_path))
    for command in ("show", "export"):
        status, _, error = look(tmp_path, command, name, *(["-o", f"{tmp_path}/x.html"] * (command == "export")))
        assert (status, "Traceback" in error) == (2, False), command
    assert look(tmp_path, "bench", name)[0] in (0, 2)
    for path in ("", "/page.html", "/trace.json", "/images/x", f"/images/{'a' * 300}", "/images/%00"):
        assert viewer(tmp_path).get(f"/runs/{name}{path}").status_code in (200, 404), path


BAD_MASK = {"type": "mask", "width": 2, "height": 2, "area": 99, "counts": [1, 99], "label": "", "score": 1.0}


@pytest.mark.parametrize(
    "value", [{"type": "box"}, {"type": "dict", "items": [1]}, [[[[{"type": "mask"}]]]], 10**400, BAD_MASK]
)
def test_a_damaged_value_is_told_and_the_rest_is_shown(tmp_path: Path, value: Any) -> None:
    run = store(tmp_path, one_step())
    record(run.folder, answer=value)
    last_event(run.folder, variables={"cup": value}, answer=value)
    here = viewer(tmp_path)
    assert here.get("/").status_code == 200
    assert here.get(f"/runs/{run.name}").status_code in (200, 404)
    assert look(tmp_path, "runs")[0] == 0
    assert look(tmp_path, "show", run.name)[0] in (0, 2)


@pytest.mark.parametrize("depth", [200, 6000, 20_000])
def test_a_program_too_deep_to_be_parsed_is_shown(tmp_path: Path, depth: int) -> None:
    def deep(to: Any) -> End:
        to.add(Check(source="answer = " + "-" * depth + "1"))
        return End(outcome="parse_error", message="too deep")

    run = store(tmp_path, deep)
    assert view(run).lines
    here = viewer(tmp_path)
    assert (here.get("/").status_code, here.get(f"/runs/{run.name}").status_code) == (200, 200)
    assert look(tmp_path, "show", run.name)[0] == 0


def copied_run(run: StoredRun, home: Path) -> None:
    shutil.copytree(run.folder, run.folder.with_name(f"{run.name}-copy"))


def copied_evaluation(run: StoredRun, home: Path) -> None:
    shutil.copytree(run.folder, home / "evals" / "a" / "runs" / run.name)
    shutil.copytree(home / "evals" / "a", home / "evals" / "b")


def name_of_other_bytes(run: StoredRun, home: Path) -> None:
    os.rename(os.fsencode(run.folder), os.fsencode(run.folder) + b"-\xff")


def evaluation_of_other_bytes(run: StoredRun, home: Path) -> None:
    (home / "evals" / "a").mkdir(parents=True)
    shutil.copytree(run.folder, home / "evals" / "a" / "runs" / run.name)
    os.rename(os.fsencode(home / "evals" / "a"), os.fsencode(home / "evals") + b"/\xfe")


def loop_of_evaluations(run: StoredRun, home: Path) -> None:
    (home / "evals").symlink_to(home / "evals")


def loop_for_an_evaluation(run: StoredRun, home: Path) -> None:
    (home / "evals").mkdir()
    (home / "evals" / "x").symlink_to(home / "evals" / "x")


def evaluation_that_is_gone(run: StoredRun, home: Path) -> None:
    (home / "evals").mkdir()
    (home / "evals" / "x").symlink_to("/nowhere")


def folder_for_an_index(run: StoredRun, home: Path) -> None:
    (home / "runs.sqlite").mkdir()


def broken_pages(run: StoredRun, home: Path) -> None:
    viewer(home).get("/")
    file = home / "runs.sqlite"
    with sqlite3.connect(file) as db:
        db.execute("pragma wal_checkpoint(truncate)")
    pages = bytearray(file.read_bytes())
    pages[8192:24576] = bytes(16384)
    file.write_bytes(pages)


@pytest.mark.parametrize(
    ("odd", "listed"),
    [
        (copied_run, 2),
        (copied_evaluation, 3),
        (name_of_other_bytes, 1),
        (evaluation_of_other_bytes, 2),
        (loop_of_evaluations, 2),
        (loop_for_an_evaluation, 2),
        (evaluation_that_is_gone, 2),
        (folder_for_an_index, 1),
        (broken_pages, 1),
    ],
)
def test_odd_things_in_the_home_folder_are_listed_and_every_run_has_a_page(
    tmp_path: Path, odd: Callable[[StoredRun, Path], None], listed: int
) -> None:
    odd(store(tmp_path, one_step()), tmp_path)
    library, here = RunLibrary(tmp_path), viewer(tmp_path)
    library.refresh()
    entries = library.search(Query()).entries
    assert len(entries) == listed
    assert len({entry.id for entry in entries}) == listed
    assert here.get("/").status_code == 200
    for entry in entries:
        page = here.get(f"/runs/{entry.id}")
        assert page.status_code == (404 if entry.outcome == "unreadable" else 200), entry
        assert entry.outcome == "unreadable" or here.get(f"/runs/{entry.id}/images/{entry.image}").status_code == 200
    assert look(tmp_path, "runs")[0] == 0


def test_an_index_that_cannot_be_written_is_made_in_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = store(tmp_path, one_step())
    connect = sqlite3.connect

    def full(path: Any, **options: Any) -> sqlite3.Connection:
        if str(path) != ":memory:":
            raise sqlite3.OperationalError("attempt to write a readonly database")
        return connect(path, **options)

    monkeypatch.setattr(sqlite3, "connect", full)
    here = viewer(tmp_path)
    assert run.name in here.get("/").text
    assert here.get(f"/runs/{run.name}").status_code == 200
    later = store(tmp_path, one_step())
    assert later.name in here.get("/").text


def test_a_run_that_ended_by_an_earlier_clock_is_read_again(tmp_path: Path) -> None:
    run, library = store(tmp_path, one_step()), RunLibrary(tmp_path)
    ended = (run.folder / "run.json").read_text()
    record(run.folder, outcome=None)
    library.refresh()
    (run.folder / "run.json").write_text(ended)
    os.utime(run.folder / "run.json", (1, 1))
    library.refresh()
    found = library.entry(run.name)
    assert found is not None
    assert found.outcome == "ok"


def test_a_link_that_leads_nowhere_in_the_place_of_the_runs_is_told(tmp_path: Path) -> None:
    (tmp_path / "runs").symlink_to("/nowhere/runs")
    with pytest.raises(PrerequisiteError, match="a link to a folder that does not exist"):
        store(tmp_path, no_step)
    (unreadable,) = Runs(tmp_path / "runs").list()
    assert isinstance(unreadable, Unreadable)
    assert "does not exist" in unreadable.why
    assert viewer(tmp_path).get("/").status_code == 200
    with pytest.raises(InputError, match="does not exist"):
        below(tmp_path / "runs")


def test_the_last_run_is_the_last_in_every_zone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import time

    try:
        for zone in ("Pacific/Kiritimati", "America/Los_Angeles"):
            monkeypatch.setenv("TZ", zone)
            time.tzset()
            last = store(tmp_path, no_step)
    finally:
        monkeypatch.undo()
        time.tzset()
    assert Runs(tmp_path / "runs").load("last").name == last.name


def test_names_are_told_as_text() -> None:
    assert plain(os.fsdecode(b"a\xff")) == "a\\xff"
    assert plain("\ud800") == "\\ud800"


def test_an_exported_evaluation_leaves_out_what_is_damaged_and_says_so(tmp_path: Path) -> None:
    runs = [store(tmp_path, one_step()) for _ in range(2)]
    shutil.rmtree(runs[0].folder / "images")
    status, _, error = look(tmp_path, "export", *(run.name for run in runs), "--to", "folder", "-o", f"{tmp_path}/out")
    assert (status, "Skipped" in error) == (0, True)
    assert runs[1].name in (tmp_path / "out" / "index.html").read_text()
