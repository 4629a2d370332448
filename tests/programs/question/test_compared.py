"""A program has to compare what the question compares, of the things that it names."""

import ast

import pytest
from surface import surface

from looksmith.programs.check.check import Checked, check
from looksmith.programs.language.diagnostics import Diagnostic
from looksmith.programs.language.program import Program
from looksmith.programs.mend import Judge, mend
from looksmith.programs.question.compared import compares_other, faces_other
from looksmith.programs.question.expected_answer import expected_answer

REGISTRY = surface()
TWO = "old = LOC(image, 'old tower')\nnew = LOC(image, 'new tower')\n"
HIS = "hers = LOC(image, 'hat', 'of the woman')\nhis = LOC(image, 'hat', 'of the man')\n"


def judging(question: str) -> Judge:
    """What the checker says of programs for the question."""
    expected = expected_answer(question)

    def judge(source: str) -> tuple[Diagnostic, ...]:
        found = check(Program(source, question), REGISTRY, expected=expected)
        return () if isinstance(found, Checked) else tuple(found)

    return judge


def better(question: str, program: str) -> str | None:
    swap = compares_other(ast.parse(program), question)
    return ast.unparse(swap.better) if swap else None


@pytest.mark.parametrize(
    ("question", "test", "instead"),
    [
        ("Which tower is further left: old or new?", "IN_FRONT_OF(old, new)", "old.center_x < new.center_x"),
        ("Which tower is further to the right: old or new?", "LEFT_OF(old, new)", "old.center_x > new.center_x"),
        ("Which tower is taller, the old one or the new one?", "AREA(old) > AREA(new)", "old.height > new.height"),
        ("Which tower is closer to us: old or new?", "old.center_x < new.center_x", "old.bottom > new.bottom"),
        ("Is the old or the new tower smaller?", "AREA(old) > AREA(new)", "old.area < new.area"),
        (
            "Which tower is darker: old or new?",
            "old.area > new.area",
            "BRIGHTNESS(image, old) < BRIGHTNESS(image, new)",
        ),
    ],
)
def test_another_comparison_is_found_and_mended(question: str, test: str, instead: str) -> None:
    program = f"{TWO}answer = 'old' if {test} else 'new'"
    assert better(question, program) == instead
    judge = judging(question)
    (problem,) = judge(program)
    assert problem.code == "other-comparison" and instead in problem.hint
    assert mend(program, question, judge) == f"{TWO}answer = 'old' if {instead} else 'new'"


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("Which tower is further left: old or new?", "'old' if LEFT_OF(old, new) else 'new'"),
        ("Which tower is further left: old or new?", "'new' if LEFT_OF(new, old) else 'old'"),
        ("Which tower is further left: old or new?", "'new' if new.center_x < old.center_x else 'old'"),
        ("Which tower is closer to us: old or new?", "'old' if IN_FRONT_OF(old, new) else 'new'"),
        ("Which tower is closer to us: old or new?", "'old' if AREA(old) > AREA(new) else 'new'"),
        ("Which tower is closer to the river: old or new?", "'old' if LEFT_OF(old, new) else 'new'"),
        ("Which tower is not taller: old or new?", "'old' if old.height < new.height else 'new'"),
        (
            "Which tower has the bigger and darker door: old or new?",
            "'old' if LEFT_OF(old, new) else 'new'",
        ),
        ("Which tower is taller, the left or the right one?", "'left' if old.height > new.height else 'right'"),
        ("Is the old tower taller than the new one?", "old.height > new.height"),
        ("Is the old tower taller than the new one?", "new.height < old.height"),
        ("Is the old tower left of the new one?", "LEFT_OF(old, new)"),
    ],
)
def test_what_the_question_compares_or_what_nobody_can_tell_is_left(question: str, answer: str) -> None:
    assert better(question, f"{TWO}answer = {answer}") is None


def test_a_statement_names_the_first_thing_before_than() -> None:
    assert better("Her hat is bigger than his.", f"{HIS}answer = AREA(hers) < AREA(his)") == "hers.area > his.area"
    assert better("Her hat is bigger than his.", f"{HIS}answer = AREA(his) < AREA(hers)") is None
    assert better(
        "Is her hat thicker than his?", f"{HIS}answer = BRIGHTNESS(image, hers) > BRIGHTNESS(image, his)"
    ) == ("hers.width > his.width")


@pytest.mark.parametrize(
    "question",
    [
        "Left or right of the new tower, where's the old one?",
        "To the left or to the right of the new tower: is the old tower there?",
        "Is the old tower left or right of the new one?",
        "Are the old towers on the left or on the right side of the new one?",
        "On which side of the new tower is the old one, left or right?",
    ],
)
def test_which_side_of_a_thing_is_asked_of_the_other_one(question: str) -> None:
    assert better(question, f"{TWO}answer = 'left' if LEFT_OF(new, old) else 'right'") == "old.center_x < new.center_x"
    assert better(question, f"{TWO}answer = 'right' if RIGHT_OF(old, new) else 'left'") is None
    assert better(question, f"{TWO}answer = 'left' if LEFT_OF(old, new) else 'right'") is None
    assert better(question, f"{TWO}answer = 'left' if old.center_x < image.center_x else 'right'") is None


