"""Maps words to ImageNet classes, and kinds to the names of their members."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cached_property

from ..core.errors import ToolError, UnknownName
from . import coco_classes
from .meanings import Meanings
from .spelling import singulars, words_of
from .vocabulary import Vocabulary
from .wordnet import WordNet

_OF = frozenset(("kind", "kinds", "type", "types", "sort", "sorts", "species"))
_BREEDS = frozenset(("breed", "breeds", "race"))
_FEW_STEPS = 3
_SAID: Mapping[str, str] = {
    **{"dining table": "table", "potted plant": "plant", "sports ball": "ball", "cell phone": "phone"},
}
"""Everyday names for COCO classes with unusual names."""


class Kinds:
    """The classes of a network as meanings of WordNet.

    synsets: WordNet's id of each class, in the network's order.
    """

    def __init__(self, synsets: Sequence[str], wordnet: WordNet) -> None:
        self._synsets = tuple(synsets)
        self._wordnet = wordnet
        self._meanings = Meanings(wordnet)

    def classes_of(self, word: str) -> tuple[int, ...]:
        """The classes that stand for a word: "hat" has sombrero, bonnet and two more. None for an unknown word."""
        match = self._vocabulary.find(word)
        return tuple(sorted(self._numbers[name] for name in match.names))

    def detected_as(self, label: str) -> tuple[str, ...]:
        """What COCO calls it, or its kinds; nothing where only something wider or near is known."""
        match = self._coco.find(label)
        return match.names if match.how in ("same", "wider", "narrower") else ()

    def named(self, kind: str) -> Mapping[str, tuple[int, ...]]:
        """What people call the things of a kind, each with its classes: of "animal" dog, cat, bird; of "bird" parrot.

        A name is the lowest meaning above a class, still below the kind, that people use: one of COCO's names, or one
        that occurs in WordNet's tagged texts (basic-level names: Rosch et al., "Basic objects in natural categories",
        1976), but none that takes in more than one of COCO's: "mammal", "produce". Where there is none, and for a
        breed, it is the class itself.
        Raises ToolError for an empty kind, UnknownName for one that has no classes.
        """
        words = words_of(kind)
        if not words:
            raise ToolError(f"{kind!r} is no kind.", hint='Give one, such as "fruit" or "thing".')
        breed = not _BREEDS.isdisjoint(words)
        noun = _noun(words)
        classes = self._of_kind(noun)
        if not classes:
            raise UnknownName(
                f"NAME knows no kinds of {noun}.",
                hint='It names animals, food, vehicles, furniture, clothes and tools; "thing" is all of them.',
            )
        tops = self._tops(noun)
        found: defaultdict[str, list[int]] = defaultdict(list)
        for number in classes:
            found[self._leaf(number) if breed else self._called(number, tops)].append(number)
        return {name: tuple(numbers) for name, numbers in found.items()}

    def is_kind(self, label: str, kind: str) -> bool:
        """Whether the COCO class is a kind of this."""
        return bool(self._coco.kind_of(label, _noun(words_of(kind)))) and label != _noun(words_of(kind))

    def _of_kind(self, noun: str) -> tuple[int, ...]:
        match = self._vocabulary.find(noun)
        return tuple(sorted(self._numbers[name] for name in match.names)) if match.how in ("wider", "same") else ()

    def _tops(self, noun: str) -> frozenset[str]:
        """What is no name of its kinds: the kind, and all that is above it."""
        forms = map(self._meanings.usual, (noun, *singulars(noun)))
        usual: tuple[str, ...] = next((senses for senses in forms if senses), ())
        return frozenset(above for one in usual for above in self._meanings.kinds(one)) | {*usual}

    def _called(self, number: int, tops: frozenset[str]) -> str:
        """The name of a class below those meanings."""
        chain = sorted(self._meanings.kinds(self._synsets[number]).items(), key=lambda item: item[1])
        for one, _ in chain:
            if one in self._detected and one not in tops:
                return said(self._detected[one])
        near = (one for one, steps in chain if steps <= _FEW_STEPS and one not in tops | self._wide)
        return next((word for word in map(self._spoken, near) if word), self._leaf(number))

    def _spoken(self, synset: str) -> str:
        """The word for a meaning that is in WordNet's tagged texts with it; "" where none is."""
        for noun in self._wordnet.synset(synset).nouns:
            if any(sense.synset == synset and sense.count for sense in self._wordnet.senses(noun)):
                return noun.lower()
        return ""

    def _leaf(self, number: int) -> str:
        return self._meanings.noun_of(self._synsets[number])

    @cached_property
    def _vocabulary(self) -> Vocabulary:
        return Vocabulary.of_synsets(self._synsets, self._wordnet)

    @cached_property
    def _coco(self) -> Vocabulary:
        return coco_classes.vocabulary(self._wordnet)

    @cached_property
    def _numbers(self) -> Mapping[str, int]:
        return {synset: number for number, synset in enumerate(self._synsets)}

    @cached_property
    def _detected(self) -> Mapping[str, str]:
        """Meaning to COCO's name for it."""
        return {self._meanings.id_of(sense): known.name for known in coco_classes.KNOWN for sense in known.senses}

    @cached_property
    def _wide(self) -> frozenset[str]:
        """Meanings that one of COCO's is a kind of: too wide to be what a thing is called."""
        return frozenset(wide for one in self._detected for wide in self._meanings.kinds(one) if wide != one)


def _noun(words: Sequence[str]) -> str:
    """The kind without "kind of": "dog" for "breed" alone."""
    rest = [word for word in words if word not in _OF | _BREEDS | {"of"}]
    return " ".join(rest) or ("dog" if not _BREEDS.isdisjoint(words) else "thing")


def said(label: str) -> str:
    """What people call COCO's class of that name."""
    return _SAID.get(label, label)
