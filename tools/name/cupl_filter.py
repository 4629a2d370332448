"""Filters a language model's sentences for those that describe appearance and can represent a label."""

from __future__ import annotations

import re
from collections.abc import Iterable

from ..words.labels import plain_label
from .descriptors import Dropped

SHORTEST, LONGEST = 4, 30
"""Maximum words of a sentence, because text encoders are limited to 64 or 77 tokens."""

_COLORS = """
black white gray grey red orange yellow green blue purple pink brown gold golden silver cream tan beige pale dark
bright colorful colored color colour colors colours tawny chestnut rusty ivory maroon turquoise blond translucent
transparent
"""
_FORMS = """
round rounded oval square rectangular triangular conical cylindrical spherical flat curved straight pointed sharp blunt
long short tall wide narrow thin thick slender slim broad large small tiny big huge upright hanging
drooping folded bent hollow pear-shaped heart-shaped shaped shape silhouette outline curly wavy arched angular
compact stocky elongated tapered tapering domed
"""
_SURFACES = """
smooth rough shiny glossy matte fuzzy furry fluffy silky hairy woolly feathered scaly wrinkled spotted striped stripes
spots patches pattern patterned speckled mottled textured texture ridged ribbed woven polished metallic metal wooden
wood plastic glass leather stone fabric paper ceramic brick rubber velvet fringed fringe markings marking
"""
_PARTS = """
head face eyes eye ears ear nose snout muzzle mouth beak teeth neck body belly chest legs leg feet paws paw claws
hooves tail wings wing feathers fur coat mane hair skin shell fins fin antennae horns horn trunk branches leaves leaf
petals petal stem stalk roots bark fruit seeds flower flowers handle lid rim base top bottom side sides edge edges
corner front rear wheel wheels tires windows window door doors roof walls wall frame seat screen button buttons
blade blades spout sleeve sleeves collar strap straps button lens cap brim sole heel crust tip tips surface column
columns sail sails mast deck hull cockpit fuselage engine headlights bumper string strings keys
"""
_LOOKS = """
looks look appears appearance resembles resembling visible seen wearing wears dressed covered surrounded lined decorated
topped
"""
VISIBLE = frozenset(" ".join((_COLORS, _FORMS, _SURFACES, _PARTS, _LOOKS)).split())
"""Words of which a sentence about looks has at least one: colors, forms, surfaces, parts, and verbs of appearance."""

_REFUSAL = re.compile(
    r"\b(as an ai|language model|i('m| am) (sorry|unable|not able|not sure)|i (cannot|can't|can not|don't|do not)"
    r"|sure[,!]|certainly[,!]|of course[,!]|here (is|are)|please (provide|note|let)|let me know)",
    re.IGNORECASE,
)
_BULLET = re.compile(r"^\s*(?:[-*•\u2013]\s+|\(?\d{1,2}[.)]\s+|#+\s+)")
_END = re.compile(r"(?<=[.!?])[\"”']?\s+(?=[A-Z\"“'])|\n+")


def select(replies: Iterable[str], label: str) -> tuple[tuple[str, ...], tuple[Dropped, ...]]:
    """The usable sentences for a label, without duplicates, and the others with the reason."""
    kept: dict[str, str] = {}
    dropped: list[Dropped] = []
    for sentence in (sentence for reply in replies for sentence in sentences(reply)):
        said = re.sub(r"[\W_]+", " ", sentence.casefold()).strip()
        reason = "duplicate" if said in kept else problem(sentence)
        if reason:
            dropped.append(Dropped(sentence=sentence, reason=reason))
        else:
            kept[said] = named(sentence, label)
    return tuple(kept.values()), tuple(dropped)


def sentences(reply: str) -> list[str]:
    """Split a reply into sentences, without list markers, emphasis and quotation marks."""
    lines = "\n".join(_BULLET.sub("", line) for line in reply.splitlines())
    parts = (" ".join(part.replace("**", "").split()).strip("\"“”'` ") for part in _END.split(lines))
    return [part for part in parts if part]


def problem(sentence: str) -> str:
    """Why a sentence cannot be used; empty if it can."""
    words = re.findall(r"[^\W\d_][\w'\u2019-]*", sentence.casefold())
    if _REFUSAL.search(sentence):
        return "no description"
    if not sentence.endswith((".", "!", ".”", '."')):
        return "a question" if sentence.endswith("?") else "cut off"
    if len(words) < SHORTEST:
        return "too short"
    if len(words) > LONGEST:
        return "too long"
    if not any(word in VISIBLE or VISIBLE.intersection(word.split("-")) for word in words):
        return "nothing visible"
    return ""


def named(sentence: str, label: str) -> str:
    """The sentence itself where it names the label; otherwise with the label before it, or it would fit anything."""
    plain = plain_label(label)
    said = " ".join(re.findall(r"\w+", sentence.casefold()))
    wanted = " ".join(re.findall(r"\w+", plain)) or plain
    if re.search(rf"(?<!\w){re.escape(wanted)}(s|es)?(?!\w)", said):
        return sentence
    return f"{' '.join(label.split())}: {sentence}"
