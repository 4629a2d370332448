"""Data sets as they are published, and all that can be wrong with a file."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from PIL import Image as Pillow

from looksmith.agent.datasets.catalog import load_data
from looksmith.tools.core.errors import InputError
from looksmith.tools.media.images import load_image


def picture(path: Path, color: str = "red") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Pillow.new("RGB", (8, 8), color).save(path)
    return path


def lines(path: Path, *rows: Any) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join((row if isinstance(row, str) else json.dumps(row)) + "\n" for row in rows))
    return path


def statement(identifier: str, sentence: str, label: Any, **more: Any) -> dict[str, Any]:
    return {"identifier": identifier, "sentence": sentence, "label": label, **more}


def nlvr_folder(folder: Path, split: str = "dev", where: str = "") -> Path:
    rows = [
        statement("10-0", "There is a box.", "true", structured_rep=[[], [], []]),
        statement("11-0", "There are two.", "False", structured_rep=[[{"size": 10}], [], []]),
        statement("10-1", "There is a box.", "TRUE", structured_rep=[[], [], [{"size": 20}]]),
    ]
    lines(folder / f"{split}.json", *rows)
    for row, color in zip(rows, ("red", "green", "blue"), strict=True):
        picture(folder / "images" / where / f"{split}-{row['identifier']}-0.png", color)
    return folder


@pytest.mark.parametrize(("split", "where"), [("dev", ""), ("test", "7"), ("train", "12")])
def test_nlvr_keeps_the_images_of_a_sentence_together(tmp_path: Path, split: str, where: str) -> None:
    data = load_data("nlvr", nlvr_folder(tmp_path, split, where))
    assert (data.name, data.split) == ("nlvr", split)
    assert [(r.id, r.answer) for r in data.records] == [("10-0", True), ("10-1", True), ("11-0", False)]
    assert data.records[0].group == data.records[1].group != data.records[2].group
    assert data.records[1].image.name == f"{split}-10-1-0.png"


def test_nlvr_takes_the_first_permutation_that_is_there(tmp_path: Path) -> None:
    folder = nlvr_folder(tmp_path)
    picture(folder / "images" / "dev-10-0-3.png", "black")
    assert load_data("nlvr", folder).records[0].image.name == "dev-10-0-0.png"
    (folder / "images" / "dev-10-0-0.png").unlink()
    assert load_data("nlvr", folder).records[0].image.name == "dev-10-0-3.png"


def test_nlvr_as_its_authors_publish_it(tmp_path: Path) -> None:
    nlvr_folder(tmp_path / "train", "train", "3")
    nlvr_folder(tmp_path / "dev", "dev", "3")
    lines(tmp_path / "package.json", {"name": "something else"})
    assert load_data("nlvr", tmp_path).split == "dev"
    assert load_data("nlvr", tmp_path, "train").records[0].image.name == "train-10-0-0.png"
    assert load_data("nlvr", tmp_path / "train" / "train.json").split == "train"
    with pytest.raises(InputError, match=r"no split 'test'.*--split dev or train"):
        load_data("nlvr", tmp_path, "test")


def test_images_of_a_public_test_split_are_named_by_its_first_word(tmp_path: Path) -> None:
    nlvr_folder(tmp_path, "test")
    (tmp_path / "test.json").rename(tmp_path / "test_public.json")
    assert load_data("nlvr", tmp_path).records[0].image.name == "test-10-0-0.png"
    (tmp_path / "test_public.json").rename(tmp_path / "hidden.json")
    assert load_data("nlvr", tmp_path).records[0].image.name == "test-10-0-0.png"
    nlvr_folder(tmp_path, "dev")
    with pytest.raises(InputError, match="no image hidden-10-0-0"):
        load_data("nlvr", tmp_path, "hidden")


def test_truths_are_found_by_the_pixels(tmp_path: Path) -> None:
    data = load_data("nlvr", nlvr_folder(tmp_path))
    truths = data.truths()
    assert [truths[load_image(r.image).source] for r in data.records] == [r.truth for r in data.records]
    assert len(truths) == 3


def test_the_tools_of_nlvr_are_found_in_the_checkout(tmp_path: Path) -> None:
    (tools,) = load_data("nlvr", nlvr_folder(tmp_path)).domain_tools()
    assert tools.is_file()


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (statement("10-0", "A.", "maybe"), "line 1: the label must be true or false, not 'maybe'"),
        ({"identifier": "10-0", "sentence": "A."}, "line 1: the label must be true or false, not ''"),
        (statement("10-0", "", "true"), "line 1: the question must have 1 to 2,000 characters, not 0"),
        (statement("10-0", "x" * 2001, "true"), "line 1: the question must have 1 to 2,000 characters, not 2,001"),
        (statement("99-0", "A.", "true"), "line 1: there is no image dev-99-0-0.png"),
        (["sentence"], "line 1: expected a JSON object"),
        ('{"sentence"', "line 1: invalid JSON"),
    ],
)
def test_a_wrong_line_of_nlvr_is_named(tmp_path: Path, row: Any, message: str) -> None:
    folder = nlvr_folder(tmp_path)
    lines(folder / "dev.json", row)
    with pytest.raises(InputError, match=message):
        load_data("nlvr", folder / "dev.json")


def test_nlvr_without_images_or_with_two_of_the_same_name(tmp_path: Path) -> None:
    folder = nlvr_folder(tmp_path)
    lines(folder / "dev.json", *[statement("10-0", "A.", "true")] * 2)
    with pytest.raises(InputError, match="Two questions have the id '10-0'"):
        load_data("nlvr", folder)
    lines(tmp_path / "empty" / "dev.json", statement("10-0", "A.", "true"))
    with pytest.raises(InputError, match=r"There is no folder .*images"):
        load_data("nlvr", tmp_path / "empty")


def easy_folder(folder: Path) -> Path:
    for split, answer in (("train", "circle"), ("test", "yes")):
        picture(folder / split / "images" / "0.png")
        (folder / split / "questions.json").write_text(json.dumps([["what is it?", answer, 0]] * 2))
    return folder


@pytest.mark.parametrize("below", ["", "data", "easy_vqa/data"])
def test_easy_vqa_from_its_folder(tmp_path: Path, below: str) -> None:
    easy_folder(tmp_path / below)
    data = load_data("easy-vqa", tmp_path)
    assert [(r.id, r.answer, r.scoring.name) for r in data.records] == [
        ("test-0", "yes", "yes_no"),
        ("test-1", "yes", "yes_no"),
    ]
    assert load_data("easy-vqa", tmp_path, "train").records[0].answer == "circle"
    with pytest.raises(InputError, match="--split"):
        load_data("easy-vqa", tmp_path, "dev")


def test_easy_vqa_from_one_splits_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    easy_folder(tmp_path)
    monkeypatch.chdir(tmp_path / "train")
    assert load_data("easy-vqa", Path()).split == "train"


def test_easy_vqa_from_the_installed_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    without = [p for p in sys.path if not (Path(p) / "easy_vqa").exists()]
    monkeypatch.setattr(sys, "path", without)
    with pytest.raises(InputError, match="pip install easy-vqa"):
        load_data("easy-vqa", None)
    easy_folder(tmp_path / "easy_vqa" / "data")
    (tmp_path / "easy_vqa" / "__init__.py").touch()
    # Not syspath_prepend: undone after setattr, it would leave every later test without site-packages.
    monkeypatch.setattr(sys, "path", [str(tmp_path), *without])
    assert load_data("easy-vqa", None).records[0].id == "test-0"


def test_easy_vqa_with_a_broken_question(tmp_path: Path) -> None:
    easy_folder(tmp_path)
    (tmp_path / "test" / "questions.json").write_text('[["what?", "yes"]]')
    with pytest.raises(InputError, match="question 0: expected"):
        load_data("easy-vqa", tmp_path)
    with pytest.raises(InputError, match="has no files of easy-vqa"):
        load_data("easy-vqa", tmp_path / "test" / "images")


def test_questions_of_your_own(tmp_path: Path) -> None:
    picture(tmp_path / "pictures" / "a.png")
    rows = [
        {"image": "pictures/a.png", "question": "Is it red?", "answer": "yes", "source": "ignored"},
        "",
        {"image": "pictures/a.png", "question": "How many?", "answer": 3, "margin": 1, "id": "three"},
        {"image": str(tmp_path / "pictures" / "a.png"), "question": "What?", "answers": ["cat"] * 10},
        {"image": "pictures/a.png", "question": "Which?", "answer": "2", "scorer": "number"},
        {"image": "pictures/a.png", "question": "Where?", "answer": [0, 0, 4, 4]},
    ]
    data = load_data("jsonl", lines(tmp_path / "mine.jsonl", *rows))
    assert data.split == "mine"
    assert data.domain_tools() == ()
    assert [(r.id, r.scoring.name, r.scoring.margin) for r in data.records] == [
        ("1", "yes_no", None),
        ("three", "number", 1),
        ("3", "vqa", None),
        ("4", "number", None),
        ("5", "box_iou", None),
    ]
    assert list(load_data("jsonl", tmp_path).records) == list(data.records)
    assert [r.id for r in data.records[1:3]] == ["three", "3"]
    with pytest.raises(InputError, match="has no ground truth"):
        data.truths()


def test_a_file_may_be_a_list_with_a_byte_order_mark(tmp_path: Path) -> None:
    picture(tmp_path / "a.png")
    row = {"image": "a.png", "question": "Is it?", "answer": False}
    (tmp_path / "mine.json").write_text("\ufeff" + json.dumps([row]), encoding="utf-8")
    assert load_data("jsonl", tmp_path / "mine.json").records[0].answer is False


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({"question": "a?", "answer": 1}, "line 2: there is no 'image'"),
        ({"image": "a.png", "answer": 1}, "line 2: there is no 'question'"),
        ({"image": "a.png", "question": 3, "answer": 1}, "line 2: there is no 'question'"),
        ({"image": "a.png", "question": "a?"}, "line 2: there is no 'answer'"),
        ({"image": "a.png", "question": "a?", "answer": None}, "line 2: there is no 'answer'"),
        ({"image": "b.png", "question": "a?", "answer": 1}, "line 2: there is no image .*b.png"),
        ({"image": "", "question": "a?", "answer": 1}, "line 2: there is no image"),
        (
            {"image": "a.png", "question": " ", "answer": 1},
            "line 2: the question must have 1 to 2,000 characters, not 0",
        ),
        ({"image": "a.png", "question": "a?", "answer": {}}, "line 2: The scorer exact needs"),
        ({"image": "a.png", "question": "a?", "answer": "x", "scorer": "bleu"}, "line 2: There is no scorer 'bleu'"),
        ({"image": "a.png", "question": "a?", "answer": "x", "scorer": "number"}, "line 2: The scorer number needs"),
        ({"image": "a.png", "question": "a?", "answer": 1, "margin": "big"}, "line 2: the margin must be a number"),
        ({"image": "a.png", "question": "a?", "answer": 1, "id": 1}, "Two questions have the id '1'"),
        ("{'image': 1}", "line 2: invalid JSON"),
        ("[1]", "line 2: expected a JSON object"),
    ],
)
def test_a_wrong_line_of_your_own_is_named(tmp_path: Path, row: Any, message: str) -> None:
    picture(tmp_path / "a.png")
    good = {"image": "a.png", "question": "a?", "answer": 1}
    with pytest.raises(InputError, match=message):
        load_data("jsonl", lines(tmp_path / "mine.jsonl", good, row))


def test_files_that_are_not_there_or_not_text(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="There is no folder or file"):
        load_data("jsonl", tmp_path / "nothing")
    with pytest.raises(InputError, match="has no files of jsonl"):
        load_data("jsonl", tmp_path)
    with pytest.raises(InputError, match="--data DIR"):
        load_data("nlvr", None)
    (tmp_path / "a.jsonl").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match="cannot be read as text"):
        load_data("jsonl", tmp_path)
    lines(tmp_path / "a.jsonl")
    with pytest.raises(InputError, match="has no questions"):
        load_data("jsonl", tmp_path)
    lines(tmp_path / "b.jsonl")
    with pytest.raises(InputError, match=r"several splits.*--split a or b"):
        load_data("jsonl", tmp_path)
