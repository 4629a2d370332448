"""Advice for repairing a failed program, given to the language model along with the error.

A small model copies what it reads, so the advice is a line of code. It only uses texts from the failing line itself:
texts returned by tools may come from the image, and are untrusted.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ...programs.language.program import parse
from ...programs.question.expected_answer import counts, expected_answer
from ...tools.core.registry import Registry
from ...tools.core.values import Video
from ...tools.phrases.conditions import read_conditions, read_phrase
from ...tools.words.vocabulary import is_scene
from .execute import Ran

_FILLERS = re.compile(r"^(?:(?:the|an?|two|three|four|five|six|all|both|any|some)\b\s*)+")
"""Words before a noun that do not narrow down which one is meant."""
_SIDES = ("left", "right", "top", "bottom")


@dataclass(frozen=True)
class _Sought:
    """A call that looks for something: its image expression, the name, the condition."""

    tool: str
    image: str
    name: str
    which: str = ""


def advice(source: str, ran: Ran, registry: Registry, question: str) -> str:
    """What to write instead; "" if unknown."""
    last = ran.steps[-1] if ran.steps else None
    unknown = last is not None and last.error is not None and last.error.kind == "UnknownName"
    found = next(_sought(source, ran.outcome.line), None)
    if unknown and found:
        return _apart(found, registry)
    if ran.outcome.kind == "no_detection":
        return _may_find_nothing(found, registry, question)
    return ""


def _apart(sought: _Sought, registry: Registry) -> str:
    """Suggest splitting a name that is a whole phrase into a name and a condition."""
    phrase = read_phrase(sought.name)
    if is_scene(phrase.name) and not sought.which:
        return f'"{sought.name}" only says where the picture was taken. Leave it out.'
    name, which = split_phrase(sought.name)
    tool = sought.tool if _takes(registry, sought.tool) else "DETECT"
    if not phrase.conditions and name in sought.name and name != sought.name and not sought.which:
        return f"Write {_call(sought.tool, sought.image, name)}"
    if not which or sought.which or not _takes(registry, tool):
        return ""
    return f"Write {_call(tool, sought.image, name, which)}"


def split_phrase(text: str) -> tuple[str, str]:
    """Split a phrase into its head and its condition: "cups on the table" gives "cup" and "on the table".

    The condition is "" if there is none, or if it would mean something else on its own.
    """
    phrase = read_phrase(text)
    words = text.split()
    size = len(phrase.name.split())
    for start in range(len(words) - size + 1):
        if phrase.conditions and read_phrase(" ".join(words[start : start + size])).name == phrase.name:
            first = _FILLERS.sub("", " ".join(words[:start]))
            for which in _wordings(first, " ".join(words[start + size :])):
                if set(read_conditions(which, phrase.name)) == set(phrase.conditions):
                    return phrase.name, which
    return phrase.name, ""


def _wordings(before: str, after: str) -> tuple[str, ...]:
    """Ways to express the words around a noun as a condition: a "left cup" is a cup "on the left"."""
    if not before:
        return (after,)
    if not after:
        return (f"on the {before}",) if before in _SIDES else (before,)
    return f"{before} {after}", f"{before}, {after}", f"{after}, {before}"


def _may_find_nothing(sought: _Sought | None, registry: Registry, question: str) -> str:
    """How to look for something that may be absent; "" for a question that "none" does not answer."""
    if sought is None:
        names = [name for name in ("EXISTS", "COUNT", "DETECT") if name in registry]
        tools = " or ".join(names) or "a tool that may find nothing"
        return f"If the question asks whether or how many there are, use {tools}. Do not make up an answer."
    return f"Write {_whether(sought, registry, question)}"


def _whether(sought: _Sought, registry: Registry, question: str) -> str:
    asked = (sought.image, sought.name, sought.which)
    many = counts(question) and expected_answer(question).kind == "number"
    if _takes_video(registry, sought.tool):
        return f"answer = {_call('HOW_MANY' if many else 'SEEN', *asked)}"
    tool = "COUNT" if many else "EXISTS"
    if tool in registry:
        return f"answer = {_call(tool, *asked)}"
    if "DETECT" in registry:
        return f"answer = len({_call('DETECT', *asked)})" + ("" if many else " > 0")
    if "EXISTS" in registry:
        return f"answer = 1 if {_call('EXISTS', *asked)} else 0"
    return "a program with a tool that may find nothing."


def _sought(source: str, line: int) -> Iterator[_Sought]:
    """The calls on a line that look for something by name."""
    for node in ast.walk(parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.lineno == line and node.args:
            texts = [one.value if isinstance(one, ast.Constant) else None for one in node.args[1:3]]
            if texts and all(isinstance(text, str) for text in texts):
                yield _Sought(node.func.id, ast.unparse(node.args[0]), *map(str, texts))


def _takes(registry: Registry, tool: str) -> bool:
    """Whether there is such a tool that takes conditions."""
    if tool not in registry:
        return False
    return any(one.name == "which" for form in registry.get(tool).signatures for one in form.parameters)


def _takes_video(registry: Registry, tool: str) -> bool:
    """Whether it looks for things in a video."""
    forms = registry.get(tool).signatures if tool in registry else ()
    return any(one.type is Video for form in forms for one in form.parameters)


def _call(tool: str, image: str, *texts: str) -> str:
    parts: Sequence[str] = [image, *(f'"{text}"' for text in texts if text)]
    return f"{tool}({', '.join(parts)})"
