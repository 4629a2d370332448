"""The page that computes what a million questions cost: its script says what the same formula in Python says."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from browsing import browser, messages
from hypothesis import given, settings
from hypothesis import strategies as st
from playwright.sync_api import Page
from pytest import approx

sys.path.append(str(Path(__file__).parents[2] / "bench"))
import gqa_cost

NAMES = [one.name for one in gqa_cost.inputs()]
POSITIVE = st.floats(1e-3, 1e6)
GIVEN = st.fixed_dictionaries(
    {
        name: st.floats(0, 1) if name == "prefix_share" else st.floats(0.1, 1) if name == "reach" else POSITIVE
        for name in NAMES
    }
)


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    path = tmp_path_factory.mktemp("page") / "cost.html"
    path.write_text(gqa_cost.page(), encoding="utf-8")
    with browser() as chromium:
        opened = chromium.new_page()
        told, asked = messages(opened), list[str]()
        opened.on("request", lambda request: asked.append(request.url))
        opened.goto(path.as_uri())
        yield opened
        assert told == []
        assert [url for url in asked if not url.startswith(("file:", "data:"))] == []


@settings(max_examples=50, deadline=None)
@given(GIVEN)
def test_the_script_computes_what_python_does(page: Page, given: dict[str, float]) -> None:
    found, expected = page.evaluate("given => cost(given)", given), gqa_cost.cost(given)
    assert found.pop("parts") == approx(expected.pop("parts"))
    numbers = {name: value for name, value in expected.items() if not isinstance(value, str)}
    assert {name: found[name] for name in numbers} == approx(numbers)
    if abs(expected["gpu_hours"] - expected["cpu_hours"]) > 1e-9 * expected["hours"]:
        assert found["bottleneck"] == expected["bottleneck"]


def test_more_gpus_take_less_time_until_the_cores_hold_them_up(page: Page) -> None:
    defaults: dict[str, Any] = {one.name: one.value for one in gqa_cost.inputs()}
    hours = [gqa_cost.cost({**defaults, "gpus": gpus})["hours"] for gpus in (1, 2, 1e6)]
    assert hours[1] == approx(hours[0] / 2)
    assert gqa_cost.cost({**defaults, "gpus": 1e6})["bottleneck"] == "processor cores"
    page.fill("#gpus", "1000000")
    assert page.inner_text("#bottleneck") == "processor cores"


def test_each_number_says_where_it_comes_from(page: Page) -> None:
    rows = page.locator("table tr").all_inner_texts()
    assert len(rows) == len(NAMES)
    assert all(re.search("(measured here|counted here|assumed): ", row) for row in rows)


def test_the_stored_page_is_the_one_that_the_figures_make() -> None:
    assert gqa_cost.PAGE.read_text(encoding="utf-8") == gqa_cost.page()
