"""The type of answer that a caller asks for. It applies to grammar, checker and result, whatever the question says."""

from __future__ import annotations

from typing import Any, Literal, Never, cast, get_args, get_origin

from ...tools.core.annotations import type_text
from ...tools.core.errors import InputError
from ...tools.core.values import Box
from ..language import types

TypedKind = Literal["yes/no", "number", "name", "box", "boxes"]
ANSWER_TYPES: dict[Any, TypedKind] = {
    bool: "yes/no",
    int: "number",
    float: "number",
    str: "name",
    Box: "box",
    list[Box]: "boxes",
}
"""What can be asked for, and the kind of answer that it is."""

TOLD: dict[Any, str] = {
    bool: "True or False",
    int: "a whole number",
    float: "a number",
    str: "a text",
    Box: "a box",
    list[Box]: "a list of boxes",
}


def require_answer_type(wanted: Any) -> TypedKind:
    """The kind of answer for a type. Raises InputError for an unsupported type."""
    for known, kind in ANSWER_TYPES.items():
        if wanted is known or (get_origin(wanted) is list and get_args(wanted) == get_args(known) != ()):
            return kind
    names = ", ".join(type_text(known) for known in ANSWER_TYPES)
    raise InputError(f"answer_type cannot be {wanted!r:.80}.", hint=f"It is one of {names}.")


def type_misfit(answer: Any, wanted: Any, text: str) -> tuple[str, str] | None:
    """What is wrong with an answer of type `answer`, and what to write instead; None if it fits or is unknown. text:
    the expression of the answer in the program.
    """
    base = types.base(answer)
    if answer is Any or base is Any or isinstance(answer, types.Function) or _fits(answer, base, wanted):
        return None
    message = f"{TOLD[wanted][:1].upper()}{TOLD[wanted][1:]} is asked for, and answer is {types.text(answer)}."
    return message, _instead(base, wanted, text)


def _fits(answer: Any, base: Any, wanted: Any) -> bool:
    if wanted == list[Box]:
        return base is list and all(m in (Any, Box, Never) for m in types.members(types.element(answer)))
    if wanted is float:
        return base in (int, float)
    return base is wanted


def _instead(base: Any, wanted: Any, text: str) -> str:
    if wanted is int:
        return f"Write answer = round({text})." if base is float else f"Write answer = len({text}), or count."
    if wanted is bool:
        return "Compare or test: answer = EXISTS(image, name), or a comparison."
    if wanted is str:
        return f"Write answer = {text}.label." if base is Box else f"Write answer = str({text})."
    if wanted is Box:
        return f"Write answer = {text}[0], or answer = LOC(image, name)." if base is list else "Answer with a Box."
    if wanted == list[Box]:
        return f"Write answer = [{text}]." if base is Box else "Write answer = DETECT(image, name)."
    return "Answer with a number."


def as_type(answer: Any, wanted: Any) -> Any:
    """The answer converted to that type if nothing is lost: a whole float to int, "yes" to True. Otherwise it is
    unchanged, which `is_type` detects.
    """
    if wanted is float and type(answer) is int:
        return float(answer)
    if wanted is int and type(answer) is float and answer.is_integer():
        return int(answer)
    if wanted is bool and isinstance(answer, str):
        return {"yes": True, "no": False}.get(answer.strip().lower(), answer)
    return answer


def is_type(answer: Any, wanted: Any) -> bool:
    """Is the answer of that type? Here, a truth value is not a number."""
    if wanted == list[Box]:
        return isinstance(answer, list) and all(isinstance(item, Box) for item in cast("list[Any]", answer))
    return type(answer) is wanted
