"""The grammar knows whether variables are set and whether they are single values."""

from __future__ import annotations

from typing import Any, overload

import pytest
import xgrammar

from looksmith.programs.grammar.grammar import grammar
from looksmith.tools.core.registry import Registry
from looksmith.tools.core.tool import tool
from looksmith.tools.core.values import Box, Image


@tool
def LOC(image: Image, name: str) -> Box:
    """The best box."""
    raise NotImplementedError


@tool
def DETECT(image: Image, name: str) -> list[Box]:
    """All boxes."""
    raise NotImplementedError


@tool
def CROP(image: Image, box: Box) -> Image:
    """The part inside the box."""
    raise NotImplementedError


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
def registry() -> Registry:
    registry = Registry()
    registry.add(LOC, DETECT, CROP, VERIFY, READ, LEFTMOST)
    return registry


@pytest.fixture(scope="module")
def compiled(registry: Registry) -> xgrammar.CompiledGrammar:
    compiler = xgrammar.GrammarCompiler(xgrammar.TokenizerInfo([]), max_threads=1)
    return compiler.compile_grammar(grammar(registry))


def accepts(compiled: xgrammar.CompiledGrammar, line: str) -> bool:
    matcher = xgrammar.GrammarMatcher(compiled, terminate_without_stop_token=True)
    return matcher.accept_string(line.replace("|", "\n")) and matcher.is_terminated()


@pytest.mark.parametrize("line", ADMITTED.strip().split("\n"))
def test_what_is_set_may_be_used(line: str, compiled: xgrammar.CompiledGrammar) -> None:
    assert accepts(compiled, line)


@pytest.mark.parametrize("line", REFUSED.strip().split("\n"))
def test_what_is_not_set_or_does_not_fit_is_refused(line: str, compiled: xgrammar.CompiledGrammar) -> None:
    assert not accepts(compiled, line)


def test_the_variable_of_a_loop_over_images_is_an_image() -> None:
    registry = Registry()
    registry.add(LOC, READ)
    several = xgrammar.GrammarCompiler(xgrammar.TokenizerInfo([]), max_threads=1).compile_grammar(
        grammar(registry, {"images": list[Image]})
    )
    assert accepts(several, "answer = [READ(image) for image in images]")
    assert accepts(several, "image_left = images[0]|answer = READ(image_left)")
