"""Exported COCO annotations and pictures: what was found, where it was found."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import supervision as sv
from exporting import done, export
from PIL import Image as Pillow
from pycocotools.coco import COCO

from looksmith.agent.traces.runs import Recorder
from looksmith.agent.traces.trace import End, Execution
from looksmith.tools.core.values import Box, Image, Mask, Point
from stored import CUP, OTHER, PHOTO, add_step, interrupt, no_step, one_step, store

RING = np.zeros((150, 200), dtype=bool)
RING[20:120, 30:160] = True
RING[50:80, 60:110] = False
RING[140:145, 5:9] = True


def coco(home: Path, *names: str) -> tuple[Any, Any]:
    """The data set as pycocotools and as supervision read it."""
    out = home / "coco"
    done(home, "--to", "coco", *names, "-o", out)
    annotations = out / "annotations.json"
    return COCO(annotations), sv.DetectionDataset.from_coco(str(out / "images"), str(annotations), force_masks=True)


def test_boxes_and_masks_come_back_as_they_were_found(tmp_path: Path) -> None:
    def write(to: Recorder) -> End:
        execution = to.add(Execution(source="cup = LOC(image)\nring = SEGMENT(image, cup)\nanswer = 1")).id
        add_step(to, CUP, parent=execution, rejected=[Box(1, 1, 9, 9, "mug", 0.1)])
        add_step(to, Mask.from_array(RING, "ring", 0.5), "SEGMENT", 2, arguments={"image": PHOTO, "box": CUP})
        add_step(to, CUP, "LARGEST", 3, arguments={"boxes": [CUP]})  # passed on, not found again
        return End(outcome="ok", answer=1, execution=execution)

    run = store(tmp_path, write)
    read, dataset = coco(tmp_path)
    assert not read.dataset["licenses"] and "license" not in read.dataset["images"][0], "it is the user's photo"
    box, ring = read.dataset["annotations"]
    assert [one["name"] for one in read.loadCats([box["category_id"], ring["category_id"]])] == ["cup", "ring"]
    assert (box["bbox"], box["area"], box["score"], box["run"], box["step"]) == (
        [20, 30, 70, 90],
        6300,
        0.9,
        run.name,
        1,
    )
    assert (ring["bbox"], ring["area"], ring["iscrowd"]) == ([5, 20, 155, 125], RING.sum(), 0)
    assert (read.annToMask(ring).astype(bool) == RING).all()
    ((_, _, detections),) = list(dataset)
    assert detections.xyxy.tolist() == [[20, 30, 90, 120], [5, 20, 160, 145]]
    assert detections.mask is not None
    assert (detections.mask[1] == RING).all()


def test_an_image_that_several_runs_are_about_is_there_once(tmp_path: Path) -> None:
    spoon = Box(5, 5, 50, 40, "spoon", 0.4)
    names = [store(tmp_path, one_step(box)).name for box in (CUP, spoon, CUP)]
    names.append(store(tmp_path, no_step, images=(OTHER,)).name)
    read, _ = coco(tmp_path, *names)
    assert [(one["width"], one["height"], one["name"]) for one in read.dataset["images"]] == [
        (200, 150, "photo 0.png"),
        (80, 60, "photo 0.png"),
    ]
    assert [one["image_id"] for one in read.dataset["annotations"]] == [1, 1]
    assert [one["name"] for one in read.dataset["categories"]] == ["cup", "spoon"]


def test_a_box_that_was_found_in_a_crop_lies_in_the_whole_picture(tmp_path: Path) -> None:
    crop = PHOTO.crop(Box(10, 20, 100, 130))
    store(tmp_path, one_step(Box(30, 40, 60, 70), arguments={"image": crop}))
    read, _ = coco(tmp_path)
    (found,) = read.dataset["annotations"]
    assert found["bbox"] == [30, 40, 30, 30]
    assert read.loadCats(found["category_id"])[0]["name"] == "object"


def test_a_picture_of_which_only_a_part_is_stored_keeps_what_lies_there(tmp_path: Path) -> None:
    inside = np.zeros((256, 256), dtype=bool)
    inside[105:115, 12:18] = True
    part = Image.of(Pillow.linear_gradient("L")).crop(Box(10, 100, 30, 120))  # of a picture that nobody kept
    store(tmp_path, one_step([Box(12, 103, 20, 110, "x"), Mask.from_array(inside, "y")], arguments={"image": part}))
    read, _ = coco(tmp_path)
    box, mask = read.dataset["annotations"]
    assert (box["bbox"], mask["bbox"]) == ([2, 3, 8, 7], [2, 5, 6, 10])
    assert (read.annToMask(mask).astype(bool) == inside[100:120, 10:30]).all()


def test_points_and_runs_without_steps_make_no_annotation(tmp_path: Path) -> None:
    names = [store(tmp_path, one_step(Point(3, 4, "cup"))).name, interrupt(store(tmp_path, no_step)).name]
    read, _ = coco(tmp_path, *names)
    assert (len(read.dataset["images"]), read.dataset["annotations"]) == (1, [])


def pixels(path: str | Path) -> np.ndarray:
    with Pillow.open(path) as picture:
        return np.asarray(picture.convert("RGB")).astype(int)


def greenish(color: np.ndarray) -> bool:
    red, green, blue = color
    return bool(green > red + 60 and green > blue + 40)


def large(color: str = "gray") -> Image:
    return Image.of(Pillow.new("RGB", (600, 500), color))


def test_a_box_is_drawn_where_it_was_found(tmp_path: Path) -> None:
    box = Box(100, 200, 300, 400, "cup", 0.9)
    run = store(tmp_path, one_step(box, arguments={"image": large()}), images=(large(),))
    (file,) = done(tmp_path, "--to", "png", "-o", tmp_path / "out")["written"]
    assert Path(file).name == f"{run.name}-step-1.png"
    drawn = pixels(file)
    assert drawn.shape == (500, 600, 3)
    for x, y in ((100, 300), (300, 300), (200, 400)):
        assert greenish(drawn[y, x])
    for x, y in ((200, 300), (50, 300), (350, 300), (590, 20)):
        assert drawn[y, x].tolist() == [128, 128, 128]


def test_masks_and_points_are_drawn_and_roles_have_colors(tmp_path: Path) -> None:
    inside = np.zeros((500, 600), dtype=bool)
    inside[100:200, 50:150] = True
    found = [Mask.from_array(inside), Point(500, 400)]
    given = Box(400, 50, 500, 100)
    write = one_step(found, arguments={"image": large(), "box": given}, rejected=[Box(300, 300, 350, 350)])
    store(tmp_path, write, images=(large(),))
    (file,) = done(tmp_path, "--to", "png", "-o", tmp_path / "step.png")["written"]
    drawn = pixels(file)
    assert greenish(drawn[150, 100])
    assert drawn[250, 100].tolist() == [128, 128, 128]
    assert greenish(drawn[400, 500])
    assert drawn[75, 400][2] > drawn[75, 400][0] + 60  # given: blue
    assert drawn[325, 300][0] > drawn[325, 300][2] + 60  # not taken: orange


def test_a_small_view_is_enlarged_with_what_is_drawn_on_it(tmp_path: Path) -> None:
    crop = large().crop(Box(100, 100, 160, 140))
    store(tmp_path, one_step(Box(110, 110, 130, 130), arguments={"image": crop}), images=(large(),))
    (file,) = done(tmp_path, "--to", "png", "-o", tmp_path / "step.png")["written"]
    drawn = pixels(file)
    height, width, _ = drawn.shape
    assert (width / 60, height / 40) == (8, 8)
    assert greenish(drawn[20 * 8, 10 * 8])
    assert drawn[20 * 8, 20 * 8].tolist() == [128, 128, 128]


def test_one_step_is_drawn_though_it_has_nothing_to_mark(tmp_path: Path) -> None:
    def write(to: Recorder) -> End:
        execution = to.add(Execution(source="a = EXISTS(image)\nb = LOC(images[1])\nanswer = 1")).id
        add_step(to, True, "EXISTS", parent=execution)
        add_step(to, CUP, line=2, parent=execution)
        return End(outcome="ok", answer=1, execution=execution)

    run = store(tmp_path, write)
    assert len(done(tmp_path, "--to", "png", "-o", tmp_path / "all")["written"]) == 1
    (file,) = done(tmp_path, "--to", "png", "--step", "1", "-o", tmp_path / "one")["written"]
    assert Path(file).name == f"{run.name}-step-1.png"
    result = export(tmp_path, "--to", "png", "--step", "3", "-o", tmp_path / "none")
    assert result.exit_code == 2
    assert f"{run.name} has no step 3: it has 2 steps." in result.output


def test_what_cannot_be_drawn_is_told(tmp_path: Path) -> None:
    store(tmp_path, no_step)
    result = export(tmp_path, "--to", "png", "-o", tmp_path / "out")
    assert (result.exit_code, "No step has a box" in result.output) == (2, True)
    store(tmp_path, one_step(CUP))
    names = [run.name for run in sorted((tmp_path / "runs").iterdir())]
    store(tmp_path, one_step(CUP))
    several = export(tmp_path, "--to", "png", names[-1], "last", "-o", tmp_path / "one.png")
    assert (several.exit_code, "a single file" in several.output) == (2, True)
