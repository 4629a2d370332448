"""What the label of a box can tell: which thing it is. Not what is written on it, where it is or what it has.

Small models take `LOC(image, "sign").label` for the text on a sign, test whether a label is "right", and look for
"stem" in the label of an apple.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator

from .compared import Swap
from .expected_answer import Expected

_NO_NAMES = frozenset(
    ("left", "right", "top", "bottom", "front", "back", "middle", "center", "above", "below", "behind", "inside")
) | frozenset(("yes", "no", "true", "false", "both", "neither", "same", "different"))
"""Words that people answer with, and that are the name of nothing in a picture."""


def label_for_text(tree: ast.Module, expected: Expected, offered: Collection[str]) -> Swap | None:
    """The label or name that a program answers where a text is asked for, and the READ of that thing to write instead.

    None where there is none, or no READ is offered.
    """
    last = tree.body[-1] if tree.body else None
    if expected.kind != "text" or "READ" not in offered or not isinstance(last, ast.Assign):
        return None
    value = last.value
    if isinstance(value, ast.Attribute) and value.attr == "label":
        return Swap(value, _read([value.value]))
    if isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id == "NAME":
        return Swap(value, _read(value.args[1:]))
    return None


def label_for_look(tree: ast.Module, offered: Collection[str]) -> Swap | None:
    """A test whether a word is in the name of a thing, and the VERIFY of that thing to write instead.

    `"stem" in apple.label` is never so. None where there is none, or no VERIFY is offered.
    """
    if "VERIFY" not in offered:
        return None
    for node in ast.walk(tree):
        if not isinstance(node, ast.Compare) or len(node.ops) != 1 or not isinstance(node.ops[0], ast.In | ast.NotIn):
            continue
        thing = _named_by(node.comparators[0])
        if thing is None or not isinstance(node.left, ast.Constant) or not isinstance(node.left.value, str):
            continue
        call = ast.Call(_name("VERIFY"), [_name("image"), thing, node.left], [])
        return Swap(node, ast.UnaryOp(ast.Not(), call) if isinstance(node.ops[0], ast.NotIn) else call)
    return None


def _named_by(value: ast.expr) -> ast.expr | None:
    """The thing of `thing.label` and `NAME(image, thing, "kind")`, by name or as it is looked for."""
    if isinstance(value, ast.Attribute) and value.attr == "label":
        is_found = isinstance(value.value, ast.Call) and ast.unparse(value.value.func) == "LOC"
        return value.value if is_found or isinstance(value.value, ast.Name) else None
    if isinstance(value, ast.Call) and ast.unparse(value.func) == "NAME" and len(value.args) == 3:
        return value.args[1]
    return None


def labels_that_are_none(tree: ast.Module) -> Iterator[tuple[ast.Compare, str]]:
    """Comparisons of a label with a word that names nothing, such as `cup.label == "right"`, and the word."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Compare) or len(node.ops) != 1:
            continue
        sides = [node.left, node.comparators[0]]
        words = [side.value for side in sides if isinstance(side, ast.Constant) and isinstance(side.value, str)]
        is_of_label = any(isinstance(side, ast.Attribute) and side.attr == "label" for side in sides)
        if is_of_label and words and words[0].strip().lower() in _NO_NAMES:
            yield node, words[0]


def _read(arguments: list[ast.expr]) -> ast.Call:
    return ast.Call(_name("READ"), [_name("image"), *arguments], [])


def _name(name: str) -> ast.Name:
    return ast.Name(name, ast.Load())
