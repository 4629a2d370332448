"""Converts exceptions of tools to errors with valid text and the place in the tool's code.

Exceptions may be hostile: invalid Unicode, a `__str__` that raises, a number too long to print.
"""

from __future__ import annotations

import traceback
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import Any

from ..core import errors
from ..core.errors import LooksmithError, ToolError

MAX_TEXT = 2_000
"""Maximum characters of an error's message."""
_LINKS = 100
"""Maximum number of causes whose tracebacks are removed; a class may define an endless chain of them."""


def failure_of(name: str, error: BaseException) -> LooksmithError:
    """Convert an exception: errors of looksmith are kept; any other becomes a ToolError with the exception as its
    cause.

    Tracebacks are removed, because their frames would keep the call's images in memory. name: of the tool.
    """
    return failures_of((name,), error)[name]


def failures_of(names: Iterable[str], error: BaseException) -> Mapping[str, LooksmithError]:
    """The failure of each tool whose call ended with the exception, as in `failure_of`."""
    made = {name: _sound(error) if isinstance(error, LooksmithError) else _wrapped(name, error) for name in names}
    for failure in made.values():
        for one in islice(_linked(failure), _LINKS):
            BaseException.with_traceback(one, None)
    return made


def _wrapped(name: str, error: BaseException) -> ToolError:
    said = _text_of(error)
    where = place_of(error)
    text = f"{name} failed: {plain(type(error).__name__)}{': ' if said else ''}{said}"
    failure = ToolError(f"{text} ({where})" if where else text)
    failure.__cause__ = error
    return failure


def _linked(error: BaseException | None) -> Iterator[BaseException]:
    """The error, its cause, the cause of that, and so on."""
    while error is not None:
        yield error
        linked = None
        with suppress(Exception):  # a class may override them
            linked = error.__cause__ or error.__context__
        error = linked if isinstance(linked, BaseException) else None


def copied(error: LooksmithError) -> LooksmithError:
    """A copy of the error for another caller, because each raise adds to the traceback."""
    return _ours(error)(error.message, hint=error.hint)


def plain(text: str) -> str:
    """The text with lone surrogates escaped, and truncated."""
    shown = text if len(text) <= MAX_TEXT else f"{text[:MAX_TEXT]} ... ({len(text):,} characters)"
    return shown.encode("utf-8", "backslashreplace").decode("utf-8")


def place_of(error: BaseException) -> str:
    """File, line and function of the tool's code, and of the raising code if that is another file."""
    try:
        frames = [f for f in traceback.extract_tb(error.__traceback__) if Path(f.filename) not in _ON_THE_WAY]
    except Exception:  # a frame's globals may be manipulated
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
"""Files between the executor and the tools."""


def _sound(error: LooksmithError) -> LooksmithError:
    """The error itself if it can be copied; else the nearest class of ours."""
    told = list(_told(error))
    if all(one == said for one, said in told) and _again(error):
        return error
    found = _ours(error)(told[0][0], hint=told[1][0])
    found.__cause__ = error
    return found


def _told(error: LooksmithError) -> Iterator[tuple[str, Any]]:
    """Message and hint as valid text, by name."""
    for name in ("message", "hint"):
        try:
            said = getattr(error, name)
            yield plain(said) if type(said) is str else plain(str(said)), said
        except BaseException:
            yield ("No message." if name == "message" else ""), None


def _again(error: LooksmithError) -> bool:
    """Whether the error can be reconstructed from message and hint."""
    try:
        str(error)
    except BaseException:
        return False
    return True


def _ours(error: LooksmithError) -> type[LooksmithError]:
    """The nearest base class that takes a message and a hint."""
    return next(kind for kind in type(error).__mro__ if kind.__module__ == errors.__name__)


def _text_of(error: BaseException) -> str:
    try:
        return plain(str(error))
    except BaseException as worse:
        return f"no message ({plain(type(worse).__name__)})"
