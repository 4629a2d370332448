"""What a program is about: one image or several, and further inputs from the command line."""

from __future__ import annotations

import re
from pathlib import Path, PurePosixPath
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image as Pillow

from looksmith.agent.inputs.subject import MAX_DEPTH, MAX_INPUT, Subject, load_subject, read_values
from looksmith.tools.core.annotations import adapter, type_text
from looksmith.tools.core.errors import InputError
from looksmith.tools.core.values import Box, Image

A, B = (Image.of(Pillow.new("RGB", (8, 6), color)) for color in ("red", "blue"))


def test_one_image_is_image_and_several_are_images() -> None:
    assert Subject.of(A, "a.png").inputs() == {"image": A}
    several = Subject.named([(A, "a.png"), (B, "b.png")])
    assert several.inputs() == {"images": [A, B]}
    assert several.input_types() == {"images": list[Image]}


def test_files_keep_their_order_and_names(tmp_path: Path) -> None:
    for name, image in (("z.png", A), ("a.png", B)):
        image.pixels.save(tmp_path / name)
    assert load_subject([tmp_path / "z.png", tmp_path / "a.png"]) == Subject((A, B), ("z.png", "a.png"))


def test_a_home_folder_is_found_for_photos_and_videos(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    A.pixels.save(tmp_path / "a.png")
    assert load_subject(["~/a.png"]).names == ("a.png",)
    (tmp_path / "a.mp4").write_bytes(b"no video")
    with pytest.raises(InputError, match="damaged or not a video"):
        load_subject(["~/a.mp4"])


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "name of the picture is empty"),
        ("iVBOR" + "A" * 900, r"no file 'iVBORA{35}'\.\.\. \(905 characters\)\. If it is base64"),
        ("/9j/" + "A/" * 3000, "If it is base64"),
        ("http://127.0.0.1:1/" + "x" * 400, "cannot be fetched"),
        ("a\0.png", "no file"),
        ("~nobody-of-this-name/a.png", "no file ~nobody"),
    ],
)
def test_a_text_that_names_no_file_is_told(text: str, told: str) -> None:
    with pytest.raises(InputError, match=told) as caught:
        load_subject([text])
    assert len(str(caught.value)) < 300


def test_without_an_image_there_is_no_subject() -> None:
    with pytest.raises(InputError, match="no image"):
        Subject.named([])


@pytest.mark.parametrize(
    ("text", "value", "kind"),
    [
        ("n=3", 3, "int"),
        ("n=3.5", 3.5, "float"),
        ("n=true", True, "bool"),
        ("n=null", None, "None"),
        ("n=why is it red?", "why is it red?", "str"),
        ("n=a=b", "a=b", "str"),
        ("n=", "", "str"),
        ('n="3"', "3", "str"),
        ('n=["a", "b"]', ["a", "b"], "list[str]"),
        ('n=["a", 1]', ["a", 1], "list[str | int]"),
        ("n=[]", [], "list[Any]"),
        ('n={"a": [1]}', {"a": [1]}, "dict[str, list[int]]"),
    ],
)
def test_an_input_is_json_or_text(text: str, value: Any, kind: str) -> None:
    values = read_values([text], {})
    assert values == {"n": value}
    types = Subject((A,), ("a.png",), values).input_types()
    # `typing` remembers `int | str` and `str | int` as the same, in the order that came first.
    assert sorted(re.findall(r"\w+", type_text(types["n"]))) == sorted(re.findall(r"\w+", kind))
    assert types["image"] == Image


def test_text_that_a_dialect_wants_is_not_read_as_json() -> None:
    assert read_values(["query=3"], {"query": str}) == {"query": "3"}


@pytest.mark.parametrize(
    ("texts", "told"),
    [
        (["query"], "has no value"),
        (["n=[1, 2"], "looks like JSON but is invalid"),
        (["n={'a': 1}"], "looks like JSON but is invalid"),
        (["n=1", "n=2"], "given twice"),
        (["possible_answers=yes"], r"must be list\[str\], got str"),
        (["possible_answers=[1]"], r"must be list\[str\], got list\[int\]"),
        (["n=9223372036854775808"], "more than 64 bits"),
        (["n=" + "[" * 50 + "]" * 50], f"more than {MAX_DEPTH} levels deep"),
        (["n=" + "[" * 5000 + "]" * 5000], "n "),
        (["n=" + "x" * (MAX_INPUT + 1)], "longer than"),
    ],
)
def test_an_input_that_cannot_be_used_is_told(texts: list[str], told: str) -> None:
    with pytest.raises(InputError, match=told):
        read_values(texts, {"possible_answers": list[str]})


@pytest.mark.parametrize("name", ["image", "images", "answer", "len", "print", "for", "_x", "a-b", "", "3"])
def test_an_input_cannot_have_every_name(name: str) -> None:
    with pytest.raises(InputError, match=r"Invalid name|is reserved"):
        Subject((A,), ("a.png",), {name: 1})


def test_an_input_holds_only_what_programs_have() -> None:
    assert Subject((A,), ("a",), {"boxes": [Box(0, 0, 1, 1)]}).input_types()["boxes"] == list[Box]
    with pytest.raises(InputError, match="holds a PurePosixPath"):
        Subject((A,), ("a",), {"path": [PurePosixPath("x")]})


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63) + 1, 2**63 - 1) | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=8,
)


@given(JSON)
def test_the_type_of_a_value_takes_the_value(value: Any) -> None:
    try:
        subject = Subject((A,), ("a",), {"n": value})
    except InputError:
        return  # nested too deep
    assert adapter(subject.input_types()["n"]).validate(value) == value
