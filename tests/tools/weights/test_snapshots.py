"""Repositories of the hub, pulled with its own client from a server that answers as the hub does."""

from __future__ import annotations

import hashlib
import json
import os
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from looksmith.tools.core.errors import WeightsError
from looksmith.tools.weights.snapshots import LOCK, Repository, SnapshotPart, Snapshots, read_repositories, unlisted
from looksmith.tools.weights.store import Weights

COMMIT = "c0ffee" + "0" * 34
FILES = {"config.json": b"{}", "model.safetensors": b"weights" * 100, "evil.py": b"import os", "old.bin": b"pickle"}


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@dataclass
class Hub:
    """Repositories by name, each with files. lie: a hash that it tells of every large file, and that is wrong.

    gone: a file that it has lost.
    """

    url: str = ""
    repos: dict[str, dict[str, bytes]] = field(default_factory=dict[str, dict[str, bytes]])
    lie: str = ""
    gone: str = ""
    gets: list[str] = field(default_factory=list[str])

    def page(self, path: str) -> bytes | None:
        """The body for a path, None where there is nothing."""
        for repo, files in self.repos.items():
            if path.startswith(f"/api/models/{repo}/revision/"):
                return json.dumps(self.info(repo, files)).encode()
            for start in (f"/{repo}/resolve/{COMMIT}/", f"/{repo}/resolve/main/"):
                if path.startswith(start):
                    name = path.removeprefix(start)
                    return None if name == self.gone else files.get(name)
        return None

    def info(self, repo: str, files: dict[str, bytes]) -> dict[str, Any]:
        """What the hub says about a repository."""
        siblings = [
            {
                "rfilename": name,
                "size": len(data),
                "blobId": "0",
                "lfs": {"sha256": self.lie or digest(data), "size": len(data), "pointerSize": 1},
            }
            for name, data in files.items()
        ]
        return {"id": repo, "modelId": repo, "sha": COMMIT, "siblings": siblings, "private": False, "tags": []}


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    hub = Hub()

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            path = self.path.split("?")[0]
            data = hub.page(path)
            if self.command == "GET":
                hub.gets.append(path)
            self.send_response(404 if data is None else 200)
            self.send_header("Content-Length", str(len(data or b"")))
            self.send_header("Content-Type", "application/json")
            self.send_header("ETag", f'"{digest(data or b"")}"')
            self.send_header("X-Repo-Commit", COMMIT)
            self.end_headers()
            if self.command == "GET":
                self.wfile.write(data or b"")

        do_GET = do_HEAD = answer

        def log_message(self, format: str, *args: Any) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    hub.url = f"http://127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    for name in [name for name in os.environ if name.startswith("HF_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HF_ENDPOINT", hub.url)
    yield hub
    server.shutdown()
    server.server_close()


def tiny(*parts: SnapshotPart) -> Repository:
    return Repository(
        name="tiny", task="a test", licence="MIT", size=1000, parts=parts or (SnapshotPart(repo="some/tiny"),)
    )


def test_what_libraries_load_arrives_and_code_and_pickles_do_not(hub: Hub, tmp_path: Path) -> None:
    hub.repos["some/tiny"] = FILES
    snapshots, seen = Snapshots(tmp_path), list[str]()
    assert not snapshots.present(tiny())
    folder = snapshots.pull(tiny(), lambda source, done: seen.append(source))
    assert {path.name for path in folder.iterdir()} == {"config.json", "model.safetensors", LOCK}
    assert snapshots.path(tiny()) == folder and snapshots.verify(tiny()) == ()
    told = json.loads((folder / LOCK).read_text())
    assert told["commits"] == [COMMIT]
    assert told["files"]["model.safetensors"] == [700, digest(FILES["model.safetensors"])]
    assert "Hugging Face some/tiny" in seen
    assert sorted(path.name for path in tmp_path.iterdir()) == [".tiny.lock", "tiny"]


def test_a_second_pull_asks_nobody(hub: Hub, tmp_path: Path) -> None:
    hub.repos["some/tiny"] = FILES
    Snapshots(tmp_path).pull(tiny(), lambda *_: None)
    hub.gets.clear()
    Snapshots(tmp_path).pull(tiny(), lambda *_: None)
    assert hub.gets == []


def test_parts_of_several_repositories_make_one_folder(hub: Hub, tmp_path: Path) -> None:
    hub.repos |= {"some/tiny": FILES, "some/words": {"vocab.txt": b"a b"}}
    parts = (SnapshotPart(repo="some/tiny", files=("*.bin",)), SnapshotPart(repo="some/words", into="words"))
    folder = Snapshots(tmp_path).pull(tiny(*parts), lambda *_: None)
    assert {str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file()} == {
        "old.bin",
        "words/vocab.txt",
        LOCK,
    }


def test_a_file_that_is_not_what_the_hub_says_is_refused(hub: Hub, tmp_path: Path) -> None:
    hub.repos["some/tiny"], hub.lie = FILES, "0" * 64
    with pytest.raises(WeightsError, match="does not match the hub's hash"):
        Snapshots(tmp_path).pull(tiny(), lambda *_: None)
    assert not Snapshots(tmp_path).present(tiny())


def test_a_pull_that_was_interrupted_goes_on_with_what_it_lacks(hub: Hub, tmp_path: Path) -> None:
    hub.repos["some/tiny"], hub.gone = FILES, "model.safetensors"
    with pytest.raises(WeightsError, match="could not be downloaded"):
        Snapshots(tmp_path).pull(tiny(), lambda *_: None)
    assert not Snapshots(tmp_path).present(tiny())
    hub.gone = ""
    hub.gets.clear()
    folder = Snapshots(tmp_path).pull(tiny(), lambda *_: None)
    assert Snapshots(tmp_path).verify(tiny()) == () and (folder / "config.json").read_bytes() == b"{}"
    files = [page.rpartition("/")[2] for page in hub.gets if "/resolve/" in page]
    assert files == ["model.safetensors"]
    assert sorted(path.name for path in tmp_path.iterdir()) == [".tiny.lock", "tiny"]


