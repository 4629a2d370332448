"""The ask page of the service: a question may take any profile of the home folder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from engines import Said, Tools, bare_settings
from fastapi.testclient import TestClient

from looksmith.agent.endpoint.app import create_service
from looksmith.agent.session.engine import Engine
from looksmith.agent.traces.run_record import RunRecord
from looksmith.agent.web import asking
from looksmith.tools.core.tool import tool
from looksmith.tools.core.values import Image


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    (tmp_path / "profiles").mkdir()
    (tmp_path / "profiles" / "mine.toml").write_text("[models]\n[tools]\n")
    (tmp_path / "profiles" / "broken.toml").write_text("[modells]\n")
    llm = Said()
    llm.say = lambda _: "answer = SHADE(image)"
    made = Engine(bare_settings(tmp_path), lambda timeout, tokens: llm, [Tools()])
    yield made
    made.close()


def asked(engine: Engine, profile: str) -> tuple[str, list[RunRecord]]:
    """The page that follows a question with a profile, and the runs once it is answered."""
    with TestClient(create_service(engine, lambda: {"ready": True}), base_url="http://localhost") as viewer:
        page = viewer.get("/ask").text
        assert "<option>mine</option>" in page and "<option>broken</option>" in page
        form = {"question": "How much red is there?", "profile": profile, "example": "coffee"}
        page = viewer.post("/ask", data=form).text
        if 'data-job="' in page:
            job = page.partition('data-job="')[2].partition('"')[0]
            viewer.get(f"/ask/{job}/events")
            page = viewer.get(f"/runs/{engine.settings.runs.load('last').name}").text
    return page, [one for one in engine.settings.runs.list() if isinstance(one, RunRecord)]


def test_a_question_is_answered_with_the_profile_that_was_chosen(engine: Engine) -> None:
    first = engine.workshop
    page, (run,) = asked(engine, "mine")
    assert (run.profile, run.outcome) == ("mine", "ok"), page
    assert engine.workshop is first and not engine.under_way


@pytest.mark.parametrize(("profile", "why"), [("broken", "modells"), ("nothing", "There is no profile")])
def test_a_profile_that_cannot_be_used_says_why_on_the_page(engine: Engine, profile: str, why: str) -> None:
    page, runs = asked(engine, profile)
    assert 'role="alert"' in page and why in page and runs == []
    assert 'value="How much red is there?"' in page, "the question need not be typed again"


class Seer:
    """A tool with a model. loads: how often that was loaded."""

    backend = "model"

    def __init__(self) -> None:
        self.loads = 0

    def load(self) -> None:
        """Count it."""
        self.loads += 1

    @tool
    def SHADE(self, image: Image) -> int:
        """The red of the first pixel, 0 to 255."""
        return int(image.array()[0, 0, 0])


def test_tools_that_a_profile_lacks_are_told_with_the_answer(
    tmp_path: Path, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    why = "LOC is unavailable: its weights are not here: looksmith models pull a-detector"
    monkeypatch.setattr(asking, "missing_models", lambda missing: [why])
    page, runs = asked(engine, "mine")
    assert f"None of the models of the profile mine can be loaded. {why}" in page and not runs
    seer = Seer()
    llm = Said()
    llm.say = lambda _: "answer = SHADE(image)"
    seeing = Engine(bare_settings(tmp_path), lambda timeout, tokens: llm, [seer])
    page, runs = asked(seeing, "mine")
    seeing.close()
    assert len(runs) == 1 and why in page and seer.loads == 1
