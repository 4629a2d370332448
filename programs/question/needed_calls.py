"""The line that answers a question about a video or an album, for a program that calls a tool which cannot.

The program's author chose what to look for, but not the right tool. So the words of its texts are kept, in the order of
the question and with the adjectives that they have there.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Mapping
from json import dumps

from ...tools.words.english import is_adjective, is_color, singular
from .expected_answer import Expected

WRITE_LINE = "Write "
"""The start of a hint that continues with the whole program."""
_USED_LIKE: Mapping[str, str] = {
    "TOGETHER": 'len(TOGETHER(video, "one", "other")) > 0',
    "FIRST_SEEN": 'FIRST_SEEN(video, "one") < FIRST_SEEN(video, "other")',
    "HOW_LONG": 'HOW_LONG(video, "one") > HOW_LONG(video, "other")',
    "PART": 'SEEN(PART(video, start, end), "thing")',
    "AT": 'EXISTS(AT(video, seconds), "thing")',
    "SPEED": 'SPEED(video, "one") > SPEED(video, "other")',
}
"""Calls of tools that take more than one thing."""
_COMPARED = {"FIRST_SEEN": "<", "HOW_LONG": ">", "SPEED": ">"}
"""The comparison that makes the first of two alternatives the answer: earlier, longer, faster."""
_CONVERSE = re.compile(r"\b(?:later|last|shorter|less|fewer|slower)\b")
_OF_ONE = {
    "HOW_OFTEN": ("number",),
    "HOW_MANY": ("number",),
    "MOST_AT_ONCE": ("number",),
    "HOW_LONG": ("duration",),
    "SEEN": ("yes/no",),
    "FIRST_SEEN": ("time",),
    "LAST_SEEN": ("time",),
    "PHOTO_WITH_MOST": ("photos",),
    "PHOTO_WITH_FEWEST": ("photos",),
    "PHOTOS_WITH": ("number", "yes/no"),
    "PHOTOS_WITHOUT": ("number",),
}
"""Tools whose result, or the number of photos in it, is the answer, with the kind of question."""
_GENERAL = frozenset(("image", "picture", "photo", "thing", "object"))
"""Words that a small model writes where the question names no thing."""
_OF_SEVERAL = re.compile(
    r"\b(?:two|three|four|five|six|\d+|several|single|more than|less than|at least|exactly|only|and|or|but)\b"
)
"""Words that require more of a photo than one thing."""
_JOINED = re.compile(r"\b(?:and|but)\b")
"""Words that introduce a second thing in a question about a video, which the program may have left out."""
_SECONDS = re.compile(r"(\d+(?:\.\d+)?) ?s(?:ec(?:ond)?s?)?\b")
_NO_PROPERTY = frozenset(("different", "many", "several", "same", "other", "single", "first", "last", "more", "most"))
"""Adjectives that do not describe the thing's looks."""


def better_call(tool: str, question: str, expected: Expected, tree: ast.Module) -> tuple[str, bool]:
    """An expression that calls the right tool, and whether it answers the question as it stands.

    tree: the program that does not call the tool. If its texts do not tell what is meant, the expression is a pattern.
    """
    choices = expected.choices
    if tool in _COMPARED and len(choices) == 2 and not _CONVERSE.search(question.lower()):
        one, other = (dumps(choice, ensure_ascii=False) for choice in choices)
        return f"{one} if {tool}(video, {one}) {_COMPARED[tool]} {tool}(video, {other}) else {other}", True
    answers = expected.kind in _OF_ONE.get(tool, ()) or (
        tool == "MOVES" and {"left", "right"} <= {*choices} <= {"left", "right", "up", "down"}
    )
    more = (_OF_SEVERAL if tool.startswith("PHOTO") else _JOINED).search(question.lower())
    thing = "" if more else _thing(tree, question, choices)
    text, at = dumps(thing, ensure_ascii=False), _SECONDS.search(question)
    if tool == "AT" and at and expected.kind == "yes/no" and thing:
        return f"EXISTS(AT(video, {at[1]}), {text})", True
    of_one = _of_one(tool, expected, question)
    if answers and thing:
        return of_one.replace('"thing"', text), True
    return (of_one if expected.kind == "duration" else _USED_LIKE.get(tool, of_one)), False


def _of_one(tool: str, expected: Expected, question: str) -> str:
    """The call of a tool that takes one thing; for photos, their number, or whether some or all of them show it."""
    call = f'{tool}({"album" if tool.startswith("PHOTO") else "video"}, "thing")'
    if not tool.startswith("PHOTOS"):
        return call
    if expected.kind == "yes/no":
        return f"len({call}) == len(album)" if _OF_ALL.search(question.lower()) else f"len({call}) > 0"
    return f"len({call})" if expected.kind == "number" else call


_OF_ALL = re.compile(r"\b(?:each|every|all)\b")


def _thing(tree: ast.Module, question: str, choices: Collection[str]) -> str:
    """What the program's texts look for, in the question's order; "" if a word is not in the question."""
    asked = re.findall(r"[\w'-]+", question.lower())
    plain = [singular(word) for word in asked]
    texts = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    texts = [text for text in texts if text not in choices and not re.fullmatch(r"[\d.: ]*s?", text)]
    words = {singular(word) for text in texts for word in re.findall(r"[^\W_]+", text.lower())}
    words -= _GENERAL
    if not words or not words <= {*plain}:
        return ""
    places = sorted(plain.index(word) for word in words)
    start, end = places[0], places[-1] + 1
    while start and is_adjective(asked[start - 1]) and asked[start - 1] not in _NO_PROPERTY:
        start -= 1
    if all(is_color(word) for word in words):  # the thing itself is not among them
        end += 1
    return " ".join(plain[start:end]) if end - start <= _LONGEST else ""


_LONGEST = 4
"""Maximum number of words of a thing; a longer phrase contains a condition."""
