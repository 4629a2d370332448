"""The usual meanings of nouns in images, and the hierarchy of kinds: WordNet with the corrections of `everyday`."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from types import MappingProxyType

from .everyday import MEANINGS, WITH, WITHOUT
from .wordnet import Sense, WordNet

_PHYSICAL = "n00001930"
_PERSON = "n00007846"
_AS_USUAL = 0.5
"""How often a further meaning must occur, against the first, to be usual too."""
_MAY = 0.3
"""How often a model's class of that meaning must occur, plus one, against the word's commonest thing."""
_FAR = 0.1
"""A person that a word means less often than this, against all that it means, is not what people mean by it."""


class Meanings:
    """Meanings of nouns as WordNet's ids, of things that can be seen.

    wordnet: is opened at the first question.
    """

    def __init__(self, wordnet: WordNet) -> None:
        self._wordnet = wordnet
        self._kinds: dict[str, Mapping[str, int]] = {}

    def usual(self, noun: str) -> tuple[str, ...]:
        """The usual meanings of a noun in the singular, the likeliest first.

        A noun that may mean a person or a thing ("mug", "toaster") means the thing.
        """
        if noun in MEANINGS:
            return tuple(self._wordnet.synset_of(name) for name in MEANINGS[noun])
        things = self._things(noun)
        if not things:
            return ()
        first = things[0]
        if self._is_person(first):
            first = next((one for one in things if not self._is_person(one) and one.count >= first.count), first)
        usual = [one for one in things if one.count and one.count >= _AS_USUAL * first.count]
        people = self._is_person(first)
        return tuple(dict.fromkeys(one.synset for one in (first, *usual) if self._is_person(one) == people))

    def may_mean(self, noun: str, synset: str) -> bool:
        """Whether the meaning is about as common as others of the noun: both of "crane" are, an ear of corn is not."""
        if noun in MEANINGS:
            return synset in self.usual(noun)
        senses = self._senses(noun)
        often = next((sense.count for sense in senses if sense.synset == synset), -1) + 1
        if often >= _MAY * (max((sense.count for sense in senses), default=0) + 1):
            return True
        return often > 0 and often >= _MAY * (max((one.count for one in self._things(noun)), default=0) + 1)

    def kinds(self, synset: str) -> Mapping[str, int]:
        """The meaning and all its hypernyms, with the number of steps to each."""
        if synset not in self._kinds:
            kinds = dict(self._wordnet.above(synset))
            for kind, (more, less) in self._exceptions.items():
                if any(other in kinds for other in less):
                    kinds.pop(kind, None)
                elif steps := [kinds[other] for other in more if other in kinds]:
                    for other, further in self._wordnet.above(kind).items():
                        kinds.setdefault(other, min(steps) + 1 + further)
            self._kinds[synset] = MappingProxyType(kinds)
        return self._kinds[synset]

    def noun_of(self, synset: str) -> str:
        """WordNet's first word for a meaning. Raises KeyError."""
        return self._wordnet.synset(synset).nouns[0]

    def _things(self, noun: str) -> list[Sense]:
        """What the noun means of things that can be seen, but for people whom it hardly ever means ("family")."""
        senses = self._senses(noun)
        far = _FAR * max((sense.count for sense in senses), default=0)
        seen = [sense for sense in senses if _PHYSICAL in self._wordnet.above(sense.synset)]
        return [sense for sense in seen if sense.count >= far or not self._is_person(sense)]

    def _is_person(self, sense: Sense) -> bool:
        return _PERSON in self._wordnet.above(sense.synset)

    def id_of(self, name: str) -> str:
        """The id of a meaning written as "mouse.n.04" or as an id. Raises KeyError."""
        return self._wordnet.synset_of(name)

    def _senses(self, noun: str) -> tuple[Sense, ...]:
        """Those of the first spelling that WordNet has: in two words, in one, with a hyphen."""
        spellings = (noun, noun.replace(" ", ""), noun.replace(" ", "-"))
        return next((found for one in spellings if (found := self._wordnet.senses(one))), ())

    def is_adjective(self, word: str) -> bool:
        """Can the word be an adjective: "red", "left"?"""
        return self._wordnet.is_adjective(word)

    @cached_property
    def _exceptions(self) -> Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]]:
        """Per kind: what people count to it, and what they do not."""
        ids = self._wordnet.synset_of
        return {
            ids(kind): (tuple(map(ids, WITH.get(kind, ()))), tuple(map(ids, WITHOUT.get(kind, ()))))
            for kind in dict.fromkeys((*WITH, *WITHOUT))
        }
