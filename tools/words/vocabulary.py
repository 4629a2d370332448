"""Maps words to the names that a model knows.

WordNet says which words mean the same and what is a kind of what; `everyday` says what a word means in talk about
pictures. A wrong match is worse than none: only the usual meanings of a word count, and only things that can be seen.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property
from typing import Literal, Self

from ..core.errors import ToolError
from .everyday import EVERYTHING, PARTS_OF, SCENES
from .meanings import Meanings
from .spelling import key_of, singulars, words_of
from .wordnet import WordNet

How = Literal["same", "narrower", "wider", "nearest", "unknown"]

_CLOSE = 0.75
_ENOUGH_KINDS = 2
"""A model that knows one kind of a thing does not know the thing: stop signs are not all signs."""


@dataclass(frozen=True)
class KnownName:
    """A name that a model knows.

    senses: what it means, as WordNet's ids or as "mouse.n.04"; by default the usual meaning of the name.
    words: more words for it that WordNet lacks.
    takes_in: meanings that the model was taught under this name, though WordNet has them elsewhere.
    """

    name: str
    senses: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    takes_in: tuple[str, ...] = ()


@dataclass(frozen=True)
class Match:
    """The relation of a word to a model's names.

    names: which of the known names.
    how: the word means the `same` as the name; it is `narrower` (a puppy is a dog) or `wider` (all names are kinds of
        it); the names are the `nearest` that is known; or it is `unknown`, with no name.
    assumption: for narrower and nearest ones, what was taken for what: "took 'puppy' for 'dog'".
    hint: for unknown ones, what to ask for instead.
    """

    names: tuple[str, ...]
    how: How
    assumption: str = ""
    hint: str = ""


class Vocabulary:
    """A model's names, found by everyday words.

    names: each as the model writes it, or as KnownName where WordNet needs help.
    wordnet: is opened at the first question, which raises WeightsError when it has not been pulled.
    """

    def __init__(self, names: Sequence[str | KnownName], wordnet: WordNet) -> None:
        every = (KnownName(name) if isinstance(name, str) else name for name in names)
        self._known = {known.name: known for known in every}
        self._meanings = Meanings(wordnet)

    @classmethod
    def of_synsets(cls, synsets: Iterable[str], wordnet: WordNet) -> Self:
        """Of a model whose classes are meanings of WordNet, as ImageNet's are: the names are their ids."""
        meanings = Meanings(wordnet)
        nouns = {synset: wordnet.synset(synset).nouns for synset in synsets}
        usual = {one: tuple(word for word in words if meanings.may_mean(word, one)) for one, words in nouns.items()}
        return cls([KnownName(one, (one,), usual[one]) for one in usual], wordnet)

    @property
    def names(self) -> tuple[str, ...]:
        """Every known name."""
        return tuple(self._known)

    def spoken(self, name: str) -> str:
        """What people call the known name: the name itself, or WordNet's first word for an id."""
        return self._meanings.noun_of(name) if self._known[name].senses == (name,) else name

    def find(self, word: str) -> Match:
        """The known names for what people call `word`; case, articles, hyphens, spaces and plural do not matter.

        "dinner plate" is taken for a plate where only that is known. Raises ToolError for an empty word.
        """
        words = words_of(word)
        if not words:
            raise ToolError(f"{word!r} names nothing to look for.", hint='Give a common noun, such as "cup".')
        noun = _thing(words)
        if match := self._match(noun):
            return match
        if names := self._ending_in(noun):
            return Match(names, "nearest", self._took(noun, names))
        for head in self._heads(noun):
            # Of what is wider nothing is said: a coffee table is neither a desk nor a pool table.
            if (match := self._match(head)) and match.how != "wider":
                how = "nearest" if match.how == "nearest" else "narrower"
                return Match(match.names, how, self._took(noun, match.names))
        return Match((), "unknown", hint=self._hint(noun))

    def kind_of(self, name: str, kind: str) -> bool | None:
        """Is the thing of that name, a known one or any other, a kind of `kind`? None where a word has no meaning."""
        wide = _thing(words_of(kind))
        if _is_everything(wide):
            return True
        kinds = set(self._usual(wide))
        own = self._senses[name] if name in self._known else self._usual(_thing(words_of(name)))
        if not kinds or not own:
            return None
        return any(not kinds.isdisjoint(self._meanings.kinds(sense)) for sense in own)

    def _match(self, noun: str) -> Match | None:
        """The match of the noun as a whole: by its spelling, then by each of its usual meanings."""
        for form in (noun, *singulars(noun)):
            if names := self._spelled.get(key_of(form)):
                return Match(names, "same")
        if _is_everything(noun):
            return Match(self.names, "wider")
        for sense in self._usual(noun):
            if match := self._by_meaning(sense, noun):
                return match
        return None

    def _by_meaning(self, sense: str, noun: str) -> Match | None:
        below = self._below.get(sense, ())
        if same := tuple(name for name in below if sense in self._senses[name]):
            return Match(same, "same")
        if taught := tuple(name for name, others in self._taken_in.items() if sense in others):
            return Match(taught, "nearest", self._took(noun, taught))
        if len(below) >= _ENOUGH_KINDS:
            return Match(below, "wider")
        if names := self._right_above(sense, self._senses):
            return Match(names, "narrower", self._took(noun, names))
        if names := self._right_above(sense, self._taken_in):
            return Match(names, "nearest", self._took(noun, names))
        return None

    def _right_above(self, sense: str, meanings: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
        """The names with a meaning that this one is a kind of, in the fewest steps."""
        kinds = self._meanings.kinds(sense)
        steps = {name: min((kinds[one] for one in own if one in kinds), default=None) for name, own in meanings.items()}
        reached = {name: count for name, count in steps.items() if count is not None}
        return tuple(name for name, count in reached.items() if count == min(reached.values()))

    def _ending_in(self, noun: str) -> tuple[str, ...]:
        """The names whose last word the noun is, and that are a kind of it: "racket" for a tennis racket."""
        forms = {noun, *singulars(noun)}
        wide = set(self._usual(noun))
        return tuple(
            name
            for name, known in self._known.items()
            if any(_last(spelling) in forms for spelling in (name, *known.words))
            and any(not wide.isdisjoint(self._meanings.kinds(sense)) for sense in self._senses[name])
        )

    def _heads(self, noun: str) -> Iterator[str]:
        """The noun without what is said about it: "plate" of "dinner plate" and of "plate of food".

        What could be an adjective is no part of a name: a red car is a car of which more is asked. What WordNet has as
        a whole is what it says there: a sea urchin is no urchin.
        """
        whole, (noun, of, _) = noun, noun.partition(" of ")
        if self._usual(whole):
            return
        if of:
            yield noun
        words = noun.split()
        while len(words) > 1 and self._usual(words[0]) and not self._meanings.is_adjective(words[0]):
            words = words[1:]
            yield " ".join(words)

    def _usual(self, noun: str) -> tuple[str, ...]:
        """The usual meanings of a noun in singular or plural: "glasses" are spectacles, not several of a glass."""
        forms = (noun, *singulars(noun))
        return next((usual for form in forms if (usual := self._meanings.usual(form))), ())

    def _took(self, noun: str, names: Sequence[str]) -> str:
        single = next(filter(self._meanings.usual, (noun, *singulars(noun))), noun)
        return f"took '{single}' for {' or '.join(repr(self.spoken(name)) for name in names)}"

    def _hint(self, noun: str) -> str:
        """What to ask for instead, and what is known."""
        *before, head = noun.split()
        if before and (match := self._match(head)):
            name = head if match.how == "wider" else self.spoken(match.names[0])
            return f'It knows "{name}": find that, then test for "{" ".join(before)}" on the crop of each.'
        close = get_close_matches(key_of(noun), self._spelled, n=3, cutoff=_CLOSE)
        near = dict.fromkeys(f'"{self.spoken(name)}"' for key in close for name in self._spelled[key])
        guess = f"Did you mean {' or '.join(near)}? " if near else ""
        return f"{guess}It knows {len(self._known)} names: `looksmith tools DETECT` lists them."

    @cached_property
    def _spelled(self) -> Mapping[str, tuple[str, ...]]:
        """Key to names; a key of two names ("crane") has both."""
        found: defaultdict[str, dict[str, None]] = defaultdict(dict)
        for name, known in self._known.items():
            for word in (name, *known.words):
                for form in (word, *singulars(word)):
                    found[key_of(form)][name] = None
        for name in self._known:
            found[key_of(name)] = {name: None}
        return {key: tuple(names) for key, names in found.items()}

    @cached_property
    def _senses(self) -> Mapping[str, tuple[str, ...]]:
        """Name to what it means."""
        return {
            name: tuple(map(self._meanings.id_of, known.senses)) or self._usual(name)[:1]
            for name, known in self._known.items()
        }

    @cached_property
    def _taken_in(self) -> Mapping[str, tuple[str, ...]]:
        """Name to what the model was taught under it besides."""
        return {name: tuple(map(self._meanings.id_of, known.takes_in)) for name, known in self._known.items()}

    @cached_property
    def _below(self) -> Mapping[str, tuple[str, ...]]:
        """Meaning to the known names that are a kind of it."""
        found: defaultdict[str, dict[str, None]] = defaultdict(dict)
        for name, senses in self._senses.items():
            for kind in {kind for sense in senses for kind in self._meanings.kinds(sense)}:
                found[kind][name] = None
        return {kind: tuple(names) for kind, names in found.items()}


def is_scene(word: str) -> bool:
    """Does the word only say "here": "picture", "the room", "yard"?"""
    words = words_of(word)
    return bool(words) and any(form in SCENES for end in words[-1:] for form in (end, *singulars(end)))


def _thing(words: Sequence[str]) -> str:
    """The noun without a measure before it: "pizza" for "slice of pizza"."""
    noun = " ".join(words)
    head, of, rest = noun.partition(" of ")
    measures = {head, *singulars(head)}
    return _thing(words_of(rest)) if of and not PARTS_OF.isdisjoint(measures) else noun


def _last(spelling: str) -> str:
    """The last word of a name of several words, or none."""
    return spelling.lower().rpartition(" ")[2] if " " in spelling else ""


def _is_everything(noun: str) -> bool:
    return not EVERYTHING.isdisjoint((noun, *singulars(noun)))
