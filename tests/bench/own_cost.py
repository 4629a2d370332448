"""The orchestrator's own cost: which share of a question's wall time is neither LLM nor vision model.

    make bench          needs the weights; starts the LLM server when none runs

Two figures: `own / total` as each run's record has it (inside the process), and the whole command, from the start of
the Python interpreter to its end. Medians over all questions, after one question that warms the server's prefix cache.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter

from skimage import data

from looksmith.agent.ask.loop import Answer, Bench
from looksmith.agent.inputs.subject import Subject
from looksmith.agent.llm.chat import ChatClient
from looksmith.agent.llm.server.serve import Server, ServerManager
from looksmith.agent.setup.home import find_home
from looksmith.agent.setup.settings import Settings
from looksmith.tools.media.images import load_image

PHOTOS = Path(data.__file__).parent
QUESTIONS = (
    ("coffee.png", "How many cups are there?"),
    ("motorcycle_left.png", "Is there a motorcycle, and what color is it?"),
    ("astronaut.png", "Is there a person?"),
    ("motorcycle_right.png", "What is written on the motorcycle?"),
    ("coffee.png", "Is there a spoon?"),
    ("astronaut.png", "What color is the largest person?"),
)
ROUNDS = 3


def inside(bench: Bench, server: Server) -> list[Answer]:
    """Every question, in this process: models are loaded once, as in a session."""
    llm = ChatClient(server.base_url, server.model)
    asked = QUESTIONS[:1] + QUESTIONS * ROUNDS
    return [bench.ask(Subject.of(load_image(PHOTOS / name), name), question, llm) for name, question in asked][1:]


def outside(home: Path, server: Server) -> list[tuple[float, dict[str, float]]]:
    """Every question as a command of its own: seconds of the process, and its run's timing."""
    found: list[tuple[float, dict[str, float]]] = []
    for name, question in QUESTIONS:
        command = [sys.executable, "-m", "looksmith.agent.cli.main", "ask", str(PHOTOS / name), question, "--json"]
        start = perf_counter()
        done = subprocess.run(
            [*command, "--base-url", server.base_url, "--model", server.model, "--home", str(home)],
            capture_output=True,
            text=True,
        )
        seconds = perf_counter() - start
        run = Path(json.loads(done.stdout.splitlines()[-1])["run"])
        found.append((seconds, json.loads((run / "run.json").read_text())["timing"]))
    return found


def main() -> None:
    """Print the two tables."""
    os.environ.setdefault("OMP_NUM_THREADS", "1")  # as the command line does
    home = find_home()
    settings = Settings(home)
    server = ServerManager(home, settings.weights).start(report=lambda text: print(text, file=sys.stderr))
    with tempfile.TemporaryDirectory() as folder:
        own_home = Path(folder)
        (own_home / "weights").symlink_to(home / "weights")
        bench = Settings(own_home).bench()
        with bench.sandbox:
            answers = inside(bench, server)
        commands = outside(own_home, server)
    shares = [answer.timing.own / answer.timing.total for answer in answers]
    kinds = {kind: sum(answer.outcome == kind for answer in answers) for kind in {a.outcome for a in answers}}
    print(f"{len(answers)} questions in one process, outcomes {kinds}")
    for part in ("total", "llm", "tools", "load", "own"):
        print(f"  {part:<6} median {statistics.median(getattr(a.timing, part) for a in answers):8.3f} s")
    print(f"  own / total: median {statistics.median(shares):.2%}, worst {max(shares):.2%}")
    print(f"{len(commands)} questions, a process each")
    for part in ("llm", "tools", "load", "own"):
        print(f"  {part:<8} median {statistics.median(timing[part] for _, timing in commands):8.3f} s")
    around = [seconds - timing["total"] for seconds, timing in commands]
    print(f"  start-up median {statistics.median(around):8.3f} s (Python, imports, photo, registry)")
    print(f"  process  median {statistics.median(seconds for seconds, _ in commands):8.3f} s")


if __name__ == "__main__":
    main()
