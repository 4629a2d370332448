"""Which answers count as right."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from looksmith.agent.datasets.scorers import Scoring, expected_key, normalize, scorer_named, usual_scorer
from looksmith.tools.core.errors import InputError
from looksmith.tools.core.values import Box

BOX = Box(10, 10, 30, 30)
RIGHT: list[tuple[str, Any, Any]] = [
    ("exact", "The red car.", "red car"),
    ("exact", "T-shirt", "t shirt"),
    ("exact", "don't know", "dont know"),
    ("exact", "two", 2),
    ("exact", 2, "Two"),
    ("exact", 2.0, "2"),
    ("exact", 0.1 + 0.2, "0.3"),
    ("exact", "1,000", "1000"),
    ("exact", True, "yes"),
    ("exact", "Yes.", True),
    ("exact", ["red", "blue"], "red, blue"),
    ("exact", "couch", ["sofa", "couch"]),
    ("exact", "A", "a"),
    ("exact", "Cafe\u0301", "Caf\u00e9"),
    ("yes_no", True, "true"),
    ("yes_no", "Yes", True),
    ("yes_no", False, "No"),
    ("yes_no", "false.", "no"),
    ("number", "three", 3),
    ("number", 3.0, "3"),
    ("number", " 1,250 ", 1250),
    ("number", "-4", -4),
    ("number", "Twenty", "20"),
    ("number", 1e-12, 0),
    ("box_iou", BOX, [10, 10, 30, 30]),
    ("box_iou", [10, 10, 30, 30], [10, 10, 30, 31]),
    ("box_iou", Box(10, 10, 30, 20), [10, 10, 30, 30]),
]
WRONG: list[tuple[str, Any, Any]] = [
    ("exact", None, "none"),
    ("exact", None, ""),
    ("exact", "", "red"),
    ("exact", "the", "a"),
    ("exact", BOX, "box"),
    ("exact", [], "red"),
    ("exact", ["red", None], "red, none"),
    ("exact", "red", "dark red"),
    ("exact", "-5", "5"),
    ("exact", "3.5", "35"),
    ("exact", True, "1"),
    ("exact", 1, True),
    ("exact", 10**400, "1"),
    ("exact", float("nan"), "nan"),
    ("yes_no", None, "no"),
    ("yes_no", 0, False),
    ("yes_no", 1, True),
    ("yes_no", "", False),
    ("yes_no", "not sure", False),
    ("yes_no", "yes, red", True),
    ("yes_no", [], False),
    ("number", True, 1),
    ("number", False, 0),
    ("number", None, 0),
    ("number", "", 0),
    ("number", "3 dogs", 3),
    ("number", float("inf"), 3),
    ("number", 10**400, 3),
    ("number", 3, 4),
    ("box_iou", None, [0, 0, 1, 1]),
    ("box_iou", BOX, [40, 40, 50, 50]),
    ("box_iou", Box(10, 10, 30, 19), [10, 10, 30, 30]),
    ("box_iou", [30, 30, 10, 10], [10, 10, 30, 30]),
    ("box_iou", [True, True, True, True], [0, 0, 1, 1]),
    ("box_iou", "10 10 30 30", [10, 10, 30, 30]),
]


@pytest.mark.parametrize(("name", "value", "expected"), RIGHT)
def test_right_answers(name: Any, value: Any, expected: Any) -> None:
    assert Scoring(name)(value, expected) == 1


@pytest.mark.parametrize(("name", "value", "expected"), WRONG)
def test_wrong_answers(name: Any, value: Any, expected: Any) -> None:
    assert Scoring(name)(value, expected) == 0


def test_a_margin_makes_a_scorer_more_or_less_strict() -> None:
    assert Scoring("number", 0.5)(3.4, 3) == 1
    assert Scoring("number", 0.5)(3.6, 3) == 0
    assert Scoring("box_iou", 0.9)(Box(10, 10, 30, 27), [10, 10, 30, 30]) == 0
    assert Scoring("box_iou", 0.9)(Box(10, 10, 30, 29), [10, 10, 30, 30]) == 1


@pytest.mark.parametrize(
    ("value", "same", "score"),
    [("cat", 0, 0.0), ("cat", 1, 0.3), ("A cat", 2, 0.6), ("cat.", 3, 0.9), ("CAT", 4, 1.0), ("cat", 10, 1.0)],
)
def test_vqa_accuracy_of_ten_humans_as_in_the_official_evaluation(value: str, same: int, score: float) -> None:
    humans = ["the cat"] * same + [f"other {i}" for i in range(10 - same)]
    assert Scoring("vqa")(value, humans) == pytest.approx(score)


def test_vqa_accuracy_takes_truth_values_and_numbers() -> None:
    assert Scoring("vqa")(True, ["yes"] * 10) == 1
    assert Scoring("vqa")(2, ["two"] * 9 + ["3"]) == 1
    assert Scoring("vqa")(None, ["none"] * 10) == 0


@pytest.mark.parametrize(
    ("expected", "name"),
    [
        ("yes", "yes_no"),
        ("False", "yes_no"),
        (True, "yes_no"),
        (3, "number"),
        (0.5, "number"),
        ("3", "exact"),
        ("red", "exact"),
        ([1, 2, 3, 4], "box_iou"),
        (["a", "b"], "exact"),
        (["red", "dark red", "crimson", "maroon"], "exact"),
        (["red", "Red", "crimson", "maroon"], "vqa"),
        (["a"] * 10, "vqa"),
        (["yes"] * 4, "vqa"),
    ],
)
def test_the_scorer_is_chosen_by_the_expected_answer(expected: Any, name: str) -> None:
    assert usual_scorer(expected) == name


@pytest.mark.parametrize(
    ("text", "name"),
    [("exact", "exact"), ("yes/no", "yes_no"), ("Yes-No", "yes_no"), ("VQA accuracy", "vqa"), ("IoU", "box_iou")],
)
def test_scorers_are_found_by_name(text: str, name: str) -> None:
    assert scorer_named(text) == name


def test_an_unknown_scorer_is_told_with_those_that_there_are() -> None:
    with pytest.raises(InputError, match=r"There is no scorer .bleu.*vqa, three_agree, choice, box_iou"):
        scorer_named("bleu")


@pytest.mark.parametrize(
    ("name", "margin", "expected"),
    [
        ("exact", None, None),
        ("exact", None, []),
        ("exact", None, {"a": 1}),
        ("yes_no", None, "maybe"),
        ("yes_no", None, 1),
        ("number", None, "many"),
        ("number", None, True),
        ("vqa", None, "cat"),
        ("vqa", None, ["cat"] * 3),
        ("vqa", None, [None] * 10),
        ("box_iou", None, [0, 0, 0, 0]),
        ("box_iou", None, [0, 0, 1]),
        ("box_iou", None, "box"),
        ("exact", 0.5, "cat"),
        ("number", -1, 3),
        ("number", float("nan"), 3),
    ],
)
def test_expected_answers_that_nothing_could_match_are_refused(name: Any, margin: float | None, expected: Any) -> None:
    with pytest.raises(InputError):
        Scoring(name, margin).require(expected)


@given(st.text(max_size=40))
def test_normalizing_twice_changes_nothing(text: str) -> None:
    assert normalize(normalize(text)) == normalize(text)


@given(st.one_of(st.booleans(), st.integers(-(10**9), 10**9), st.text(min_size=1, max_size=20).filter(str.strip)))
def test_every_answer_equals_itself(answer: Any) -> None:
    assert Scoring("exact")(answer, answer) == 1
    assert Scoring(usual_scorer(answer))(answer, answer) == 1


def test_answers_that_say_the_same_have_one_key() -> None:
    assert expected_key(True) == expected_key("true") == expected_key("Yes") == "yes"
    assert expected_key("The Circle") == expected_key("circle")
    assert expected_key(["cat"] * 10) is None