@pytest.mark.parametrize("test", ["INSIDE(old, new)", "DISTANCE(old, new) < DISTANCE(old, new)", "old.label == 'x'"])
def test_a_test_that_compares_nothing_is_replaced(test: str) -> None:
    question = "Which tower is closer to the camera, the old one or the new one?"
    assert better(question, f"{TWO}answer = 'old' if {test} else 'new'") == "old.bottom > new.bottom"
    assert better(question, f"{TWO}river = LOC(image, 'river')\nanswer = 'old' if {test} else 'new'") is None
    assert (
        better("Which tower is prettier, the old one or the new one?", f"{TWO}answer = 'old' if {test} else 'new'")
        is None
    )


@pytest.mark.parametrize(
    ("question", "instead"),
    [
        ("The old tower is to the right of the new one.", "old.center_x > new.center_x"),
        ("The new tower, is it on the left side of the old one?", "new.center_x < old.center_x"),
        ("Is the old tower right of the new tower?", "old.center_x > new.center_x"),
        ("Is the old tower left of the new tower?", None),
        ("The old tower is not to the right of the new one.", None),
        ("Is the old tower to the right of the new one or on the left of the bridge?", None),
    ],
)
def test_a_statement_about_sides_is_tested_by_its_side(question: str, instead: str | None) -> None:
    assert better(question, f"{TWO}answer = LEFT_OF(old, new)") == instead


THREE = "red = LOC(image, 'red boat')\nblue = LOC(image, 'blue boat')\nraft = LOC(image, 'raft')\n"


@pytest.mark.parametrize(
    ("question", "instead"),
    [
        ("Which is the leftmost: the red boat, the blue boat or the raft?", ("min", "center_x")),
        ("Which one is the biggest, the red boat, the blue boat or the raft?", ("max", "area")),
        ("Which is nearest to us: the red boat, the blue boat or the raft?", ("max", "bottom")),
    ],
)
def test_none_of_three_alternatives_is_left_out(question: str, instead: tuple[str, str]) -> None:
    program = f"{THREE}answer = 'red boat' if LEFT_OF(red, blue) else 'blue boat'"
    function, measure = instead
    boxes = "{'red boat': red, 'blue boat': blue, 'raft': raft}"
    mended = f"{function}(['red boat', 'blue boat', 'raft'], key=lambda name: {boxes}[name].{measure})"
    assert better(question, program) == mended
    judge = judging(question)
    assert mend(program, question, judge) == f"{THREE}answer = {mended}"


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        (
            "Which is the leftmost: the red boat, the blue boat or the raft?",
            "'red boat' if LEFT_OF(red, blue) else 'blue boat' if LEFT_OF(blue, raft) else 'raft'",
        ),
        ("Which is the oldest: the red boat, the blue boat or the raft?", "'red boat' if red.top > 3 else 'blue boat'"),
        ("Which is the leftmost: the red boat, the blue boat or the raft?", "LEFTMOST([red, blue, raft]).label"),
        ("Which is the leftmost: the red boat, the blue boat or the ship?", "'red boat' if red.top > 3 else 'ship'"),
    ],
)
def test_of_several_an_answer_that_may_be_right_is_left(question: str, answer: str) -> None:
    assert better(question, f"{THREE}answer = {answer}") is None


def test_what_is_mainly_seen_faces_somewhere_where_nothing_was_looked_for() -> None:
    question = "To which side is it facing, left or right?"
    program = "answer = 'left' if image.center_x < image.width / 2 else 'right'"
    instead = "answer = 'left' if VERIFY(image, LOC(image, 'thing'), 'facing left') else 'right'"
    assert mend(program, question, judging(question)) == instead


def test_which_of_two_things_is_no_way_to_face() -> None:
    program = (
        "left = LOC(image, 'goat', 'on the left')\nright = LOC(image, 'goat', 'on the right')\n"
        "answer = 'left' if left.area > right.area else 'right'"
    )
    for question in (
        "Which goat looks larger, the left or the right one?",
        "Which is turned away, left or right?",
    ):
        assert faces_other(ast.parse(program), question, REGISTRY.names) is None
    alone = "goat = LOC(image, 'goat')\nanswer = 'left' if goat.center_x < image.center_x else 'right'"
    assert faces_other(ast.parse(alone), "On which side does it look bigger, left or right?", REGISTRY.names) is None


@pytest.mark.parametrize(
    ("question", "answer", "instead"),
    [
        ("Which way is the goat heading?", "goat.center_x < image.center_x", "VERIFY(image, goat, 'facing left')"),
        ("Is the goat looking left or right?", "LEFT_OF(goat, tree)", "VERIFY(image, goat, 'facing left')"),
        ("Is the goat looking left or right?", "VERIFY(image, goat, 'looking left')", None),
        ("Is the goat on the left or on the right?", "goat.center_x < image.center_x", None),
        ("Is the goat that looks at us left or right of the tree?", "LEFT_OF(goat, tree)", None),
    ],
)
def test_where_a_thing_is_does_not_tell_which_way_it_faces(question: str, answer: str, instead: str | None) -> None:
    found = "goat = LOC(image, 'goat')\n" + ("tree = LOC(image, 'tree')\n" if "tree" in answer else "")
    program = f"{found}answer = 'left' if {answer} else 'right'"
    swap = faces_other(ast.parse(program), question, REGISTRY.names)
    assert (swap and ast.unparse(swap.better)) == instead
    assert faces_other(ast.parse(program), question, ()) is None
    if instead:
        judge = judging(question)
        assert mend(program, question, judge) == f"goat = LOC(image, 'goat')\nanswer = 'left' if {instead} else 'right'"
