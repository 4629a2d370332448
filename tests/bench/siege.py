"""A soak test with everything hostile at once: lost results, hanging processes, broken pages, and memory over time.

    python tests/bench/siege.py [--minutes 60] [--keep FOLDER]

One reply in four of the language model is odd. Tools hang, end their process, use too much memory and raise anything;
pictures are damaged or huge. Evaluations are killed (-9) at random, and so are workers, zygotes, decoders and isolated
models; evaluations are resumed until each question has a row. A viewer over the same home folder answers questions, and
all of its pages are fetched. The viewer itself is not killed, because its memory is what is measured.

Exit status 1 if a result was lost, a process hung, a page broke, a log has a traceback, or memory grew.
"""

from __future__ import annotations

import argparse
import os
import random
import re
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
from besieged import Process, name_of
from besieging import OddModel, pictures, questions, rows_in, told

from looksmith.agent.traces.damage import Unreadable
from looksmith.agent.traces.runs import Runs

TOOLS = Path(__file__).parents[1] / "support" / "siege_tools.py"
PROFILE = 'extends = "pocket"\n' + "".join(
    f"[limits.{name}]\nmemory_gb = 0.5\n" for name in ("EATS", "EXITS", "SEGFAULTS", "HANGS_APART", "LOOK_APART")
)
QUESTIONS = 24
"""Per evaluation."""
PATIENCE = 600.0
"""Seconds for a page, or for the next row of an evaluation, on a busy machine."""
GROWTH = 1.25
"""The last quarter's memory of the viewer by that of the second, up to which it counts as flat."""
KINDS = ("hosts", "worker", "zygote", "isolated_worker", "decoder")
"""What is killed; a decoder lives for a moment only, so a short run may meet none."""


@dataclass
class Found:
    """The findings so far. hanging: also processes that outlived their parent; broken: pages, with the reason.

    failed: defects of the siege itself, and tracebacks in logs. memory: seconds, MB of the viewer, MB of everybody.
    """

    counts: Counter[str] = field(default_factory=Counter[str])
    statuses: Counter[str] = field(default_factory=Counter[str])
    refused: Counter[str] = field(default_factory=Counter[str])
    lost: list[str] = field(default_factory=list[str])
    hanging: list[str] = field(default_factory=list[str])
    broken: list[str] = field(default_factory=list[str])
    failed: list[str] = field(default_factory=list[str])
    memory: list[tuple[float, float, float]] = field(default_factory=list[tuple[float, float, float]])
    largest: list[str] = field(default_factory=list[str])


