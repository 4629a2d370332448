"""One program per backend, as a user runs it: `looksmith run --profile mine.toml` on a tiny checkpoint."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import clips
import open_clip
import pytest
import segment_anything
import tiny_clip
import tiny_detectors
import tiny_inpainting
import tiny_segmenters
import tiny_vision
import tiny_vlm
from click.testing import CliRunner

from looksmith.agent.cli.main import main
from looksmith.tools.media.images import load_image
from looksmith.tools.models.detect.groundingdino_package import ENVIRONMENT
from looksmith.tools.profiles.backends import BACKENDS
from photos import photo_path

# For each backend: the tools it serves here, its options, a program, and the type of its answer.
LOOSE = "box_threshold = 1e-6\ntext_threshold = 0.0\nfloor = 1e-6"
PROGRAMS: dict[str, tuple[str, str, str, type]] = {
    "grounding-dino": ("LOC DETECT EXISTS COUNT", LOOSE, 'answer = COUNT(DETECT(image, ["red cup", "dog"]))', int),
    "groundingdino-py": (
        "LOC DETECT EXISTS COUNT",
        f"{LOOSE}\nshortest = 224\nlongest = 320",
        'answer = EXISTS(image, "cup")',
        bool,
    ),
    "owl": ("LOC DETECT EXISTS COUNT", "threshold = 1e-6\nfloor = 1e-6", 'answer = AREA(LOC(image, "cup"))', float),
    "sam": ("SEGMENT", 'size = "vit_b"', 'answer = AREA(SEGMENT(image, LARGEST(DETECT(image, "cup"))))', float),
    "sam2": ("SEGMENT", "", 'answer = AREA(SEGMENT(image, LARGEST(DETECT(image, "cup")), granularity="scene"))', float),
    "sam2-video": (
        "TRACK",
        "",
        'cup = LOC(FRAME(video, 1), "cup")\nanswer = [mask.area for mask in TRACK(video, cup, start=1, count=3)]',
        list,
    ),
    "mask2former": (
        "SEGMENT_ALL",
        "threshold = 0.0\noverlap = 0.0\nthings = 2",
        'answer = sum(mask.area for mask in SEGMENT_ALL(CROP(image, LOC(image, "cup"))))',
        int,
    ),
    "open-clip": (
        "CLASSIFY VERIFY MATCH SIMILAR NEAREST_IMAGES",
        f'model = "{tiny_clip.CLIP}"',
        'cups = [CROP(image, box) for box in DETECT(image, "cup")]\n'
        'label = CLASSIFY(image, ["cup", "dog"])\n'
        'answer = SIMILAR(image, cups[0]) + MATCH([image, cups[0]], label) + VERIFY(image, "a dog")',
        float,
    ),
    "coca": ("CAPTION", f'model = "{tiny_clip.COCA}"\nmax_tokens = 8', "answer = CAPTION(image)", str),
    "vlm": ("VQA CAPTION", "", 'answer = VQA(image, "what is on the table")', str),
    "depth": ("DEPTH NEARER", "", "answer = DEPTH(image, LOC(image, 'cup'))", float),
    "dino": ("SIMILAR NEAREST_IMAGES", "", "answer = SIMILAR(image, CROP_ABOVE(image, LOC(image, 'cup')))", float),
    "pillow": (
        "COLORPOP BLUR_BACKGROUND TAG HIDE_FACES",
        "",
        'cup = LOC(image, "cup")\n'
        "answer = HIDE_FACES(TAG(BLUR_BACKGROUND(COLORPOP(image, cup), [cup]), cup), cup).width",
        int,
    ),
    "diffusers": (
        "REPLACE",
        "steps = 2\nside = 64",
        'cup = LOC(image, "cup")\nanswer = REPLACE(image, SEGMENT(image, cup), "a red car").width',
        int,
    ),
    "blip": ("CAPTION", "", "answer = CAPTION(image)", str),
}


@pytest.fixture(scope="module", autouse=True)
def tiny_architectures(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The libraries know architectures by name: here also the tiny ones."""
    tiny_clip.register(tmp_path_factory.mktemp("configs"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(segment_anything.sam_model_registry, "vit_b", lambda checkpoint=None: tiny_segmenters.build_sam())
        yield


def weights(backend: str, folder: Path, shared_home: Path) -> Path:
    """A tiny checkpoint in the format of the backend's library."""
    makers: dict[str, Any] = {
        "grounding-dino": tiny_detectors.grounding_dino,
        "owl": tiny_detectors.owl,
        "sam": tiny_segmenters.MAKERS["sam"],
        "sam2": tiny_segmenters.sam2,
        "sam2-video": tiny_segmenters.sam2_video,
        "mask2former": tiny_segmenters.mask2former,
        "open-clip": lambda place: tiny_clip.save_pickle(place).parent,
        "coca": lambda place: tiny_clip.save_pickle(place, tiny_clip.COCA).parent,
        "vlm": tiny_vlm.smolvlm,
        "diffusers": tiny_inpainting.inpainting,
        "blip": tiny_vlm.blip,
        "depth": tiny_vision.depth_anything,
        "dino": tiny_vision.dinov2,
        "pillow": lambda place: place,
    }
    if backend == "groundingdino-py":
        ENVIRONMENT.make(shared_home / "environments")
        return tiny_detectors.groundingdino_package(folder, ENVIRONMENT.python(shared_home / "environments"))
    return makers[backend](folder)


@pytest.mark.parametrize("backend", PROGRAMS)
def test_a_program_runs_on_the_backend(backend: str, tmp_path: Path, home: Path, shared_home: Path) -> None:
    tools, options, program, kind = PROGRAMS[backend]
    place = tmp_path / "weights"
    place.mkdir()
    weights(backend, place, shared_home)
    served = "\n".join(f'{tool} = "mine"' for tool in tools.split())
    profile = tmp_path / "mine.toml"
    mine = f'[models.mine]\nbackend = "{backend}"\nweights = "./weights"\n{options}\n'
    profile.write_text(f'extends = "pocket"\n{mine}[tools]\n{served}\n')
    if backend == "groundingdino-py":
        (home / "environments").symlink_to(shared_home / "environments")
    (tmp_path / "program.txt").write_text(program)
    about = photo_path("coffee")
    if "video" in program:
        about = clips.still(tmp_path / "clip.mp4", load_image(about), 4)
    command = ["run", str(tmp_path / "program.txt"), str(about), "--profile", str(profile), "--json"]
    done = CliRunner().invoke(main, [*command, "--home", str(home), "--device", "cpu"], catch_exceptions=False)
    told = json.loads(done.stdout)
    assert (told["outcome"], done.exit_code) == ("ok", 0), told
    assert isinstance(told["answer"], kind) and told["answer"] != ""
    events = [json.loads(line) for line in (Path(told["run"]) / "events.jsonl").read_text().splitlines()]
    steps = [event for event in events if event.get("tool") in tools.split()]
    assert steps and {step["backend"] for step in steps} == {backend}


def test_every_backend_has_a_program_here_or_is_tested_elsewhere() -> None:
    elsewhere = {"nanodet", "efficientnet-lite", "lab-colors", "rapidocr", "grabcut", "mtcnn"}  # the pocket profile
    served = {"served-vlm"}  # needs a server: test_served_vlm.py
    assert set(PROGRAMS) | elsewhere | served == set(BACKENDS)
    assert open_clip.get_model_config(tiny_clip.CLIP)
