"""`looksmith describe` and the language model as a writer."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from looksmith.agent.cli import describe as cli_describe
from looksmith.agent.cli.describe import describe
from looksmith.agent.llm.describer import ChatWriter
from looksmith.agent.llm.llm import NoServer, Sample, Scripted, TruncatedReply
from looksmith.tools.name.cupl import QUESTIONS, Describer
from looksmith.tools.name.descriptors import DescriptorStore

EARS = "A papillon has large ears like butterfly wings."
COAT = "The long coat of a papillon is white with brown patches."


def script(*replies):
    return Scripted([*replies, *["Loyal and clever all day."] * (len(QUESTIONS) - len(replies))])


@pytest.fixture
def ask(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Runs the command with a model that says what it is told to."""

    def run(llm, *arguments: str):
        monkeypatch.setattr(cli_describe, "llm_from", lambda options, settings: llm)
        return CliRunner().invoke(describe, [*arguments, "--home", str(tmp_path)])

    return run


def test_every_question_is_a_conversation_of_its_own():
    llm = Scripted([[EARS, Sample("The coat", truncated=True)], TruncatedReply("cut"), "x"])
    replies = ChatWriter(lambda: llm).write(["one", "two", "three"], 2, 0.7, 11)
    assert replies == [[EARS, "The coat"], [], ["x"]]
    assert [[message["content"] for message in talk] for talk in llm.asked] == [["one"], ["two"], ["three"]]
    assert {(s.n, s.temperature, s.seed, s.greedy) for s in llm.wanted} == {(2, 0.7, 11, False)}
    assert ChatWriter(lambda: llm).model == "scripted"


def test_the_sentences_are_printed_and_kept(ask, tmp_path: Path):
    llm = script([EARS, COAT])
    result = ask(llm, "papillon", "--domain", "a kind of dog", "--samples", "2", "--seed", "3")
    assert result.exit_code == 0, result.output
    assert "papillon (a kind of dog): 2 sentences by scripted" in result.output
    assert f"  {EARS}\n  {COAT}\n" in result.output
    assert "dropped, nothing visible: Loyal and clever" in result.output
    kept = Describer(DescriptorStore(tmp_path / "descriptors")).describe("papillon")
    assert kept.sentences == (EARS, COAT) and (kept.seed, kept.samples) == (3, 2)
    assert all(sampling.seed == 3 for sampling in llm.wanted)
    again = ask(Scripted([]), "papillon", "--domain", "a kind of dog", "--samples", "2", "--seed", "3")
    assert again.output == result.output


def test_as_json(ask):
    replies = [EARS, "A phalene has ears that hang down."]
    llm = Scripted([reply for reply in replies for _ in QUESTIONS])
    result = ask(llm, "papillon", "phalene", "--json")
    told = json.loads(result.stdout.splitlines()[-1])
    assert [(one["label"], one["sentences"]) for one in told] == [("papillon", [EARS]), ("phalene", [replies[1]])]
    assert told[0]["dropped"][0]["reason"] == "duplicate"


def test_what_could_steer_a_terminal_is_not_printed(ask):
    result = ask(script("A papillon has \x1b[31mred ears and a tail."), "papillon")
    assert result.exit_code == 0 and "\x1b" not in result.output


@pytest.mark.parametrize(
    ("llm", "arguments", "status", "said"),
    [
        (Scripted([NoServer("No LLM server answers.")]), ("papillon",), 3, "No LLM server answers"),
        (script(), ("papillon",), 2, "No sentence about 'papillon' can be used"),
        (script(), (" ",), 2, "empty"),
        (script(), ("papillon", "--temperature", "0"), 2, "Ask for one sample"),
        (script(), (), 2, "Missing argument"),
    ],
)
def test_what_goes_wrong_is_told_in_a_sentence(ask, llm, arguments, status, said):
    result = ask(llm, *arguments)
    assert result.exit_code == status and said in result.output and "Traceback" not in result.output
