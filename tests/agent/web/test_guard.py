"""Who may talk to the viewer, and what comes back when something cannot be had."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner
from fastapi.testclient import TestClient

from looksmith.agent.cli.main import main
from looksmith.agent.session.workshop import Workshop
from looksmith.agent.setup.settings import Settings
from looksmith.agent.web.app import create_app


def client(home: Path, token: str = "", at: str = "http://127.0.0.1:8078") -> TestClient:
    return TestClient(create_app(Workshop(Settings(home, device="cpu")), token), base_url=at)


def test_this_machine_is_let_in_and_pages_may_run_no_script_of_others(tmp_path: Path) -> None:
    answer = client(tmp_path).get("/")
    assert answer.status_code == 200
    assert "default-src 'none'; script-src 'self';" in answer.headers["content-security-policy"]
    assert "unsafe-inline" not in answer.headers["content-security-policy"].split("style-src")[0]
    assert client(tmp_path, at="http://localhost:8078").get("/").status_code == 200
    assert client(tmp_path, at="http://[::1]:8078").get("/").status_code == 200


def test_a_name_of_somebody_else_that_leads_here_is_refused(tmp_path: Path) -> None:
    answer = client(tmp_path, at="http://evil.example:8078").get("/")
    assert (answer.status_code, "only available as localhost" in answer.text) == (403, True)


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://127.0.0.1:9999"])
def test_another_page_cannot_press_a_button(tmp_path: Path, origin: str) -> None:
    answer = client(tmp_path).post("/runs/x/replay", json={}, headers={"Origin": origin})
    assert answer.status_code == 403


def test_elsewhere_only_who_has_the_token_is_let_in(tmp_path: Path) -> None:
    there = client(tmp_path, token="secret", at="http://192.0.2.1:8078")
    assert there.get("/").status_code == 403
    assert there.get("/?token=wrong").status_code == 403
    assert there.post("/runs/x/replay", json={}).status_code == 403
    let_in = there.get("/?token=secret&outcome=ok")
    assert (let_in.status_code, str(let_in.url)) == (200, "http://192.0.2.1:8078/?outcome=ok")
    assert there.get("/ask").status_code == 200


def test_what_is_not_there_is_told(tmp_path: Path) -> None:
    here = client(tmp_path)
    for path in ("/runs/nothing", "/runs/../../etc/passwd", "/compare?left=a&right=b", "/reports/none", "/nowhere"):
        answer = here.get(path)
        assert (answer.status_code, 'role="alert"' in answer.text) == (404, True), path
    refused = here.post("/runs/nothing/replay", json={"results": {}})
    assert (refused.status_code, "There is no run 'nothing'" in refused.json()["error"]) == (400, True)
    assert here.post("/runs/nothing/replay", json={"results": {"a": 1}}).status_code == 422
    assert here.post("/ask/nothing/cancel").json() == {"cancelled": False}
    assert here.get("/ask/nothing/events").text == ""


def test_a_port_that_is_taken_is_told(tmp_path: Path) -> None:
    told = CliRunner().invoke(main, ["view", "--host", "192.0.2.1", "--home", str(tmp_path)])
    assert (told.exit_code, "Cannot listen on 192.0.2.1" in told.stderr) == (2, True)
