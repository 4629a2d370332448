"""Reads the conditions that follow a noun, one after the other, each word once."""

from __future__ import annotations

from collections.abc import Callable

from ..words.english import GARMENTS, SHADES, attribute_word, is_adjective, is_color, is_participle, is_verb, word_set
from .condition_homes import may_act
from .condition_values import Attribute
from .function_words import DETERMINERS, DIRECTIONS, JOINERS, NEGATIONS, ORDERS, SILENT
from .phrase_parts import Link, Noun, Part
from .place_reader import PlaceReader

_BASES = (
    "wear hold carry ride drive pull push eat drink use cover touch face follow sit stand lie walk run sleep jump "
    "kneel lean fly swim hang look play read watch contain chase show rest float graze"
)
_DOUBLED = {"sit": "sitting", "run": "running", "swim": "swimming", "lie": "lying", "lies": "lying"}
_FINITE = {
    form: _DOUBLED.get(base, f"{base.removesuffix('e')}ing")
    for base in _BASES.split()
    for form in (base, "carries" if base == "carry" else f"{base}es" if base in ("watch", "touch") else f"{base}s")
} | {"flies": "flying", "wore": "wearing", "held": "holding", "sat": "sitting", "stood": "standing", "laying": "lying"}
_ADVERBS = word_set(
    "up down back alone together still upright fast slow high low around here there home outdoors outside"
)
_SMALL = word_set("on in of at by with to onto into inside around")


