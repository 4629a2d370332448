"""Checks whether a program's answer fits its question: by the answer's type, and by literal words."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any, Never

from ...tools.core.albums import Album
from ...tools.core.times import Moment, Segment
from ...tools.core.values import Box, Image, Mask, Point, Video
from ...tools.words.english import is_color, singular
from ..language import types
from .answer_type import as_type, type_misfit
from .expected_answer import AnswerKind, Expected, asked_sentence

_ALWAYS = frozenset({"both", "neither", "none", "equal", "equally", "same", "unknown", "all", "nothing"})
"""Words that answer an either-or question, in addition to its alternatives."""

_WAYS = frozenset({"left", "right", "up", "down", "nowhere"})

_INSTEAD_OF_PHOTOS = "Answer with photos: answer = PHOTOS_WITH(album, name)."
_TEXTS: tuple[AnswerKind, ...] = ("choice", "color", "name", "text")

_PERSON = frozenset(("person", "people", "man", "woman", "boy", "girl", "child"))
_NOT_A_PERSON = re.compile(
    r"^(?:what|where|which (?:way|thing|object|item))\b"
    r"(?!.*\b(?:next|beside|behind|front|near|nearest|closest|between|left|right|who|whose|person|people"
    r"|leaning|playing|looking|talking|pointing|waving|following|chasing|facing|pulling|hugging|kissing)\b)"
)
"""What a person holds, wears or rests on is hardly ever a person, and what lies there neither."""
_COMPARES = re.compile(r"\b(?:more|most|less|least|fewer|\w+er|\w+est)\b")
"""Words of a question that offers its answers, as in "Of the man and the woman, who is taller?"."""
_OPEN = re.compile(r"\b(?:what|which|who|whose|where)\b")


def misfit(answer: Any, expected: Expected, text: str) -> tuple[str, str] | None:
    """What is wrong with an answer of this type, and what to write instead; None if it fits or is unknown. text: the
    expression of the answer in the program.
    """
    for member in types.members(answer):
        found = _misfit(member, expected, text)
        if found is None and expected.type is not None:
            found = type_misfit(member, expected.type, text)
        if found:
            return found
    return None


def _misfit(t: Any, expected: Expected, text: str) -> tuple[str, str] | None:
    kind, base = expected.kind, types.base(t)
    if kind in ("any", "box", "boxes") or base in (Any, Never, types.NONE) or isinstance(t, types.Function):
        return None
    if kind == "yes/no":
        fits = base is bool or (
            base is str and bool(values := set(types.literal_values(t))) and values <= {"yes", "no"}
        )
        return None if fits else (_said(t, expected), _instead_of_truth(base, text))
    if kind in ("number", "duration"):
        return None if base in (int, float) else (_said(t, expected), _instead_of_number(base, text))
    if kind == "time":
        fits = base in (int, float, Segment) or (base is list and types.element(t) in (Any, Never, float, Segment))
        return None if fits else (_said(t, expected), _instead_of_time(base, text))
    if kind == "photos":
        return None if base is Album else (_said(t, expected), _INSTEAD_OF_PHOTOS)
    values = [value for value in types.literal_values(t) if isinstance(value, str)] if base is str else []
    strange = [value for value in values if expected.choices and not names_choice(value, expected)]
    if set(values) >= _WAYS:
        strange = []  # MOVES says them all, whatever the question names
    if strange:
        return f"The question asks for {expected.told}, and {strange[0]!r} is neither.", f"Answer {expected.told}."
    if base is str or (base in (list, set, tuple) and not _holds_things(t)):
        return None
    return _said(t, expected), _instead_of_text(base, expected, text)


def settle(answer: Any, expected: Expected) -> Any:
    """An answer in the words of the question: of an either-or question the alternative that it names.

    None for what answers nothing: an empty text or list where a text is asked for, a word that is no colour.
    """
    if expected.type is not None:
        answer = as_type(answer, expected.type)
    if expected.kind not in _TEXTS:
        return answer
    if _is_empty(answer):
        return None
    if isinstance(answer, str) and expected.kind == "color" and not any(map(is_color, _words(answer))):
        return None
    if isinstance(answer, str) and expected.kind == "choice":
        return _chosen(answer, expected.choices) or answer
    return answer


def echoes(answer: Any, question: str, expected: Expected) -> bool:
    """Does a text only repeat its question: "train" for "Which sport is named on the train?".

    It does if all of its words stand in a question that offers no answers to choose from, or if it is a person where a
    thing is asked for, which is whoever the question speaks of.

    Texts that are read may: "What does the stop sign say?" is answered by "stop".
    """
    asked = asked_sentence(question)
    if not isinstance(answer, str) or expected.kind not in ("name", "color", "any"):
        return False
    if not _OPEN.search(asked) or " or " in asked or _offers(asked):
        return False
    said = _singulars(answer)
    if expected.kind == "color" and asked.endswith(answer.lower()):
        return False  # "What color is the orange?"
    if said <= _PERSON and re.search(r"\bwho\b", asked):
        return False
    return bool(said) and (said <= _singulars(asked) or (said <= _PERSON and bool(_NOT_A_PERSON.search(asked))))


def _offers(asked: str) -> bool:
    """Does it compare things that it names?"""
    return " and " in asked and bool(_COMPARES.search(asked))


def _singulars(text: str) -> set[str]:
    return {singular(word) for word in _words(text)}


def _is_empty(answer: Any) -> bool:
    if isinstance(answer, str):
        return not answer.strip()
    return isinstance(answer, list | tuple | set) and not answer


def _chosen(answer: str, choices: Sequence[str]) -> str | None:
    """The one alternative that is meant; None where it is several, or none."""
    said = _words(answer)
    tests: tuple[Callable[[set[str]], bool], ...] = (
        lambda own: own == said,
        lambda own: own <= said or said <= own,
        lambda own: bool(own & said),
    )
    for fits in tests:
        found = [choice for choice in choices if fits(_words(choice))]
        if len(found) == 1:
            return found[0]
    return None


def names_choice(answer: str, expected: Expected) -> bool:
    """Does a text name one of the alternatives, or say that both or neither is it?"""
    words, named = _words(answer), {word for choice in expected.choices for word in _words(choice)}
    return bool(words & (named | _ALWAYS)) or not words


def _words(text: str) -> set[str]:
    return set(re.findall(r"[^\W_]+", text.lower()))


def _said(t: Any, expected: Expected) -> str:
    return f"The question asks for {expected.told}, and answer is {types.text(t)}."


def _instead_of_truth(base: Any, text: str) -> str:
    if base in (int, float):
        return f"Compare it: answer = {text} > 0, or with the number that the question says."
    if base is str:
        return f'Compare it: answer = {text} == "...".'
    if base in (list, Album):
        return f"Write answer = len({text}) > 0."
    return "Test it: answer = VERIFY(image, box, ...), EXISTS(image, name) or a comparison."


def _instead_of_number(base: Any, text: str) -> str:
    if base in (list, set, tuple, Album):
        return f"Write answer = len({text})."
    if base is Segment:
        return f"Write answer = {text}.seconds."
    return "Count: answer = COUNT(image, name), or len() of a list."


def _instead_of_time(base: Any, text: str) -> str:
    if base is Moment:
        return f"Write answer = {text}.time."
    return "Say the time: answer = FIRST_SEEN(video, name), or WHEN(video, name)."


def _instead_of_text(base: Any, expected: Expected, text: str) -> str:
    if expected.kind == "choice":
        first, second = expected.choices[:2]
        test = text if base is bool else "..."
        return f'Write answer = "{first}" if {test} else "{second}".'
    if base in (Box, Mask, Point):
        return f"Say its name: answer = {text}.label" + (
            f", or its color: COLOR(image, {text})." if expected.kind == "color" else "."
        )
    if base is list:
        return f'Write answer = ", ".join(thing.label for thing in {text}).'
    if base is Image:
        return "An image is no answer: read it, name it or classify it."
    return "Answer with a text: a label, a name, a color, or what is read."


def _holds_things(t: Any) -> bool:
    return any(types.base(m) in (Box, Image, Mask, Point, Video, bool) for m in types.members(types.element(t)))
