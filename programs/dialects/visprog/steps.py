"""Translates VisProg's modules to lines of our language."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from . import words
from .terms import Kind

_MARGIN = 0.25
"""The margin of CROP on each side: a box grows to one and a half times its size about its center."""

CROPS = ("CROP", "CROP_FRONTOF", "CROP_INFRONT", "CROP_INFRONTOF", "CROP_BEHIND", "CROP_AHEAD")
SIDES = {
    "CROP_RIGHTOF": "CROP_RIGHT_OF",
    "CROP_LEFTOF": "CROP_LEFT_OF",
    "CROP_ABOVE": "CROP_ABOVE",
    "CROP_BELOW": "CROP_BELOW",
}
_HALVES = ("left", "right", "top", "bottom")


@dataclass(frozen=True)
class Translated:
    """A translated call: lines of Python, the last of which sets its variable.

    found: Python for the name of what was searched for, if the variable is a list of things.
    """

    kind: Kind
    lines: tuple[str, ...]
    found: str = "''"


@dataclass(frozen=True)
class TranslatedArgument:
    """An argument as Python.

    names: the parts of a literal text between its commas, or the items of a literal list.
    found: as in `Translated`.
    """

    python: str
    kind: Kind
    names: tuple[str, ...] | None = None
    found: str = "''"


@dataclass(frozen=True)
class ReadyStep:
    """A call with translated arguments.

    python: the name to set; temporary: makes a name for an intermediate value.
    """

    module: str
    python: str
    temporary: Callable[[str], str]
    given: Mapping[str, TranslatedArgument]

    def __getitem__(self, name: str) -> str:
        return self.given[name].python

    def made(self, kind: Kind, expression: str, *before: str, found: str = "''") -> Translated:
        """The translation whose last line sets the variable to this expression."""
        return Translated(kind, (*before, f"{self.python} = {expression}"), found)

    def some(self, name: str) -> str:
        """The things of an argument; there must be at least one."""
        return f"SOME({self[name]}, {self.given[name].found})"

    def first_box(self, name: str) -> str:
        """The box of the first thing of an argument."""
        given = self.given[name]
        return f"FIRST({given.python}, {given.found})" + (".box" if given.kind is Kind.MASKS else "")

    def crops(self, things: str) -> str:
        """A crop of the image around each of the things."""
        return f"[CROP({self['image']}, {self.each_box}) for each in {things}]"

    def texts(self, name: str) -> str:
        """The names in an argument: a list, or a text with commas between them."""
        given = self.given[name]
        if given.names is not None:
            return repr(list(given.names))
        return given.python if given.kind is Kind.TEXTS else f"SPLIT({given.python})"

    @property
    def each_box(self) -> str:
        """The box of one of `object`."""
        return "each.box" if self.given["object"].kind is Kind.MASKS else "each"


def _loc(step: ReadyStep) -> Translated:
    written = [name.lower() for name in step.given["object"].names or ()]
    if len(written) == 1 and written[0] in _HALVES:
        half = repr(written[0])
        return step.made(Kind.BOXES, f"[HALF({step['image']}, {half})]", found=half)
    return step.made(Kind.BOXES, f"DETECT({step['image']}, {step['object']})", found=step["object"])


def _crop(step: ReadyStep) -> Translated:
    if step.module in SIDES:
        return step.made(Kind.IMAGE, f"{SIDES[step.module]}({step['image']}, {step.first_box('box')})")
    return step.made(Kind.IMAGE, f"CROP({step['image']}, {step.first_box('box')}, margin={_MARGIN})")


def _select(step: ReadyStep) -> Translated:
    """Select by category or label; then take the best match of each query."""
    given, queries, things = step.given, step.texts("query"), step.temporary("from")
    crops = step.crops(things)
    best = f"PICK({things}, [0 if len({things}) < 2 else MATCH({crops}, query) for query in {queries}])"
    before = f"{things} = {step.some('object')}"
    if given["category"].kind is Kind.NONE or given["category"].names == ("None",):
        best = f"NAMED({things}, {queries}) or {best}"
    else:
        before = f"{things} = OF_CATEGORY({step.some('object')}, {step.texts('category')})"
    found = step["query"] if given["query"].kind is Kind.TEXT else "''"
    return step.made(given["object"].kind, best, before, found=found)


def _classify(step: ReadyStep) -> Translated:
    """The best category of each thing; of several things of one category, the best match."""
    given, things, groups = step.given["categories"], step["object"], step.temporary("groups")
    names = step.texts("categories")
    if given.names is None:
        options = step.temporary("options")
        before = [f"{options} = OPTIONS({names})"]
    else:
        options, before = repr(words.choices(given.names)), list[str]()
    labels = f"[CLASSIFY(CROP({step['image']}, {step.each_box}), {options}) for each in {things}]"
    before.append(f"{groups} = BY_LABEL({things}, {labels}, {names})")
    best = f"0 if len(group) < 2 else MATCH({step.crops('group')}, group[0].label)"
    one_each = f"ONE_EACH({groups}, [{best} for group in {groups}])"
    return step.made(step.given["object"].kind, one_each, *before, found=step.given["object"].found)


def _replace(step: ReadyStep) -> Translated:
    given = step.given["object"]
    first = f"FIRST({given.python}, {given.found})"
    mask = first if given.kind is Kind.MASKS else f"FILLED({step['image']}, {first})"
    return step.made(Kind.IMAGE, f"REPLACE({step['image']}, {mask}, {step['prompt']})")


def _edit(step: ReadyStep) -> Translated:
    emoji = f", {step['emoji']}" if step.module == "EMOJI" else ""
    return step.made(Kind.IMAGE, f"{step.module}({step['image']}, {step.some('object')}{emoji})")


MAKERS: dict[str, Callable[[ReadyStep], Translated]] = {
    "LOC": _loc,
    "RESULT": lambda step: step.made(step.given["var"].kind, step["var"], found=step.given["var"].found),
    "VQA": lambda step: step.made(Kind.TEXT, f"VQA({step['image']}, {step['question']})"),
    "COUNT": lambda step: step.made(Kind.NUMBER, f"len({step['box']})"),
    **dict.fromkeys((*CROPS, *SIDES), _crop),
    "SEG": lambda step: step.made(Kind.MASKS, f"SEGMENT_ALL({step['image']})", found="'thing'"),
    "FACEDET": lambda step: step.made(Kind.BOXES, f"FACES({step['image']})", found="'face'"),
    "SELECT": _select,
    "CLASSIFY": _classify,
    **dict.fromkeys(("COLORPOP", "BGBLUR", "TAG", "EMOJI"), _edit),
    "REPLACE": _replace,
    "LIST": lambda step: step.made(Kind.TEXTS, f"LIST({step['query']}, {step['max']})"),
}
