"""What a program leaves out of its question, or asks beside it, is refused and mended."""

from __future__ import annotations

import pytest
from refusals import problems

from looksmith.programs.mend import mend

MENDED = [
    (
        "state-left-out",
        "Is the old gate rusty?",
        'answer = EXISTS(image, "old gate")',
        "answer = VERIFY(image, LOC(image, 'old gate'), 'rusty')",
    ),
    (
        "state-left-out",
        "Are the doors of the barn open?",
        'answer = EXISTS(image, "door")',
        "answer = VERIFY(image, LOC(image, 'door', 'of the barn'), 'open')",
    ),
    (
        "negation-not-asked",
        "Are the plums ripe yet?",
        'plums = LOC(image, "plum")\nanswer = not VERIFY(image, plums, "ripe")',
        "plums = LOC(image, 'plum')\nanswer = VERIFY(image, plums, 'ripe')",
    ),
    (
        "condition-not-asked",
        "Are its wings spread or folded?",
        'wings = LOC(image, "wing", "of the stork")\nanswer = CLASSIFY(image, wings, ["spread", "folded"])',
        "wings = LOC(image, 'wing')\nanswer = CLASSIFY(image, wings, ['spread', 'folded'])",
    ),
    (
        "condition-left-out",
        "How many lambs are standing behind the fence?",
        'answer = COUNT(image, "lamb")',
        "answer = COUNT(image, 'lamb', 'standing behind the fence')",
    ),
    (
        "condition-left-out",
        "How many of these lambs were given a bell?",
        'answer = COUNT(image, "lamb")',
        "answer = COUNT(image, 'lamb', 'given a bell')",
    ),
    (
        "condition-left-out",
        "How many sailors hold a rope?",
        'sailors = COUNT(image, "sailor")\nanswer = sailors',
        "sailors = COUNT(image, 'sailor', 'holding a rope')\nanswer = sailors",
    ),
    (
        "part-left-out",
        "What color is the beak of the gull on the left?",
        'gull = LOC(image, "gull", "on the left")\nanswer = COLOR(image, gull)',
        "answer = COLOR(image, LOC(image, 'beak', 'of the gull on the left'))",
    ),
    (
        "part-left-out",
        "Is the barn's door open?",
        'answer = VERIFY(image, LOC(image, "barn"), "open")',
        "answer = VERIFY(image, LOC(image, 'door', 'of the barn'), 'open')",
    ),
    (
        "chosen-before",
        "Are both sailors wearing hats?",
        'sailors = DETECT(image, "sailor", "wearing hats")\n'
        'answer = all(VERIFY(image, sailor, "wearing hats") for sailor in sailors)',
        "sailors = DETECT(image, 'sailor')\n"
        "answer = all((VERIFY(image, sailor, 'wearing hats') for sailor in sailors))",
    ),
    (
        "word-before-left-out",
        "How many yellow kites can you see?",
        'answer = COUNT(image, "kite")',
        "answer = COUNT(image, 'yellow kite')",
    ),
    (
        "word-before-left-out",
        "What color is the leftmost tent?",
        'tent = LOC(image, "tent")\nanswer = COLOR(image, tent)',
        "tent = LOC(image, 'tent', 'on the far left')\nanswer = COLOR(image, tent)",
    ),
    (
        "word-before-left-out",
        "Is the tall sailor wearing a coat?",
        'sailor = LOC(image, "sailor")\nanswer = VERIFY(image, sailor, "wearing a coat")',
        "sailor = LOC(image, 'tall sailor')\nanswer = VERIFY(image, sailor, 'wearing a coat')",
    ),
    (
        "two-in-one",
        "Has the tray got both a jug and a bowl on it?",
        'answer = EXISTS(image, "jug", "and a bowl on it")',
        "answer = EXISTS(image, 'jug') and EXISTS(image, 'bowl', 'on it')",
    ),
    (
        "same-again",
        "Are both goats lying?",
        'answer = all(VERIFY(image, goat, "lying") for goat in [LOC(image, "goat"), LOC(image, "goat")])',
        "answer = all((VERIFY(image, goat, 'lying') for goat in DETECT(image, 'goat')))",
    ),
    (
        "partner-is",
        "Is the rope held by the sailor?",
        'rope = LOC(image, "rope")\nanswer = PARTNER(image, rope, "held by") == LOC(image, "sailor")',
        "rope = LOC(image, 'rope')\nanswer = VERIFY(image, rope, 'held by the sailor')",
    ),
    (
        "condition-not-asked",
        "Robins are lovely. What color is the breast?",
        'breast = LOC(image, "breast", "of the woman")\nanswer = COLOR(image, breast)',
        "breast = LOC(image, 'breast')\nanswer = COLOR(image, breast)",
    ),
    (
        "noun-not-asked",
        "What do they lie on?",
        'answer = PARTNER(image, LOC(image, "scissors"), "lying on").label',
        "answer = PARTNER(image, LOC(image, 'thing'), 'lying on').label",
    ),
    (
        "between-by-sides",
        "The goat with the bell is standing between the hay and the gate, isn't it?",
        'goat = LOC(image, "goat", "with the bell")\nhay = LOC(image, "hay")\nanswer = LEFT_OF(goat, hay)',
        "goat = LOC(image, 'goat', 'with the bell')\nanswer = VERIFY(image, goat, 'between the hay and the gate')",
    ),
    (
        "place-untested",
        "Is the kite in the air or on the roof?",
        'kite = LOC(image, "kite")\nroof = LOC(image, "roof")\n'
        'answer = "in the air" if ABOVE(kite, roof) else "on the roof"',
        "kite = LOC(image, 'kite')\nanswer = 'in the air' if VERIFY(image, kite, 'in the air') else 'on the roof'",
    ),
    (
        "itself-compared",
        "Is the melon whole or cut in half?",
        'melon = LOC(image, "melon")\nanswer = "whole" if AREA(melon) > AREA(melon) / 2 else "cut"',
        "melon = LOC(image, 'melon')\nanswer = CLASSIFY(image, melon, ['whole', 'cut'])",
    ),
    (
        "itself-compared",
        "What is to the right of the kettle: a plum or a jar?",
        'kettle = LOC(image, "kettle")\nanswer = "plum" if RIGHT_OF(kettle, kettle) else "jar"',
        "answer = 'plum' if EXISTS(image, 'plum', 'right of the kettle') else 'jar'",
    ),
    (
        "itself-compared",
        "Which half of the moon is brighter, left or right?",
        'moon = LOC(image, "moon")\nanswer = "right" if BRIGHTNESS(image, moon) > BRIGHTNESS(image, moon) else "left"',
        "answer = 'right' if BRIGHTNESS(image, LOC(image, 'right half', 'of the moon'))"
        " > BRIGHTNESS(image, LOC(image, 'left half', 'of the moon')) else 'left'",
    ),
    (
        "halves-compared",
        "Is the upper half of the pear darker than the lower half?",
        'pear = LOC(image, "pear")\nanswer = BRIGHTNESS(image, pear) < BRIGHTNESS(image, pear)',
        "answer = BRIGHTNESS(image, LOC(image, 'upper half', 'of the pear'))"
        " < BRIGHTNESS(image, LOC(image, 'lower half', 'of the pear'))",
    ),
    (
        "side-of-one",
        "Which goat is eating, the upper or the lower one?",
        'a = LOC(image, "goat", "eating")\nb = LOC(image, "goat", "eating")\n'
        'answer = "upper" if ABOVE(a, b) else "lower"',
        "answer = 'upper' if VERIFY(image, LOC(image, 'goat', 'at the top'), 'eating') else 'lower'",
    ),
    (
        "asked-whole",
        "Hurry up! What does the green board over the door say?",
        'answer = READ(image, "Hurry up! What does the green board over the door say?")',
        "answer = READ(image, LOC(image, 'green board', 'over the door'))",
    ),
    (
        "asked-whole",
        "What is the name of the boat, please?",
        'boat = LOC(image, "boat")\nanswer = READ(image, boat, "What is the name of the boat, please?")',
        "boat = LOC(image, 'boat')\nanswer = READ(image, boat)",
    ),
    (
        "state-of-another",
        "Is the kettle next to the stove shiny?",
        'kettle = LOC(image, "kettle", "next to the stove")\nstove = LOC(image, "stove")\n'
        'answer = VERIFY(image, stove, "shiny") and VERIFY(image, kettle, "shiny")',
        "kettle = LOC(image, 'kettle', 'next to the stove')\nanswer = VERIFY(image, kettle, 'shiny')",
    ),
    (
        "one-for-two",
        "Is there a striped goat behind the gate?",
        'answer = EXISTS(image, "goat", "striped") and EXISTS(image, "goat", "behind the gate")',
        "answer = EXISTS(image, 'goat', 'striped behind the gate')",
    ),
    (
        "always-found",
        "What color are the bricks?",
        'bricks = LOC(image, "brick") or LOC(image, "brick", "red") or LOC(image, "brick") == None\n'
        "answer = COLOR(image, bricks)",
        "bricks = LOC(image, 'brick')\nanswer = COLOR(image, bricks)",
    ),
    (
        "always-found",
        "Are the wings spread or folded?",
        'wing = LOC(image, "wing")\nanswer = "spread" if PARTNER(image, wing, "spread") else "folded"',
        "wing = LOC(image, 'wing')\nanswer = 'spread' if VERIFY(image, wing, 'spread') else 'folded'",
    ),
]


