"""The button that makes a run's program an example: it does, says and refuses what `looksmith teach` does."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner
from engines import Said, Tools, bare_settings, red
from fastapi.testclient import TestClient

from looksmith import Looksmith
from looksmith.agent.cli.main import main
from looksmith.agent.session.workshop import Workshop
from looksmith.agent.traces.runs import StoredRun
from looksmith.agent.traces.verdicts import Verdict, write_verdict
from looksmith.agent.web.app import create_app
from looksmith.programs.examples.taught import TaughtFolder

QUESTION = "How much red is there?"


@pytest.fixture
def run(tmp_path: Path) -> StoredRun:
    llm = Said()
    llm.say = lambda _: "shade = SHADE(image)\nanswer = shade"
    with Looksmith(llm=llm, settings=bare_settings(tmp_path), tools=[Tools()]) as looksmith:
        return bare_settings(tmp_path).runs.load(str(looksmith.ask(red(60), QUESTION).run))


@pytest.fixture
def viewer(tmp_path: Path) -> TestClient:
    workshop = Workshop(bare_settings(tmp_path), tools=[Tools()])
    return TestClient(create_app(workshop), base_url="http://localhost")


def test_a_program_that_is_right_is_taught_shown_and_removed(
    viewer: TestClient, run: StoredRun, tmp_path: Path
) -> None:
    assert 'id="teach"' not in viewer.get(f"/runs/{run.name}").text, "nobody said that it is right"
    refused = viewer.post(f"/runs/{run.name}/teach")
    assert (refused.status_code, "No verdict says which program" in refused.json()["error"]) == (400, True)
    viewer.post(f"/runs/{run.name}/verdict", json={"right": True})
    assert 'id="teach"' in viewer.get(f"/runs/{run.name}").text
    told = viewer.post(f"/runs/{run.name}/teach").json()
    (example,) = TaughtFolder(tmp_path / "examples").load().examples.values()
    assert (example.question, example.answer, example.run) == (QUESTION, "60", run.name)
    assert viewer.get(f"/runs/{told['proof']}").status_code == 200
    page = viewer.get(f"/runs/{run.name}").text
    assert f'data-forget="{told["example"]}"' in page and 'id="teach"' not in page
    assert viewer.post(f"/examples/{told['example'][:5]}/remove").status_code == 400, "the start of a name is none"
    assert viewer.post(f"/examples/{told['example']}/remove").json() == {"removed": told["example"]}
    assert not TaughtFolder(tmp_path / "examples").load().examples
    assert 'id="teach"' in viewer.get(f"/runs/{run.name}").text


TWICE = "answer = SHADE(image) * 2"


@pytest.mark.parametrize(("answer", "why"), [(60, "answers 120, and 60 is right"), (None, "No right answer is known")])
def test_what_the_command_refuses_is_refused_in_its_words(
    viewer: TestClient, run: StoredRun, tmp_path: Path, answer: int | None, why: str
) -> None:
    write_verdict(run.folder, Verdict(run=run.name, right=False, answer=answer, program=TWICE))
    refused = viewer.post(f"/runs/{run.name}/teach")
    (tmp_path / "tools.py").write_text("from engines import Tools\ndef register_tools(r):\n    r(Tools())\n")
    options = ["--home", tmp_path, "--profile", tmp_path / "none.toml", "--tools", tmp_path / "tools.py"]
    said = CliRunner().invoke(main, ["teach", run.name, *map(str, options)]).stderr
    assert refused.status_code == 400 and why in refused.json()["error"]
    assert refused.json()["error"].partition(" See looksmith show")[0] in said
    assert not TaughtFolder(tmp_path / "examples").load().examples


def test_a_corrected_program_is_taught(viewer: TestClient, run: StoredRun, tmp_path: Path) -> None:
    write_verdict(run.folder, Verdict(run=run.name, right=False, answer=120, program=TWICE))
    assert viewer.post(f"/runs/{run.name}/teach").status_code == 200
    (example,) = TaughtFolder(tmp_path / "examples").load().examples.values()
    assert (example.program.strip(), example.answer) == (TWICE, "120")


def test_a_program_by_hand_answers_no_question_and_is_not_taught(viewer: TestClient, tmp_path: Path) -> None:
    with Looksmith(settings=bare_settings(tmp_path), tools=[Tools()]) as looksmith:
        name = looksmith.run("answer = SHADE(image)", red(60)).run.name
    viewer.post(f"/runs/{name}/verdict", json={"right": True})
    assert 'id="teach"' not in viewer.get(f"/runs/{name}").text
    assert "has no question" in viewer.post(f"/runs/{name}/teach").json()["error"]
