"""The client of the warm service, for commands that must start fast. See wire.py."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...tools.core.errors import InputError, LooksmithError, PrerequisiteError
from ..console.printed_answer import PrintedAnswer
from .wire import LIMITS, WRITING, fit, reachable, socket_path

Tell = Callable[[str], None]
PATIENCE = 20.0
"""Timeout in seconds for the service to say whether a question fits, or to report its health."""


class Gone(Exception):
    """The service closed the connection before it had answered."""


@dataclass(frozen=True)
class ServiceQuestion:
    """A question that the service is answering."""

    replies: Iterator[dict[str, Any]]

    def said(self, tell: Tell, note: Tell) -> PrintedAnswer:
        """Wait for the answer. tell: receives progress; note: receives notices for the user.

        Raises Gone, and the errors of the engine: InputError, LLMError, PrerequisiteError.
        """
        for reply in self.replies:
            if "doing" in reply:
                tell(str(reply["doing"]))
            elif "note" in reply:
                note(str(reply["note"]))
            elif "said" in reply:
                return PrintedAnswer(**reply["said"])
            elif "error" in reply:
                raise _error(**reply["error"])
        raise Gone


def begin(home: Path, images: Sequence[str], question: str, options: Mapping[str, Any]) -> ServiceQuestion | str:
    """Hand a question to the service of a home folder, or return why that is not possible ("" if none runs)."""
    connection = _connected(home)
    if connection is None:
        return ""
    if "-" in images:
        return "standard input is read here"
    asked = {
        "images": list(images),
        "folder": os.getcwd(),
        "question": question,
        "fit": fit(home, options),
        "writing": {name: options[name] for name in WRITING},
        "limits": {name: options[name] for name in LIMITS},
        "start": options["start"],
    }
    replies = _exchange(connection, {"ask": asked})
    first = next(replies, None)
    if first is None or "fits" not in first:
        return f"it was started with other settings: {first['unfit']}" if first else "it does not answer"
    connection.settimeout(None)
    return ServiceQuestion(replies)


def health(home: Path) -> dict[str, Any] | None:
    """The health of the service of a home folder, and its settings; None if none runs."""
    connection = _connected(home)
    return next(_exchange(connection, {"health": {}}), None) if connection else None


def _connected(home: Path) -> socket.socket | None:
    path = socket_path(home)
    if not path.exists():
        return None
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    connection.settimeout(PATIENCE)
    try:
        with reachable(path) as short:
            connection.connect(short)
    except OSError:  # left by a service that was killed
        connection.close()
        return None
    return connection


def _exchange(connection: socket.socket, message: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Send a message, and yield replies until the service closes the connection."""
    with connection, connection.makefile("rwb") as lines:
        try:
            lines.write(json.dumps(message).encode() + b"\n")
            lines.flush()
            for line in lines:
                yield json.loads(line)
        except (OSError, ValueError):  # killed in the middle of a line, or too busy
            return


def _error(kind: str, message: str) -> LooksmithError:
    from ..llm.llm import LLMError

    return {"llm_error": LLMError, "prerequisite": PrerequisiteError}.get(kind, InputError)(message)
