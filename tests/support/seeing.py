"""A served vision-language model that is played: it knows what is in a picture, and tells it in a family's form.

Of drawn pictures it looks at the pixels, so that crops and other sizes are what they are; photos with a scene graph it
knows by sight.
"""

from __future__ import annotations

import base64
import io
import json
import math
import re
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import numpy as np
from PIL import Image as Pillow
from PIL import ImageDraw

COLORS = {"red": (220, 20, 20), "blue": (20, 40, 220), "green": (20, 160, 40)}
MEANT = {"red": ("red circle", "cup"), "blue": ("blue square", "dog"), "green": ("tree",)}
"""What things of a color are called in drawn pictures."""
Placed = tuple[str, tuple[float, float, float, float]]
"""A name, and left, top, right, bottom in pixels."""


def drawn(size: tuple[int, int], things: Sequence[tuple[str, tuple[int, int, int, int]]]) -> Any:
    """A white picture with filled rectangles of these colors."""
    canvas = Pillow.new("RGB", size, "white")
    pen = ImageDraw.Draw(canvas)
    for color, (left, top, right, bottom) in things:
        pen.rectangle((left, top, right - 1, bottom - 1), fill=COLORS[color])
    return canvas


def look(picture: Any) -> list[Placed]:
    """The colored things of a drawn picture, each under its last name."""
    import cv2

    pixels = np.asarray(picture.convert("RGB")).astype(int)
    found: list[Placed] = []
    for color, wanted in COLORS.items():
        near = (np.abs(pixels - wanted).sum(axis=2) < 120).astype(np.uint8)
        for left, top, width, height, area in cv2.connectedComponentsWithStats(near)[2][1:]:
            if area > 30:
                found.append((MEANT[color][-1], (left, top, left + width, top + height)))
    return found


def boxes_as(form: str, boxes: Sequence[Placed], size: tuple[int, int]) -> str:
    """Boxes as a family writes them. size: of the picture that the model got."""
    width, height = size if form == "qwen2.5-vl" else (1000, 1000)
    scaled = [
        (name, [round(v * (width, height)[i % 2] / size[i % 2]) for i, v in enumerate(sides)]) for name, sides in boxes
    ]
    if form in ("qwen2.5-vl", "qwen3-vl"):
        return f"```json\n{json.dumps([{'bbox_2d': sides, 'label': name} for name, sides in scaled])}\n```"
    if form == "internvl":
        by_name: dict[str, list[list[int]]] = {}
        for name, sides in scaled:
            by_name.setdefault(name, []).append(sides)
        return "\n".join(f"<ref>{name}</ref><box>{json.dumps(of)}</box>" for name, of in by_name.items()) + "<|im_end|>"
    raise AssertionError(form)


def points_as(form: str, points: Sequence[tuple[float, float]], size: tuple[int, int]) -> str:
    """Points as a family writes them."""
    shares = [(x / size[0], y / size[1]) for x, y in points]
    if form in ("qwen2.5-vl", "qwen3-vl"):
        across, down = size if form == "qwen2.5-vl" else (1000, 1000)
        return json.dumps([{"point_2d": [round(x * across), round(y * down)], "label": "it"} for x, y in shares])
    if form == "molmo":
        told = " ".join(f'x{i}="{x * 100:.1f}" y{i}="{y * 100:.1f}"' for i, (x, y) in enumerate(shares, start=1))
        return f'<points {told} alt="it">it</points>'
    if form == "molmo2":
        told = " ".join(f"{i} {round(x * 1000):03} {round(y * 1000):03}" for i, (x, y) in enumerate(shares, start=1))
        return f'<points coords="1 {told}">it</points>'
    raise AssertionError(form)


