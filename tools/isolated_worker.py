"""Serves one model in an environment of its own; `isolated.Isolated` starts it and speaks with it."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from functools import partial
from importlib import import_module
from typing import IO, Any

from .errors import LooksmithError
from .isolated_wire import receive, send


def main(target: str, arguments: str) -> None:
    """Make the model, then answer calls until the other side is gone."""
    # Libraries print; the wire gets a descriptor that they do not know.
    with os.fdopen(os.dup(1), "wb") as out, os.fdopen(os.dup(0), "rb") as given:
        os.dup2(2, 1)
        module, _, name = target.partition(":")
        model = _answer(out, lambda: getattr(import_module(module), name)(**json.loads(arguments)), "nbytes")
        while model is not None:
            try:
                method, values = receive(given)
            except EOFError:
                return
            _answer(out, partial(getattr(model, method), *values))


def _answer(out: IO[bytes], work: Callable[[], Any], attribute: str = "") -> Any:
    """Do the work and tell its result, or that attribute of it, or what went wrong. Gives the result."""
    try:
        result = work()
        send(out, ["done", getattr(result, attribute) if attribute else result])
    except LooksmithError as error:
        send(out, ["failed", [type(error).__name__, error.message, error.hint]])
    except Exception as error:
        send(out, ["failed", [type(error).__name__, str(error), ""]])
    else:
        return result
    return None


if __name__ == "__main__":
    main(*sys.argv[1:])
