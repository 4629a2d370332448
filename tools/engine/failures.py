"""What a tool raised, as an error that can be told: in words that can be written down, with the place in its code.

What is raised here may be made to hurt: a text that is no text, a `__str__` that raises, a number too long to print.
"""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ..core import errors
from ..core.errors import LooksmithError, ToolError

MAX_TEXT = 2_000
"""Characters of what an error says; more are cut off."""


def failure_of(name: str, error: BaseException) -> LooksmithError:
    """What went wrong, as an error that is told: one of ours as it is, any other as the tool's failure.

    name: the tool's.
    """
    if isinstance(error, LooksmithError):
        return _sound(error)
    said = _text_of(error)
    where = place_of(error)
    text = f"{name} failed: {plain(type(error).__name__)}{': ' if said else ''}{said}"
    failure = ToolError(f"{text} ({where})" if where else text)
    failure.__cause__ = error
    return failure


def anew(error: LooksmithError) -> LooksmithError:
    """The same error for somebody else: each raising adds to what an old one remembers."""
    return _ours(error)(error.message, hint=error.hint)


def plain(text: str) -> str:
    """The text as it can be written down: half characters are shown as what they are, and it has an end."""
    shown = text if len(text) <= MAX_TEXT else f"{text[:MAX_TEXT]} ... ({len(text):,} characters)"
    return shown.encode("utf-8", "backslashreplace").decode("utf-8")


def place_of(error: BaseException) -> str:
    """File, line and function of what raised it, behind those of the tool's own code where that is another file."""
    try:
        frames = [f for f in traceback.extract_tb(error.__traceback__) if Path(f.filename) not in _ON_THE_WAY]
    except Exception:  # a frame's globals may be the tool's own joke
        return ""
    shown = [plain(f"{Path(f.filename).name}:{f.lineno} in {f.name}") for f in frames]
    return ", ".join(dict.fromkeys([*shown[:1], *shown[-1:]]))


_ON_THE_WAY = {
    Path(__file__).parents[1] / name
    for name in (
        "engine/executor.py",
        "engine/loader.py",
        "engine/serving.py",
        "engine/isolated_tools.py",
        "core/batch_calls.py",
    )
}
"""Files that stand between the executor and every tool."""


def _sound(error: LooksmithError) -> LooksmithError:
    """The error itself where it can be told and made again; else the nearest one of ours."""
    told = list(_told(error))
    if all(one == said for one, said in told) and _again(error):
        return error
    found = _ours(error)(told[0][0], hint=told[1][0])
    found.__cause__ = error
    return found


def _told(error: LooksmithError) -> Iterator[tuple[str, Any]]:
    """Message and hint as they can be told, each with what it is."""
    for name in ("message", "hint"):
        try:
            said = getattr(error, name)
            yield plain(said) if type(said) is str else plain(str(said)), said
        except BaseException:
            yield ("It cannot say what is wrong." if name == "message" else ""), None


def _again(error: LooksmithError) -> bool:
    """Does the error say what it was made with?"""
    try:
        str(error)
    except BaseException:
        return False
    return True


def _ours(error: LooksmithError) -> type[LooksmithError]:
    """The nearest class that is made of a message and a hint."""
    return next(kind for kind in type(error).__mro__ if kind.__module__ == errors.__name__)


def _text_of(error: BaseException) -> str:
    try:
        return plain(str(error))
    except BaseException as worse:
        return f"its text cannot be had ({plain(type(worse).__name__)})"
