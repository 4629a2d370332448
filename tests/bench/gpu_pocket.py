"""Whether the pocket profile answers the same on a GPU as on the processor, and how much faster.

    python tests/bench/gpu_pocket.py pack EVALUATION ... > programs.jsonl
    python tests/bench/gpu_pocket.py run programs.jsonl PHOTOS --device cuda [--at-once N] [--seconds S] > cuda.jsonl
    python tests/bench/gpu_pocket.py compare cpu.jsonl cuda.jsonl

No language model is needed: EVALUATION is the folder of an earlier evaluation's `--out`, and `pack` takes the programs
that it ran, each once for each photo. PHOTOS has the photos under their names. `run` makes a home of its own and keeps
no result of a tool, and photos take turns, so that models remember none of them (they keep 32); tools are not called
ahead. No program is begun after --seconds. `compare` prints how many answers and steps are the same, which are not,
and the milliseconds of each tool.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import zip_longest
from math import inf, isclose
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

from looksmith.agent.session.session import Looksmith
from looksmith.agent.setup.home import find_home
from looksmith.agent.setup.settings import Settings
from looksmith.agent.traces.stored import load_run
from looksmith.agent.traces.trace import Execution, Step

Row = dict[str, Any]
WARM = 20
"""Programs that are run before those that are timed."""
PIXEL, SHARE = 1.0, 0.01
"""Up to which absolute or relative difference two numbers that are no integers are alike."""


def pack(folders: Iterable[Path]) -> list[Row]:
    """Each program once for each photo, in an order in which the photos take turns."""
    known: dict[tuple[str, str], Row] = {}
    for folder in folders:
        for path in sorted((folder / "runs").iterdir()):
            run = load_run(path)
            for event in run.events:
                if isinstance(event, Execution) and len(run.record.pictures) == 1:
                    photo = run.record.pictures[0].name
                    row = {"photo": photo, "question": run.record.question, "program": event.source}
                    known.setdefault((photo, event.source), row)
    of_photos: dict[str, list[Row]] = defaultdict(list)
    for row in known.values():
        of_photos[row["photo"]].append(row)
    return [row for turn in zip_longest(*of_photos.values()) for row in turn if row]


def run_all(rows: list[Row], photos: Path, device: str, at_once: int, seconds: float) -> Iterator[Row]:
    """Run the programs: each with what it gave. The first row is about the whole."""
    with TemporaryDirectory() as place:
        home = Path(place)
        (home / "weights").symlink_to(find_home() / "weights")
        settings = Settings(home, device=device, cache=False, ahead=False)
        with Looksmith(settings=settings) as session, ThreadPoolExecutor(at_once) as threads:
            start = perf_counter()
            run_one(session, photos, rows[0])  # loads most models
            first = perf_counter() - start
            list(threads.map(partial(run_one, session, photos), rows[:WARM]))
            start = perf_counter()

            def run(row: Row) -> Row | None:
                return run_one(session, photos, row) if perf_counter() - start < seconds else None

            done = [row for row in threads.map(run, rows) if row]
            took = perf_counter() - start
        yield {"device": device, "at_once": at_once, "first": first, "seconds": took, "gpu_bytes": _gpu_bytes()}
        yield from done


def _gpu_bytes() -> int:
    """The most that models held on the GPU."""
    import torch

    return torch.cuda.max_memory_allocated() if torch.cuda.is_available() else 0


def run_one(session: Looksmith, photos: Path, row: Row) -> Row:
    """A program on its photo."""
    answer = session.run(row["program"], photos / row["photo"])
    stored = load_run(answer.run)
    steps = [event for event in stored.events if isinstance(event, Step)]
    return {
        **row,
        "outcome": answer.outcome,
        "answer": stored.record.answer,
        "message": answer.message,
        "confidence": answer.confidence,
        "steps": [
            one.model_dump(
                mode="json", include={"tool", "seconds", "load_seconds", "cached", "result", "scores", "error"}
            )
            for one in steps
        ],
    }


def compare(one: Path, other: Path) -> None:
    """Print what is the same, what is not, and the time of each tool."""
    (left_told, *left), (right_told, *right) = ([*map(json.loads, path.open())] for path in (one, other))
    known = {(row["photo"], row["program"]): row for row in right}
    pairs = [(row, known[key]) for row in left if (key := (row["photo"], row["program"])) in known]
    for told, rows in ((left_told, left), (right_told, right)):
        print(f"{told['device']}: {len(rows)} programs, {told['at_once']} at once, {told['seconds']:.1f} s", end="; ")
        print(f"the first one, with loading models, {told['first']:.1f} s; {told['gpu_bytes'] / 1e6:.0f} MB on the GPU")
    ends = [(a, b) for a, b in pairs if _end(a) != _end(b)]
    others = [(a, b) for a, b in ends if not (a["outcome"] == b["outcome"] and alike(a["answer"], b["answer"]))]
    print(f"answers: {len(pairs) - len(ends)} of {len(pairs)} equal, {len(ends) - len(others)} alike", end=", ")
    print(f"{len(others)} others; confidence differs in {sum(a['confidence'] != b['confidence'] for a, b in pairs)}")
    steps = [(a, b) for x, y in pairs for a, b in zip(x["steps"], y["steps"], strict=False)]
    print(f"steps: {sum(_said(a) == _said(b) for a, b in steps)} of {len(steps)} equal", end=", ")
    print(f"{sum(alike(_said(a), _said(b)) for a, b in steps)} equal or alike; ", end="")
    gaps = sorted(gap for a, b in steps for gap in _gaps(a["scores"], b["scores"]))
    if gaps:
        print(f"scores: median difference {median(gaps):.1g}, 99 % within {gaps[len(gaps) * 99 // 100]:.2g}", end=", ")
        print(f"largest {gaps[-1]:.2g}")
    for a, b in others:
        print(f"\n{a['photo']}: {a['question']}\n{a['program']}\n  {_told(a)}\n  {_told(b)}")
        for x, y in zip(a["steps"], b["steps"], strict=False):
            if not alike(_said(x), _said(y)):
                print(f"  first step that differs: {x['tool']}\n    {_step(x)}\n    {_step(y)}")
                break
    print("\n" + "\n".join(_table(steps, left_told["device"], right_told["device"])))


def alike(one: Any, other: Any) -> bool:
    """Whether two JSON values are the same but for small differences of numbers that are no integers."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(alike(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(alike, one, other))
    if isinstance(one, float) and isinstance(other, float):
        return isclose(one, other, rel_tol=SHARE, abs_tol=PIXEL if max(abs(one), abs(other)) > 1 else SHARE)
    return one == other


