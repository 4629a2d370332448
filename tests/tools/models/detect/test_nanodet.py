"""NanoDet with its real weights on real photos, and its arithmetic against results worked out by hand."""

import json
import math
import shutil
from pathlib import Path

import pytest
import torch
from PIL import Image as Pillow

from looksmith.tools.core.errors import WeightsError
from looksmith.tools.core.values import Box, Image
from looksmith.tools.media.geometry import OVERLAP
from looksmith.tools.models.detect.detector import THRESHOLD
from looksmith.tools.models.detect.nanodet import FLOOR, NanoDet, decode
from looksmith.tools.runtime.tfjs_graph import Graph, operations
from looksmith.tools.weights.store import Weights


@pytest.fixture(scope="module")
def detector(weights: Weights) -> NanoDet:
    detector = NanoDet(weights, "cpu")
    detector.load()
    return detector


def labels(boxes: list[Box]) -> list[str]:
    return [box.label for box in boxes if box.score >= THRESHOLD]


def best(detector: NanoDet, image: Image, label: str) -> Box:
    return next(box for box in detector.detect(image) if box.label == label and box.score >= THRESHOLD)


@pytest.mark.parametrize(
    ("name", "found", "place"),
    [
        ("coffee", ["cup", "dining table"], Box(172, 12, 412, 312)),
        ("motorcycle_left", ["motorcycle"], Box(100, 85, 685, 450)),
        ("motorcycle_right", ["motorcycle"], Box(80, 80, 625, 450)),
        ("astronaut", ["person", "person"], Box(5, 8, 375, 512)),
        ("camera", ["person"], Box(0, 64, 320, 512)),
        ("horse", ["horse"], Box(16, 8, 390, 313)),
    ],
)
def test_a_photo_with_one_main_thing(detector: NanoDet, photo, name: str, found: list[str], place: Box):
    """`place` was marked by hand on the photo. The astronaut's second person is a mistake, and a small one."""
    boxes = detector.detect(photo(name))
    assert labels(boxes) == found
    assert OVERLAP(boxes[0], place) > 0.6


@pytest.mark.parametrize("name", ["rocket", "grass", "gravel", "brick", "page"])
def test_a_photo_with_nothing_that_it_knows(detector: NanoDet, photo, name: str):
    assert labels(detector.detect(photo(name))) == []


def test_candidates_are_sorted_above_the_floor_and_inside_the_image(detector: NanoDet, photo):
    image = photo("motorcycle_left")
    boxes = detector.detect(image)
    assert min(box.score for box in boxes) < 0.4
    assert [box.score for box in boxes] == sorted((box.score for box in boxes), reverse=True)
    for box in boxes:
        assert FLOOR <= box.score <= 1
        assert box.intersection(image.frame) == box


@pytest.mark.parametrize(
    ("name", "label", "crop"),
    [
        ("coffee", "cup", Box(100, 20, 520, 380)),
        ("motorcycle_left", "motorcycle", Box(40, 30, 700, 480)),
        ("astronaut", "person", Box(0, 0, 500, 512)),
        ("camera", "person", Box(60, 30, 420, 512)),
    ],
)
def test_a_box_found_in_a_crop_lies_where_the_whole_image_has_it(detector: NanoDet, photo, name, label, crop):
    image = photo(name)
    whole, part = best(detector, image, label), best(detector, image.crop(crop), label)
    assert OVERLAP(whole, part) > 0.65
    assert part.intersection(crop) == part


def test_a_crop_gives_the_boxes_of_the_same_pixels_shifted(detector: NanoDet, photo):
    coffee = photo("coffee")
    desk = Pillow.new("RGB", (800, 600), "white")
    desk.paste(coffee.pixels, (37, 121))
    part = Image.of(desk).crop(Box(37, 121, 37 + coffee.width, 121 + coffee.height))
    alone, shifted = detector.detect(coffee), detector.detect(part)
    assert len(alone) == len(shifted) > 1
    for a, b in zip(alone, shifted, strict=True):
        assert (b.left - 37, b.top - 121, b.right - 37, b.bottom - 121) == pytest.approx(
            (a.left, a.top, a.right, a.bottom)
        )
        assert (a.label, a.score) == (b.label, b.score)


