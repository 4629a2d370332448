"""Everything hostile at once: what is lost, left hanging, broken, and how much memory it takes.

    python tests/bench/siege.py [--minutes 60] [--keep FOLDER]

A language model whose replies are odd one time in four, tools that hang, end their process, eat memory and raise
anything, damaged and huge pictures. Evaluations are killed (-9) at random, with their workers, zygotes and isolated
models, and resumed until each question has its row; a viewer over the same home folder is asked questions, and all of
its pages are fetched. The viewer itself is not killed: its memory is what is watched.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from statistics import mean
from typing import Any

import httpx
import psutil

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))
from besieging import OddModel, pictures, questions, rows_in, told

from looksmith.agent.traces.damage import Unreadable
from looksmith.agent.traces.runs import Runs

TOOLS = Path(__file__).parents[1] / "support" / "siege_tools.py"
PROFILE = 'extends = "pocket"\n' + "".join(
    f"[limits.{name}]\nmemory_gb = 0.5\n" for name in ("EATS", "EXITS", "SEGFAULTS", "HANGS_APART", "LOOK_APART")
)
QUESTIONS = 24
"""Of an evaluation."""
PATIENCE = 600.0
"""Seconds for a page, on a machine that is busy."""


@dataclass
class Found:
    """What was found so far. hanging: processes that outlived who started them; broken: pages, with why."""

    counts: Counter[str] = field(default_factory=Counter[str])
    statuses: Counter[str] = field(default_factory=Counter[str])
    lost: list[str] = field(default_factory=list[str])
    hanging: list[str] = field(default_factory=list[str])
    broken: list[str] = field(default_factory=list[str])
    memory: list[tuple[float, float, float]] = field(default_factory=list[tuple[float, float, float]])
    largest: list[str] = field(default_factory=list[str])


class Process:
    """A command of looksmith, and everybody that it started."""

    def __init__(self, command: list[str], log: Path) -> None:
        self._log = log.open("ab")
        whole = [sys.executable, "-m", "looksmith.agent.cli.main", *command]
        self.popen = subprocess.Popen(whole, stdout=self._log, stderr=self._log, stdin=subprocess.DEVNULL)
        self.family: dict[int, psutil.Process] = {}

    def look(self) -> list[psutil.Process]:
        """Who is there now."""
        with suppress(psutil.Error):
            for child in psutil.Process(self.popen.pid).children(recursive=True):
                self.family.setdefault(child.pid, child)
        return [one for one in self.family.values() if _lives(one)]

    def memory(self) -> list[tuple[float, str]]:
        """MB of itself, then of each of its family, with what they are."""
        family = [(_megabytes(one), _name(one)) for one in self.look()]
        with suppress(psutil.Error):
            return [(_megabytes(psutil.Process(self.popen.pid)), "host"), *family]
        return [(0.0, "host"), *family]

    def outlived(self) -> list[str]:
        """Who is there still though it has ended, after some time to notice."""
        end = time.monotonic() + 60
        while (left := [one for one in self.family.values() if _lives(one)]) and time.monotonic() < end:
            time.sleep(0.5)
        self._log.close()
        return [_name(one) for one in left]


class Siege:
    """All of it. over: when nothing new is begun."""

    def __init__(self, folder: Path, minutes: float) -> None:
        self.folder, self.home = folder, folder / "home"
        self.home.mkdir()
        self.found = Found()
        self.over = threading.Event()
        self.end = time.monotonic() + 60 * minutes
        self.model = OddModel()
        self.pictures = pictures(folder / "pictures")
        (folder / "siege.toml").write_text(PROFILE)
        self.evaluation: Process | None = None
        self.jobs: dict[str, str] = {}
        port = random.randrange(20_000, 60_000)
        self.viewer = Process(["view", "--port", str(port), *self._common()], folder / "viewer.log")
        self.http = httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=PATIENCE, follow_redirects=False)

    def _common(self) -> list[str]:
        there = ["--home", str(self.home), "--tools", str(TOOLS), "--only-tools"]
        return [*there, "--profile", str(self.folder / "siege.toml"), "--base-url", self.model.url, "--timeout", "10"]

    # -- evaluations

    def evaluate(self) -> None:
        """Evaluations, one after the other, each resumed until all of its questions have a row."""
        number = 0
        while not self.over.is_set():
            out, data = self.home / "evals" / f"e{number}", self.folder / f"e{number}.jsonl"
            ids = questions(data, self.pictures, 1000 + QUESTIONS * number, QUESTIONS)
            seen: dict[str, str] = {}
            while not self._resumed(data, out, ids, seen):
                pass
            number += 1
            self.found.counts["evaluations"] += 1

    def _resumed(self, data: Path, out: Path, ids: list[str], seen: dict[str, str]) -> bool:
        """Go on with an evaluation until it ends, or is killed. Is it complete?"""
        command = ["eval", "jsonl", "--data", str(data), "--out", str(out), "--concurrency", "2", "--nearest", "0"]
        self.evaluation = process = Process([*command, *self._common()], self.folder / "eval.log")
        self.found.counts["evaluations' starts"] += 1
        # Once the time is over, it may come to its end.
        kill_at = time.monotonic() + random.expovariate(1 / 240) if not self.over.is_set() else float("inf")
        while process.popen.poll() is None and time.monotonic() < kill_at:
            process.look()
            time.sleep(0.5)
        if process.popen.poll() is None:
            process.popen.kill()
            self.found.counts["kills of hosts"] += 1
        status = process.popen.wait()
        self.found.statuses[f"eval {status}"] += 1
        self.found.hanging += process.outlived()
        rows = rows_in(out / "results.jsonl")
        for id, run in seen.items():
            if rows.get(id, {}).get("run") != run:
                self.found.lost.append(f"{out.name}/{id}: its row was {run}, and is {rows.get(id)}")
        seen.update({id: row["run"] for id, row in rows.items() if row["outcome"] != "llm_error"})
        if set(seen) == set(ids) or (status in (0, 3) and set(rows) == set(ids)):
            self.found.counts["questions of evaluations"] += len(ids)
            self.found.lost += [f"{out.name}: {one.name}: {one.why}" for one in self._unreadable(out, rows)]
            return True
        return self.over.is_set() and time.monotonic() > self.end + 1200

    def _unreadable(self, out: Path, rows: dict[str, Any]) -> list[Unreadable]:
        wanted = {row["run"] for row in rows.values()}
        return [one for one in Runs(out / "runs").list() if isinstance(one, Unreadable) and one.name in wanted]

    # -- the viewer

    def visit(self) -> None:
        """Fetch pages, press buttons, ask questions, until it is over."""
        number = 0
        self._until_it_answers()
        while not self.over.is_set():
            number += 1
            with suppress(httpx.TransportError):
                if number % 4 == 0:
                    self._ask(number)
                else:
                    self._pages()

    def _until_it_answers(self) -> None:
        while not self.over.is_set():
            with suppress(httpx.TransportError):
                self.http.get("/ask")
                return
            time.sleep(1)

    def _pages(self) -> None:
        folders = [*self.home.glob("runs/*"), *self.home.glob("evals/*/runs/*")]
        names = [random.choice(folders).name for _ in range(2)] if folders else ["x", "y"]
        for path in random.sample(
            (
                "/",
                "/?q=cups&outcome=crashed",
                f"/runs/{names[0]}",
                f"/runs/{names[0]}/page.html",
                f"/runs/{names[0]}/trace.json",
                f"/compare?left={names[0]}&right={names[1]}",
                f"/reports/e{random.randrange(4)}",
                "/?page=99999999999999999999",
                "/runs/%00" + "x" * 400,
                "/ask",
            ),
            3,
        ):
            self._fetched("GET", path)
        if random.random() < 0.2:
            self._fetched("POST", f"/runs/{names[0]}/replay", json={"program": "answer = WIDE(image)", "start": 1})

    def _ask(self, number: int) -> None:
        # No pictures of gigabytes: a request has a limit of its own, which closes the connection.
        small = [one for one in self.pictures if one.is_file() and one.stat().st_size < 50_000_000]
        good = [one for one in small if one.name.startswith(("good", "large"))]
        chosen = random.choices(good if random.random() < 0.7 else small, k=1 if random.random() < 0.8 else 2)
        files = [("image", (one.name, one.read_bytes())) for one in chosen]
        asked = self._fetched("POST", "/ask", data={"question": f"How many cups are in picture {number}?"}, files=files)
        if asked is None or asked.status_code != 303:
            self.found.counts["questions of the viewer that were refused"] += 1
            return
        job = asked.headers["location"]
        self.found.counts["questions of the viewer"] += 1
        self._fetched("GET", job)
        if random.random() < 0.3:
            self._fetched("POST", f"{job}/cancel")
            self.found.counts["questions that were cancelled"] += 1
        with self.http.stream("GET", f"{job}/events") as events:
            over = any("event: over" in line for line in events.iter_lines())
        if not over:
            self.found.lost.append(f"{job} has no end")

    def _fetched(self, method: str, path: str, **more: Any) -> httpx.Response | None:
        try:
            page = self.http.request(method, path, **more)
        except httpx.TransportError as error:
            self.found.broken.append(f"{method} {path[:80]}: {type(error).__name__} {error}")
            raise
        self.found.counts["pages"] += 1
        self.found.statuses[f"page {page.status_code}"] += 1
        if page.status_code >= 500:
            self.found.broken.append(f"{method} {path[:80]}: {page.status_code} {page.text[-200:]!r}")
        return page

    # -- kills, and looks

    def kill(self) -> None:
        """End whoever works for the hosts, at random."""
        while not self.over.wait(random.expovariate(1 / 12)):
            hosts = [host for host in (self.viewer, self.evaluation) if host is not None]
            family = [one for host in hosts for one in host.look()]
            if family:
                victim = random.choice(family)
                kind = _name(victim).partition(" ")[0]
                with suppress(psutil.Error):
                    victim.kill()
                    self.found.counts[f"kills of {kind}"] += 1

    def watch(self) -> None:
        """Note how much memory is taken, and say every minute how it goes."""
        start = said = time.monotonic()
        while not self.over.wait(5):
            hosts = [host for host in (self.viewer, self.evaluation) if host is not None]
            parts = [part for host in hosts for part in host.memory()]
            own, whole = parts[0][0], sum(megabytes for megabytes, _ in parts)
            if whole > max((every for _, _, every in self.found.memory), default=0.0):
                self.found.largest = [f"{megabytes:.0f} MB {name}" for megabytes, name in sorted(parts)[-4:]]
            self.found.memory.append((time.monotonic() - start, own, whole))
            if time.monotonic() - said > 60:
                said = time.monotonic()
                print(f"{(said - start) / 60:.0f} min: {told(self.found.counts)}; viewer {own:.0f} MB", flush=True)

    def run(self) -> None:
        """All at once."""
        work: list[Callable[[], None]] = [self.evaluate, self.visit, self.kill, self.watch]
        threads = [threading.Thread(target=one, name=one.__name__, daemon=True) for one in work]
        for thread in threads:
            thread.start()
        while time.monotonic() < self.end and self.viewer.popen.poll() is None:
            time.sleep(1)
        if self.viewer.popen.poll() is not None:
            self.found.hanging.append(f"the viewer ended: {self.viewer.popen.poll()}")
        self.over.set()
        for thread in threads:
            thread.join(1800)
            if thread.is_alive():
                self.found.hanging.append(f"{thread.name} did not come to its end")
        self.close()

    def close(self) -> None:
        """End the viewer as a person would, and see who is left and which of its questions have no end."""
        self.viewer.look()
        self.viewer.popen.send_signal(signal.SIGINT)
        try:
            self.viewer.popen.wait(120)
        except subprocess.TimeoutExpired:
            self.found.hanging.append("the viewer after Ctrl-C")
            self.viewer.popen.kill()
        self.found.hanging += self.viewer.outlived()
        for run in Runs(self.home / "runs").list():
            if isinstance(run, Unreadable):
                self.found.lost.append(f"{run.name}: {run.why}")
            elif run.outcome is None:
                self.found.lost.append(f"{run.id}: it has no end")
        self.model.stop()


def report(found: Found, minutes: float) -> None:
    """Print the table."""
    warm = [own for _, own, _ in found.memory if own > 0]
    size = max(len(warm) // 4, 1)
    quarters = [f"{mean(warm[start : start + size]):.0f}" for start in range(0, 4 * size, size) if warm[start:]]
    print(f"| {minutes:g} minutes | |\n|---|---|")
    for name, count in sorted(found.counts.items()):
        print(f"| {name} | {count} |")
    print(f"| statuses | {told(found.statuses)} |")
    for name, wrong in (
        ("results lost", found.lost),
        ("processes left hanging", found.hanging),
        ("pages broken", found.broken),
    ):
        print(f"| {name} | **{len(wrong)}** |")
    if warm:
        print(f"| viewer's memory, each quarter of the time | {' / '.join(quarters)} MB |")
        most = max(every for _, _, every in found.memory)
        print(f"| everybody's memory at most | {most:.0f} MB: {', '.join(found.largest)} |")
    for wrong in (*found.lost, *found.hanging, *found.broken):
        print(f"    {wrong}"[:400])


def _lives(one: psutil.Process) -> bool:
    with suppress(psutil.Error):
        return one.is_running() and one.status() != psutil.STATUS_ZOMBIE
    return False


def _megabytes(one: psutil.Process) -> float:
    with suppress(psutil.Error):
        return one.memory_info().rss / 2**20
    return 0.0


def _name(one: psutil.Process) -> str:
    """What it is: worker, zygote, decoder, isolated; with its number."""
    with suppress(psutil.Error):
        line = " ".join(one.cmdline())
        for kind in ("isolated_worker", "decoder", "zygote"):
            if kind in line:
                parent = one.parent() if kind == "zygote" else None
                forked = parent is not None and kind in " ".join(parent.cmdline())
                return f"{'worker' if forked else kind} {one.pid}"
        return f"other {one.pid} {line[:80]}"
    return f"gone {one.pid}"


def main() -> None:
    """Run for so many minutes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--keep", type=Path, help="Work here, and leave it there.")
    chosen = parser.parse_args()
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        where = chosen.keep or Path(folder)
        where.mkdir(parents=True, exist_ok=True)
        siege = Siege(where, chosen.minutes)
        siege.run()
        report(siege.found, chosen.minutes)


if __name__ == "__main__":
    main()
