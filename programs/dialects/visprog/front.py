"""Translates VisProg programs (Gupta and Kembhavi, "Visual Programming", CVPR 2023).

A line `VAR=MODULE(name=value, ...)` becomes a line of Python over the tools of the registry (steps.py); EVAL's
expressions are compiled (eval.py), never evaluated. The input is `image`, and for LEFT and RIGHT `images`.

Differences from the published system:
- A missing detection raises NoDetection with the name of what is missing, instead of standing for the whole or half of
  the image: for CROP and its variants, SELECT, and every edit. CLASSIFY of an empty list is an empty list.
- EVAL interprets answers: 'yes' is yes with `and` as well as with `== 'yes'`, "two" is 2 in arithmetic and beside a
  number, and letter case is ignored. A text that means neither yes nor no is not a condition, and one that is not a
  number cannot be added: the program ends with an error, where the published system took it for true or joined texts.
- `xor` is an operator that binds looser than comparison and `and`, tighter than `or`. `**` and most functions are not
  supported.
- A variable in quotes, `'{VAR}'`, is text: `+` joins it. A variable alone keeps its value.
- Variables in braces are filled in in any text, including questions, names and prompts.
- Boxes are in pixels of the original image, whatever crop they were found in.
- SELECT's category matches whole words of a label; if nothing is of the category, nothing is selected. Without a
  category, matching labels come before the best match by MATCH. A single candidate is taken as it is.
- CLASSIFY with one category offers "other" too, and drops things so classified. The order is that of the categories.
- LOC's TOP, BOTTOM, LEFT and RIGHT are halves of the image in any letter case. REPLACE repaints the first thing.
- A program is about IMAGE, or about LEFT and RIGHT, not both.
- An unknown, missing or repeated module, argument or variable is a diagnostic.
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
from .read import Argument, ScriptError, ScriptStep, Value, read
from .steps import CROPS, MAKERS, SIDES, ReadyStep, Translated, TranslatedArgument
from .terms import LISTS, Kind, Term, filled, variable

_INPUTS = {"IMAGE": "image", "LEFT": "images[0]", "RIGHT": "images[1]"}
_THINGS = frozenset({Kind.BOXES, Kind.MASKS})
_WORDS = frozenset({Kind.TEXT, Kind.SCALAR})


@dataclass(frozen=True)
class _Parameter:
    """kinds: what a variable may hold; a literal text, number or list is accepted where it fits."""

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
    """Translate a program, or say what cannot be translated, by line and column of `source`. Never raises."""
    script = read(source)
    translation = _Translation({call.target for call in script.calls}, script.lost)
    problems = list(script.problems)
    for call in script.calls:
        try:
            translation.take(call)
        except ScriptError as problem:
            problems.append(problem.at(call.line))
            translation.give_up(call)
    if not problems and not translation.answered:
        last = script.calls[-1]
        hint = f"End with FINAL_RESULT=RESULT(var={last.target})."
        problems.append(ScriptError("no-answer", last.column, "The program has no RESULT.", hint).at(last.line))
    if problems:
        return tuple(sorted(problems, key=lambda problem: (problem.line, problem.column)))
    python = "\n".join(translation.lines)
    if len(python.encode("utf-8", errors="replace")) > MAX_SOURCE_BYTES:
        return (ScriptError("too-long", 0, "The program is too long once translated to Python.").at(1),)
    lines = tuple(translation.numbers)
    return Program(python, script.question, "file", dialect="visprog", original=source, lines=lines)


@dataclass
class _Translation:
    """Translates the calls in order.

    targets: every variable that the program sets.
    lost: variables that unreadable lines may set; using them is not reported.
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

    def take(self, call: ScriptStep) -> None:
        """Translate one call. Raises ScriptError."""
        if call.module not in _MODULES:
            near = get_close_matches(call.module.upper(), _MODULES, n=1, cutoff=0.4)
            hint = f"Did you mean {near[0]}?" if near else f"There are {', '.join(_MODULES)}."
            message = f"There is no module {call.module}."
            raise ScriptError("unknown-module", call.module_column, message, hint, "type_error")
        arguments = _bound(call)
        python = self._python_name(call.target)
        if call.module == "EVAL":
            term = self._evaluated(arguments["expr"])
            self._write(call, Translated(term.kind, (f"{python} = {ast.unparse(term.node)}",)), python)
            return
        given = {
            name: self._given(call.module, name, arguments[name]) if name in arguments else _default(parameter)
            for name, parameter in _MODULES[call.module].items()
        }
        if call.module == "RESULT":
            self.answered = True
            python = ANSWER
        self._write(call, MAKERS[call.module](ReadyStep(call.module, python, self._temporary(python), given)), python)

    def give_up(self, call: ScriptStep) -> None:
        """Note that the call is wrong, so that uses of its variable are not reported too."""
        self._set(call.target, self._python_name(call.target), Kind.UNKNOWN, "''")
        self.answered |= call.module == "RESULT"

    def _write(self, call: ScriptStep, made: Translated, python: str) -> None:
        self.lines += made.lines
        self.numbers += [call.line] * len(made.lines)
        self._set(call.target, python, made.kind, made.found)

    def _set(self, name: str, python: str, kind: Kind, found: str) -> None:
        self._variables[name] = Term(ast.Name(python, ast.Load()), kind)
        self._found[name] = found

    def _python_name(self, name: str) -> str:
        """VisProg's own name if it has a digit in it, unlike the names of tools and of the language."""
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

    def _given(self, module: str, name: str, value: Value) -> TranslatedArgument:
        """The argument, if the parameter takes its kind. Raises ScriptError."""
        kinds = _MODULES[module][name].kinds
        given = self._looked_up(value) if value.kind == "name" else self._written(value)
        if module == "RESULT" and value.kind != "name":
            raise _misfit(value, f"RESULT takes a variable for {name}.", "Write var=ANSWER0, without quotes.")
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

    def _looked_up(self, value: Value) -> TranslatedArgument:
        name = str(value.value)
        term = variable(name, self._variables, value.column)
        if name in _INPUTS and name not in self._found:
            self._require_same_inputs(name, value.column)
        return TranslatedArgument(ast.unparse(term.node), term.kind, found=self._found.get(name, "''"))

    def _require_same_inputs(self, name: str, column: int) -> None:
        self._input = self._input or name
        if (name == "IMAGE") != (self._input == "IMAGE"):
            hint = "A program has either IMAGE, or LEFT and RIGHT."
            message = f"The program is about {self._input}: then there is no {name}."
            raise ScriptError("undefined", column, message, hint, "type_error")

    def _written(self, value: Value) -> TranslatedArgument:
        """A literal as Python, with variables in braces in texts filled in. Raises ScriptError."""
        if isinstance(value.value, tuple):
            for item in value.value:
                if item.kind != "text":
                    raise _misfit(item, "A list may hold only texts in quotes.", "Write ['cat', 'dog'].")
            terms = [filled(str(item.value).strip(), self._variables, item.column) for item in value.value]
            node, kind = ast.List([term.node for term in terms], ast.Load()), Kind.TEXTS
            literals = [term.literal for term in terms]
            names = None if None in literals else [name for name in literals if name]
        elif isinstance(value.value, str):
            term = filled(value.value, self._variables, value.column)
            node, kind = term.node, Kind.TEXT
            names = None if term.literal is None else words.split(term.literal)
        elif isinstance(value.value, bool):
            return TranslatedArgument(repr(value.value), Kind.TRUTH)
        else:
            return TranslatedArgument(repr(value.value), Kind.NONE if value.value is None else Kind.NUMBER)
        return TranslatedArgument(ast.unparse(node), kind, None if names is None else tuple(names))

    def _evaluated(self, value: Value) -> Term:
        """The expression of an EVAL, with or without quotes."""
        if value.kind not in ("text", "code"):
            raise _misfit(value, "EVAL takes an expression in quotes.", "Write EVAL(expr='{ANSWER0} > 1').")
        text = str(value.value)
        try:
            return compile_expression(text, self._variables)
        except ScriptError as problem:
            # In `EVAL(expr='yes' if {A} else 'no')` the quotes are part of the expression.
            with suppress(ScriptError):
                term = compile_expression(value.raw, self._variables)
                if not term.quoted:
                    return term
            # With escapes in the text, its columns differ from those of the line.
            quoted = value.kind == "text"
            exact = not quoted or value.raw[1:-1] == text
            problem.column = value.column + (quoted + problem.column if exact else 0)
            raise


def _bound(call: ScriptStep) -> dict[str, Value]:
    """The arguments of a call by parameter. Raises ScriptError for one too many, too few, or twice."""
    parameters = _MODULES[call.module]
    usage = f"Call {call.module}({', '.join(parameters)})."
    order = list(parameters)
    bound: dict[str, Value] = {}
    named = False

    def refuse(argument: Argument, code: str, message: str) -> ScriptError:
        return ScriptError(code, argument.column, message, usage, "type_error")

    for position, argument in enumerate(call.arguments):
        named |= bool(argument.name)
        if named and not argument.name:
            raise refuse(argument, "argument-count", "A positional argument follows a named one.")
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
        raise ScriptError("argument-count", call.module_column, message, usage, "type_error")
    return bound


def _default(parameter: _Parameter) -> TranslatedArgument:
    assert parameter.default is not None
    return TranslatedArgument(parameter.default, Kind.NONE if parameter.default == "None" else Kind.NUMBER)


def _misfit(value: Value, message: str, hint: str) -> ScriptError:
    return ScriptError("argument-type", value.column, message, hint, "type_error")
