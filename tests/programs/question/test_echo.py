"""An answer that only says what the question says is none."""

from __future__ import annotations

import pytest

from looksmith.programs.question.expected_answer import expected_answer
from looksmith.programs.question.fitting import echoes


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("Which famous tower stands behind the church?", "tower"),
        ("What is the dog carrying in its mouth?", "dog"),
        ("Where does the old woman keep her hands?", "old woman"),
        ("What does the nurse have in her hand?", "person"),
        ("Where is she resting her feet?", "woman"),
        ("What color is the handle of the blue jug?", "blue"),
    ],
)
def test_a_repeated_question_is_no_answer(question: str, answer: str) -> None:
    assert echoes(answer, question, expected_answer(question))


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("What is the dog carrying in its mouth?", "stick"),
        ("What is behind the gate?", "person"),
        ("What is the goat looking at?", "woman"),
        ("What color is the orange?", "orange"),
        ("Who carries the basket?", "woman"),
        ("Who is standing behind the two girls?", "girl"),
        ("Who is taller, the man or the woman?", "man"),
        ("Of the man and the woman, who is taller?", "man"),
        ("What does the stop sign say?", "stop"),
        ("Is it a plane?", "plane"),
        ("What is on the table?", ""),
        ("What is on the table?", 3),
        ("How many dogs are there?", 2),
    ],
)
def test_what_a_question_lets_one_choose_from_is_an_answer(question: str, answer: object) -> None:
    assert not echoes(answer, question, expected_answer(question))
