"""Infers which values are certainly strings, so that `x.find("a")` is a string method and not an image search."""

from __future__ import annotations

import ast
from collections.abc import Callable

_GIVES_TEXT = frozenset(
    {
        *(
            "capitalize",
            "casefold",
            "format",
            "join",
            "lower",
            "lstrip",
            "replace",
            "rstrip",
            "strip",
            "title",
            "upper",
        ),
        *("best_text_match", "bool_to_yesno", "llm_query", "process_guesses", "select_answer", "simple_query", "str"),
    }
)
_GIVES_TEXTS = frozenset(["split", "splitlines"])
_KEEPS_KIND = frozenset(["list", "reversed", "set", "sorted", "tuple"])
_TEXT_INPUTS = frozenset(["query", "question"])
_TEXTS_INPUTS = frozenset(["possible_answers"])
_ROUNDS = 10


class KnownStrings:
    """The names of a program, in any function, that hold strings.

    A name holds a string if every value ever assigned to it is one. Chains of names are followed for a few steps only.
    """

    def __init__(self, tree: ast.Module) -> None:
        self._given: dict[str, list[Callable[[], tuple[bool, bool]]]] = {}
        for node in ast.walk(tree):
            self._collect(node)
        self._one = set(_TEXT_INPUTS - self._given.keys())
        self._many = set(_TEXTS_INPUTS - self._given.keys())
        for _ in range(_ROUNDS):
            before = len(self._one) + len(self._many)
            for name, values in self._given.items():
                kinds = [value() for value in values]
                self._one |= {name} if all(one for one, _ in kinds) else set()
                self._many |= {name} if all(many for _, many in kinds) else set()
            if len(self._one) + len(self._many) == before:
                break
        del self._given

    def is_text(self, node: ast.expr) -> bool:
        """Is the value of the expression certainly a string?"""
        match node:
            case ast.Constant(value=str()) | ast.JoinedStr():
                return True
            case ast.Name(id=name):
                return name in self._one
            case ast.BinOp(left=left, op=ast.Add(), right=right):
                return self.is_text(left) or self.is_text(right)
            case ast.BinOp(left=left, op=ast.Mod() | ast.Mult()):
                return self.is_text(left)
            case ast.IfExp(body=body, orelse=orelse):
                return self.is_text(body) and self.is_text(orelse)
            case ast.BoolOp(values=values):
                return all(map(self.is_text, values))
            case ast.Call(func=ast.Attribute(attr=name) | ast.Name(id=name)):
                return name in _GIVES_TEXT
            case ast.Subscript(value=owner, slice=key):
                return self.is_text(owner) or (not isinstance(key, ast.Slice) and self._is_texts(owner))
            case _:
                return False

    def _is_texts(self, node: ast.expr) -> bool:
        """Is it certainly a list of strings?"""
        match node:
            case ast.List(elts=parts) | ast.Tuple(elts=parts) | ast.Set(elts=parts):
                return bool(parts) and all(map(self.is_text, parts))
            case ast.Name(id=name):
                return name in self._many
            case ast.Subscript(value=owner, slice=ast.Slice()):
                return self._is_texts(owner)
            case ast.ListComp(elt=each) | ast.SetComp(elt=each):
                return self.is_text(each)
            case ast.Call(func=ast.Attribute(attr=name)):
                return name in _GIVES_TEXTS
            case ast.Call(func=ast.Name(id=name), args=[only, *_]):
                return name in _KEEPS_KIND and self._is_texts(only)
            case _:
                return False

    def _collect(self, node: ast.AST) -> None:
        match node:
            case ast.Assign(targets=targets, value=value):
                for target in targets:
                    self._bind(target, value)
            case ast.AnnAssign(target=target, value=ast.expr() as value):
                self._bind(target, value)
            case ast.AugAssign(target=ast.Name(id=name), value=value):
                joined = ast.BinOp(ast.Name(name, ast.Load()), node.op, value)
                self._bind(node.target, joined)
            case ast.For(target=target, iter=values) | ast.comprehension(target=target, iter=values):
                self._bind_each(target, values)
            case ast.FunctionDef(args=arguments) | ast.Lambda(args=arguments):
                self._bind_parameters(arguments)
            case _:
                pass

    def _bind(self, target: ast.expr, value: ast.expr) -> None:
        if isinstance(target, ast.Name):
            self._add(target.id, lambda: (self.is_text(value), self._is_texts(value)))
        elif isinstance(target, ast.Tuple | ast.List) and isinstance(value, ast.Tuple | ast.List):
            for part, given in zip(target.elts, value.elts, strict=False):
                self._bind(part, given)
        else:
            self._bind_unknown(target)

    def _bind_each(self, target: ast.expr, values: ast.expr) -> None:
        if isinstance(target, ast.Name):
            self._add(target.id, lambda: (self._is_texts(values) or self.is_text(values), False))
        elif (
            isinstance(target, ast.Tuple)
            and len(target.elts) == 2
            and isinstance(values, ast.Call)
            and isinstance(values.func, ast.Name)
            and values.func.id == "enumerate"
            and values.args
        ):
            self._bind_unknown(target.elts[0])
            self._bind_each(target.elts[1], values.args[0])
        else:
            self._bind_unknown(target)

    def _bind_parameters(self, arguments: ast.arguments) -> None:
        for argument in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs):
            told = ast.unparse(argument.annotation) if argument.annotation else ""
            one, many = argument.arg in _TEXT_INPUTS, argument.arg in _TEXTS_INPUTS
            known = (one or told == "str", many or told in ("list[str]", "List[str]"))
            self._add(argument.arg, lambda known=known: known)

    def _bind_unknown(self, target: ast.expr) -> None:
        for node in ast.walk(target):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                self._add(node.id, lambda: (False, False))

    def _add(self, name: str, kinds: Callable[[], tuple[bool, bool]]) -> None:
        self._given.setdefault(name, []).append(kinds)
