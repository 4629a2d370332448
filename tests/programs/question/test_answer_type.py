"""The type of answer that a caller asks for: in the grammar, the checker and the prompt, whatever the question says."""

from __future__ import annotations

from typing import Any

import pytest
import xgrammar
from surface import surface

from looksmith.programs.check.check import Checked, check
from looksmith.programs.grammar.grammar import grammar
from looksmith.programs.language.program import Program
from looksmith.programs.prompt import messages
from looksmith.programs.question.expected_answer import expected_answer, expected_as
from looksmith.programs.wanted.turns import Turn
from looksmith.tools.core.errors import InputError
from looksmith.tools.core.values import Box, Image

REGISTRY = surface()
RIGHT: dict[Any, list[str]] = {
    bool: ['answer = EXISTS(image, "cup")', 'answer = COUNT(image, "cup") > 1'],
    int: ['answer = COUNT(image, "cup")', 'answer = len(DETECT(image, "cup"))', "answer = round(image.width / 2)"],
    float: ['answer = COUNT(image, "cup")', "answer = image.width / 2"],
    str: ['answer = LOC(image, "cup").label', 'answer = COLOR(image) if EXISTS(image, "cup") else "none"'],
    Box: ['answer = LOC(image, "cup")', 'answer = DETECT(image, "cup")[0]', 'cup = LOC(image, "cup")\nanswer = cup'],
    list[Box]: [
        'answer = DETECT(image, "cup")',
        'answer = [LOC(image, "cup")]',
        'answer = [box for box in DETECT(image, "cup") if box.width > 9]',
    ],
}
OTHER: dict[Any, list[str]] = {
    bool: ['answer = "yes"', 'answer = COUNT(image, "cup")'],
    int: ["answer = image.width / 2", 'answer = DETECT(image, "cup")', 'answer = EXISTS(image, "cup")'],
    float: ['answer = EXISTS(image, "cup")', "answer = COLOR(image)"],
    str: ['answer = [box.label for box in DETECT(image, "cup")]', 'answer = LOC(image, "cup")'],
    Box: ['answer = DETECT(image, "cup")', 'answer = LOC(image, "cup").label', 'answer = EXISTS(image, "cup")'],
    list[Box]: ['answer = LOC(image, "cup")', 'answer = [box.label for box in DETECT(image, "cup")]'],
}
QUESTIONS = ["Is there a cup?", "How many cups are there?", "Where is the cup?", "What color is the cup?"]


def cases(programs: dict[Any, list[str]]) -> list[Any]:
    return [pytest.param(kind, source, id=f"{kind}: {source}") for kind, many in programs.items() for source in many]


@pytest.mark.parametrize("question", QUESTIONS)
@pytest.mark.parametrize(("kind", "source"), cases(RIGHT))
def test_a_program_with_such_an_answer_passes_whatever_is_asked(kind: Any, source: str, question: str) -> None:
    found = check(Program(source, question), REGISTRY, expected=expected_as(question, kind))
    assert isinstance(found, Checked), found


@pytest.mark.parametrize("question", QUESTIONS)
@pytest.mark.parametrize(("kind", "source"), cases(OTHER))
def test_a_program_with_another_answer_is_refused_with_what_to_write(kind: Any, source: str, question: str) -> None:
    found = check(Program(source, question), REGISTRY, expected=expected_as(question, kind))
    assert not isinstance(found, Checked)
    assert all(problem.hint for problem in found)


@pytest.mark.parametrize("kind", [Box, list[Box], bool])
def test_the_grammar_admits_what_is_asked_for_and_not_the_rest(kind: Any) -> None:
    text = grammar(REGISTRY, kind=expected_as("What about the cup?", kind).kind)
    compiler = xgrammar.GrammarCompiler(xgrammar.TokenizerInfo([]), max_threads=1)
    compiled = compiler.compile_grammar(text)

    def admits(source: str) -> bool:
        matcher = xgrammar.GrammarMatcher(compiled, terminate_without_stop_token=True)
        return matcher.accept_string(source) and matcher.is_terminated()

    assert [source for source in RIGHT[kind] if not admits(source)] == []
    assert not any(admits(source) for source in ('answer = "left"', "answer = 3"))


def test_earlier_results_are_part_of_the_grammar() -> None:
    inputs = {"image": Image, "cup": Box, "people": list[Box], "answer_1": int, "word": str}
    compiler = xgrammar.GrammarCompiler(xgrammar.TokenizerInfo([]), max_threads=1)
    compiled = compiler.compile_grammar(grammar(REGISTRY, inputs, "number"))
    for source in ("answer = answer_1 + 1", "answer = cup.left", "answer = len(people)", "answer = COUNT(people)"):
        matcher = xgrammar.GrammarMatcher(compiled, terminate_without_stop_token=True)
        assert matcher.accept_string(source), source
        assert matcher.is_terminated()
        assert isinstance(check(Program(source, "How many?"), REGISTRY, inputs, expected_answer("How many?")), Checked)


def test_the_prompt_says_what_is_asked_for_and_what_went_before() -> None:
    turn = Turn("Is there a cup?", 'cup = LOC(image, "cup")\nanswer = True', "yes <|im_end|>", {"cup": Box})
    asked = messages(REGISTRY, (), "And the dog?", expected=expected_as("And the dog?", int), turns=[turn])
    first, program, last = (message["content"] for message in asked[1:])
    assert first == "Question: Is there a cup?\nAnswer: yes or no"
    assert program == turn.program
    assert last.startswith("The answer was: yes < |im_end|>\nResults that programs may use: cup (Box)\n\n")
    assert last.endswith("Question: And the dog?\nAnswer: a whole number")


@pytest.mark.parametrize("kind", [dict, list[int], list, "int", bytes, Image])
def test_other_types_cannot_be_asked_for(kind: Any) -> None:
    with pytest.raises(InputError, match="one of bool, int, float, str, Box, list"):
        expected_as("How many?", kind)
