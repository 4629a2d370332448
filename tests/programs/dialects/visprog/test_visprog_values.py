"""What VisProg's values mean: yes and no, numbers in texts, and what is the same."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from looksmith.programs.dialects.visprog.tools import NUMBER, SAME, TEXT, TRUTH
from looksmith.tools.core.errors import ToolError


@pytest.mark.parametrize("yes", ["yes", "Yes", " YES. ", "true", "yes, two of them", "1", "two", 1, 0.5, True])
def test_what_means_yes(yes: Any):
    assert TRUTH(yes) is True
    no = {"yes": "no", "true": "false", "1": "0", "two": "none"}.get(str(yes).strip(" .").lower(), "No.")
    assert TRUTH(no) is False


@pytest.mark.parametrize("text", ["", "maybe", "no one", "yesterday", "١٢ apples", "n/a"])
def test_what_means_neither(text: str):
    with pytest.raises(ToolError, match="neither"):
        TRUTH(text)


@pytest.mark.parametrize(
    ("text", "number"),
    [("3", 3), ("-3", -3), ("2.50", 2.5), ("1,200", 1200), ("Twenty", 20), ("none", 0), ("yes", 1), (".5", 0.5)],
)
def test_numbers_in_texts(text: str, number: float):
    assert NUMBER(text) == number
    assert type(NUMBER(text)) is type(number)


@pytest.mark.parametrize("text", ["", "3 dogs", "1,2", "about 5", "inf", "nan", "1e9", "9" * 40, "--1"])
def test_texts_that_are_no_numbers(text: str):
    with pytest.raises(ToolError, match="not a number"):
        NUMBER(text)


def test_what_is_the_same():
    for a, b in [("red", "Red."), ("yes", True), (False, "No"), ("two", 2), ("3", "three"), (True, 1), (None, None)]:
        assert SAME(a, b) and SAME(b, a)
    for a, b in [
        ("red", "blue"),
        (True, "1"),
        ("yes", False),
        ("two", 3),
        ("red", True),
        ("red", 1),
        ("", None),
        ("no", "0"),
    ]:
        assert not SAME(a, b) and not SAME(b, a)


scalars = st.booleans() | st.integers(-(10**9), 10**9) | st.floats(-1e6, 1e6).map(lambda x: round(x, 3)) | st.text()


@given(scalars, scalars)
def test_same_is_symmetric_and_a_value_is_the_same_as_itself_and_as_its_text(a: Any, b: Any):
    assert SAME(a, b) == SAME(b, a)
    assert SAME(a, a)
    assert SAME(a, TEXT(a))
