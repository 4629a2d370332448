"""The video of a run: served in parts, to who may see the run, and only if it is the one that the run was about."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from clip_runs import clip_run
from clips import clip
from fastapi.testclient import TestClient

from looksmith.agent.pages.clip import SMALL
from looksmith.agent.pages.page import render_page
from looksmith.agent.reading.view import view
from looksmith.agent.session.workshop import Workshop
from looksmith.agent.setup.settings import Settings
from looksmith.agent.traces.runs import StoredRun
from looksmith.agent.traces.trace import Step
from looksmith.agent.web.app import create_app


@pytest.fixture
def video(tmp_path: Path) -> Path:
    return clip(tmp_path / "clip.mp4")


@pytest.fixture
def run(tmp_path: Path, video: Path) -> StoredRun:
    return clip_run(tmp_path / "home", video)


@pytest.fixture
def viewer(tmp_path: Path) -> TestClient:
    return TestClient(create_app(Workshop(Settings(tmp_path / "home", device="cpu"))), base_url="http://localhost")


def test_a_part_of_the_video_is_served(viewer: TestClient, run: StoredRun, video: Path) -> None:
    whole = viewer.get(f"/runs/{run.name}/clip")
    assert (whole.status_code, whole.content, whole.headers["content-type"]) == (200, video.read_bytes(), "video/mp4")
    part = viewer.get(f"/runs/{run.name}/clip", headers={"Range": "bytes=10-19"})
    assert (part.status_code, part.content) == (206, video.read_bytes()[10:20])
    assert part.headers["content-range"] == f"bytes 10-19/{video.stat().st_size}"
    assert "media-src 'self';" in part.headers["content-security-policy"]


def test_who_may_not_see_the_run_gets_no_video(tmp_path: Path, run: StoredRun) -> None:
    app = create_app(Workshop(Settings(tmp_path / "home", device="cpu")), "secret")
    stranger = TestClient(app, base_url="http://192.0.2.1:8078")
    assert stranger.get(f"/runs/{run.name}/clip").status_code == 403
    assert stranger.get(f"/runs/{run.name}/clip", headers={"Authorization": "Bearer secret"}).status_code == 200


def test_a_video_that_changed_or_is_gone_is_told_and_its_frames_stay(
    viewer: TestClient, run: StoredRun, video: Path
) -> None:
    assert viewer.get(f"/runs/{run.name}/clip").status_code == 200
    clip(video, count=12)
    changed = viewer.get(f"/runs/{run.name}/clip")
    assert (changed.status_code, "has changed since the run" in changed.text) == (404, True)
    video.unlink()
    assert viewer.get(f"/runs/{run.name}/clip").status_code == 404
    page = viewer.get(f"/runs/{run.name}").text
    assert f"The video {video} is not there any more." in page and "<video" not in page
    step = run.events[-2]
    assert isinstance(step, Step)
    (frame,) = step.frames
    assert f"/runs/{run.name}/images/{frame.image}" in page and ">0:00.5</figcaption>" in page
    assert viewer.get(f"/runs/{run.name}/images/{frame.image}").headers["content-type"] == "image/jpeg"


@pytest.mark.parametrize("name", ["secret.txt", "other.mp4", "no\0thing.mp4", "../clip.mp4", ""])
def test_a_run_that_names_another_file_does_not_get_it(
    viewer: TestClient, run: StoredRun, tmp_path: Path, name: str
) -> None:
    (tmp_path / "secret.txt").write_text("the secret")
    clip(tmp_path / "other.mp4", count=3)
    record = json.loads((run.folder / "run.json").read_text())
    relative = not name or name.startswith("..")
    record["inputs"]["video"]["path"] = name if relative else f"{tmp_path}/{name}"
    (run.folder / "run.json").write_text(json.dumps(record))
    answer = viewer.get(f"/runs/{run.name}/clip")
    assert answer.status_code == 404 and "secret" not in answer.text.replace("secret.txt", "")
    assert viewer.get(f"/runs/{run.name}").status_code == 200


def test_an_exported_page_has_the_video_only_if_it_is_small(run: StoredRun, video: Path) -> None:
    page = render_page(view(run))
    assert 'src="data:video/mp4;base64,' in page and "When things were seen" in page
    with video.open("ab") as file:
        file.write(bytes(SMALL))
    page = render_page(view(run))
    assert "<video" not in page and "When things were seen" in page and ">0:00.5</figcaption>" in page
