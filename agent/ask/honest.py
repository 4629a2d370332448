"""Checks whether the answer of a repaired program may stand: only if it is about what the question asks.

A small model that is told "no ghost was found" likes to write a program about something else. What two programs ask
for is compared by meaning: their texts are read as phrases and conditions (tools/phrases/conditions.py), so that
"anyone" is a person, "cups" are cups, and a place that only says "here" is nothing.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, cast

from ...programs.language.program import parse
from ...programs.question.expected_answer import counts, expected_answer
from ...tools.phrases.conditions import (
    All,
    Attribute,
    Condition,
    Either,
    Negation,
    Order,
    Phrase,
    Place,
    Relation,
    read_phrase,
    singular,
)
from ...tools.phrases.here import without_here
from ...tools.words.vocabulary import is_scene
from ..traces.trace import Step
from .execute import Ran

_STEM = 4
"""Letters by which two forms of a word are known at least: "walk" and "walking"."""
_NO_NAMES = frozenset({"thing", "object", "clothes", "yes", "no"})
"""What a program may say although the question does not."""
_COMPUTED = re.compile(
    r"\b(?:[A-Z_]+_OF|ABOVE|BELOW|BEHIND|INSIDE|OVERLAP|TOUCHING|DISTANCE|NEAREST|PARTNER|VERIFY)\("
    r"|\.(?:left|right|top|bottom|center_x|center_y)\b"
)
"""A relation or a place that the program works out itself."""
_RANKED = re.compile(r"\b(?:[A-Z]+MOST|LARGEST|SMALLEST|CLOSEST|FARTHEST|MIDDLE|sorted|max|min)\(|\[-?\d+\]")


@dataclass(frozen=True)
class Meant:
    """What texts ask for. heads: the things; words: everything, in the singular; relations: by name.

    ranked: is one of several meant by its rank? here: is a thing named that only says "here"?
    """

    heads: frozenset[str] = frozenset()
    words: frozenset[str] = frozenset()
    relations: frozenset[str] = frozenset()
    ranked: bool = False
    here: bool = False


Known = Callable[[str], bool]
"""Was a thing of that name seen in the picture?"""


def asks_whether(question: str) -> bool:
    """Can a question be answered by there being none: does it ask whether or how many, or is it a statement?"""
    return expected_answer(question).kind == "yes/no" or counts(question)


def is_honest(again: Ran, source: str, earlier: Ran, earlier_source: str, question: str) -> bool:
    """May the answer of a repair stand? earlier: the program that found nothing, or asked for an unknown name.

    - It names nothing that neither the question nor the tools' hints said.
    - It asks for the same things under the same conditions, as far as the question has them. What a tool says that it
      took for granted may go, and so may places that only say "here".
    - Where nothing was found, it says whether or how many there are; if that is "none", the thing alone was enough.
    """
    nothing = earlier.outcome.kind == "no_detection"
    if nothing and not _says_whether(again.outcome.answer, question):
        return False
    seen = [text for step in earlier.steps if step.result and not step.error for text in _texts(step)]
    known = _known(seen)
    old, new = meant(_strings(earlier_source), known), meant(_strings(source), known)
    if _strings(earlier_source) and not new.words:
        return False
    said = _said(f"{question} {earlier.outcome.message}")
    if any(not _among(word, said) for word in new.words - old.words - _NO_NAMES):
        return False
    asked = _said(question)
    none = _is_none(again.outcome.answer) and not _negates(source)
    if nothing and none:
        missing = {head for head in _missing(earlier.steps, known) if _among(head, asked)}
        return missing <= new.heads if missing else any(_among(head, asked) for head in new.heads)
    given = {word for step in again.steps for text in step.assumptions for word in _said(text)}
    kept = new.words | given | _used(source)
    needed = old.heads if none else old.words
    if any(_among(word, asked) and not _among(word, kept) for word in needed):
        return False
    relates = any(_among(word, asked) for name in old.relations for word in _words(name))
    relates = relates or bool(_COMPUTED.search(earlier_source))
    return none or old.here or _keeps_relations(old, new, relates, source)


def meant(texts: Iterable[str], known: Known) -> Meant:
    """What the texts of a program ask for together, each read as a phrase."""
    parts = [part for text in texts for part in _parts(read_phrase(text), known)]
    heads = frozenset(part for kind, part in parts if kind == "head")
    words = frozenset(part for kind, part in parts if kind in ("head", "word"))
    relations = frozenset(part for kind, part in parts if kind == "relation")
    kinds = {kind for kind, _ in parts}
    return Meant(heads, words, relations, "rank" in kinds, "here" in kinds)


def _parts(phrase: Phrase, known: Known) -> Iterator[tuple[str, str]]:
    """Everything that a phrase says, each with its kind: head, word, relation, rank, here."""
    names = _words(phrase.name)
    if is_scene(phrase.name) and not known(phrase.name):
        yield "here", phrase.name
    elif names and phrase.name not in _NO_NAMES:
        yield "head", names[-1]
        yield from (("word", word) for word in names[:-1])
    yield from _of_conditions(without_here(phrase.conditions, known), known)


def _of_conditions(conditions: Iterable[Condition], known: Known) -> Iterator[tuple[str, str]]:
    for condition in conditions:
        match condition:
            case Attribute(word):
                yield from (("word", one) for one in _words(word))
            case Relation(name, things):
                yield "relation", name
                for thing in things:
                    yield from _parts(thing, known)
            case Place(where, of):
                yield from (("word", one) for one in _words(where))
                yield from _parts(of, known) if of else ()
            case Order():
                yield "rank", ""
            case Negation(inner):
                yield from _of_conditions((inner,), known)
            case Either(several) | All(several):
                yield from _of_conditions(several, known)


def _keeps_relations(old: Meant, new: Meant, relates: bool, source: str) -> bool:
    """Does the second program still look at how things stand to each other, if the first one did (relates)?"""
    computes = bool(_COMPUTED.search(source))
    if relates and not (computes or new.relations):
        return False
    return not old.ranked or new.ranked or computes or bool(_RANKED.search(source))


def _missing(steps: Sequence[Step], known: Known) -> frozenset[str]:
    """The things that were not found: those of the call that ended the program, or of the calls that gave nothing."""
    last = steps[-1:] if steps and steps[-1].error else ()
    for calls in (last, [step for step in steps if not step.result], steps):
        heads = meant((text for step in calls for text in _texts(step)[:1]), known).heads
        if heads:
            return heads
    return frozenset()


def _known(seen: Iterable[str]) -> Known:
    names = {read_phrase(text).name for text in seen}
    return lambda name: read_phrase(name).name in names


def _says_whether(answer: Any, question: str) -> bool:
    if counts(question):
        return type(answer) is int
    return type(answer) is bool or (isinstance(answer, str) and answer.casefold() in ("yes", "no"))


def _is_none(answer: Any) -> bool:
    return answer is False or (type(answer) is int and answer == 0) or answer == "no"


def _negates(source: str) -> bool:
    return any(isinstance(node, ast.Not | ast.NotEq | ast.NotIn) for node in ast.walk(parse(source)))


def _said(text: str) -> set[str]:
    """The words of a text, in the singular and as phrases have them: "anyone" is a person."""
    return {form for word in _words(text) for form in (word, read_phrase(word).name)}


def _among(word: str, said: Iterable[str]) -> bool:
    """Is a word among those that were said, give or take an ending?"""
    return any(word == other or _same_stem(word, other) for other in said)


def _same_stem(one: str, other: str) -> bool:
    stem = max(_STEM, min(len(one), len(other)) - 2)
    return min(len(one), len(other)) >= _STEM and one[:stem] == other[:stem]


def _words(text: str) -> list[str]:
    return [singular(word) for word in re.findall(r"[^\W_]+", text.casefold())]


def _used(source: str) -> set[str]:
    """The words in the names of the tools and attributes that a program uses: LEFT_OF, LEFTMOST, box.left."""
    nodes = list(ast.walk(parse(source)))
    calls = [node.func.id for node in nodes if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)]
    names = [*calls, *(node.attr for node in nodes if isinstance(node, ast.Attribute))]
    return {part for name in names for part in re.findall(r"[^\W_]+", name.casefold())}


def _strings(source: str) -> set[str]:
    """The texts in a program that was checked."""
    constants = (node.value for node in ast.walk(parse(source)) if isinstance(node, ast.Constant))
    return {value.casefold() for value in constants if isinstance(value, str) and value.strip()}


def _texts(step: Step) -> list[str]:
    """What a call named: its arguments that are text, and the texts in lists."""
    values = [*step.arguments.values()]
    lists = [item for value in values if isinstance(value, list) for item in cast("list[Any]", value)]
    return [value for value in (*values, *lists) if isinstance(value, str) and value.strip()]
