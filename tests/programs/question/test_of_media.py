"""What a question about a video says about its own answer."""

from __future__ import annotations

import pytest

from looksmith.programs.question.expected_answer import Expected, expected_answer
from looksmith.programs.question.fitting import misfit
from looksmith.programs.question.of_media import expected_given, expected_of_video, expecting
from looksmith.tools.core.times import Moment, Segment


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("When does the boat arrive?", "time"),
        ("At what time is the boat first seen?", "time"),
        ("At which second does the door open?", "time"),
        ("Until when is it raining?", "time"),
        ("How many seconds into the clip does the boat come?", "time"),
        ("Can you tell me when the boat arrives?", "time"),
        ("How long is the boat visible?", "duration"),
        ("For how many seconds can one see the boat?", "duration"),
        ("How much time passes before the boat leaves?", "duration"),
        ("How often does the boat pass?", "number"),
        ("How many times does the boat pass?", "number"),
        ("How many boats are there when the sun rises?", "number"),
        ("What color is the boat when it arrives?", "color"),
        ("Is the boat there when the bell rings?", "yes/no"),
        ("Does the boat come before the train?", "yes/no"),
        ("Which comes first, the boat or the train?", "choice"),
        ("When is the boat there, at the start or at the end?", "choice"),
    ],
)
def test_times_and_durations_are_told_from_other_answers(question: str, kind: str) -> None:
    assert expected_of_video(question).kind == kind


def test_images_know_no_times() -> None:
    assert expecting(["image"]) is expected_answer and expecting(["video"]) is expected_of_video
    assert expected_answer("When does the boat arrive?").kind == "text"
    assert expected_given("When does the boat arrive?", ["video"], int).kind == "number"


@pytest.mark.parametrize("answer", [float, int, Segment, list[Segment]])
def test_a_time_is_a_number_or_a_stretch(answer: object) -> None:
    assert misfit(answer, Expected("time"), "x") is None


def test_what_is_no_time_is_told_what_to_write() -> None:
    for answer, instead in ((Moment, "x.time"), (bool, "FIRST_SEEN(video, name)"), (str, "WHEN(video, name)")):
        found = misfit(answer, Expected("time"), "x")
        assert found and instead in found[1]
    found = misfit(Segment, Expected("duration"), "x")
    assert found and "x.seconds" in found[1]


def test_a_direction_may_be_more_than_the_question_names() -> None:
    from looksmith.tools.clips.following import Way

    choice = Expected("choice", ("up", "down"))
    assert misfit(Way, choice, "x") is None
    assert misfit(str, choice, "x") is None
