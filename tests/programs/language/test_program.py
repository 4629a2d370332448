"""A program is taken out of a model's reply, or the reply is refused with a reason."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from looksmith.programs.language.diagnostics import Diagnostic
from looksmith.programs.language.program import Program, sets_answer
from looksmith.tools.core.errors import InputError

CODE = 'boat = LOC(image, "boat")\nanswer = COLOR(image, boat)'


def taken(reply: str) -> str:
    program = Program.from_reply(reply, "What?")
    assert isinstance(program, Program), program
    assert program.question == "What?"
    return program.source


def refused(reply: str) -> Diagnostic:
    diagnostic = Program.from_reply(reply, "What?")
    assert isinstance(diagnostic, Diagnostic), diagnostic
    assert (diagnostic.kind, diagnostic.code) == ("parse_error", "no-code")
    assert "answer" in diagnostic.hint
    return diagnostic


@pytest.mark.parametrize(
    "reply",
    [
        CODE,
        f"\n\n{CODE}\n\n",
        f"```\n{CODE}\n```",
        f"```python\n{CODE}\n```",
        f"``` py title=x\n{CODE}\n```",
        f"Here is the program:\n\n```python\n{CODE}\n```\n\nIt looks for the boat first.",
        f"```python\n{CODE}\n",
        f"```python\n{CODE}",
        '1. The program:\n\n   ```python\n   boat = LOC(image, "boat")\n   answer = COLOR(image, boat)\n   ```\n',
        f"The color of the boat is asked for.\n\n{CODE}\n\nThis finds the boat, then its color.",
        f"Sure, here you go: it's easy!\n{CODE}\nI hope that it helps (really).",
        f"```text\nfirst think about the boat\n```\n```python\n{CODE}\n```",
        f'```python\nanswer = LOC(image, "ship")\n```\nThat is wrong. Rather:\n```python\n{CODE}\n```',
    ],
)
def test_the_program_is_found(reply: str) -> None:
    assert taken(reply) == CODE


def test_one_block_is_taken_even_if_it_is_wrong() -> None:
    assert taken("Look:\n```python\nanswer = = 1\n```") == "answer = = 1"


def test_of_several_blocks_the_last_with_an_answer_counts() -> None:
    reply = "```\nanswer = 1\n```\n```\nanswer = 2\n```\n```\nprint(3)\n```"
    assert taken(reply) == "answer = 2"


def test_blocks_are_never_joined() -> None:
    parts = ['```\nboats = DETECT(image, "boat")\n```', "```\nn = len(boats)\n```", "```\nanswer = n\n```"]
    assert taken("\nThen:\n".join(parts)) == "answer = n"


def test_several_blocks_without_an_answer_are_refused() -> None:
    assert "2 code blocks" in refused("```\nx = 1\n```\n```\ny = 2\n```").message


@pytest.mark.parametrize(
    "reply",
    ["", "   \n", "I cannot see any boat.", 'print("answer = 1")', 'note = """\nanswer = 1\n"""\n', "# answer = 1"],
)
def test_without_a_program_the_reply_is_refused(reply: str) -> None:
    refused(reply)


def test_a_hundred_kilobytes_of_prose() -> None:
    refused("The boat is to the left of the pier.\n" * 2_800)
    assert taken("The boat (it's red) is left.\n" * 500 + CODE + "\n" + "Nothing else matters here.\n" * 3_000) == CODE


def test_a_hundred_kilobytes_of_code_is_left_to_the_checker() -> None:
    long = "answer = 1\n" * 9_000
    assert taken(f"```\n{long}```") == long.strip("\n")


def test_an_answer_inside_a_string_is_none() -> None:
    assert not sets_answer('x = "answer = 1"')
    assert sets_answer("for answer in [1]:\n    pass")


@settings(max_examples=300)
@given(
    st.text()
    | st.lists(st.sampled_from(["```", "```python", "answer = 1", "  x", "\n", "\x00", "\ud800", "'''", "("])).map(
        "\n".join
    )
)
def test_no_text_is_too_odd(reply: str) -> None:
    assert isinstance(Program.from_reply(reply, ""), Program | Diagnostic)


def test_from_file(tmp_path: Path) -> None:
    path = tmp_path / "program.py"
    path.write_text(CODE, encoding="utf-8")
    assert Program.from_file(path) == Program(CODE, origin="file")
    path.write_bytes(b"answer = '\xff'")
    for bad in (path, tmp_path, tmp_path / "none.py"):
        with pytest.raises(InputError):
            Program.from_file(bad)
