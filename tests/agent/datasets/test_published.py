"""The field's data sets, in the form they are published in: every record here is our own."""

from __future__ import annotations

import json
import pickle
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow
import pyarrow.parquet
import pytest
from PIL import Image as Pillow

from looksmith.agent.datasets.catalog import KNOWN, load_data
from looksmith.agent.datasets.data_set import DataSet
from looksmith.tools.core.errors import InputError


def picture(path: Path, color: str = "red") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Pillow.new("RGB", (8, 8), color).save(path)
    return path


def write(path: Path, value: Any) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = value if path.suffix == ".jsonl" else [value]
    path.write_text("\n".join(map(json.dumps, lines)))
    return path


@dataclass
class Graded:
    """A row as evaluations store it."""

    id: str
    answer: Any
    score: float = 0.0
    outcome: str = "ok"
    confidence: float | None = None


def graded(data: DataSet, answers: Mapping[str, Any]) -> list[Graded]:
    """Rows with these answers, scored; a confidence may stand beside an answer."""
    rows: list[Graded] = []
    for record in data.records:
        said = answers[record.id]
        answer, sure = said if isinstance(said, tuple) else (said, None)
        score = record.scoring(answer, record.answer) if record.scoring and answer is not None else 0.0
        rows.append(Graded(record.id, answer, score, "ok" if answer is not None else "tool_error", sure))
    return rows


def told(data: DataSet) -> list[tuple[str, str, Any]]:
    return [(record.id, record.question, record.answer) for record in data.records]


def gqa_question(question: str, answer: str, structural: str, semantic: str, **more: Any) -> dict[str, Any]:
    types = {"structural": structural, "semantic": semantic, "detailed": "x"}
    return {"question": question, "answer": answer, "imageId": "7", "types": types, "semantic": [], **more}


@pytest.fixture
def gqa(tmp_path: Path) -> Path:
    picture(tmp_path / "images" / "7.jpg")
    rows = {
        "1": gqa_question("Is the cup red?", "yes", "verify", "attr", entailed=["1", "2", "9"]),
        "2": gqa_question("What color is the cup?", "red", "query", "attr", groups={"global": "color"}, entailed=["1"]),
        "3": gqa_question("What color is the mat?", "blue", "query", "attr", groups={"global": "color"}),
        "4": gqa_question("What color is the jug?", "red", "query", "attr", groups={"global": "color"}),
        "5": gqa_question("What is on the mat?", "cup", "query", "rel"),
    }
    write(tmp_path / "questions1.2" / "val_balanced_questions.json", rows)
    colors = {"valid": ["red", "blue", "green"], "plausible": ["red", "blue"]}
    write(tmp_path / "eval" / "val_choices.json", {id: colors for id in "234"})
    cup = {"name": "cup", "x": 1, "y": 1, "w": 2, "h": 2, "attributes": ["red"], "relations": []}
    graph = {"7": {"width": 8, "height": 8, "objects": {"1": cup}}}
    write(tmp_path / "sceneGraphs" / "val_sceneGraphs.json", graph)
    return tmp_path


def test_gqa_is_read_with_its_types_and_its_scene_graphs(gqa: Path) -> None:
    data = load_data("gqa", gqa)
    assert (data.split, len(data.records)) == ("val_balanced", 5)
    assert data.records[4].facets == {"structural": "query", "semantic": "relation"}
    assert [one.names[0] for one in next(iter(data.scene_graphs().values())).objects.values()] == ["cup"]
    assert [r.id for r in load_data("gqa", gqa, limit=2).records] == ["1", "2"]


def test_gqas_metrics_follow_their_definitions(gqa: Path) -> None:
    data = load_data("gqa", gqa)
    found = data.figures(graded(data, {"1": True, "2": "red", "3": "green", "4": "Paris", "5": None}))
    # 1 entails 2 (right); 9 was not asked; 2 entails 1 (right).
    assert found["consistency"] == 1
    assert found["validity"] == pytest.approx(2 / 3)
    assert found["plausibility"] == pytest.approx(1 / 3)
    # Expected red 2, blue 1; given red 1, blue 0: 1/2 + 1/1.
    assert found["distribution"] == pytest.approx(1.5)
    wrong = data.figures(graded(data, {"1": True, "2": "blue", "3": "blue", "4": "red", "5": "cup"}))
    assert wrong["consistency"] == 0, "1 is right, and what it entails is wrong"
    assert wrong["distribution"] == pytest.approx(1 / 2 + 1)


