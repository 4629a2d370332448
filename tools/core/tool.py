"""A tool is one declaration: signature and docstring give prompt line, checker types, JSON Schema, stub and docs."""

from __future__ import annotations

import enum
import inspect
import re
import types
import typing
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Generic, Literal, Protocol, TypeVar, Union, cast, get_args, get_origin

from pydantic import ValidationError
from pydantic_core import to_jsonable_python

from .annotations import Parameter, Signature, Validator, is_enum, json_schemas, type_text
from .errors import ArgumentError, ToolDeclarationError, ToolError
from .values import Box, Image, Mask, Point, Video

F = TypeVar("F", bound=Callable[..., Any])
T = TypeVar("T")
Many = Callable[[Sequence[Mapping[str, Any]]], Sequence[Any]]
"""Serves several calls of a tool, each by its arguments by name: a result or a LooksmithError for each."""
Shared = Callable[[Sequence[Mapping[str, Any]], Sequence[str]], Sequence[Any]]
"""Serves several calls of the tools of a tool set: as `Many`, with the tool's name of each."""
_MARK = "__looksmith_tool__"
_US = __name__.split(".")[0]
PLAIN = "python"
"""The backend of a tool that is a plain function, with no model behind it."""
PROCESSOR = "cpu"
"""What models keep busy where nothing else is said."""
TIMEOUT = 120.0
"""Seconds that a call may take where nothing else is said."""
_PLAIN = (bool, int, float, str, type(None), Image, Box, Mask, Point, Video)


@dataclass(frozen=True)
class Scored(Generic[T]):
    """A result with what stood behind it. The program sees `value`; the trace keeps the rest.

    scores: what the model gave each candidate, best first.
    found: the boxes behind a value that is none itself, such as a count.
    rejected: candidates that were looked at and not good enough.
    assumptions: what was taken for what, in words: "took 'boy' for 'person'".
    confidence: about how often such a result is right, 0 to 1; None where nobody measured it.
    """

    value: T
    scores: Mapping[str, float] = field(default_factory=dict[str, float])
    rejected: tuple[Box, ...] = ()
    found: tuple[Box, ...] = ()
    assumptions: tuple[str, ...] = ()
    confidence: float | None = None


class Decorator(Protocol):
    """Gives back the function that it got."""

    def __call__(self, function: F) -> F:
        """The same function, marked."""
        ...


@dataclass(frozen=True)
class Options:
    """What the executor needs to know beyond the signature: as in `tool`."""

    batch: int = 1
    many: str = ""
    deterministic: bool = True
    computed: bool = False
    timeout: float = TIMEOUT
    isolated: bool = False
    acts: bool = False


@typing.overload
def tool(function: F) -> F: ...
@typing.overload
def tool(
    *,
    batch: int = 1,
    many: str = "",
    deterministic: bool = True,
    computed: bool = False,
    timeout: float = TIMEOUT,
    isolated: bool = False,
    acts: bool = False,
) -> Decorator: ...
def tool(function: Callable[..., Any] | None = None, **options: Any) -> Any:
    """Mark a function, or a method of a tool set, as a tool. The function itself stays as it is.

    Arguments are given by name; one with overloads takes `**kwargs`.

    batch: how many calls the model behind it takes at once, where `many` says how.
    many: the tool set's method that serves several calls in one pass: it takes a list of arguments by name, and gives a
        list with the result of each, or the LooksmithError that the call would have raised (see `batch_calls.py`). One
        that several tools name takes a second list, the tool of each call, and gets the calls of all of them together.
    deterministic: the same arguments always give the same result.
    computed: no model is asked and nothing is looked at, so that a dry run calls the tool itself.
    timeout: seconds that a call may take, of several in one pass each; then it is given up, and the program ends with
        outcome `timeout`. Loading is not counted. A profile can set another one (`[limits.NAME]`).
    isolated: the tool runs in a process of its own, which is ended when a call takes too long or too much memory, and
        started again when it has died. Then its module has to be a file or an installed package.
    acts: it changes something outside, such as a file or a page. Before each call a person is asked, and it is refused
        where there is nobody to ask (remote/consent.py); it is never called ahead, and its results are never reused.
    """

    def mark(f: Callable[..., Any]) -> Callable[..., Any]:
        chosen = Options(**options)
        setattr(f, _MARK, replace(chosen, deterministic=chosen.deterministic and not chosen.acts))
        return f

    return mark(function) if function is not None else mark


def is_tool(thing: object) -> bool:
    """Was this function or bound method declared with `@tool`?"""
    return isinstance(getattr(thing, _MARK, None), Options)


