"""What a question says about its own answer, over the wordings that people use."""

from __future__ import annotations

import pytest

from looksmith.programs.question.expected_answer import counts, expected_answer

YES_OR_NO = (
    "Is there a lighthouse?",
    "Are there any puddles on the ground?",
    "Is there a cat or a dog?",
    "Do you see a knife or a fork on the table?",
    "Has the bridge got lamps?",
    "Isn't the window broken?",
    "Any sheep?",
    "Trees behind the barn?",
    "A boat in the harbour?",
    "More cups than plates?",
    "The dog on the left, is it sitting?",
    "I can't see well. Is the gate open?",
    "My son asks whether the boat has a motor.",
    "Can you tell me whether the shop is open?",
    "Could you tell me if the lamp is on?",
    "According to this board, is swimming allowed?",
    "The sailor in blue or white is bearded, is he not?",
    "It is a wooden or an iron gate, no doubt?",
    "The jug or vase on the shelf, that's made of glass isn't it?",
    "There are more cups than plates.",
    "More bottles than glasses.",
    "All of the boys wear boots.",
    "Neither goat has horns.",
    "The man wears a hat or a cap.",
    "Is the hat the same color as the scarf?",
    "Are there more than five people in the queue?",
    "Does the sign say exit?",
    "The word open is on the door.",
    "The baker has an apron on, right?",
    "The goat that jumps is to the left of the one who sleeps, yes?",
    "The shutters are closed, true or false?",
    "The lid is on the pot, isn't it?",
    'Caption: "A nurse feeds a goat." Is this accurate?',
    "Is the gate shut or not?",
    "Number of lambs: at least two?",
    "The number of lambs is two.",
    "The pond is frozen over, or am I wrong?",
    "those boats got sails or nah?",
    "The boat, which is red, is left of the pier.",
    "The goat, which stands on the hill, is white.",
    "There is a box, which a goat and a hen.",
)
NUMBERS = (
    "How many beetles are there?",
    "How much people sit at the table?",
    "Chairs at the table: how many?",
    "apart from the puppies how many dogs are on the sofa (the toy doesnt count)",
    "Number of sailors on the deck?",
    "Count the apples on the tree.",
    "Could you count the steps for me?",
    "Can you tell me how many oars the boat has?",
    "On the wall there is a shelf. How many cups are on it?",
    "How many cups or glasses are on the tray?",
    "How tall is the tower, in pixels?",
    "Total ships in the harbour?",
    "Ducks in total?",
    "Sailors on deck, count?",
    "Spoon count.",
    "Number of lambs.",
    "My son asks how many boats are on the lake. What do I tell him?",
    "The hens behind the barn, so how many are they?",
)
COLORS = (
    "What colour have the shoes?",
    "Color of the leftmost cup?",
    "Scarf color?",
    "The woman wears a coat of which color?",
    "The beetle on the leaf, what color is it?",
    "Please tell me the color of the tablecloth.",
    "Tell me what color the curtain is.",
    "Curtain color.",
    "I have to repaint the gate. Its colour please.",
    "For my notes I need the color of the roof.",
    "The door of the barn is painted in ...?",
    'For my album: "a nurse in a ____ coat". Fill in the color.',
    "and the roof of that barn, what color's that",
    "There is a shelf or a bench behind her; its color is...",
)
TEXTS = (
    "Registration number of the van?",
    "What jersey number does the goalkeeper have?",
    "Which code is stamped on the crate?",
    "What are the letters on the flag?",
    "What is the large golden word over the door?",
    "What is the inn's name according to the wooden sign?",
    "What does the sign say?",
    "What word is painted on the wall?",
    "What is written in the picture?",
    "What is written in red?",
    "Number on the door?",
    "Read the licence plate of the van.",
    "Could you read out the poster for me?",
    "Can you tell me what is printed on the box?",
    "What brand is the laptop?",
    "There is a short code on the crate. What is it?",
    "start number of this boat pls, i need it for the list",
    "There's a name on the back of the boat; spell it for me.",
    "What does it say in large letters over the door?",
    "Which shop's sign is over the door?",
    '"the ____ inn" - give me the missing word on the sign',
)
NAMES = (
    "What is the boy holding?",
    "What time of day is it?",
    "In which language is the menu written?",
    "What is the name of this bird?",
    "Who reads a book?",
    "On what is the owl sitting?",
    "What is behind the bench?",
    "Who stands between the nurse and the doctor?",
    "Which animal is lying in the grass?",
    "What breed is the dog?",
    "Fence material?",
    "Shape of the sign?",
    "Name the bird.",
    "What is the weather like?",
    "In which corner of the picture is the clock?",
    "Whats hanging over the door?",
    "My friend says that it is a ____. Fill in the animal.",
    "Something round hangs over the small sign. What is it?",
    "i keep these in a shed, what fruit is it",
    "Third boat from the left: tell me the pattern of the sail.",
    "Where is the owl sitting on?",
    "Where does the nurse have her hands?",
    "Describe the fence in one word.",
    "I need a new cloth, so what shape is the table?",
    "Of the two goats, name the one that is higher.",
    "The thing on the roof is a...?",
)
CHOICES = {
    "Is the goat climbing or resting?": "climbing|resting",
    "Is the boy standing, sitting or kneeling?": "standing|sitting|kneeling",
    "Is it sunny, cloudy or rainy?": "sunny|cloudy|rainy",
    "Is the towel hanging on the door or lying on the floor?": "hanging on the door|lying on the floor",
    "Is the dog sitting or lying on the rug?": "sitting|lying",
    "Is the candle burning, or is it out?": "burning|out",
    "Beak: open or closed?": "open|closed",
    "The cake, is it whole or cut?": "whole|cut",
    "Is the bird a duck or a goose?": "duck|goose",
    "What building is this, a church, a castle or a barn?": "church|castle|barn",
    "Does the man wear boots or sandals?": "boots|sandals",
    "Which cup is taller, the white or the green one?": "white|green",
    "Are there more ducks or geese?": "ducks|geese",
    "Tell me: is the stove on or off?": "on|off",
    "Does he carry the pail in his left or right hand?": "left|right",
    "Who has the drum, the boy on the far left or the one on the far right?": "far left|far right",
    "Which boat is bigger, the one in front or the one at the back?": "in front|back",
    "Which way is the goat looking?": "left|right|up|down",
    "On which side of the door is the bell?": "left|right",
    "Which kite is higher up, the one on the left or the one on the right?": "left|right",
    "Who is older, the man in the grey hat or the man with the blue shirt and vest?": (
        "man in the grey hat|man with the blue shirt and vest"
    ),
    "Which bucket is the largest: the left, the middle or the right one?": "left|middle|right",
    "Who is taller, the farmer or his wife?": "farmer|wife",
    "Are there more cups or more spoons?": "cups|spoons",
    "Which are there more of, hens or ducks?": "hens|ducks",
    "Is the phone on the left or the right of the notebook?": "left|right",
    "Left or right of the church, where is the tree?": "left|right",
    "Is the girl in the left half or in the right half of the picture?": "left|right",
    "Is the sun in the upper or in the lower half?": "upper|lower",
    "Is the basket in the corner or in the middle of the room?": "corner|middle",
    "Is the woman seen from the front or from behind?": "front|behind",
    "Is the sign above or below the window?": "above|below",
    "Is the kite above the trees or below them?": "above|below",
    "Is the cow in front of or behind the fence?": "in front|behind",
    "Is the cow in front of the fence or behind it?": "in front|behind",
    "Is the tree behind the house or in front of it?": "behind|in front",
    "Of the dogs, is the black or the brown one bigger?": "black|brown",
    "Whose jacket is darker, the nurse's or the doctor's?": "nurse|doctor",
    "Is the key on the table or on the chair?": "on the table|on the chair",
    "Is the cat under the table or behind the sofa?": "under the table|behind the sofa",
    "Is the hen closer to the barn or to the tree?": "barn|tree",
    "Is there one sheep on the hill or are there several?": "one|several",
    "Is the truck driving towards us or away from us?": "towards us|away",
    "Is the boy looking at the camera or at the dog?": "at the camera|at the dog",
    "To which side is the goat looking": "left|right",
    "What is it in the middle? Boat, raft, ship?": "boat|raft|ship",
    "Whole, cut or eaten?": "whole|cut|eaten",
    "Was the sky blue or more of a grey?": "blue|grey",
    "Are the boys heading left or heading right?": "left|right",
    "Sails up or sails down, which is it?": "up|down",
    "Is this in a barn, at a lake or on a hill?": "in a barn|at a lake|on a hill",
}


