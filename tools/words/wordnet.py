"""The nouns of WordNet 3.0 (Fellbaum, ed., "WordNet: An Electronic Lexical Database", MIT Press, 1998).

The database's own files are searched where they lie, as Princeton's library does: opening them takes no time and no
memory. Their format is described in the manual pages wndb(5WN) and senseidx(5WN).
"""

from __future__ import annotations

import mmap
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType

from ..core.errors import WeightsError
from ..weights.store import Weights

_NUMBER = re.compile(r"(.+)\.n\.(\d+)")
_SYNSET = re.compile(r"n\d{8}")
_IS_A = "@"
_ADJECTIVES = (3, 5)
_PRONGS = 4  # a pointer is: symbol, synset, part of speech, source and target


@dataclass(frozen=True)
class Sense:
    """One meaning of a noun.

    synset: "n" and eight digits, as ImageNet names its classes.
    count: how often the noun had this meaning in WordNet's tagged texts; 0 where it never occurred there.
    """

    synset: str
    count: int


@dataclass(frozen=True)
class Synset:
    """One meaning: the nouns that share it, and the wider meanings right above it."""

    nouns: tuple[str, ...]
    wider: tuple[str, ...]
    gloss: str


class WordNet:
    """Meanings of nouns, and what is a kind of what.

    weights: where the entry "wordnet" (data.noun, index.sense) is.
    """

    def __init__(self, weights: Weights) -> None:
        self._weights = weights
        self._above: dict[str, Mapping[str, int]] = {}

    def load(self) -> None:
        """Open the files. A second call does nothing. Raises WeightsError."""
        if not self.senses("cup"):
            raise WeightsError("The files of WordNet are damaged.", hint="Run: looksmith models pull wordnet")

    def senses(self, noun: str) -> tuple[Sense, ...]:
        """What the noun, in the singular, can mean, the usual meaning first; empty for a noun that WordNet lacks."""
        key = f"{noun.lower().replace(' ', '_')}%1:".encode()
        rows = [line.split() for line in _lines_with(self._sense_index, key)]
        rows.sort(key=lambda row: int(row[2]))
        return tuple(Sense(f"n{row[1].decode()}", int(row[3])) for row in rows)

    def spelled(self, noun: str) -> str:
        """The noun as it is written in its usual meaning, "Paris" for "paris"; "" for a noun that WordNet lacks."""
        for sense in self.senses(noun)[:1]:
            return next((one for one in self.synset(sense.synset).nouns if one.lower() == noun.lower()), "")
        return ""

    def is_adjective(self, word: str) -> bool:
        """Can the word be an adjective: "red", "left", "wooden"?"""
        return any(next(_lines_with(self._sense_index, f"{word}%{kind}:".encode()), b"") for kind in _ADJECTIVES)

    def synset(self, synset: str) -> Synset:
        """The meaning of that id. Raises KeyError."""
        data = self._data
        start = int(synset[1:]) if _SYNSET.fullmatch(synset) else len(data)
        if data[start : start + 9] != f"{synset[1:]} ".encode():
            raise KeyError(synset)
        fields, _, gloss = data[start : data.find(b"\n", start)].decode("latin-1").partition(" | ")
        parts = fields.split()
        nouns = int(parts[3], 16)
        first = 5 + 2 * nouns
        pointers = range(first, first + _PRONGS * int(parts[first - 1]), _PRONGS)
        wider = tuple(f"n{parts[at + 1]}" for at in pointers if parts[at] == _IS_A)
        return Synset(tuple(noun.replace("_", " ") for noun in parts[4 : first - 1 : 2]), wider, gloss.strip())

    def synset_of(self, name: str) -> str:
        """The id of a meaning that is written as noun and rank, "mouse.n.04", or as an id. Raises KeyError."""
        numbered = _NUMBER.fullmatch(name)
        if numbered is None:
            self.synset(name)
            return name
        senses = self.senses(numbered[1].replace("_", " "))
        rank = int(numbered[2])
        if not 1 <= rank <= len(senses):
            raise KeyError(name)
        return senses[rank - 1].synset

    def above(self, synset: str) -> Mapping[str, int]:
        """Every meaning that this one is a kind of, itself too, with the least number of steps up to it.

        An instance (a river, a poet) is a kind of nothing. Raises KeyError.
        """
        if synset not in self._above:
            steps = {synset: 0}
            for wider in self.synset(synset).wider:
                for other, distance in self.above(wider).items():
                    steps[other] = min(distance + 1, steps.get(other, distance + 1))
            self._above[synset] = MappingProxyType(steps)
        return self._above[synset]

    @cached_property
    def _data(self) -> mmap.mmap:
        return self._open("data.noun")

    @cached_property
    def _sense_index(self) -> mmap.mmap:
        return self._open("index.sense")

    def _open(self, name: str) -> mmap.mmap:
        with (self._weights.path("wordnet") / name).open("rb") as file:
            return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)


def _lines_with(lines: mmap.mmap, prefix: bytes) -> Iterator[bytes]:
    """The lines that begin so, in a file whose lines are sorted by their bytes."""
    low, high = 0, len(lines)
    while low < high:
        start = lines.rfind(b"\n", low, (low + high) // 2) + 1 or low
        if lines[start : start + len(prefix)] < prefix:
            low = lines.find(b"\n", start) + 1 or len(lines)
        else:
            high = start
    while lines[low : low + len(prefix)] == prefix:
        end = lines.find(b"\n", low)
        yield lines[low:end]
        low = end + 1
