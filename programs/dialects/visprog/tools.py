"""Additional functions for VisProg programs: its rules for values and lists of objects, and its image edits.

Answers of models are texts, and VisProg's EVAL compares, adds and negates them. These functions interpret a text;
nothing is ever inserted into source code. They take boxes and masks alike, as VisProg's modules do.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Literal, TypeVar, overload

from ....tools.core.errors import NoDetection, ToolError
from ....tools.core.tool import tool
from ....tools.core.values import Box, Image, Mask
from ....tools.media import edit
from . import words

Thing = TypeVar("Thing", Box, Mask)


@tool(computed=True)
def TRUTH(value: bool | int | float | str) -> bool:
    """Does the value mean yes?

    "yes" and "true" do, "no" and "false" do not, in any letter case; a number does unless it is 0, also as text. Raises
    ToolError for any other text, which does not answer a yes-no question.
    """
    if not isinstance(value, str):
        return bool(value)
    found = words.truth(value)
    if found is not None:
        return found
    number = words.number(value)
    if number is None:
        raise ToolError(f"{value!r:.80} means neither yes nor no.", hint="Ask a yes-no question.")
    return number != 0


@tool(computed=True)
def NUMBER(value: bool | int | float | str) -> int | float:
    """The value as a number.

    "3", "1,200", "two" and "none" are numbers; "yes" is 1 and "no" is 0. Raises ToolError for any other text.
    """
    if not isinstance(value, str):
        return int(value) if isinstance(value, bool) else value
    number = words.number(value)
    if number is None:
        raise ToolError(f"{value!r:.80} is not a number.", hint="Ask a question that starts with 'How many'.")
    return number


@tool(computed=True)
def TEXT(value: bool | int | float | str) -> str:
    """The value as text.

    True is "yes" and False is "no"; a whole number has no decimal point.
    """
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:.10g}" if isinstance(value, float) else str(value)


@tool(computed=True)
def SAME(a: bool | int | float | str | None, b: bool | int | float | str | None) -> bool:
    """Do both mean the same?

    Texts are the same if they differ only in letter case and a final full stop, or if both mean the same number, or
    both yes, or both no. Compared with a number, a text is interpreted as a number; with a truth value, as yes or no.
    """
    if a is None or b is None:
        return a is b
    if isinstance(a, str) and isinstance(b, str):
        readings = (
            (words.plain(a), words.plain(b)),
            (words.truth(a), words.truth(b)),
            (words.figures(a), words.figures(b)),
        )
        return any(left is not None and left == right for left, right in readings)
    if isinstance(a, bool) or isinstance(b, bool):
        truths = [words.truth(x) if isinstance(x, str) else x for x in (a, b)]
        return truths[0] == truths[1]
    numbers = [words.number(x) if isinstance(x, str) else x for x in (a, b)]
    return numbers[0] == numbers[1]


@tool(computed=True)
def ONE_OF(value: bool | int | float | str, options: list[bool | int | float | str]) -> bool:
    """Does one of the options mean the same as the value?"""
    return any(SAME(value, option) for option in options)


@tool(computed=True)
def SPLIT(text: str) -> list[str]:
    """The parts of a text between its commas. Raises ToolError if there are none."""
    parts = words.split(text)
    if not parts:
        raise ToolError(f"{text!r:.80} names nothing.", hint="Separate names with commas.")
    return parts


@tool(computed=True)
def OPTIONS(names: list[str]) -> list[str]:
    """The distinct names to choose from; "other" is added to a single one.

    Raises ToolError if there are none.
    """
    options = words.choices(names)
    if not options:
        raise ToolError("There are no categories to choose from.")
    return options


@tool
def HALF(image: Image, side: Literal["left", "right", "top", "bottom"]) -> Box:
    """The box of one half of the image."""
    frame = image.frame
    moved: dict[str, dict[str, float]] = {
        "left": {"right": frame.center_x},
        "right": {"left": frame.center_x},
        "top": {"bottom": frame.center_y},
        "bottom": {"top": frame.center_y},
    }
    return replace(frame, label=side, **moved[side])


@overload
def FIRST(things: list[Box], name: str) -> Box: ...
@overload
def FIRST(things: list[Mask], name: str) -> Mask: ...
@tool
def FIRST(things: list[Any], name: str) -> Any:
    """The first of the things, which is the best.

    name: what was searched for, for the error message.

    Raises NoDetection for an empty list.
    """
    return _some(things, name)[0]


@overload
def SOME(things: list[Box], name: str) -> list[Box]: ...
@overload
def SOME(things: list[Mask], name: str) -> list[Mask]: ...
@tool
def SOME(things: list[Any], name: str) -> Any:
    """The same things, at least one.

    name: what was searched for, for the error message.

    Raises NoDetection for an empty list.
    """
    return _some(things, name)


@overload
def NAMED(things: list[Box], names: list[str]) -> list[Box]: ...
@overload
def NAMED(things: list[Mask], names: list[str]) -> list[Mask]: ...
@tool
def NAMED(things: list[Any], names: list[str]) -> Any:
    """The things whose label is one of the names; [] if none.

    COCO's suffixes "-merged" and "-other-merged" are ignored.
    """
    wanted = [words.label(name) for name in names]
    return [thing for thing in things if words.label(thing.label) in wanted]


@overload
def OF_CATEGORY(things: list[Box], names: list[str]) -> list[Box]: ...
@overload
def OF_CATEGORY(things: list[Mask], names: list[str]) -> list[Mask]: ...
@tool
def OF_CATEGORY(things: list[Any], names: list[str]) -> Any:
    """The things of one of the categories.

    A label belongs to a category if they are equal or one consists of whole words of the other: "wall-brick" belongs to
    "wall", but "carpet" not to "car". Raises NoDetection if there is none.
    """
    found = [thing for thing in things if any(words.belongs(thing.label, name) for name in names)]
    return _some(found, " or ".join(names))


@overload
def PICK(things: list[Box], indices: list[int]) -> list[Box]: ...
@overload
def PICK(things: list[Mask], indices: list[int]) -> list[Mask]: ...
@tool
def PICK(things: list[Any], indices: list[int]) -> Any:
    """The things at these indices, from 0. Raises ToolError for an index out of range."""
    return _pick(things, indices)


@overload
def BY_LABEL(things: list[Box], labels: list[str], names: list[str]) -> list[list[Box]]: ...
@overload
def BY_LABEL(things: list[Mask], labels: list[str], names: list[str]) -> list[list[Mask]]: ...
@tool
def BY_LABEL(things: list[Any], labels: list[str], names: list[str]) -> Any:
    """The things with new labels, grouped by label; groups without things are left out.

    labels: the new label of each thing.
    names: the labels to keep, in the order of the result.
    """
    return _by_label(things, labels, names)


@overload
def ONE_EACH(groups: list[list[Box]], indices: list[int]) -> list[Box]: ...
@overload
def ONE_EACH(groups: list[list[Mask]], indices: list[int]) -> list[Mask]: ...
@tool
def ONE_EACH(groups: list[list[Any]], indices: list[int]) -> Any:
    """One thing of each group, by its index from 0."""
    return [_pick(group, [index])[0] for group, index in zip(groups, indices, strict=True)]


@tool
def FILLED(image: Image, box: Box) -> Mask:
    """The mask of all pixels in the box. Raises ToolError if it lies outside the image."""
    return edit.box_mask(image, box)


@tool
def COLORPOP(image: Image, things: list[Box] | list[Mask]) -> Image:
    """The image in gray, except for the things."""
    return edit.color_pop(image, things)


@tool
def BGBLUR(image: Image, things: list[Box] | list[Mask]) -> Image:
    """The image blurred, except for the things."""
    return edit.blur_background(image, things)


@tool
def TAG(image: Image, things: list[Box] | list[Mask]) -> Image:
    """The image with a frame and the label around each thing."""
    return edit.tag(image, things)


@tool
def EMOJI(image: Image, things: list[Box] | list[Mask], emoji: str) -> Image:
    """The image with an emoji over each thing.

    emoji: its name in Unicode, such as "smiling_face_with_sunglasses".

    Drawn with the system's color emoji font. Raises ToolError for an unknown name, or if there is no such font.
    """
    return edit.put_emoji(image, things, emoji)


def _some(things: list[Thing], name: str) -> list[Thing]:
    if not things:
        raise NoDetection(f"No {name or 'such thing'} was found, and the program needs one.")
    return things


def _pick(things: list[Thing], indices: list[int]) -> list[Thing]:
    for index in indices:
        if not 0 <= index < len(things):
            raise ToolError(f"There is no thing {index}: the list has {len(things)}, counted from 0.")
    return [things[index] for index in indices]


def _by_label(things: list[Thing], labels: list[str], names: list[str]) -> list[list[Thing]]:
    if len(things) != len(labels):
        raise ToolError(f"There are {len(things)} things and {len(labels)} labels.", hint="Give each thing one label.")
    named = [replace(thing, label=label) for thing, label in zip(things, labels, strict=True)]
    known = [words.plain(name) for name in names]
    counted = [option for option in words.choices(names) if words.plain(option) in known]
    groups = [[thing for thing in named if thing.label == option] for option in counted]
    return [group for group in groups if group]
