"""How nouns are spelled: case, articles, hyphens, plurals."""

from __future__ import annotations

import re
from collections.abc import Iterator

_BEFORE = frozenset(("a", "an", "the", "some", "any", "this", "that", "these", "those"))
_IRREGULAR = {
    **{"people": "person", "men": "man", "women": "woman", "children": "child", "feet": "foot", "teeth": "tooth"},
    **{"geese": "goose", "mice": "mouse", "oxen": "ox", "dice": "die", "cacti": "cactus", "hooves": "hoof"},
    **{"leaves": "leaf", "knives": "knife", "wolves": "wolf", "calves": "calf", "loaves": "loaf", "halves": "half"},
    **{"shelves": "shelf", "scarves": "scarf", "wives": "wife", "thieves": "thief", "elves": "elf", "lives": "life"},
    **{"arms": "arm", "drawers": "drawer", "steps": "step", "cards": "card", "blinds": "blind", "cookies": "cookie"},
    **{"movies": "movie", "brownies": "brownie", "ties": "tie", "pies": "pie", "selfies": "selfie"},
    **{"passersby": "passerby", "octopi": "octopus", "fungi": "fungus", "buses": "bus", "gases": "gas"},
    **{"lenses": "lens", "octopuses": "octopus", "cactuses": "cactus", "walruses": "walrus"},
}
_REGULAR = (("ies", "y"), ("ves", "f"), ("men", "man"), ("xes", "x"), ("ches", "ch"), ("shes", "sh"), ("s", ""))


def words_of(name: str) -> list[str]:
    """Lower-case words without leading articles; "traffic-light" is two words."""
    words = re.findall(r"[^\W_]+", name.lower().replace("'", "").replace("\N{RIGHT SINGLE QUOTATION MARK}", ""))
    while len(words) > 1 and words[0] in _BEFORE:
        words = words[1:]
    return words


def key_of(name: str) -> str:
    """What all spellings of one noun have in common: "hot dog", "hotdog" and "the Hot-Dog"."""
    return "".join(words_of(name))


def singulars(noun: str) -> tuple[str, ...]:
    """What the noun may be the plural of, likeliest first; in "cups of tea" that is the noun before "of".

    Rules alone, so most are no words: "buses" gives "bus" first, and "bu" too.
    """
    head, of, rest = noun.partition(" of ")
    before, space, last = head.rpartition(" ")
    return tuple(dict.fromkeys(f"{before}{space}{one}{of}{rest}" for one in _singulars(last)))


def plural(noun: str) -> str:
    """The English plural of a noun."""
    head, of, rest = noun.partition(" of ")
    before, space, last = head.rpartition(" ")
    return f"{before}{space}{_plural(last)}{of}{rest}"


def _singulars(word: str) -> Iterator[str]:
    if word in _IRREGULAR:
        yield _IRREGULAR[word]
        return
    if word.endswith("ss"):
        return
    for end, single in _REGULAR:
        if word.endswith(end) and len(word) > len(end) + 1:
            yield word[: -len(end)] + single
    if word.endswith("es"):
        yield word[:-2]


def _plural(word: str) -> str:
    for many, one in _IRREGULAR.items():
        if one == word or many == word:
            return many
    if word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word  # skis, scissors
    if word.endswith("fe"):
        return f"{word[:-2]}ves"
    if re.search(r"[^aeiou]y$", word):
        return f"{word[:-1]}ies"
    return f"{word}es" if word.endswith(("s", "x", "ch", "sh")) else f"{word}s"
