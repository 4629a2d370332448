"""Translates ViperGPT programs: `def execute_command(image)` with `ImagePatch` and `VideoSegment`.

The API is that of Suris, Menon and Vondrick, "ViperGPT: Visual Inference via Python Execution for Reasoning", ICCV
2023, and programs mean what its documentation says. Differences from the published system:

- A part of an image becomes an Image. Its sides are whole pixels of the original, and `crop` takes such pixels too,
  whatever part it is called on. `lower` and `upper` are measured from the bottom, as in ViperGPT. Only if all four
  sides are computed from the part's own `width` and `height` and from numbers (`p.crop(0, 0, p.width / 2, p.height)`)
  are they measured from its own corner. An area that extends beyond the part that it is cut from is an error.
- A data set's `annotation` of a video is ignored. `x is 3` means `x == 3`.
- `find` is DETECT, without a margin around the boxes; `exists` is EXISTS. No second question is asked, and no word
  (`object`, `person`, a number) is treated specially.
- A failure is never an answer: there is no fallback for a failed program or tool.
- If Python would find a name unset, or return None as the answer, the program ends with an error.
- `best_image_match([])` is None if the program tests the result for None; otherwise it ends the program.
- `llm_query` and similar functions call ASK_LLM; `select_answer` accepts only a reply that names one of the options.
- A `while` loop ends the program with an error after 10,000 iterations. `map`, `filter` and `next` are not lazy.
"""

from __future__ import annotations

import ast
import symtable
from collections.abc import Iterator
from typing import Any

from ....tools.core.values import Image
from ...language.diagnostics import Diagnostic, Kind
from ...language.program import Program, parse
from .api import World
from .names import NameUses, rename
from .paths import guard
from .reply import Text, read
from .rewrite import rewrite
from .shape import Shape, shape
from .strings import KnownStrings

_INPUT_TYPES: dict[str, Any] = {"image": Image, "images": list[Image], "possible_answers": list[str], "query": str}
_POLICY = frozenset(["not-allowed", "underscore"])


def translate(source: str) -> Program | tuple[Diagnostic, ...]:
    """Translate a program, or say what cannot be translated, by the lines of `source`."""
    text = read(source)
    if isinstance(text, Diagnostic):
        return (text,)
    found = _Findings(text)
    modules = _imported(text.tree)
    parts = shape(text.tree, found.report)
    if parts is None:
        return found.sorted
    tree = ast.Module(parts.body, [])
    rename(tree)
    names = NameUses(tree)
    answer = _answer(parts)
    outside = _Outside(names, parts)
    videos = ("images", parts.video.arg) if parts.video else ("images",)
    world = World(names.fresh, outside.name, KnownStrings(tree).is_text, lambda node: _is_name(node, *videos))
    body = rewrite(parts.body, names, world, modules, found.report)
    if found:
        return found.sorted
    guard(body, parts.entry.name, names.fresh)
    return _program(ast.Module([*outside.statements, *body, answer], []), source, parts.entry.lineno)


def inputs(program: Program) -> dict[str, Any]:
    """The types of a translated program's inputs: `image` or `images`, `possible_answers` and `query`."""
    table = symtable.symtable(program.source, "program", "exec")
    set_here = {symbol.get_name() for symbol in table.get_symbols() if symbol.is_assigned()}
    used = {
        symbol.get_name()
        for scope in _scopes(table)
        for symbol in scope.get_symbols()
        if symbol.is_referenced() and (scope is table or symbol.is_global())
    }
    return {name: kind for name, kind in _INPUT_TYPES.items() if name in used - set_here}


class _Findings(list[Diagnostic]):
    """The problems of the program, by its own lines."""

    def __init__(self, text: Text) -> None:
        super().__init__()
        self._shifts = text.shifts

    def report(self, node: ast.AST, code: str, message: str, hint: str) -> None:
        line, column = getattr(node, "lineno", 1), getattr(node, "col_offset", 0)
        kind: Kind = "policy_error" if code in _POLICY else "parse_error" if code == "syntax" else "type_error"
        column = max(column + self._shifts[line - 1], 0)
        self.append(Diagnostic(kind=kind, code=code, line=line, column=column, message=message, hint=hint))

    @property
    def sorted(self) -> tuple[Diagnostic, ...]:
        return tuple(sorted(dict.fromkeys(self), key=lambda d: (d.line, d.column)))


