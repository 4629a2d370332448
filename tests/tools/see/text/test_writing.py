"""Which part of what was read is meant."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from looksmith.tools.core.values import Box
from looksmith.tools.see.text.text_meant import read_meant
from looksmith.tools.see.text.text_selection import pick

HOTEL = ["Hotel Anna", "ROOMS", "from 45.50", "tel 0815", "www.hotel-anna.example"]


def lines(*texts, heights=None):
    """The texts below each other, each in a box as high as said."""
    sizes = heights or [20] * len(texts)
    return [Box(10, 50 * n, 10 + 12 * len(t), 50 * n + h, t) for n, (t, h) in enumerate(zip(texts, sizes, strict=True))]


def meant(texts, what, heights=None, colors=None):
    found = pick(
        lines(*texts, heights=heights), read_meant(what), lambda line, name: (colors or {}).get(line.label) == name
    )
    return "\n".join(line.label for line in found)


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ("website", "www.hotel-anna.example"),
        ("web address", "www.hotel-anna.example"),
        ("price", "45.50"),
        ("first word", "Hotel"),
        ("last line", "www.hotel-anna.example"),
        ("line at the top", "Hotel Anna"),
        ("bottom line", "www.hotel-anna.example"),
        ("name after 'Hotel'", "Anna"),
        ("word below 'Hotel Anna'", "ROOMS"),
        ("line before ROOMS", "Hotel Anna"),
        ("two words", "Hotel Anna"),
        ("first three words", "Hotel Anna\nROOMS"),
        ("last two words", "0815\nwww.hotel-anna.example"),
        ("", "\n".join(HOTEL)),
        ("text", "\n".join(HOTEL)),
        ("letters and numbers", "\n".join(HOTEL)),
        ("year", "\n".join(HOTEL)),
    ],
)
def test_a_part_is_picked_by_what_it_is_called(what, said):
    assert meant(HOTEL, what) == said


def test_a_word_or_a_name_is_the_largest():
    assert meant(["open daily", "BAKERY", "since 1901"], "word", heights=[10, 24, 10]) == "BAKERY"
    assert meant(["open daily", "ANNA", "SMITH"], "name on the door", heights=[8, 24, 22]) == "ANNA\nSMITH"
    assert meant(["MENU", "soup"], "small word", heights=[24, 10]) == "soup"


def test_numbers_leave_the_letters_out():
    assert meant(["LINE", "42"], "number") == "42"
    assert meant(["LINE 42", "N 7"], "number", heights=[24, 10]) == "42"
    assert meant(["LINE"], "number") == "LINE"


def test_a_plate_has_letters_and_digits():
    assert meant(["VOLTA", "AB 12 XYZ"], "licence plate") == "AB 12 XYZ"
    assert meant(["TAXI", "Q V 77"], "number plate") == "Q V 77"
    assert meant(["VOLTA"], "licence plate") == "VOLTA"


def test_of_two_words_one_is_picked():
    assert meant(["GREEN", "BARN"], "lower of the two words") == "BARN"
    assert meant(["GREEN", "BARN"], "lower") == meant(["GREEN", "BARN"], "lower one") == "BARN"
    assert meant(["GREEN", "BARN"], "first of the two words") == "GREEN"


def test_letters_are_picked_by_how_many_they_are():
    assert meant(["OPEN", "ADAC", "BP"], "two letters") == "BP"
    assert meant(["OPEN", "SHOP"], "three letters") == "OPEN\nSHOP"


def test_a_color_picks_only_where_something_has_it():
    texts, colors = ["STOP", "GO"], {"GO": "green"}
    assert meant(texts, "green word", colors=colors) == "GO"
    assert meant(texts, "words in green", colors=colors) == "GO"
    assert meant(texts, "purple words", colors=colors) == "STOP\nGO"


CAFE = ["GRAND CAFE", "Steak 19.90", "Tea 2.80", "Room 12", "open 9:00 - 17:30", "Cake"]


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ("first word of the fourth line", "Room"),
        ("last word of the first line", "CAFE"),
        ("last word in the bottom line", "Cake"),
        ("first two words of the fifth line", "open 9:00"),
        ("second line from the bottom", "open 9:00 - 17:30"),
        ("second to last line", "open 9:00 - 17:30"),
        ("last but one word", "17:30"),
        ("first two lines", "GRAND CAFE\nSteak 19.90"),
        ("last two numbers", "9:00\n17:30"),
        ("all numbers", "19.90\n2.80\n12\n9:00\n17:30"),
        ("first three letters", "GRA"),
        ("first letter", "G"),
        ("last letter of the second word", "E"),
        ("last 3 words", "9:00 - 17:30\nCake"),
        ("first 2 words", "GRAND CAFE"),
        ("price next to Tea", "2.80"),
        ("line below 'Room'", "open 9:00 - 17:30"),
        ("line above '2.80'", "Steak 19.90"),
        ("last word at the top", "CAFE"),
        ("last two words at the top", "GRAND CAFE"),
        ("closing time", "9:00\n17:30"),
    ],
)
def test_ranks_and_numbers_hold_for_every_unit(what, said):
    assert meant(CAFE, what) == said


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ("first name", "MARY"),
        ("last name", "JONES"),
        ("email address", "m.jones@ferry.example"),
        ("website", "www.ferry.example"),
        ("address", "7 Harbour Road"),
        ("date", "4 March 2019"),
        ("number after 'No'", "31"),
    ],
)
def test_what_only_sounds_like_another_unit(what, said):
    badge = [
        "MARY JONES",
        "m.jones@ferry.example",
        "www.ferry.example",
        "Another 7 Harbour Road",
        "No 31",
        "4 March 2019",
    ]
    assert meant(badge, what, heights=[24, 10, 10, 10, 10, 10]) == said


def test_the_last_of_several_names_in_a_list_is_the_last():
    assert meant(["MARY", "TOM", "ANN"], "last name") == "ANN"


def test_below_a_word_is_in_its_column():
    row = [
        Box(0, 0, 40, 20, "Tea"),
        Box(200, 0, 240, 20, "Cake"),
        Box(0, 30, 40, 50, "2.80"),
        Box(200, 30, 240, 50, "4"),
    ]
    found = pick(row, read_meant("price below 'Cake'"), lambda line, name: False)
    assert [line.label for line in found] == ["4"]


@given(st.lists(st.text(min_size=1, max_size=12), max_size=5), st.text(max_size=40))
def test_no_wording_raises_or_makes_text_up(texts, what):
    found = pick(lines(*texts), read_meant(what), lambda line, name: False)
    assert bool(found) == bool(texts)
    assert all(any(line.label in text for text in texts) for line in found)
