"""Results are known from other questions, and from other processes where it is sure what they were made by."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image as Pillow

from looksmith.agent.setup.settings import Settings
from looksmith.tools.core.errors import NoDetection, ToolError
from looksmith.tools.core.registry import Registry
from looksmith.tools.core.tool import Scored, tool
from looksmith.tools.core.values import Box, Image, Mask, Point
from looksmith.tools.engine.executor import Call, Executor
from looksmith.tools.engine.results import Results, Store
from looksmith.tools.media.from_json import decode
from looksmith.tools.media.to_json import encode
from looksmith.tools.runtime.cache import size_of

PHOTO = Image.of(Pillow.new("RGB", (8, 6), "red"))
CUP = Box(0, 0, 4, 3, "cup", 0.1 + 0.2)


class Model:
    """A tool set over a model with an identity. It knows how often it was asked."""

    backend = "model"

    def __init__(self, identity: str = "weights 1") -> None:
        self.identity = identity
        self.calls = 0

    @tool
    def FIND(self, image: Image, name: str) -> Scored[list[Box]]:
        """Boxes; an error for a dog."""
        self.calls += 1
        if name == "dog":
            raise NoDetection("No dog.", hint="Look elsewhere.")
        if name == "bug":
            raise ToolError("Broken.")
        return Scored([CUP], {"cup 1": CUP.score, "a": float("inf")}, (Box(1, 1, 2, 2),), (CUP,))

    @tool
    def OUTLINE(self, image: Image) -> Mask:
        """A mask."""
        self.calls += 1
        return Mask(8, 6, (4, 3, 41), "cup", 0.5)

    @tool
    def BLUR(self, image: Image) -> Image:
        """A picture."""
        self.calls += 1
        return image

    @tool(deterministic=False)
    def DICE(self, image: Image) -> int:
        """A number."""
        self.calls += 1
        return self.calls


def ask(model: Model, results: Results | None, *calls: tuple[Any, ...]) -> list[Call]:
    """What an executor says that has just been made."""
    registry = Registry()
    registry.add(model)
    executor = Executor(registry, results)
    return [executor.call(name, args, {}) for name, *args in calls]


def seen(call: Call) -> Any:
    """All of a call but times, and whether it was known."""
    error = call.error and (type(call.error), call.error.message, call.error.hint)
    return call.tool, call.backend, call.arguments, call.value, call.scores, call.rejected, call.found, error


CALLS = [("FIND", PHOTO, "cup"), ("FIND", PHOTO, "dog"), ("OUTLINE", PHOTO)]


@pytest.mark.parametrize("on_disk", [False, True])
def test_what_another_question_asked_is_known(on_disk: bool, tmp_path: Path) -> None:
    path = tmp_path / "results.sqlite"
    results = Results(path)
    first = ask(Model(), results, *CALLS)
    if on_disk:
        results.close()
        results = Results(path)
    second = ask(again := Model(), results, *CALLS)
    assert [seen(call) for call in second] == [seen(call) for call in first]
    assert [call.cached for call in (*first, *second)] == [False] * 3 + [True] * 3
    assert again.calls == 0
    results.close()


def test_other_weights_and_another_place_are_something_else(tmp_path: Path) -> None:
    results = Results(tmp_path / "results.sqlite")
    ask(Model(), results, ("OUTLINE", PHOTO))
    assert not ask(Model("weights 2"), results, ("OUTLINE", PHOTO))[0].cached
    assert not ask(Model(), results, ("OUTLINE", PHOTO.crop(CUP)))[0].cached
    assert ask(Model(), results, ("OUTLINE", Image.of(PHOTO.pixels)))[0].cached


def test_failures_and_chance_are_asked_again_and_without_results_everything_is() -> None:
    results = Results()
    ask(model := Model(), results, *[("FIND", PHOTO, "bug"), ("DICE", PHOTO)] * 2)
    assert model.calls == 4
    ask(model := Model(), None, *CALLS * 2)
    assert model.calls == 6


def test_without_an_identity_and_with_an_image_nothing_reaches_the_disk(tmp_path: Path) -> None:
    path = tmp_path / "results.sqlite"
    results = Results(path)
    ask(Model(""), results, ("OUTLINE", PHOTO))
    ask(Model(), results, ("BLUR", PHOTO))
    assert [call.cached for call in ask(Model(""), results, ("OUTLINE", PHOTO))] == [True]
    assert [call.cached for call in ask(Model(), results, ("BLUR", PHOTO))] == [True]
    results.close()
    later = Results(path)
    assert not ask(Model(""), later, ("OUTLINE", PHOTO))[0].cached
    assert not ask(Model(), later, ("BLUR", PHOTO))[0].cached


DAMAGED = ["{", '{"value": 1}', '{"value": [[{"type": "box"}], [], []], "scores": {}, "error": null}']


@pytest.mark.parametrize("text", DAMAGED)
def test_a_result_that_makes_no_sense_is_asked_for_anew(text: str, tmp_path: Path) -> None:
    path = tmp_path / "results.sqlite"
    results = Results(path)
    ask(Model(), results, *CALLS)
    results.close()
    with sqlite3.connect(path) as database:
        database.execute("UPDATE results SET text = ?", (text,))
    assert ask(model := Model(), Results(path), ("OUTLINE", PHOTO))[0].value == Mask(8, 6, (4, 3, 41), "cup", 0.5)
    assert model.calls == 1


@pytest.mark.parametrize("spoil", [lambda path: path.write_bytes(b"no database" * 999), lambda path: path.mkdir()])
def test_a_file_that_is_no_cache_keeps_nobody_from_an_answer(spoil: Callable[[Path], Any], tmp_path: Path) -> None:
    spoil(tmp_path / "results.sqlite")
    results = Results(tmp_path / "results.sqlite")
    assert ask(Model(), results, *CALLS)[0].value == [CUP]
    results.close()


def test_the_disk_holds_no_more_than_was_said(tmp_path: Path) -> None:
    store = Store(tmp_path / "results.sqlite", 100_000)
    for number in range(1100):
        store.put(str(number), "x" * 1000)
    store.close()
    with sqlite3.connect(tmp_path / "results.sqlite") as database:
        (size,) = database.execute("SELECT SUM(size) FROM results").fetchone()
        assert 0 < size < 100_000 + 256 * 1000
        assert database.execute("SELECT 1 FROM results WHERE key = '1099'").fetchone() == (1,)
        assert database.execute("SELECT 1 FROM results WHERE key = '0'").fetchone() is None


def test_in_memory_the_result_that_was_not_asked_for_longest_makes_room() -> None:
    (done,) = ask(Model(), None, ("FIND", PHOTO, "a"))
    results = Results(kept=2 * size_of(done))
    for name in ("a", "b", "a", "c"):
        ask(Model(), results, ("FIND", PHOTO, name))
    assert [ask(Model(), results, ("FIND", PHOTO, name))[0].cached for name in ("a", "c", "b")] == [True, True, False]


def test_in_memory_the_pixels_of_results_have_a_limit() -> None:
    """2,048 pictures of 12 megapixels would be 74 GB."""
    results = Results(kept=1_300_000)
    large = [Image.of(Pillow.new("RGB", (300, 300), (number, 0, 0))) for number in range(8)]
    for picture in large:
        ask(Model(), results, ("BLUR", picture))
    known = [ask(Model(), results, ("BLUR", picture))[0].cached for picture in reversed(large)]
    assert known == [True] * 3 + [False] * 5
    huge = Image.of(Pillow.new("RGB", (500, 500)))
    assert [ask(Model(), results, ("BLUR", huge))[0].cached for _ in range(2)] == [False, False]


boxes = st.builds(
    lambda x, y, w, h: Box(x, y, x + w, y + h, "b", 0.5), *[st.floats(0, 99)] * 2, *[st.floats(1, 99)] * 2
)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text() | boxes | st.just(Point(1, 2)),
    lambda inner: st.lists(inner, max_size=3) | st.tuples(inner, inner) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@settings(deadline=None)
@given(values)
def test_a_value_comes_back_as_it_was(value: Any) -> None:
    back = decode(encode(value, lambda image: image.source), lambda name: PHOTO)
    assert back == value
    assert repr(back) == repr(value)


def test_of_the_pocket_models_an_answer_is_known_to_the_next_process(home: Path, photo: Any) -> None:
    image = photo("coffee")

    def asked(*, cache: bool) -> list[Call]:
        settings = Settings(home, device="cpu", cache=cache)
        registry = settings.registry()
        results = Results(home / "results.sqlite") if cache else None
        executor = Executor(registry, results)
        calls = [executor.call("COUNT", (image, "cup"), {}), executor.call("CLASSIFY", (image, ["cup", "dog"]), {})]
        if results is not None:
            results.close()
        return calls

    first, second, third = asked(cache=True), asked(cache=True), asked(cache=False)
    assert [call.error for call in first] == [None, None]
    assert [seen(call) for call in first] == [seen(call) for call in second] == [seen(call) for call in third]
    assert [all(call.cached for call in calls) for calls in (first, second, third)] == [False, True, False]
