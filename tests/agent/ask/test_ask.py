"""The loop from question to answer, with a scripted model and with tools of the test's own."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image as Pillow

from looksmith.agent.ask.loop import Answer, Bench
from looksmith.agent.ask.writing import Writing
from looksmith.agent.inputs.subject import Subject
from looksmith.agent.llm.llm import LLMTimeout, NoServer, Scripted, TruncatedReply
from looksmith.agent.reading.said import answer_text
from looksmith.agent.traces.run_record import RunRecord
from looksmith.agent.traces.runs import Runs, StoredRun
from looksmith.agent.traces.trace import Attempt, Check, End, Execution, Step
from looksmith.programs.language.program import Program
from looksmith.sandbox.pool import SandboxError
from looksmith.sandbox.run import Limits, Sandbox
from looksmith.tools.core.errors import InputError, NoDetection, UnknownName
from looksmith.tools.core.example import Example
from looksmith.tools.core.registry import Registry
from looksmith.tools.core.tool import Scored, tool
from looksmith.tools.core.values import Box, Image
from looksmith.tools.engine.executor import Executor


@tool
def FIND(image: Image, name: str) -> Scored[Box]:
    """The box of the named thing."""
    if name == "unicorn":
        raise UnknownName('The detector does not know "unicorn".', hint="It knows horse.")
    if name == "ghost":
        raise NoDetection("No ghost was found in the image.")
    return Scored(Box(10, 10, 40, 30, name, 0.9), {name: 0.9, "other": 0.1})


@tool
def CUT(image: Image, box: Box) -> Image:
    """The part of the image inside the box."""
    return image.crop(box)


@tool
def BREAK(image: Image) -> int:
    """Fails."""
    raise ZeroDivisionError("boom")


SUBJECT = Subject.of(Image.of(Pillow.new("RGB", (64, 48), "red")), "red.png")


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(Limits(seconds=20, compute_seconds=2, tool_calls=20)) as made:
        yield made


@pytest.fixture
def asker(tmp_path: Path, sandbox: Sandbox) -> Bench:
    registry = Registry()
    registry.add(FIND, CUT, BREAK)
    example = Example(question="Where is the cat?", program='answer = FIND(image, "cat")')
    return Bench(registry, Executor(registry), sandbox, Runs(tmp_path / "runs"), [example])


ONE = Writing(samples=1)


def ask(bench: Bench, *replies: str, question: str = "How wide is the cup?") -> Answer:
    return bench.ask(SUBJECT, question, Scripted(replies))


def stored(answer: Answer) -> StoredRun:
    return Runs(answer.run.parent).load(answer.run.name)


def test_a_remark_beside_the_question_is_kept_for_people_and_not_shown_to_the_model(asker: Bench) -> None:
    question = "My shelf is narrow. How wide is the cup?"
    answer = ask(asker, 'answer = FIND(image, "cup").width', question=question)
    run = stored(answer)
    attempt = next(event for event in run.events if isinstance(event, Attempt))
    assert "shelf" not in attempt.messages[-1]["content"]
    assert run.record.question == question


def test_an_answer_comes_with_every_step(asker: Bench) -> None:
    answer = ask(asker, 'cup = FIND(image, "cup")\nanswer = CUT(image, cup).width')
    assert (answer.outcome, answer.value, answer.text) == ("ok", 30, "30")
    run = stored(answer)
    assert [type(event) for event in run.events] == [Attempt, Check, Execution, Step, Step, End]
    find, cut = (event for event in run.events if isinstance(event, Step))
    assert (find.tool, find.line, find.scores) == ("FIND", 1, {"cup": 0.9, "other": 0.1})
    assert (cut.tool, cut.line) == ("CUT", 2)
    assert cut.arguments["image"]["image"] == SUBJECT.images[0].source
    assert run.record.outcome == "ok"
    assert run.record.answer == 30


def test_the_prompt_ends_with_the_question_and_shows_tools_and_examples(asker: Bench) -> None:
    script = Scripted(["answer = 1"])
    asker.ask(SUBJECT, "  How wide is the cup?\n", script)
    system, *examples, last = script.asked[0]
    assert "FIND(image: Image, name: str) -> Box" in system["content"]
    assert examples[0]["content"] == "Question: Where is the cat?"
    assert last["content"] == "Question: How wide is the cup?\nAnswer: a number"


def test_a_rejected_program_goes_back_with_its_diagnostics(asker: Bench) -> None:
    script = Scripted(['answer = FIND(image, "cup", 3)', 'answer = FIND(image, "cup").width'])
    answer = asker.ask(SUBJECT, "How wide is the cup?", script, ONE)
    assert answer.value == 30
    assert "takes 2 positional arguments, got 3" in script.asked[1][-1]["content"]
    assert [e.number for e in stored(answer).events if isinstance(e, Attempt)] == [1, 2]


def test_a_program_is_repaired_three_times_at_most(asker: Bench) -> None:
    script = Scripted([f"answer = NOPE({i})" for i in range(9)])
    answer = asker.ask(SUBJECT, "How wide is the cup?", script, ONE)
    assert answer.outcome == "type_error"
    assert len(script.asked) == 4
    assert "There is no tool NOPE" in answer.message


def test_a_model_that_repeats_itself_is_not_asked_again(asker: Bench) -> None:
    script = Scripted(["answer = NOPE()"] * 9)
    answer = asker.ask(SUBJECT, "How wide is the cup?", script, ONE)
    assert answer.outcome == "type_error"
    assert len(script.asked) == 2


@pytest.mark.parametrize(
    ("reply", "outcome", "told"),
    [
        ("I am sorry, I cannot do that.", "parse_error", "no Python program"),
        ("answer = (1,", "parse_error", "no Python program"),
        ("```python\nanswer = (1,\n```", "parse_error", "not Python"),
        ("import os\nanswer = 1", "policy_error", "not part of the language"),
        ("answer = FIND(image)", "type_error", "needs name"),
        ('answer = FIND(image, "cup")', "type_error", "The question asks for a number"),
        ('answer = FIND(image, "unicorn").width', "tool_error", "does not know"),
        ('answer = FIND(image, "ghost").width', "no_detection", "No ghost was found"),
        ("answer = BREAK(image)", "tool_error", "ZeroDivisionError: boom"),
        (
            'n = 0\nfor i in range(99):\n    b = FIND(image, "cup")\n    n = n + 1\nanswer = n',
            "budget",
            "more than 20 tool calls",
        ),
        ("for i in range(10**6):\n    x = sum(range(10**6))\nanswer = 1", "timeout", "stopped after 2 s"),
        ("answer = [1][int('2')]", "crashed", "IndexError"),
        ("answer = 1 / int('0')", "crashed", "ZeroDivisionError"),
    ],
)
def test_a_failure_is_an_outcome_and_never_an_answer(asker: Bench, reply: str, outcome: str, told: str) -> None:
    answer = ask(asker, *[reply] * 4)
    assert answer.outcome == outcome
    assert answer.value is None
    assert not answer.ok
    assert told in answer.message
    run = stored(answer)
    assert run.record.outcome == outcome
    assert run.record.answer is None
    assert isinstance(run.events[-1], End)


def test_steps_before_a_failure_are_kept(asker: Bench) -> None:
    answer = ask(asker, 'cup = FIND(image, "cup")\nghost = FIND(image, "ghost")\nanswer = len([cup, ghost])')
    run = stored(answer)
    steps = [event for event in run.events if isinstance(event, Step)]
    assert [step.error is None for step in steps] == [True, False]
    end = run.events[-1]
    assert isinstance(end, End)
    assert end.line == 2
    assert end.variables["cup"]["label"] == "cup"


@pytest.mark.parametrize("error", [NoServer("nobody"), LLMTimeout("late"), TruncatedReply("cut")])
def test_a_model_that_does_not_reply_is_told_and_written_down(asker: Bench, error: NoServer) -> None:
    answer = asker.ask(SUBJECT, "How wide is the cup?", Scripted([error]), ONE)
    assert answer.outcome == "llm_error"
    assert str(error) in answer.message
    attempt = stored(answer).events[0]
    assert isinstance(attempt, Attempt)
    assert attempt.error == str(error)


@pytest.mark.parametrize(
    "reply",
    [
        "```python\nanswer = 7\n```",
        "Here is the program:\n\n```\nanswer = 7\n```\nIt answers the question.",
        "First try:\n```python\nanswer = 3 +\n```\nBetter:\n```python\nanswer = 7\n```",
        "Sure! The program is\n\nx = 3\nanswer = x + 4\n\nThis adds the numbers.",
        "answer = 7",
    ],
)
def test_the_program_is_found_in_the_reply(asker: Bench, reply: str) -> None:
    assert ask(asker, reply).value == 7


def test_an_image_can_be_the_answer(asker: Bench) -> None:
    answer = ask(asker, 'answer = CUT(image, FIND(image, "cup"))', question="Where is the cup?")
    assert isinstance(answer.value, Image)
    assert (answer.value.width, answer.value.left) == (30, 10)
    assert answer.text == "image 30 x 20 at (10, 10)"
    assert json.loads((answer.run / "run.json").read_text())["answer"]["type"] == "image"


@pytest.mark.parametrize("question", ["", "  \n", "?", "why? " * 20_000])
def test_a_question_must_have_words_and_an_end(asker: Bench, question: str) -> None:
    with pytest.raises(InputError, match=r"empty|no word|characters"):
        ask(asker, "answer = 1", question=question)


def test_a_program_by_hand_needs_no_model(asker: Bench) -> None:
    answer = asker.run(SUBJECT, Program('answer = FIND(image, "cup").label', origin="file"))
    assert answer.value == "cup"
    assert stored(answer).record.model == ""


def test_every_second_of_a_run_is_accounted_for(asker: Bench) -> None:
    timing = ask(asker, 'answer = FIND(image, "cup").width').timing
    assert timing.own >= 0
    assert timing.total == pytest.approx(timing.llm + timing.tools + timing.load + timing.own)


@pytest.mark.parametrize(
    ("answer", "text"),
    [(True, "yes"), (False, "no"), ("red", "red"), (3, "3"), (0.5, "0.5"), (None, "None"), (["a", 1], "['a', 1]")],
)
def test_answers_are_said_as_people_say_them(answer: object, text: str) -> None:
    assert answer_text(answer) == text


def test_a_sandbox_that_does_not_start_ends_the_run_too(asker: Bench) -> None:
    with Sandbox(zygote=(sys.executable, "-c", "")) as broken, pytest.raises(SandboxError) as raised:
        ask(replace(asker, sandbox=broken), "answer = 1")
    (run,) = asker.runs.list()
    assert isinstance(run, RunRecord)
    assert (run.outcome, run.message) == ("crashed", str(raised.value))


def test_several_threads_ask_at_once(asker: Bench) -> None:
    """Each question has a run of its own with its own steps, a tool set is loaded once, no worker is shared."""
    names = [f"thing {letter}" for letter in "abcdefghijkl"]

    def one(name: str) -> Answer:
        return asker.ask(SUBJECT, f"What is {name[-1]}?", Scripted([f'answer = FIND(image, "{name}").label']))

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(one, names))
    assert [answer.value for answer in answers] == names
    runs = [stored(answer) for answer in answers]
    assert [run.record.question for run in runs] == [f"What is {name[-1]}?" for name in names]
    assert len({run.folder for run in runs}) == 12
    assert [[e.arguments["name"] for e in run.events if isinstance(e, Step)] for run in runs] == [[n] for n in names]


@tool
def BOY(image: Image) -> Scored[Box]:
    """The box of the boy, as far as anybody can tell."""
    box = Box(10, 10, 40, 30, "person", 0.5)
    return Scored(box, assumptions=("took 'boy' for 'person'",), confidence=0.55)


@tool
def LETTERS(image: Image) -> Scored[str]:
    """What is written there: nothing."""
    return Scored("", confidence=0.9)


@tool
def SHADE(image: Image, box: Box) -> Scored[str]:
    """The color of what is in the box."""
    return Scored("the red cup", confidence=0.8)


@pytest.fixture
def unsure(asker: Bench) -> Bench:
    asker.registry.add(BOY, LETTERS, SHADE)
    return asker


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("Is there a cup?", "yes or no"),
        ("How many cups are there?", "a number"),
        ("Is the cup red or white?", '"red" or "white"'),
        ("Where is the cup?", ""),
    ],
)
def test_what_a_question_asks_for_is_written_down(asker: Bench, question: str, expected: str) -> None:
    answer = ask(asker, "answer = NOPE()", question=question)
    assert (stored(answer).record.expected, answer.expected) == (expected, expected)


def test_an_answer_says_what_was_assumed_and_how_sure_it_is(unsure: Bench) -> None:
    source = "boy = BOY(image)\nanswer = SHADE(image, boy)"
    answer = ask(unsure, source, question="What color is the boy's shirt?")
    assert answer.assumptions == ("took 'boy' for 'person'",)
    assert answer.confidence == pytest.approx(0.55 * 0.8), "what the steps say, and what written programs are worth"
    assert (answer.value, answer.text) == ("the red cup", "probably the red cup")
    run = stored(answer)
    end = run.events[-1]
    assert isinstance(end, End)
    assert (end.assumptions, end.confidence) == (run.record.assumptions, run.record.confidence)
    assert (end.assumptions, end.confidence) == (answer.assumptions, answer.confidence)
    boy = next(event for event in run.events if isinstance(event, Step))
    assert (boy.assumptions, boy.confidence) == (("took 'boy' for 'person'",), 0.55)


def test_only_the_steps_of_the_program_that_won_count(unsure: Bench) -> None:
    broken = "boy = BOY(image)\nanswer = [boy.width][1]"
    answer = ask(unsure, broken, 'answer = FIND(image, "cup").width')
    assert (answer.value, answer.assumptions, answer.confidence) == (30, (), None)
    assert answer.text == "30"


def test_a_sure_answer_is_not_probable(unsure: Bench) -> None:
    source = 'answer = SHADE(image, FIND(image, "cup"))'
    answer = ask(unsure, source, question="What color is the cup?")
    assert (answer.text, answer.confidence) == ("the red cup", pytest.approx(0.8 * 0.8))
    assert unsure.run(SUBJECT, Program(source, origin="file")).confidence == 0.8, "a person means what they write"


def test_an_either_or_question_is_answered_in_its_own_words(unsure: Bench) -> None:
    source = 'answer = SHADE(image, FIND(image, "cup"))'
    answer = ask(unsure, source, question="Is the cup red or white?")
    assert (answer.value, stored(answer).record.answer) == ("red", "red")


def test_an_empty_text_answers_nothing(unsure: Bench) -> None:
    answer = ask(unsure, "answer = LETTERS(image)", question="What does the sign say?")
    assert (answer.outcome, answer.value) == ("no_detection", None)
    assert "nothing to say" in answer.message
    assert stored(answer).record.answer is None