def test_damage_is_seen(hub: Hub, tmp_path: Path) -> None:
    hub.repos["some/tiny"] = FILES
    snapshots = Snapshots(tmp_path)
    folder = snapshots.pull(tiny(), lambda *_: None)
    (folder / "model.safetensors").write_bytes(b"x" * 700)
    assert snapshots.verify(tiny()) == ("model.safetensors has changed since it was pulled.",)
    (folder / "model.safetensors").unlink()
    with pytest.raises(WeightsError, match="Run: looksmith models pull tiny"):
        snapshots.path(tiny())
    snapshots.pull(tiny(), lambda *_: None)
    assert snapshots.verify(tiny()) == ()


def test_no_network_no_repository_and_offline_are_told_apart(hub: Hub, tmp_path: Path, monkeypatch) -> None:
    with pytest.raises(WeightsError, match="404 Not Found"):
        Snapshots(tmp_path).pull(tiny(), lambda *_: None)
    with pytest.raises(WeightsError, match="network was not tried"):
        Snapshots(tmp_path, offline=True).pull(tiny(), lambda *_: None)
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(WeightsError, match="could not be downloaded"):
        Snapshots(tmp_path).pull(tiny(), lambda *_: None)
    assert [path.name for path in tmp_path.iterdir()] == [".tiny.lock"]


def test_a_mirror_comes_before_the_network(hub: Hub, tmp_path: Path) -> None:
    mirror = tmp_path / "mirror"
    (mirror / "tiny").mkdir(parents=True)
    (mirror / "tiny" / "config.json").write_text("{}")
    snapshots = Snapshots(tmp_path / "root", mirror, offline=True)
    assert (snapshots.pull(tiny(), lambda *_: None) / "config.json").read_text() == "{}"
    assert snapshots.verify(tiny()) == () and hub.gets == []


def test_another_weights_folder_is_a_mirror(hub: Hub, tmp_path: Path) -> None:
    hub.repos["some/tiny"] = FILES
    Snapshots(tmp_path / "one").pull(tiny(), lambda *_: None)
    for root, mirror in (("two", "one"), ("three", "two")):
        snapshots = Snapshots(tmp_path / root, tmp_path / mirror, offline=True)
        folder = snapshots.pull(tiny(), lambda *_: None)
        assert snapshots.present(tiny())
        assert snapshots.verify(tiny()) == ()
        told = json.loads((folder / LOCK).read_text())
        assert (told["commits"], sorted(told["files"])) == ([COMMIT], ["config.json", "model.safetensors"])
    (tmp_path / "three" / "tiny" / "model.safetensors").write_bytes(b"damaged")
    broken = Snapshots(tmp_path / "four", tmp_path / "three", offline=True)
    with pytest.raises(WeightsError, match=r"model\.safetensors in .* has changed"):
        broken.pull(tiny(), lambda *_: None)


def test_a_pull_that_was_killed_before_its_last_step_is_done_again(
    hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub.repos["some/tiny"] = FILES

    def killed(*_: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(os, "replace", killed)
        Snapshots(tmp_path).pull(tiny(), lambda *_: None)
    folder = Snapshots(tmp_path).pull(tiny(), lambda *_: None)
    assert Snapshots(tmp_path).present(tiny())
    assert Snapshots(tmp_path).verify(tiny()) == ()
    assert LOCK not in json.loads((folder / LOCK).read_text())["files"]


def test_a_list_that_an_older_pull_listed_in_itself_does_no_harm(hub: Hub, tmp_path: Path) -> None:
    hub.repos["some/tiny"] = FILES
    folder = Snapshots(tmp_path).pull(tiny(), lambda *_: None)
    told = json.loads((folder / LOCK).read_text())
    (folder / LOCK).write_text(json.dumps({**told, "files": {**told["files"], LOCK: [1, "0" * 64]}}))
    assert Snapshots(tmp_path).present(tiny())
    assert Snapshots(tmp_path).verify(tiny()) == ()


def test_weights_know_entries_repositories_and_names_of_the_hub(hub: Hub, tmp_path: Path) -> None:
    hub.repos["some/tiny"] = FILES
    weights = Weights(tmp_path)
    assert weights.state("some/tiny") == "absent"
    folder = weights.pull("some/tiny")
    assert folder == weights.path("some/tiny") == tmp_path / "some--tiny"
    assert weights.state("some/tiny") == "present" and weights.verify("some/tiny") == ()
    assert "model card" in weights.licence("some/tiny")
    assert "no open-source licence" in weights.licence("llava-1.5-7b")
    with pytest.raises(WeightsError, match="Did you mean grounding-dino-tiny"):
        weights.path("grounding-dino-tinny")


@pytest.mark.parametrize("name", ["a/b/c", "/a", "a/", "a b/c"])
def test_names_that_are_no_repository(name: str) -> None:
    with pytest.raises(WeightsError, match="is not a repository"):
        unlisted(name)


def test_a_list_with_a_mistake_names_the_key(tmp_path: Path) -> None:
    path = tmp_path / "repositories.toml"
    path.write_text('[a]\ntask = "t"\nlicence = "MIT"\nsize = 1\nparts = [{ repo = "x" }]')
    with pytest.raises(WeightsError, match=r"parts\.0\.repo"):
        read_repositories(path)