@pytest.mark.parametrize("question", YES_OR_NO)
def test_yes_or_no(question: str) -> None:
    assert expected_answer(question).kind == "yes/no"


@pytest.mark.parametrize("question", NUMBERS)
def test_a_number(question: str) -> None:
    assert expected_answer(question).kind == "number"


@pytest.mark.parametrize("question", COLORS)
def test_a_color(question: str) -> None:
    assert expected_answer(question).kind == "color"


@pytest.mark.parametrize("question", TEXTS)
def test_a_text(question: str) -> None:
    assert expected_answer(question).kind == "text"


@pytest.mark.parametrize("question", NAMES)
def test_a_name(question: str) -> None:
    assert expected_answer(question).kind == "name"


@pytest.mark.parametrize(("question", "choices"), CHOICES.items())
def test_one_of_the_alternatives(question: str, choices: str) -> None:
    expected = expected_answer(question)
    assert expected.kind == "choice"
    assert expected.choices == tuple(choices.split("|"))
    assert expected.told == " or ".join(f'"{choice}"' for choice in choices.split("|"))


@pytest.mark.parametrize(
    "question", ["Where is the cat?", "Show me the boat.", "Blur the faces.", "Describe the picture.", ""]
)
def test_anything(question: str) -> None:
    assert expected_answer(question).kind == "any"


@pytest.mark.parametrize("question", ["How many cups are there?", "Count the dogs.", "The number of boats?"])
def test_how_many_is_a_count(question: str) -> None:
    assert counts(question)


@pytest.mark.parametrize("question", ["How wide is it?", "Are there two cups?", "What number is on the bus?", ""])
def test_other_numbers_are_no_counts(question: str) -> None:
    assert not counts(question)
