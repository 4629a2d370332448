"""When something is seen in a video is found by looking at few of its frames."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import pytest
from drawn_clips import film

from looksmith.tools.clips.desk import Desk, FrameSight
from looksmith.tools.clips.search import EXACT, MOST, Search
from looksmith.tools.core.values import Box, Video


class Seen(Desk):
    """Sees the thing at the times that a function names. looked: the frames that were looked at, one after another."""

    def __init__(self, there: Callable[[float], bool], video: Video, score: float = 0.9) -> None:
        super().__init__()
        self.looked: list[int] = []
        self._there, self._video, self._score = there, video, score

    def look(self, video: Video, numbers: Iterable[int], name: str, which: str) -> dict[int, FrameSight | None]:
        """What is seen in these frames."""
        new = list(numbers)
        self.looked += new
        box = Box(10, 10, 60, 60, name, self._score)
        return {number: FrameSight((box,) if self._there(self._video.time(number)) else ()) for number in new}


def search(
    there: Callable[[float], bool], seconds: float, part: tuple[float, float] | None = None
) -> tuple[Search, Seen]:
    video = film(seconds)
    seen = Seen(there, video)
    if part:
        video = video.part(video.index(part[0]), video.index(part[1]))
    return Search(video, seen, "dog"), seen


def spans(found: Search) -> list[tuple[float, float]]:
    return [(segment.start, segment.end) for segment in found.segments()]


def test_starts_and_ends_are_found_to_the_tenth_of_a_second() -> None:
    found, seen = search(lambda t: 2.3 <= t < 5.1 or 7.2 <= t < 8.9, 12)
    assert spans(found) == [pytest.approx((2.3, 5.1), abs=EXACT), pytest.approx((7.2, 8.9), abs=EXACT)]
    assert len(seen.looked) == len(set(seen.looked)) < 60


def test_what_is_there_from_the_first_frame_to_the_last_is_one_stretch() -> None:
    assert spans(search(lambda t: True, 6)[0]) == [(0, 6)]
    assert spans(search(lambda t: False, 6)[0]) == []


def test_a_frame_in_which_it_was_missed_is_no_gap_and_one_in_which_it_was_mistaken_no_sight() -> None:
    found, _ = search(lambda t: 2 <= t < 8 and t != 5.0, 12)
    assert spans(found) == [pytest.approx((2, 8), abs=EXACT)]
    assert spans(search(lambda t: t == 5.0, 12)[0]) == []


def test_a_short_gap_is_bridged_and_a_longer_one_is_not() -> None:
    assert len(spans(search(lambda t: 1 <= t < 9 and not 4.9 <= t < 5.4, 12)[0])) == 1
    assert len(spans(search(lambda t: 1 <= t < 9 and not 4.5 <= t < 6.0, 12)[0])) == 2


def test_an_hour_is_not_looked_through() -> None:
    found, seen = search(lambda t: 1000 <= t < 1100, 3600)
    assert spans(found) == [pytest.approx((1000, 1100), abs=EXACT)]
    assert len(seen.looked) < MOST + 30
    assert any("every 15.0 s" in text for text in found.assumptions)


def test_the_first_time_is_looked_for_from_the_front_and_the_last_from_the_back() -> None:
    found, seen = search(lambda t: 100 <= t < 200 or t >= 3400, 3600)
    assert found.time(found.first() or 0) == pytest.approx(100, abs=EXACT)
    assert max(seen.looked) < 2500  # of 36,000
    later, looked = search(lambda t: 100 <= t < 3400, 3600)
    assert later.time(later.first(last=True) or 0) == pytest.approx(3400, abs=2 * EXACT)
    assert min(looked.looked) > 30_000


def test_whether_it_is_ever_seen_is_known_before_all_was_looked_at() -> None:
    found, seen = search(lambda t: 1200 <= t < 2400, 3600)
    assert found.ever() and len(seen.looked) <= 8
    never, all_seen = search(lambda t: False, 3600)
    assert not never.ever() and len(all_seen.looked) >= MOST


def test_a_poor_sight_alone_does_not_do() -> None:
    video = film(10)
    assert not Search(video, Seen(lambda t: t == 5.0, video, 0.4), "dog").ever()
    assert Search(video, Seen(lambda t: 4.5 <= t < 6, video, 0.4), "dog").ever()


def test_a_part_is_searched_alone_and_its_times_are_those_of_the_whole() -> None:
    found, seen = search(lambda t: 2 <= t < 4 or 7 <= t < 8.5, 12, (6, 10))
    assert spans(found) == [pytest.approx((7, 8.5), abs=EXACT)]
    assert min(seen.looked) >= 60 and max(seen.looked) <= 100


def test_a_short_video_is_looked_at_often_enough() -> None:
    assert spans(search(lambda t: 0.5 <= t < 1.5, 2)[0]) == [pytest.approx((0.5, 1.5), abs=EXACT)]
    assert spans(search(lambda t: True, 0.1)[0]) == [(0, pytest.approx(0.1))]


def test_pictures_that_cannot_be_decoded_are_told() -> None:
    class Torn(Seen):
        def look(self, video: Video, numbers: Iterable[int], name: str, which: str) -> dict[int, FrameSight | None]:
            found = super().look(video, numbers, name, which)
            return {number: None if 40 <= number < 50 else sight for number, sight in found.items()}

    video = film(12)
    found = Search(video, Torn(lambda t: 1 <= t < 3, video), "dog")
    assert spans(found) == [pytest.approx((1, 3), abs=EXACT)]
    assert "2 pictures could not be decoded" in found.assumptions


@pytest.mark.parametrize(
    ("which", "left"),
    [
        ("turning up", ""),
        ("visible", ""),
        ("first seen in the video", ""),
        ("coming into view for the first time", ""),
        ("in the picture", ""),
        ("in the water", "in the water"),
        ("moving the box", "moving the box"),
        ("red", "red"),
    ],
)
def test_a_condition_that_only_says_that_it_is_there_is_none(which: str, left: str) -> None:
    assert Search(film(2), Seen(lambda t: True, film(2)), "dog", which).which == left
