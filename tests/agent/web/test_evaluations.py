"""Evaluations in the viewer: their list, their numbers, their questions, and the order of runs."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from evaluations import evaluation as evaluated
from evaluations import row
from fastapi.testclient import TestClient

from looksmith.agent.session.workshop import Workshop
from looksmith.agent.setup.settings import Settings
from looksmith.agent.traces.runs import StoredRun
from looksmith.agent.web.app import create_app
from looksmith.agent.web.listing.library import Query, RunLibrary
from stored import one_step, store


@pytest.fixture
def here(tmp_path: Path) -> TestClient:
    return TestClient(create_app(Workshop(Settings(tmp_path, device="cpu"))), base_url="http://127.0.0.1")


def evaluation(home: Path, name: str = "mine") -> list[StoredRun]:
    """Four questions, of which the second and the third are wrong."""
    folder = home / "evals" / name
    runs = [store(folder, one_step(), question=question) for question in ("Cups?", "Red?", "Spoons?", "Blue?")]
    rows = [
        {
            "id": str(at),
            "run": run.name,
            "score": float(at in (0, 3)),
            "expected": at,
            "kind": "color" if at % 2 else "count",
        }
        for at, run in enumerate(runs)
    ]
    (folder / "results.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return runs


def questions(page: str) -> list[str]:
    return re.findall(r'class="question"[^>]*>([^<]*)<', page)


def test_evaluations_are_listed_with_their_numbers(here: TestClient, tmp_path: Path) -> None:
    assert "There are none." in here.get("/evals").text
    evaluation(tmp_path)
    page = here.get("/evals").text
    assert 'href="/reports/mine"' in page and "50.0 %" in page and "in progress, or stopped" in page


def test_the_questions_of_an_evaluation_are_filtered_by_right_and_wrong_and_by_kind(
    here: TestClient, tmp_path: Path
) -> None:
    runs = evaluation(tmp_path)
    assert questions(here.get("/reports/mine").text) == ["Blue?", "Spoons?", "Red?", "Cups?"]
    assert questions(here.get("/reports/mine?score=wrong").text) == ["Spoons?", "Red?"]
    assert questions(here.get("/reports/mine?score=wrong&kind=color").text) == ["Red?"]
    page = here.get("/reports/mine?sort=question").text
    assert questions(page) == ["Blue?", "Cups?", "Red?", "Spoons?"]
    assert "1 wrong" in page and "2 right" in page
    href = f'href="/runs/{runs[1].name}?collection=mine&amp;score=known&amp;sort=question"'
    assert href in page


def test_a_wrong_answer_of_an_evaluation_is_not_shown_as_answered(here: TestClient, tmp_path: Path) -> None:
    right, wrong, *_ = evaluation(tmp_path)
    here.get("/")
    page = here.get(f"/runs/{wrong.name}").text
    assert '<span class="verdict wrong">wrong</span>' in page and ">answered<" not in page
    assert "expected: <strong>1</strong>" in page
    assert '<span class="verdict right">right</span>' in here.get(f"/runs/{right.name}").text


def test_the_next_run_is_that_of_the_list_one_came_from(tmp_path: Path) -> None:
    runs = [run.name for run in evaluation(tmp_path)]
    other = store(tmp_path, one_step(), question="Another?").name
    library = RunLibrary(tmp_path)
    library.refresh()
    assert library.neighbours(runs[3], Query()) == (other, runs[2])
    assert library.neighbours(runs[3], Query(collection="mine")) == ("", runs[2])
    assert library.neighbours(runs[1], Query(collection="mine", score="wrong", sort="time")) == ("", runs[2])
    assert library.neighbours(runs[0], Query(score="wrong")) == ("", "")
    assert library.neighbours("gone", Query()) == ("", "")


def test_a_question_that_was_asked_again_counts_once(tmp_path: Path) -> None:
    runs = evaluation(tmp_path)
    again = store(tmp_path / "evals" / "mine", one_step(), question="Red?")
    library = RunLibrary(tmp_path)
    library.refresh()
    with (tmp_path / "evals" / "mine" / "results.jsonl").open("a") as file:
        file.write(json.dumps({"id": "1", "run": again.name, "score": 1.0, "expected": 1, "kind": "color"}) + "\n")
    library.refresh()
    scores = {entry.name: entry.score for entry in library.entries("mine")}
    assert scores[runs[1].name] is None and scores[again.name] == 1.0


@pytest.mark.parametrize("sort", ["time", "question", "answer", "seconds", "size", "score", "x", "'; drop table"])
def test_the_list_is_sorted_by_anything_it_shows(here: TestClient, tmp_path: Path, sort: str) -> None:
    evaluation(tmp_path)
    up, down = (questions(here.get("/", params={"sort": way + sort}).text) for way in ("", "-"))
    assert sorted(up) == sorted(down) == ["Blue?", "Cups?", "Red?", "Spoons?"]
    if sort != "score":
        assert up == down[::-1]
    if sort == "question":
        assert up == sorted(up)


def test_an_empty_home_offers_examples_and_a_filter_that_finds_nothing_does_not(
    here: TestClient, tmp_path: Path
) -> None:
    page = here.get("/").text
    assert 'value="coffee"' in page and 'name="question"' in page
    for href in re.findall(r'src="(/static/examples/[^"]*)"', page):
        assert here.get(href).headers["content-type"] == "image/jpeg"
    assert "No runs found." in here.get("/?q=nothing").text
    evaluation(tmp_path)
    assert 'value="coffee"' not in here.get("/").text


def test_of_equal_steps_none_is_said_to_differ(here: TestClient, tmp_path: Path) -> None:
    one, other = (store(tmp_path, one_step()).name for _ in range(2))
    page = here.get(f"/compare?left={one}&right={other}").text
    assert "Nothing: all steps are identical." in page and "the first that differs" not in page


def test_an_evaluation_is_compared_with_others_of_the_same_questions(here: TestClient, tmp_path: Path) -> None:
    for name, scores in (("first", (1.0, 0.0)), ("second", (0.0, 1.0)), ("others", ())):
        rows = [row(id, score) for id, score in zip("ab", scores, strict=False)] or [row("c", 1.0)]
        evaluated(tmp_path / "evals" / name, rows, {one.id: one_step() for one in rows})
    page = here.get("/reports/first").text
    assert "second</a>" in page and "2 questions in both" in page and "others</a>" not in page
    href = re.search(r'href="(/evals/compare[^"]*)"', page)
    assert href
    compared = here.get(href[1].replace("&amp;", "&"))
    assert compared.status_code == 200 and "1 became right, 1 became wrong" in compared.text
    assert 'href="/reports/first"' in compared.text and 'href="/reports/second"' in compared.text
    for left, right in (("first", "nothing"), ("../evals/first/runs", "second"), ("", "second"), ("first", "others")):
        answer = here.get("/evals/compare", params={"left": left, "right": right})
        assert (answer.status_code, 'role="alert"' in answer.text) == (404, True), left
