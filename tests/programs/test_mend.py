"""Slips that have one cure are mended, and nothing else is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from surface import surface

from looksmith.programs.check.check import Checked, check
from looksmith.programs.language.program import Program
from looksmith.programs.mend import mend, without_additions
from looksmith.programs.question.expected_answer import expected_answer
from looksmith.tools.core.registry import Registry

REGISTRY: Registry = surface()


def problems(source, question=""):
    found = check(Program(source, question), REGISTRY, expected=expected_answer(question))
    return () if isinstance(found, Checked) else found


def mended(source, question="", earlier=""):
    return mend(source, question, lambda text: problems(text, question), earlier)


@pytest.mark.parametrize(
    ("question", "source", "better"),
    [
        (
            "Is the door open or closed?",
            "door = LOC(image, 'door')\nanswer = CLASSIFY(door, ['open', 'closed'])",
            "door = LOC(image, 'door')\nanswer = CLASSIFY(image, door, ['open', 'closed'])",
        ),
        (
            "Is the lamp on the left?",
            "lamp = LOC(image, 'lamp')\nanswer = LEFT_OF(lamp, image_center)",
            "lamp = LOC(image, 'lamp')\nanswer = lamp.center_x < image.center_x",
        ),
        (
            "Is the stool nearest to us on the left or right?",
            "stool = LOC(image, 'stool')\nanswer = 'left' if IN_FRONT_OF(stool, imagecenter) else 'right'",
            "stool = LOC(image, 'stool')\nanswer = 'left' if stool.center_x < image.center_x else 'right'",
        ),
        (
            "Is the rope coiled or stretched?",
            "rope = LOC(image, 'rope')\nanswer = 'coiled' if LEFT_OF(rope, image_center) else 'stretched'",
            "rope = LOC(image, 'rope')\nanswer = CLASSIFY(image, rope, ['coiled', 'stretched'])",
        ),
        (
            "What is the girl holding?",
            "girl = LOC(image, 'girl')\nanswer = PARTNER(girl, girl, 'holding').label",
            "girl = LOC(image, 'girl')\nanswer = PARTNER(image, girl, 'holding').label",
        ),
        (
            "Is the lamp in the lower half?",
            "lamp = LOC(image, 'lamp')\nanswer = BELOW(lamp, imageCENTER)",
            "lamp = LOC(image, 'lamp')\nanswer = lamp.center_y > image.center_y",
        ),
        (
            "Are all cups red?",
            "cups = LOC(image, 'cup')\nanswer = all(COLOR(image, cup) == 'red' for cup in cups)",
            "cups = DETECT(image, 'cup')\nanswer = all((COLOR(image, cup) == 'red' for cup in cups))",
        ),
        (
            "Is one of the women smiling?",
            "woman = LOC(image, 'woman')\nanswer = any(VERIFY(image, woman, 'smiling') for woman in women)",
            "woman = DETECT(image, 'woman')\nanswer = any((VERIFY(image, woman, 'smiling') for woman in woman))",
        ),
        (
            "The carpet is darker than the curtain.",
            "answer = BRIGHTNESS(image, carpet) < BRIGHTNESS(image, curtain)",
            "curtain = LOC(image, 'curtain')\ncarpet = LOC(image, 'carpet')\n"
            "answer = BRIGHTNESS(image, carpet) < BRIGHTNESS(image, curtain)",
        ),
        (
            "Which color has the roof of the van?",
            "van = LOC(image, 'van')\nroof = LOC(van, 'roof')\nanswer = COLOR(roof)",
            "van = LOC(image, 'van')\nroof = LOC(CROP(image, van), 'roof')\nanswer = COLOR(image, roof)",
        ),
    ],
)
def test_a_slip_is_mended(question, source, better):
    assert problems(source, question)
    assert mended(source, question) == better
    assert not problems(better, question)


def test_lines_that_a_repair_left_out_are_those_of_the_program_before():
    earlier = "cat = LOC(image, 'cat', 'on the sofa')\nanswer = COLOR(image, cat) == 'red'"
    assert mended("answer = VERIFY(image, cat, 'red')", earlier=earlier) == (
        "cat = LOC(image, 'cat', 'on the sofa')\nanswer = VERIFY(image, cat, 'red')"
    )


@pytest.mark.parametrize(
    "source",
    [
        "answer = COLOR(image, unicorn)",
        "answer = LOC(image)",
        "answer = ",
        "answer = FROBNICATE(image)",
        "import os\nanswer = 1",
        "lamp = LOC(image, 'lamp')\nanswer = DISTANCE(lamp, image_center)",
        "answer = COLOR(image, am) == 'red'",
    ],
)
def test_what_has_no_cure_stays_refused(source):
    assert mended(source, "Is the lamp on?") is None


@pytest.mark.parametrize("looped", ["menabc.lower()", "menabc.box.label", "menabc for one in menabc.split()"])
def test_a_name_that_runs_on_ends_where_it_was_set(looped):
    source = f'men = LOC(image, "man")\nanswer = all(VERIFY(image, man, "standing") for man in {looped})'
    better = "men = DETECT(image, 'man')\nanswer = all((VERIFY(image, man, 'standing') for man in men))"
    assert mended(source, "Are the men standing?") == better


def test_a_program_without_slips_stays_as_it_is():
    assert mended("answer = EXISTS(image, 'cat')  # plain") == "answer = EXISTS(image, 'cat')  # plain"


@given(st.text(max_size=60), st.text(max_size=30), st.text(max_size=30))
def test_no_text_makes_it_raise(source, question, earlier):
    assert mended(source, question, earlier) in (None, source) or not problems(source, question)


@pytest.mark.parametrize(
    ("program", "plain"),
    [
        ('answer = PHOTOS_WITH(album, "cup", "on the table")', "answer = PHOTOS_WITH(album, 'cup')"),
        ('answer = LOC(image, "cup", which="on the table").label', "answer = LOC(image, 'cup').label"),
        ('answer = LOC(image, "cup", "that is chipped on the table").label', None),  # half of it was asked
        ('answer = VERIFY(image, cup, "on the table")', None),
        ('answer = COUNT(image, "cup")', None),
        ("answer = ", None),
    ],
)
def test_a_condition_from_nowhere_is_left_out(program: str, plain: str | None) -> None:
    assert without_additions(program, "Which cup is chipped?", lambda source: source.count("table")) == plain
    assert without_additions(program, "Which cup is on the table?", lambda source: 0) is None
