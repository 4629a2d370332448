"""What `looksmith ask` spends besides the language model and the vision models, with and without the warm service.

    python tests/bench/warm_ask.py [ROUNDS]       9 rounds, a few minutes; needs the weights (`looksmith models pull`)

Every question is a process of its own, timed from its start to its end, in a home folder of its own. The language model
is played by a server that replies at once. What the run says about the language model (its client included), the vision
models and their loading is taken off; the rest is ours. Both kinds take turns, so that a busy machine slows both;
a first question of each is not counted. One without an answer ends the benchmark, and says why.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

from skimage import data

from looksmith.agent.setup.home import find_home

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))
from played import Server

ROUNDS = int(sys.argv[1]) if len(sys.argv) > 1 else 9
PHOTO = str(Path(data.__file__).parent / "coffee.png")
QUESTION = "How many cups are there?"
COMMAND = [sys.executable, "-m", "looksmith.agent.cli.main"]


def asked(words: list[str]) -> tuple[float, float, float]:
    """Seconds of a question: from start to end, of these those that are ours, and processor time of its process."""
    start, before = perf_counter(), getrusage(RUSAGE_CHILDREN)
    done = subprocess.run([*COMMAND, "ask", PHOTO, QUESTION, *words], capture_output=True, text=True)
    wall, after = perf_counter() - start, getrusage(RUSAGE_CHILDREN)
    if done.returncode or "Not using the service" in done.stderr:
        raise SystemExit(f"exit status {done.returncode}\n{done.stdout}{done.stderr}")
    run = Path(json.loads(done.stdout.splitlines()[-1])["run"])
    timing = json.loads((run / "run.json").read_text())["timing"]
    theirs = timing["llm"] + timing["tools"] + timing["load"]
    return wall, wall - theirs, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def told(name: str, rows: list[tuple[float, float, float]]) -> None:
    """A line of the table."""
    cells = [[row[column] for row in rows] for column in range(3)]
    print(f"| {name} | " + " | ".join(f"{median(c):.2f} ({min(c):.2f} to {max(c):.2f})" for c in cells) + " |")


def main() -> None:
    """Print the table, and the ratio of the medians."""
    server = Server(lambda _: 'answer = COUNT(image, "cup")')
    with TemporaryDirectory(prefix="looksmith-") as folder:
        homes = {kind: Path(folder) / kind for kind in ("cold", "warm")}
        for home in homes.values():
            home.mkdir()
            (home / "weights").symlink_to(find_home() / "weights")
        common = ["--base-url", server.url, "--no-cache", "--device", "cpu"]
        words = {kind: [*common, "--home", str(home)] for kind, home in homes.items()}
        subprocess.run([*COMMAND, "up", "--port", "0", *words["warm"]], check=True, env={**os.environ})
        rows: dict[str, list[tuple[float, float, float]]] = {"cold": [], "warm": []}
        try:
            for kind in rows:
                asked([*words[kind], "--json", "--samples", "1", "--verbose"])  # which says where no service is used
            for _ in range(ROUNDS):
                for kind, found in rows.items():
                    found.append(asked([*words[kind], "--json", "--samples", "1"]))
        finally:
            subprocess.run([*COMMAND, "up", "--stop", "--home", str(homes["warm"])], check=True)
            server.stop()
    print("| `looksmith ask` | seconds, from start to end | ours | processor time of the process |\n|---|---|---|---|")
    told("without the service", rows["cold"])
    told("with it", rows["warm"])
    cold, warm = (median(row[1] for row in rows[kind]) for kind in ("cold", "warm"))
    print(f"ours: {cold / warm:.1f} times less; load of the machine {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