def _end(row: Row) -> tuple[Any, Any]:
    return row["outcome"], row["answer"]


def _said(step: Row) -> list[Any]:
    return [step["tool"], step["result"], step["error"]]


def _gaps(one: dict[str, float], other: dict[str, float]) -> list[float]:
    """Differences of the scores of what both name."""
    return [abs(one[name] - other[name]) for name in one if name in other]


def _told(row: Row) -> str:
    return f"{row['outcome']}: {json.dumps(row['answer'])} {row['message']}"


def _step(step: Row) -> str:
    return json.dumps([step["result"], step["scores"], step["error"]])[:600]


def _table(steps: list[tuple[Row, Row]], left: str, right: str) -> Iterator[str]:
    """Median and total time of each tool, of calls whose result was not known."""
    yield f"| tool | calls | ms, {left}: median, mean | ms, {right}: median, mean | faster |"
    yield "|---|---|---|---|---|"
    times: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for a, b in steps:
        if not a["cached"] and not b["cached"] and a["tool"] == b["tool"]:
            times[a["tool"]].append((1e3 * a["seconds"], 1e3 * b["seconds"]))
    for tool, both in sorted(times.items(), key=lambda item: -sum(one for one, _ in item[1])):
        yield _line(tool, both)
    yield _line("all", [pair for both in times.values() for pair in both])


def _line(name: str, both: list[tuple[float, float]]) -> str:
    one, other = ([pair[side] for pair in both] for side in (0, 1))
    cells = " | ".join(f"{median(side):.1f}, {sum(side) / len(side):.1f}" for side in (one, other))
    return f"| {name} | {len(both)} | {cells} | {sum(one) / max(sum(other), 1e-9):.1f} |"


def _written(rows: Iterable[Row]) -> None:
    sys.stdout.writelines(json.dumps(row) + "\n" for row in rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(required=True)

    def command(name: str, act: Callable[[argparse.Namespace], None]) -> argparse.ArgumentParser:
        made = commands.add_parser(name)
        made.set_defaults(act=act)
        return made

    command("pack", lambda given: _written(pack(given.folders))).add_argument("folders", type=Path, nargs="+")
    running = command("run", _run)
    running.add_argument("programs", type=Path)
    running.add_argument("photos", type=Path)
    running.add_argument("--device", default="auto")
    running.add_argument("--at-once", type=int, default=1)
    running.add_argument("--seconds", type=float, default=inf)
    comparing = command("compare", lambda given: compare(given.one, given.other))
    comparing.add_argument("one", type=Path)
    comparing.add_argument("other", type=Path)
    given = parser.parse_args()
    given.act(given)


def _run(given: argparse.Namespace) -> None:
    rows = [json.loads(line) for line in given.programs.open()]
    _written(run_all(rows, given.photos, given.device, given.at_once, given.seconds))


if __name__ == "__main__":
    main()
