"""What the viewer does with odd addresses, host names, texts and pictures: it says no in a sentence, and goes on."""

from __future__ import annotations

import json
import shutil
import time
import zlib
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from fastapi.testclient import TestClient
from PIL import Image as Pillow

from looksmith.agent.cli.main import main
from looksmith.agent.llm.llm import LLMError
from looksmith.agent.session.workshop import Workshop
from looksmith.agent.setup.settings import Settings
from looksmith.agent.traces.runs import Runs
from looksmith.agent.web import decoder, guard, uploads
from looksmith.agent.web.app import create_app
from looksmith.agent.web.live import QuestionJob
from looksmith.agent.web.uploads import Uploads
from looksmith.tools.core.errors import InputError
from looksmith.tools.core.values import Image
from stored import interrupt, one_step, store


class Mute:
    """A model that does not reply."""

    model = "mute"

    def complete(self, *_: Any, **__: Any) -> Any:
        """Nothing."""
        raise LLMError("It says nothing.")


def client(home: Path, **more: Any) -> TestClient:
    workshop = Workshop(Settings(home, device="cpu", installed=False), Mute)
    return TestClient(create_app(workshop), base_url="http://127.0.0.1", **more)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "LOCALHOST:80", "[::1]", "[::1]:8078", "127.0.0.1:8078"])
def test_the_names_of_this_machine_are_let_in(tmp_path: Path, host: str) -> None:
    assert client(tmp_path).get("/ask", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "host",
    [
        *("evil.com", "a_b.evil.com", "evil.com.", "a{b}.evil.com", "a`b.evil.com", 'a"b.evil.com', "a..evil.com", ""),
        *("evil.com:99999", "evil.com:", "127.0.0.1.evil.com", "127.0.0.1@evil.com", "localhost:80:80", "[::1", "::1"),
        *("localhost:", "localhost:x", "localhost ", "127.0.0.1\t", "127.0.0.1/..", "127.0.0.1:123456", "a*b.evil.com"),
    ],
)
def test_every_other_name_is_refused_however_it_is_written(tmp_path: Path, host: str) -> None:
    here = client(tmp_path)
    assert here.get("/ask", headers={"Host": host}).status_code == 403
    refused = here.post("/ask/x/cancel", headers={"Host": host, "Origin": f"http://{host}"})
    assert refused.status_code == 403


@pytest.mark.parametrize(
    "origin", ["http://[evil", "http://127.0.0.1:x", "127.0.0.1", "http://127.0.0.1.evil.com", " "]
)
def test_an_odd_origin_presses_no_button(tmp_path: Path, origin: str) -> None:
    assert client(tmp_path).post("/ask/x/cancel", headers={"Origin": origin}).status_code == 403
    assert client(tmp_path).post("/ask/x/cancel", headers={"Origin": "http://127.0.0.1"}).status_code == 200


