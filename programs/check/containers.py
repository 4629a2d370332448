"""Checks lists, sets and dicts, and tracks their types when they are modified."""

from __future__ import annotations

import ast
from typing import Any, Never, get_args

from ..language import types
from ..language.builtin_functions import code, starred
from ..language.methods import grown
from .inferring import Inferring
from .narrow import place
from .scope import Scope

_UNHASHABLE = (list, dict, set)


class ContainerTypes:
    """The part of the inference that handles containers."""

    def __init__(self, infer: Inferring) -> None:
        self._infer = infer

    def display(self, node: ast.List | ast.Set | ast.Tuple | ast.Dict, scope: Scope) -> Any:
        """The type of a container literal."""
        infer = self._infer
        if isinstance(node, ast.Dict):
            keys = [infer.type_of(key, scope) for key in node.keys if key is not None]
            values = [infer.type_of(value, scope) for value in node.values]
            self._require_hashable([key for key in node.keys if key is not None], keys)
            return dict if None in node.keys else types.container(dict, types.items_of(*keys), types.items_of(*values))
        parts = [infer.type_of(part.value if isinstance(part, ast.Starred) else part, scope) for part in node.elts]
        if isinstance(node, ast.Tuple):
            return tuple if starred(node.elts) else types.container(tuple, *parts)
        if isinstance(node, ast.Set):
            self._require_hashable(node.elts, parts)
        kind = list if isinstance(node, ast.List) else set
        return kind if starred(node.elts) else types.container(kind, types.items_of(*parts))

    def _require_hashable(self, nodes: list[ast.expr], kinds: list[Any]) -> None:
        for node, kind in zip(nodes, kinds, strict=True):
            if types.base(kind) in _UNHASHABLE:
                hint = f"Write tuple({code(node)})." if types.base(kind) is list else ""
                told = f"{types.text(kind)} cannot be a key or stand in a set."
                self._infer.report(node, "unhashable", told, hint)

    def set_item(self, target: ast.Subscript, value: Any, scope: Scope) -> None:
        """`owner[key] = value`."""
        infer = self._infer
        owner = infer.value(target.value, scope)
        key = infer.look(target.slice, scope)
        kind, args = types.base(owner), get_args(owner)
        if owner is not Any and not any(types.base(m) in (Any, list, dict) for m in types.members(owner)):
            told = f"The items of {types.text(owner)} cannot be set."
            hint = "Use a list." if kind in (tuple, str) else "Assign to a variable instead."
            infer.report(target, "item-set", told, hint)
            return
        if kind is dict and args:
            new = grown(types.container(list, args[1]), "append", [value])
            inside = get_args(new)
            keys = types.items_of(*(t for t in (args[0], key) if t is not Never))
            self.replace(target.value, types.container(dict, keys, inside[0] if inside else Any), scope)
        elif kind is list and args:
            self.replace(target.value, grown(owner, "append", [value]), scope)
        where = place(target)
        if where is not None:
            root = min(where[1], key=where[0].find)
            if not isinstance(target.slice, ast.Constant):
                scope.forget(root)
            scope.learn({where[0]: (value, where[1])})

    def grow(self, owner: ast.expr, method: str, args: list[Any], scope: Scope) -> None:
        """A call such as `owner.append(x)`."""
        known = self._infer.look(owner, scope)
        if types.base(known) in (list, set) and get_args(known):
            self.replace(owner, grown(known, method, args), scope)

    def replace(self, owner: ast.expr, new: Any, scope: Scope) -> None:
        """Record the new type of a modified container; aliases lose their type."""
        match owner:
            case ast.Name(id=name):
                known = scope.types.get(name)
                if known is None or known == new:
                    return
                if name in scope.own:
                    scope.types[name] = new
                    return
            case ast.Subscript(value=outer):
                whole = self._infer.look(outer, scope)
                kind, args = types.base(whole), get_args(whole)
                if kind in (list, dict) and args:
                    inner = types.join(args[-1], new)
                    if inner != args[-1]:
                        self.replace(outer, types.container(kind, *args[:-1], inner), scope)
                    return
            case _:
                pass
        self.shake(scope, set(scope.types))

    def shake(self, scope: Scope, names: set[str]) -> None:
        """Forget the item types of names that may refer to a modified container."""
        for name in names & scope.types.keys():
            known = scope.types[name]
            if name in scope.own and not any(_holds(inner) for inner in get_args(known)):
                continue
            if any(_holds(m) for m in types.members(known)):
                scope.types[name] = types.join(*(types.base(m) if _holds(m) else m for m in types.members(known)))
        scope.facts.clear()


def _holds(t: Any) -> bool:
    """Whether a value of this type contains something mutable."""
    return types.base(t) in (list, set, dict) or any(_holds(inner) for inner in get_args(t))