def coco(folder: Path, *names: str) -> None:
    for name in names:
        picture(folder / name)


def test_vqa_and_ok_vqa_score_the_answers_of_ten_people(tmp_path: Path) -> None:
    coco(tmp_path, "val2014/COCO_val2014_000000000042.jpg")
    asked = {"question_id": 420, "image_id": 42, "question": "What is this?"}
    write(tmp_path / "v2_OpenEnded_mscoco_val2014_questions.json", {"questions": [asked]})
    people = [{"answer": a, "answer_id": n} for n, a in enumerate(["cat"] * 3 + ["dog"] * 6 + ["cow"])]
    row = {"question_id": 420, "answers": people, "answer_type": "other", "question_type": "one"}
    kinds = {"question_types": {"one": "Animals"}}
    write(tmp_path / "v2_mscoco_val2014_annotations.json", {"annotations": [row], **kinds})
    data = load_data("vqav2", tmp_path)
    (record,) = data.records
    assert record.scoring is not None
    assert (record.id, record.facets) == ("420", {"answer type": "other", "category": "Animals"})
    # Leaving one of ten out: of three cats, three times two are left, seven times three.
    assert record.scoring("Cat.", record.answer) == pytest.approx((3 * 2 / 3 + 7) / 10)
    assert record.scoring("cow", record.answer) == pytest.approx(9 / 3 / 10)
    assert told(load_data("ok-vqa", tmp_path, "val2014")) == told(data)
    (tmp_path / "v2_mscoco_val2014_annotations.json").unlink()
    with pytest.raises(InputError, match=r"no .*annotations.json beside"):
        load_data("vqav2", tmp_path)


def test_a_okvqa_directly_and_with_choices(tmp_path: Path) -> None:
    coco(tmp_path, "val2017/000000000009.jpg")
    row = {
        "question_id": "q1",
        "image_id": 9,
        "question": "What is the man waiting for?",
        "choices": ["bus", "taxi", "train", "plane"],
        "correct_choice_idx": 1,
        "direct_answers": ["taxi", "cab", "taxi", "cab", "cab", "car", "bus", "bus", "x", "y"],
        "difficult_direct_answer": False,
    }
    difficult = {**row, "question_id": "q2", "difficult_direct_answer": True}
    write(tmp_path / "aokvqa_v1p0_val.json", [row, difficult])
    (direct,) = load_data("a-okvqa", tmp_path).records
    assert direct.scoring is not None
    assert [direct.scoring(said, direct.answer) for said in ("cab", "taxi", "tram")] == [1, pytest.approx(2 / 3), 0]
    first, second = load_data("a-okvqa-choice", tmp_path).records
    assert (second.id, first.question) == ("q2", "What is the man waiting for: bus, taxi, train or plane?")
    assert first.scoring is not None
    assert [first.scoring(said, first.answer) for said in ("Taxi", "B", "(b)", "cab", "A")] == [1, 1, 1, 0, 0]


def referring(folder: Path, **ref: Any) -> Path:
    coco(folder, "train2014/COCO_train2014_000000000005.jpg")
    sentences = [{"sent_id": 3, "sent": "the red cup"}, {"sent_id": 4, "sent": "cup on the left."}]
    shared = {"ref_id": 1, "ann_id": 8, "image_id": 5, "split": "testA", "sentences": sentences, **ref}
    (folder / "refs(unc).p").write_bytes(pickle.dumps([shared], protocol=2))
    about = {
        "images": [{"id": 5, "file_name": "COCO_train2014_000000000005.jpg"}],
        "annotations": [{"id": 8, "bbox": [1.0, 2.0, 3.0, 4.0]}],
    }
    write(folder / "instances.json", about)
    return folder


