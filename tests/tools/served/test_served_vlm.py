"""A vision-language model behind a server that stands in for vLLM and keeps what it was sent.

vLLM's CPU build here has no torchvision, which its own multimodal models need.
"""

from __future__ import annotations

import base64
import io
import json
import threading
from collections.abc import Callable, Iterator, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from odd_server import ANSWERED, NO_PROGRAM, REFUSED, dripping
from odd_server import server as odd_server
from PIL import Image as Pillow
from saying import PICTURE

from looksmith.tools.core.errors import ToolError
from looksmith.tools.core.values import Box
from looksmith.tools.models.language.vlm import VLMRequest
from looksmith.tools.name.answering import Answerer
from looksmith.tools.runtime.spec import Spec
from looksmith.tools.served.served_vlm import ServedVlm, ServedVlmOptions
from looksmith.tools.weights.store import Weights


def spec(folder: Path) -> Spec:
    return Spec(Weights(folder), folder)


class Server(ThreadingHTTPServer):
    """Replies with what `answer` makes of a request's body, and keeps the bodies."""

    def __init__(self, answer: Callable[[dict[str, Any]], tuple[int, dict[str, Any]]], models: Sequence[str]) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.answer, self.models, self.bodies = answer, models, list[dict[str, Any]]()

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.server_port}/v1"


class Handler(BaseHTTPRequestHandler):
    """Speaks the two paths of OpenAI's API that are used."""

    server: Any

    def do_GET(self) -> None:
        """The list of models."""
        models = [{"id": name, "object": "model", "created": 0, "owned_by": "me"} for name in self.server.models]
        self._send(200, {"object": "list", "data": models})

    def do_POST(self) -> None:
        """A completion."""
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.bodies.append(body)
        self._send(*self.server.answer(body))

    def _send(self, status: int, value: dict[str, Any]) -> None:
        data = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


def said(text: str) -> tuple[int, dict[str, Any]]:
    choice = {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": text}}
    return 200, {"id": "1", "object": "chat.completion", "created": 0, "model": "m", "choices": [choice]}


@pytest.fixture
def serve() -> Iterator[Callable[..., Server]]:
    running: list[Server] = []

    def start(answer: Any, models: Sequence[str] = ("seer",)) -> Server:
        server = Server(answer, models)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        running.append(server)
        return server

    yield start
    for server in running:
        server.shutdown()
        server.server_close()


def served(server: Server, **options: Any) -> ServedVlm:
    return ServedVlm(spec(Path()), ServedVlmOptions(base_url=server.url, **options))


def pixels_of(part: dict[str, Any]) -> Any:
    head, data = part["image_url"]["url"].split(",", 1)
    assert head == "data:image/png;base64"
    return Pillow.open(io.BytesIO(base64.b64decode(data)))


def test_a_served_model_gets_the_very_pixels_between_the_texts(serve, photo) -> None:
    server = serve(lambda body: said("A cup."))
    crop = photo("coffee").crop(Box(100, 50, 300, 250))
    assert Answerer(served(server)).VQA(crop, "What is it?") == "a cup"
    (body,) = server.bodies
    (message,) = body["messages"]
    picture, text = message["content"]
    assert pixels_of(picture).tobytes() == crop.pixels.tobytes()
    assert text == {"type": "text", "text": "What is it? Answer with a few words."}
    assert (body["model"], body["temperature"], message["role"]) == ("seer", 0.0, "user")


def test_replies_of_parallel_requests_keep_their_order(serve) -> None:
    server = serve(lambda body: said(body["messages"][0]["content"][0]["text"]))
    requests = [VLMRequest((f"number {i}",)) for i in range(20)]
    assert served(server, parallel=5).reply(requests) == [f"number {i}" for i in range(20)]


def test_what_goes_wrong_with_a_server_is_told_in_a_sentence(serve) -> None:
    nowhere = ServedVlm(spec(Path()), ServedVlmOptions(base_url="http://127.0.0.1:9/v1"))
    with pytest.raises(ToolError, match=r"No server answers at http://127\.0\.0\.1:9/v1"):
        nowhere.load()
    server = serve(lambda body: (400, {"error": {"message": "seer is not a multimodal model"}}))
    with pytest.raises(ToolError, match=r"refused the request .400.*not a multimodal model"):
        served(server).reply([VLMRequest((PICTURE, "what"))])
    with pytest.raises(ToolError, match=r"has no model 'sear'.*seer"):
        served(server, model="sear").load()
    with pytest.raises(ToolError, match=r"has 2 models\..*a, b"):
        served(serve(lambda body: said("x"), ["a", "b"])).load()
    with pytest.raises(ToolError, match="replied with nothing"):
        served(serve(lambda body: said(""))).reply([VLMRequest((PICTURE,))])


@pytest.mark.parametrize("name", [*REFUSED, "content parts", "null", "empty"])
def test_whatever_a_server_says_is_told_in_a_sentence(name: str) -> None:
    said = {**ANSWERED, **NO_PROGRAM, **REFUSED}[name]
    with odd_server(said) as url:
        model = ServedVlm(spec(Path()), ServedVlmOptions(base_url=url, model="seer"))
        with pytest.raises(ToolError) as caught:
            model.reply([VLMRequest(("what",))])
    assert len(str(caught.value)) < 1000


def test_replies_have_a_limit_in_bytes_and_in_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ServedVlm, "_model", "seer")
    ask = [VLMRequest(("what",))]
    with odd_server(b" " * 50_000_000) as url, pytest.raises(ToolError, match="longer than 2 MB"):
        ServedVlm(spec(Path()), ServedVlmOptions(base_url=url)).reply(ask)
    with odd_server(b"\x1f\x8b", packed="gzip") as url, pytest.raises(ToolError, match="compresses its responses"):
        ServedVlm(spec(Path()), ServedVlmOptions(base_url=url)).reply(ask)
    endless = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n"
    with dripping(endless, b" ") as url, pytest.raises(ToolError, match="did not reply within 1 s"):
        ServedVlm(spec(Path()), ServedVlmOptions(base_url=url, timeout=1)).reply(ask)
