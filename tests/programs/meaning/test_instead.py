"""Parts of programs that can only be wrong are refused, and mended by what the question says."""

from __future__ import annotations

import pytest
from refusals import problems

from looksmith.programs.mend import mend

MENDED = [
    (
        "repeats-question",
        "What is the owl sitting on?",
        'owl = LOC(image, "owl")\nanswer = owl.label',
        "answer = PARTNER(image, LOC(image, 'owl'), 'sitting on').label",
    ),
    (
        "repeats-question",
        "On what is the owl sitting?",
        'answer = LOC(image, "owl").label',
        "answer = PARTNER(image, LOC(image, 'owl'), 'sitting on').label",
    ),
    (
        "repeats-question",
        "What is on the shelf?",
        'answer = LOC(image, "shelf").label',
        "answer = LOC(image, 'thing', 'on the shelf').label",
    ),
    (
        "repeats-question",
        "Who is wearing the apron?",
        'apron = LOC(image, "apron")\nanswer = NAME(image, apron, "apron")',
        "answer = LOC(image, 'person', 'wearing the apron').label",
    ),
    (
        "repeats-question",
        "Which animal is lying next to the barn?",
        'answer = LOC(image, "barn").label',
        "answer = LOC(image, 'animal', 'lying next to the barn').label",
    ),
    (
        "repeats-question",
        "What is swimming in the lake?",
        'answer = NAME(image, "person")',
        "answer = LOC(image, 'thing', 'swimming in the lake').label",
    ),
    (
        "related-to-picture",
        "What food is in the photo?",
        'food = LOC(image, "food")\nanswer = PARTNER(image, food, "in the photo").label',
        "food = LOC(image, 'food')\nanswer = food.label",
    ),
    (
        "color-beyond",
        "Is the kettle silver?",
        'kettle = LOC(image, "kettle")\nanswer = COLOR(image, kettle) == "silver"',
        "kettle = LOC(image, 'kettle')\nanswer = VERIFY(image, kettle, 'silver')",
    ),
    (
        "color-beyond",
        "Isn't the kettle golden?",
        'kettle = LOC(image, "kettle")\nanswer = COLOR(image, kettle) != "golden"',
        "kettle = LOC(image, 'kettle')\nanswer = not VERIFY(image, kettle, 'golden')",
    ),
    (
        "one-label",
        "Is the fence wooden?",
        'fence = LOC(image, "fence")\nanswer = CLASSIFY(image, fence, ["wooden"]) == "wooden"',
        "fence = LOC(image, 'fence')\nanswer = VERIFY(image, fence, 'wooden')",
    ),
    (
        "other-than-related",
        "What is the nurse leaning on, the gate or the wall?",
        'nurse = LOC(image, "nurse")\nwall = LOC(image, "wall")\nanswer = "gate" if nurse.left < wall.left else "wall"',
        "answer = 'gate' if VERIFY(image, LOC(image, 'nurse'), 'leaning on the gate') else 'wall'",
    ),
    (
        "one-of-several",
        "Is the goat standing, sitting or climbing?",
        'goat = LOC(image, "goat")\nanswer = "standing" if goat.height > goat.width else "sitting"',
        "goat = LOC(image, 'goat')\nanswer = CLASSIFY(image, goat, ['standing', 'sitting', 'climbing'])",
    ),
    (
        "label-for-choice",
        "The upper part of the wall, is it white or orange?",
        'wall = LOC(image, "wall")\nanswer = TOPMOST(boxes=[wall]).label',
        "wall = LOC(image, 'wall')\nanswer = CLASSIFY(image, TOPMOST(boxes=[wall]), ['white', 'orange'])",
    ),
    (
        "label-for-choice",
        "The nurse is wearing what kind of shoes, clogs, boots or sandals?",
        'nurse = LOC(image, "nurse")\nanswer = NAME(image, nurse, "shoes")',
        "nurse = LOC(image, 'nurse')\nanswer = CLASSIFY(image, nurse, ['clogs', 'boots', 'sandals'])",
    ),
    (
        "always-found",
        "Does the farmer wear trousers or shorts?",
        'trousers = LOC(image, "trousers", "of the farmer")\nshorts = LOC(image, "shorts", "of the farmer")\n'
        'answer = "trousers" if trousers else "shorts"',
        "answer = 'trousers' if EXISTS(image, 'trousers', 'of the farmer') else 'shorts'",
    ),
    (
        "always-found",
        "Is there a goat and an owl?",
        'goat = LOC(image, "goat")\nowl = LOC(image, "owl")\nanswer = goat is not None and owl is not None',
        "answer = EXISTS(image, 'goat') and EXISTS(image, 'owl')",
    ),
    (
        "color-of-few",
        "The farmer wears a hat, but his tie was what colour?",
        'tie = LOC(image, "tie")\nanswer = CLASSIFY(image, tie, ["blue", "green"])',
        "tie = LOC(image, 'tie')\nanswer = COLOR(image, tie)",
    ),
    (
        "unfit-answer",
        "Which color do both sails have?",
        'left = LOC(image, "sail", "on the left")\nright = LOC(image, "sail", "on the right")\n'
        "answer = COLOR(image, left) == COLOR(image, right)",
        "left = LOC(image, 'sail', 'on the left')\nanswer = COLOR(image, left)",
    ),
    (
        "repeats-question",
        "Who is looking up at the owl?",
        'girl = LOC(image, "girl")\nanswer = PARTNER(image, girl, "looking up at the owl").label',
        "answer = LOC(image, 'person', 'looking up at the owl').label",
    ),
    (
        "repeats-question",
        "Something is fluttering over the roof. What is it?",
        'answer = NAME(image, "fluttering over the roof")',
        "answer = LOC(image, 'thing', 'fluttering over the roof').label",
    ),
    (
        "part-of-text",
        "What is the licence plate of the lorry?",
        'lorry = LOC(image, "lorry")\nanswer = READ(image, lorry)',
        "lorry = LOC(image, 'lorry')\nanswer = READ(image, lorry, 'licence plate')",
    ),
    (
        "part-of-text",
        "Read the lower of the two words on the crate.",
        'answer = READ(image, LOC(image, "crate"))',
        "answer = READ(image, LOC(image, 'crate'), 'lower of the two words')",
    ),
    (
        "other-than-related",
        "Who has got the lantern, the man on the left or the man on the right?",
        'left = LOC(image, "man", "on the left")\nright = LOC(image, "man", "on the right")\n'
        'answer = "left" if LEFT_OF(left, right) else "right"',
        "left = LOC(image, 'man', 'on the left')\n"
        "answer = 'left' if VERIFY(image, left, 'with the lantern') else 'right'",
    ),
    (
        "other-than-related",
        "Which of the two goats has fallen into the ditch, the brown one or the white one?",
        'brown = LOC(image, "brown goat")\nwhite = LOC(image, "white goat")\n'
        'answer = "brown" if BRIGHTNESS(image, brown) < BRIGHTNESS(image, white) else "white"',
        "brown = LOC(image, 'brown goat')\n"
        "answer = 'brown' if VERIFY(image, brown, 'fallen into the ditch') else 'white'",
    ),
    (
        "labels-beside",
        "Is the snow white or purple?",
        'answer = CLASSIFY(image, ["snow", "white", "purple"])',
        "answer = CLASSIFY(image, LOC(image, 'snow'), ['white', 'purple'])",
    ),
    (
        "labels-beside",
        "Is the gate made of stone or wood?",
        'gate = LOC(image, "gate")\nanswer = CLASSIFY(image, ["stone", "wood"])',
        "gate = LOC(image, 'gate')\nanswer = CLASSIFY(image, gate, ['stone', 'wood'])",
    ),
    (
        "single-for-plural",
        "What color are the jeans?",
        'answer = COLOR(image, LOC(image, "jean"))',
        "answer = COLOR(image, LOC(image, 'jeans'))",
    ),
    (
        "one-or-other",
        "Is there a goat or a cow in the picture?",
        'answer = EXISTS(image, "goat", "or a cow")',
        "answer = EXISTS(image, 'goat') or EXISTS(image, 'cow')",
    ),
    (
        "repeats-question",
        "What is the lantern hanging on?",
        'answer = LOC(image, "thing", "hanging on the lantern").label',
        "answer = PARTNER(image, LOC(image, 'lantern'), 'hanging on').label",
    ),
    (
        "there-is-one",
        "Have all the sails turned grey?",
        'answer = EXISTS(image, "sail", "that are grey")',
        "answer = all((VERIFY(image, thing, 'grey') for thing in DETECT(image, 'sail')))",
    ),
    (
        "there-is-one",
        "are they both wearing boots?",
        'hiker = LOC(image, "hiker", "in front")\nanswer = VERIFY(image, hiker, "wearing boots")',
        "answer = all((VERIFY(image, thing, 'wearing boots') for thing in DETECT(image, 'hiker', 'in front')))",
    ),
    (
        "color-of-few",
        "What color sails did they put up?",
        'answer = CLASSIFY(image, ["sail", "sails"])',
        "answer = COLOR(image, LOC(image, 'sail'))",
    ),
    (
        "state-by-place",
        "Are the arms of the nurse crossed or hanging down?",
        'nurse = LOC(image, "nurse")\narm = LOC(image, "arm")\n'
        'answer = "crossed" if LEFT_OF(nurse, arm) else "hanging down"',
        "nurse = LOC(image, 'nurse')\nanswer = CLASSIFY(image, nurse, ['crossed', 'hanging down'])",
    ),
    (
        "made-of",
        "What is the gate made of?",
        'answer = NAME(image, "gate")',
        "answer = NAME(image, LOC(image, 'gate'), 'material')",
    ),
    (
        "unfit-answer",
        "What is hanging over the door?",
        'answer = EXISTS(image, "thing", "hanging over the door")',
        "answer = LOC(image, 'thing', 'hanging over the door').label",
    ),
    (
        "unfit-answer",
        "How many goats are there?",
        'answer = EXISTS(image, "goat")',
        "answer = COUNT(image, 'goat')",
    ),
    (
        "unfit-answer",
        "What is written on the crate?",
        'answer = EXISTS(image, "crate")',
        "answer = READ(image, LOC(image, 'crate'))",
    ),
    (
        "unfit-answer",
        "To which side is the goat looking?",
        'goat = LOC(image, "goat")\nanswer = VERIFY(image, goat, "looking to the right")',
        "goat = LOC(image, 'goat')\nanswer = 'right' if VERIFY(image, goat, 'looking to the right') else 'left'",
    ),
    (
        "one-label",
        "What kind of insect is it?",
        'answer = CLASSIFY(image, ["insect"])',
        "answer = NAME(image, 'insect')",
    ),
]


