"""Reads this project's docstrings for mkdocstrings.

A paragraph of lines `name: text` describes parameters (or, in a class, fields); mkdocstrings gets it as the section of
parameters that it knows how to show.
"""

from __future__ import annotations

from typing import Any

import griffe


class ParameterLines(griffe.Extension):
    """Turns the lines that describe parameters into a section `Args:`."""

    def on_instance(self, *, obj: Any, **_: Any) -> None:
        """Rewrite the docstring of a function or class."""
        if isinstance(obj, griffe.Function | griffe.Class) and obj.docstring:
            known = set(_names(obj))
            parts = (_section(part, known) for part in obj.docstring.value.split("\n\n"))
            obj.docstring.value = "\n\n".join(parts)


def _names(obj: griffe.Function | griffe.Class) -> list[str]:
    if isinstance(obj, griffe.Function):
        return [parameter.name for parameter in obj.parameters]
    return list(obj.members)


def _section(paragraph: str, known: set[str]) -> str:
    """The paragraph with its lines about parameters below a heading; others as they are."""
    described: list[tuple[str, str]] = []
    rest: list[str] = []
    for line in paragraph.splitlines():
        name, colon, text = line.partition(": ")
        if colon and set(name.split(", ")) <= known:
            described.append((name, text))
        elif described and line.startswith("    "):
            described[-1] = (described[-1][0], f"{described[-1][1]} {line.strip()}")
        else:
            rest.append(line)
    if not described:
        return paragraph
    listed = "\n".join(f"    {name}: {text}" for name, text in described)
    return "\n\n".join(filter(None, ["Args:\n" + listed, "\n".join(rest)]))
