"""`classify` in a notebook, on the command line and as a page: with the pocket's models and with open_clip's."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import open_clip
import pytest
import tiny_clip
from click.testing import CliRunner, Result

import looksmith
from looksmith.agent.cli.main import main
from looksmith.agent.setup.settings import Settings
from looksmith.tools.core.errors import InputError, ToolError
from looksmith.tools.name.descriptors import Descriptors, DescriptorStore
from photos import photo_path

HUB: dict[str, Any] = {"mean": [0.5] * 3, "std": [0.25] * 3, "interpolation": "bilinear", "resize_mode": "squash"}


@pytest.fixture(scope="module")
def profile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """MetaCLIP, SigLIP and NegCLIP by name, on tiny checkpoints in the form in which each is published."""
    folder = tmp_path_factory.mktemp("models")
    tiny_clip.register(folder)
    for name in ("metaclip", "siglip", "negclip"):
        (folder / name).mkdir()
    tiny_clip.save_pickle(
        folder / "metaclip", file="metaclip.pt", **{"logit_scale": tiny_clip.state(tiny_clip.CLIP)["logit_scale"]}
    )
    tiny_clip.save_pickle(folder / "negclip", file="negclip.pth")
    tiny_clip.save_hub(folder / "siglip", tiny_clip.SIGLIP, HUB)
    path = folder / "three.toml"
    path.write_text(
        f"""
[models]
metaclip = {{ backend = "open-clip", weights = "./metaclip", model = "{tiny_clip.CLIP}", file = "metaclip.pt" }}
negclip = {{ backend = "open-clip", weights = "./negclip", model = "{tiny_clip.CLIP}", file = "negclip.pth" }}
siglip = {{ backend = "open-clip", weights = "./siglip" }}
colors = {{ backend = "lab-colors" }}
[tools]
CLASSIFY = "metaclip"
COLOR = "colors"
"""
    )
    return path


def look(home: Path, *words: str | Path) -> Result:
    given = ["classify", *map(str, words), "--home", str(home), "--device", "cpu"]
    return CliRunner().invoke(main, given, catch_exceptions=False)


def test_the_pockets_models_see_what_is_in_the_photo(home: Path) -> None:
    done = look(home, photo_path("chelsea"), photo_path("coffee"), "--labels", "cat,cup", "--json")
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout.splitlines()[-1])
    assert (told["model"], told["labels"]) == ("efficientnet", ["cat", "cup"])
    assert told["diagonal"]["images"] == told["diagonal"]["texts"] == 2
    assert told["diagonal"]["own"] > told["diagonal"]["others"]
    assert {row["kind"] for row in told["images"][0]["prompts"]} == {"name", "template", "ensemble"}


@pytest.mark.parametrize("name", ["metaclip", "siglip", "negclip"])
def test_models_of_open_clip_are_shown_by_name(home: Path, profile: Path, name: str) -> None:
    words = (photo_path("chelsea"), "--labels", "cat,dog", "--text", "a mug", "--profile", profile)
    done = look(home, *words, "--model", name, "--json")
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout.splitlines()[-1])
    ensemble = next(row for row in told["images"][0]["prompts"] if row["kind"] == "ensemble")
    assert (sum(ensemble["scores"]) == pytest.approx(1)) == (name != "siglip")
    assert told["matrix"]["texts"] == ["cat", "dog", "a mug"]
    assert told["word_order"]["pairs"] > 10


def test_vectors_are_those_of_the_librarys_own_loader(home: Path, profile: Path) -> None:
    import torch

    place = profile.parent / "negclip" / "negclip.pth"
    library: Any = open_clip
    model = library.create_model_from_pretrained(tiny_clip.CLIP, pretrained=str(place))[0].eval()
    with torch.no_grad():
        rows = model.encode_text(open_clip.get_tokenizer(tiny_clip.CLIP)(["cat", "dog"]), normalize=True).numpy()
    _, ours = Settings(home, device="cpu", profile=str(profile)).contrastive("negclip")
    ours.load()
    assert ours.text_vectors(["cat", "dog"]) == pytest.approx(rows, abs=1e-5)


def test_a_notebook_shows_the_page_with_descriptions_and_word_order(home: Path) -> None:
    store = DescriptorStore(home / "descriptors")
    for label in ("cat", "cup"):
        made = Descriptors(
            label=label,
            model="m",
            template_version="1",
            samples=1,
            temperature=0,
            sentences=(f"A {label} <b>is</b> seen.",),
        )
        store.put(made)
    shown = looksmith.classify(photo_path("chelsea"), ["cat", "cup"], settings=Settings(home, device="cpu"))
    page = shown.html()
    assert "the mean of its descriptions" in page and "A cat &lt;b&gt;is&lt;/b&gt; seen." in page
    assert "a mug in some grass" in page and "Map of images and texts by PCA" in page
    assert "http" not in page.replace("http-equiv", "")
    assert shown._repr_html_().startswith("<iframe sandbox srcdoc=")
    assert shown.studies[0].of("descriptions")[0].best == 0


def test_the_page_is_written_and_the_terminal_names_what_is_missing(home: Path, tmp_path: Path) -> None:
    done = look(home, photo_path("chelsea"), "--labels", "cat, dog", "--html", tmp_path / "page.html")
    assert done.exit_code == 0, done.output
    assert "What efficientnet thinks" in (tmp_path / "page.html").read_text()
    assert "ensemble at 4 times its temperature" in done.stdout
    assert 'looksmith describe "cat" "dog"' in done.stderr
    assert "Word order: texts with swapped words" in done.stdout


def test_labels_and_models_that_cannot_be_used_are_said(home: Path, profile: Path) -> None:
    photo = photo_path("chelsea")
    assert look(home, photo, "--labels", "cat").exit_code == 2
    settings = Settings(home, device="cpu", profile=str(profile))
    with pytest.raises(ToolError):
        looksmith.classify(photo, ["cat"], settings=settings)
    with pytest.raises(InputError, match=r"has no model 'other'.*metaclip"):
        looksmith.classify(photo, ["cat", "dog"], model="other", settings=settings)
    with pytest.raises(InputError, match="colors of three does not compare images with texts"):
        looksmith.classify(photo, ["cat", "dog"], model="colors", settings=settings)


def test_a_text_is_no_list_of_labels() -> None:
    for given in ({"labels": "cup"}, {"labels": ["cup", "cat"], "texts": "a cup"}):
        with pytest.raises(InputError, match="are a list, got the text"):
            looksmith.classify(photo_path("coffee"), **given)  # pyright: ignore[reportArgumentType]
