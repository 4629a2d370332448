"""Questions in words and the short answers that are made of replies."""

from __future__ import annotations

from typing import Any

import pytest
from PIL import Image as Pillow
from saying import PICTURE, Says

from looksmith.tools.core.errors import ToolError
from looksmith.tools.core.values import Image
from looksmith.tools.name.answering import Answerer, Captioner, Described, Shot, StatementAsker, short_answer


def test_worked_examples_come_before_the_question_image_by_image() -> None:
    shot = Shot(Image.of(Pillow.new("RGB", (5, 5))), "How many cups?", "2")
    model = Says("4")
    assert Answerer(model, [shot, shot]).VQA(PICTURE, "How many  dogs?", answer="number") == "4"
    (request,) = model.asked
    kinds = ["image" if isinstance(part, Image) else part for part in request.parts]
    worked = ["image", "Question: How many cups? Answer: 2\n"]
    assert kinds == [*worked, *worked, "image", "How many dogs? Answer with a number in digits."]


@pytest.mark.parametrize(
    ("reply", "kind", "answer"),
    [
        ("Yes, it is.", "yes/no", "yes"),
        (" No.\nBecause it is red.", "yes/no", "no"),
        ("There are 12 of them.", "number", "12"),
        ("Three", "number", "3"),
        ("1,200 people", "number", "1200"),
        ("Red.", "word", "red"),
        ("Answer: A red cup.", "any", "a red cup"),
        ("<|im_start|>blue<|im_end|></s>", "any", "blue"),
    ],
)
def test_answers_are_short_and_of_the_kind_that_was_asked_for(reply: str, kind: Any, answer: str) -> None:
    assert short_answer(reply, kind) == answer


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        ("Perhaps", "yes/no"),
        ("many", "number"),
        ("2 or 3", "number"),
        ("a red cup", "word"),
        ("", "any"),
        (" . ", "any"),
        ("<|im_end|>", "any"),
    ],
)
def test_a_reply_of_another_kind_is_an_error_that_shows_it(reply: str, kind: Any) -> None:
    with pytest.raises(ToolError) as caught:
        short_answer(reply, kind)
    assert "said" in str(caught.value)


@pytest.mark.parametrize("question", ["", "  ", "why " * 200])
def test_questions_that_cannot_be_asked(question: str) -> None:
    model = Says("yes")
    with pytest.raises(ToolError, match="question"):
        Answerer(model).VQA(PICTURE, question)
    assert model.asked == []


def test_calls_in_a_batch_get_what_they_get_alone() -> None:
    calls: list[dict[str, Any]] = [
        {"image": PICTURE, "question": "How many?", "answer": "number"},
        {"image": PICTURE, "question": "  "},
        {"images": [PICTURE, PICTURE], "question": "Red?", "answer": "yes/no"},
        {"image": PICTURE, "question": "What is it?"},
    ]
    model = Says("many", "Yes.", "no", "A cup")
    said = Answerer(model).vqa_many(calls)
    assert [type(one) for one in said[:2]] == [ToolError, ToolError]
    assert said[2:] == [["yes", "no"], "a cup"]
    assert len(model.asked) == 4
    statements = [{"image": PICTURE, "statement": text} for text in ("It is red", "", "It is blue")]
    held = StatementAsker(Says("yes", "No")).verify_many(statements)
    assert [type(one) if isinstance(one, ToolError) else one for one in held] == [True, ToolError, False]
    captions = Captioner(Described(Says("a", "b", "c"))).caption_many([{"image": PICTURE}, {"images": [PICTURE] * 2}])
    assert captions == ["a", ["b", "c"]]
