"""Translates VisProg programs (Gupta and Kembhavi, "Visual Programming", CVPR 2023).

A line `VAR=MODULE(name=value, ...)` becomes a line of Python over the tools of the registry (steps.py); EVAL's
expressions are compiled (eval.py), never evaluated. The input is `image`, and for LEFT and RIGHT `images`.

Where the published system is different:
- A missing detection is NoDetection with the name of what is missing, never the whole or half of the image: for CROP
  and all its variants, SELECT, and every edit. CLASSIFY of nothing stays an empty list.
- EVAL goes by what answers mean: 'yes' is yes beside `and` as beside `== 'yes'`, "two" is 2 beside a number and adds,
  letter case does not count. A text that means neither yes nor no is no condition, and one that is no number cannot
  be added: the program ends, where the published one took it for true or joined texts.
- `xor` is an operator: looser than comparison and `and`, tighter than `or`. `**` and functions but a few are left out.
- A variable in quotes, `'{VAR}'`, is text: `+` joins it. A variable alone keeps the value that it has.
- Variables in braces are filled in wherever a text stands: also in a question, a name, a prompt.
- Boxes are in pixels of the original image, whatever crop they were found in.
- SELECT's category goes by whole words of a label; when nothing is of the category, nothing can be selected. Without a
  category, labels count before the best match by MATCH. A single candidate is taken without a look.
- CLASSIFY with one category offers "other" too, and leaves out what is. The order is that of the categories.
- LOC's TOP, BOTTOM, LEFT and RIGHT are halves of the image in any letter case. REPLACE repaints the first thing.
- A program is about IMAGE, or about LEFT and RIGHT, not both.
- An unknown module, argument or variable, or one that is missing or given twice, is a diagnostic.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from difflib import get_close_matches

from ...language.diagnostics import Diagnostic
from ...language.language import ANSWER, MAX_SOURCE_BYTES
from ...language.program import Program
from . import words
from .eval import compile_expression
from .read import Argument, Call, Unreadable, Value, read
from .steps import CROPS, MAKERS, SIDES, Given, Made, Step
from .terms import LISTS, Kind, Term, filled, variable

_INPUTS = {"IMAGE": "image", "LEFT": "images[0]", "RIGHT": "images[1]"}
_THINGS = frozenset({Kind.BOXES, Kind.MASKS})
_WORDS = frozenset({Kind.TEXT, Kind.SCALAR})


@dataclass(frozen=True)
class _Parameter:
    """kinds: what a variable may hold; a text, number or list can also be written out where they fit."""

    kinds: frozenset[Kind]
    default: str | None = None


_IMAGE = _Parameter(frozenset({Kind.IMAGE}))
_OBJECTS = _Parameter(_THINGS)
_TEXT = _Parameter(_WORDS)
_NAMES = _Parameter(_WORDS | {Kind.TEXTS})
_EDIT = {"image": _IMAGE, "object": _OBJECTS}

_MODULES: dict[str, Mapping[str, _Parameter]] = {
    "LOC": {"image": _IMAGE, "object": _TEXT},
    "VQA": {"image": _IMAGE, "question": _TEXT},
    "COUNT": {"box": _Parameter(LISTS)},
    **{name: {"image": _IMAGE, "box": _OBJECTS} for name in (*CROPS, *SIDES)},
    "EVAL": {"expr": _Parameter(frozenset())},
    "RESULT": {"var": _Parameter(frozenset(Kind))},
    "SEG": {"image": _IMAGE},
    "FACEDET": {"image": _IMAGE},
    "SELECT": {**_EDIT, "query": _NAMES, "category": _Parameter(_WORDS | {Kind.NONE}, "None")},
    "CLASSIFY": {**_EDIT, "categories": _NAMES},
    "COLORPOP": _EDIT,
    "BGBLUR": _EDIT,
    "TAG": _EDIT,
    "REPLACE": {**_EDIT, "prompt": _TEXT},
    "EMOJI": {**_EDIT, "emoji": _TEXT},
    "LIST": {"query": _TEXT, "max": _Parameter(frozenset({Kind.NUMBER}), "20")},
}


def translate(source: str) -> Program | tuple[Diagnostic, ...]:
    """A VisProg program as one of ours, or what cannot be read, by line and column of `source`. Never raises."""
    script = read(source)
    translation = _Translation({call.target for call in script.calls}, script.lost)
    problems = list(script.problems)
    for call in script.calls:
        try:
            translation.take(call)
        except Unreadable as problem:
            problems.append(problem.at(call.line))
            translation.give_up(call)
    if not problems and not translation.answered:
        last = script.calls[-1]
        hint = f"End with FINAL_RESULT=RESULT(var={last.target})."
        problems.append(Unreadable("no-answer", last.column, "The program has no RESULT.", hint).at(last.line))
    if problems:
        return tuple(sorted(problems, key=lambda problem: (problem.line, problem.column)))
    python = "\n".join(translation.lines)
    if len(python.encode("utf-8", errors="replace")) > MAX_SOURCE_BYTES:
        return (Unreadable("too-long", 0, "The program is too long when it is written as Python.").at(1),)
    lines = tuple(translation.numbers)
    return Program(python, script.question, "file", dialect="visprog", original=source, lines=lines)


@dataclass
class _Translation:
    """Takes the calls in order and writes them down.

    targets: every variable that the program sets.
    lost: variables that a line may set which cannot be read; what uses them is not wrong.
    """

    targets: set[str]
    lost: frozenset[str]
    lines: list[str] = field(default_factory=list[str])
    numbers: list[int] = field(default_factory=list[int])
    answered: bool = False
    _variables: dict[str, Term] = field(default_factory=dict[str, Term])
    _found: dict[str, str] = field(default_factory=dict[str, str])
    _names: dict[str, str] = field(default_factory=dict[str, str])
    _input: str = ""

    def __post_init__(self) -> None:
        for name in self.lost:
            self._set(name, "lost", Kind.UNKNOWN, "''")
        for name, python in _INPUTS.items():
            self._variables[name] = Term(ast.parse(python, mode="eval").body, Kind.IMAGE)

    def take(self, call: Call) -> None:
        """Write one call down. Raises Unreadable."""
        if call.module not in _MODULES:
            near = get_close_matches(call.module.upper(), _MODULES, n=1, cutoff=0.4)
            hint = f"Did you mean {near[0]}?" if near else f"There are {', '.join(_MODULES)}."
            message = f"There is no module {call.module}."
            raise Unreadable("unknown-module", call.module_column, message, hint, "type_error")
        arguments = _bound(call)
        python = self._python_name(call.target)
        if call.module == "EVAL":
            term = self._evaluated(arguments["expr"])
            self._write(call, Made(term.kind, (f"{python} = {ast.unparse(term.node)}",)), python)
            return
        given = {
            name: self._given(call.module, name, arguments[name]) if name in arguments else _default(parameter)
            for name, parameter in _MODULES[call.module].items()
        }
        if call.module == "RESULT":
            self.answered = True
            python = ANSWER
        self._write(call, MAKERS[call.module](Step(call.module, python, self._temporary(python), given)), python)

    def give_up(self, call: Call) -> None:
        """The call is wrong: whatever uses its variable is not."""
        self._set(call.target, self._python_name(call.target), Kind.UNKNOWN, "''")
        self.answered |= call.module == "RESULT"

    def _write(self, call: Call, made: Made, python: str) -> None:
        self.lines += made.lines
        self.numbers += [call.line] * len(made.lines)
        self._set(call.target, python, made.kind, made.found)

    def _set(self, name: str, python: str, kind: Kind, found: str) -> None:
        self._variables[name] = Term(ast.Name(python, ast.Load()), kind)
        self._found[name] = found

    def _python_name(self, name: str) -> str:
        """VisProg's own name if it has a digit in it, as the names of tools and of the language have not."""
        if name not in self._names:
            python = f"v{name}" if name.startswith("_") else name
            if not any(c.isdigit() for c in python):
                python += "_"
            while python in self._names.values() or (python != name and python in self.targets):
                python += "_"
            self._names[name] = python
        return self._names[name]

    def _temporary(self, python: str) -> Callable[[str], str]:
        def named(what: str) -> str:
            name = f"{python.rstrip('_')}_{what}"
            while name in self.targets:
                name += "_"
            return name

        return named

    def _given(self, module: str, name: str, value: Value) -> Given:
        """The argument, if it is of a kind that the parameter takes. Raises Unreadable."""
        kinds = _MODULES[module][name].kinds
        given = self._looked_up(value) if value.kind == "name" else self._written(value)
        if module == "RESULT" and value.kind != "name":
            raise _misfit(value, f"RESULT wants a variable for {name}.", "Write var=ANSWER0, without quotes.")
        if given.names == ():
            raise _misfit(value, f"{module} got nothing for {name}.", "Write what is meant.")
        if given.kind in kinds or given.kind is Kind.UNKNOWN:
            wanted_as_text = given.kind is Kind.SCALAR and module != "RESULT"
            return replace(given, python=f"TEXT({given.python})") if wanted_as_text else given
        wanted = " or ".join(kind.value for kind in Kind if kind in kinds and kind is not Kind.SCALAR)
        got = f"{value.value} is" if value.kind == "name" else "it got"
        message = f"{module} wants {wanted} for {name}; {got} {given.kind.value}."
        quoted = value.kind == "text" and value.value in self._variables
        raise _misfit(value, message, "Give a variable, without quotes." if quoted else "")

    def _looked_up(self, value: Value) -> Given:
        name = str(value.value)
        term = variable(name, self._variables, value.column)
        if name in _INPUTS and name not in self._found:
            self._require_same_inputs(name, value.column)
        return Given(ast.unparse(term.node), term.kind, found=self._found.get(name, "''"))

    def _require_same_inputs(self, name: str, column: int) -> None:
        self._input = self._input or name
        if (name == "IMAGE") != (self._input == "IMAGE"):
            hint = "A program has either IMAGE, or LEFT and RIGHT."
            message = f"The program is about {self._input}: then there is no {name}."
            raise Unreadable("undefined", column, message, hint, "type_error")

    def _written(self, value: Value) -> Given:
        """A value that is written out as Python; variables in braces in a text are filled in. Raises Unreadable."""
        if isinstance(value.value, tuple):
            for item in value.value:
                if item.kind != "text":
                    raise _misfit(item, "A list has texts in quotes only.", "Write ['cat', 'dog'].")
            terms = [filled(str(item.value).strip(), self._variables, item.column) for item in value.value]
            node, kind = ast.List([term.node for term in terms], ast.Load()), Kind.TEXTS
            literals = [term.literal for term in terms]
            names = None if None in literals else [name for name in literals if name]
        elif isinstance(value.value, str):
            term = filled(value.value, self._variables, value.column)
            node, kind = term.node, Kind.TEXT
            names = None if term.literal is None else words.split(term.literal)
        elif isinstance(value.value, bool):
            return Given(repr(value.value), Kind.TRUTH)
        else:
            return Given(repr(value.value), Kind.NONE if value.value is None else Kind.NUMBER)
        return Given(ast.unparse(node), kind, None if names is None else tuple(names))

    def _evaluated(self, value: Value) -> Term:
        """The expression of an EVAL: in quotes, or else as it stands."""
        if value.kind not in ("text", "code"):
            raise _misfit(value, "EVAL wants an expression in quotes.", "Write EVAL(expr='{ANSWER0} > 1').")
        text = str(value.value)
        try:
            return compile_expression(text, self._variables)
        except Unreadable as problem:
            # `EVAL(expr='yes' if {A} else 'no')`: the quotes belong to the expression, which has none of its own.
            with suppress(Unreadable):
                term = compile_expression(value.raw, self._variables)
                if not term.quoted:
                    return term
            # With escapes in the text its columns are not the line's.
            quoted = value.kind == "text"
            exact = not quoted or value.raw[1:-1] == text
            problem.column = value.column + (quoted + problem.column if exact else 0)
            raise