class ConditionReader(PlaceReader):
    """Steps that read one condition each, and say whether there was one."""

    def read(self) -> None:
        """Read to the end."""
        steps: tuple[Callable[[], bool], ...] = (
            *(self._joiner, self._negation, self._scene, self._rank, self._back_turned, self._facing, self._focus),
            *(
                self._made_of,
                self._sibling,
                self._place,
                self._comparison,
                self._same,
                self._relation,
                self._silent,
                self._verb,
            ),
            *(self._adjective, self._whatever),
        )
        while self.words.peek():
            next(step for step in steps if step())

    def _joiner(self) -> bool:
        word = self.words.peek()
        if word not in JOINERS:
            return False
        self.words.at += 1
        if word in ("neither", "nor"):
            self.negated, self.joint = True, "and" if word == "nor" else ""
        elif word == "or":
            self.joint = "or"
        elif word != "either" and not self.joint:
            self.joint = "" if word == "," else "and"
        return True

    def _negation(self) -> bool:
        word = self.words.peek()
        if word not in NEGATIONS:
            return False
        self.negated = True
        if word == "without":
            self.words.words[self.words.at] = "with"  # the unit after it is a relation
        else:
            self.words.at += 1
        return True

    def _scene(self) -> bool:
        """Skip "in the picture", which says only "here"."""
        size = 0 if self.negated else self._scene_size()
        self.words.at += size
        return size > 0

    def _silent(self) -> bool:
        if self.negated and self.words.peek() in ("visible", "shown", "seen", "present"):
            return self._done(1, "state", Attribute(self.words.peek()))
        if self.pose and self.words.peek() in ("up", "down", "back", "out", "around"):  # "lying down"
            self.words.at += 1
            return True
        if self.words.peek() not in SILENT and self.words.peek() not in DETERMINERS:
            return False
        self.words.at += 1
        return True

    def _made_of(self) -> bool:
        size = 3 if self.words.peek(1) == "out" else 2
        if self.words.peek() not in ("made", "built") or self.words.peek(size - 1) not in ("of", "from"):
            return False
        self.words.at += size
        said = self._gather()
        if said:
            self._say("state", Attribute(attribute_word(said)))
        return True

    def _sibling(self) -> bool:
        """Another thing of the last relation: "a hat and glasses"."""
        words, link = self.words, self.last.options[-1][-1] if self.last else None
        if not self.joint or (self.joint == "and" and self.negated and not isinstance(link, Link)):
            return False
        first = words.peek()
        named = first in DETERMINERS or (words.goes_on(0) and not is_verb(first) and first not in _FINITE)
        start = words.at
        noun = words.noun() if named and (isinstance(link, Link) or not self.last) else None
        if noun is None or (noun.name == "thing" and not isinstance(link, Link)):
            words.at = start
            return False
        if noun.name == "thing" and first not in DETERMINERS and not is_color(first):
            words.at = start
            return False
        self._add(noun, link)
        return True

    def _add(self, noun: Noun, link: Part | None) -> None:
        name, place = (link.name, link.place) if isinstance(link, Link) else (self.joint, False)
        self.negated = self.negated or bool(self.joint == "and" and self.last and self.last.negated)
        if not isinstance(link, Link):
            self.joint = ""
        another = Link(name, [noun], place)
        self._say("place", another)
        self._hang(another, [noun])

    def _comparison(self) -> bool:
        """A comparison that is no relation of the table: "darker than the sky"."""
        size = 2 if self.words.peek() in ("more", "less") else 1
        name, _ = self.words.relation()
        if name or self.words.peek(size) != "than":
            return False
        name = " ".join(self.words.peek(ahead) for ahead in range(size + 1))
        return self._relate(name, size + 1, "place")

    def _same(self) -> bool:
        """Read "of the same color" as a property."""
        size = self._skip(1, {"the", "a"})
        if self.words.peek() != "of" or self.words.peek(size) not in ("same", "similar", "different"):
            return False
        self.words.at += size
        self._say("state", Attribute(self._gather()))
        return True

    def _relation(self) -> bool:
        word = self.words.peek()
        if word in _FINITE and not self.words.relation()[0]:
            self.words.words[self.words.at] = _FINITE[word]
        name, size = self.words.relation()
        return bool(name) and self._relate(name, size, _kind(name))

    def _relate(self, name: str, size: int, kind: str) -> bool:
        words, said = self.words, " ".join(self.words.words[self.words.at : self.words.at + size])
        words.at += size
        if words.peek() in ("it", "them", "him") and not words.goes_on(1) and size == 1:
            words.at += 1  # "with a word on it"
            if kind == "place":
                return True
        color = words.peek() if name == "in" and is_color(words.peek()) else ""
        noun = words.noun()
        if noun is None:
            return self._alone(said, kind)
        if color and (noun.name in ("thing", color)):
            return self._in_color(noun, color)
        if name == "in" and noun.name.rsplit(" ", 1)[-1] in GARMENTS:
            name, kind = "wearing", "verb"
        if name == "wearing" and noun.name == "thing":
            noun.name = "clothes"
        self._link(name, noun, kind)
        return True

    def _link(self, name: str, noun: Noun, kind: str) -> None:
        link, words = Link(name, [noun]), self.words
        if name == "between" and words.peek() in ("and", ","):
            words.at += 1
            other = words.noun()
            link.nouns += [other] if other else []
        if kind == "place" and self.pose and not self.joint and not self.negated:
            self.pose.options[-1].append(link)  # "sitting on a bench" is denied as a whole
        else:
            self._say(kind, link)
        self._hang(link, link.nouns)

    def _in_color(self, noun: Noun, color: str) -> bool:
        """Tell "the woman in red", who wears something red, from a car in red, which is red."""
        if noun.name == color:  # "in orange"
            noun.name = "thing"
            noun.say(Attribute(color))
        if may_act(self._home("mark")):
            noun.name = "clothes"
            self._link("wearing", noun, "mark")
        else:
            self._say("state", *(part for unit in noun.units for option in unit.options for part in option))
        return True

    def _alone(self, said: str, kind: str) -> bool:
        """A relation to nothing: "nearby" is a property, the "on" of "with a hat on" is nothing."""
        if said not in _SMALL:
            self._say(kind, Attribute(said))
        return True

    def _verb(self) -> bool:
        """Read "sitting", and with an object a relation of the verb's own name: "kicking a ball"."""
        words, verb = self.words, self.words.peek()
        if not is_verb(verb):
            return False
        words.at += 1
        start = words.at
        if words.peek() in ("to", "for", "from", "about"):
            verb, words.at = f"{verb} {words.peek()}", start + 1
        adverb = words.peek().endswith("ly") or words.peek() in _ADVERBS
        noun = None if adverb or self._scene_size() or self._is_rank() else words.noun()
        if noun and (noun.name != "thing" or words.words[start] in DETERMINERS):
            self._link(verb, noun, "verb")
            return True
        words.at = start
        self.pose = self._say("verb", Attribute(verb.split()[0]))
        return True

    def _is_rank(self) -> bool:
        """Is it "furthest left", which says which of several, and no thing?"""
        return self.words.peek() in ORDERS and self.words.peek(1) in DIRECTIONS

    def _adjective(self) -> bool:
        word, following = self.words.peek(), self.words.peek(1)
        if word in SHADES and is_color(following):
            return self._done(2, "state", Attribute(f"{word} {following}"))
        if not is_adjective(word):
            return False
        self.words.at += 1
        unit = self._say("state", Attribute(attribute_word(word)))
        self.pose = unit if is_participle(word) else None
        return True

    def _whatever(self) -> bool:
        """What cannot be read stays as it is."""
        said = self._gather()
        if not said:
            said = self.words.peek()
            self.words.at += 1
        self._say("state", Attribute(said))
        return True

    def _gather(self) -> str:
        """The words up to where something else begins."""
        words, kept = self.words, list[str]()
        while words.peek() in DETERMINERS:
            words.at += 1
        while words.goes_on(0) and not (kept and (is_verb(words.peek()) or words.peek() in _FINITE)):
            kept.append(words.peek())
            words.at += 1
        return " ".join(kept)


def _kind(name: str) -> str:
    if name in ("of", "with"):
        return "of" if name == "of" else "mark"
    return "verb" if name.endswith("ing") and name not in ("touching", "covering", "containing") else "place"