def test_refcoco_asks_for_a_box(tmp_path: Path) -> None:
    data = load_data("refcoco", referring(tmp_path), "testA")
    assert told(data) == [
        ("3", "Find the red cup.", [1.0, 2.0, 4.0, 6.0]),
        ("4", "Find cup on the left.", [1.0, 2.0, 4.0, 6.0]),
    ]
    assert data.records[0].scoring is not None
    half = [[1, 2, 4, 4.0], [1, 2, 4, 3.9]]
    assert [data.records[0].scoring(box, data.records[0].answer) for box in half] == [1, 0]
    with pytest.raises(InputError, match=r"no split 'val'.*--split testA"):
        load_data("refcoco+", tmp_path)
    with pytest.raises(InputError, match="is not one of RefCOCO's: KeyError: 99"):
        load_data("refcoco", referring(tmp_path, ann_id=99), "testA")


def test_a_pickle_that_would_run_code_is_refused(tmp_path: Path) -> None:
    referring(tmp_path)
    (tmp_path / "refs(unc).p").write_bytes(b"cos\nsystem\n(S'touch /tmp/ran'\ntR.")
    with pytest.raises(InputError, match=r"cannot be read: it names os\.system"):
        load_data("refcoco", tmp_path, "testA")


def test_tallyqa_tells_simple_from_complex(tmp_path: Path) -> None:
    coco(tmp_path, "VG_100K/1.jpg")
    row = {"image": "VG_100K/1.jpg", "question": "How many cups?", "answer": 2, "question_id": 5, "issimple": True}
    harder = {**row, "question_id": 6, "question": "How many red cups stand?", "answer": 4, "issimple": False}
    write(tmp_path / "test.json", [row, harder])
    data = load_data("tallyqa", tmp_path)
    assert [r.facets for r in data.records] == [{"difficulty": "simple"}, {"difficulty": "complex"}]
    assert data.figures(graded(data, {"5": 2, "6": "one"})) == {"RMSE": pytest.approx((9 / 2) ** 0.5)}


def test_nlvr2_is_about_a_left_and_a_right_image(tmp_path: Path) -> None:
    coco(tmp_path, "dev/dev-1-0-img0.png", "dev/dev-1-0-img1.png")
    write(tmp_path / "dev.json", {"identifier": "dev-1-0-1", "sentence": "Two cups.", "label": "False"})
    (record,) = load_data("nlvr2", tmp_path).records
    assert (record.id, record.answer) == ("dev-1-0-1", False)
    assert [Path(path).name for path in record.pictures] == ["dev-1-0-img0.png", "dev-1-0-img1.png"]
    (tmp_path / "dev" / "dev-1-0-img1.png").unlink()
    with pytest.raises(InputError, match=r"no image dev-1-0-img1\.png below"):
        load_data("nlvr2", tmp_path)


def test_covr_is_about_several_images(tmp_path: Path) -> None:
    coco(tmp_path, "gqa/images/11.jpg", "imsitu/eating_12.jpg")
    row = {"qid": "a", "utterance": "How many images?", "scenes": ["11", "eating_12.jpg"], "answer": "2"}
    write(tmp_path / "val.jsonl", [{**row, "pattern_name": "count"}, {**row, "qid": "b", "answer": "True"}])
    data = load_data("covr", tmp_path)
    assert [(r.answer, len(r.pictures), r.kind) for r in data.records] == [(2, 2, "count"), (True, 2, "")]
    assert data.records[0].shown == "11.jpg eating_12.jpg"


def clevr_object(x: float, shape: str, color: str) -> dict[str, Any]:
    kinds = {"size": "large", "material": "metal", "shape": shape, "color": color}
    return {**kinds, "pixel_coords": [x, 100.0, 10.0]}


