"""Questions as different people put them: what they ask for is read all the same."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from looksmith.programs.question.expected_answer import expected_answer

sys.path.append(str(Path(__file__).parents[2] / "bench"))
from answer_kinds import FILE, misread


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("Would you mind telling me how many tents are still standing?", "number"),
        ("There are ____ geese in the yard.", "number"),
        ("Qty of tins on the rack?", "number"),
        ("headcount on the platform", "number"),
        ("Could someone please tell me what the baker is carrying?", "name"),
        ("No idea what this tool is, help!", "name"),
        ("Make of the tractor?", "name"),
        ("Is it clay, or what is the jug made of?", "name"),
        ("Hairstyle of the bride?", "name"),
        ("My aunt is asking for the colour of the curtains.", "color"),
        ("in wich color is the gate painted", "color"),
        ("their hats are what colour pls", "color"),
        ("wat color r the bricks", "color"),
        ("can u see a goat", "yes/no"),
        ("The mast is made of what", "name"),
        ("How much does the bread cost?", "text"),
        ("Best-before date on the jar?", "text"),
        ("I can't read the label. What does it say?", "text"),
        ("Would you say the jar is full?", "yes/no"),
        ("Yes or no: is the gate shut?", "yes/no"),
        ("What about the second lamp, is it broken?", "yes/no"),
        ("The sign shows where the exit is, doesn't it?", "yes/no"),
        ("Can you check whether the boat has an engine?", "yes/no"),
        ("Can I cross? what color is the little man on the right", "color"),
        ("What is the last, longest word on the chalkboard?", "text"),
        ("What do the placards on the fence forbid?", "text"),
        ("May we sit down? are there any benches", "yes/no"),
        ("For the report, please state the number plate of the tractor.", "text"),
        ("Whereabouts is the ladder?", "any"),
        ("Caption this picture, please.", "any"),
    ],
)
def test_the_kind_of_answer(question: str, kind: str) -> None:
    assert expected_answer(question).kind == kind


@pytest.mark.parametrize(
    ("question", "choices"),
    [
        ("I can't make out if the goat is lying or standing.", ("lying", "standing")),
        ("Gate: open/closed?", ("open", "closed")),
        ("The shutters are ____ (up or down).", ("up", "down")),
        ("Is she singing? Or talking?", ("singing", "talking")),
        ("the nurse by the door, are her hands raised, folded, or hanging down", ("raised", "folded", "hanging down")),
        (
            "Which tent leaks, the one right beside the gate or the one down by the river?",
            ("beside the gate", "by the river"),
        ),
        ("Indoors? Outdoors?", ("indoors", "outdoors")),
        ("Does the kettle stand on the stove or beside it?", ("on", "beside")),
        ("Is the bird in its nest or out of it?", ("in", "out")),
        ("Is the sail rolled up or loose?", ("rolled up", "loose")),
        ("Does the flag show a checkered pattern or stripes?", ("checkered pattern", "stripes")),
        ("Is the fruit still green or already red?", ("green", "red")),
        ("Does the man have long or short sleeves?", ("long", "short")),
        ("Real candles or plastic ones?", ("real", "plastic")),
        ("Has the cart got two wheels, or are there four?", ("two", "four")),
        ("More spoons than forks on the tray, or fewer?", ("more", "fewer")),
        ("Is there fog or is it clear?", ("fog", "clear")),
        ("Which hand is she waving with?", ("left", "right")),
        ("Out of the jug and the vase, which is taller?", ("jug", "vase")),
        ("Goulash or soup - what is he eating?", ("goulash", "soup")),
        (
            "Of the three doors, is the open one on the left, in the middle or on the right?",
            ("left", "middle", "right"),
        ),
        ("The nurse wants to know if the boy is awake or asleep.", ("awake", "asleep")),
    ],
)
def test_what_there_is_to_choose_from(question: str, choices: tuple[str, ...]) -> None:
    expected = expected_answer(question)
    assert (expected.kind, expected.choices) == ("choice", choices)


_WORDS = (
    "is are the a red blue or , ? . : ( ) / - what which who how many color of left right light dark dog on in at and "
    "it he either between from there any not text sign says please tell me can you one two more than black do whose"
)


@given(st.lists(st.sampled_from(_WORDS.split()), max_size=14))
def test_whatever_the_words_something_is_read(words: list[str]) -> None:
    expected_answer(" ".join(words))


@pytest.mark.parametrize("line", (Path(__file__).parent / "wordings.txt").read_text().splitlines())
def test_what_people_type(line: str) -> None:
    question, _, wanted = line.partition(" => ")
    expected = expected_answer(question)
    assert (" | ".join(expected.choices) or expected.kind) == wanted


def test_nearly_all_wordings_of_strangers_are_read_as_they_are_meant() -> None:
    wrong = list(misread())
    assert len(wrong) < 0.07 * len(FILE.read_text().splitlines())
    assert sum(read.kind != row["kind"] for row, read in wrong) < 40
