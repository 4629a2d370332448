"""How nouns are spelled: case, articles, hyphens, plurals."""

from __future__ import annotations

import re
from collections.abc import Iterator

from .english import singular

_BEFORE = frozenset(("a", "an", "the", "some", "any", "this", "that", "these", "those"))
_ARTICLES = ("a ", "an ", "the ", "some ")
_ENDINGS = (("ies", "y"), ("ves", "f"), ("men", "man"), ("es", ""), ("s", ""))


def words_of(name: str) -> list[str]:
    """Lower-case words without leading articles; "traffic-light" is two words."""
    words = re.findall(r"[^\W_]+", name.lower().replace("'", "").replace("\N{RIGHT SINGLE QUOTATION MARK}", ""))
    while len(words) > 1 and words[0] in _BEFORE:
        words = words[1:]
    return words


def key_of(name: str) -> str:
    """A key that is equal for all spellings of a noun: "hot dog", "hotdog" and "the Hot-Dog"."""
    return "".join(words_of(name))


def without_article(phrase: str) -> str:
    """The phrase for a template that has an article of its own."""
    return next((phrase.removeprefix(article) for article in _ARTICLES if phrase.startswith(article)), phrase)


def singulars(noun: str) -> tuple[str, ...]:
    """What the noun may be the plural of, likeliest first; in "cups of tea" that is the noun before "of".

    After the first one come those by rule alone, for a dictionary to choose from.
    """
    head, of, rest = noun.partition(" of ")
    before, space, last = head.rpartition(" ")
    return tuple(f"{before}{space}{one}{of}{rest}" for one in dict.fromkeys(_singulars(last)) if one != last)


def _singulars(word: str) -> Iterator[str]:
    yield singular(word)
    if not word.endswith("ss"):
        for end, single in _ENDINGS:
            if word.endswith(end) and len(word) > len(end) + 1:
                yield word.removesuffix(end) + single
