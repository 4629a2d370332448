"""Prompt templates for labels: contrastive models were trained on captions, not on single words.

The idea is that of Radford et al., "Learning Transferable Visual Models From Natural Language Supervision", ICML 2021,
section 3.1.4, which averages 80 templates for ImageNet; these are our own.
"""

from __future__ import annotations

PLAIN = "a photo of {a}."
"""The default template."""

TEMPLATES = (
    PLAIN,
    "a snapshot that shows {a}.",
    "{a}, photographed in daylight.",
    "{a}, photographed at night.",
    "{a} seen from the front.",
    "{a} seen from the side.",
    "{a} seen from above.",
    "{a} seen from far away.",
    "a close view of {a}.",
    "a detail of {a}.",
    "part of {a}, the rest hidden behind something else.",
    "{a} in the middle of the picture.",
    "{a} at the edge of the picture.",
    "{a} before a plain background.",
    "{a} in a busy scene.",
    "{a} indoors.",
    "{a} outdoors.",
    "a sharp, colorful picture of {a}.",
    "a blurred picture of {a}.",
    "a dim picture of {a}.",
    "a black-and-white picture of {a}.",
    "an old picture of {a}.",
    "a drawing of {a}.",
    "several pictures of {a}.",
)


def fill(template: str, label: str) -> str:
    """The template with the label in place of `{a}`, behind its indefinite article."""
    return template.replace("{a}", with_article(label))


def with_article(label: str) -> str:
    """`a cat`, `an owl`: by the letter, which is right for most words; a label that has an article keeps it."""
    if label.partition(" ")[0].casefold() in ("a", "an", "the"):
        return label
    return f"{'an' if label[:1].casefold() in 'aeiou' else 'a'} {label}"