def _bound(call: Call) -> dict[str, Value]:
    """The arguments of a call by parameter. Raises Unreadable for one too many, too few, or twice."""
    parameters = _MODULES[call.module]
    usage = f"Call {call.module}({', '.join(parameters)})."
    order = list(parameters)
    bound: dict[str, Value] = {}
    named = False

    def refuse(argument: Argument, code: str, message: str) -> Unreadable:
        return Unreadable(code, argument.column, message, usage, "type_error")

    for position, argument in enumerate(call.arguments):
        named |= bool(argument.name)
        if named and not argument.name:
            raise refuse(argument, "argument-count", "An argument without a name follows one with a name.")
        if not named and position >= len(order):
            raise refuse(argument, "argument-count", f"{call.module} takes {len(order)} arguments.")
        name = argument.name or order[position]
        if name not in parameters:
            name = name.lower()
        if name not in parameters:
            raise refuse(argument, "unknown-keyword", f"{call.module} has no argument {argument.name}.")
        if name in bound:
            raise refuse(argument, "argument-count", f"{call.module} got {name} twice.")
        bound[name] = argument.value
    missing = [name for name, parameter in parameters.items() if parameter.default is None and name not in bound]
    if missing:
        message = f"{call.module} needs {' and '.join(missing)}."
        raise Unreadable("argument-count", call.module_column, message, usage, "type_error")
    return bound


def _default(parameter: _Parameter) -> Given:
    assert parameter.default is not None
    return Given(parameter.default, Kind.NONE if parameter.default == "None" else Kind.NUMBER)


def _misfit(value: Value, message: str, hint: str) -> Unreadable:
    return Unreadable("argument-type", value.column, message, hint, "type_error")
