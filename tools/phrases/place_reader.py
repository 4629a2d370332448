"""Reads ranks, places and directions: "second from the left", "in the top left corner", "facing the camera"."""

from __future__ import annotations

from ..words.english import word_set
from .condition_homes import Homes
from .condition_values import Attribute, Condition, Order, Place
from .function_words import DETERMINERS, DIRECTIONS, JOINERS, ORDERS, ORDINALS
from .phrase_parts import Link

_MOST_SKIPPED = 6
_VIEWERS = word_set("camera viewer photographer us me you lens")
_PARTS = {
    **{"foreground": "foreground", "background": "background", "corner": "corner", "edge": "edge", "side": "side"},
    **{"end": "end", "front": "foreground", "back": "background", "rear": "background", "distance": "background"},
}
_SIDES = word_set("side part half corner edge area end third portion section")
_PLACING = word_set("in on at to towards toward along from near")
_TURNED = word_set("facing looking turned pointing heading moving walking running going driving flying turning")
_SEEN_FROM = {"behind": "away", "back": "away", "rear": "away", "front": "camera", "side": "sideways"}
_STATIC = word_set("facing looking turned pointing turning")
_WHITHER = word_set("left right up down away forward forwards backward backwards sideways straight ahead")


class PlaceReader(Homes):
    """Steps that read one such condition each, and say whether there was one."""

    def _rank(self) -> bool:
        """Read "second from the left", "closest to the camera", "furthest to the right", "leftmost"."""
        word, words = self.words.peek(), self.words
        if word in ORDINALS and words.peek(1) in ("from", "on"):
            self._home("place").ordinal = ORDINALS[word]
            words.at += 1
            return True
        order = ORDERS.get(word) or (Order("camera", 0) if word == "most" else None)
        if order is None:
            return False
        if words.peek(words.relation()[1] - 1) == "than":
            return False
        size = self._skip(1, {"away", "far", "out", "to", "from", "towards", "the", "on", "our", "my", "at"})
        end = words.peek(size)
        if end in DIRECTIONS and end != "middle" and words.peek(size + 1) != "of":
            size += 1 + (words.peek(size + 1) in _SIDES)
            return self._done(size, "place", Order(DIRECTIONS[end], 0))
        if word == "most":
            return False
        if end in _VIEWERS or end in ("front", "foreground"):
            return self._done(size + 1, "place", order)
        if words.relation()[0] and not self._ends(size):
            return False
        return self._done(1 + (words.peek(1) == "away"), "place", order)

    def _skip(self, ahead: int, these: set[str]) -> int:
        end = ahead + _MOST_SKIPPED
        while ahead < end and self.words.peek(ahead) in these:
            ahead += 1
        return ahead

    def _ends(self, ahead: int) -> bool:
        word = self.words.peek(ahead)
        return not word or word in JOINERS

    def _done(self, size: int, kind: str, *conditions: Condition) -> bool:
        self.words.at += size
        self._say(kind, *conditions)
        return True

    def _focus(self) -> bool:
        """Read "in focus" and "out of focus" as the properties that they are."""
        size = 2 if self.words.peek() == "out" and self.words.peek(1) == "of" else 1
        if self.words.peek() not in ("in", "out") or self.words.peek(size) != "focus":
            return False
        return self._done(size + 1, "state", Attribute("sharp" if self.words.peek() == "in" else "blurry"))

    def _back_turned(self) -> bool:
        """Read "with their back to us", "seen from behind", "from the front"."""
        seen = self.words.peek() in ("seen", "shown", "viewed", "photographed") and self.words.peek(1) == "from"
        if seen or self.words.peek() == "from":
            side = self._skip(1 + seen, {"the"})
            facing = _SEEN_FROM.get(self.words.peek(side))
            if facing and self._ends(side + 1):
                return self._done(side + 1, "verb", Attribute(f"facing {facing}"))
        if self.words.peek() != "with" or self.words.peek(1) not in DETERMINERS or self.words.peek(2) != "back":
            return False
        size = self._skip(3, {"turned", "to", "towards", "toward", "the"})
        size += self.words.peek(size) in _VIEWERS
        return self._done(size, "verb", Attribute("facing away"))

    def _facing(self) -> bool:
        """Read "facing left", "looking at the camera", "walking to the right"."""
        verb = self.words.peek()
        if verb not in _TURNED:
            return False
        size = self._skip(1, {"to", "towards", "toward", "at", "into", "the", "our", "my", "straight", "directly"})
        end = self.words.peek(size)
        if (end not in _VIEWERS and end not in _WHITHER) or self.words.peek(size + 1) == "of":
            return False
        size += 1 + (self.words.peek(size + 1) in ("side", "direction"))
        if end == "away" and self.words.peek(size) == "from":
            after = self._skip(size, {"from", "the"})
            if self.words.peek(after) not in _VIEWERS:
                return False
            size = after + 1
        where = Attribute(f"facing {'camera' if end in _VIEWERS else end}")
        return self._done(size, "verb", *(() if verb in _STATIC else (Attribute(verb),)), where)

    def _place(self) -> bool:
        """Read "on the left", "in the top left corner", "on the left side of the table", "at the back"."""
        words, size, where = self.words, 0, list[str]()
        size = self._skip(0, {*_PLACING}) if words.peek() in _PLACING else 0
        bare = size == 0
        if bare and words.relation()[1] > 1 and words.relation()[0] != "on":  # "left from", "lower than"
            return False
        size = self._skip(size, {"the", "its", "his", "her", "far", "very", "extreme", "upper-most", "a"})
        while len(where) < 2 and (words.peek(size).split("-")[0] in DIRECTIONS):
            where += [DIRECTIONS[part] for part in words.peek(size).split("-") if part in DIRECTIONS]
            size += 1
        if bare and not (where and self._place_ends(size)) and words.peek(size) not in ("background", "foreground"):
            return False
        part = words.peek(size)
        if where:
            size += 1 if part == "hand" and words.peek(size + 1) == "side" else 0
            size += words.peek(size) in _SIDES
        elif part in _PARTS and not (part == "side" and bare):
            where, size = [self._part(part)], size + 1
        return bool(where) and self._said_all(size) and self._placed(" ".join(where), size)

    def _place_ends(self, size: int) -> bool:
        return self._said_all(size) or self.words.peek(size) in _SIDES

    def _part(self, part: str) -> str:
        """Read "In the back" is the background, "on the back" a side of the thing."""
        of_thing = self.words.peek() == "on" or self.words.peek(self._skip(0, {*_PLACING, "the"}) + 1) == "of"
        of_thing = of_thing and not self._scene_size(self._skip(0, {*_PLACING, "the"}) + 1)
        return part if of_thing and part in ("front", "back", "rear") else _PARTS[part]

    def _placed(self, where: str, size: int) -> bool:
        words, start = self.words, self.words.at
        if self.words.peek(size) != "of" or self._scene_size(size):
            words.at += size
            return self._put(where)
        if words.relation()[1] == size + 1:  # "on the left of the dog" is beside it
            return False
        words.at += size + 1
        noun = words.noun()
        if noun is None:
            words.at = start + size + 1
            return self._put(where)
        link = Link(where, [noun], place=True)
        self._say("place", link)
        self._hang(link, [noun])
        return True

    def _put(self, where: str) -> bool:
        """A place; with an ordinal before it ("the third chair from the right") a rank."""
        home = self._home("place")
        if home.ordinal is not None and where.split()[0] not in ("middle", "side", "end", "edge", "corner"):
            along = {"foreground": "camera", "front": "camera", "background": "camera", "back": "camera"}.get(
                where, where
            )
            rank = max(home.ordinal, 0)
            home.ordinal = None
            self._say("place", home.ranked(along, -1 - rank if where in ("background", "back") else rank))
        else:
            self._say("place", Place(where))
        return True
