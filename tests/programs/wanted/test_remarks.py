"""What is said beside a question does not reach the writer; what it needs does."""

import pytest

from looksmith.programs.wanted.remarks import without_remarks

LEFT_OUT = [
    ("My hands are cold. Are there mittens on this shelf?", "Are there mittens on this shelf?"),
    ("I can't see well. How many swans do you count?", "How many swans do you count?"),
    ("Hello, we're selling it. What colour is the front door?", "What colour is the front door?"),
    ("I'm so thirsty. Is there any water here?", "Is there any water here?"),
    ("So the mare is lying down, right?", "So the mare is lying down?"),
    ("We need it for a poster. The sky is clear, right??", "The sky is clear??"),
    ("What a day! Is there a kite in the air?", "Is there a kite in the air?"),
    ("How many kites are in the air? I love kites!", "How many kites are in the air?"),
    ("Is there a second pony? It looks sad.", "Is there a second pony?"),
    ("Is the gate shut? My dog runs away otherwise.", "Is the gate shut?"),
    ("I am a teacher. Please read me the title of the green book", "Please read me the title of the green book"),
    ("I found two of them. The lid is blue. Is the jar full?", "The lid is blue. Is the jar full?"),
]
KEPT = [
    "Is the gate shut?",
    "My uncle stands on the left. Is he smiling?",
    "I bought two pans. Which is larger?",
    "I want a bag like the one on the chair. Which colour should I look for?",
    "I see three boys. Do all three wear shorts?",
    "My bike is the blue one. Is mine locked?",
    "There is a clock on the tower. What time does it show?",
    "How many sheep are there? Not the black ones!",
    "What make is it? I think the name stands on the lid.",
    "Look at the pond! Are there ducks?",
    "My class wants to find out if there is a duck under the bridge. Is there?",
    "We need mittens for the play. Are there any?",
    "I need paper plates. Are there some on the shelf?",
    "I was told that the shop is closed. Is that so?",
    "Which way does the arrow point: left, right?",
    "The arrow points left, right?",
    "Is the bus on the right?",
    "My wall has these round little ... what?",
    "The sky is blue.",
    "I see a fox.",
    "",
]


@pytest.mark.parametrize(("question", "left"), LEFT_OUT)
def test_remarks_are_left_out(question: str, left: str) -> None:
    assert without_remarks(question) == left


@pytest.mark.parametrize("question", KEPT)
def test_what_a_question_needs_is_kept(question: str) -> None:
    assert without_remarks(question) == question