@pytest.mark.parametrize(("code", "question", "source", "mended"), MENDED)
def test_it_is_refused_and_mended(code: str, question: str, source: str, mended: str) -> None:
    assert [problem.code for problem in problems(source, question)] == [code]
    assert mend(source, question, lambda text: problems(text, question)) == mended


@pytest.mark.parametrize(
    ("question", "source"),
    [
        ("What color is the gull's beak?", 'gull = LOC(image, name="gull")\nanswer = COLOR(image, gull)'),
        ("What color is the gull's beak?", 'gull = LOC(image, "gull", which="in front")\nanswer = COLOR(image, gull)'),
        ("What color is the back of the gull?", 'gull = LOC(image, "gull")\nanswer = COLOR(image, gull)'),
        (
            "Are all the sailors with hats smiling?",
            'answer = all(VERIFY(image, s, "smiling") for s in DETECT(image, "sailor", "with a hat"))',
        ),
        ("Is her left hand raised?", 'hand = LOC(image, "hand")\nanswer = VERIFY(image, hand, "raised")'),
        (
            "Are the red and blue tent open?",
            'answer = all(VERIFY(image, t, "open") for t in DETECT(image, "tent"))',
        ),
        (
            "Is the goat that is between the gate and the barn left of the hay?",
            'goat = LOC(image, "goat", "between the gate and the barn")\nhay = LOC(image, "hay")\n'
            "answer = LEFT_OF(goat, hay)",
        ),
        (
            "Is the kite above or below the roof?",
            'kite = LOC(image, "kite")\nroof = LOC(image, "roof")\nanswer = "above" if ABOVE(kite, roof) else "below"',
        ),
        (
            "Are the kettle and the stove shiny?",
            'answer = VERIFY(image, LOC(image, "kettle"), "shiny") and VERIFY(image, LOC(image, "stove"), "shiny")',
        ),
        (
            "Is there a goat on the left and a goat on the right?",
            'answer = EXISTS(image, "goat", "on the left") and EXISTS(image, "goat", "on the right")',
        ),
        ("How many sailors are posing in this picture?", 'answer = COUNT(image, "sailor")'),
        ("How many sails are hanging on the mast?", 'answer = COUNT(CROP(image, LOC(image, "mast")), "sail")'),
        ("What is written on the board?", 'answer = READ(image, LOC(image, "board"), "word in white")'),
        ("What is the doggy doing with its tail?", 'answer = NAME(image, LOC(image, "dog"), "thing")'),
        ("What time is it?", 'answer = READ(image, LOC(image, "clock"))'),
        ("What is on his head?", 'answer = COLOR(image, LOC(image, "hat", "of the man"))'),
        ("What is the goat looking at?", 'answer = PARTNER(image, LOC(image, "goat"), "looking at").label'),
    ],
)
def test_what_may_be_right_passes(question: str, source: str) -> None:
    assert problems(source, question) == ()


@pytest.mark.parametrize(
    "source",
    ["answer = READ()", "answer = EXISTS(image) and EXISTS(image)", 'answer = "a" if LEFT_OF() else "b"', "x = 1"],
)
@pytest.mark.parametrize("question", ["Is the owl between the hay and the barn?", "Is it in the air or on a roof?"])
def test_any_program_can_be_looked_at(source: str, question: str) -> None:
    problems(source, question)
