"""A language model that is played: a server that speaks OpenAI's chat API."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Server:
    """A server that speaks OpenAI's chat API. say: the program for a question; asked: the questions that came."""

    def __init__(self, say: Callable[[str], str]) -> None:
        self.asked: list[str] = []
        self.say = say
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                listing = {"id": "played", "object": "model", "created": 1, "owned_by": "me"}
                self._send({"object": "list", "data": [listing]})

            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                try:
                    self._send(outer.answer(body["messages"][-1]["content"], body.get("n", 1)))
                except RuntimeError:
                    self._send({"error": "out of order"}, 500)

            def _send(self, body: Any, status: int = 200) -> None:
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.end_headers()
                self.wfile.write(json.dumps(body).encode())

            def log_message(self, format: str, *args: object) -> None:
                """Say nothing: the test's output is for its failures."""

        self._running = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._running.serve_forever, daemon=True)
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._running.server_port}/v1"

    def answer(self, asked: str, n: int) -> dict[str, Any]:
        """A completion, and a note of what was asked."""
        question = asked.rpartition("Question: ")[2].splitlines()[0]  # what the answer can be stands below it
        self.asked.append(question)
        message = {"role": "assistant", "content": self.say(asked)}
        choices = [{"index": i, "message": message, "finish_reason": "stop"} for i in range(n)]
        usage = {"prompt_tokens": 100, "completion_tokens": 10, "total_tokens": 110}
        shared = {"id": "1", "object": "chat.completion", "created": 1, "model": "played"}
        return {**shared, "choices": choices, "usage": usage}

    def stop(self) -> None:
        """Answer no more."""
        self._running.shutdown()
        self._running.server_close()
        self._thread.join()
