"""Reads one noun phrase out of a text's words: adjectives, compound noun, whose it is."""

from __future__ import annotations

import re
from functools import cache

from ..words.english import (
    NOUN_TOO,
    SHADES,
    SUBSTANCES,
    attribute_word,
    is_adjective,
    is_alive,
    is_color,
    is_compound,
    is_participle,
    is_verb,
    singular,
    word_set,
)
from .condition_values import Attribute, Condition, Order, Place
from .function_words import (
    AMOUNTS,
    DETERMINERS,
    DIRECTIONS,
    JOINERS,
    NEGATIONS,
    NUMBERS,
    ONE_OF,
    ORDERS,
    ORDINALS,
    PREPOSITIONS,
    PRONOUNS,
    SEVERAL,
    SILENT,
)
from .phrase_parts import Link, Noun
from .relations import RELATIONS

_RIGHT = re.compile(
    r"(?<![\w'-])(?P<before>[\w'-]+ )?right (?=(?:(?P<close>next to|beside|besides|behind|in front of|near|between"
    r"|against|by the)|above|below|under|underneath|beneath|on top of|outside|inside|over|in the|on the|(?P<at>at))\b)"
)
"""Where "right" is no side: "right next to the door", "right at the bottom"."""
_SIDE_BEFORE = frozenset((*ORDERS, *ORDINALS, *DIRECTIONS)) | word_set(
    "the on to at from far front back very most its his her their my our your and or"
)
"""Words before a "right" that is a side."""
_TURNING = word_set(
    "turned turns turning looks looking faces facing points pointing heads heading leans leaning moves moving"
)
_GOING = word_set("walks walking runs running goes going drives driving flies flying")
"""Verbs before a "right" that is a side, unless it says how close: "walking right behind the dog"."""
_MOST_JOINED = 12
_MOST_OWNERS = 4


def split_words(text: str) -> list[str]:
    """Lower-case words, commas, and "'s" as a word of its own."""
    text = re.sub(
        r"\bwhose\b",
        "with",
        re.sub(r"\b(?:is|are|was|were|do|does|did|has|have|can|could|would|wo|ca)n't\b", "not", _plain(text)),
    )
    words: list[str] = []
    for word in re.findall(r"\w+(?:[-'./+]\w+)*(?:(?<=s)'(?!\w))?|[,;:&]", text):
        if word.endswith("'s") or word.endswith("s'"):
            words += [word[:-2] if word.endswith("'s") else word[:-1], "'s"]
        else:
            words.append("," if word in ";:" else word)
    return words


def _plain(text: str) -> str:
    return _RIGHT.sub(_without_right, text.casefold().replace("\u2019", "'").replace("_", " "))


def _without_right(found: re.Match[str]) -> str:
    """Of "right next to" the relation; "facing right behind" and "on the right in front of" stay."""
    before = found["before"] or ""
    word = before.strip()
    turns = word in _TURNING or (word in _GOING and not found["close"])
    return found[0] if word in _SIDE_BEFORE or (turns and not found["at"]) else before


@cache
def _wordings() -> dict[str, list[tuple[tuple[str, ...], str]]]:
    """First word to the wordings that begin with it, longest first, each with its relation."""
    found: dict[str, list[tuple[tuple[str, ...], str]]] = {}
    for name, wordings in RELATIONS.items():
        for wording in wordings:
            words = tuple(wording.split())
            found.setdefault(words[0], []).append((words, name))
    return {first: sorted(several, key=lambda pair: -len(pair[0])) for first, several in found.items()}