def test_a_thing_cut_by_a_crop_ends_at_the_crop(detector: NanoDet, photo):
    part = photo("astronaut").crop(Box(0, 0, 512, 300))
    person = best(detector, part, "person")
    assert person.bottom <= 300
    assert person.bottom > 280


@pytest.mark.parametrize("size", [(1, 1), (1, 900), (900, 1), (7, 5)])
def test_tiny_and_narrow_images(detector: NanoDet, size: tuple[int, int]):
    image = Image.of(Pillow.new("RGB", size, "grey"))
    assert all(box.intersection(image.frame) == box for box in detector.detect(image))


def test_one_pass_answers_all_questions_about_an_image(weights: Weights, photo, monkeypatch: pytest.MonkeyPatch):
    passes: list[int] = []
    run = Graph.__call__
    monkeypatch.setattr(Graph, "__call__", lambda graph, x: passes.append(x.shape[-1]) or run(graph, x))
    detector = NanoDet(weights, "cpu", remembered=2)
    detector.load()
    passes.clear()
    image = photo("coffee")
    best(detector, image, "cup")
    detector.look([photo("coffee"), image])
    detector.detect(image).clear()
    assert "cup" in labels(detector.detect(image))
    assert passes == [416, 640] * 1
    parts = [image.crop(Box(0, 0, 100, 100 + i)) for i in range(2)]
    for other in (parts[0], image, parts[1], image):
        detector.detect(other)
    assert passes == [416, 640] * 3
    detector.detect(parts[0])
    assert passes == [416, 640] * 4


def test_detection_before_load(weights: Weights):
    with pytest.raises(RuntimeError, match="load"):
        NanoDet(weights, "cpu").detect(Image.of(Pillow.new("RGB", (4, 4))))