@dataclass(frozen=True)
class Tool:
    """A function that programs may call, with everything that was derived from its declaration.

    load: fetches what the function needs on first use (weights into memory); None when it needs nothing.
    note: what the LLM must know about all tools of a tool set, such as the names that they understand.
    many: serves several calls in one pass; None when it takes one at a time.
    shared: the same with calls of other tools of the tool set among them; None when it takes no others.
    identity: tells models, weights and options behind it from all others, in any process; "" when that cannot be said.
    occupies: the devices that a call keeps busy, which serve one batch at a time, or `concurrency` calls at once; what
        occupies none is served beside everything but itself.
    stop: ends what a call that was given up is doing; None where that cannot be done.
    alive: is what was loaded still there? None where it does not go away.
    origin: the plug-in that brought it: the name of its file or entry point.
    own: a function of looksmith that only computes: it comes to its end, and soon.
    """

    name: str
    function: Callable[..., Any]
    signatures: tuple[Signature, ...]
    summary: str
    doc: str
    details: Mapping[str, str]
    options: Options
    load: Callable[[], None] | None = None
    backend: str = PLAIN
    note: str = ""
    many: Many | None = None
    shared: Shared | None = None
    identity: str = ""
    occupies: tuple[str, ...] = ()
    concurrency: int = 1
    stop: Callable[[], None] | None = None
    alive: Callable[[], bool] | None = None
    origin: str = ""
    own: bool = False

    @property
    def timeout(self) -> float:
        """Seconds that a call may take."""
        return self.options.timeout

    @classmethod
    def of(cls, function: Callable[..., Any]) -> Tool:
        """Read the declaration of a function or bound method.

        Raises ToolDeclarationError when a type or the docstring is missing, a type is not one that programs have, or
        there is no method that serves several calls.
        """
        name = getattr(function, "__name__", type(function).__name__)
        plain = getattr(function, "__func__", function)
        forms = typing.get_overloads(plain) or [plain]
        doc = inspect.getdoc(function)
        if not doc:
            raise ToolDeclarationError(f"{name} has no docstring.", hint="Its first sentence is what the LLM is told.")
        names = [p for form in forms for p in inspect.signature(form).parameters]
        summary, details = _read_doc(doc, names)
        owner, options = getattr(function, "__self__", None), getattr(function, _MARK, Options())
        if not options.timeout > 0:
            raise ToolDeclarationError(
                f"{name} cannot have {options.timeout!r} seconds.", hint="Say a positive number."
            )
        backend = str(getattr(owner, "backend", PLAIN))
        options = replace(options, timeout=max(options.timeout, float(getattr(owner, "server_timeout", 0.0))))
        many, shared = _many_of(name, owner, options)
        return cls(
            name=name,
            function=function,
            signatures=tuple(_read_signature(name, form, bound=owner is not None) for form in forms),
            summary=summary,
            doc=doc,
            details=details,
            options=options,
            load=getattr(owner, "load", None),
            backend=backend,
            note=str(getattr(owner, "note", "")),
            many=many,
            shared=shared,
            identity=str(getattr(owner, "identity", "")),
            occupies=tuple(getattr(owner, "occupies", () if backend == PLAIN else (PROCESSOR,))),
            concurrency=max(int(getattr(owner, "concurrency", 1)), 1),
            own=owner is None and inspect.isfunction(function) and function.__module__.split(".")[0] == _US,
        )

    @cached_property
    def prompt_lines(self) -> tuple[str, ...]:
        """What the LLM is told: a line for each way to call the tool, the summary behind the first."""
        first, *more = (f"{self.name}{signature.text}" for signature in self.signatures)
        return f"{first}  # {self.summary}", *more

    @property
    def stub(self) -> str:
        """The declaration as Python text without a body, for type checkers and `--dry-run`."""
        overloaded = "@overload\n" if len(self.signatures) > 1 else ""
        return "\n".join(f"{overloaded}def {self.name}{s.text}: ..." for s in self.signatures)

    @property
    def schema(self) -> dict[str, Any]:
        """JSON Schema of the arguments (draft 2020-12); `anyOf` when the tool can be called in several ways."""
        types_by_place = {(i, p.name): p.type for i, form in enumerate(self.signatures) for p in form.parameters}
        described, shared = json_schemas(types_by_place)
        forms = [self._form_schema(i, form, described) for i, form in enumerate(self.signatures)]
        body = forms[0] if len(forms) == 1 else {"anyOf": forms}
        return {"title": self.name, "description": self.summary, **body, **shared}

    def _form_schema(
        self, number: int, signature: Signature, described: Mapping[tuple[int, str], dict[str, Any]]
    ) -> dict[str, Any]:
        properties: dict[str, Any] = {}
        for p in signature.parameters:
            # A description beside a "$ref" is allowed since draft 2019-09.
            properties[p.name] = dict(described[number, p.name])
            if not p.required:
                properties[p.name]["default"] = to_jsonable_python(p.default)
            if p.name in self.details:
                properties[p.name]["description"] = self.details[p.name]
        required = [p.name for p in signature.parameters if p.required]
        return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}

    def bind(self, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> dict[str, Any]:
        """Arguments by name, checked against the first signature that takes them. Raises ArgumentError."""
        problems: list[ArgumentError] = []
        for signature in self.signatures:
            try:
                return signature.bind(args, kwargs)
            except ArgumentError as error:
                problems.append(error)
        raise ArgumentError(f"{self.name} {problems[0].message}.", hint=problems[0].hint)

    @cached_property
    def _result(self) -> Validator:
        returns = [signature.returns for signature in self.signatures]
        promised = Union[tuple(returns)]  # noqa: UP007  (the members are known at run time only)
        return Validator(promised, enums_as_values=True)

    def check_result(self, value: Any) -> Any:
        """The value as the declared type, an enumeration's member as its value: programs have plain strings.

        Raises ToolError when the tool broke its own declaration.
        """
        try:
            return self._result.validate(value)
        except ValidationError:
            wanted = " or ".join(type_text(s.returns) for s in self.signatures)
            raise ToolError(f"{self.name} promised {wanted} and returned {type(value).__name__}.") from None


def _many_of(name: str, owner: Any, options: Options) -> tuple[Many | None, Shared | None]:
    """The tool set's method for several calls, of this tool or of all that it serves. Raises ToolDeclarationError."""
    if not options.many:
        return None, None
    method = getattr(owner, options.many, None)
    if not callable(method) or options.batch < 2:
        said = f"{name} cannot be served by {options.many!r}, {options.batch} calls at once."
        raise ToolDeclarationError(said, hint="Name a method of the tool set, and say how many calls it takes.")
    if len(inspect.signature(method).parameters) == 1:
        return cast("Many", method), None
    shared = cast("Shared", method)
    return lambda calls: shared(calls, [name] * len(calls)), shared


def _read_signature(name: str, form: Callable[..., Any], *, bound: bool) -> Signature:
    """The typed parameters and result of one form. Raises ToolDeclarationError."""
    try:
        hints = typing.get_type_hints(form, include_extras=False)
    except NameError as error:
        hint = "Import it at run time, not under TYPE_CHECKING."
        raise ToolDeclarationError(f"{name}: a type is not known: {error}.", hint=hint) from None
    given = list(inspect.signature(form).parameters.values())[1 if bound else 0 :]
    for p in given:
        if p.kind in (p.VAR_POSITIONAL, p.VAR_KEYWORD, p.POSITIONAL_ONLY):
            raise ToolDeclarationError(f"{name}: {p} is not a named parameter.", hint="Spell each parameter out.")
    for wanted in [*(p.name for p in given), "return"]:
        if wanted not in hints:
            what = "result" if wanted == "return" else f"parameter {wanted!r}"
            raise ToolDeclarationError(f"{name}: the {what} has no type.", hint="Annotate it: the checker needs it.")
        _require_known(name, hints[wanted])
    parameters = tuple(Parameter(p.name, hints[p.name], p.default, p.kind is p.KEYWORD_ONLY) for p in given)
    returns = hints["return"]
    return Signature(parameters, get_args(returns)[0] if get_origin(returns) is Scored else returns)


def _require_known(tool_name: str, annotation: Any) -> None:
    """Refuse types that neither the checker nor the sandbox's wire knows."""
    origin = get_origin(annotation)
    if annotation in _PLAIN or annotation is Any or is_enum(annotation):
        return
    if origin is Literal and not any(isinstance(value, enum.Enum | bytes) for value in get_args(annotation)):
        return
    if origin in (list, tuple, dict, Union, types.UnionType, Scored):
        for part in get_args(annotation):
            if part is not ...:
                _require_known(tool_name, part)
        return
    known = ", ".join(type_text(t) for t in _PLAIN)
    raise ToolDeclarationError(
        f"{tool_name}: programs have no type {annotation!r}.",
        hint=f"They have {known}, Literal, enumerations, and list, tuple, dict and | of these.",
    )


def _read_doc(doc: str, parameters: list[str]) -> tuple[str, dict[str, str]]:
    """First sentence, and the description of each parameter that has a line `name: ...`."""
    summary, *rest = re.split(r"\n\s*\n", doc.strip(), maxsplit=1)
    lines = re.findall(r"^(\w+): (.+(?:\n {2,}.+)*)", rest[0] if rest else "", flags=re.MULTILINE)
    details = {name: " ".join(text.split()) for name, text in lines if name in parameters}
    return " ".join(summary.split()), details
