"""Validation of labels to choose from."""

from __future__ import annotations

from ..core.errors import ToolError


def plain_labels(labels: list[str]) -> list[str]:
    """The labels in lower case with single spaces.

    Raises ToolError when one is empty, when two are the same, or when there are too few to choose from.
    """
    plain = [plain_label(label) for label in labels]
    if not all(plain):
        raise ToolError("CLASSIFY got an empty label.", hint="Each label is a word or two, such as 'cat'.")
    if len(plain) < 2:
        raise ToolError(
            f"CLASSIFY needs two labels or more to choose from, got {len(plain)}.",
            hint="Use EXISTS(image, name) to ask whether one thing is there.",
        )
    for position, label in enumerate(plain):
        if label in plain[:position]:
            raise ToolError(f"CLASSIFY got the label {label!r} twice.", hint="Give each label once.")
    return plain


def plain_label(label: str) -> str:
    """A normalized label: lower case, single spaces."""
    return " ".join(label.casefold().split())
