"""The examples that the language model is shown: right, run, well spread, and our own."""

from __future__ import annotations

import ast
import json
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from surface import surface

from looksmith.agent.setup.settings import Settings
from looksmith.programs.check.check import Checked, check
from looksmith.programs.examples.bank import (
    fitting,
    inputs_of,
    load_bank,
    load_kinds,
    load_wordings,
    own_examples,
    usable,
)
from looksmith.programs.examples.core import SIZE, choose_core, representatives
from looksmith.programs.language.diagnostics import render
from looksmith.programs.language.program import Program
from looksmith.programs.prompt import MAX_QUESTION
from looksmith.programs.question.expected_answer import Expected, expected_answer
from looksmith.sandbox.run import Sandbox
from looksmith.tools.core.errors import InputError
from looksmith.tools.core.example import Example
from looksmith.tools.core.registry import Registry
from looksmith.tools.core.stand_in import blank_image, stand_ins
from looksmith.tools.core.tool import tool
from looksmith.tools.core.values import Image, Video
from looksmith.tools.engine.executor import Executor

BANK = (*load_bank(), *load_wordings())
TYPES = {"yes/no": bool, "number": (int, float), "choice": str, "color": str, "name": str, "text": str, "any": object}
NLVR = os.environ.get("LOOKSMITH_NLVR", "")


@pytest.fixture(scope="module")
def declared() -> Registry:
    """All tools, those that only some profiles offer too."""
    return surface(declared=True)


@pytest.fixture(scope="module")
def offered_tools() -> Registry:
    """The tools that every profile offers."""
    return surface()


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as made:
        yield made


def checked(example: Example, registry: Registry) -> Checked:
    found = check(Program(example.program, example.question), registry, inputs_of(example))
    assert isinstance(found, Checked), render(found, example.program)
    return found


def plain(question: str) -> str:
    return " ".join(re.findall(r"[a-z0-9]+", question.lower()))


@pytest.mark.parametrize("example", BANK, ids=lambda e: e.question)
def test_every_example_checks_and_runs_dry(example: Example, declared: Registry, sandbox: Sandbox) -> None:
    program = checked(example, declared)
    assert program.tools or "image.width" in example.program
    assert 0 < len(example.question) < MAX_QUESTION
    executor = Executor(stand_ins(declared))

    def serve(request: Any) -> Any:
        done = executor.call(request.tool, request.args, request.kwargs)
        if done.error:
            raise done.error
        return done.value

    inputs = {"image": blank_image(), "images": [blank_image(), blank_image()]}
    outcome = sandbox.run(program, {name: inputs[name] for name in inputs_of(example)}, serve)
    assert outcome.kind == "ok", outcome.message
    expected = expected_answer(example.question)
    if expected.kind == "yes/no":
        assert isinstance(outcome.answer, bool)
    else:
        assert outcome.answer is not None
        assert isinstance(outcome.answer, TYPES[expected.kind])
        assert expected.kind == "any" or not isinstance(outcome.answer, bool)


def said(answer: ast.expr) -> set[str]:
    """The texts that an expression may be; none where a tool says what it is."""
    if isinstance(answer, ast.IfExp):
        return said(answer.body) | said(answer.orelse)
    if isinstance(answer, ast.Call) and ast.unparse(answer.func) == "CLASSIFY":
        return set(ast.literal_eval(answer.args[-1]))
    return {answer.value} if isinstance(answer, ast.Constant) and isinstance(answer.value, str) else set()


def of_kind(kind: str) -> list[tuple[Example, Expected]]:
    asked = [(example, expected_answer(example.question)) for example in BANK]
    return [(example, expected) for example, expected in asked if expected.kind == kind]


def test_an_either_or_is_answered_by_what_the_question_names() -> None:
    either_or = of_kind("choice")
    assert len(either_or) > 100
    for example, expected in either_or:
        assigned = [one for one in ast.walk(ast.parse(example.program)) if isinstance(one, ast.Assign)]
        answers = [one.value for one in assigned if ast.unparse(one.targets[0]) == "answer"]
        assert answers, example.question
        found = set[str]().union(*map(said, answers))
        assert found <= set(expected.choices), example.question