def test_clevr_and_its_scenes(tmp_path: Path) -> None:
    name = "CLEVR_val_000000.png"
    coco(tmp_path, f"images/val/{name}")
    row = {"image_filename": name, "question": "How many cubes?", "answer": "1", "question_index": 0}
    program = [{"function": "scene"}, {"function": "count"}]
    write(tmp_path / "questions" / "CLEVR_val_questions.json", {"questions": [{**row, "program": program}]})
    objects = [clevr_object(100, "cube", "red"), clevr_object(300, "sphere", "blue")]
    sides = {"left": [[], [0]], "right": [[1], []], "front": [[], []], "behind": [[], []]}
    scene = {"image_filename": name, "objects": objects, "relationships": sides}
    write(tmp_path / "scenes" / "CLEVR_val_scenes.json", {"scenes": [scene]})
    data = load_data("clevr", tmp_path)
    assert [(r.answer, r.kind) for r in data.records] == [(1, "count")]
    (graph,) = data.scene_graphs().values()
    cube, sphere = graph.objects.values()
    assert [(r.name, r.object) for r in cube.relations] == [("to the left of", "1")]
    assert [(r.name, r.object) for r in sphere.relations] == [("to the right of", "0")]
    assert cube.kinds["color"] == ("red",)
    assert cube.box.center_x == 100
    assert 60 < cube.box.width < 90


def test_winogrounds_scores_follow_their_definitions(tmp_path: Path) -> None:
    coco(tmp_path, "images/ex_0_img_0.png", "images/ex_0_img_1.png")
    row = {"id": 0, "image_0": "ex_0_img_0", "image_1": "ex_0_img_1", "collapsed_tag": "Object"}
    texts = {"caption_0": "a mug in some grass", "caption_1": "some grass in a mug"}
    write(tmp_path / "examples.jsonl", [{**row, **texts}])
    data = load_data("winoground", tmp_path)
    assert [(r.id, r.answer) for r in data.records] == [
        ("0-c0-i0", True),
        ("0-c1-i0", False),
        ("0-c0-i1", False),
        ("0-c1-i1", True),
    ]
    assert data.records[0].question == 'Does the picture show this: "a mug in some grass"?'
    sure = {"0-c0-i0": (True, 0.9), "0-c1-i0": (True, 0.6), "0-c0-i1": (False, 0.9), "0-c1-i1": (True, 0.8)}
    assert data.figures(graded(data, sure)) == {"text": 1, "image": 1, "group": 1}
    # For the second image both captions now score alike; between the images each caption still finds its own.
    tied = {**sure, "0-c0-i1": (True, 0.8)}
    assert data.figures(graded(data, tied)) == {"text": 0, "image": 1, "group": 0}
    failed = {**sure, "0-c1-i1": (None, None)}
    assert data.figures(graded(data, failed)) == {"text": 0, "image": 0, "group": 0}


def test_sugarcrepe_prefers_the_caption(tmp_path: Path) -> None:
    coco(tmp_path, "val2017/1.jpg")
    entry = {"filename": "1.jpg", "caption": "A cup on a mat.", "negative_caption": "A mat on a cup."}
    write(tmp_path / "data" / "swap_obj.json", {"0": entry})
    write(tmp_path / "data" / "add_att.json", {"0": entry})
    assert {r.kind for r in load_data("sugarcrepe", tmp_path).records} == {"swap_obj", "add_att"}
    data = load_data("sugarcrepe", tmp_path, "swap_obj")
    answers = {"swap_obj-0-right": (True, 0.7), "swap_obj-0-wrong": (True, 0.6)}
    assert data.figures(graded(data, answers)) == {"text": 1}
    assert data.figures(graded(data, {**answers, "swap_obj-0-wrong": (True, 0.7)})) == {"text": 0}


def test_vstar_reads_its_options_out_of_the_text(tmp_path: Path) -> None:
    coco(tmp_path, "direct_attributes/sa_1.jpg")
    text = "What is the color of the cup?\n(A) The cup is red.\n(B) The cup is blue.\nAnswer with the letter."
    row = {"image": "direct_attributes/sa_1.jpg", "text": text, "category": "direct_attributes", "label": "B"}
    write(tmp_path / "test_questions.jsonl", [{**row, "question_id": 3}])
    (record,) = load_data("vstar", tmp_path).records
    assert record.question == "What is the color of the cup: The cup is red or The cup is blue?"
    assert (record.kind, record.answer["answer"]) == ("direct_attributes", "The cup is blue")
    write(tmp_path / "test_questions.jsonl", [{**row, "label": "D"}])
    with pytest.raises(InputError, match="label 'D' is none of the options"):
        load_data("vstar", tmp_path)


