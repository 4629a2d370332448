"""What processes that wait take: memory, threads, and processor time while nothing happens.

    python tests/bench/idle.py       a minute; needs the weights

Each line is a fresh Python process that has done so much, then waits for five seconds; `children` are the sandbox's
processes. PSS counts memory that several processes share in parts, RSS in each of them (psutil; Linux).
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from time import sleep
from urllib.request import urlopen

import psutil
from skimage import data

from looksmith.agent.setup.home import find_home

SECONDS = 5
ASK = f"""
from looksmith.agent.inputs.subject import Subject
from looksmith.agent.llm.llm import Reply, Sample
from looksmith.tools.media.images import load_image
class Saying:
    model = "scripted"
    def complete(self, messages, sampling=None):
        return Reply((Sample('answer = COUNT(image, "cup")'),), "scripted", 1, 1, 0.0)
image = load_image(Path({str(Path(data.__file__).parent / "coffee.png")!r}))
assert bench.ask(Subject.of(image, "coffee.png"), "How many cups are there?", Saying()).ok
"""
BENCH = """
from pathlib import Path
from looksmith.agent.setup.settings import Settings
bench = Settings(Path({home!r}), device="cpu").bench()
"""
STAGES = (
    ("Python alone", ""),
    ("import looksmith", "import looksmith\n"),
    ("a bench with the pocket's tools, not used", BENCH),
    ("the same, the sandbox ready", BENCH + "bench.sandbox.prepare()\n"),
    ("the same, after a question (detector and encoder loaded)", BENCH + ASK),
)


def told(name: str, process: psutil.Process) -> None:
    """A line of the table about a process that waits."""
    before = _cpu(process)
    sleep(SECONDS)
    children = process.children(recursive=True)
    own, theirs = process.memory_full_info(), [child.memory_full_info() for child in children]
    cells = [
        f"{own.pss / 2**20:.0f} MiB",
        f"{own.rss / 2**20:.0f} MiB",
        f"{len(children)}: {sum(one.pss for one in theirs) / 2**20:.0f} MiB",
        str(process.num_threads()),
        f"{1000 * (_cpu(process) - before) / SECONDS:.1f} ms",
    ]
    print("|", " | ".join([name, *cells]), "|", flush=True)


def _cpu(process: psutil.Process) -> float:
    """Seconds of a processor that the process and its children have taken."""
    return sum(sum(one.cpu_times()[:2]) for one in (process, *process.children(recursive=True)))


def main() -> None:
    """Print the table."""
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}  # as the command line does
    print("| | PSS | RSS | children, PSS | threads | processor time a second |\n|---|---|---|---|---|---|")
    with TemporaryDirectory() as folder:
        (Path(folder) / "weights").symlink_to(find_home() / "weights")
        for name, code in STAGES:
            code = code.replace("{home!r}", repr(folder)) + "print(flush=True)\ninput()\n"
            command = [sys.executable, "-c", code]
            with subprocess.Popen(command, stdin=-1, stdout=-1, stderr=-3, text=True, env=environment) as started:
                assert started.stdin and started.stdout
                assert started.stdout.readline() == "\n"
                told(name, psutil.Process(started.pid))
                started.stdin.close()
        command = [sys.executable, "-m", "looksmith.agent.cli.main", "view", "--port", "0", "--home", folder]
        with subprocess.Popen(command, stdout=-1, stderr=-3, text=True, env=environment) as viewer:
            assert viewer.stdout
            address = viewer.stdout.readline().strip()
            told("`looksmith view`, before the first page", psutil.Process(viewer.pid))
            urlopen(address).read()
            told("`looksmith view`, after it", psutil.Process(viewer.pid))
            viewer.terminate()


if __name__ == "__main__":
    main()
