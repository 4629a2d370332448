"""The declaration of tools: prompt line, types, JSON Schema, stub and docs follow from signature and docstring."""

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

from .albums import Album
from .annotations import Parameter, Signature, Validator, is_enum, json_schemas, type_text, without_numpy, wrong_item
from .errors import ArgumentError, ToolDeclarationError, ToolError
from .times import Moment, Segment
from .values import Box, Image, Mask, Point, Video

F = TypeVar("F", bound=Callable[..., Any])
T = TypeVar("T")
Many = Callable[[Sequence[Mapping[str, Any]]], Sequence[Any]]
"""Serves several calls of a tool, given their arguments by name: a result or a LooksmithError for each."""
Shared = Callable[[Sequence[Mapping[str, Any]], Sequence[str]], Sequence[Any]]
"""Serves several calls of a tool set: like `Many`, with the tool's name for each call."""
_MARK = "__looksmith_tool__"
_US = __name__.split(".")[0]
PLAIN = "python"
"""The backend of a tool that is a plain function without a model."""
PROCESSOR = "cpu"
"""The default device that models occupy."""
TIMEOUT = 120.0
"""The default time limit of a call, in seconds."""
_PLAIN = (bool, int, float, str, type(None), Image, Box, Mask, Point, Video, Segment, Moment, Album)


@dataclass(frozen=True)
class Scored(Generic[T]):
    """A result with evidence. The program sees `value`; the rest is recorded in the trace.

    scores: the model's score of each candidate, best first.
    found: the boxes, or points, behind a value of another type, such as a count.
    moments: where and when in a video the thing was seen that the value is about.
    rejected: candidates below the threshold.
    assumptions: interpretations made, in words: "took 'boy' for 'person'".
    confidence: estimated probability that the result is correct, 0 to 1; None if unknown.
    """

    value: T
    scores: Mapping[str, float] = field(default_factory=dict[str, float])
    rejected: tuple[Box, ...] = ()
    found: tuple[Box | Point, ...] = ()
    assumptions: tuple[str, ...] = ()
    confidence: float | None = None
    moments: tuple[Moment, ...] = ()


class Decorator(Protocol):
    """A decorator that returns its function."""

    def __call__(self, function: F) -> F:
        """Mark and return the function."""
        ...


@dataclass(frozen=True)
class Options:
    """Options for the executor, as in `tool`."""

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
    """Declare a function, or a method of a tool set, as a tool. The function itself is unchanged.

    Arguments are passed by name; a function with overloads takes `**kwargs`.

    batch: maximum number of calls in one pass of the model, which `many` serves.
    many: the tool set's method that serves several calls in one pass. It takes a list of arguments by name, and returns
        for each its result, or the LooksmithError that the call would have raised (see `batch_calls.py`). A method that
        several tools name takes a second list, the tool of each call, and gets the calls of all of them together.
    deterministic: the same arguments always give the same result.
    computed: the tool neither calls a model nor looks at pixels, so a dry run calls the tool itself.
    timeout: time limit of a call in seconds, for several in one pass the sum. A call that exceeds it is abandoned, and
        the program ends with outcome `timeout`. Loading is not counted. A profile can override it (`[limits.NAME]`).
    isolated: run the tool in a separate process, which is killed when a call takes too long or too much memory, and
        restarted. The tool's module must then be a file or an installed package.
    acts: the tool changes something outside, such as a file or a page. A person is asked before each call, which is
        refused if there is no one to ask (remote/consent.py). It is never called early, and results are not reused.
    """

    def mark(f: Callable[..., Any]) -> Callable[..., Any]:
        chosen = Options(**options)
        setattr(f, _MARK, replace(chosen, deterministic=chosen.deterministic and not chosen.acts))
        return f

    return mark(function) if function is not None else mark


def is_tool(thing: object) -> bool:
    """Whether this function or bound method was declared with `@tool`."""
    return isinstance(getattr(thing, _MARK, None), Options)