def test_runs_outside_of_the_home_folder_have_no_address(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home, elsewhere = tmp_path / "home", tmp_path / "elsewhere"
    inside, secret = store(home, one_step()), store(elsewhere, one_step(), question="A secret?")
    monkeypatch.chdir(secret.folder.parent)
    here = client(home)
    for name in (str(secret.folder), secret.name, f"../../elsewhere/runs/{secret.name}", ".", "..", "last/.."):
        for page in (f"/runs/{quote(name, '')}/trace.json", f"/compare?left={name}&right=last"):
            answer = here.get(page)
            assert answer.status_code == 404, page
            assert "A secret?" not in answer.text
        assert here.post(f"/runs/{secret.name}/replay", json={}).status_code == 400
    assert here.get("/runs/last").status_code == 200
    assert here.get(f"/compare?left={inside.name[:18]}&right=last").status_code == 200


def test_a_run_elsewhere_is_shown_when_it_was_named_at_the_start(tmp_path: Path) -> None:
    home, secret = tmp_path / "home", store(tmp_path / "elsewhere", one_step(), question="Theirs?")
    inside = store(home, one_step())
    workshop = Workshop(Settings(home, device="cpu", installed=False), Mute)
    here = TestClient(create_app(workshop, others=[secret.folder, inside.folder]), base_url="http://127.0.0.1")
    assert here.get("/").text.count("Theirs?") == 1
    assert "Theirs?" in here.get(f"/runs/{secret.name}").text


ODD = ["a" * 300, "a" * 5000, "%00", "%F0" * 10, "%ED%A0%80", "x%0Ay", "%25", "'", "last%00", "\u202e", "{[]}"]


@pytest.mark.parametrize("name", ODD)
def test_odd_addresses_are_pages_that_are_not_there(tmp_path: Path, name: str) -> None:
    store(tmp_path, one_step())
    here = client(tmp_path)
    for path in (
        *(f"/runs/{name}", f"/runs/{name}/page.html", f"/runs/{name}/trace.json", f"/runs/{name}/images/x"),
        *(f"/runs/last/images/{name}", f"/compare?left={name}&right=last", f"/compare?left=last&right={name}"),
        *(f"/reports/{name}", f"/ask/{name}"),
    ):
        assert here.get(path).status_code == 404, path
    assert (
        here.get(f"/?q={name}&tool={name}&model={name}&collection={name}&outcome={name}&score={name}").status_code
        == 200
    )
    for path in (f"/runs/{name}/replay", f"/runs/{name}/blame", f"/runs/{name}/verdict"):
        assert here.post(path, json={"expected": "1"} if "blame" in path else {}).status_code == 400
    assert here.get(f"/acts/{name}").json() == []
    assert here.post(f"/acts/{name}/{name}", json={"word": "yes"}).json() == {"heard": False}
    assert here.post("/marked", json={"runs": [name], "action": "remove"}).status_code == 400


@pytest.mark.parametrize("number", ["99999999999999999999", "-1", "1e9", "9" * 5000, "x"])
def test_odd_numbers_are_no_defect(tmp_path: Path, number: str) -> None:
    run = store(tmp_path, one_step())
    here = client(tmp_path)
    image = run.record.image
    for path in (f"/?page={number}", f"/runs/last?start={number}", f"/runs/last/images/{image}?side={number}"):
        assert here.get(path).status_code in (200, 422), path


@pytest.mark.parametrize("text", ["\ud800", "{[]}", "[" * 9000, "{1:{[]:2}}", "1" * 5000, "\0", "{'a':", "()" * 4000])
def test_odd_texts_in_the_editor_are_told(tmp_path: Path, text: str) -> None:
    store(tmp_path, one_step())
    here = client(tmp_path)
    for path, sent in (
        ("replay", {"program": f"answer = {text}"}),
        ("replay", {"program": text}),
        ("replay", {"results": {"1": text}}),
        ("replay", {"results": {"1": {"type": "box", "left": text}}}),
        ("blame", {"expected": text}),
    ):
        answer = here.post(f"/runs/last/{path}", content=json.dumps(sent), headers={"Content-Type": "application/json"})
        assert answer.status_code in (200, 400, 422), (path, sent, answer.text)


def test_a_replay_is_a_run_of_the_home_folder_and_counts_in_no_evaluation(tmp_path: Path) -> None:
    asked = store(tmp_path / "evals" / "one", one_step())
    again = store(tmp_path / "evals" / "one", one_step())
    lines = [{"id": "1", "question": "?", "outcome": "llm_error", "run": again.name, "expected": 1, "score": 0}]
    lines.append({**lines[0], "outcome": "ok", "run": asked.name, "score": 1})
    (tmp_path / "evals" / "one" / "results.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    here = client(tmp_path)
    assert here.get("/").status_code == 200
    told = Workshop(Settings(tmp_path, device="cpu")).replayer(asked)
    assert told.runs.root == tmp_path / "runs"
    replay = asked.folder.with_name("replay")
    shutil.copytree(asked.folder, replay)
    record = json.loads((replay / "run.json").read_text())
    (replay / "run.json").write_text(json.dumps({**record, "parent": asked.name}))
    assert "1 runs" in here.get("/reports/one").text


# --- Pictures ----------------------------------------------------------------------------------------------------


def png(width: int, height: int) -> bytes:
    """A picture of one colour, which is small as a file whatever its size."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")

    head = width.to_bytes(4, "big") + height.to_bytes(4, "big") + bytes((1, 0, 0, 0, 0))
    rows = zlib.compress((b"\0" + bytes((width + 7) // 8)) * height, 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def noise() -> bytes:
    """A picture that is as large as its pixels."""
    file = BytesIO()
    Pillow.effect_noise((100, 100), 90).save(file, "PNG")
    return file.getvalue()


def send(here: TestClient, *files: tuple[str, bytes]) -> Any:
    named = [("image", (name, data, "image/png")) for name, data in files]
    return here.post("/ask", data={"question": "What is \ufffd it?"}, files=named, follow_redirects=False)


def finished(home: Path) -> Any:
    """The record of the only run, when it has ended."""
    end = time.monotonic() + 300
    while time.monotonic() < end:
        for run in Runs(home / "runs").list():
            if getattr(run, "outcome", None):
                return run
        time.sleep(0.05)
    raise AssertionError("no run has ended")


@pytest.mark.parametrize("name", ["..", ".", "a/../..", "\u202e.png", "n" * 3000, "C:\\x", "%00"])
def test_a_picture_of_any_name_can_be_asked_about(tmp_path: Path, name: str) -> None:
    answer = send(client(tmp_path), (name, png(9, 7)))
    assert answer.status_code == 303, answer.text
    record = finished(tmp_path)
    assert record.image_size == (9, 7)
    assert "/" not in record.image_name
    assert 0 < len(record.image_name) <= 200


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "There is no picture"),
        (b"text", "is not an image"),
        (png(30_000, 30_000), "at most 64,000,000 pixels"),
        (noise()[:-2000], "is damaged"),
    ],
)
def test_a_picture_that_cannot_be_read_is_told_by_its_own_name(tmp_path: Path, data: bytes, why: str) -> None:
    page = send(client(tmp_path), ("mine.png", data)).text
    assert why in page
    assert "/tmp" not in page
    assert "looksmith-" not in page


def test_there_is_a_limit_in_number_and_in_pixels(tmp_path: Path) -> None:
    here = client(tmp_path)
    assert "at most 16" in send(here, *[("a.png", png(8, 8))] * 17).text
    assert "pixels in total" in send(here, *[("a.png", png(5000, 5000))] * 3).text
    assert not (tmp_path / "runs").exists()


def test_pictures_of_questions_under_way_count_until_these_are_done(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "MAX_IN_FLIGHT", 100)
    monkeypatch.setattr(uploads, "_sent", lambda _: (Image.of(Pillow.new("RGB", (8, 8))), "a.png"))
    reader, job = Uploads(), QuestionJob("1", "?")
    file: Any = type("File", (), {"filename": "a.png"})()
    reader.count(job, reader.read([file]))
    with pytest.raises(InputError, match="Wait for other questions"):
        reader.read([file])
    job.done.set()
    assert len(reader.read([file])) == 1


def test_a_picture_that_takes_too_long_to_decode_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoder, "SECONDS", 0.01)
    assert "too much time or memory" in send(client(tmp_path), ("a.png", png(7000, 7000))).text


def test_a_request_without_end_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "MAX_BODY", 1000)
    here = client(tmp_path)
    assert here.post("/ask/x/cancel", content=b"x" * 2000).status_code == 413
    assert here.post("/ask/x/cancel", headers={"Content-Length": "1e9"}).status_code == 413

    def endless() -> Iterator[bytes]:
        for _ in range(100):
            yield b"x" * 100

    assert here.post("/runs/x/replay", content=endless()).status_code in (400, 413)


def test_a_defect_is_a_page_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("looksmith.agent.web.listing.library.RunLibrary.refresh", fail)
    answer = client(tmp_path, raise_server_exceptions=False).get("/")
    assert (answer.status_code, "ZeroDivisionError" in answer.text) == (500, True)


# --- Runs that are removed and kept ------------------------------------------------------------------------------


def look(home: Path, *words: str) -> tuple[int, str]:
    from click.testing import CliRunner

    told = CliRunner().invoke(main, ["runs", *words, "--home", str(home)], catch_exceptions=False)
    return told.exit_code, told.output


def names(home: Path) -> list[str]:
    return sorted(path.name for path in (home / "runs").iterdir())


def test_runs_are_removed_unless_they_are_kept(tmp_path: Path) -> None:
    first, second, third = (store(tmp_path, one_step()) for _ in range(3))
    assert look(tmp_path, "keep", first.name)[0] == 0
    status, told = look(tmp_path, "rm", first.name)
    assert (status, "is kept" in told) == (2, True)
    (second.folder / "run.json").write_text("damaged")
    assert look(tmp_path, "rm", second.name)[0] == 0
    assert names(tmp_path) == [first.name, third.name]
    assert look(tmp_path, "rm", "nothing")[0] == 2
    assert look(tmp_path, "rm", "2")[0] == 2
    assert look(tmp_path, "rm")[0] == look(tmp_path, "rm", "last", "--older-than", "1d")[0] == 2
    assert look(tmp_path, "keep", "--no", first.name)[0] == 0
    status, told = look(tmp_path, "rm", first.name, "last")
    assert (status, "Name the run's id" in told) == (2, True)
    assert names(tmp_path) == [first.name, third.name]
    assert look(tmp_path, "rm", first.name, third.name)[0] == 0
    assert names(tmp_path) == []


def test_a_link_is_removed_and_not_what_it_leads_to(tmp_path: Path) -> None:
    run = store(tmp_path / "elsewhere", one_step())
    (tmp_path / "runs").mkdir()
    (tmp_path / "runs" / "linked").symlink_to(run.folder)
    (tmp_path / "runs" / "loop").symlink_to(tmp_path / "runs" / "loop")
    assert look(tmp_path, "rm", "linked", "loop")[0] == 0
    assert names(tmp_path) == []
    assert Runs(run.folder.parent).load(run.name)


def test_the_oldest_runs_go_first_and_never_one_that_is_kept_or_going_on(tmp_path: Path) -> None:
    runs = [store(tmp_path, one_step()) for _ in range(5)]
    for number, run in enumerate(runs):
        record = json.loads((run.folder / "run.json").read_text())
        started = f"2020-01-0{number + 1}T00:00:00+00:00"
        (run.folder / "run.json").write_text(json.dumps({**record, "started": started}))
    look(tmp_path, "keep", runs[0].name)
    interrupt(Runs(tmp_path / "runs").load(runs[1].name))
    status, told = look(tmp_path, "prune", "--max-count", "3", "--dry-run")
    assert (status, "Would remove 2 of 5 runs" in told) == (0, True)
    assert len(names(tmp_path)) == 5
    assert look(tmp_path, "prune", "--max-count", "3", "--json")[0] == 0
    assert names(tmp_path) == sorted(run.name for run in (runs[0], runs[1], runs[4]))
    assert look(tmp_path, "prune", "--older-than", "10d", "--dry-run")[0] == 0
    assert look(tmp_path, "rm", "--older-than", "10d")[0] == 0
    assert names(tmp_path) == sorted(run.name for run in runs[:2])


def test_a_limit_in_size_counts_what_runs_share_once(tmp_path: Path) -> None:
    from looksmith.agent.traces.tidy import StorageLimits, size_of, stored_runs, too_much

    runs = [store(tmp_path, one_step()) for _ in range(3)]
    shared = next((runs[0].folder / "images").iterdir())
    for run in runs[1:]:
        (run.folder / "images" / shared.name).unlink()
        (run.folder / "images" / shared.name).hardlink_to(shared)
    found = stored_runs(tmp_path / "runs")
    from datetime import UTC, datetime

    gone = too_much(found, StorageLimits(size=size_of(found) - 1), datetime.now(UTC))
    assert [run.name for run in gone] == [runs[0].name]
    assert len(too_much(found, StorageLimits(size=0), datetime.now(UTC))) == 3
    assert too_much(found, StorageLimits(size=size_of(found)), datetime.now(UTC)) == []


@pytest.mark.parametrize("words", [("--older-than", "x"), ("--max-size", "2XB"), (), ("--older-than", "-1d")])
def test_limits_that_make_no_sense_are_refused(tmp_path: Path, words: tuple[str, ...]) -> None:
    assert look(tmp_path, "prune", *words)[0] == 2


def test_runs_can_be_listed_in_two_ways(tmp_path: Path) -> None:
    run = store(tmp_path, one_step())
    assert run.name in look(tmp_path)[1]
    assert run.name in look(tmp_path, "list")[1]
    assert json.loads(look(tmp_path, "list", "--json")[1])[0]["id"] == run.name
