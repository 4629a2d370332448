"""Seconds until everything goes on where a tool hangs for ever, and until Cancel is obeyed.

    python tests/bench/hang.py [LIMIT]     a minute

The language model is played. limit: of the tool, in seconds.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
from PIL import Image as Pillow

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))
from played import Server

TOOLS = '''
import time
from looksmith import Image, tool

@tool(timeout={limit})
def HANG(image: Image) -> int:
    """Hangs."""
    while True:
        time.sleep(1)

@tool
def WIDE(image: Image) -> int:
    """The width."""
    return image.width
'''
COMPUTES = "n = 0\nfor i in range(4000):\n    for j in range(4000):\n        n = (n * 7 + i * j) % 1000003\nanswer = n"


def say(asked: str) -> str:
    """A program for the last question."""
    question = asked.rpartition("Question: ")[2]
    if "computed" in question:
        return f"```python\n{COMPUTES}\n```"
    return f"```python\nanswer = {'HANG' if 'hang' in question else 'WIDE'}(image)\n```"


class Place:
    """A folder with tools, a picture, and a home."""

    def __init__(self, folder: Path, limit: float, url: str) -> None:
        self.folder, self.tools, self.picture = folder, folder / "tools.py", folder / "red.png"
        self.tools.write_text(TOOLS.replace("{limit}", f"{limit:g}"))
        Pillow.new("RGB", (8, 8), "red").save(self.picture)
        self.url = url

    def command(self, *parts: str) -> list[str]:
        """A command of looksmith with these tools."""
        there = ["--home", str(self.folder / "home"), "--tools", str(self.tools)]
        there += ["--base-url", self.url] if parts[0] != "run" else []
        there += ["--only-tools"] if parts[0] in ("eval", "view") else []
        return [sys.executable, "-m", "looksmith.agent.cli.main", *parts, *there]

    def timed(self, *parts: str) -> tuple[float, int]:
        """Seconds and exit status."""
        start = time.perf_counter()
        done = subprocess.run(self.command(*parts), capture_output=True, check=False)
        return time.perf_counter() - start, done.returncode

    @contextmanager
    def viewer(self) -> Generator[httpx.Client]:
        """A viewer that answers."""
        process = subprocess.Popen(self.command("view", "--port", "0"), stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        with httpx.Client(base_url=process.stdout.readline().strip(), timeout=600) as here:
            here.get("/ask")
            yield here
        process.kill()
        process.wait()

    def ask(self, here: httpx.Client, question: str, cancel_after: str = "") -> float:
        """Seconds from the question, or from Cancel once that has happened, to the end."""
        files = {"image": ("red.png", self.picture.read_bytes())}
        start = time.perf_counter()
        job = here.post("/ask", data={"question": question}, files=files).headers["location"]
        with here.stream("GET", f"{job}/events") as events:
            for line in events.iter_lines():
                if cancel_after and line.startswith("data:") and json.loads(line[5:]).get("kind") == cancel_after:
                    time.sleep(1)  # by now it waits for the tool, or computes
                    start, cancel_after = time.perf_counter(), ""
                    httpx.post(f"{here.base_url}{job}/cancel".replace("//ask", "/ask"), timeout=600)
        return time.perf_counter() - start


def evaluation(place: Place) -> tuple[float, dict[str, Any]]:
    """Seconds of 20 questions, of which one hangs, and the report."""
    data = place.folder / "q.jsonl"
    row = {"image": "red.png", "answer": 8}
    asked = ["How many hang?" if k == 5 else f"How many {k}?" for k in range(20)]
    data.write_text("".join(json.dumps({**row, "id": str(k), "question": one}) + "\n" for k, one in enumerate(asked)))
    report = place.folder / "report.json"
    seconds, _ = place.timed("eval", "jsonl", "--data", str(data), "--json", str(report))
    return seconds, json.loads(report.read_text())


def main(limit: float) -> None:
    """Print a line."""
    server = Server(say)
    with tempfile.TemporaryDirectory() as folder:
        place = Place(Path(folder), limit, server.url)
        (place.folder / "p.py").write_text("answer = HANG(image)")
        run, status = place.timed("run", str(place.folder / "p.py"), str(place.picture))
        ask, of_ask = place.timed("ask", str(place.picture), "How many hang?")
        fine, _ = place.timed("ask", str(place.picture), "How many wide?")
        whole, report = evaluation(place)
        print(f"limit {limit:g} s: `run` {run:.1f} s (exit status {status}), `ask` {ask:.1f} s (exit status {of_ask};")
        print(f"{fine:.1f} s with a tool that answers), `eval` of 20 {whole:.1f} s, outcomes {report.get('outcomes')}")
        with place.viewer() as here:
            place.ask(here, "How many wide?")
            hung = place.ask(here, "How many hang?")
            beside = place.ask(here, "How many wide?")
            print(
                f"viewer: {hung:.1f} s until a question whose tool hangs has its end, the next question {beside:.1f} s;"
            )
            cancelled = place.ask(here, "How many hang, again?", "source")
            computing = place.ask(here, "How many are computed?", "source")
            print(f"Cancel: {cancelled:.2f} s while a tool hangs, {computing:.2f} s while a program computes")
    server.stop()


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 2.0)
