"""Questions that follow one another."""

from __future__ import annotations

import pytest
from engines import Said, red

from looksmith import Box, Looksmith
from looksmith.programs.question.expected_answer import Expected
from looksmith.programs.wanted.follow_up import expected_after


def test_a_later_program_uses_what_an_earlier_one_found(looksmith: Looksmith, llm: Said) -> None:
    programs = {
        "Is there a cup?": 'cup = FIND(image, "cup")\nanswer = cup.width > 5',
        "And how tall is it?": "answer = cup.height",
        "Twice that?": "answer = answer_2 * 2",
    }
    llm.say = programs.__getitem__
    chat = looksmith.chat(red())
    first, second, third = (chat.ask(question) for question in programs)
    assert (first.value, second.value, third.value) == (True, 20.0, 40.0)
    assert second.steps == ()
    assert chat.results["cup"] == Box(10, 10, 40, 30, "cup", 0.9)
    *_, asked, program, last = llm.asked[-1]
    assert asked["content"].endswith("Question: And how tall is it?\nAnswer: a number")
    assert program["content"] == "answer = cup.height"
    assert last["content"].startswith("The answer was: 20\nResults that programs may use: answer_2 (float)")
    runs = [looksmith.settings.runs.load(str(answer.run)).record for answer in (first, second, third)]
    assert [record.after for record in runs] == ["", runs[0].id, runs[1].id]
    assert set(runs[1].inputs) == {"cup", "answer_1"}


def test_a_chat_goes_on_from_a_stored_run(looksmith: Looksmith, llm: Said) -> None:
    llm.say = lambda question: 'cups = FIND_ALL(image, "cup")\nanswer = len(cups)'
    first = looksmith.chat(red()).ask("How many cups are there?")
    llm.say = lambda question: "answer = cups[2].left"
    again = looksmith.resume(first.run.name)
    assert [turn.question for turn in again.turns] == ["How many cups are there?"]
    answer = again.ask("Where does the last one begin?")
    assert answer.value == 20.0
    llm.say = lambda question: "answer = answer_2 + 1"
    assert looksmith.resume().ask("One more?", answer_type=float).value == 21.0


def test_a_question_without_an_answer_can_be_followed(looksmith: Looksmith, llm: Said) -> None:
    chat = looksmith.chat(red())
    llm.say = lambda question: 'answer = FIND(image, "ghost")'
    assert chat.ask("Where is the ghost?").outcome == "no_detection"
    llm.say = lambda question: 'answer = FIND(image, "cup")'
    assert chat.ask("And the cup?").ok
    assert "The answer was: none (No ghost was found." in llm.asked[-1][-1]["content"]
    assert [answer.ok for answer in chat.answers] == [False, True]


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("and the dog?", "color"),
        ("the one on the left?", "color"),
        ("no, the other one", "color"),
        ("What about the second one?", "color"),
        ("And how many are there?", "number"),
        ("is it open?", "yes/no"),
        ("no, is it red?", "yes/no"),
    ],
)
def test_a_fragment_asks_for_what_the_question_before_asked_for(question: str, kind: str) -> None:
    assert expected_after(question, Expected("color")).kind == kind
