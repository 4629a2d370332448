"""What tests/bench/siege.py throws at looksmith: questions, odd replies of a language model, odd pictures."""

from __future__ import annotations

import contextlib
import json
import os
import random
import struct
import threading
import time
import zlib
from collections import Counter
from collections.abc import Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from attacking import FOLDER, source_of
from odd_server import ANSWERED, LONG, NO_PROGRAM, REFUSED, body_of, chat
from PIL import Image as Pillow

ENDS_ALL = "answer = ENDS_ALL(image)"
PROGRAMS: Sequence[str] = (
    "answer = WIDE(image)",
    "answer = LOOK(image)",
    "total = 0\nfor part in PARTS(image):\n    total = total + LOOK(part)\nanswer = total",
    "answer = max([LOOK_APART(part) for part in PARTS(image)])",
    "answer = HANGS(image)",
    "answer = HANGS_APART(image)",
    "answer = EXITS(image)",
    "answer = SEGFAULTS(image)",
    "answer = EATS(image, 50)",
    "answer = EATS(image, 3000)",
    *(f"answer = RAISES({how})" for how in range(6)),
    *(f"answer = ODD({how})" for how in range(7)),
    "x = ['x' * 1000 for i in range(1000000)]\nanswer = len(x)",
    "n = 0\nfor i in range(10**7):\n    n = n + 1\nanswer = n",
    *(source_of(path) for path in sorted((FOLDER / "host").glob("planner/*.py"))),
    *(source_of(path) for path in sorted((FOLDER / "host").glob("page/*.py"))),
    *(source_of(path) for path in sorted(FOLDER.glob("*/*.py"))[::9]),
)
ODD: Sequence[Any] = (
    *ANSWERED.values(),
    *NO_PROGRAM.values(),
    *REFUSED.values(),
    *(chat(text) for text in LONG.values()),
    b" " * 10_000_000,
)
"""Bodies of replies."""


class OddModel:
    """Speaks OpenAI's chat API, mostly. share: of its replies that are odd. A question's number says its program."""

    def __init__(self, share: float = 0.25) -> None:
        self.asked = 0
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._send(json.dumps({"object": "list", "data": [{"id": "odd", "object": "model"}]}).encode())

            def do_POST(self) -> None:
                outer.asked += 1
                asked = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                with contextlib.suppress(OSError):
                    if random.random() < share:
                        self._odd()
                    else:
                        self._send(json.dumps(chat(f"```python\n{program_for(asked)}\n```")).encode())

            def _odd(self) -> None:
                match random.randrange(12):
                    case 0:
                        self.connection.close()
                    case 1:
                        self._send(b'{"error": {"message": "busy"}}', random.choice((429, 500, 503, 404, 204)))
                    case 2:
                        self._drip()
                    case 3:
                        time.sleep(15)
                    case _:
                        self._send(body_of(random.choice(ODD)))

            def _drip(self) -> None:
                self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 9999\r\n\r\n")
                for _ in range(150):
                    self.wfile.write(b" ")
                    time.sleep(0.2)

            def _send(self, body: bytes, status: int = 200) -> None:
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:
                """Say nothing."""

        self._running = Quiet(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._running.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self._running.server_port}/v1"

    def stop(self) -> None:
        """Answer no more."""
        self._running.shutdown()
        self._running.server_close()


class Quiet(ThreadingHTTPServer):
    """Says nothing of connections that break."""

    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Nothing."""


def program_for(asked: bytes) -> str:
    """The program of the last question in a request, by its number."""
    number = asked.rpartition(b"picture ")[2].partition(b"?")[0]
    if number.startswith(b"poison"):
        return ENDS_ALL
    return PROGRAMS[int(number) % len(PROGRAMS)] if number.isdigit() else PROGRAMS[0]


def pictures(folder: Path) -> list[Path]:
    """Good ones, damaged ones, and huge ones."""
    folder.mkdir(parents=True)
    noise = Pillow.effect_noise((320, 240), 60).convert("RGB")
    noise.save(folder / "good.png")
    noise.save(folder / "good.jpg")
    whole = (folder / "good.png").read_bytes()
    (folder / "half.png").write_bytes(whole[: len(whole) // 2])
    (folder / "text.png").write_text("<script>looksmith()</script>")
    (folder / "empty.png").touch()
    (folder / "bomb.png").write_bytes(png(20_000, 20_000, bytes(1 + 20_000 // 8) * 20_000))
    (folder / "lie.png").write_bytes(png(65_535, 65_535, b""))
    (folder / "hole.png").write_bytes(whole)
    os.truncate(folder / "hole.png", 3 << 30)
    Pillow.new("RGB", (5000, 4000), "blue").save(folder / "large.jpg", progressive=True)
    return sorted(folder.iterdir())


def png(width: int, height: int, rows: bytes) -> bytes:
    """A PNG with one bit for each pixel that says it is so large."""

    def chunk(kind: bytes, told: bytes) -> bytes:
        return struct.pack(">I", len(told)) + kind + told + struct.pack(">I", zlib.crc32(kind + told))

    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    parts = chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + parts


def questions(path: Path, pictures: Sequence[Path], first: int, count: int) -> list[str]:
    """Write a file of questions, and say their ids. Most are about good pictures; one ends the host."""
    good = [one for one in pictures if one.name.startswith(("good", "large"))]
    lines: list[dict[str, Any]] = []
    for number in range(first, first + count):
        image = random.choice(good) if random.random() < 0.8 else random.choice(pictures)
        asked = f"How many cups are in picture {'poison' if number == first + 7 else number}?"
        lines.append({"id": f"q{number}", "image": str(image), "question": asked, "answer": 1})
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return [line["id"] for line in lines]


def rows_in(path: Path) -> dict[str, dict[str, Any]]:
    """The rows of an evaluation, each as it last ended, without half a last line."""
    found: dict[str, dict[str, Any]] = {}
    with contextlib.suppress(OSError):
        for line in path.read_bytes().split(b"\n")[:-1]:
            row = json.loads(line)
            found[row["id"]] = row
    return found


def told(counts: Counter[str]) -> str:
    """The counts in one line."""
    return ", ".join(f"{name} {count}" for name, count in sorted(counts.items()))
