"""The structure of a program: which function answers, its inputs, and surrounding code to ignore."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from .api import FUNCTIONS
from .names import INPUTS

ENTRY = "execute_command"
Role = Literal["image", "images", "possible_answers", "query", "none"]
Report = Callable[[ast.AST, str, str, str], None]
"""Takes the node, the stable code, the message and the hint of a finding."""

_IMAGE = re.compile(r"(?:\w+_)?(?:image|img|picture|photo|frame)(?:_?\w{1,5})?")
_LISTS = frozenset(["images", "image_list", "imgs", "pictures", "video", "video_segment", "clip", "frames"])
_OPTIONS = frozenset(["possible_answers", "options", "choices", "answers", "answer_options", "answer_choices"])
_QUERIES = frozenset(["query", "question"])
_LEFTOVERS = frozenset(["annotation", "annotations"])
_ANSWERS = ("answer", "final_answer", "result", "final_result", "ans", "output")


@dataclass
class Shape:
    """A program's parts.

    body: its statements, including the answering function. arguments: those of the call of that function.
    several: the input is `images`, a list, instead of `image`. video: the parameter that holds all of them.
    """

    body: list[ast.stmt]
    entry: ast.FunctionDef
    arguments: list[ast.expr]
    several: bool
    video: ast.arg | None


def shape(tree: ast.Module, report: Report) -> Shape | None:
    """The program's parts; None if they are unclear, which was then reported."""
    kept: list[ast.stmt] = [statement for statement in tree.body if not _is_decoration(statement)]
    functions = [statement for statement in kept if isinstance(statement, ast.FunctionDef)]
    if not functions:
        entry = _wrapped(kept, tree, report)
        return _given(entry, [entry], tree, report) if entry else None
    entry = _entry(functions)
    if entry is None:
        report(functions[-1], "no-entry", "It is not clear which function answers.", f"Name it {ENTRY}.")
        return None
    body = _without_calls(kept, entry)
    for statement in body:
        if not isinstance(statement, ast.FunctionDef) and any(isinstance(n, ast.Return) for n in ast.walk(statement)):
            report(statement, "syntax", "`return` is outside of a function.", "Indent it like the lines above.")
    return _given(entry, body, tree, report)


def _is_decoration(statement: ast.stmt) -> bool:
    """Can it be ignored: an import, a docstring, a declaration of the API, or the harness of a script?"""
    match statement:
        case ast.Import() | ast.ImportFrom() | ast.Expr(value=ast.Constant()):
            return True
        case ast.ClassDef(name="ImagePatch" | "VideoSegment"):
            return True
        case ast.FunctionDef(name=name, body=body) if name in FUNCTIONS:
            rest = [part for part in body if not isinstance(part, ast.Pass | ast.Expr)]
            return all(_calls(part, name) for part in rest)
        case ast.If(test=test):
            return any(isinstance(node, ast.Name) and node.id == "__name__" for node in ast.walk(test))
        case _:
            return False


def _entry(functions: list[ast.FunctionDef]) -> ast.FunctionDef | None:
    """The answering function: the last definition of execute_command, or else the only one that is not called."""
    named = [function for function in functions if function.name.startswith(ENTRY)]
    if named:
        return named[-1]
    free = [f for f in functions if not any(_calls(other, f.name) for other in functions if other is not f)]
    return free[0] if len(free) == 1 else None


def _without_calls(kept: list[ast.stmt], entry: ast.FunctionDef) -> list[ast.stmt]:
    """The statements without functions that are redefined later, and without calls of the entry."""
    last = {statement.name: statement for statement in kept if isinstance(statement, ast.FunctionDef)}
    found: list[ast.stmt] = []
    given: set[str] = set()
    for statement in kept:
        match statement:
            case ast.FunctionDef(name=name) if last[name] is not statement:
                continue
            case ast.FunctionDef():
                pass
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Call() as call) if _is_call(call, entry.name):
                given.add(name)
                continue
            case ast.Assign() if _sets_input(statement):
                continue
            case ast.Expr(value=ast.Call() as call) if _is_call(call, entry.name) or _prints(call, entry.name, given):
                continue
            case _:
                pass
        found.append(statement)
    return found


def _reads(called: ast.expr) -> bool:
    """Does the function read a file, as `Image.open` and `load_image` do?"""
    return bool(re.search(r"open|load|read", ast.unparse(called)))


def _is_call(node: ast.expr, name: str) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name


def _prints(call: ast.Call, entry: str, given: set[str]) -> bool:
    """Does it only show the result of the entry?"""
    return _is_call(call, "print") and all(
        _is_call(arg, entry) or isinstance(arg, ast.Constant) or (isinstance(arg, ast.Name) and arg.id in given)
        for arg in call.args
    )


def _calls(node: ast.AST, name: str) -> bool:
    return any(isinstance(part, ast.expr) and _is_call(part, name) for part in ast.walk(node))