@pytest.mark.parametrize("kind", ["yes/no", "number", "color", "name", "text"])
def test_there_are_examples_of_every_kind_of_answer(kind: str) -> None:
    assert len(of_kind(kind)) > 40


def test_every_example_is_written_in_the_same_way() -> None:
    """In Python's own spelling, but for the quotes and for parentheses around a generator."""

    def spelled(source: str) -> bool:
        written = ast.unparse(ast.parse(source)).replace("'", '"')
        same = re.sub(r"[()]", "", written) == re.sub(r"[()]", "", source)
        return same and re.search(r"^ *answer = .*\Z", source, re.MULTILINE) is not None

    assert spelled("answer = 1") and not spelled("answer=1") and not spelled("answer = 1\nb = 2")
    assert [example.program for example in BANK if not spelled(example.program.strip())] == []


def test_there_are_many_examples_of_every_kind() -> None:
    kinds = load_kinds()
    about_images = sum(map(len, kinds.values())) - len(kinds["videos"]) - len(kinds["albums"])
    assert about_images + len(load_wordings()) == len(BANK) >= 600
    assert load_kinds("wordings").keys() <= kinds.keys()
    assert {"exist", "count", "color", "state", "relation", "what", "kind", "compare", "select"} <= kinds.keys()
    assert {"text", "logic", "scene", "place", "measure", "images"} <= kinds.keys()
    assert all(len(examples) >= 10 for examples in kinds.values())


def test_every_tool_is_shown(declared: Registry) -> None:
    shown = {name for example in BANK for name in checked(example, declared).tools}
    offered = declared.mapped(lambda tool: tool)
    offered.withhold(Video, "no question is about a video")
    assert shown == {tool.name for tool in offered}


def test_no_question_is_asked_twice() -> None:
    assert len({plain(example.question) for example in BANK}) == len(BANK)


@pytest.mark.skipif(not NLVR, reason="LOOKSMITH_NLVR does not name the folder of NLVR")
def test_no_question_is_a_sentence_of_nlvr() -> None:
    rows = [json.loads(line) for line in (Path(NLVR) / "dev.json").read_text().splitlines()]
    sentences = {plain(row["sentence"]) for row in rows}
    assert len(sentences) > 200
    assert sentences.isdisjoint(plain(example.question) for example in BANK)


def test_examples_of_tools_that_are_not_offered_are_left_out(offered_tools: Registry) -> None:
    left = usable(BANK, offered_tools)
    names = {tool.name for tool in offered_tools}
    assert set(left) == {e for e in BANK if set(re.findall(r"\b[A-Z_]{3,}(?=\()", e.program)) <= names}
    assert 600 <= len(left) < len(BANK)
    fewer = Registry()
    fewer.add(*(tool.function for tool in offered_tools if tool.name != "COLOR"))
    assert set(left) - set(usable(BANK, fewer)) == {e for e in left if "COLOR(" in e.program}


@pytest.mark.parametrize("offering", ["pocket", "hub", "oracle"])
def test_every_example_about_one_image_is_shown_with_every_profile(offering: str, home: Path) -> None:
    """But for those of tools that the profile lacks, which are in models.toml."""
    scenes = {} if offering == "oracle" else None
    profile = "hub" if offering == "hub" else "pocket"
    registry = Settings(home, device="cpu", profile=profile, scenes=scenes).registry()
    bank = fitting(BANK, ["image"])
    left = set(usable(bank, registry))
    called = {e: set(re.findall(r"\b[A-Z_]{3,}(?=\()", e.program)) for e in bank}
    missing = {e for e in bank if not called[e] <= {tool.name for tool in registry}}
    assert set(bank) - left == missing <= set(load_kinds()["models"])
    assert len(bank) > 1000 and len(missing) <= {"pocket": 9, "hub": 2, "oracle": 15}[offering]


