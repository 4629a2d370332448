"""Evaluates statements about a scene graph, or about one of its things."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ..phrases.conditions import read_conditions, read_phrase
from .graph import SceneObject
from .view import View
from .words import same_name, says

_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_BE = r"(?:is|are|was|were|has|have|looks?|seems?|appears?|'s)"
_THERE = re.compile(r"^there\s+(?:is|are|'s|isn't|aren't)\s+(?P<what>.+)$")
_PRONOUN = re.compile(
    rf"^(?:it|this|that|he|she|they|the (?:thing|object|picture|photo|image|scene))\s*{_BE}\s+(?P<what>.+)$"
)
_SUBJECT = re.compile(rf"^(?P<subject>.+?)\s+(?P<be>{_BE})\s+(?P<what>.+)$")
_VERB = re.compile(
    r"^(?P<subject>(?:the|a|an)\s+\S+(?:\s\S+)?)\s+(?P<what>(?:wears?|holds?|carries|sits?|stands?|lies?)\s.+)$"
)


def is_true(view: View, statement: str) -> bool:
    """Does the graph say so of the picture? What it does not say is false; "not" and "no" negate it."""
    said, denied = _plain(statement)
    return _of_picture(view, said) != denied


def is_true_of(view: View, ones: Sequence[SceneObject], statement: str) -> bool:
    """Does the graph say so of one of these entries for the same thing?"""
    said, denied = _plain(statement)
    return any(_of_thing(view, one, said) for one in ones) != denied


def _of_picture(view: View, said: str) -> bool:
    if says(view.graph.scene, said):
        return True
    there = _THERE.match(said)
    if there:
        return _exists(view, there["what"])
    told = _PRONOUN.match(said)
    if told:
        what = told["what"]
        return says(view.graph.scene, what) or _exists(view, what) or _any_said(view, what)
    told = _SUBJECT.match(said) or _VERB.match(said)
    if told is None:
        return _exists(view, said) or _any_said(view, said)
    every = re.match(r"^(?:all|every|each|both)\b", told["subject"]) is not None
    found = _meant(view, _subject(told["subject"]), every=every)
    what = _predicate(told)
    judged = [_of_thing(view, one, what) for one in found]
    return bool(judged) and (all(judged) if every else any(judged))


def _meant(view: View, subject: str, *, every: bool) -> list[SceneObject]:
    """The things named by the subject of a statement."""
    whole = view.called(subject, view.objects)
    return whole or (view.find(subject) if every else view.meant(read_phrase(subject)))


def _of_thing(view: View, one: SceneObject, said: str) -> bool:
    told = _PRONOUN.match(said)
    if told:
        return _fits(view, one, told["what"])
    told = _SUBJECT.match(said) or _VERB.match(said)
    if told and not _fits(view, one, said):
        subject = _subject(told["subject"])
        if view.called(subject, [one]) or subject in ("person", "someone"):
            return _fits(view, one, _predicate(told))
        parts = [other for other in view.graph.objects.values() if other.part_of == one.id]
        return any(_fits(view, part, _predicate(told)) for part in view.called(subject, parts))
    return _fits(view, one, said)


def _fits(view: View, one: SceneObject, what: str) -> bool:
    """Does it hold of the thing: a state, a relation, or a name with conditions?"""
    if says(one.attributes, what) or any(same_name(what, name) for name in one.names):
        return True
    phrase = read_phrase(what)
    if view.called(phrase.name, [one]) and phrase.name not in ("thing", "object", "") and phrase.conditions:
        return bool(view.chosen(view.called(phrase.name, [one]), phrase.conditions))
    if view.called(phrase.name, [one]) and phrase.name not in ("thing", "object", ""):
        return True
    conditions = read_conditions(what, one.name)
    return bool(conditions) and all(view.holds(one, condition) for condition in conditions)


def _exists(view: View, what: str) -> bool:
    """Is there such a thing, and as many as the statement says?"""
    number, rest = _number(what)
    count = sum(one.count for one in view.find(rest))
    return count > 0 if number is None else count == number


def _any_said(view: View, what: str) -> bool:
    """Is it a state of something there: "raining", "snow-covered"?"""
    return any(says(one.attributes, what) for one in view.objects)


def _number(what: str) -> tuple[int | None, str]:
    first, _, rest = what.removeprefix("exactly ").removeprefix("only ").partition(" ")
    if first.isdigit():
        return int(first), rest
    if first in _NUMBERS[2:]:
        return _NUMBERS.index(first), rest
    return None, what


def _plain(statement: str) -> tuple[str, bool]:
    """The statement in lower case without its negation, and whether it had one."""
    said = " ".join(statement.strip().rstrip(".!").casefold().split()).replace("isn't", "is not")
    said = said.replace("aren't", "are not").replace("doesn't", "does not")
    denied = re.sub(r"\b(?:not|never)\s+|\b(?<=there is )no\s+|\b(?<=there are )no\s+|^no\s+", "", said)
    return denied, denied != said


def _subject(text: str) -> str:
    return re.sub(r"^(?:all|every|each|both|some)\s+(?:of\s+)?(?:the\s+)?|^(?:the|a|an)\s+", "", text)


def _predicate(told: re.Match[str]) -> str:
    """The predicate. The verbs "has" and "wears" belong to it."""
    groups = told.groupdict()
    if groups.get("be") in ("has", "have"):
        return f"with {told['what']}"
    first, _, rest = told["what"].partition(" ")
    doing = {
        "wear": "wearing",
        "hold": "holding",
        "carrie": "carrying",
        "sit": "sitting",
        "stand": "standing",
        "lie": "lying",
    }
    return f"{doing[first.rstrip('s')]} {rest}" if first.rstrip("s") in doing else told["what"]
