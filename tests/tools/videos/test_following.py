"""Things are told apart by how they move, so that people are counted, and not frames."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import pytest
from drawn_clips import film

from looksmith.tools.clips.desk import Desk, FrameSight
from looksmith.tools.clips.following import ThingFollower
from looksmith.tools.core.errors import NoDetection
from looksmith.tools.core.values import Box, Video


class Filmed(Desk):
    """Sees the boxes that a function gives for a time."""

    def __init__(self, boxes: Callable[[float], list[Box]]) -> None:
        super().__init__()
        self._boxes = boxes

    def look(self, video: Video, numbers: Iterable[int], name: str, which: str) -> dict[int, FrameSight | None]:
        """What is seen in these frames."""
        return {number: FrameSight(tuple(self._boxes(video.time(number)))) for number in numbers}


def at(x: float, y: float = 100, side: float = 40, score: float = 0.8) -> Box:
    return Box(x - side / 2, y - side / 2, x + side / 2, y + side / 2, "person", score)


def crossing(time: float) -> list[Box]:
    """Two who cross each other's way, and a third who comes when both are gone."""
    both = [at(30 + 60 * time, 80), at(290 - 60 * time, 120)] if time < 4 else []
    return both + ([at(30 + 60 * (time - 6), 80)] if 6 <= time < 9 else [])


def test_people_are_counted_once_each() -> None:
    tools, video = ThingFollower(Filmed(crossing)), film(10)
    assert tools.HOW_MANY(video, "person").value == 3
    assert tools.MOST_AT_ONCE(video, "person").value == 2
    assert tools.HOW_MANY(video.part(0, 39), "person").value == 2


def test_one_who_is_missed_for_a_moment_is_the_same() -> None:
    tools = ThingFollower(Filmed(lambda time: [] if 2.0 <= time < 2.4 else [at(30 + 50 * time)]))
    assert tools.HOW_MANY(film(5), "person").value == 1


def test_nothing_is_no_one() -> None:
    tools = ThingFollower(Filmed(lambda time: []))
    assert (tools.HOW_MANY(film(5), "person").value, tools.MOST_AT_ONCE(film(5), "person").value) == (0, 0)
    for ask in (tools.PATH, tools.MOVES, tools.SPEED):
        with pytest.raises(NoDetection, match=r"No person is seen in film\.mp4"):
            ask(film(5), "person")


@pytest.mark.parametrize(
    ("across", "down", "way"),
    [(30, 5, "right"), (-30, 5, "left"), (3, 30, "down"), (3, -20, "up"), (0.5, 0.5, "nowhere")],
)
def test_a_thing_moves_where_its_box_goes(across: float, down: float, way: str) -> None:
    tools = ThingFollower(Filmed(lambda time: [at(160 + across * (time - 2.5), 120 + down * (time - 2.5))]))
    assert tools.MOVES(film(5), "person").value == way


def test_what_stands_still_may_tremble() -> None:
    tools = ThingFollower(Filmed(lambda time: [at(160 + 4 * ((time * 10) % 2), 120)]))
    assert tools.MOVES(film(5), "person").value == "nowhere"


def test_speed_is_in_pixels_per_second_and_a_path_has_times_and_boxes() -> None:
    tools = ThingFollower(Filmed(lambda time: [at(30 + 40 * time)] if 1 <= time < 5 else []))
    assert tools.SPEED(film(8), "person").value == pytest.approx(40, rel=0.15)
    path = tools.PATH(film(8), "person").value
    assert [moment.time for moment in path] == sorted(moment.time for moment in path)
    assert path[0].time == pytest.approx(1, abs=0.11) and path[0].box.center_x == pytest.approx(70, abs=5)