def test_cv_bench_from_its_lines(tmp_path: Path) -> None:
    coco(tmp_path, "img/2D/count/1.png")
    row = {"idx": 1, "question": "How many cups?", "choices": ["1", "2"], "answer": "(B)", "filename": "2D/count/1.png"}
    write(tmp_path / "test_2d.jsonl", [{**row, "type": "2D", "task": "Count", "source": "ADE20K"}])
    (record,) = load_data("cv-bench", tmp_path).records
    assert record.scoring is not None
    assert record.facets == {"type": "2D", "task": "Count", "source": "ADE20K"}
    assert (record.scoring(2, record.answer), record.scoring(1, record.answer)) == (1, 0)


def parquet(path: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    """The rows as the hub stores them: images inside."""
    path.parent.mkdir(parents=True, exist_ok=True)
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist([dict(row) for row in rows]), path)


def inside(path: Path) -> dict[str, Any]:
    return {"bytes": path.read_bytes(), "path": path.name}


def test_blink_from_parquet_with_several_images(tmp_path: Path) -> None:
    one, other = picture(tmp_path / "1.png"), picture(tmp_path / "2.png", "blue")
    row = {"idx": "val_1", "sub_task": "Jigsaw", "question": "Which fits?", "choices": ["first", "second"]}
    full = {**row, "answer": "(A)", "image_1": inside(one), "image_2": inside(other), "image_3": None}
    parquet(tmp_path / "data" / "Jigsaw" / "val-0.parquet", [full])
    data = load_data("blink", tmp_path / "data", keep=tmp_path / "kept")
    (record,) = data.records
    assert (record.kind, record.answer["answer"]) == ("Jigsaw", "first")
    assert [Pillow.open(path).getpixel((0, 0)) for path in map(Path, record.pictures)] == [(255, 0, 0), (0, 0, 255)]
    assert len(list((tmp_path / "kept").iterdir())) == 2
    parquet(tmp_path / "data" / "Jigsaw" / "val-0.parquet", [{**full, "answer": "hidden"}])
    with pytest.raises(InputError, match=r"'hidden' is hidden.*--split val"):
        load_data("blink", tmp_path / "data", keep=tmp_path / "kept")


def test_a_repository_of_the_hub_is_streamed(tmp_path: Path) -> None:
    """A folder in a repository's form stands for one: nothing here reaches the network."""
    image = picture(tmp_path / "1.png")
    row = {"id": "5", "image_0": inside(image), "image_1": inside(image), "caption_0": "a b", "caption_1": "b a"}
    parquet(tmp_path / "repository" / "data" / "test-0.parquet", [row, {**row, "id": "6"}])
    repository = str(tmp_path / "repository")
    data = load_data("winoground", None, limit=4, keep=tmp_path / "kept", hub=repository)
    assert [r.id for r in data.records] == ["5-c0-i0", "5-c1-i0", "5-c0-i1", "5-c1-i1"]
    assert data.figures(graded(data, dict.fromkeys([r.id for r in data.records], True)))["group"] == 0
    with pytest.raises(InputError, match="cannot be read"):
        load_data("winoground", None, "train", keep=tmp_path / "kept", hub=repository)
    with pytest.raises(InputError, match="from a folder only"):
        load_data("gqa", None, hub=repository)


@pytest.mark.parametrize("name", sorted(KNOWN.keys() - {"easy-vqa"}))
def test_a_folder_without_a_data_sets_files_says_so(name: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=str(tmp_path)):
        load_data(name, tmp_path)
    with pytest.raises(InputError, match="--data DIR"):
        load_data(name, None)
