"""The examples that stand in every prompt, so that the server's prefix cache holds: few that stand for all."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise
from keyword import kwlist
from typing import TYPE_CHECKING, Any

from ...tools.core.example import Example
from ..language.language import ANSWER, BUILTINS, INPUTS
from .bank import COLLECTED, COLLECTED_WITH, FILMED, SEVERAL, inputs_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SIZE = 26
"""Examples about one image in a prompt; a plug-in that brings enough fills them with its own."""
SIZE_SEVERAL = 12
"""Examples about several images in a prompt that asks about several."""
SIZE_FILMED = 24
"""Examples about a video in a prompt that asks about one."""
SIZE_COLLECTED, SIZE_WITH = 22, 3
"""Examples about an album in a prompt that asks about one, and those about an album and a picture."""
ENOUGH = 8
"""From this many on, a plug-in's own examples stand in the prompt in place of the general ones."""

_TOKEN = re.compile(r""""[^"\n]*"|'[^'\n]*'|\d[\d.]*|\w+=(?=[^=\s])|\.?\w+|[^\w\s]|\n""")
_KEPT = frozenset({*kwlist, *BUILTINS, *INPUTS, *SEVERAL, *FILMED, *COLLECTED, ANSWER})
_SIZES: tuple[tuple[Mapping[str, Any], int], ...] = (
    (INPUTS, SIZE),
    (SEVERAL, SIZE_SEVERAL),
    (FILMED, SIZE_FILMED),
    (COLLECTED, SIZE_COLLECTED),
    (COLLECTED_WITH, SIZE_WITH),
)


def choose_core(bank: Sequence[Example], own: Sequence[Example]) -> tuple[Example, ...]:
    """The examples of every prompt: those for one image, for several, for a video, and for an album.

    bank: the general examples; own: those of plug-ins, which know their domain better.
    """
    chosen: list[Example] = []
    for inputs, size in _SIZES:
        general, special = _about(bank, inputs), _about(own, inputs)
        if len(special) < ENOUGH:
            chosen += [*representatives(general, size), *special]
        else:
            chosen += representatives(special, size)
    return tuple(chosen)


def _about(examples: Sequence[Example], inputs: Mapping[str, Any]) -> tuple[Example, ...]:
    """The examples whose programs have exactly these inputs."""
    return tuple(example for example in examples if inputs_of(example).keys() == inputs.keys())


def representatives(examples: Sequence[Example], size: int) -> tuple[Example, ...]:
    """At most `size` examples, in their order, such that each of all examples has a program like that of one of them.

    Greedy k-medoids (Kaufman and Rousseeuw, "Clustering by Means of Medoids", 1987: BUILD).
    """
    import numpy as np

    if not examples:
        return ()
    alike = likeness([example.program for example in examples])
    nearest = np.zeros(len(examples))
    chosen: set[int] = set()
    while len(chosen) < min(size, len(examples)):
        gains = np.maximum(alike, nearest).sum(axis=1)
        gains[list(chosen)] = -1
        best = int(gains.argmax())
        chosen.add(best)
        nearest = np.maximum(nearest, alike[best])
    return tuple(examples[i] for i in sorted(chosen))


def likeness(programs: Sequence[str]) -> NDArray[np.float64]:
    """Dice coefficients of the pairs of neighbouring tokens, shape (programs, programs), 0 to 1."""
    import numpy as np

    pairs = [set(pairwise(shape(program))) for program in programs]
    column = {pair: i for i, pair in enumerate(dict.fromkeys(pair for found in pairs for pair in found))}
    has = np.zeros((len(programs), len(column)))
    for row, found in enumerate(pairs):
        has[row, [column[pair] for pair in found]] = 1
    sizes = has.sum(axis=1)
    return 2 * (has @ has.T) / (sizes[:, None] + sizes)


def shape(program: str) -> list[str]:
    """The program's tokens without what its question chose: strings, numbers, and the names of variables."""
    variables: dict[str, str] = {}
    tokens = [""]
    for token in _TOKEN.findall(program.strip()):
        if token[0] in "\"'":
            tokens.append('"')
        elif token[0].isdigit():
            tokens.append("0")
        elif not token.isidentifier() or token.isupper() or token in _KEPT:
            tokens.append(token)  # tools are in capitals, attributes have a dot, keywords of a call an equals sign
        else:
            tokens.append(variables.setdefault(token, f"v{len(variables)}"))
    return [*tokens, ""]
