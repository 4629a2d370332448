"""Slips of a small model are mended without asking it again."""

from __future__ import annotations

import pytest
from refusals import problems

from looksmith.programs.mend import mend

MENDED = [
    (
        "Do all sailors wear a cap?",
        'sailors = LOC(image, "sailor")\n'
        'answer = all(VERIFY(image, sailor, "wearing a cap") for sailor in sailors.strip().split())',
        "sailors = DETECT(image, 'sailor')\n"
        "answer = all((VERIFY(image, sailor, 'wearing a cap') for sailor in sailors))",
    ),
    (
        "Is everyone in this barn holding a fork?",
        'barn = LOC(image, "barn")\nanswer = all(VERIFY(image, person, "holding a fork") for person in barn.label)',
        "answer = all((VERIFY(image, person, 'holding a fork') for person in DETECT(image, 'person')))",
    ),
    (
        "Are both of the goat's horns bent?",
        'goat = LOC(image, "goat")\nanswer = all(VERIFY(image, horn, "bent") for horn in goat.upper())',
        "answer = all((VERIFY(image, horn, 'bent') for horn in DETECT(image, 'horn', 'of the goat')))",
    ),
    (
        "Which of the two plants in the yard is taller?",
        'answer = max(LOC(image, "plant", "in the yard").label, key=lambda plant: plant.height).label',
        "answer = max(DETECT(image, 'plant', 'in the yard'), key=lambda plant: plant.height).label",
    ),
    (
        "Is there a wasp on the plum?",
        'wasp = LOC(image, "wasp", "on the plum")\nanswer = EXISTS(image, wasp)',
        "answer = EXISTS(image, 'wasp', 'on the plum')",
    ),
    (
        "What color is the kettel?",
        'kettel = LOC(image, "kettle")\nanswer = COLOR(image, kettle_1)',
        "kettel = LOC(image, 'kettle')\nanswer = COLOR(image, kettel)",
    ),
    (
        "How many goats are there?",
        'goats = DETECT(image, "goat")\nanswer = len_goats',
        "goats = DETECT(image, 'goat')\nanswer = len(goats)",
    ),
]
LEFT = [
    ("Is the goat near the barn?", 'goat = LOC(image, "goat")\nanswer = LEFT_OF(goat, barn_1)'),
    ("Is the goat asleep?", 'answer = any(VERIFY(image, goat, "asleep") for goat in image.split())'),
    ("Is there a goat?", "answer = EXISTS(image, image)"),
]


@pytest.mark.parametrize(("question", "source", "better"), MENDED)
def test_a_slip_is_mended(question: str, source: str, better: str) -> None:
    assert problems(source, question)
    assert mend(source, question, lambda text: problems(text, question)) == better


@pytest.mark.parametrize(("question", "source"), LEFT)
def test_what_may_mean_anything_is_left(question: str, source: str) -> None:
    assert problems(source, question)
    assert mend(source, question, lambda text: problems(text, question)) is None