def test_examples_about_one_image_and_about_several_are_told_apart() -> None:
    one, several = fitting(BANK, ["image"]), fitting(BANK, ["images"])
    assert len(one) + len(several) == len(BANK)
    assert all("images" in example.program for example in several)
    assert {example.question for example in several} == {e.question for e in load_kinds()["images"]}


@tool
def MOOD(image: Image) -> str:
    """The mood of the picture."""
    return "calm"


def with_examples(*programs: str) -> Registry:
    registry = Registry()
    registry.add(MOOD)
    registry.add_examples(Example(question=f"What is picture {i} like?", program=p) for i, p in enumerate(programs))
    return registry


def test_a_plug_ins_examples_are_taken() -> None:
    registry = with_examples("answer = MOOD(image)", "answer = MOOD(images[0])")
    assert own_examples(registry) == registry.examples


def test_a_plug_ins_example_that_is_wrong_is_an_error_that_names_it() -> None:
    with pytest.raises(InputError, match=r"picture 1 like\?.*\n.*MOOD\(\)\n.*needs image"):
        own_examples(with_examples("answer = MOOD(image)", "answer = MOOD()"))


def test_a_plug_ins_example_of_a_tool_that_is_not_offered_is_left_out() -> None:
    registry = with_examples("answer = MOOD(image)", 'answer = COUNT(image, "dog")')
    assert own_examples(registry) == registry.examples[:1]


@pytest.fixture(scope="module")
def offered(offered_tools: Registry) -> tuple[Example, ...]:
    return usable(BANK, offered_tools)


def test_the_core_is_small_and_shows_the_most_used_constructs(offered: tuple[Example, ...]) -> None:
    core = fitting(choose_core(offered, ()), ["image"])
    assert len(core) == SIZE
    text = "\n".join(example.program for example in core)
    for construct in (
        *("COUNT(image", "EXISTS(image", "LOC(image", "DETECT(image", "COLOR(image", "READ(image", "CLASSIFY(image"),
        *("VERIFY(image", "PARTNER(image", "NAME(image", ".label", "all(", "LEFT_OF(", "center_x", " if ", " > "),
        *("AREA(", "not ", "len("),
    ):
        assert construct in text, construct


def test_the_core_stays_the_same_from_one_process_to_the_next(offered: tuple[Example, ...]) -> None:
    assert choose_core(offered, ()) == choose_core(tuple(offered), ())
    assert set(choose_core(offered, ())) <= set(offered)


def test_a_plug_in_with_enough_examples_fills_the_core(offered: tuple[Example, ...]) -> None:
    many = tuple(Example(question=f"What is picture {i} like?", program="answer = MOOD(image)") for i in range(8))
    core = fitting(choose_core(offered, many), ["image"])
    assert set(core) == set(many)
    few = fitting(choose_core(offered, many[:7]), ["image"])
    assert set(many[:7]) < set(few)
    assert few[-1] in many


def example_of(program: str) -> Example:
    return Example(question=program, program=program)


@pytest.mark.parametrize("size", [0, 1, 2, 5])
def test_representatives_are_in_order_and_no_more_than_asked(size: int) -> None:
    given = [example_of(f'answer = COUNT(image, "{name}")') for name in ("cup", "dog", "cat")]
    given.append(example_of("answer = READ(image)"))
    found = representatives(given, size)
    assert len(found) == min(size, 4)
    assert list(found) == [e for e in given if e in found]
    assert representatives((), size) == ()


def test_what_is_written_alike_has_one_representative(build: Callable[[str, str], list[Example]]) -> None:
    given = [*build("cup", "cups"), *build("dog", "dogs"), example_of("answer = READ(image)")]
    first, second = representatives(given, 2)
    assert first.program.startswith(("cups", "dogs"))
    assert second.program == "answer = READ(image)"


@pytest.fixture
def build() -> Callable[[str, str], list[Example]]:
    def made(name: str, plural: str) -> list[Example]:
        program = f'{plural} = DETECT(image, "{name}")\nanswer = {{}}({plural})'
        return [example_of(program.format("COUNT")), example_of(program.format("COUNT") + " > 3")]

    return made
