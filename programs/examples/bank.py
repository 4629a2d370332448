"""The question and program pairs of this folder, a file for each kind of question, and those of plug-ins.

The folder `wordings` has more ways to ask for the same: they are found by their likeness to a question, and never among
the few that stand in every prompt.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from ...tools.core.albums import Album
from ...tools.core.errors import InputError
from ...tools.core.example import Example, read_examples
from ...tools.core.registry import Registry
from ...tools.core.values import Image, Video
from ..check.check import ANYTHING, Checked, check
from ..language.diagnostics import Diagnostic, render
from ..language.language import ALBUM, INPUTS, VIDEO
from ..language.program import Program
from ..question.of_media import expecting

SEVERAL: Mapping[str, Any] = {"images": list[Image]}
"""The inputs of a program about several images."""
FILMED: Mapping[str, Any] = {VIDEO: Video}
"""The inputs of a program about a video."""
COLLECTED: Mapping[str, Any] = {ALBUM: Album}
"""The inputs of a program about an album."""
COLLECTED_WITH: Mapping[str, Any] = {ALBUM: Album, **INPUTS}
"""The same with a picture given as well."""
About = Literal["images", "video", "album"]
"""What a question is about. Each has a bank of its own: the words of its examples, and how alike they are, say nothing
about the others."""
_OTHERS: Mapping[str, About] = {"videos": "video", "albums": "album"}
"""The kinds of questions that are not about images."""


def load_kinds(folder: str = "") -> dict[str, tuple[Example, ...]]:
    """The examples by the kind of question: `count`, `compare`, `state` ... folder: one inside of this one."""
    paths = sorted(files("looksmith.programs.examples").joinpath(folder).iterdir(), key=lambda path: path.name)
    return {
        path.name.removesuffix(".toml"): read_examples(path.read_text(encoding="utf-8"), path.name)
        for path in paths
        if path.name.endswith(".toml")
    }


def load_bank(about: About = "images") -> tuple[Example, ...]:
    """The examples about images, videos, or albums, grouped by kind, without those of the folder `wordings`."""
    chosen = (examples for kind, examples in load_kinds().items() if _OTHERS.get(kind, "images") == about)
    return tuple(example for examples in chosen for example in examples)


def load_wordings(about: About = "images") -> tuple[Example, ...]:
    """The examples of the folder `wordings`; it has none about videos and albums."""
    return () if about != "images" else tuple(e for examples in load_kinds("wordings").values() for e in examples)


def inputs_of(example: Example) -> Mapping[str, Any]:
    """The inputs of the example's program: `image`, `images`, `video`, or `album`, alone or with `image`."""
    return _inputs_of(example.program)


@cache
def _inputs_of(program: str) -> Mapping[str, Any]:
    if re.search(r"\balbum\b", program):
        return COLLECTED_WITH if re.search(r"\bimage\b", program) else COLLECTED
    named = re.search(r"\b(images|video)\b", program)
    return INPUTS if named is None else SEVERAL if named[0] == "images" else FILMED


def fitting(examples: Iterable[Example], inputs: Iterable[str]) -> tuple[Example, ...]:
    """The examples whose programs have the same inputs: one image, several, a video, or an album."""
    names = set(inputs)
    return tuple(example for example in examples if names.issuperset(inputs_of(example)))


def usable(bank: Iterable[Example], registry: Registry) -> tuple[Example, ...]:
    """The examples that check against a registry: one that calls a tool which is not offered would mislead.

    Whether a program about an image answers its question is not asked again, which would take longer than all else: it
    is the same with all registries.
    """
    return tuple(example for example in bank if isinstance(_checked(example, registry, asks=False), Checked))


def own_examples(registry: Registry) -> tuple[Example, ...]:
    """The examples of a registry's plug-ins, without those that call a tool which is not offered.

    Raises InputError for a program that is wrong in another way: it would teach the mistake.
    """
    right: list[Example] = []
    for example in registry.examples:
        found = _checked(example, registry)
        if isinstance(found, Checked):
            right.append(example)
        elif not any(diagnostic.code == "unknown-tool" for diagnostic in found):
            problems = render(found, example.program)
            raise InputError(f"The program of the example {example.question!r} is wrong:\n{problems}")
    return tuple(right)


def _checked(example: Example, registry: Registry, *, asks: bool = True) -> Checked | tuple[Diagnostic, ...]:
    program, inputs = Program(example.program, example.question), inputs_of(example)
    expected = expecting(inputs)(example.question) if asks or inputs is not INPUTS else ANYTHING
    return check(program, registry, inputs, expected)