@dataclass
class Seer:
    """What the server plays. form: the family's; "" speaks only.

    names: what each thing is called besides its name. see: what is in a picture. write: the program for a question.
    scores: does it tell log-probabilities? likes: the letter that it prefers whatever stands behind it.
    """

    form: str
    see: Callable[[Any], list[Placed]] = look
    names: Mapping[str, Sequence[str]] = field(default_factory=lambda: {of[-1]: of for of in MEANT.values()})
    write: Callable[[str], str] = lambda asked: "answer = 0"
    scores: bool = True
    blind: bool = False
    likes: str = ""

    def reply(self, picture: Any, asked: str) -> tuple[str, dict[str, float]]:
        """The reply to a question about a picture, and how likely its first piece was and others in its place."""
        if self.blind:
            return "It is a nice picture.", {}
        things = self.see(picture)
        if "Which fits best?" in asked:
            return self._choice(things, re.findall(r"([A-Z])\. (.+)", asked))
        if "Is this statement true" in asked:
            yes = any(name in asked for thing, _ in things for name in self._called(thing))
            return ("Yes." if yes else "No."), {
                "Yes": math.log(0.9 if yes else 0.2),
                "No": math.log(0.1 if yes else 0.8),
            }
        if "Which color is the circle" in asked:
            return "Red.", {}
        if "Describe" in asked:
            return f"There is {' and '.join(sorted(name for name, _ in things)) or 'nothing'}.", {}
        return self._placed(things, asked, picture.size), {}

    def _placed(self, things: list[Placed], asked: str, size: tuple[int, int]) -> str:
        points = re.search(r"Locate all (.+) in the image using points", asked) or re.search(
            r"Point to every (.+)\.", asked
        )
        if (
            points
            and (self.form.startswith("molmo") == asked.startswith("Point to"))
            and self.form not in ("", "internvl")
        ):
            found = self._meant(things, points[1])
            return points_as(self.form, [_middle(box) for _, box in found], size) if found else "There are none."
        if (boxes := re.search(r"Detect all (.+) in the image", asked)) and self.form.startswith("qwen"):
            return boxes_as(self.form, self._meant(things, boxes[1]), size)
        if self.form == "internvl" and ("<ref>" in asked or "all objects" in asked):
            wanted = (re.search(r"<ref>(.+)</ref>", asked) or ["", "object"])[1]
            found = self._meant(things, wanted)
            return boxes_as(self.form, found, size) if found else "There is none in the picture."
        return "I see a picture."

    def _meant(self, things: list[Placed], phrase: str) -> list[Placed]:
        return [one for one in things if phrase == "object" or phrase in self._called(one[0])]

    def _called(self, name: str) -> tuple[str, ...]:
        return (name, *self.names.get(name, ()))

    def _choice(self, things: list[Placed], labels: list[tuple[str, str]]) -> tuple[str, dict[str, float]]:
        seen = {name for thing, _ in things for name in self._called(thing)}
        given = {letter: 0.5 if label in seen else 0.1 for letter, label in labels}
        if self.likes:
            given[self.likes] += 0.3
        whole = sum(given.values())
        best = max(given, key=lambda letter: given[letter])
        return best, {letter: math.log(share / whole) for letter, share in given.items()}


def _middle(box: tuple[float, float, float, float]) -> tuple[float, float]:
    return (box[0] + box[2]) / 2, (box[1] + box[3]) / 2


class SeeingServer:
    """A server that speaks OpenAI's chat API for a played model, at a free port or at that one.

    bodies: what it was sent.
    """

    def __init__(self, seer: Seer, model: str, port: int = 0) -> None:
        self.seer, self.model = seer, model
        self.bodies: list[dict[str, Any]] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._send(
                    {"object": "list", "data": [{"id": outer.model, "object": "model", "created": 1, "owned_by": "me"}]}
                )

            def do_POST(self) -> None:
                self._send(*outer.answer(json.loads(self.rfile.read(int(self.headers["Content-Length"])))))

            def _send(self, body: Any, status: int = 200) -> None:
                data = json.dumps(body).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, format: str, *args: object) -> None:
                """Say nothing."""

        self._running = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self._thread = threading.Thread(target=self._running.serve_forever, daemon=True)
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._running.server_port}/v1"

    def answer(self, body: dict[str, Any]) -> tuple[Any, int]:
        """A completion, or a refusal of log-probabilities."""
        self.bodies.append(body)
        if body.get("logprobs") and not self.seer.scores:
            return {"error": {"message": "logprobs are not supported"}}, 400
        content = body["messages"][-1]["content"]
        if isinstance(content, str):
            return _completion(self.seer.write(content), [], body.get("n", 1)), 200
        (image, text) = content
        text, likely = self.seer.reply(_pixels(image), text["text"])
        if body.get("skip_special_tokens", True):
            text = re.sub(r"</?(ref|box)>|<\|im_end\|>", "", text)
        return _completion(text, _pieces(text, likely) if body.get("logprobs") else [], 1), 200

    def join(self) -> None:
        """Answer until the process ends."""
        self._thread.join()

    def stop(self) -> None:
        """Answer no more."""
        self._running.shutdown()
        self._running.server_close()
        self._thread.join()


def _pixels(part: dict[str, Any]) -> Any:
    return Pillow.open(io.BytesIO(base64.b64decode(part["image_url"]["url"].split(",", 1)[1])))


def _pieces(text: str, likely: dict[str, float]) -> list[dict[str, Any]]:
    """Each number with a probability of 0.8, all else with 1."""
    pieces: list[dict[str, Any]] = []
    for number, piece in enumerate(re.findall(r"\d+|[A-Za-z]+|.", text, re.DOTALL)):
        logprob = math.log(0.8) if piece.isdigit() else 0.0
        others = (
            [{"token": token, "logprob": value, "bytes": None} for token, value in likely.items()] if not number else []
        )
        pieces.append({"token": piece, "logprob": logprob, "bytes": None, "top_logprobs": others})
    return pieces


def _completion(text: str, pieces: list[dict[str, Any]], n: int) -> dict[str, Any]:
    choice = {"finish_reason": "stop", "message": {"role": "assistant", "content": text}}
    if pieces:
        choice["logprobs"] = {"content": pieces}
    usage = {"prompt_tokens": 100, "completion_tokens": 10, "total_tokens": 110}
    choices = [{"index": i, **choice} for i in range(n)]
    return {"id": "1", "object": "chat.completion", "created": 1, "model": "m", "choices": choices, "usage": usage}