class Siege:
    """All of it. over: set when nothing new is started."""

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
        """Resume an evaluation until it ends or is killed. Is it complete?"""
        command = ["eval", "jsonl", "--data", str(data), "--out", str(out), "--concurrency", "2", "--nearest", "0"]
        self.evaluation = process = Process([*command, *self._common()], self.folder / "eval.log")
        self.found.counts["starts of evaluations"] += 1
        self._until_killed(process, out / "results.jsonl")
        status = process.popen.wait()
        self.found.statuses[f"eval {status}"] += 1
        if status == 2:
            raise RuntimeError(f"eval refused to start or resume; see {self.folder / 'eval.log'} (--keep)")
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
        if self.over.is_set() and time.monotonic() > self.end + 1200:
            self.found.lost += [f"{out.name}/{id}: it has no row" for id in ids if id not in rows]
            return True
        return False

    def _until_killed(self, process: Process, results: Path) -> None:
        """Wait for the process, and kill it at random, or when it writes no row for too long."""
        # Once the time is over, it may finish.
        kill_at = time.monotonic() + random.expovariate(1 / 240) if not self.over.is_set() else float("inf")
        size, wrote = -1, time.monotonic()
        while process.popen.poll() is None and time.monotonic() < kill_at:
            process.look()
            if (now := results.stat().st_size if results.exists() else 0) != size:
                size, wrote = now, time.monotonic()
            if time.monotonic() - wrote > PATIENCE:
                self.found.hanging.append(f"{results.parent.name} wrote no row for {PATIENCE:.0f} s")
                break
            time.sleep(0.5)
        if process.popen.poll() is None:
            process.popen.kill()
            self.found.counts["kills of hosts"] += 1

    def _unreadable(self, out: Path, rows: dict[str, Any]) -> list[Unreadable]:
        wanted = {row["run"] for row in rows.values()}
        return [one for one in Runs(out / "runs").list() if isinstance(one, Unreadable) and one.name in wanted]

    # -- the viewer

    def visit(self) -> None:
        """Fetch pages, press buttons and ask questions until it is over."""
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
            why = re.search(r'role="alert"[^>]*>\s*([^<]{1,70})', asked.text) if asked else None
            self.found.refused[re.sub(r"\d+", "N", why[1].strip()) if why else "?"] += 1
            return
        job = asked.headers["location"]
        self.found.counts["questions of the viewer"] += 1
        self._fetched("GET", job)
        if random.random() < 0.3:
            self._fetched("POST", f"{job}/cancel")
            self.found.counts["questions that were cancelled"] += 1
        try:
            with self.http.stream("GET", f"{job}/events") as events:
                over = any("event: over" in line for line in events.iter_lines())
        except httpx.TransportError as error:
            self.found.broken.append(f"{job}/events: {type(error).__name__} {error}")
            raise
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
        """Kill random descendants of the hosts."""
        while not self.over.wait(random.expovariate(1 / 12)):
            hosts = [host for host in (self.viewer, self.evaluation) if host is not None]
            family = [one for host in hosts for one in host.look()]
            if family:
                victim = random.choice(family)
                kind = name_of(victim).partition(" ")[0]
                with suppress(psutil.Error):
                    victim.kill()
                    self.found.counts[f"kills of {kind}"] += 1

    def watch(self) -> None:
        """Measure memory, and print a line of progress each minute."""
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
        """Run everything at once until the time is over, then check what is left."""
        work: list[Callable[[], None]] = [self.evaluate, self.visit, self.kill, self.watch]
        threads = [threading.Thread(target=self._noting, args=(one,), name=one.__name__, daemon=True) for one in work]
        for thread in threads:
            thread.start()
        while time.monotonic() < self.end and self.viewer.popen.poll() is None and not self.found.failed:
            time.sleep(1)
        if self.viewer.popen.poll() is not None:
            self.found.hanging.append(f"the viewer ended: {self.viewer.popen.poll()}")
        self.over.set()
        for thread in threads:
            thread.join(1800)
            if thread.is_alive():
                self.found.hanging.append(f"{thread.name} did not end")
        self.close()

    def _noting(self, work: Callable[[], None]) -> None:
        """Do work; without it the siege would find nothing, so its defects are noted."""
        try:
            work()
        except Exception as error:
            self.found.failed.append(f"{work.__name__}: {type(error).__name__}: {error}")

    def stop(self) -> None:
        """Kill all that is left."""
        self.over.set()
        for process in (self.viewer, self.evaluation):
            if process is not None:
                process.end()

    def close(self) -> None:
        """End the viewer as a person would, and check for hanging processes, questions without end, and tracebacks."""
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
        for log in ("viewer.log", "eval.log"):
            text = (self.folder / log).read_text(errors="replace")
            self.found.failed += [
                f"{log}: {told[:300]}" for told in text.split("Traceback (most recent call last)")[1:]
            ]
        self.model.stop()


def report(found: Found, minutes: float) -> bool:
    """Print the table. Is everything as it should be?"""
    print(f"| {minutes:g} minutes | |\n|---|---|")
    for name, count in sorted({**dict.fromkeys((f"kills of {kind}" for kind in KINDS), 0), **found.counts}.items()):
        print(f"| {name} | {count} |")
    print(f"| statuses | {told(found.statuses)} |")
    print(f"| questions that the viewer refused | {told(found.refused)} |")
    for work in ("questions of the viewer", "pages", "starts of evaluations"):
        if not found.counts[work]:
            found.failed.append(f"there were no {work}")
    lists = {
        "results lost": found.lost,
        "processes left hanging": found.hanging,
        "pages broken": found.broken,
        "tracebacks, and defects of this program": found.failed,
    }
    for name, wrong in lists.items():
        print(f"| {name} | **{len(wrong)}** |")
    quarters = quarters_of([own for _, own, _ in found.memory if own > 0])
    flat = len(quarters) < 4 or quarters[3] <= GROWTH * quarters[1]
    shown = " / ".join(f"{megabytes:.0f}" for megabytes in quarters)
    print(f"| viewer's memory, each quarter of the time | {shown} MB: {'flat' if flat else '**it grows**'} |")
    most = max((every for _, _, every in found.memory), default=0.0)
    print(f"| memory of all processes, at most | {most:.0f} MB: {', '.join(found.largest)} |")
    for wrong in (one for its in lists.values() for one in its):
        print(f"    {wrong}"[:400])
    return flat and not any(lists.values())


def quarters_of(figures: list[float]) -> list[float]:
    """The mean of each quarter; [] for fewer than four figures."""
    size = len(figures) // 4
    return [mean(figures[start : start + size]) for start in range(0, 4 * size, size)] if size else []


def main() -> int:
    """Run for that many minutes."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--keep", type=Path, help="A new folder to work in, which is not removed.")
    chosen = parser.parse_args()
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("Terminated."))
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        where = chosen.keep or Path(folder)
        where.mkdir(parents=True, exist_ok=where == Path(folder))
        siege = Siege(where, chosen.minutes)
        try:
            siege.run()
        finally:
            siege.stop()
        return 0 if report(siege.found, chosen.minutes) else 1


if __name__ == "__main__":
    sys.exit(main())
