"""Right programs pass and mean what they mean in Python; wrong ones are refused with place and hint."""

from __future__ import annotations

import enum
import re
from collections.abc import Iterator
from typing import Any, Literal

import PIL.Image
import pytest
from checking import DETECT, RIGHT, TOOLS, rows

from looksmith.programs.check.check import Checked, check
from looksmith.programs.language import diagnostics
from looksmith.programs.language.diagnostics import Diagnostic, render
from looksmith.programs.language.program import Program
from looksmith.programs.question.expected_answer import expected_answer
from looksmith.sandbox.run import Request, Sandbox
from looksmith.tools.core.registry import Registry
from looksmith.tools.core.tool import tool
from looksmith.tools.core.values import Image

IMAGE = Image.of(PIL.Image.new("RGB", (200, 100)))


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as made:
        yield made


@pytest.mark.parametrize("name", RIGHT)
def test_right_programs_pass_and_answer_as_in_python(name: str, registry: Registry, sandbox: Sandbox) -> None:
    source = RIGHT[name]
    checked = check(Program(source), registry)
    assert isinstance(checked, Checked), render(checked, source)
    plain: dict[str, Any] = {"image": IMAGE, **{t.__name__: t for t in TOOLS}}
    exec(compile(source, "plain", "exec"), plain)

    def serve(request: Request) -> Any:
        served = registry.get(request.tool)
        return served.function(**served.bind(request.args, request.kwargs))

    outcome = sandbox.run(checked, {"image": IMAGE}, serve)
    assert (outcome.kind, outcome.message) == ("ok", "")
    assert outcome.answer == plain["answer"]
    assert type(outcome.answer) is type(plain["answer"])


KINDS = {"syntax": "parse_error", "not-allowed": "policy_error", "underscore": "policy_error"}


@pytest.mark.parametrize("row", rows("wrong.toml"), ids=lambda row: f"{row['code']}: {row['wrong']}")
def test_wrong_programs_are_refused_with_the_place_and_a_way_out(row: dict[str, Any], registry: Registry) -> None:
    wrong, code = row["wrong"], row["code"]
    found = check(Program(wrong), registry)
    assert not isinstance(found, Checked)
    first = next((d for d in found if d.code == code), None)
    assert first is not None, render(found, wrong)
    place = (KINDS.get(code, "type_error"), row["line"], row["column"])
    assert (first.kind, first.line, first.column) == place, first
    assert row["said"] in first.render()
    assert wrong.splitlines()[row["line"] - 1].strip() in render(found, wrong)
    passed = check(Program(row["right"]), registry)
    assert isinstance(passed, Checked), render(passed, row["right"])


def test_the_table_of_codes_is_whole() -> None:
    told = re.findall(r"^    ([a-z-]+) {2,}\S", diagnostics.__doc__ or "", flags=re.MULTILINE)
    assert len(told) == len(set(told))
    assert set(told) == {row["code"] for row in rows("wrong.toml")} | {
        "no-code",
        "unfit-answer",
    }  # of a reply, and of a question: test_fitting.py


def test_a_program_about_several_images(registry: Registry) -> None:
    several = {"images": list[Image]}
    right = 'answer = [COUNT(i, "dog") for i in images] == [1, 2] and images[0].width > 3'
    assert isinstance(check(Program(right), registry, several), Checked)
    for wrong, said in (
        ('answer = COUNT(image, "dog")', "write images[0]"),
        ('answer = COUNT(images, "dog")', "COUNT(image: Image"),
        ("answer = images.width", "one of its items"),
    ):
        found = check(Program(wrong), registry, several)
        assert not isinstance(found, Checked)
        assert said in found[0].render()


class Size(enum.Enum):
    """An enumeration of numbers."""

    SMALL = 1
    LARGE = 2


