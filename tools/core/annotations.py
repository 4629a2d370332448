"""The types that programs have, and signatures made of them: told in words, checked strictly, described as JSON Schema.

Both are read from Python annotations.
"""

from __future__ import annotations

import enum
import inspect
import types
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Any, Literal, TypeVar, Union, cast, get_args, get_origin

from pydantic import AfterValidator, BeforeValidator, TypeAdapter, ValidationError

from .errors import ArgumentError

_Key = TypeVar("_Key")


def type_text(annotation: Any) -> str:
    """A type as text, such as `list[Box]`, `Box | Mask` or `Literal['left', 'right']`."""
    origin, args = get_origin(annotation), get_args(annotation)
    if annotation is type(None):
        return "None"
    if annotation is Any:
        return "Any"
    if is_enum(annotation):
        return f"Literal[{', '.join(repr(member.value) for member in annotation)}]"
    if origin is Literal:
        return f"Literal[{', '.join(map(repr, args))}]"
    if origin in (Union, types.UnionType):
        return " | ".join(map(type_text, args))
    if origin is None:
        return annotation.__name__
    return f"{origin.__name__}[{', '.join('...' if a is ... else type_text(a) for a in args)}]"


@lru_cache(maxsize=512, typed=True)
def adapter(annotation: Any) -> Validator:
    """The validator of a type, cached."""
    return Validator(annotation)


class Validator:
    """Validates with pydantic in strict mode: only int to float, and values to enumeration members, are converted.

    enums_as_values: convert enumeration members to their values instead.
    """

    def __init__(self, annotation: Any, *, enums_as_values: bool = False) -> None:
        self.adapter: TypeAdapter[Any] = TypeAdapter(_by_value(annotation, enums_as_values))

    def validate(self, value: Any) -> Any:
        """Validate and return the value. Raises pydantic's ValidationError."""
        return self.adapter.validate_python(value, strict=True)


def json_schemas(annotations: Mapping[_Key, Any]) -> tuple[dict[_Key, dict[str, Any]], dict[str, Any]]:
    """The JSON Schema of each type, and the shared `{"$defs": ...}` for the document's root."""
    keys = list(annotations)
    inputs = [(str(i), "validation", adapter(annotations[key]).adapter) for i, key in enumerate(keys)]
    found, shared = TypeAdapter.json_schemas(cast("Any", inputs))
    by_number = {number: schema for (number, _), schema in found.items()}
    return {key: cast("Any", by_number)[str(i)] for i, key in enumerate(keys)}, shared


@dataclass(frozen=True)
class Parameter:
    """One parameter of a tool: its type is a plain Python annotation."""

    name: str
    type: Any
    default: Any
    keyword_only: bool

    @property
    def required(self) -> bool:
        """Must a program give it?"""
        return self.default is inspect.Parameter.empty

    @property
    def text(self) -> str:
        """As in the prompt: `margin: float = 0.0`."""
        default = "" if self.required else f" = {plain_value(self.default)!r}"
        return f"{self.name}: {type_text(self.type)}{default}"


@dataclass(frozen=True)
class Signature:
    """One way to call a tool. A tool has several when it was declared with `typing.overload`."""

    parameters: tuple[Parameter, ...]
    returns: Any

    @property
    def text(self) -> str:
        """As in the prompt, without the tool's name: `(image: Image, box: Box) -> Image`."""
        parts: list[str] = []
        for parameter in self.parameters:
            if parameter.keyword_only and "*" not in parts:
                parts.append("*")
            parts.append(parameter.text)
        return f"({', '.join(parts)}) -> {type_text(self.returns)}"

    def bind(self, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> dict[str, Any]:
        """Arguments by parameter name, checked against the types.

        Raises ArgumentError that names the first argument that does not fit. Nothing is converted but int to float,
        and a string to the member of an enumeration.
        """
        positional = [p for p in self.parameters if not p.keyword_only]
        if len(args) > len(positional):
            raise ArgumentError(f"takes {len(positional)} positional arguments, got {len(args)}")
        given = {p.name: value for p, value in zip(positional, args, strict=False)}
        for name, value in kwargs.items():
            if name in given:
                raise ArgumentError(f"got {name!r} twice")
            given[name] = value
        known = {p.name: p for p in self.parameters}
        for name in given:
            if name not in known:
                raise ArgumentError(f"has no parameter {name!r}", hint=f"It has {', '.join(known)}.")
        missing = [p.name for p in self.parameters if p.required and p.name not in given]
        if missing:
            raise ArgumentError(f"needs {' and '.join(missing)}")
        return {name: self._validate(known[name], value) for name, value in given.items()}

    def _validate(self, parameter: Parameter, value: Any) -> Any:
        try:
            return adapter(parameter.type).validate(value)
        except ValidationError as error:
            wanted, got = type_text(parameter.type), _shown(value)
            if wrong := wrong_item(value, error):
                got += f" with {_shown(wrong[1])} at index {wrong[0]}"
            raise ArgumentError(f"wants {wanted} for {parameter.name}, got {got}") from None


def _by_value(annotation: Any, back: bool) -> Any:
    """The type with all enumerations accepting values, since programs use plain strings.

    back: also return the value instead of the member.
    """
    if is_enum(annotation):
        member = BeforeValidator(lambda v: annotation(v) if type(v) in (str, int) else v)
        return Annotated[annotation, member, AfterValidator(plain_value)] if back else Annotated[annotation, member]
    origin, args = get_origin(annotation), get_args(annotation)
    parts = tuple(a if a is ... else _by_value(a, back) for a in args)
    if origin in (Union, types.UnionType):
        return Union[parts]  # noqa: UP007  (the members are known at run time only)
    if origin in (list, tuple, dict):
        container: Any = origin
        return container[parts]
    return annotation


def is_enum(annotation: Any) -> bool:
    """Whether the type is an enumeration."""
    return isinstance(annotation, type) and issubclass(annotation, enum.Enum)


def plain_value(value: Any) -> Any:
    """The value of an enumeration member, as in programs; any other value unchanged."""
    return value.value if isinstance(value, enum.Enum) else value


def wrong_item(value: Any, error: ValidationError) -> tuple[int, Any] | None:
    """The first item of a list or tuple that does not fit, after its index; None if it is not about an item."""
    if not isinstance(value, list | tuple):
        return None
    places = (part for one in error.errors(include_url=False) for part in one["loc"] if isinstance(part, int))
    items, place = cast("Sequence[Any]", value), next(places, None)
    return (place, items[place]) if place is not None and place < len(items) else None


def without_numpy(value: Any) -> Any:
    """The value with numbers of numpy, also in lists, tuples and dicts, as those of Python."""
    if isinstance(value, list):
        return [without_numpy(item) for item in cast("list[Any]", value)]
    if isinstance(value, tuple):
        return tuple(without_numpy(item) for item in cast("tuple[Any, ...]", value))
    if isinstance(value, dict):
        return {key: without_numpy(item) for key, item in cast("dict[Any, Any]", value).items()}
    is_number = type(value).__module__ == "numpy" and getattr(value, "shape", None) == ()
    return value.item() if is_number else value


def _shown(value: Any) -> str:
    """A value in a message: its type, and itself where that is short."""
    plain = f" {value!r}" if isinstance(value, str | int | float) else ""
    return f"{type(value).__name__}{plain:.80}"