@dataclass(frozen=True)
class Tool:
    """A function that programs may call, with everything derived from its declaration.

    load: prepares the function on first use (loads weights into memory); None if not needed.
    note: text for the prompt about all tools of a tool set, such as the names that they know.
    many: serves several calls in one pass; None if not supported.
    shared: the same for calls of several tools of the tool set; None if not supported.
    identity: identifies models, weights and options across processes; "" if that is not possible.
    occupies: the devices that a call uses, each of which serves one batch at a time, or `concurrency` calls; a tool
        without devices runs in parallel with everything except itself.
    stop: stops the work of an abandoned call; None if not possible.
    alive: whether what was loaded is still there; None if it never goes away.
    origin: the plug-in that provides it: the name of its file or entry point.
    own: a function of looksmith that only computes, and terminates quickly.
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
        """The time limit of a call, in seconds."""
        return self.options.timeout

    @classmethod
    def of(cls, function: Callable[..., Any]) -> Tool:
        """Parse the declaration of a function or bound method.

        Raises ToolDeclarationError if a type or the docstring is missing, a type is not supported, or the batch method
        does not exist.
        """
        name = getattr(function, "__name__", type(function).__name__)
        plain = getattr(function, "__func__", function)
        forms = typing.get_overloads(plain) or [plain]
        doc = inspect.getdoc(function)
        if not doc:
            raise ToolDeclarationError(f"{name} has no docstring.", hint="Its first sentence goes into the prompt.")
        names = [p for form in forms for p in inspect.signature(form).parameters]
        summary, details = _read_doc(doc, names)
        owner, options = getattr(function, "__self__", None), getattr(function, _MARK, Options())
        if not options.timeout > 0:
            raise ToolDeclarationError(
                f"{name} has an invalid timeout: {options.timeout!r}.", hint="Use a positive number of seconds."
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
        """The lines in the prompt: one per signature, with the summary after the first."""
        first, *more = (f"{self.name}{signature.text}" for signature in self.signatures)
        return f"{first}  # {self.summary}", *more

    @property
    def stub(self) -> str:
        """The declaration as a Python stub, for type checkers."""
        overloaded = "@overload\n" if len(self.signatures) > 1 else ""
        return "\n".join(f"{overloaded}def {self.name}{s.text}: ..." for s in self.signatures)

    @property
    def schema(self) -> dict[str, Any]:
        """The JSON Schema of the arguments (draft 2020-12); `anyOf` if there are several signatures."""
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
            # A description next to a "$ref" is allowed since draft 2019-09.
            properties[p.name] = dict(described[number, p.name])
            if not p.required:
                properties[p.name]["default"] = to_jsonable_python(p.default)
            if p.name in self.details:
                properties[p.name]["description"] = self.details[p.name]
        required = [p.name for p in signature.parameters if p.required]
        return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}

    def bind(self, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> dict[str, Any]:
        """Bind arguments to the first signature that accepts them. Raises ArgumentError."""
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
        """Validate a result; enumeration members become plain strings, and numbers of numpy those of Python.

        Raises ToolError if the result does not match the declaration.
        """
        try:
            return self._result.validate(value)
        except ValidationError as first:
            error = first
        try:
            return self._result.validate(without_numpy(value))
        except ValidationError as second:
            error = second
        except RecursionError:  # a list that holds itself
            pass
        wanted = " or ".join(type_text(s.returns) for s in self.signatures)
        wrong = wrong_item(value, error)
        got = type(value).__name__ + (f" with {type(wrong[1]).__name__} at index {wrong[0]}" if wrong else "")
        raise ToolError(f"{self.name} promised {wanted} and returned {got}.") from None


def _many_of(name: str, owner: Any, options: Options) -> tuple[Many | None, Shared | None]:
    """The batch method, for this tool or for all that share it. Raises ToolDeclarationError."""
    if not options.many:
        return None, None
    method = getattr(owner, options.many, None)
    if not callable(method) or options.batch < 2:
        said = f"{name} cannot be served by many={options.many!r} with batch={options.batch}."
        raise ToolDeclarationError(said, hint="Pass the name of a method of the tool set, and a batch size above 1.")
    if len(inspect.signature(method).parameters) == 1:
        return cast("Many", method), None
    shared = cast("Shared", method)
    return lambda calls: shared(calls, [name] * len(calls)), shared


def _read_signature(name: str, form: Callable[..., Any], *, bound: bool) -> Signature:
    """Parse the typed parameters and result of one signature. Raises ToolDeclarationError."""
    try:
        hints = typing.get_type_hints(form, include_extras=False)
    except NameError as error:
        hint = "Import it at run time, not under TYPE_CHECKING."
        raise ToolDeclarationError(f"{name}: unknown type: {error}.", hint=hint) from None
    given = list(inspect.signature(form).parameters.values())[1 if bound else 0 :]
    for p in given:
        if p.kind in (p.VAR_POSITIONAL, p.VAR_KEYWORD, p.POSITIONAL_ONLY):
            raise ToolDeclarationError(f"{name}: {p} is not a named parameter.", hint="Declare each parameter by name.")
    for wanted in [*(p.name for p in given), "return"]:
        if wanted not in hints:
            what = "result" if wanted == "return" else f"parameter {wanted!r}"
            raise ToolDeclarationError(
                f"{name}: the {what} has no type.", hint="Add an annotation; the checker needs it."
            )
        _require_known(name, hints[wanted])
    parameters = tuple(Parameter(p.name, hints[p.name], p.default, p.kind is p.KEYWORD_ONLY) for p in given)
    returns = hints["return"]
    return Signature(parameters, get_args(returns)[0] if get_origin(returns) is Scored else returns)


def _require_known(tool_name: str, annotation: Any) -> None:
    """Reject types that the checker and the sandbox's protocol do not support."""
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
        f"{tool_name}: unsupported type {annotation!r}.",
        hint=f"Use {known}, Literal, enumerations, and list, tuple, dict and | of these.",
    )


def _read_doc(doc: str, parameters: list[str]) -> tuple[str, dict[str, str]]:
    """Parse the first sentence, and the descriptions of parameters: lines `name: ...`, or several on one line."""
    summary, *rest = re.split(r"\n\s*\n", doc.strip(), maxsplit=1)
    lines = re.findall(r"^(\w+): (.+(?:\n {2,}.+)*)", rest[0] if rest else "", flags=re.MULTILINE)
    next_one = rf"(?<=\.) ({'|'.join(parameters)}): "
    details: dict[str, str] = {}
    for name, text in lines:
        if name in parameters:
            first, *more = re.split(next_one, " ".join(text.split()))
            details |= {name: first, **dict(zip(more[::2], more[1::2], strict=True))}
    return " ".join(summary.split()), details