class _Outside:
    """Names under which every function reaches the inputs, set before the functions if the program needs them."""

    def __init__(self, names: NameUses, parts: Shape) -> None:
        self._names = names
        self._several = parts.several
        self._line = parts.entry.lineno
        self._made: dict[str, str] = {}
        self.statements: list[ast.stmt] = []

    def name(self, what: str) -> str:
        """The name of the `images`, the `original`, or its `height`; for `several`, whether there are many."""
        if what == "several":
            return "several" if self._several else ""
        if what == "images" and what not in self._names.bound:
            return what
        if what not in self._made:
            self._made[what] = self._set(*self._value(what))
        return self._made[what]

    def _value(self, what: str) -> tuple[str, str]:
        if what == "height":
            return "image_height", "FRAME_HEIGHT(images)" if self._several else "image.height"
        return ("original", "image") if what == "original" else ("frames", "images")

    def _set(self, wanted: str, value: str) -> str:
        name = self._names.unused(wanted)
        statement = ast.parse(f"{name} = {value}").body[0]
        for node in ast.walk(statement):
            ast.copy_location(node, ast.Pass(lineno=self._line, col_offset=0))
        statement.lineno = self._line
        self.statements.append(statement)
        return name


def _imported(tree: ast.Module) -> dict[str, str]:
    """Where each imported name comes from: `sqrt` from `math.sqrt`, `np` from `numpy`."""
    found: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {(name.asname or name.name).partition(".")[0]: name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {name.asname or name.name: f"{node.module}.{name.name}" for name in node.names}
    return found


def _is_name(node: ast.expr, *names: str) -> bool:
    return isinstance(node, ast.Name) and node.id in names


def _answer(parts: Shape) -> ast.stmt:
    """The call of the answering function. If that always returns a pair of an answer and a dict, take the answer."""
    call = ast.Call(ast.Name(parts.entry.name, ast.Load()), parts.arguments, [])
    target: ast.expr = ast.Name("answer", ast.Store())
    if _returns_info(parts.entry):
        target = ast.Tuple([target, ast.Name("info", ast.Store())], ast.Store())
    elif _returns_segment(parts.entry):  # its frame numbers
        call = ast.Call(ast.Name("list", ast.Load()), [call], [])
    return ast.Assign([target], call, lineno=parts.entry.lineno, col_offset=0)


def _returns_info(entry: ast.FunctionDef) -> bool:
    """Is every value that it returns a pair of an answer and a dictionary?"""
    dicts = {
        target.id
        for node in ast.walk(entry)
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Dict)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    returned = [node.value for node in ast.walk(entry) if isinstance(node, ast.Return)]
    given = [value for value in returned if not _is_none(value)]
    return bool(given) and all(_is_pair(value, dicts) for value in given)


def _returns_segment(entry: ast.FunctionDef) -> bool:
    """Is every value that it returns a segment of a video?"""
    named = {
        target.id
        for node in ast.walk(entry)
        if isinstance(node, ast.Assign) and _is_segment(node.value, set())
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    returned = [node.value for node in ast.walk(entry) if isinstance(node, ast.Return)]
    return bool(returned) and all(value is not None and _is_segment(value, named) for value in returned)


def _is_segment(value: ast.expr, named: set[str]) -> bool:
    match value:
        case ast.Call(func=ast.Name(id="VideoSegment") | ast.Attribute(attr="trim")):
            return True
        case ast.Name(id=name):
            return name in named
        case _:
            return False


def _is_none(value: ast.expr | None) -> bool:
    return value is None or (isinstance(value, ast.Constant) and value.value is None)


def _is_pair(value: ast.expr | None, dicts: set[str]) -> bool:
    match value:
        case ast.Tuple(elts=[_, ast.Dict()]):
            return True
        case ast.Tuple(elts=[_, ast.Name(id=name)]):
            return name in dicts
        case _:
            return False


def _program(tree: ast.Module, source: str, entry: int) -> Program | tuple[Diagnostic, ...]:
    try:
        written = ast.unparse(ast.fix_missing_locations(tree))
        lines = _lines(tree, parse(written), written.count("\n") + 1)
    except (SyntaxError, ValueError, RecursionError) as error:
        # Python 3.11 cannot unparse every f-string.
        message = f"The program cannot be written in our language: {error}."
        return (Diagnostic(kind="parse_error", code="syntax", line=entry, column=0, message=message),)
    return Program(written, origin="file", dialect="vipergpt", original=source, lines=lines)


def _lines(tree: ast.Module, written: ast.Module, count: int) -> tuple[int, ...]:
    """For each line of the written program, the line of the original that its statement came from."""
    pairs = zip(_statements(tree), _statements(written), strict=True)
    known = {new.lineno: old.lineno for old, new in pairs}
    found = [next(iter(known.values()))]
    for line in range(1, count + 1):
        found.append(known.get(line, found[-1]))
    return tuple(found[1:])


def _statements(tree: ast.Module) -> Iterator[ast.stmt]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.stmt))


def _scopes(table: symtable.SymbolTable) -> Iterator[symtable.SymbolTable]:
    yield table
    for child in table.get_children():
        yield from _scopes(child)
