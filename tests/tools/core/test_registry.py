"""The collection of tools: what may come in, in which order, and what is told of it."""

from __future__ import annotations

import pytest

from looksmith.tools.core.errors import ToolDeclarationError, ToolError
from looksmith.tools.core.registry import Registry, tools_given
from looksmith.tools.core.tool import tool


@tool
def TALLY(items: list[int]) -> int:
    """How many items there are."""
    return len(items)


class Voice:
    """A tool set in the order of its class, with a property that no one may read yet."""

    @property
    def model(self) -> str:
        """The model, which is not loaded."""
        raise AssertionError("adding a tool set must not load its model")

    @tool
    def WHISPER(self, text: str) -> str:
        """The text, quieter."""
        return text.lower()

    @tool
    def CRY(self, text: str) -> str:
        """The text, louder."""
        return text.upper()

    def helper(self) -> None:
        """Not a tool."""


class Choir(Voice):
    """A tool set that inherits tools, and changes one."""

    @tool
    def SING(self, text: str) -> str:
        """The text as a song."""
        return f"~{text}~"

    @tool
    def CRY(self, text: str) -> str:
        """The text, by many."""
        return text.upper() * 3


def test_functions_and_tool_sets_keep_the_order_in_which_they_came() -> None:
    registry = Registry()
    registry.add(Voice(), TALLY)
    assert [each.name for each in registry] == ["WHISPER", "CRY", "TALLY"]
    assert len(registry) == 3
    assert "CRY" in registry
    assert "helper" not in registry


def test_a_derived_tool_set_has_the_inherited_tools_first_and_its_own_version() -> None:
    registry = Registry()
    registry.add(Choir())
    assert [each.name for each in registry] == ["WHISPER", "CRY", "SING"]
    assert registry.get("CRY").function("a") == "AAA"


def test_a_function_needs_no_mark() -> None:
    def PLAIN(text: str) -> str:
        """The text."""
        return text

    registry = Registry()
    registry.add(PLAIN)
    assert registry.get("PLAIN").function is PLAIN


def test_a_taken_name_is_refused_and_the_first_tool_stays() -> None:
    def other(items: list[int]) -> int:
        """Something else."""
        return 0

    other.__name__ = "TALLY"
    registry = Registry()
    registry.add(TALLY)
    with pytest.raises(ToolDeclarationError, match="TALLY already"):
        registry.add(other)
    assert registry.get("TALLY").function is TALLY


@pytest.mark.parametrize("name", ["_HIDDEN", "__init__", "class", "None", "<lambda>", "two words", ""])
def test_a_name_that_no_program_can_write_is_refused(name: str) -> None:
    def function() -> int:
        """A number."""
        return 0

    function.__name__ = name
    registry = Registry()
    with pytest.raises(ToolDeclarationError, match="cannot call"):
        registry.add(function)
    assert len(registry) == 0


@pytest.mark.parametrize(
    ("thing", "hint"), [(object(), "@tool"), (3, "@tool"), ("my_tools.py", "tool_files"), (Voice, "Voice()")]
)
def test_a_thing_without_tools_is_refused(thing: object, hint: str) -> None:
    with pytest.raises(ToolDeclarationError) as refused:
        Registry().add(thing)
    assert hint in refused.value.hint


@pytest.mark.parametrize(
    ("given", "hint"),
    [("my_tools.py", "tool_files"), (TALLY, "list"), (None, "Leave"), (Voice, "Voice()"), (Voice(), "list")],
)
def test_tools_are_a_list(given: object, hint: str) -> None:
    assert tools_given(iter([TALLY])) == (TALLY,)
    with pytest.raises(ToolDeclarationError) as refused:
        tools_given(given)
    assert hint in refused.value.hint


def test_a_refused_tool_is_missing_until_something_offers_it() -> None:
    registry = Registry()
    registry.refuse("TALLY", "needs fingers")
    assert registry.missing == {"TALLY": "needs fingers"}
    assert "TALLY" not in registry
    registry.add(TALLY)
    assert registry.missing == {}


def test_missing_cannot_be_changed_from_outside() -> None:
    registry = Registry()
    registry.missing["TALLY"] = "because"
    assert registry.missing == {}


def test_an_unknown_tool_is_answered_with_the_nearest_name() -> None:
    registry = Registry()
    registry.add(TALLY, Voice())
    with pytest.raises(ToolError, match=r"no tool whisper\. Did you mean WHISPER\?"):
        registry.get("whisper")
    with pytest.raises(ToolError, match=r"no tool WHISPR\. Did you mean WHISPER\?"):
        registry.get("WHISPR")
    with pytest.raises(ToolError) as far:
        registry.get("zzz")
    assert far.value.hint == ""


def test_the_description_has_a_line_for_each_way_to_call_a_tool() -> None:
    registry = Registry()
    registry.add(TALLY, Voice())
    assert registry.describe().splitlines() == [
        "TALLY(items: list[int]) -> int  # How many items there are.",
        "WHISPER(text: str) -> str  # The text, quieter.",
        "CRY(text: str) -> str  # The text, louder.",
    ]


def test_a_note_of_a_tool_set_stands_once_below_its_tools() -> None:
    class Noted(Voice):
        note = "WHISPER and CRY know English only."

    registry = Registry()
    registry.add(Noted(), TALLY)
    lines = registry.describe().splitlines()
    assert [line.split("(")[0] for line in lines[:3]] == ["WHISPER", "CRY", "TALLY"]
    assert lines[3:] == ["WHISPER and CRY know English only."]
