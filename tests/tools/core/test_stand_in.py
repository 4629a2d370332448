"""Tools that look at nothing: right types, always the same, inside the picture."""

from __future__ import annotations

import enum
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal, overload

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image as Pillow

from looksmith.tools.core.annotations import adapter
from looksmith.tools.core.errors import ArgumentError
from looksmith.tools.core.registry import Registry
from looksmith.tools.core.stand_in import SIZE, blank_image, stand_in_value, stand_ins
from looksmith.tools.core.tool import Scored, Tool, tool
from looksmith.tools.core.values import Box, Image, Mask, Point, Video
from looksmith.tools.engine.executor import Call, Executor
from looksmith.tools.profiles.unserved import register_declared


class Side(enum.Enum):
    """Left or right."""

    LEFT = "left"
    RIGHT = "right"


def never(name: str) -> Any:
    raise AssertionError(f"the real {name} was called")


@tool
def SIDE(image: Image) -> Side:
    """A side."""
    return never("SIDE")


@tool
def TONE(image: Image) -> Literal["dark", "bright"]:
    """A tone."""
    return never("TONE")


@tool
def PICK(image: Image, labels: list[str]) -> Scored[str]:
    """One of the labels."""
    return never("PICK")


@tool
def FIND(image: Image, name: str) -> Box | None:
    """A box."""
    return never("FIND")


@tool
def SPREAD(image: Image) -> dict[str, tuple[Box, float]]:
    """Boxes by name."""
    return never("SPREAD")


@overload
def SIZE_OF(image: Image) -> int: ...
@overload
def SIZE_OF(items: list[Box]) -> float: ...
@overload
def SIZE_OF(items: list[Box], unit: str) -> str: ...
@tool
def SIZE_OF(*args: Any, **kwargs: Any) -> Any:
    """A size."""
    return never("SIZE_OF")


@tool(computed=True)
def DOUBLE(number: int) -> int:
    """Twice the number."""
    return 2 * number


@pytest.fixture
def call() -> Callable[..., Call]:
    registry = Registry()
    registry.add(SIDE, TONE, PICK, FIND, SPREAD, SIZE_OF, DOUBLE)
    register_declared(registry, usable=True)
    executor = Executor(stand_ins(registry))
    return lambda name, *args, **kwargs: executor.call(name, args, kwargs)


def picture(width: int = 64, height: int = 48) -> Image:
    return Image.of(Pillow.new("RGB", (width, height), "red"))


def test_prompt_schema_and_stub_stay_the_same(pocket: Registry) -> None:
    pretended = stand_ins(pocket)
    assert pretended.describe() == pocket.describe()
    assert [(t.schema, t.stub) for t in pretended] == [(t.schema, t.stub) for t in pocket]
    assert (pretended.missing, pretended.examples) == (pocket.missing, pocket.examples)


def test_every_tool_gives_what_it_declares_and_loads_nothing(pocket: Registry) -> None:
    registry = pocket.mapped(lambda one: one)
    register_declared(registry, usable=True)
    executor = Executor(stand_ins(registry))
    for one in registry:
        for form in one.signatures:
            arguments = {p.name: stand_in_value(p.type) for p in form.parameters if p.required}
            first, again = executor.call(one.name, (), arguments), executor.call(one.name, (), arguments)
            assert first.error is None, first
            assert adapter(form.returns).validate(first.value) == again.value
            assert (first.backend, first.load_seconds) == ("stand-in", 0.0)


def test_choices_are_the_first_and_options_are_taken(call: Callable[..., Call]) -> None:
    assert call("SIDE", picture()).value == "left"
    assert call("TONE", picture()).value == "dark"
    assert call("PICK", picture(), ["cat", "dog"]).value == "cat"
    assert call("VQA", picture(), "why?").value == "1"


def test_what_is_computed_from_values_alone_is_computed(call: Callable[..., Call]) -> None:
    assert call("DOUBLE", 21).value == 42


def test_a_box_bears_the_name_that_was_asked_for(call: Callable[..., Call]) -> None:
    assert call("FIND", picture(), "cat").value.label == "cat"


def test_an_overload_is_chosen_by_the_arguments(call: Callable[..., Call]) -> None:
    assert type(call("SIZE_OF", picture()).value) is int
    assert type(call("SIZE_OF", []).value) is float
    assert type(call("SIZE_OF", items=[], unit="m").value) is str
    assert isinstance(call("SIZE_OF", 3).error, ArgumentError)


@pytest.mark.parametrize("count", [1, 2, 5])
def test_an_index_lies_in_the_list(call: Callable[..., Call], count: int) -> None:
    images = [picture(8 + i) for i in range(count)]
    assert images[call("MATCH", images, "a cat").value] in images


@given(width=st.integers(1, 300), height=st.integers(1, 300))
@settings(max_examples=40, deadline=None)
def test_what_is_found_lies_in_the_picture(width: int, height: int) -> None:
    registry = Registry()
    registry.add(SPREAD)
    register_declared(registry, usable=True)
    executor = Executor(stand_ins(registry))
    whole = picture(width, height)
    for image in (whole, whole.crop(Box(width * 0.3, height * 0.4, width, height))):
        frame = image.frame
        for box in (*executor.call("FACES", (image,), {}).value, executor.call("SPREAD", (image,), {}).value["1"][0]):
            assert frame.left <= box.left < box.right <= frame.right
            assert frame.top <= box.top < box.bottom <= frame.bottom
        for point in executor.call("POINT", (image, "cat"), {}).value:
            assert frame.left <= point.x <= frame.right
        for mask in executor.call("SEGMENT_ALL", (image,), {}).value:
            assert mask.area > 0
            assert (mask.width, mask.height) == image.original


def test_what_is_found_in_a_video_lies_in_its_frames(call: Callable[..., Call]) -> None:
    clip = Video(Path("clip.mp4"), "0" * 64, 64, 48, 25.0, tuple(range(50)))
    box = Box(0, 0, 640, 480)
    for mask in call("TRACK", clip, box).value:
        assert (mask.width, mask.height) == (64, 48) and mask.area > 0
    made = stand_in_value(Video)
    assert (made.width, made.height, made.frames, made.seconds) == (*SIZE, 50, 2.0)


PLAIN = st.sampled_from([bool, int, float, str, type(None), Image, Box, Mask, Point, Video, Any, Side, Literal["a", 3]])
KEYS = st.sampled_from([str, int, Literal["a", "b"]])
TYPES: st.SearchStrategy[Any] = st.recursive(
    PLAIN,
    lambda inner: st.one_of(
        inner.map(lambda t: list[t]),
        st.tuples(KEYS, inner).map(lambda kv: dict[kv[0], kv[1]]),
        st.tuples(inner, inner).map(lambda ab: tuple[ab[0], ab[1]]),
        inner.map(lambda t: tuple[t, ...]),
        inner.map(lambda t: t | None if t is not Any else t),
    ),
    max_leaves=4,
)


@given(TYPES)
@settings(max_examples=150, deadline=None)
def test_every_type_that_programs_have_has_a_value(annotation: Any) -> None:
    def give(image: Image) -> Any:
        """Something."""

    give.__annotations__["return"] = annotation
    registry = Registry()
    registry.add(give)
    done = Executor(stand_ins(registry)).call("give", (blank_image(),), {})
    assert done.error is None, done.error
    assert Tool.of(give).check_result(done.value) == done.value


def test_blank_pictures_differ() -> None:
    assert (blank_image().width, blank_image().height) == SIZE
    assert blank_image() == blank_image(0)
    assert blank_image(0) != blank_image(1)