class Words:
    """The words of a text and a place among them."""

    def __init__(self, text: str) -> None:
        self.words = split_words(text)
        self.at = 0

    def peek(self, ahead: int = 0) -> str:
        """A word from here on; "" past the end."""
        place = self.at + ahead
        return self.words[place] if 0 <= place < len(self.words) else ""

    def relation(self, ahead: int = 0) -> tuple[str, int]:
        """The relation whose wording stands there and how many words that has; ("", 0) if none."""
        start = self.at + ahead
        for words, name in _wordings().get(self.peek(ahead), ()):
            if tuple(self.words[start : start + len(words)]) == words:
                return name, len(words)
        return "", 0

    def goes_on(self, ahead: int) -> bool:
        """Can the word there belong to the noun phrase before it?"""
        word = self.peek(ahead)
        if not word or any(word in words for words in (DETERMINERS, SILENT, JOINERS, NEGATIONS, PREPOSITIONS)):
            return False
        return word in ORDERS or not self.relation(ahead)[0]

    def noun(self) -> Noun | None:
        """Read a noun phrase; None, and nothing read, where none stands."""
        start, noun = self.at, Noun()
        self._amount(noun)
        said = self._adjectives(noun) or noun.number is not None or noun.ordinal is not None
        words = self._compound()
        if said and not words and self.peek() == "of" and self._of_several(noun):
            words = self._compound()
        if not words and not said:
            self.at = start
            return None
        _name(noun, words)
        for _ in range(_MOST_OWNERS):  # "the girl's dog's tail"
            if self.peek() != "'s" or not self._owns():
                break
            self.at += 1
            owner, noun = noun, Noun()
            self._adjectives(noun)
            _name(noun, self._compound())
            noun.say(Link("of", [owner]))
        return noun

    def _of_several(self, noun: Noun) -> bool:
        """Read on after "the largest" in "the largest of the boats"."""
        if self.peek(1) not in DETERMINERS or not self.goes_on(2):
            return False
        self.at += 1
        several = Noun()
        self._amount(several)
        self._adjectives(noun)
        return True

    def _owns(self) -> bool:
        """Is this "'s" a genitive, and not "is"?"""
        word, after = self.peek(1), self.goes_on(2)
        verb = is_verb(word) and not is_compound(word, self.peek(2))
        return self.goes_on(1) and (after or not (verb or (is_adjective(word) and word not in NOUN_TOO)))

    def _amount(self, noun: Noun) -> None:
        """Articles and numbers."""
        end = self.at + _MOST_JOINED
        while (word := self.peek()) and self.at < end:
            if word in AMOUNTS and self.peek(1) == "of":
                noun.plural = noun.plural or word not in ONE_OF
                self.at += 2
            elif word == "no":
                noun.number, self.at = 0, self.at + 1
            elif self._number() is not None and self.goes_on(1):
                noun.number, self.at = self._number(), self.at + 1
                noun.plural = noun.number != 1
            elif word in DETERMINERS:
                noun.plural = noun.plural or word in SEVERAL
                self.at += 1
            else:
                return

    def _number(self) -> int | None:
        word = self.peek()
        return int(word) if word.isdecimal() and len(word) < 5 else NUMBERS.get(word)

    def _adjectives(self, noun: Noun) -> bool:
        """Read the properties that stand before the noun, and those of no noun at all ("the red and blue")."""
        joint, joined, start = "", 0, self.at
        while joined < _MOST_JOINED:
            if not (found := self._adjective(noun)):
                break
            if joint == "or":
                noun.units[-1].options.append([found])
            else:
                noun.say(found)
            joint = self.peek() if self.peek() in (",", "and", "or") else ""
            if joint and not self._adjective_follows():
                break
            self.at += bool(joint)
            joined += 1
        return self.at > start

    def _adjective_follows(self) -> bool:
        return is_adjective(self.peek(1)) and not self.relation(1)[0] and not is_compound(self.peek(1), self.peek(2))

    def _adjective(self, noun: Noun) -> Condition | None:
        """Read one property; None where the noun begins. An ordinal is kept in `noun`."""
        word, following = self.peek(), self.peek(1)
        if is_compound(word, following):
            return None
        if word in SHADES and is_color(following):
            self.at += 2
            return Attribute(f"{word} {following}")
        if not self.goes_on(0) or (word in NOUN_TOO and not self._noun_follows()):
            return None
        if word in ORDINALS and noun.ordinal is None and (self.goes_on(1) or following == "from"):
            return self._ordinal(noun)
        if word in ORDERS and (self.goes_on(1) or (following == "of" and self.peek(2) in DETERMINERS)):
            self.at += 1
            return ORDERS[word]
        if word in DIRECTIONS and self.goes_on(1):
            return self._direction()
        if word in _DEPTHS and self.goes_on(1) and is_alive(singular(following)):  # a front wheel is a part
            self.at += 1
            return Place(_DEPTHS[word])
        if is_verb(word) and self._noun_follows():
            self.at += 1
            return Attribute(word)
        if is_adjective(word) and word not in ORDERS and word not in SHADES - {"pale", "deep", "bright", "dark"}:
            return self._attribute()
        return None

    def _attribute(self) -> Attribute:
        word = self.peek()
        self.at += 1
        return Attribute(attribute_word(word))

    def _noun_follows(self) -> bool:
        """Does a noun stand after this word, and not what a thing does ("the orange lying there")?"""
        if not self.goes_on(1):
            return bool(self.peek(1) in ("and", "or", ",") and self._adjective_follows() and self.goes_on(3))
        following = self.peek(1)
        doing = is_verb(following) or (is_participle(following) and not is_color(following))
        return not doing or self.goes_on(2)

    def _direction(self) -> Place:
        first, second = DIRECTIONS[self.peek()], self.peek(1)
        if second in DIRECTIONS and self.goes_on(2):
            self.at += 2
            return Place(f"{first} {DIRECTIONS[second]}")
        self.at += 1
        return Place(first)

    def _ordinal(self, noun: Noun) -> Condition | None:
        rank, order = ORDINALS[self.peek()], ORDERS.get(self.peek(1))
        if order:
            self.at += 2
            return Order(order.along, order.index + rank if order.index >= 0 else order.index - rank)
        noun.ordinal, self.at = rank, self.at + 1
        self._amount(noun)  # "the first two"
        return self._adjective(noun)

    def _compound(self) -> list[str]:
        """Read the noun itself, with the nouns before it."""
        words: list[str] = []
        while self.goes_on(0) and not (words and self.noun_ends(words[-1])):
            if not words and self.peek() in ORDERS:
                break
            if not words and is_verb(self.peek()) and not is_compound(self.peek(), self.peek(1)):
                break
            words.append(self.peek())
            self.at += 1
        return words

    def noun_ends(self, before: str, ahead: int = 0) -> bool:
        """Is the word there no part of the noun: what the thing does, how it is, or which of several it is?"""
        word = self.peek(ahead)
        if is_compound(before, word):
            return False
        if is_verb(word) or (is_participle(word) and not is_color(word)) or word in FINITE_ALWAYS or word in ORDERS:
            return True
        if before in PRONOUNS or singular(before) in PRONOUNS or word == "else":
            return True
        last = not self.goes_on(ahead + 1)
        return last and (word in DIRECTIONS or (is_adjective(word) and word not in NOUN_TOO and word not in SUBSTANCES))


_DEPTHS = {"front": "foreground", "foreground": "foreground", "rear": "background", "background": "background"}
"""Words before a living thing that say how far from the camera it is."""
FINITE_ALWAYS = word_set(
    "wears wear holds hold carries carry sits sit lies eats eat sleeps wore held sat stood made built hung placed laid"
)
"""Forms of verbs that are no nouns."""


def _name(noun: Noun, words: list[str]) -> None:
    if not words:
        return
    eyewear = len(words) == 1 or words[-2] in ("reading", "sun", "safety", "eye")
    head = "glass" if words[-1] == "glasses" and not eyewear else singular(words[-1])
    noun.plural = noun.plural or head != words[-1]
    if words[-1] in ("nobody", "nothing"):
        noun.number = 0
    noun.name = PRONOUNS.get(head, head) if len(words) == 1 else " ".join([*words[:-1], head])
