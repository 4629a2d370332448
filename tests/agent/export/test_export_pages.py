"""Exported pages: what a page, a folder of pages and a report say is what the runs say."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from urllib.parse import unquote

import pytest
from exporting import Page, done, export
from PIL import Image as Pillow

from looksmith.agent.evaluate.blame_report import Blamed, BlameReport, ToolErrors
from looksmith.agent.evaluate.evaluation import Row
from looksmith.agent.evaluate.folder import EvalRecord, Plan
from looksmith.agent.pages.page import render_page
from looksmith.agent.reading.view import view
from looksmith.agent.traces.runs import Recorder
from looksmith.agent.traces.trace import End, Execution
from stored import one_step, store

HOSTILE = """</title></style>"><script>alert(1)</script><img src=x onerror='alert(1)'>{{ 7 * 7 }}"""


# -- pages


def test_a_run_is_one_file_with_its_page(tmp_path: Path) -> None:
    run = store(tmp_path, one_step())
    out = tmp_path / "run.html"
    assert done(tmp_path, run.name, "-o", out) == {"written": [str(out)]}
    assert out.read_text(encoding="utf-8") == render_page(view(run))


def test_without_a_name_it_is_the_last_run(tmp_path: Path) -> None:
    store(tmp_path, one_step(), "The first?")
    store(tmp_path, one_step(), "The last?")
    done(tmp_path, "-o", tmp_path / "run.html")
    assert "The last?" in Page(tmp_path / "run.html").text


def test_a_folder_has_a_page_for_each_run_and_only_links_that_stay_inside(tmp_path: Path) -> None:
    runs = [store(tmp_path, one_step(), f"Question {number}?") for number in range(3)]
    out = tmp_path / "to share"
    done(tmp_path, "--to", "folder", *(run.name for run in runs), "-o", out)
    index = Page(out / "index.html")
    for page, folder in [(index, out), *((Page(out / "runs" / f"{run.name}.html"), out / "runs") for run in runs)]:
        links = [link for tag, name in (("a", "href"), ("img", "src")) for link in page.all(tag, name)]
        for link in links:
            assert link.startswith("#") or (folder / unquote(link)).resolve().is_relative_to(out.resolve())
            assert link.startswith("#") or (folder / unquote(link)).is_file(), link
        assert not [tag for tag, _ in page.elements if tag in ("script", "link", "iframe")]
    assert [f"Question {number}?" in index.text for number in range(3)] == [True] * 3
    with Pillow.open(out / index.all("img", "src")[0]) as thumb:
        assert max(thumb.size) <= 160


def test_hostile_text_is_only_text_in_an_index(tmp_path: Path) -> None:
    def write(to: Recorder) -> End:
        return End(outcome="ok", answer=HOSTILE, execution=to.add(Execution(source="answer = 1")).id)

    def shown(text: str, home: Path) -> Page:
        store(home, write, text)
        done(home, "--to", "folder", "-o", home / "out")
        return Page(home / "out" / "index.html")

    found = shown(HOSTILE, tmp_path / "hostile")
    assert [tag for tag, _ in found.elements] == [tag for tag, _ in shown("plain", tmp_path / "plain").elements]
    assert found.text.count("<script>alert(1)</script>") == 2
    assert "{{ 7 * 7 }}" in found.text


def test_several_runs_are_no_one_file(tmp_path: Path) -> None:
    names = [store(tmp_path, one_step()).name for _ in range(2)]
    result = export(tmp_path, *names, "-o", tmp_path / "run.html")
    assert result.exit_code == 2
    assert "--to folder" in result.output
    assert not (tmp_path / "run.html").exists()


# -- an evaluation


def evaluated(home: Path, *, blamed: bool) -> Path:
    """The folder of an evaluation of two questions, of which the second is answered wrong."""
    folder = home / "evals" / "cups-dev"
    runs = [store(folder, one_step(), question) for question in ("Is it a cup?", f"Is it {HOSTILE}?")]
    plan = Plan(dataset="cups", split="dev", n=2, oracle=False, model="coder", data="", tools="", code="")
    record = EvalRecord(
        started=datetime.now().astimezone(), command="looksmith eval", commit="", versions={}, plan=plan
    )
    (folder / "eval.json").write_text(record.model_dump_json())
    rows = [
        Row(
            id=str(n), question=run.record.question, expected=1 + n, scorer="exact", answer=1, outcome="ok", score=1 - n
        )
        for n, run in enumerate(runs)
    ]
    told = [row.model_copy(update={"run": run.name}).model_dump_json() for row, run in zip(rows, runs, strict=True)]
    (folder / "results.jsonl").write_text("\n".join(told) + "\n")
    if blamed:
        why = f"step 1 should have found {HOSTILE}"
        wrong = Blamed(id="1", run=runs[1].name, question="", stage="tool", step=1, line=1, why=why)
        errors = ToolErrors(tool="LOC", backend="toy", calls=2, wrong=1, rate=0.5, interval=(0.1, 0.9), if_perfect=1.0)
        report = BlameReport(
            n=2,
            accuracy=0.5,
            interval=(0.1, 0.9),
            stages={"tool": 1},
            program_rate=0.0,
            predicted=0.5,
            if_tools_perfect=1.0,
            tools=[errors],
            wrong=[wrong],
        )
        (folder / "blame.json").write_text(report.model_dump_json())
    return folder


@pytest.mark.parametrize("blamed", [True, False])
def test_an_evaluation_is_a_report_in_one_file(tmp_path: Path, blamed: bool) -> None:
    folder, out = evaluated(tmp_path, blamed=blamed), tmp_path / "report.html"
    done(tmp_path, folder, "-o", out)
    page = Page(out)
    for told in ("cups dev: 2 of 2 questions", "50.0 % right", HOSTILE, "LOC"):
        assert told in page.text
    assert ("step 1 should have found" in page.text) is blamed
    assert ("50.0 % (10.0 to 90.0)" in page.text) is blamed
    assert "Is it a cup?" not in page.text  # only what went wrong is listed
    assert all(source.startswith("data:image/jpeg;base64,") for source in page.all("img", "src"))
    assert not [tag for tag, _ in page.elements if tag in ("script", "link", "iframe")]
    assert not page.all("a", "href")


def test_a_report_in_a_folder_leads_to_the_page_of_each_run(tmp_path: Path) -> None:
    evaluated(tmp_path, blamed=True)
    done(tmp_path, "cups-dev", "--to", "folder", "-o", tmp_path / "out")  # by its name
    links = Page(tmp_path / "out" / "index.html").all("a", "href")
    assert len(links) == 3  # the wrong one, and both in the list
    assert all((tmp_path / "out" / link).is_file() for link in links)
