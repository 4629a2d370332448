"""What the language model is asked, and in which order."""

from __future__ import annotations

from surface import surface

from looksmith.programs.check.check import Checked, check
from looksmith.programs.examples.bank import fitting, load_bank, usable
from looksmith.programs.examples.core import choose_core
from looksmith.programs.language.diagnostics import Diagnostic
from looksmith.programs.language.program import Program
from looksmith.programs.prompt import Message, Rejected, messages
from looksmith.tools.core.example import Example
from looksmith.tools.core.registry import Registry
from looksmith.tools.core.tool import tool
from looksmith.tools.core.values import Box, Image

EXAMPLES = (
    Example(question="How many dogs?", program='\nanswer = TALLY(image, "dog")\n'),
    Example(question="How many cats?", program='\nanswer = TALLY(image, "cat")\n'),
)


@tool
def TALLY(image: Image, name: str, *, least: float = 0.5) -> int:
    """How many things of {that} name there are."""
    return 0


@tool
def WIDEST(boxes: list[Box]) -> Box:
    """The widest box."""
    return boxes[0]


def registry_of(*tools: object) -> Registry:
    registry = Registry()
    registry.add(*tools)
    return registry


def wrong(source: str) -> tuple[Diagnostic, ...]:
    found = check(Program(source), registry_of(TALLY))
    assert not isinstance(found, Checked)
    return found


def test_rules_and_tools_come_first_then_examples_and_the_question_last() -> None:
    talk = messages(registry_of(TALLY), EXAMPLES, "  How many birds?\n")
    assert [m["role"] for m in talk] == ["system", "user", "assistant", "user", "assistant", "user"]
    assert talk[1]["content"] == "Question: How many dogs?\nAnswer: a number"
    assert talk[2]["content"] == 'answer = TALLY(image, "dog")'
    assert talk[-1]["content"] == "Question: How many birds?\nAnswer: a number"


def test_a_tool_is_described_from_the_moment_it_is_registered() -> None:
    registry = registry_of(TALLY)
    line = "TALLY(image: Image, name: str, *, least: float = 0.5) -> int  # How many things of {that} name there are."
    before = messages(registry, (), "?")[0]["content"]
    assert line in before.splitlines()
    assert "WIDEST" not in before
    registry.add(WIDEST)
    assert (
        "WIDEST(boxes: list[Box]) -> Box  # The widest box." in messages(registry, (), "?")[0]["content"].splitlines()
    )


def test_two_questions_share_everything_before_the_question() -> None:
    registry = registry_of(TALLY, WIDEST)
    first, second = (messages(registry, EXAMPLES, question) for question in ("What is this?", "How {many}?"))
    assert first[:-1] == second[:-1]
    assert first[-1] != second[-1]


NEAREST = (
    Example(question="How many rats?", program='answer = TALLY(image, "rat")'),
    Example(question="How many mice?", program='answer = TALLY(image, "mouse")'),
)
SEVERAL = Example(question="How many in both?", program='answer = TALLY(images[0], "dog") + TALLY(images[1], "dog")')


def questions(talk: list[Message]) -> list[str]:
    asked = [message["content"] for message in talk if message["role"] == "user"]
    return [text.removeprefix("Question: ").partition("\nAnswer: ")[0] for text in asked]


def test_the_nearest_examples_stand_between_the_fixed_ones_and_the_question() -> None:
    talk = messages(registry_of(TALLY), EXAMPLES, "How many cows?", nearest=NEAREST)
    asked = ["How many dogs?", "How many cats?", "How many rats?", "How many mice?", "How many cows?"]
    assert questions(talk) == asked
    assert talk[-2]["content"] == NEAREST[-1].program


def test_other_nearest_examples_leave_the_prefix_as_it_is() -> None:
    registry = registry_of(TALLY)
    first = messages(registry, EXAMPLES, "How many cows?", nearest=NEAREST)
    second = messages(registry, EXAMPLES, "How many hens?", nearest=EXAMPLES[:1])
    fixed = 1 + 2 * len(EXAMPLES)
    assert first[:fixed] == second[:fixed]
    assert questions(second)[-2:] == ["How many dogs?", "How many hens?"]


def test_one_image_and_several_are_shown_their_own_examples() -> None:
    registry, examples = registry_of(TALLY), (*EXAMPLES, SEVERAL)
    one = messages(registry, examples, "How many cows?", nearest=(SEVERAL, *NEAREST))
    assert SEVERAL.question not in questions(one)
    assert "`image` is the image." in one[0]["content"]
    several = messages(registry, examples, "How many cows?", inputs=["images"], nearest=NEAREST)
    assert questions(several) == [SEVERAL.question, "How many cows?"]
    assert "`images` is the list of the images." in several[0]["content"]


def test_the_prompt_leaves_room_for_repairs_and_a_reply() -> None:
    # Qwen's tokenizer makes about 3.6 characters of this text a token; the server reads 4096 tokens, 512 of them reply.
    tools = surface()
    bank = usable(load_bank(), tools)
    longest = sorted(bank, key=lambda e: len(e.question) + len(e.program))[-8:]
    for inputs in (["image"], ["images"]):
        talk = messages(tools, choose_core(bank, ()), "x" * 200, inputs=inputs, nearest=fitting(longest, inputs))
        assert sum(len(message["content"]) + 20 for message in talk) / 3.6 < 3330


def test_a_repair_only_adds_to_the_conversation() -> None:
    registry = registry_of(TALLY)
    source = 'x = 1\nanswer = TALY(image, "dog")'
    rejected = Rejected(f"```\n{source}\n```", source, wrong(source))
    first = messages(registry, EXAMPLES, "How many?")
    second = messages(registry, EXAMPLES, "How many?", [rejected])
    assert second[: len(first)] == first
    attempt, correction = second[len(first) :]
    assert attempt == {"role": "assistant", "content": source}
    assert correction["role"] == "user"
    said = correction["content"].splitlines()
    place = said.index('    answer = TALY(image, "dog")')
    assert said[place + 1] == "line 2: There is no tool TALY. Did you mean TALLY?"
    assert said[-2].startswith("Question:")


def test_each_rejected_attempt_is_followed_by_what_was_wrong_with_it() -> None:
    sources = ["answer = nothing", "answer = 1 + 'a'"]
    attempts = [Rejected(s, s, wrong(s)) for s in sources]
    talk = messages(registry_of(TALLY), (), "?", attempts)
    assert [m["content"] for m in talk[2::2]] == sources
    assert "nothing is not defined" in talk[3]["content"]
    assert "int + str" in talk[5]["content"]


def test_a_reply_without_a_program_is_shown_shortened() -> None:
    reply = "I cannot see. " * 1_000
    none = Program.from_reply(reply, "?")
    assert isinstance(none, Diagnostic)
    talk = messages(registry_of(TALLY), (), "?", [Rejected(reply, "", (none,))])
    assert reply.startswith(talk[-2]["content"])
    assert 0 < len(talk[-2]["content"]) < 5_000
    assert "no Python program" in talk[-1]["content"]


def test_advice_stands_below_the_block_of_what_happened() -> None:
    failed = Rejected("answer = 1", "answer = 1", failure="line 1: It failed.", advice="Write answer = 2")
    told = messages(registry_of(TALLY), (), "Is it there?", [failed])[-1]["content"]
    assert told.splitlines() == [
        "This program failed when it ran:",
        "```text",
        "line 1: It failed.",
        "```",
        "Write answer = 2",
        "Write it again, corrected.",
        "Question: Is it there?",
        "Answer: yes or no",
    ]