class _Folder:
    """Weights that lie in a folder of the test."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, name: str) -> Path:
        return self.folder


@pytest.mark.parametrize(
    "damage", ["no graph", "no weights", "cut graph", "cut weights", "other graph", "empty weights"]
)
def test_damaged_weights(weights: Weights, tmp_path: Path, damage: str):
    graph, data = tmp_path / "nanodet.json", tmp_path / "nanodet.bin"
    for path in (graph, data):
        shutil.copy(weights.path("nanodet") / path.name, path)
    match damage:
        case "no graph":
            graph.unlink()
        case "no weights":
            data.unlink()
        case "cut graph":
            graph.write_bytes(graph.read_bytes()[:-9])
        case "cut weights":
            data.write_bytes(data.read_bytes()[:-9])
        case "other graph":
            graph.write_text(graph.read_text().replace("LeakyRelu", "Selu"))
        case _:
            data.write_bytes(b"")
    with pytest.raises(WeightsError, match="The NanoDet weights") as caught:
        NanoDet(_Folder(tmp_path), "cpu").load()
    assert "looksmith models pull nanodet" in caught.value.hint


def test_decode_of_one_certain_cell():
    """Row 2, column 3 of the coarsest level sees sides 1, 2, 3 and 4 strides of 32 pixels from its centre."""
    scores = [torch.zeros(1, (416 // stride) ** 2, 80) for stride in (8, 16, 32)]
    logits = [torch.zeros(1, (416 // stride) ** 2, 44) for stride in (8, 16, 32)]
    cell = 2 * 13 + 3
    for side, steps in enumerate((1, 2, 3, 4)):
        logits[2][0, cell, side * 11 + steps] = 100.0
    scores[2][0, cell, 41] = 0.9
    found, corners = decode([*scores, *logits])
    index = 52 * 52 + 26 * 26 + cell
    x, y = 3.5 * 32, 2.5 * 32
    assert found.shape == (1, 3549, 80) and corners.shape == (1, 3549, 4)
    assert found[0, index].argmax() == 41
    assert corners[0, index].tolist() == pytest.approx([x - 32, y - 64, x + 96, y + 128])
    # A distribution that knows nothing means 5 strides; the picture ends at 0.
    assert corners[0, 0].tolist() == pytest.approx([0, 0, 4 + 40, 4 + 40], abs=1e-4)


def test_decode_takes_the_mean_of_a_distribution():
    scores = [torch.zeros(1, (416 // stride) ** 2, 80) for stride in (8, 16, 32)]
    logits = [torch.full((1, (416 // stride) ** 2, 44), -100.0) for stride in (8, 16, 32)]
    for level in logits:
        level[..., 0::11] = 0.0
        level[..., 1::11] = math.log(3)
    _, corners = decode([*scores, *logits])
    centre = 52 * 52 + 26 * 26 + 6 * 13 + 6
    assert corners[0, centre].tolist() == pytest.approx([208 - 24, 208 - 24, 208 + 24, 208 + 24])


def test_operations_against_results_worked_out_by_hand():
    known = operations()
    valid = {"padding": {"s": "VkFMSUQ="}}
    steps = valid | {"strides": {"list": {"i": ["1", "2", "2", "1"]}}, "ksize": {"list": {"i": ["1", "3", "3", "1"]}}}
    x = torch.arange(25.0).reshape(1, 5, 5, 1)
    assert known["MaxPool"](steps, x).flatten().tolist() == [12, 14, 22, 24]
    kernel = torch.zeros(3, 3, 1, 1)
    kernel[0, 2] = 1.0
    assert known["Conv2D"](steps, x, kernel).flatten().tolist() == [2, 4, 12, 14]
    doubled = known["ResizeBilinear"]({}, torch.tensor([0.0, 4.0]).reshape(1, 1, 2, 1), torch.tensor([1, 4]).numpy())
    assert doubled.flatten().tolist() == [0, 1, 3, 4]
    assert known["LeakyRelu"]({"alpha": {"f": 0.1}}, torch.tensor([-10.0, 10.0])).tolist() == [-1, 10]


def test_depthwise_convolution_keeps_channels_apart():
    attributes = {"padding": {"s": "VkFMSUQ="}, "strides": {"list": {"i": ["1", "1", "1", "1"]}}}
    x = torch.tensor([[1.0, 10.0], [2.0, 20.0]]).reshape(1, 1, 2, 2)
    kernel = torch.tensor([3.0, 5.0]).reshape(1, 1, 1, 2)
    assert operations()["Conv2D"](attributes, x, kernel).flatten().tolist() == [3, 50, 6, 100]


def test_the_names_are_in_the_order_of_the_graph(weights: Weights):
    model = json.loads((weights.path("nanodet") / "nanodet.json").read_bytes())
    shape = model["signature"]["outputs"]["Identity:0"]["tensorShape"]["dim"]
    assert int(shape[2]["size"]) == len(NanoDet.names) == 80


def test_several_images_at_once_are_seen_as_each_alone(weights: Weights, photo, monkeypatch: pytest.MonkeyPatch):
    images = [photo("coffee"), photo("astronaut"), photo("coffee").crop(Box(100, 0, 500, 300))]
    alone, together = NanoDet(weights, "cpu"), NanoDet(weights, "cpu")
    alone.load()
    together.load()
    wanted = [alone.detect(image) for image in images]
    together.look(images)
    monkeypatch.setattr(Graph, "__call__", lambda *_: pytest.fail("they have been seen"))
    assert [together.detect(image) for image in images] == wanted


def test_a_large_photo_gets_a_closer_look_for_what_is_small(weights: Weights, photo):
    """A horse of 200 pixels in a sheet of 4000 x 3000: too small for the looks that shrink all of it to 640 pixels."""
    horse = photo("horse").pixels.convert("RGB").resize((200, 164))
    sheet = Pillow.new("RGB", (4000, 3000), "gray")
    places = [(300, 400), (2100, 1500), (3300, 2300)]
    for place in places:
        sheet.paste(horse, place)
    counts = {}
    for closer in (False, True):
        detector = NanoDet(weights, "cpu", closer=closer)
        detector.load()
        counts[closer] = labels(detector.detect(Image.of(sheet))).count("horse")
    assert counts[True] == 3 > counts[False]
