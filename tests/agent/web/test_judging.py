"""What people do with stored runs in the viewer: judge, note, correct, keep and remove them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from looksmith.agent.session.workshop import Workshop
from looksmith.agent.setup.settings import Settings
from looksmith.agent.traces.runs import StoredRun
from looksmith.agent.traces.verdicts import Verdict, read_verdicts
from looksmith.agent.web.app import create_app
from stored import one_step, store

TOOLS = '''
from looksmith import Box, Image, tool

@tool
def LOC(image: Image, name: str) -> Box:
    """A box."""
    return Box(1, 2, 3, 4, name)
'''
BOX = {"type": "box", "left": 5.0, "top": 6.0, "right": 70.0, "bottom": 80.0, "label": "cup", "score": 1.0}


@pytest.fixture
def here(tmp_path: Path) -> Iterator[TestClient]:
    (tmp_path / "tools.py").write_text(TOOLS)
    (tmp_path / "none.toml").write_text("[models]\n[tools]\n")
    files = (tmp_path / "tools.py",)
    settings = Settings(tmp_path, tool_files=files, installed=False, profile=str(tmp_path / "none.toml"))
    with TestClient(create_app(Workshop(settings)), base_url="http://127.0.0.1") as client:
        yield client


@pytest.fixture
def run(tmp_path: Path) -> StoredRun:
    return store(tmp_path, one_step())


def judge(here: TestClient, run: StoredRun, **judgement: Any) -> Any:
    return here.post(f"/runs/{run.name}/verdict", json=judgement)


def latest(run: StoredRun) -> Verdict:
    found = read_verdicts(run.folder).latest
    assert found is not None
    return found


def test_a_verdict_grows_by_what_is_said_later(here: TestClient, run: StoredRun) -> None:
    assert judge(here, run, right=False).status_code == 200
    assert judge(here, run, note="There are two.", answer="2", label_is_wrong=True).status_code == 200
    found = latest(run)
    assert (found.run, found.right, found.note, found.answer) == (run.name, False, "There are two.", 2)
    assert found.label_is_wrong and found.author
    assert judge(here, run, right=None, answer=" ").status_code == 200
    assert (latest(run).right, latest(run).answer, latest(run).note) == (None, None, "There are two.")
    assert len(read_verdicts(run.folder).all) == 3


def test_the_right_result_of_a_step_is_kept_as_the_trace_keeps_it(here: TestClient, run: StoredRun) -> None:
    assert judge(here, run, right=False, boxes={"1": BOX}, program="answer = 2").status_code == 200
    assert (latest(run).boxes, latest(run).program) == ({1: BOX}, "answer = 2")
    assert judge(here, run, boxes={"1": {"error": "NoDetection"}}).status_code == 200
    assert latest(run).boxes == {1: {"error": "NoDetection"}}


@pytest.mark.parametrize(
    ("judgement", "why"),
    [
        ({"boxes": {"1": "cup"}}, "Invalid result for step 1"),
        ({"boxes": {"7": BOX}}, "no step 7"),
        ({"program": "answer = LOC("}, "The changed program is invalid"),
    ],
)
def test_a_correction_that_cannot_be_right_is_refused(
    here: TestClient, run: StoredRun, judgement: dict[str, Any], why: str
) -> None:
    refused = judge(here, run, **judgement)
    assert refused.status_code == 400 and why in refused.json()["error"]
    assert read_verdicts(run.folder).all == ()


def test_the_list_and_the_page_show_verdicts_of_whoever_wrote_them(here: TestClient, run: StoredRun) -> None:
    other = store(run.folder.parents[1], one_step(), question="How many spoons?")
    assert here.get("/").text.count("✗ wrong") == 0
    judge(here, run, right=False, note="hidden behind the bus")
    listed = here.get("/").text
    assert "✗ wrong" in listed and "hidden behind the bus" in listed
    assert "hidden behind the bus" in here.get(f"/runs/{run.name}").text
    assert "How many spoons?" not in here.get("/?q=hidden").text
    assert other.name not in here.get("/?verdict=wrong").text
    assert run.name not in here.get("/?verdict=none").text


def test_damaged_verdicts_are_told_and_the_others_shown(here: TestClient, run: StoredRun) -> None:
    judge(here, run, note="still here")
    with (run.folder / "verdicts.jsonl").open("a") as file:
        file.write("{\n")
    page = here.get(f"/runs/{run.name}").text
    assert "still here" in page and "Lines 2 of verdicts.jsonl cannot be read." in page


def tidy(here: TestClient, action: str, *runs: str) -> Any:
    return here.post("/marked", json={"runs": list(runs), "action": action})


def test_marked_runs_are_kept_and_removed(here: TestClient, run: StoredRun) -> None:
    other = store(run.folder.parents[1], one_step())
    assert tidy(here, "keep", run.name).status_code == 200
    assert "<strong>kept</strong>" in here.get("/").text
    refused = tidy(here, "remove", run.name)
    assert refused.status_code == 400 and "is kept" in refused.json()["error"]
    assert tidy(here, "release", run.name).status_code == 200
    assert tidy(here, "remove", run.name, other.name).json() == {"done": 2}
    assert not run.folder.exists() and not other.folder.exists()


def test_nothing_but_runs_of_the_home_folder_is_removed(here: TestClient, run: StoredRun) -> None:
    asked = store(run.folder.parents[1] / "evals" / "one", one_step())
    for names in ((asked.name,), (run.name, asked.name), ("..",), (run.name, "gone")):
        assert tidy(here, "remove", *names).status_code == 400
    assert run.folder.exists() and asked.folder.exists()
