"""groundingdino-py with a transformers of its own, in a process of its own, beside the current one in this process."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
import tiny_detectors
import transformers
from PIL import Image as Pillow

from looksmith.tools.core.errors import PrerequisiteError, ToolError, WeightsError
from looksmith.tools.core.values import Box, Image
from looksmith.tools.models.detect.groundingdino_package import ENVIRONMENT, GroundingDinoPackage, PackageOptions
from looksmith.tools.runtime.isolated import Isolated
from looksmith.tools.runtime.spec import Spec
from looksmith.tools.weights.store import Weights

SMALL = {"shortest": 224, "longest": 320}
EVERY = PackageOptions(box_threshold=1e-9, text_threshold=0, floor=1e-9, overlap=1, **SMALL)
# The package's own functions, as its demonstration calls them.
BY_THE_PACKAGE = """
import json, sys, torch
from PIL import Image
from groundingdino.models import build_model
from groundingdino.util.slconfig import SLConfig
from groundingdino.util.utils import clean_state_dict
import groundingdino.config, groundingdino.datasets.transforms as T
folder, picture, out = sys.argv[1:]
args = SLConfig.fromfile(groundingdino.config.__path__[0] + "/GroundingDINO_SwinT_OGC.py")
args.text_encoder_type, args.device = folder + "/bert-base-uncased", "cpu"
model = build_model(args)
model.load_state_dict(clean_state_dict(torch.load(folder + "/model.pth", weights_only=True)["model"]), strict=False)
model.eval()
steps = [T.RandomResize([224], max_size=320), T.ToTensor(), T.Normalize([.485, .456, .406], [.229, .224, .225])]
image, _ = T.Compose(steps)(Image.open(picture).convert("RGB"), None)
with torch.no_grad():
    outputs = model(image[None], captions=["red cup. dog."])
scores = outputs["pred_logits"].sigmoid()[0]
found = [outputs["pred_boxes"][0], scores[:, 1:3].max(1).values, scores[:, 4]]
json.dump([one.tolist() for one in found], open(out, "w"))
"""


@pytest.fixture(scope="module")
def environments(shared_home: Path) -> Path:
    """Made once for all sessions, as a user makes it."""
    root = shared_home / "environments"
    ENVIRONMENT.make(root)
    return root


@pytest.fixture(scope="module")
def folder(environments: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package's architecture with Swin-T, random weights, and a small BERT."""
    place = tmp_path_factory.mktemp("groundingdino")
    return tiny_detectors.groundingdino_package(place, ENVIRONMENT.python(environments))


@pytest.fixture(scope="module")
def detector(folder: Path, shared_home: Path) -> GroundingDinoPackage:
    made = GroundingDinoPackage(Spec(Weights(shared_home / "weights"), folder), EVERY)
    made.load()
    return made


def test_boxes_and_scores_are_the_packages_own(detector, folder: Path, environments: Path, photo, tmp_path) -> None:
    image = photo("coffee").crop(Box(100, 0, 420, 300))
    image.pixels.save(tmp_path / "picture.png")
    arguments = [str(folder), str(tmp_path / "picture.png"), str(tmp_path / "out.json")]
    subprocess.run(
        [ENVIRONMENT.python(environments), "-c", BY_THE_PACKAGE, *arguments], check=True, capture_output=True
    )
    boxes, *scores = json.loads((tmp_path / "out.json").read_text())
    (found,) = detector.find([image], ["red cup", "dog"])
    for mine, theirs, label in zip(found, scores, ("red cup", "dog"), strict=True):
        assert {box.label for box in mine} == {label}
        assert [box.score for box in mine] == pytest.approx(sorted(theirs, reverse=True)[: len(mine)], abs=1e-5)
        x, y, width, height = boxes[theirs.index(max(theirs))]
        sides = [(x - width / 2) * 320, (y - height / 2) * 300, (x + width / 2) * 320, (y + height / 2) * 300]
        cut = [min(max(side, 0), limit) for side, limit in zip(sides, (320, 300, 320, 300), strict=True)]
        best = mine[0]
        place = (best.left - 100, best.top, best.right - 100, best.bottom)
        assert place == pytest.approx(cut, abs=0.05)


def test_both_versions_of_transformers_live_side_by_side(environments: Path) -> None:
    code = "import transformers, looksmith.tools.core.values; print(transformers.__version__)"
    there = subprocess.check_output([ENVIRONMENT.python(environments), "-c", code], text=True)
    assert (there.strip(), transformers.__version__.split(".")[0]) == ("4.57.6", "5")


def test_errors_cross_with_their_kind_and_hint(detector) -> None:
    things = [f"{chr(97 + i)}{chr(97 + j)}" for i in range(10) for j in range(10)]
    with pytest.raises(ToolError, match=r"100 phrases are more text .* Ask for fewer\."):
        detector.find([Image.of(Pillow.new("RGB", (64, 64)))], things)
    assert detector.find([Image.of(Pillow.new("RGB", (64, 64)))], ["cup"])  # it goes on serving


def test_weights_that_do_not_fit_are_refused(folder: Path, shared_home: Path, tmp_path: Path) -> None:
    (tmp_path / "bert-base-uncased").symlink_to(folder / "bert-base-uncased")
    spec = Spec(Weights(shared_home / "weights"), tmp_path)
    with pytest.raises(WeightsError, match=r"0 \.pth files"):
        GroundingDinoPackage(spec).load()
    (tmp_path / "model.pth").write_bytes(b"not a checkpoint")
    with pytest.raises(WeightsError, match="cannot be used"):
        GroundingDinoPackage(spec).load()


def test_a_process_that_dies_is_started_again(environments: Path, tmp_path: Path) -> None:
    worker = Isolated(ENVIRONMENT.python(environments), "numpy:zeros", {"shape": 2})
    assert (worker.nbytes, worker.call("tolist")) == (16, [0.0, 0.0])
    with pytest.raises(ToolError, match="ValueError: cannot reshape"):
        worker.call("reshape", 3)
    worker.kill()
    assert worker.call("tolist") == [0.0, 0.0]  # in another process
    worker.close()
    with pytest.raises(PrerequisiteError, match="looksmith models environment groundingdino"):
        GroundingDinoPackage(Spec(Weights(tmp_path / "weights"), tmp_path)).load()
