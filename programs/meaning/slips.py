"""Slips of a small model: a loop over one thing, a thing where its name is wanted, a name that was never set."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from copy import deepcopy

from ...tools.words.english import singular
from ..question.answers_of_tools import is_call, words_of

_LOOPS = ast.comprehension | ast.For
_OF_ALL = ("max", "min", "sorted", "len", "any", "all", "sum", "list")
_BY_NAME = ("EXISTS", "COUNT", "DETECT")
_OF_ONE = ("COLOR", "VERIFY", "CLASSIFY", "READ", "NAME", "BRIGHTNESS", "AREA")
"""Tools whose second argument, or of AREA the first, is one box."""


def loops_over_one(tree: ast.Module, question: str) -> ast.Module | None:
    """`for man in men.split()`, where men is one LOC: over all that DETECT finds. None where there is no such loop.

    Over others than what was found, `for person in hall.label`, where the question names them.
    """
    made, said = deepcopy(tree), words_of(question) | {"person"}
    one, several = _found(made), list[ast.Call]()
    for holder, place in list(_gone_through(made)):
        root = _root(place)
        call = one.get(root.id) if isinstance(root, ast.Name) else root
        if root is place or not is_call(call, "LOC") or len(call.args) < 2:
            continue
        each = holder.target.id if isinstance(holder, _LOOPS) and isinstance(holder.target, ast.Name) else ""
        name = call.args[1].value if isinstance(call.args[1], ast.Constant) else ""
        if name and singular(each) in said - words_of(ast.unparse(call)):
            of_it = [] if each == "person" else [ast.Constant(f"of the {name}")]
            root = ast.Call(ast.Name("DETECT", ast.Load()), [call.args[0], ast.Constant(each), *of_it], [])
        else:
            several.append(call)
        _put(holder, place, root)
    for call in several:
        call.func = ast.Name("DETECT", ast.Load())
    return None if ast.dump(made) == ast.dump(tree) else made


def thing_for_name(tree: ast.Module) -> ast.Module | None:
    """`EXISTS(image, bee)`, where bee is a LOC: with the name and the condition of that. None where there is none."""
    made = deepcopy(tree)
    one, changes = _found(made), 0
    for node in ast.walk(made):
        thing = node.args[1] if is_call(node, *_BY_NAME) and len(node.args) > 1 else None
        if isinstance(node, ast.Call) and isinstance(thing, ast.Name) and thing.id in one:
            node.args[1:2] = deepcopy(one[thing.id].args[1:])
            changes += 1
    return made if changes else None


def never_set(tree: ast.Module, name: str) -> Iterator[ast.Module]:
    """What a name that was never set may stand for: `len_men` for `len(men)`, or the one thing that was found."""
    stored = [node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)]
    for other in dict.fromkeys(stored):
        if name.replace("_", "") == f"len{other.replace('_', '')}":
            yield _replaced(tree, name, ast.Call(ast.Name("len", ast.Load()), [ast.Name(other, ast.Load())], []))
    one = _found(tree)
    used = [node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)]
    seen = [node for node in ast.walk(tree) if is_call(node, *_OF_ONE)]
    is_box = any(name in [arg.id for arg in call.args[:2] if isinstance(arg, ast.Name)] for call in seen)
    if len(one) == 1 and is_box and not {*one} & {*used}:
        yield _replaced(tree, name, ast.Name(next(iter(one)), ast.Load()))


def _found(tree: ast.Module) -> dict[str, ast.Call]:
    """The names that are set to one LOC."""
    return {
        node.targets[0].id: node.value
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and is_call(node.value, "LOC")
    }


def _gone_through(tree: ast.Module) -> Iterator[tuple[ast.AST, ast.expr]]:
    """What is looped over or given to `max` and the like, with the node that holds it."""
    for node in ast.walk(tree):
        if isinstance(node, _LOOPS):
            yield node, node.iter
        elif is_call(node, *_OF_ALL) and node.args:
            yield node, node.args[0]


def _root(place: ast.expr) -> ast.expr:
    """The thing whose attributes, methods and items are taken: of `men.strip().split()` men."""
    while isinstance(place, ast.Attribute | ast.Subscript) or (
        isinstance(place, ast.Call) and isinstance(place.func, ast.Attribute)
    ):
        place = place.func if isinstance(place, ast.Call) else place.value
    return place


def _put(holder: ast.AST, place: ast.expr, root: ast.expr) -> None:
    if isinstance(holder, _LOOPS):
        holder.iter = root
    elif isinstance(holder, ast.Call):
        holder.args = [root if one is place else one for one in holder.args]


def _replaced(tree: ast.Module, name: str, other: ast.expr) -> ast.Module:
    class Replace(ast.NodeTransformer):
        def visit_Name(self, node: ast.Name) -> ast.expr:
            return deepcopy(other) if node.id == name else node

    return Replace().visit(deepcopy(tree))
