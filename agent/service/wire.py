"""The protocol between `looksmith ask` and the warm service, over a Unix socket: one line of JSON for each message.

The client sends one line, {"ask": {...}} or {"health": {}}. To a question, the service first replies whether it fits:
{"unfit": "the profile"} ends the exchange; {"fits": true} is followed by any number of {"doing": TEXT} and
{"note": TEXT}, and finally {"said": {...}} (console/printed_answer.py) or {"error": {"kind": ..., "message": ...}}.
A client that disconnects cancels its question.

Imports only the standard library, because the client has to start at once.
"""

from __future__ import annotations

import os
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any

MAX_LINE = 4_000_000
"""Bytes of one message."""
GRACE = 10.0
"""Seconds for questions in progress to end when the service stops."""
ROOT = Path(__file__).absolute().parents[2]
FOLDERS = ("agent", "tools", "programs", "sandbox")
CHOICES = {
    "profile": "the profile",
    "device": "the device",
    "tool_files": "the tools",
    "servers": "the MCP servers",
    "base_url": "the language model's server",
    "model": "the language model",
    "isolation": "the isolation",
    "ahead": "--ahead",
    "cache": "--cache",
}
"""Options that apply to all questions of a service, with their names for people."""
_LONGEST = 100
WRITING = ("repairs", "samples", "doubt", "temperature", "grammar", "nearest", "guess")
LIMITS = ("timeout", "max_tokens")
"""Options of a question."""


def socket_path(home: Path) -> Path:
    """The socket of a home folder's service."""
    return home / "up.sock"


@contextmanager
def reachable(path: Path) -> Generator[str]:
    """A name for the socket that is short enough for the kernel, which takes 107 bytes."""
    if len(os.fsencode(path)) <= _LONGEST:
        yield str(path)
        return
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        yield f"/proc/self/fd/{folder}/{path.name}"
    finally:
        os.close(folder)


def fit(home: Path, options: Mapping[str, Any]) -> dict[str, Any]:
    """The settings of a service, or those that a question needs; they fit if they are equal. Values are JSON.

    Files are compared by time and size: those of tools and profiles, and looksmith's own code.
    """
    profile = str(options["profile"])
    own = [Path(profile).absolute()] if "/" in profile or profile.endswith(".toml") else []
    key = os.environ.get("OPENAI_API_KEY", "")
    return {
        **{name: options[name] for name in CHOICES if name not in ("profile", "tool_files", "servers")},
        "profile": [profile if not own else "", *map(_stamp, (*own, *sorted(home.glob("profiles/*.toml"))))],
        "tool_files": [_stamp(Path(one).absolute()) for one in options["tool_files"]],
        "servers": list(options["servers"]),
        "key": sha256(key.encode()).hexdigest(),
        "code": max(_times(FOLDERS)),
    }


def misfit(service: Mapping[str, Any], question: Mapping[str, Any]) -> str:
    """The setting in which a question differs, in words; "" if it fits. Without a server, it takes the service's."""
    names = {**CHOICES, "key": "OPENAI_API_KEY", "code": "looksmith's code"}
    if not question.get("base_url"):
        del names["base_url"], names["key"]
    if not question.get("model"):
        del names["model"]
    return ", ".join(told for name, told in names.items() if service.get(name) != question.get(name))


def _stamp(path: Path) -> list[Any]:
    try:
        status = path.stat()
    except OSError:
        return [str(path)]
    return [str(path), status.st_mtime_ns, status.st_size]


def _times(folders: tuple[str, ...]) -> Iterator[int]:
    """The modification times of looksmith's source files."""
    waiting = [str(ROOT / folder) for folder in folders]
    while waiting:
        for entry in os.scandir(waiting.pop()):
            if entry.name.endswith((".py", ".toml")):
                yield entry.stat().st_mtime_ns
            elif not entry.name.startswith((".", "_")) and entry.is_dir():
                waiting.append(entry.path)
