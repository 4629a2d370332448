"""Candidate corrections of a wrong answer: a different result of one step, or a small edit of the program.

They are guesses, made without looking at the image: detections just above or below the threshold, the second-best
label, a count off by one. `likely` is only used to rank them.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from typing import Any, cast

from ...programs.language.program import parse
from ...tools.core.errors import NoDetection
from ...tools.core.tool import PLAIN
from ...tools.core.values import Box, Image
from ..traces.decode import decode, decode_all
from ..traces.encode import describe, encode
from ..traces.trace import Step
from .replay import Edits, Script

MAX_RUNNERS_UP = 8
"""Maximum number of rejected detector candidates to try per step."""
MOST = 100
"""Maximum number of missed objects to assume."""
_PROGRAM = 0.15
_MISSED = 0.08
_WORD = 0.1
_OFF_BY = {1: 0.2, 2: 0.05}


@dataclass(frozen=True)
class Correction:
    """One change. step: its number, or 0 for the program; line: of the program, 1-based; told: description."""

    step: int
    line: int
    told: str
    likely: float
    edits: Edits


def corrections(script: Script, expected: Any = None) -> list[Correction]:
    """All corrections, most likely first. expected: the correct answer if it is a text or number."""
    words = _words(script.program.source)
    plain = [expected] if isinstance(expected, str | int) and not isinstance(expected, bool) else []
    found = [
        correction
        for number, step in enumerate(script.steps, start=1)
        if step.backend != PLAIN
        for correction in _of_step(script, number, step, [*plain, *words])
    ]
    return sorted([*found, *program_edits(script.program.source)], key=lambda one: -one.likely)


def _of_step(script: Script, number: int, step: Step, words: Sequence[Any]) -> Iterator[Correction]:
    said = decode(step.result, script.pictures)
    rejected = tuple(decode(step.rejected, script.pictures))[:MAX_RUNNERS_UP]
    shown = describe(step.result, 60) if step.error is None else step.error.kind
    missed = _missed(decode_all(step.arguments, script.pictures))
    for value, likely in _values(step, said, rejected, words, missed):
        told = f" → {_shown(value)} instead of {shown}"
        if said and isinstance(said, list) and isinstance(value, list):
            told = _changed_items(cast("list[Any]", said), cast("list[Any]", value)) or told
        yield Correction(number, step.line, f"step {number}: {step.tool}{told}", likely, Edits({number: value}))


def _shown(value: Any) -> str:
    return type(value).__name__ if isinstance(value, Exception) else describe(encode(value, lambda i: i.source), 60)


def _changed_items(before: Sequence[Any], after: Sequence[Any]) -> str:
    """What distinguishes two lists: whole ones would be cut before they differ. Empty if one of them is."""
    gone, added = _without(before, after), _without(after, before)
    if not after or not (gone or added):
        return ""
    # Of several, the beginnings can be the same as well: their number tells them apart.
    new = _shown(added[0]) if len(added) == 1 else f"{len(added)} more: {', '.join(map(_shown, added[:3]))}"
    if not gone:
        return f" also takes {new}"
    old = ", ".join(map(_shown, gone))
    return f" takes {new} instead of {old}" if added else f" without {old}"


def _without(items: Sequence[Any], others: Sequence[Any]) -> list[Any]:
    """The items that the others lack, where each of the others stands for one."""
    left, found = list(others), list[Any]()
    for item in items:
        if item in left:
            left.remove(item)
        else:
            found.append(item)
    return found


def _values(
    step: Step, said: Any, rejected: Sequence[Box], words: Sequence[Any], missed: Sequence[Box]
) -> Iterator[tuple[Any, float]]:
    """Alternative results of a step, with their likelihood."""
    if step.error is not None:
        yield from ((box, box.score) for box in rejected)
        yield from ((box, _MISSED) for box in missed)
    elif isinstance(said, bool):
        yield not said, max(0.3, rejected[0].score if rejected and not said else 0.0)
    elif isinstance(said, int):
        yield from ((said + count, box.score) for count, box in enumerate(rejected, start=1))
        off = ((said + by, likely) for off, likely in _OFF_BY.items() for by in (off, -off) if said + by >= 0)
        yield from ((value, likely) for value, likely in off if not said < value <= said + len(rejected))
    elif isinstance(said, float):
        yield from ((said * factor, 0.05) for factor in (0.5, 0.8, 1.25, 2.0))
    elif isinstance(said, str) or said is None:
        yield from _texts(step, said, words)
    elif isinstance(said, Box):
        yield from ((box, box.score) for box in rejected)
        yield NoDetection("Nothing was found."), 1 - said.score
    elif isinstance(said, list):
        yield from _lists(cast("list[Any]", said), rejected, words, missed)


def _texts(step: Step, said: str | None, words: Sequence[Any]) -> Iterator[tuple[str, float]]:
    """The runner-up labels, then the other options of the call, then texts in the program."""
    offered = [
        text for given in step.arguments.values() if isinstance(given, list) for text in cast("list[Any]", given)
    ]
    best = max(step.scores.values(), default=1.0) or 1.0
    seen = {said}
    for text in [*step.scores, *offered, *words]:
        if isinstance(text, str) and text not in seen:
            seen.add(text)
            yield text, max(step.scores.get(text, 0.0) / best, _WORD)


def _missed(arguments: Mapping[str, Any]) -> list[Box]:
    """Boxes for an object that the detector missed: the thirds of the image."""
    image = next((value for value in arguments.values() if isinstance(value, Image)), None)
    if image is None:
        return []
    name, frame = next((value for value in arguments.values() if isinstance(value, str)), ""), image.frame
    third = frame.width / 3
    sides = ((frame.left + third * at, frame.left + third * (at + 1)) for at in range(3))
    return [Box(left, frame.top, right, frame.bottom, name) for left, right in sides]


def _lists(
    said: list[Any], rejected: Sequence[Box], words: Sequence[Any], missed: Sequence[Box]
) -> Iterator[tuple[list[Any], float]]:
    """One more, one less, one with a different label, or the expected number."""
    boxes = [item for item in said if isinstance(item, Box)]
    if len(boxes) == len(said):
        yield from (([*boxes, box], box.score) for box in rejected)
        # The best few together are as likely as the least likely of them.
        yield from (([*boxes, *rejected[:count]], rejected[count - 1].score) for count in range(2, len(rejected) + 1))
        labels = dict.fromkeys(box.label for box in boxes)
        for number, box in enumerate(boxes):
            others = (label for label in labels if label != box.label)
            yield from ((_put(said, number, replace(box, label=label)), _WORD) for label in others)
    for number, item in enumerate(said):
        yield [*said[:number], *said[number + 1 :]], 1 - item.score if isinstance(item, Box) else _WORD
    if said and isinstance(said[0], str):
        yield from (([*said, word], _WORD) for word in words if isinstance(word, str) and word not in said)
    elif said:
        yield from (([*said, item], _MISSED) for item in said)
        wanted = next((word for word in words if isinstance(word, int)), 0)
        if len(said) + 1 < wanted <= MOST:  # one more is above
            yield [said[at % len(said)] for at in range(wanted)], _MISSED / 2
    else:
        yield from (([box], _MISSED) for box in missed)


def _put(items: list[Any], number: int, item: Any) -> list[Any]:
    return [*items[:number], item, *items[number + 1 :]]


def _words(source: str) -> list[str]:
    """The short string literals in a program, without duplicates."""
    strings = (n.value for n in ast.walk(parse(source)) if isinstance(n, ast.Constant) and isinstance(n.value, str))
    return [word for word in dict.fromkeys(strings) if len(word) <= 40]


# -- the program


def program_edits(source: str) -> Iterator[Correction]:
    """The program with one comparison, number, connective or choice changed.

    Each is the text of the whole program; other lines are unchanged.
    """
    tree = parse(source)
    nodes, owners = list(ast.walk(tree)), _owners(tree)
    for number, node in enumerate(nodes):
        for change in _CHANGES.get(type(node), ()):
            # Walk the copy before changing it: a change may add nodes and shift all later ones.
            changed = list(ast.walk(deepcopy(tree)))
            owner = owners[number]
            if owner is None or not change(changed[number]):
                continue
            edited = _respelled(source, nodes[owner], changed[owner])
            if edited is not None:
                line, before, after, text = edited
                told = f"line {line}: {after} instead of {before}"
                yield Correction(0, line, told, _PROGRAM, Edits(program=text))


def _owners(tree: ast.Module) -> list[int | None]:
    """For each node, in `ast.walk` order, the position of the innermost statement around it."""
    owners: list[int | None] = [None]
    for node, owner in zip(ast.walk(tree), owners, strict=False):  # which grows while iterating, one level ahead
        for child in ast.iter_child_nodes(node):
            owners.append(len(owners) if isinstance(child, ast.stmt) else owner)
    return owners


def _respelled(source: str, old: Any, new: Any) -> tuple[int, str, str, str] | None:
    """Line, old and new text of the changed statement, and the whole new program."""
    lines = source.split("\n")
    before, after = _header(old), _header(new)
    start, end = int(old.lineno) - 1, _header_end(old)
    body: list[ast.stmt] = getattr(old, "body", [])
    code = lines[start].lstrip()
    shares_its_line = ";" in lines[start] or (body and body[0].lineno == old.lineno)
    if before == after or shares_its_line:
        return None
    indent = lines[start][: len(lines[start]) - len(code)] + ("el" if code.startswith("elif") else "")
    text = "\n".join([*lines[:start], indent + after, *lines[end:]])
    return old.lineno, before, after, text


def _header(statement: ast.stmt) -> str:
    """A statement on one line; the first line of a block."""
    return ast.unparse(statement).split("\n")[0]


def _header_end(statement: ast.stmt) -> int:
    body: list[ast.stmt] = getattr(statement, "body", [])
    return body[0].lineno - 1 if body else statement.end_lineno or statement.lineno


_OPPOSITE: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.Gt,
    ast.Gt: ast.Lt,
    ast.LtE: ast.GtE,
    ast.GtE: ast.LtE,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
_LOOSER: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.GtE,
}
_OTHERS = {"min": "max", "max": "min", "any": "all", "all": "any"}


def _compare(by: dict[type[ast.cmpop], type[ast.cmpop]]) -> Callable[[Any], bool]:
    def change(node: Any) -> bool:
        first: ast.cmpop = node.ops[0]
        other = by.get(type(first))
        if other is not None:
            node.ops[0] = other()
        return other is not None

    return change


def _connect(node: Any) -> bool:
    node.op = ast.And() if isinstance(node.op, ast.Or) else ast.Or()
    return True


def _number(by: int) -> Callable[[Any], bool]:
    def change(node: Any) -> bool:
        if type(node.value) is not int:
            return False
        node.value += by
        return True

    return change


def _flip(node: Any) -> bool:
    if type(node.value) is not bool:
        return False
    node.value = not node.value
    return True


def _rename(node: Any) -> bool:
    if not isinstance(node.func, ast.Name) or node.func.id not in _OTHERS:
        return False
    node.func.id = _OTHERS[node.func.id]
    return True


def _without_not(node: Any) -> bool:
    if not isinstance(node.op, ast.Not):
        return False
    node.op, node.operand = ast.Not(), ast.UnaryOp(ast.Not(), node.operand)
    return True


_CHANGES: dict[type[ast.AST], tuple[Callable[[Any], bool], ...]] = {
    ast.Compare: (_compare(_OPPOSITE), _compare(_LOOSER)),
    ast.BoolOp: (_connect,),
    ast.Constant: (_number(1), _number(-1), _flip),
    ast.Call: (_rename,),
    ast.UnaryOp: (_without_not,),
}
