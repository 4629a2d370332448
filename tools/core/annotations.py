"""Types of program values, from Python annotations: as text, as strict validators, and as JSON Schema."""

from __future__ import annotations

import enum
import types
from collections.abc import Mapping
from functools import lru_cache
from typing import Annotated, Any, Literal, TypeVar, Union, cast, get_args, get_origin

from pydantic import AfterValidator, BeforeValidator, TypeAdapter

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
