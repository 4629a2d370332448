"""What people are called, and what somebody who is called so looks like: an uncle is a man."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from .english import word_set

_MAN = "man gentleman guy bloke dude mister uncle father dad daddy grandfather grandpa husband boyfriend groom"
_WOMAN = "woman lady aunt mother mom mum mommy mummy grandmother grandma granny wife girlfriend bride"
_BOY = "boy lad grandson"
_GIRL = "girl lass granddaughter"
_CHILD = "child kid toddler"
_EITHER = {
    **{"brother": "man boy", "son": "man boy", "nephew": "man boy", "adult": "man woman"},
    **{"sister": "woman girl", "daughter": "woman girl", "niece": "woman girl"},
}

ANYBODY = word_set(
    "cousin friend buddy mate colleague coworker guest visitor relative roommate neighbor neighbour boss partner "
    "classmate teammate folk folks somebody someone anybody anyone pal companion stranger bystander onlooker tourist "
    "participant attendee"
)
"""Words for somebody whom the picture does not show to be that."""


def _looks() -> Iterator[tuple[str, tuple[str, ...]]]:
    for words, looks in ((_MAN, "man"), (_WOMAN, "woman"), (_BOY, "boy"), (_GIRL, "girl")):
        yield from ((word, (looks,)) for word in words.split())
    yield from ((word, ("boy", "girl", "child")) for word in _CHILD.split())
    yield from ((word, tuple(looks.split())) for word, looks in _EITHER.items())


LOOKS: Mapping[str, tuple[str, ...]] = dict(_looks())
"""What somebody who is called so looks like: man, woman, boy, girl or child, one of them."""
YOUNG: Mapping[str, tuple[str, ...]] = {"girl": ("woman",), "boy": ("man",), "lass": ("woman",), "lad": ("man",)}
"""Who is called so where nobody is young: "us girls"."""
