"""The grammar knows whether variables are set and whether they are single values."""

from __future__ import annotations

from typing import Any, overload

import pytest
from admitting import CROP, DETECT, LOC, Recognizer, registry_of

from looksmith.programs.grammar.grammar import grammar
from looksmith.tools.core.tool import tool
from looksmith.tools.core.values import Box, Image


@tool
def VERIFY(image: Image, box: Box, statement: str) -> bool:
    """Is it so?"""
    raise NotImplementedError


@overload
def READ(image: Image, what: str = "") -> str: ...
@overload
def READ(image: Image, box: Box, what: str = "") -> str: ...
@tool
def READ(*args: Any, **kwargs: Any) -> str:
    """The text."""
    raise NotImplementedError


@tool
def LEFTMOST(boxes: list[Box]) -> Box:
    """The one furthest left."""
    raise NotImplementedError


ADMITTED = """
answer = LOC(image, "cup").left
cup = LOC(image, "cup")|answer = READ(image, cup, "name")
cup = LOC(image, "cup")|dog = LOC(image, "dog")|answer = cup.left < dog.left
width = LOC(image, "cup").width|half = width / 2|answer = half > 10
cup = LOC(image, "cup")|part = CROP(image, cup)|answer = READ(part, "name")
cups = DETECT(image, "cup")|answer = [READ(image, cup) for cup in cups]
cup = LOC(image, "cup")|dogs = DETECT(image, "dog")|answer = any(VERIFY(image, dog, "wet") for dog in dogs)
answer = any(VERIFY(image, dog, "wet") for dog in DETECT(image, "dog"))
answer = sorted(DETECT(image, "cup"), key=lambda cup: cup.left)[0].label
answer = max(DETECT(image, "cup"), key=lambda cup: cup.area).left
is_wet = not VERIFY(image, LOC(image, "dog"), "wet")|answer = "yes" if is_wet else "no"
a, b = LOC(image, "cup"), DETECT(image, "dog")|answer = a in b
total = 0|for cup in DETECT(image, "cup"):|    total += cup.area|answer = total
cup = LOC(image, "cup")|if cup.left > 3:|    answer = "right"|else:|    answer = "left"
text = READ(image)|answer = text.lower() if len(text.split()) > 1 else "none"
count = 1|count += 2|answer = count
"""
REFUSED = """
answer = cup.left
answer = READ(image, cup, "name")
answer = any(VERIFY(image, dog, "wet") for dog in dogs)
left = CROP(image, left)|answer = READ(left)
cup = LOC(image, "cup")|answer = READ(cup, "name")
cup = LOC(image, "cup")|answer = READ(CROP(cup, cup), "name")
cup = LOC(image, "cup")|answer = [READ(image, c) for c in cup]
cup = LOC(image, "cup")|answer = any(VERIFY(image, dog, "wet") for dog in dogs)
cup = LOC(image, "cup")|answer = cup[0].left
cup = LOC(image, "cup")|answer = LEFTMOST(cup).left
cup = LOC(image, "cup")|answer = cup.left < image_center.left
answer = any(VERIFY(dog, dog, "wet") for dog in DETECT(image, "dog"))
for cup in cups:|    answer = 1|answer = 2
"""


@pytest.fixture(scope="module")
def recognizer() -> Recognizer:
    return Recognizer(grammar(registry_of(LOC, DETECT, CROP, VERIFY, READ, LEFTMOST)))


@pytest.mark.parametrize("line", ADMITTED.strip().split("\n"))
def test_what_is_set_may_be_used(line: str, recognizer: Recognizer) -> None:
    assert recognizer.admits(line.replace("|", "\n"))


@pytest.mark.parametrize("line", REFUSED.strip().split("\n"))
def test_what_is_not_set_or_does_not_fit_is_refused(line: str, recognizer: Recognizer) -> None:
    assert not recognizer.admits(line.replace("|", "\n"))


def test_the_variable_of_a_loop_over_images_is_an_image() -> None:
    several = Recognizer(grammar(registry_of(LOC, READ), {"images": list[Image]}))
    assert several.admits("answer = [READ(image) for image in images]")
    assert several.admits("image_left = images[0]\nanswer = READ(image_left)")