def _wrapped(statements: list[ast.stmt], tree: ast.Module, report: Report) -> ast.FunctionDef | None:
    """Statements outside of a function, as a function body: they return, set an answer, or end with it."""
    loaded = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}
    stored = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    body = [s for s in statements if not (isinstance(s, ast.Assign) and _sets_input(s))]
    if not body:
        report(tree, "no-answer", "The program has no statement.", f"Write {ENTRY}(image).")
        return None
    last = body[-1]
    answers = [name for name in _ANSWERS if name in stored]
    match last:
        case _ if any(isinstance(node, ast.Return) for node in ast.walk(tree)):
            pass
        case ast.Expr(value=ast.Call(func=ast.Name(id="print"), args=[shown], keywords=[])) | ast.Expr(value=shown):
            body[-1] = ast.copy_location(ast.Return(shown), last)
        case ast.Assign(targets=[ast.Name(id=name)]):
            body.append(ast.copy_location(ast.Return(ast.Name(name, ast.Load())), last))
        case _ if answers:
            body.append(ast.copy_location(ast.Return(ast.Name(answers[0], ast.Load())), last))
        case _:
            report(last, "no-answer", "The program never sets an answer.", "End with `return ...`.")
            return None
    names = [name for name in ("video", *INPUTS) if name in loaded and name not in stored] or ["image"]
    arguments = ast.arguments([], [ast.arg(name) for name in names], None, [], [], None, [])
    return ast.copy_location(ast.FunctionDef(ENTRY, arguments, body, []), statements[0])


def _sets_input(statement: ast.Assign) -> bool:
    """Does it read the image from a file, as a script around the program does?"""
    match statement:
        case ast.Assign(targets=[ast.Name(id=name)], value=ast.Call(func=called)):
            return name in INPUTS and _reads(called)
        case _:
            return False


def _given(entry: ast.FunctionDef, body: list[ast.stmt], tree: ast.Module, report: Report) -> Shape:
    """The arguments of the entry, from which parameters are removed that have no value and are never read."""
    own = entry.args
    _without_leftovers(tree)
    loaded = {n.id for s in entry.body for n in ast.walk(s) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}
    roles: dict[ast.arg, Role] = {parameter: _role(parameter.arg, place) for place, parameter in enumerate(own.args)}
    first = next((parameter.arg for parameter, role in roles.items() if role == "image"), "")
    is_video = any(_is_video(node, first) for node in ast.walk(tree))
    lists = [p for p, role in roles.items() if role == "images" or (role == "image" and is_video)]
    several = bool(lists) or [*roles.values()].count("image") > 1

    given = _arguments(roles, lists, loaded, several=several)
    defaults = dict(zip(reversed(own.args), reversed(own.defaults), strict=False))
    others = [p for p in own.args if p not in given and p.arg in loaded and p.arg not in FUNCTIONS]
    unknown = [p for p in others if p not in defaults]
    preset = {p: defaults[p] for p in others if p in defaults}
    for parameter in unknown:
        hint = f"The inputs are {', '.join(INPUTS)}."
        report(parameter, "unknown-input", f"{entry.name} takes {parameter.arg}, which is not an input.", hint)
    if own.vararg or own.kwarg or own.kwonlyargs or own.posonlyargs:
        report(entry, "unknown-input", f"{entry.name} takes arguments that are not inputs.", f"Write {ENTRY}(image).")
    own.args, own.defaults = [*given, *unknown, *preset], list(preset.values())
    return Shape(body, entry, list(given.values()), several, lists[-1] if lists else None)


def _arguments(
    roles: dict[ast.arg, Role], lists: list[ast.arg], loaded: set[str], *, several: bool
) -> dict[ast.arg, ast.expr]:
    """The input that each parameter gets. lists: parameters that get all images; several: there is no single image."""
    given: dict[ast.arg, ast.expr] = {}
    pictures = 0
    for parameter, role in roles.items():
        if parameter in lists:
            given[parameter] = ast.Name("images", ast.Load())
        elif role == "image" and several:
            given[parameter] = ast.Subscript(ast.Name("images", ast.Load()), ast.Constant(pictures), ast.Load())
            pictures += 1
        elif role == "image" or (role in INPUTS and parameter.arg in loaded):
            given[parameter] = ast.Name(role, ast.Load())
    return given


def _without_leftovers(tree: ast.Module) -> None:
    """Remove a data set's annotation of a video from calls: it is not used here."""
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name(id="VideoSegment"), args=[video, ast.Name(id=name), *rest]) if (
                name in _LEFTOVERS
            ):
                node.args = [video, *rest]
            case _:
                pass


def _is_video(node: ast.AST, picture: str) -> bool:
    """Is a video made from this input?"""
    match node:
        case ast.Call(func=ast.Name(id="VideoSegment"), args=[ast.Name(id=name), *_]):
            return name == picture
        case _:
            return False


def _role(name: str, place: int) -> Role:
    """The input for a parameter. The first one is for the image, whatever its name."""
    plain = name.lower()
    if plain in _LISTS:
        return "images"
    if plain in _OPTIONS:
        return "possible_answers"
    if plain in _QUERIES:
        return "query"
    return "image" if place == 0 or (_IMAGE.fullmatch(plain) and name not in FUNCTIONS) else "none"
