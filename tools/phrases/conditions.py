"""Reads what English noun phrases and conditions say, without a model: by small rules and word lists.

    read_phrase("red cups on the table") -> Phrase("cup", (Attribute("red"), Relation("on", (Phrase("table"),))), True)
    read_conditions("not wearing a hat") -> (Negation(Relation("wearing", (Phrase("hat"),))),)

How it decides where English leaves it open:
- "woman in red" is Relation("wearing", (Phrase("clothes", (Attribute("red"),)),)); "car in red" is Attribute("red").
- "on the left side of the table" is Place("left", of=table), a part of it; "on the left of the table" is
  Relation("left of", (table,)), beside it. "On the left of the picture" is Place("left").
- "sitting on a bench" is both the pose and the relation; "not sitting on a bench" denies the two together.
- "the third chair" counts from the left, as people read.
- "of the same color" stays Attribute("same color"). A place that only says "here" ("in the picture") is nothing.
- "a cat and a dog" is a cat with Relation("and", (Phrase("dog"),)); "a cat or a dog" with Relation("or", ...).
"""

from __future__ import annotations

import re

from ..words.english import GARMENTS, is_alive, singular
from .condition_reader import ConditionReader
from .condition_values import All, Attribute, Condition, Either, Negation, Order, Phrase, Place, Relation, show
from .function_words import ORDINALS, PERSONS, SILENT
from .noun_reader import Words
from .object_clauses import turned
from .phrase_parts import Noun
from .relations import INVERSE, RELATIONS

__all__ = [
    "INVERSE",
    "RELATIONS",
    "All",
    "Attribute",
    "Condition",
    "Either",
    "Negation",
    "Order",
    "Phrase",
    "Place",
    "Relation",
    "read_conditions",
    "read_phrase",
    "read_relation",
    "show",
    "singular",
]


_BODY = (
    r"(?:head|eyes?|face|neck|wrist|arms?|hands?|shoulders?|back|waist|nose|ears?|mouth|lap|feet|foot|fingers?|legs?"
    r"|chest|hips?)\b"
)
_ON_BODY = (
    r" (?:on|over|around|round|in|at|across|about|under) (?:his|her|its|their|the|both|one) (?:left |right )?" + _BODY
)
_HAS = r"(?:wearing|with|holding|carrying|having|has|wears|holds|carries)"
_WORN = re.compile(rf"\b(?P<held>{_HAS}(?: (?!{_BODY})[\w-]+){{1,4}}?){_ON_BODY}")
_IN_HAND = re.compile(
    r"\bin (?:his|her|its|their|the|one|both) (?:left |right |other )?hands?\b(?P<whose> (?:of|by)\b)?"
)
_HAD_ON_BODY = re.compile(rf"\b(?P<held>{_HAS}){_ON_BODY}")
_ADORNMENTS = "|".join(sorted({*GARMENTS, "watch", "ring", "necklace", "bracelet", "chain", "backpack"}))
_ADORNED = re.compile(rf"^(?P<worn>(?:an? |the )?(?:\w+ )?(?:{_ADORNMENTS})){_ON_BODY}")


def _without_body(text: str) -> str:
    """A text without where on the body something is: "wearing a hat on his head". Nobody is on his head."""
    return _WORN.sub(r"\g<held>", text)


def read_phrase(text: str) -> Phrase:
    """What a noun phrase names and asks of it: "the two white horses", "bottle on the left", "someone in a suit".

    Never raises; a text without a noun is a "thing". A statement ("the dog is wearing a hat") is read as its
    subject with what is said of it.
    """
    if person := PERSONS.get(text.strip().lower()):
        return Phrase(person)
    words = Words(turned(_without_body(text), after_noun=True))
    while words.peek() in SILENT - {"one"}:
        words.at += 1
    root = words.noun() or Noun()
    ConditionReader(words, root).read()
    return root.phrase()


def read_conditions(text: str, name: str = "") -> tuple[Condition, ...]:
    """What must hold, all of it: "wearing a red hat", "on the table", "not red"; () for an empty text.

    name: the noun that it is said of, which decides "in red"; without it, it is taken for somebody.
    """
    text = turned(_without_body(_ADORNED.sub(r"with \g<worn>", text)), name=name)
    words, root = Words(text), Noun(name or "thing")
    if words.words in (["up"], ["out"], ["off"]):  # the rest of a verb: "turn up", "come out", "take off"
        return ()
    if words.peek() in ORDINALS and is_alive(words.peek(1)):  # "jacket, second person from the left"
        words = Words(f"of the {text}")
    ConditionReader(words, root).read()
    return root.conditions()


def read_relation(text: str) -> str:
    """The name of the relation in a wording without its thing: "lying on" is "on", "to the left of" is "left of".

    "" where there is none.
    """
    if in_hand := _IN_HAND.search(text):
        return "held by" if in_hand["whose"] else "holding"
    text = _HAD_ON_BODY.sub(r"\g<held>", text)
    relations = [part for part in read_conditions(f"{text} a thing") if isinstance(part, Relation)]
    return relations[-1].name if relations else ""
