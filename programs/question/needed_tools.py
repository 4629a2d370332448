"""Checks whether a program about a video or an album calls a tool that can answer its question.

Small models choose a tool that the question sounds like: "turn up" leads to MOVES, "how many times" to COUNT. Few words
ask for times, counts and directions, and few tools return them.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import NamedTuple

from ..language.language import ALBUM, VIDEO
from .expected_answer import AnswerKind


class _Need(NamedTuple):
    """Words of a question, the kinds of answers for which they apply, and the tools of which one must be called."""

    words: re.Pattern[str]
    kinds: frozenset[AnswerKind]
    tools: tuple[str, ...]


_TIMES = ("FIRST_SEEN", "LAST_SEEN", "WHEN", "SEEN_ORDER", "PATH")
_ANY: frozenset[AnswerKind] = frozenset(("yes/no", "number", "choice", "name", "time", "duration"))


def _need(words: str, tools: tuple[str, ...], kinds: Collection[AnswerKind] = _ANY) -> _Need:
    return _Need(re.compile(words), frozenset(kinds), tools)


_OF_VIDEOS = (
    _need(r"\bhow (?:often|many times)\b", ("HOW_OFTEN", "WHEN", "TOGETHER"), ("number",)),
    _need(
        r"\bmore often\b|\b(?:once|twice|times)\b(?!.*\bat once\b)",
        ("HOW_OFTEN", "WHEN", "TOGETHER"),
        ("yes/no", "choice"),
    ),
    _need(
        r"\bhow many different\b|\bin total\b|\baltogether\b",
        ("HOW_MANY", "PATH", "HOW_LONG", "HOW_OFTEN"),
        ("number",),
    ),
    _need(r"\bat (?:once|most)\b|\bat the same time\b", ("MOST_AT_ONCE", "TOGETHER", "AT", "WHEN"), ("number",)),
    _need(
        r"\b(?:together|at the same (?:time|moment)|both)\b.*\b(?:ever|any|time|moment|seen|view|visible|appear)"
        r"|\b(?:ever|any|time|moment)\b.*\b(?:together|at the same (?:time|moment)|both)\b",
        ("TOGETHER", "WHEN", "AT", "SEEN", "MOST_AT_ONCE", "CLEAREST"),
        ("yes/no",),
    ),
    _need(r"\b(?:before|after|earlier|later|sooner)\b.*\b(?:the|an?)\b", (*_TIMES, "PART", "AT"), ("yes/no", "choice")),
    _need(
        r"\b(?:first(?=[,:]| the\b| to\b)|earlier|sooner)\b.*\bor\b",
        (*_TIMES, "PART"),
        ("choice",),
    ),
    _need(
        r"\bhow (?:long|much time|many (?:seconds|minutes))\b(?!.*\b(?:video|clip|recording|film|footage)\b)",
        ("HOW_LONG", "WHEN", "TOGETHER", *_TIMES),
        ("duration",),
    ),
    _need(
        r"\bever\b|\bat (?:some|any) (?:time|point|moment)\b|^any\b.*\b(?:video|clip|recording|film|footage)\b",
        ("SEEN", "WHEN", "TOGETHER", "MOST_AT_ONCE", "HOW_OFTEN", "HOW_MANY", "HOW_LONG", "MOVES", "SPEED", "FRAMES"),
        ("yes/no",),
    ),
    _need(r"\b(?:enter|appear|arrive|show up|turn up|come|first)", ("FIRST_SEEN", *_TIMES, "TOGETHER"), ("time",)),
    _need(r"\b(?:leave|disappear|vanish|go away|last)", ("LAST_SEEN", *_TIMES, "TOGETHER"), ("time",)),
    _need(
        r"\b(?:at|after) \d+(?:\.\d+)? ?s(?:ec(?:ond)?s?)?\b|\d ?s(?:ec(?:ond)?s?)? in(?:to)?\b",
        ("AT", "PART", "WHEN", "FRAME", *_TIMES),
        ("yes/no",),
    ),
    _need(r"\b(?:longer|for more (?:seconds|time))\b", ("HOW_LONG", "WHEN", "TOGETHER"), ("yes/no", "choice")),
    _need(r"\b(?:first|second|last) (?:half|part|third)\b", ("PART", "AT", *_TIMES, "HOW_LONG"), ("yes/no", "choice")),
    _need(
        r"\b(?:which|what) (?:way|direction)\b"
        r"|\b(?:go|move|travel|head|drive|fly|run)(?:es|s|ing)?\b.*\b(?:left|right|up|down)\b"
        r"|\b(?:stand|stay|remain)(?:s|ing)? (?:still|where|in (?:its|the same) place)\b",
        ("MOVES", "SPEED", "AT"),
        ("yes/no", "choice", "name"),
    ),
    _need(r"\b(?:faster|slower)\b", ("SPEED", "PATH"), ("yes/no", "choice")),
)


_PHOTOS = r"(?:photos|photographs|pictures|images|pics|shots|snapshots|files)"
_HOW_MANY_PHOTOS = (
    rf"^(?:(?:in|on) how many\b|how many (?:of (?:all |them|the |these |those |my |our )*)?{_PHOTOS}\b)"
    r"(?! (?:are|is|do) (?:there|i|we|you|here|in)\b)"
)
_OF_ALBUMS = (
    _need(
        rf"{_HOW_MANY_PHOTOS}.*\b(?:no|not|nobody|no one|without|neither|none)\b",
        ("PHOTOS_WITHOUT", "PHOTOS_WITH", "EITHER"),
        ("number",),
    ),
    _need(_HOW_MANY_PHOTOS, ("PHOTOS_WITH", "PHOTOS_WITHOUT", "EITHER"), ("number",)),
    _need(
        rf"\b(?:any|some|each|every|all|one) (?:(?:of|the|these|those|my|our) )*(?:{_PHOTOS}|photo|picture|image)\b",
        ("PHOTOS_WITH", "PHOTOS_WITHOUT", "EITHER", "TOTAL", "PHOTO_WITH_MOST", "PHOTO_WITH_FEWEST"),
        ("yes/no",),
    ),
    _need(
        r"\bmost\b(?! (?:like|similar|alike))(?=.* \w)|\b(?:greatest|largest|highest|biggest) number\b",
        ("PHOTO_WITH_MOST", "PHOTOS_LIKE"),
        ("photos",),
    ),
    _need(r"\bfewest\b|\b(?:smallest|lowest|least) number\b", ("PHOTO_WITH_FEWEST",), ("photos",)),
)
_NEEDS = {VIDEO: _OF_VIDEOS, ALBUM: _OF_ALBUMS}


def wrong_tools(
    called: Collection[str], question: str, kind: AnswerKind, offered: Collection[str], about: str = VIDEO
) -> str:
    """What to call instead of what a program calls; "" if it may be right. about: the name of the input."""
    text = question.lower()
    for need in _NEEDS[about]:
        if kind in need.kinds and need.words.search(text) and not set(need.tools) & {*called}:
            return next((tool for tool in need.tools if tool in offered), "")
    return ""
