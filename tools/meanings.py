"""What a noun usually means in talk about pictures, and what people count to what: WordNet with `everyday` before it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from types import MappingProxyType

from .everyday import MEANINGS, WITH, WITHOUT
from .models.wordnet import Sense, WordNet

_PHYSICAL = "n00001930"
_PERSON = "n00007846"
_USUAL = 0.3
"""How often a meaning must occur, against the commonest one, to count as what people may mean."""
_AT_MOST = 3


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
        senses = [sense for sense in self._senses(noun) if _PHYSICAL in self._wordnet.above(sense.synset)]
        most = max((sense.count for sense in senses), default=0)
        usual = [sense.synset for sense in senses if sense.count + 1 > _USUAL * (most + 1)][:_AT_MOST]
        things = [synset for synset in usual if _PERSON not in self._wordnet.above(synset)]
        return tuple(things or usual)

    def all(self, noun: str) -> tuple[str, ...]:
        """Every meaning of a noun in the singular."""
        return tuple(sense.synset for sense in self._senses(noun))

    def kinds(self, synset: str) -> Mapping[str, int]:
        """Everything that the meaning is a kind of, itself too, with the number of steps up to it."""
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

    def id_of(self, name: str) -> str:
        """The id of a meaning written as "mouse.n.04" or as an id. Raises KeyError."""
        return self._wordnet.synset_of(name)

    def _senses(self, noun: str) -> tuple[Sense, ...]:
        """Those of the first spelling that WordNet has: in two words, in one, with a hyphen."""
        spellings = (noun, noun.replace(" ", ""), noun.replace(" ", "-"))
        return next(filter(None, map(self._wordnet.senses, spellings)), ())

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
