"""The service's entrance for this user's own processes: a Unix socket in the home folder. See wire.py."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from threading import Lock, Thread
from traceback import format_exc
from typing import Any, cast

from pydantic import BaseModel, ConfigDict, ValidationError

from ...tools.core.errors import InputError, LooksmithError
from ...tools.pictures.door import is_address
from ...tools.threads.crew import aside
from ..ask.stop import Stop
from ..ask.writing import Writing
from ..console.command import EXIT, exit_status
from ..console.options import start_server
from ..console.printed_answer import PrintedAnswer, said
from ..inputs.subject import load_subject
from ..session.engine import Engine, Hearing, missing_models
from .wire import MAX_LINE, misfit, reachable, socket_path

PATIENCE = 30.0
"""Seconds in which a client must send its request."""
_KINDS = {status: kind for kind, status in EXIT.items()}
Send = Callable[[dict[str, Any]], None]


class ReplyLimits(BaseModel):
    """Limits of the language model's replies. timeout: in seconds."""

    model_config = ConfigDict(extra="forbid")

    timeout: float
    max_tokens: int


class Question(BaseModel):
    """A client's question. folder: the base of its relative paths."""

    model_config = ConfigDict(extra="forbid")

    images: list[str]
    folder: str
    question: str
    fit: dict[str, Any]
    writing: dict[str, Any]
    limits: ReplyLimits
    start: bool


class LocalDoor:
    """Listens until it is closed. fit: the settings that the service was started with; health: returns its state."""

    def __init__(self, engine: Engine, fit: dict[str, Any], health: Callable[[], dict[str, Any]]) -> None:
        self._engine = engine
        self._fit = fit
        self._health = health
        self._path = socket_path(engine.settings.home)
        self._listening = listen(self._path)
        Thread(target=self._accept, name="socket", daemon=True).start()

    def close(self) -> None:
        """Accept no more connections. Open ones stay until they are answered."""
        self._path.unlink(missing_ok=True)
        with suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)  # wakes up the thread that waits for a connection
        self._listening.close()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listening.accept()
            except OSError:
                return
            Thread(target=self._serve, args=(connection,), name="client", daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        writing = Lock()

        def send(message: dict[str, Any]) -> None:
            with writing, suppress(OSError):  # the client is gone, which the reader notices
                connection.sendall(json.dumps(message).encode() + b"\n")

        with connection, connection.makefile("rb") as lines, suppress(OSError):
            connection.settimeout(PATIENCE)
            line = lines.readline(MAX_LINE)
            connection.settimeout(None)
            if not line.endswith(b"\n"):
                return
            try:
                self._reply(line, send, connection)
            except (ValidationError, ValueError) as error:
                send({"error": {"kind": "input_error", "message": f"This is not a message of looksmith's: {error}"}})

    def _reply(self, line: bytes, send: Send, connection: socket.socket) -> None:
        message = json.loads(line)
        if not isinstance(message, dict):
            raise ValueError("it is not an object")
        if "health" in message:
            send({**self._health(), "fit": self._fit})
            return
        question = Question.model_validate(cast("dict[str, Any]", message).get("ask"))
        if unfit := misfit(self._fit, question.fit):
            send({"unfit": unfit})
            return
        if any(tool.options.acts for tool in self._engine.registry):
            send({"unfit": "a tool acts, and only you can allow that"})
            return
        send({"fits": True})
        stop = Stop()

        def work() -> None:
            send(answered(self._engine, question, Hearing(stop, _sender(send, "doing")), _sender(send, "note")))
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

        aside(work)
        with suppress(OSError):
            while connection.recv(4096):
                pass
        stop.set()


def answered(engine: Engine, question: Question, hearing: Hearing, note: Callable[[str], None]) -> dict[str, Any]:
    """The last message about a question. note: is told what people should know."""
    try:
        return {"said": asdict(_ask(engine, question, hearing, note))}
    except LooksmithError as error:
        kind, message = _KINDS[exit_status(error)], str(error)
    except Exception as error:  # a bug, whose traceback is in the service's log
        print(format_exc(), flush=True)
        kind, message = "input_error", f"Internal error of the service: {type(error).__name__}: {error}"
    for image in question.images:
        message = message.replace(_absolute(question.folder, image), image)
    return {"error": {"kind": kind, "message": message}}


def _ask(engine: Engine, question: Question, hearing: Hearing, note: Callable[[str], None]) -> PrintedAnswer:
    try:
        writing = Writing(**question.writing)
    except TypeError as error:
        raise InputError(f"These options cannot be used: {error}.") from None
    subject = load_subject([_absolute(question.folder, image) for image in question.images])
    start_server(engine.settings, wanted=question.start)
    for line in missing_models(engine.registry.missing):
        note(line)
    llm = engine.connection.client(question.limits.timeout, question.limits.max_tokens)
    return said(engine.ask(subject, question.question, hearing, writing=writing, llm=llm))


def listen(path: Path) -> socket.socket:
    """Listen on a new socket that only this user may use. The caller must hold the service's lock."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    made = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    before = os.umask(0o177)
    try:
        with reachable(path) as short:
            made.bind(short)
    finally:
        os.umask(before)
    made.listen(128)
    return made


def _absolute(folder: str, image: str) -> str:
    """An image's path or address, independent of the current folder."""
    return image if is_address(image) or ":" in image.partition("/")[0] else os.path.join(folder, image)


def _sender(send: Send, name: str) -> Callable[[str], None]:
    return lambda text: send({name: text})