@tool
def LEVEL(
    image: Image, level: Literal[1, 2, 3] = 1, size: Size = Size.SMALL, deep: Literal[True] | None = None
) -> Literal[1, 2]:
    """A level of the image."""
    return 1


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("answer = LEVEL(image, 4)", "no level 4. It is one of 1, 2, 3."),
        ("answer = LEVEL(image, level=-1)", "no level -1"),
        ("answer = LEVEL(image, size=3)", "no size 3. It is one of 1, 2."),
        ("answer = LEVEL(image, size=True)", "no size True"),
        ("answer = LEVEL(image, deep=False)", "no deep False"),
        ("answer = LEVEL(image, level='2')", "no level '2'"),
        ("answer = LEVEL(image) == 3", "never 3. It is one of 1, 2."),
        ("answer = LEVEL(image) in [1, 4]", "never 4"),
        ("n = LEVEL(image)\nanswer = n.left if n == 2 else 0", "int has no attribute 'left'"),
        ("answer = LEVEL(image, 3, 2, True) + LEVEL(image, level=True)", ""),
        ("n = LEVEL(image)\nanswer = -n if n == 1 else n / 2 if n == 2.0 else 0", ""),
        ("n = 3\nanswer = LEVEL(image, n, deep=None) == True", ""),
    ],
)
def test_numbers_of_which_a_tool_takes_only_some(source: str, said: str) -> None:
    made = Registry()
    made.add(LEVEL)
    found = check(Program(source), made)
    told = "" if isinstance(found, Checked) else render(found, source)
    assert said in told and bool(said) == bool(told)


def test_hints_name_only_tools_that_are_there(registry: Registry) -> None:
    few = Registry()
    few.add(DETECT)
    sources = [row["wrong"] for row in rows("wrong.toml")]
    told = [d for source in sources for d in _told(source, few)]
    hints = " ".join(d.hint for d in told if d.code != "undefined")
    assert not re.search(r"\b(COUNT|EXISTS|LOC|COLOR)\b(?!\()", hints)
    assert "EXISTS" in _told("try:\n    answer = 1\nexcept: pass", registry)[0].hint


def _told(source: str, registry: Registry) -> tuple[Diagnostic, ...]:
    found = check(Program(source), registry)
    return () if isinstance(found, Checked) else found


def test_a_wrong_item_of_an_empty_dict_is_reported_in_a_loop(registry: Registry) -> None:
    found = _told("d = {}\nfor n in ['a', 'b']:\n    d[n] = n + c\nanswer = d", registry)
    assert [d.code for d in found] == ["undefined"]


def test_an_answer_does_not_stand_whatever_the_picture_shows(registry: Registry) -> None:
    question = "Is the lemon left of the orange?"
    always = Program('left = LEFT_OF(LOC(image, "lemon"), LOC(image, "orange"))\nanswer = True', question)
    found = check(always, registry, expected=expected_answer(question))
    assert isinstance(found, tuple)
    assert [(problem.code, problem.line) for problem in found] == [("always-the-same", 2)]
    itself = Program('lemon = LOC(image, "lemon")\nanswer = "left" == "left"', question)
    assert not isinstance(check(itself, registry, expected=expected_answer(question)), Checked)
    set_twice = Program('answer = False\nif EXISTS(image, "lemon"):\n    answer = True', question)
    assert isinstance(check(set_twice, registry, expected=expected_answer(question)), Checked)
    beside = Program('answer = EXISTS(image, "lemon")\nnumber = 1', question)
    assert isinstance(check(beside, registry, expected=expected_answer(question)), Checked)


def test_all_findings_come_in_the_order_of_the_lines(registry: Registry) -> None:
    found = check(Program('a = LOCATE(image, "dog")\nb = CROP(image, 3)\nanswer = c'), registry)
    assert not isinstance(found, Checked)
    assert [(d.line, d.code) for d in found] == [(1, "unknown-tool"), (2, "argument-type"), (3, "undefined")]


def test_a_checked_program_names_the_tools_that_it_uses(registry: Registry) -> None:
    checked = check(Program('answer = COUNT(DETECT(image, "dog"))\nfind = LOC'), registry)
    assert isinstance(checked, Checked)
    assert sorted(checked.tools) == ["COUNT", "DETECT", "LOC"]


@pytest.mark.parametrize("source", ['answer = "blue"', 'if 2 > 1:\n    answer = "blue"\nelse:\n    answer = "red"'])
def test_what_a_picture_shows_is_not_known_without_looking(source: str, registry: Registry) -> None:
    question = "What color is the sky?"
    found = check(Program(source, question), registry, expected=expected_answer(question))
    assert isinstance(found, tuple)
    assert found[0].code == "looks-at-nothing"
    looks = Program('answer = "blue" if image.width > 9 else "red"', question)
    assert isinstance(check(looks, registry, expected=expected_answer(question)), Checked)
    assert isinstance(check(Program(source), registry), Checked), "who writes a program may answer what they like"