@pytest.mark.parametrize(("code", "question", "source", "mended"), MENDED)
def test_it_is_refused_and_mended(code: str, question: str, source: str, mended: str) -> None:
    assert [problem.code for problem in problems(source, question)] == [code]
    assert mend(source, question, lambda text: problems(text, question)) == mended


@pytest.mark.parametrize(
    ("question", "source"),
    [
        ("What animal is on the sofa?", 'answer = LOC(image, "animal", "on the sofa").label'),
        ("What is the animal on the sofa?", 'answer = LOC(image, "animal", "on the sofa").label'),
        ("Who is sitting next to the nurse?", 'answer = LOC(image, "person", "next to the nurse").label'),
        ("What is the owl sitting on?", 'answer = PARTNER(image, LOC(image, "owl"), "sitting on").label'),
        (
            "See the goat by the gate? What's in its mouth?",
            'answer = PARTNER(image, LOC(image, "goat"), "with in its mouth").label',
        ),
        (
            "What she's carrying on the back?",
            'answer = PARTNER(image, LOC(image, "woman"), "carrying on her back").label',
        ),
        ("Isn't the goat asleep?", 'goat = LOC(image, "goat")\nanswer = not VERIFY(image, goat, "asleep")'),
        ("What color is his hat?", 'answer = COLOR(image, LOC(image, "hat", "of the man"))'),
        ("Is the goat in the picture?", 'answer = EXISTS(image, "goat")'),
        ("Is the kettle gray?", 'answer = COLOR(image, LOC(image, "kettle")) == "gray"'),
        ("Is the animal a goat or a cow?", 'answer = LOC(image, "goat").label'),
        ("What is the number on the crate?", 'answer = READ(image, LOC(image, "number", "on the crate"))'),
        ("Is there a goat?", 'goats = DETECT(image, "goat")\nanswer = True if goats else False'),
        (
            "Is the goat or the cow nearer to the barn?",
            'goat = LOC(image, "goat")\ncow = LOC(image, "cow")\nanswer = "goat" if LEFT_OF(goat, cow) else "cow"',
        ),
        (
            "Which goat has the longer beard, the brown one or the white one?",
            'brown = LOC(image, "brown goat")\nwhite = LOC(image, "white goat")\n'
            'answer = "brown" if brown.height > white.height else "white"',
        ),
        ("Is the roof red?", 'answer = CLASSIFY(image, LOC(image, "roof"), ["red", "black"]) == "red"'),
        (
            "Is it a barn, a castle or a church?",
            'answer = "barn" if EXISTS(image, "barn") else "castle" if EXISTS(image, "castle") else "church"',
        ),
    ],
)
def test_what_may_be_right_passes(question: str, source: str) -> None:
    assert problems(source, question) == ()


@pytest.mark.parametrize(
    "source", ["", "answer = 1", "x = 1", "a = b\nb = a\nanswer = a.label", "answer = LOC().label"]
)
@pytest.mark.parametrize("question", ["What is the owl sitting on?", "Is it a, b or c?", "Is the kettle silver?"])
def test_any_program_can_be_looked_at(source: str, question: str) -> None:
    problems(source, question)
