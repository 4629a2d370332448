"""Guesses: if no vision model can tell the answer, the language model guesses it from notes of what was seen.

Yang et al., "An Empirical Study of GPT-3 for Few-Shot Knowledge-Based VQA", AAAI 2022: a language model answers
questions about an image from a textual description. Guessed answers are marked as such.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from ...programs.prompt import Message, inert
from ...programs.question.expected_answer import AnswerKind, Expected, expected_answer

RIGHT: Mapping[AnswerKind, float] = {"yes/no": 0.5, "choice": 0.45}
"""The kinds of answers that are guessed, with the accuracy of such guesses on the development photos. Guessed names,
numbers, colours and texts were right in one of five cases, so these are not guessed."""

ASSUMED = "no model here could see it: guessed from what was seen around"
"""The assumption shown with a guessed answer."""

READ_ALL = "what bears the text was not found: took what is written in the picture"
"""The assumption shown with a text that was read anywhere in the image."""
READ_ALL_RIGHT = 0.35
"""The accuracy of this on the development photos."""

_RULES = (
    "You answer questions about a photo that you cannot see. You get notes on what a weak detector saw in it; it misses"
    " things. Give the most likely answer in a few words, never an explanation."
)
_SHOTS = (
    ("Things seen: 1 dog (black middle). It may show: beach, retriever.", "Is there water behind the dog?", "yes"),
    ("Things seen: 2 person (left, right); 1 bench (brown middle).", "What are they sitting on?", "bench"),
    ("Things seen: 1 cup (white middle). It may show: espresso.", "Is the cup full or empty?", "full"),
    ("Things seen: 3 car (red left, gray middle, white right).", "How many people are crossing the street?", "1"),
    ("Things seen: 1 sheep (white left). It may show: ram, hay.", "What is growing behind the sheep?", "grass"),
    ("Things seen: 1 bicycle (red left).", "Is anybody riding the bicycle?", "no"),
    ("Things seen: 2 person (left, right).", "The two people stand close together.", "yes"),
)
MAX_NOTES = 800
"""Maximum characters of notes: text that is read in a photo may be long."""


def notes_program(question: str, expected: Expected) -> str:
    """The program whose result a guess is based on: a caption, or the text in the image."""
    what = " ".join(question.split())
    return f"answer = READ(image, {json.dumps(what)})" if expected.kind == "text" else "answer = CAPTION(image)"


def guess_messages(question: str, notes: str) -> list[Message]:
    """The messages of the request, ending with the question and the notes."""
    talk = [Message(role="system", content=_RULES)]
    for seen, asked, answer in _SHOTS:
        talk.append(Message(role="user", content=_asked(seen, asked)))
        talk.append(Message(role="assistant", content=answer))
    talk.append(Message(role="user", content=inert(_asked(notes[:MAX_NOTES], question))))
    return talk


def guess_grammar(expected: Expected) -> str:
    """The grammar of possible answers to the question, in xgrammar's EBNF."""
    words = expected.choices or ("yes", "no")
    return "root ::= " + " | ".join(json.dumps(word, ensure_ascii=False) for word in words)


def read_guess(reply: str, expected: Expected) -> bool | str | None:
    """The answer in a reply; None if there is none."""
    said = reply.strip().splitlines()[0].strip(' ."') if reply.strip() else ""
    if expected.kind == "yes/no":
        return {"yes": True, "no": False}.get(said.lower())
    return said or None


def _asked(notes: str, question: str) -> str:
    told = expected_answer(question).told
    return f"{notes}\nQuestion: {question.strip()}" + (f"\nAnswer with {told}." if told else "")
