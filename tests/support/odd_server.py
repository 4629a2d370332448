"""Servers of a language model that say anything, for tests of what is made of it."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

GOOD = "```python\nanswer = 1\n```"


def chat(content: Any = GOOD, **over: Any) -> dict[str, Any]:
    choices = [{"index": 0, "message": {"role": "assistant", "content": content}, "finish_reason": "stop"}]
    return {"id": "1", "object": "chat.completion", "created": 1, "model": "m", "choices": choices, **over}


def choice(**over: Any) -> list[Any]:
    return [{"index": 0, "message": {"content": GOOD}, "finish_reason": "stop", "logprobs": None, **over}]


ANSWERED: dict[str, Any] = {
    "no usage": chat(),
    "usage null": chat(usage={"prompt_tokens": None, "completion_tokens": None}),
    "usage text": chat(usage="x"),
    "usage fractions": chat(usage={"prompt_tokens": 1.5, "completion_tokens": -1}),
    "usage endless": chat(usage={"prompt_tokens": float("inf"), "completion_tokens": 10**400}),
    "content parts": chat([{"type": "text", "text": GOOD}, 5, None]),
    "model null": chat(model=None),
    "model a number": chat(model=7),
    "model odd text": chat(model="\ud800" * 5000),
    "logprobs odd": chat(choices=choice(logprobs={"content": "abc"})),
    "logprobs text": chat(choices=choice(logprobs="x")),
    "logprobs null": chat(choices=choice(logprobs={"content": [{"logprob": None}, {"logprob": float("nan")}]})),
    "finish odd": chat(choices=choice(finish_reason=[1])),
    "many": chat(choices=choice() * 5000),
    "surrogate beside": chat("\ud800 well\n" + GOOD),
}
NO_PROGRAM: dict[str, Any] = {
    "null": chat(None),
    "empty": chat(""),
    "surrogate": chat("```python\nanswer = '\ud800\n```"),
}
REFUSED: dict[str, Any] = {
    "html": b"<html>log in</html>",
    "list": [1],
    "text": "hello",
    "null": None,
    "number": 5,
    "deep": b"[" * 200_000,
    "deep object": b'{"a":' * 200_000,
    "long number": b'{"choices": ' + b"9" * 10_000 + b"}",
    "not UTF-8": b'{"choices": "\xff\xfe"}',
    "half": b'{"choices": [',
    "nothing": b"",
    "error": {"error": {"message": "over\ud800loaded"}},
    "no choices": chat(choices=None),
    "empty choices": chat(choices=[]),
    "choices text": chat(choices="abc"),
    "choices numbers": chat(choices=[1, 2]),
    "message null": chat(choices=choice(message=None)),
    "no message": chat(choices=[{"index": 0}]),
    "content number": chat(5),
    "content table": chat({"a": 1}),
}


def body_of(said: Any) -> bytes:
    return said if isinstance(said, bytes) else json.dumps(said).encode()


@contextmanager
def server(said: Any, status: int = 200, kind: str = "application/json", packed: str = "") -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.do_POST()

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            self.send_response(status)
            self.send_header("Content-Type", kind)
            if packed:
                self.send_header("Content-Encoding", packed)
            self.end_headers()
            try:
                self.wfile.write(body_of(said))
            except OSError:
                return

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    running = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    running.daemon_threads = True
    threading.Thread(target=running.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{running.server_port}/v1"
    finally:
        running.shutdown()
        running.server_close()


@contextmanager
def dripping(first: bytes, drop: bytes) -> Iterator[str]:
    """A server that sends a drop now and then, and never comes to an end."""
    listening, over = socket.create_server(("127.0.0.1", 0)), threading.Event()

    def serve(taken: socket.socket) -> None:
        with taken:
            taken.recv(65536)
            try:
                taken.sendall(first)
                while not over.wait(0.05):
                    taken.sendall(drop)
            except OSError:
                return

    def accept() -> None:
        while not over.is_set():
            try:
                taken, _ = listening.accept()
            except OSError:
                return
            threading.Thread(target=serve, args=(taken,), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/v1"
    finally:
        over.set()
        listening.close()


LONG = {
    "brackets": "x=[\n" * 8000,
    "calls": "f(\n" * 10_000,
    "prose": "This is a (sentence: of prose\n" * 1000,
    "lines": "x\n" * 64_000,
    "numbers": "1\n" * 16_000,
    "fences": "```\n" * 32_000,
    "open fences": "```python\nx = 1\n" * 8000,
    "blanks": (" " * 1000 + "\n") * 128,
    "long code": "```python\n" + "x = 1\n" * 300_000 + "answer = x\n```",
    "two long codes": ("```python\n" + "x = 1\n" * 100_000 + "answer = x\n```\nor\n") * 2,
    "minus": "```python\nanswer = " + "-" * 30_000 + "1\n```",
}
