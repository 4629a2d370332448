"""Right programs are admitted by the grammar, wrong ones are not."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal

import pytest
from admitting import EXISTS, LOC, RIGHT, Recognizer, registry_of

from looksmith.agent.setup.settings import Settings
from looksmith.programs.examples.bank import SEVERAL, inputs_of, load_bank
from looksmith.programs.grammar.grammar import grammar
from looksmith.programs.language.language import INPUTS
from looksmith.tools.core.example import Example, load_examples
from looksmith.tools.core.registry import Registry
from looksmith.tools.core.tool import tool
from looksmith.tools.core.values import Box, Image

DOMAINS = Path(__file__).parents[2] / "domains"


@pytest.fixture(scope="module")
def declared(shared_home: Path) -> Registry:
    """The built-in tools, and those that have no backend yet."""
    return Settings(shared_home, device="cpu").registry(declared=True)


@pytest.fixture(scope="module", params=["image", "images"])
def bank(request: pytest.FixtureRequest, declared: Registry) -> tuple[Recognizer, list[Example]]:
    """The examples about one image or several, and the grammar for them.

    Of those that differ in plain words alone, which the grammar does not tell apart, there is one.
    """
    inputs = SEVERAL if request.param == "images" else INPUTS
    examples = [example for example in load_bank() if inputs_of(example) is inputs]
    different = {re.sub(r'"[a-z ]+"', '"x"', example.program): example for example in examples}
    return Recognizer(grammar(declared, inputs)), [*different.values()]


def test_the_example_bank_is_admitted(bank: tuple[Recognizer, list[Example]]) -> None:
    recognizer, examples = bank
    assert len(examples) > 5
    assert [e.program for e in examples if not recognizer.admits(e.program.strip())] == []


@pytest.mark.parametrize(("name", "fewest"), [("nlvr", 100), ("easy_vqa", 10)])
def test_the_examples_of_a_plug_in_are_admitted(name: str, fewest: int, shared_home: Path) -> None:
    domain = Settings(shared_home, device="cpu", tool_files=(DOMAINS / f"{name}.py",), installed=False).registry()
    recognizer = Recognizer(grammar(domain))
    examples = load_examples(DOMAINS / f"{name}.toml")
    assert len(examples) > fewest
    assert [e.program for e in examples if not recognizer.admits(e.program.strip())] == []


WRONG = """
answer = LOC(image, "dog") == LOC(image, "cat")
answer = LOC(image, "dog") is not None
answer = [b for b in LOC(image, "dog").label]
answer = len(LOC(image, "dog").label)
answer = CROP(image=image, box=LOC(image, "dog")).width
answer = LOC(image, "dog") or LOC(image, "cat")
d = LOC(image, "dog") or b|answer = 1
d = LOC(image, "dog") == max(boxes, key=AREA) or LOC(image, "cat") == max(boxes, key=AREA)|answer = 1
answer = EXISTS(image, "dog") and LOC(image, "cat")
answer = EXISTS(image, "dog") and "no"
answer = "no" or "yes"
answer = "no" == "yes"
answer = "yes" if "dog" else "no"
answer = "yes" if LOC(image, "dog") else "no"
d = LOC(image, "dog") if EXISTS(image, "dog") else "none" or "none"|answer = 1
answer = FIND(image, "dog")
answer = count(image, "dog")
answer = LOC(image, label="dog")
answer = LOC("dog")
answer = LOC(image)
answer = LOC(image, "dog", "cat")
answer = LOC(image, 3)
answer = LOC("image", "dog")
answer = LOC(LOC(image, "dog"), "dog")
answer = COUNT(image)
answer = COUNT(["dog"])
answer = COUNT(LOC(image, "dog"))
answer = CROP(image, "dog")
answer = CROP(image, ("dog"))
answer = CROP(image, 3)
answer = CROP(image, image)
answer = CROP(image, DETECT(image, "dog"))
answer = CROP(image, box, 1)
answer = CROP(image, box, margin="1")
answer = CROP(image, box, margin=1, margin=2)
answer = CLASSIFY(image, [1, 2])
answer = CLASSIFY(image, "dog")
answer = PICK(boxes, 1, "edge")
answer = PICK(boxes, 1.5, "left")
answer = PICK(boxes, len(names) / 2, "left")
answer = PICK(boxes, 1, "left", strict="yes")
answer = PICK(boxes, 1, MOOD(image))
answer = MOOD(image, time="noon")
answer = MOOD(image) == "happy"
answer = MOOD(image, time="no".join(["on"]))
answer = MOOD(image, time="no" + "on")
answer = MOOD(image, time=f"{hour}")
answer = LOC(image, "red".join(["dog"]))
answer = MOODS(image, ["happy"])
answer = MOODS(image, ["calm"]) == ["happy"]
answer = "happy" in MOODS(image, ["calm"])
answer = set(MOODS(image, ["calm"])) == {"happy"}
answer = COUNT(image, "dog") == "two"
answer = COLOR(image) > "red"
answer = LOC(image, "dog") == "dog"
answer = DETECT(image, "dog") > 2
answer = EXISTS(image, "dog") == "yes"
answer = len(LOC(image, "dog"))
answer = [b for b in LOC(image, "dog")]
answer = b.size
answer = COLOR(image).left
answer = DETECT(image, "dog").left
answer = b.format()
answer = "n: " + COUNT(image, "dog")
n = 1
answer = 1|n = 2
answer += 1
if n:|    answer = 1
for b in boxes:|    answer = 1
while n:|    answer = 1
import os|answer = 1
answer = 'dog'
answer=1
answer = 1|
answer = near(1)
def f(a, a):|    return 1|answer = 1
def f(a):|    n = 1|answer = 1
return 1
break|answer = 1
image = 3|answer = 1
len = 3|answer = 1
class = 3|answer = 1
_n = 3|answer = 1
answer = n.__class__
print(1)|answer = 1
answer = "a b c d e f g h i j k l m"
answer = nearby(box, b=1)
"""


def program(line: str) -> str:
    """The program, with a list set before it: from there on any name may have been set to anything."""
    known = "" if line.startswith("def ") else "known = []\n"
    return known + line.replace("|", "\n")


@pytest.mark.parametrize("line", RIGHT.strip().split("\n"))
def test_right_programs_are_admitted(line: str, written: Recognizer) -> None:
    assert written.admits(program(line))


@pytest.mark.parametrize("line", WRONG.strip().split("\n"))
def test_wrong_programs_are_not_admitted(line: str, written: Recognizer) -> None:
    assert not written.admits(program(line))


def test_a_tool_is_admitted_from_the_moment_it_is_registered() -> None:
    @tool
    def shade(
        image: Image, *, tint: Literal["sepia", 'say "hi"', "größer", "a\u2028b"] | None = None
    ) -> Literal["pale", "deep"]:
        """A tool from outside."""
        raise NotImplementedError

    registry = registry_of(LOC)
    sources = [
        f'answer = shade(image, tint={value}) == "pale"'
        for value in ('"sepia"', r'"say \"hi\""', '"größer"', '"a\u2028b"')
    ]
    before = Recognizer(grammar(registry))
    registry.add(shade)
    after = Recognizer(grammar(registry))
    assert not any(map(before.admits, sources))
    assert all(map(after.admits, sources))
    assert not after.admits('answer = shade(image, tint="green")')
    assert not after.admits('answer = shade(image) == "dark"')
    assert before.admits("shade = 1\nanswer = shade") and not after.admits("shade = 1\nanswer = shade")


def test_what_a_tool_may_not_give_is_asked_for_like_a_truth() -> None:
    @tool
    def FIND(image: Image, label: str) -> Box | None:
        """Find a thing."""
        raise NotImplementedError

    recognizer = Recognizer(grammar(registry_of(FIND)))
    assert recognizer.admits('b = FIND(image, "dog") or FIND(image, "cat")\nanswer = b is None')
    assert recognizer.admits('answer = "yes" if FIND(image, "dog") else "no"')
    assert recognizer.admits('answer = FIND(image, "dog") is not None')


def test_tools_that_give_one_of_a_few_numbers_are_called_where_numbers_are() -> None:
    @tool
    def LEVEL(image: Image, level: Literal[1, 2] = 1) -> Literal[1, 2]:
        """A level."""
        raise NotImplementedError

    @tool
    def SURE(image: Image) -> Literal[True]:
        """Always."""
        raise NotImplementedError

    recognizer = Recognizer(grammar(registry_of(LEVEL, SURE)))
    for source in (
        "LEVEL(image) == 2",
        "LEVEL(image, 2) + 1 > 3",
        "SURE(image) and not n",
        "LEVEL(image, LEVEL(image))",
    ):
        assert recognizer.admits(f"n = 1\nanswer = {source}"), source
    for source in ("LEVEL(image, 3)", "LEVEL(image, SURE(image))", 'LEVEL(image) == "2"'):
        assert not recognizer.admits(f"answer = {source}"), source


def test_keywords_come_in_any_order_but_never_twice(written: Recognizer) -> None:
    @tool
    def ITEMS(where: Image, *, a: int = 1, b: Literal["x", "y"] | None = None, c: list[str] | None = None) -> list[Box]:
        """Items."""
        raise NotImplementedError

    recognizer = Recognizer(grammar(registry_of(ITEMS)))
    assert recognizer.admits('answer = len(ITEMS(image, b="x", a=2))')
    assert recognizer.admits('answer = len(ITEMS(image, c=["z"], b=None))')
    assert not recognizer.admits("answer = len(ITEMS(where=image))")
    assert not recognizer.admits("answer = len(ITEMS(image, a=1, b=None, a=2))")
    assert not recognizer.admits('answer = len(ITEMS(image, b="z"))')


def test_the_inputs_are_what_a_program_is_given() -> None:
    several = Recognizer(grammar(registry_of(LOC, EXISTS), {"images": list[Image], "question": str}))
    assert several.admits('answer = sum(EXISTS(picture, "dog") for picture in images)')
    assert several.admits("answer = LOC(images[0], question).left")
    assert not several.admits('answer = EXISTS(images, "dog")')
    assert not several.admits("answer = LOC(question, question).left")


def test_a_program_can_be_written_without_any_tool() -> None:
    empty = Recognizer(grammar(Registry()))
    assert empty.admits("answer = image.width")
    assert not empty.admits('answer = LOC(image, "dog")')


@pytest.mark.parametrize(
    "name", ["forest", "classy", "notes", "inside", "answers", "of", "lenses", "größe", "n_2", "x"]
)
def test_names_that_begin_like_other_words_are_free(name: str, written: Recognizer) -> None:
    assert written.admits(f"{name} = 1\nanswer = {name} + {name}")
